"""Nothing goes into the binary without an owner, a license, and the text of it."""

from __future__ import annotations

import importlib.metadata
from dataclasses import replace
from email.message import Message
from pathlib import Path

import contents
import pytest
from contents import Part

GOOD = Part("mug", "1.0", "MIT", "pkg:pypi/mug@1.0", ("Permission is hereby granted",))


def folder(base: Path, *files: str) -> Path:
    for file in files:
        (base / "lib" / file).parent.mkdir(parents=True, exist_ok=True)
        (base / "lib" / file).touch()
    return base


def test_a_part_with_a_license_and_its_text_may_be_inside():
    assert [] == list(contents.complaints([GOOD]))


@pytest.mark.parametrize(
    "license_",
    [
        "LGPL-2.1-or-later",
        "AGPL-3.0-only",
        "GPL-3.0-or-later",
        "MIT AND GPL-2.0-only",
        "GNU Lesser General Public License v3 (LGPLv3)",
        "GNU Affero General Public License v3",
        "EPL-2.0 OR GPL-2.0-or-later",
    ],
)
def test_a_license_that_asks_for_more_than_its_text_stops_the_build(license_: str):
    (complaint,) = contents.complaints([replace(GOOD, license=license_)])

    assert f"mug 1.0: must stay outside, {license_}" == complaint


@pytest.mark.parametrize("license_", ["GPL-3.0-or-later WITH GCC-exception-3.1", "MPL-2.0", "PSF-2.0"])
def test_a_permission_to_be_part_of_any_program_is_enough(license_: str):
    assert [] == list(contents.complaints([replace(GOOD, license=license_)]))


def test_a_part_without_license_or_text_and_pip_stop_the_build():
    assert ["mug 1.0: no license is stated"] == list(contents.complaints([replace(GOOD, license="")]))
    assert ["mug 1.0: the text of its license is missing"] == list(contents.complaints([replace(GOOD, texts=())]))
    assert ["pip 1.0: is not needed to run orderctl"] == list(contents.complaints([replace(GOOD, name="pip")]))


def test_files_are_told_by_the_distribution_that_brought_them(tmp_path: Path):
    found = contents.parts(folder(tmp_path, "rich/console.pyc", "tzdata/zones", "json/decoder.pyc", "libpython3.11.so"))

    assert {"Python", "rich", "tzdata"} == {part.name for part in found}
    (rich,) = [part for part in found if part.name == "rich"]
    assert f"pkg:pypi/rich@{importlib.metadata.version('rich')}" == rich.purl
    assert any("Permission is hereby granted" in text for text in rich.texts)


@pytest.mark.parametrize("stray", ["libreadline.so.8", "libgdbm.so.6", "nobodys/module.pyc", "nobodys.txt"])
def test_a_file_of_nobody_stops_the_build(tmp_path: Path, stray: str):
    with pytest.raises(ValueError, match="is of no distribution"):
        contents.parts(folder(tmp_path, stray))


def test_an_expression_goes_before_classifiers_and_these_before_a_name():
    metadata = Message()
    metadata["License"] = "Something long\nwith its text"
    assert "Something long" == contents.license_of(metadata)
    metadata["Classifier"] = "License :: OSI Approved :: MIT License"
    assert "MIT License" == contents.license_of(metadata)
    metadata["License-Expression"] = "MIT"
    assert "MIT" == contents.license_of(metadata)
