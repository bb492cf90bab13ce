"""JSON read into a declared shape: the same values, the same refusals, whichever way it is read."""

from __future__ import annotations

import json
from typing import Annotated

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec import UNSET, Meta, UnsetType, field

from orderctl.core.errors import RecordError
from orderctl.wire import strict_json
from orderctl.wire.json_shapes import Reader, Row


class Part(Row, frozen=True):
    unit_price: str
    units: Annotated[int, Meta(ge=0, le=9)] | UnsetType = UNSET


class Whole(Row, frozen=True):
    id: str
    is_open: bool | UnsetType | None = UNSET
    parts: list[Part] | UnsetType | None = UNSET
    of_another_name: str | UnsetType = field(name="__other", default=UNSET)


READER = Reader(Whole)


@pytest.mark.parametrize(
    "sent",
    [
        b'{"id":"1","isOpen":null,"parts":[{"unitPrice":"1.50","units":2}],"__other":"x"}',
        b' {"parts": [ {"units":2, "unitPrice":"1.50"} ], "id":"1", "isOpen":null, "__other":"x", "new": 1.10} ',
        b'{"id":"\\u0031","isOpen":null,"parts":[{"unitPrice":"1.50","units":2}],"__other":"x"}',
    ],
)
def test_a_value_is_the_same_however_it_is_written(sent):
    assert Whole("1", None, [Part("1.50", 2)], "x") == READER.read(sent)


def test_what_is_not_there_is_not_null():
    assert Whole("1") == READER.read(b'{"id":"1"}')
    assert READER.read(b'{"id":"1"}') != READER.read(b'{"id":"1","isOpen":null}')


@pytest.mark.parametrize(
    ("sent", "field", "problem"),
    [
        (b"{}", "id", "is missing"),
        (b'{"id":1}', "id", "is not text"),
        (b'{"id":"1","isOpen":"yes"}', "isOpen", "is neither true nor false"),
        (b'{"id":"1","parts":{}}', "parts", "is not a list"),
        (b'{"id":"1","parts":[1]}', "parts[0]", "is not a table of fields"),
        (b'{"id":"1","parts":[{}]}', "parts[0].unitPrice", "is missing"),
        (b'{"id":"1","parts":[{"unitPrice":1.5}]}', "parts[0].unitPrice", "is not text"),
        (b'{"id":"1","parts":[{"unitPrice":"1","units":1.0}]}', "parts[0].units", "is not a whole number"),
        (b'{"id":"1","parts":[{"unitPrice":"1","units":10}]}', "parts[0].units", "is not a whole number"),
        (b'{"id":"1","parts":[{"unitPrice":"1","units":true}]}', "parts[0].units", "is not a whole number"),
        (b"[]", "order", "is not a table of fields"),
    ],
)
def test_what_does_not_fit_is_refused_by_its_field(sent, field, problem):
    with pytest.raises(RecordError) as caught:
        READER.read(sent)

    assert field == caught.value.field
    assert f"{field} {problem}" in caught.value.message


@pytest.mark.parametrize(
    "sent",
    [
        b'{"id":"1","id":"1"}',
        b'{"id":"1","new":{"a":1,"a":2}}',
        b'{"id":"1","parts":[{"unitPrice":"1","unitPrice":"2"}]}',
    ],
)
def test_a_name_twice_is_refused_wherever_it_stands(sent):
    with pytest.raises(ValueError, match="twice"):
        READER.read(sent)


@pytest.mark.parametrize(
    "sent", [b"", b'{"id":"1"', b'{"id":"1"}}', b'{"id":"\xff"}', b'{"id":"1","new":"\xff"}', b'{"id":NaN}']
)
def test_what_is_no_json_is_refused_in_the_words_of_the_strict_reader(sent):
    with pytest.raises(ValueError) as expected:  # noqa: PT011 - its words are compared below
        strict_json.loads(sent)
    with pytest.raises(ValueError) as caught:  # noqa: PT011
        READER.read(sent)

    assert str(expected.value) == str(caught.value)


def test_no_store_gets_a_text_it_cannot_keep():
    assert "a\ufffdb" == READER.read(b'{"id":"a\\u0000b"}').id


@given(st.text(), st.lists(st.tuples(st.text(), st.integers(0, 9)), max_size=4), st.booleans())
def test_the_quick_way_and_the_long_way_are_one(name, parts, ascii_only):
    value = {"id": name, "parts": [{"unitPrice": price, "units": units} for price, units in parts]}
    raw = json.dumps(value, separators=(",", ":"), ensure_ascii=ascii_only).encode("utf-8", "replace")

    assert READER.made(strict_json.loads_carefully(raw)) == READER.read(raw)
