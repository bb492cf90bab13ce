from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from orderctl.core import money
from orderctl.core.errors import RecordError
from orderctl.core.order_document import document_of, order_to_json
from orderctl.core.order_json import order_from_json
from tests.builders import a_line, an_order

ROW: dict[str, Any] = {
    "channel": "web",
    "channel_order_id": "id-1",
    "number": "1042",
    "placed_at": "2026-11-20T10:00:00Z",
    "updated_at": "2026-11-20T11:00:00Z",
    "currency": "USD",
    "payment": "paid",
    "customer": {"id": "c1", "name": "Ana", "email": "ana@example.com", "orders": 3, "spent": "10.00", "tags": ["vip"]},
    "ship_to": {"name": "Ana", "line1": "1 Main St", "city": "New York", "postcode": "10001", "country": "US"},
    "bill_to": {"name": "Ana", "country": "US"},
    "lines": [
        {"id": "a", "sku": "MUG", "quantity": 2, "unit_price": "10.00", "tax": "1.60", "discount": "1.00"},
        {"id": "b", "sku": "MUG", "quantity": 1, "amount": "5.00", "weight_g": 200, "tags": ["x"]},
    ],
    "shipping_price": "4.90",
    "discount": "2.00",
    "tax": "1.60",
    "total": "28.50",
    "tags": ["gift"],
    "attributes": {"shelf": "4"},
}
NEEDED = {"channel_order_id", "number", "placed_at", "currency", "lines"}


def refusal(row: dict[str, Any]) -> RecordError:
    with pytest.raises(RecordError) as caught:
        order_from_json(row)
    return caught.value


@pytest.mark.parametrize("name", sorted(ROW))
def test_a_field_that_is_not_stated_is_put_aside_by_name_when_it_is_needed_and_else_empty(name):
    for row in ({key: value for key, value in ROW.items() if key != name}, ROW | {name: None}):
        if name in NEEDED - {"channel_order_id", "number"}:
            assert name == refusal(row).field
        else:
            order_from_json(row)


def test_an_order_without_id_goes_by_its_number_and_one_without_both_is_put_aside():
    by_number = order_from_json({**ROW, "channel_order_id": None})
    assert ("1042", "1042") == (by_number.channel_order_id, by_number.number)
    assert "id-1" == order_from_json({**ROW, "number": None}).number
    assert "channel_order_id" == refusal({**ROW, "channel_order_id": "", "number": ""}).field


@pytest.mark.parametrize("part", ["id", "sku", "unit_price", "tax", "discount"])
def test_a_line_needs_no_more_than_its_quantity(part):
    line = {key: value for key, value in ROW["lines"][0].items() if key != part}
    order_from_json({**ROW, "lines": [line]})

    del line["quantity"]
    assert "lines[1].quantity" == refusal({**ROW, "lines": [line]}).field


@pytest.mark.parametrize("quantity", [-1, Decimal("1.5"), 1.5, True, "3", "3.0", 10**30, 1_000_001, [], {}])
def test_a_quantity_that_is_no_plain_number_of_units_is_put_aside(quantity):
    assert "lines[1].quantity" == refusal({**ROW, "lines": [{"quantity": quantity}]}).field


def test_a_quantity_of_zero_is_kept():
    assert 0 == order_from_json({**ROW, "lines": [{"quantity": 0}]}).lines[0].quantity


@pytest.mark.parametrize("currency", ["XXX", "usd", "US$", "", None, 5])
def test_a_currency_that_is_none_is_put_aside(currency):
    assert "currency" == refusal({**ROW, "currency": currency}).field


def test_a_currency_that_is_not_stated_is_the_configured_one():
    assert "EUR" == order_from_json({**ROW, "currency": None}, currency="EUR").currency


def test_two_lines_with_one_id_are_put_aside_and_two_with_one_sku_are_fine():
    assert "lines" == refusal({**ROW, "lines": [{"id": "a", "quantity": 1}, {"id": "a", "quantity": 2}]}).field
    assert ["MUG", "MUG"] == [line.sku for line in order_from_json(ROW).lines]


def test_lines_without_id_go_by_their_place():
    rows = [{"quantity": 1}, {"quantity": 1}]
    assert ["1", "2"] == [line.id for line in order_from_json({**ROW, "lines": rows}).lines]


def test_what_no_store_can_keep_is_replaced_and_all_else_is_as_it_was_sent():
    sent = "a\x00b\ud800c \u200f\u200d\U0001f469 e\u0301"
    order = order_from_json({**ROW, "note": sent, "tags": ["\ud800"], "attributes": {"\ud800": "\x00"}})

    assert "a\ufffdb\ufffdc \u200f\u200d\U0001f469 e\u0301" == order.note
    assert ("\ufffd",) == order.tags
    assert {"\ufffd": "\ufffd"} == order.attributes
    document_of(order).encode()


@pytest.mark.parametrize(
    "row",
    [{"\ud800": 1}, {"payment": "\ud800"}, {"total": "\ud800"}, {"placed_at": "\ud800"}, {"currency": "\ud800"}],
)
def test_also_the_words_of_a_refusal_can_be_stored(row):
    refused = refusal({**ROW, **row})

    f"{refused.message} {refused.field}".encode()


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("note", {"note": "x" * 20_001}),
        ("lines", {"lines": [{"quantity": 1}] * 5_001}),
        ("tags", {"tags": ["x"] * 1_001}),
        ("tags", {"tags": ["x" * 20_001]}),
        ("attributes", {"attributes": {str(number): "" for number in range(1_001)}}),
        ("lines[1].unit_price", {"lines": [{"quantity": 1_000_000, "unit_price": "1000000000.00"}]}),
        ("total", {"lines": [{"quantity": 1, "amount": "9000000000000.00"}] * 2, "total": None}),
        ("total", {"total": "1e20"}),
    ],
)
def test_what_is_larger_than_can_be_meant_is_put_aside(field, row):
    assert field == refusal({**ROW, **row}).field


@pytest.mark.parametrize(
    ("field", "row"),
    [
        ("ship_to", {"ship_to": "1 Main St"}),
        ("ship_to.street", {"ship_to": {"street": "1 Main St"}}),
        ("customer", {"customer": []}),
        ("customer.orders", {"customer": {"orders": -1}}),
        ("lines", {"lines": {}}),
        ("lines[1]", {"lines": ["MUG"]}),
        ("lines[1].qty", {"lines": [{"qty": 1}]}),
        ("shipto", {"shipto": {}}),
        ("payment", {"payment": "PAID"}),
        ("payment", {"payment": ["paid"]}),
        ("prices_include_tax", {"prices_include_tax": 1}),
        ("tags", {"tags": "gift"}),
        ("tags", {"tags": [1]}),
        ("attributes.a", {"attributes": {"a": 1}}),
        ("number", {"number": 1042}),
        ("placed_at", {"placed_at": "2026-11-20T10:00:00"}),
        ("placed_at", {"placed_at": 1_700_000_000}),
        ("total", {"total": "28,50"}),
        ("total", {"total": "28.505"}),
        ("total", {"total": True}),
        ("total", {"total": 28.5}),
    ],
)
def test_what_has_another_type_or_name_is_put_aside_by_its_name(field, row):
    assert field == refusal({**ROW, **row}).field


def test_of_several_unknown_fields_the_first_by_name_is_told_so_that_the_reason_never_varies():
    assert "field_1" == refusal({**ROW, **{f"field_{number}": 1 for number in range(9, 0, -1)}}).field


def test_an_unknown_field_is_told_with_the_one_that_was_meant():
    assert "did you mean 'ship_to'?" in refusal({**ROW, "shipto": {}}).message


def test_a_total_that_is_not_stated_is_what_the_parts_add_up_to():
    assert 2000 - 100 + 500 + 490 - 200 + 160 == order_from_json({**ROW, "total": None}).total_minor


def test_a_tax_that_is_not_stated_is_that_of_the_lines():
    assert 160 == order_from_json({**ROW, "tax": None}).tax_minor
    assert 0 == order_from_json({**ROW, "tax": "0.00"}).tax_minor


@pytest.mark.parametrize(("currency", "amount"), [("JPY", "500"), ("USD", "5.00"), ("KWD", "0.500")])
def test_amounts_have_the_decimals_of_their_currency(currency, amount):
    minor = 500
    row = order_to_json(an_order(a_line(amount_minor=minor), currency=currency))

    assert (amount, amount) == (row["total"], row["lines"][0]["amount"])
    assert minor == money.to_minor(amount, currency)
