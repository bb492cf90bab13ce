from __future__ import annotations

import csv
import io
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.wire.table_text import Writer


def test_csv_follows_rfc_4180():
    content = Writer().content(("a", "b"), [["x,y", 'say "no"'], ["line\nbreak", 3]])

    assert b'a,b\r\n"x,y","say ""no"""\r\n"line\nbreak",3\r\n' == content


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r"])
def test_a_formula_is_inert_for_people_and_untouched_for_machines(start):
    cell = f"{start}HYPERLINK(1)"

    assert [[f"'{cell}"]] == _parsed(Writer(for_people=True).content(("a",), [[cell]]))
    assert [[cell]] == _parsed(Writer().content(("a",), [[cell]]))


@given(st.text(st.characters(codec="utf-8", exclude_characters="\0"), min_size=1))
def test_what_was_made_inert_can_be_taken_back(cell):
    ((shown,),) = _parsed(Writer(for_people=True).content(("a",), [[cell]]))

    assert not shown.startswith(("=", "@", "\t", "\r"))
    assert cell == shown.removeprefix("'")


def test_characters_that_no_file_can_hold_are_replaced():
    assert "a\r\n\ufffd\ufffd\r\n".encode() == Writer().content(("a",), [["\ud800\0"]])
    assert b"a\r\n?\r\n" == Writer(encoding="latin-1").content(("a",), [["\u20ac"]])


def test_json_holds_what_the_rows_are_about():
    content = Writer("json").content(("sku", "quantity"), [["00123", 2]], {"batch": "0001"})

    assert {"batch": "0001", "rows": [{"sku": "00123", "quantity": 2}]} == json.loads(content)
    assert b'{"sku":"00123","quantity":2}\n' == Writer("jsonl").content(("sku", "quantity"), [["00123", 2]])


def _parsed(content: bytes) -> list[list[str]]:
    return list(csv.reader(io.StringIO(content.decode(), newline="")))[1:]
