"""Reading in bulk and reading field by field are one and the same, whatever is sent; only the time differs."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core import order_fields
from orderctl.core.errors import RecordError
from orderctl.core.order_document import order_to_full_json, order_to_json
from orderctl.core.order_json import field_by_field, order_from_json
from orderctl.core.order_plain import order_in_bulk
from tests.core.any_order import ORDERS

#: What nobody expects in a field, and what is nearly right.
ODD: st.SearchStrategy[Any] = st.sampled_from(
    (
        *(
            None,
            "",
            " ",
            "x",
            0,
            1,
            -1,
            True,
            False,
            1.5,
            Decimal("1.50"),
            Decimal("NaN"),
            10**16,
            [],
            {},
            [""],
            ["a", 1],
        ),
        *({"a": "b"}, {"a": 1}, [{}], "0.00", "-0.01", "1e3", "1.005", "999999999999.99", "9999999999999999.00", "12 "),
        *("2026-11-20T10:00:00Z", "2026-11-20T10:00:00+01:00", "2026-11-20", "2026-02-30T10:00:00Z", "USD", "JPY"),
        *("paid", "low", "channel", "a\x00b", "\ud800", "a\nb", "\u00e9\ufffd", "y" * 20_001),
    )
)


def places(value: Any) -> list[tuple[Any, Any]]:
    """Every table in `value` with each of its names."""
    found: list[tuple[Any, Any]] = []
    for part in value.values() if isinstance(value, dict) else value:
        if isinstance(part, dict | list):
            found += places(part)
    if isinstance(value, dict):
        found += [(value, name) for name in value]
    return found


def read(row: Any) -> Any:
    """The order, or how it is refused."""
    try:
        return field_by_field(row, "", "EUR")
    except RecordError as error:
        return (error.field, error.message)


def both(row: Any) -> Any:
    try:
        return order_from_json(row, currency="EUR")
    except RecordError as error:
        return (error.field, error.message)


@given(ORDERS, st.booleans(), st.data())
@settings(max_examples=300)
def test_an_order_changed_anywhere_is_the_same_order_or_the_same_refusal(order, full, data):
    row = order_to_full_json(order) if full else order_to_json(order)
    for _ in range(data.draw(st.integers(0, 2))):
        table, name = data.draw(st.sampled_from(places(row)))
        match data.draw(st.sampled_from(("change", "add", "leave out"))):
            case "change":
                table[name] = data.draw(ODD)
            case "add":
                table[data.draw(st.sampled_from(("counters", "state", "cancellation", "unit_price", "nme")))] = "1.00"
            case _:
                table.pop(name, None)

    expected = read(row)

    assert expected == both(row)
    in_bulk = order_in_bulk(row, "", "EUR")
    assert in_bulk is None or expected == in_bulk


@given(ORDERS)
@settings(max_examples=60)
def test_an_order_as_we_show_it_is_read_in_bulk(order):
    assert order == order_in_bulk(json.loads(json.dumps(order_to_full_json(order))), "", "")


@pytest.mark.parametrize("row", [None, [], "x", 5, {}, {"lines": 1}, [["channel", "web"]]])
def test_what_is_no_table_of_fields_is_left_to_the_careful_reader(row):
    assert order_in_bulk(row, "web", "USD") is None


def test_an_order_of_many_lines_is_read_in_bulk_although_its_texts_are_long_together():
    line = {"sku": "MUG", "quantity": 1, "title": "x" * 100}
    row = {"number": "1", "placed_at": "2026-11-20T10:00:00Z", "lines": [line] * 500}

    read_in_bulk = order_in_bulk(row, "web", "USD")

    assert read_in_bulk is not None
    assert 500 * 100 > order_fields.LONGEST_TEXT
    assert ["1", "500"] == [read_in_bulk.lines[0].id, read_in_bulk.lines[-1].id]


def test_what_is_read_shares_no_list_and_no_table_with_what_was_sent():
    row: dict[str, Any] = {
        "number": "1",
        "placed_at": "2026-11-20T10:00:00Z",
        "lines": [{"quantity": 1, "attributes": {"a": "b"}}, {"quantity": 1}],
        "attributes": {"c": "d"},
    }
    order = order_from_json(row, currency="USD")

    row["attributes"]["c"] = row["lines"][0]["attributes"]["a"] = "changed"

    assert {"c": "d"} == order.attributes
    assert {"a": "b"} == order.lines[0].attributes
    assert order.lines[1].attributes is not order_fields.NO_ATTRIBUTES
