"""The papers of a release say what is inside, once, and the same every time."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import papers
from contents import Part

MIT = "Permission is hereby granted"
PARTS = [
    Part("cup", "2.0", "MIT", "pkg:pypi/cup@2.0", (MIT,)),
    Part("mug", "1.0", "MIT License", "pkg:pypi/mug@1.0", (MIT, "and more")),
    Part("orderctl", "0.1.0", "MIT", "pkg:pypi/orderctl@0.1.0", (MIT,)),
]


def test_the_bill_names_every_part_but_the_program_itself():
    bill = json.loads(papers.bill(PARTS, "0.1.0"))

    assert ("CycloneDX", "1.6", "orderctl") == (
        bill["bomFormat"],
        bill["specVersion"],
        bill["metadata"]["component"]["name"],
    )
    assert ["cup", "mug"] == [part["name"] for part in bill["components"]]
    assert [{"expression": "MIT"}] == bill["components"][0]["licenses"]
    assert [{"license": {"name": "MIT License"}}] == bill["components"][1]["licenses"]
    assert ["pkg:pypi/cup@2.0", "pkg:pypi/mug@1.0"] == bill["dependencies"][0]["dependsOn"]


def test_the_same_parts_have_the_same_bill_and_others_another_number():
    assert papers.bill(PARTS, "0.1.0") == papers.bill(PARTS, "0.1.0")
    assert (
        json.loads(papers.bill(PARTS, "0.1.0"))["serialNumber"] != json.loads(papers.bill([], "0.1.0"))["serialNumber"]
    )


def test_a_text_that_many_share_stands_once_with_all_their_names():
    text = papers.licenses(PARTS)

    assert 1 == text.count(MIT)
    assert "cup, mug, orderctl" in text
    assert "and more" in text


def test_checksums_are_those_that_sha256sum_reads(tmp_path: Path):
    (tmp_path / "orderctl").write_bytes(b"x")
    (tmp_path / "SHA256SUMS").write_text("old")

    assert f"{hashlib.sha256(b'x').hexdigest()}  orderctl\n" == papers.checksums(tmp_path)
