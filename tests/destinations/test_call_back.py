"""The file that asks to stop a shipment."""

from __future__ import annotations

import csv
import io
import json
from typing import Any

import pytest

from orderctl.core.effects import CallBack
from orderctl.destinations import call_back
from orderctl.destinations.documents import DocumentSettings

WISH = CallBack("key", "east", "WEB-1042-1", "A-77", "1042", 'cancelled, "really"', "2026-11-20T15:00:00Z")
SAID = {
    "reference": "WEB-1042-1",
    "their_reference": "A-77",
    "order_number": "1042",
    "action": "cancel",
    "reason": 'cancelled, "really"',
    "asked_at": "2026-11-20T15:00:00Z",
}


def rendered(**settings: Any) -> bytes:
    own = DocumentSettings.model_validate(settings)
    document = call_back.document(WISH, "stop/{location}-{reference}.csv", own)
    assert ("stop/east-WEB-1042-1.csv", 1) == (document.name, document.rows)
    assert document == call_back.document(WISH, "stop/{location}-{reference}.csv", own)
    return document.content


@pytest.mark.parametrize("settings", [{}, {"format": "xlsx"}, {"format": "pdf"}, {"delimiter": ";"}])
def test_it_is_a_table_of_one_row(settings):
    content = rendered(**settings).decode()

    assert [SAID] == list(csv.DictReader(io.StringIO(content), delimiter=settings.get("delimiter", ",")))


def test_it_is_written_as_the_location_gets_its_other_tables():
    assert SAID == json.loads(rendered(format="jsonl"))
    assert [SAID] == json.loads(rendered(format="json"))["rows"]
    assert rendered(encoding="utf-8-sig").startswith(b"\xef\xbb\xbf")


def test_its_columns_are_explained():
    assert list(SAID) == list(call_back.COLUMNS)


@pytest.mark.parametrize(
    ("path", "words"),
    [("", ""), ("stop/{reference}.csv", ""), ("stop.csv", "needs {reference}"), ("{order}{reference}", "placeholder")],
)
def test_its_name_is_never_used_twice(path, words):
    assert words in call_back.problem_of(path)
    assert bool(words) == bool(call_back.problem_of(path))
