from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import orders
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order
from orderctl.wire.opening import Opening
from tests.channels.test_woocommerce import woo
from tests.channels.woocommerce_shop import a_woo_line, a_woo_order, an_address, raw

NOWHERE = "https://shop.example"
RECORDED = Path(os.environ.get("ORDERCTL_SHARED", "")) / "channels" / "woocommerce"


def order_of(value: Any, **settings: Any) -> Order:
    return woo(NOWHERE, Opening(Path()), **settings).to_order(Payload(raw(value), "here"))


def read(**fields: Any) -> Order:
    return order_of(a_woo_order(**fields))


def refused(value: Any) -> str:
    with pytest.raises(RecordError) as caught:
        order_of(value)
    assert "here" == caught.value.where
    return caught.value.field


def test_an_order_is_read_field_by_field():
    order = read(number=7, seconds=9, customer_id=3, customer_note="ring twice", payment_method="stripe")

    assert ("7", "7", "web", "USD") == (order.channel_order_id, order.number, order.channel, order.currency)
    assert ("2026-11-20T08:00:00Z", "2026-11-20T08:00:09Z") == (order.placed_at, order.updated_at)
    assert (2500, 500, 0) == (order.total_minor, order.shipping_minor, orders.money_off_by(order))
    assert ("paid", "online", "merchant", "Standard") == (
        *(order.payment, order.source, order.fulfilled_by, order.requested_service),
    )
    assert ("3", "Ana Diaz", "ana@shop.example") == (order.customer.id, order.customer.name, order.customer.email)
    assert order.ship_to is not None
    assert ("Ana Diaz", "1 Main St", "NY", "US") == (
        *(order.ship_to.name, order.ship_to.line1, order.ship_to.region, order.ship_to.country),
    )
    assert ("11", "MUG", 2, 2000, True) == (
        *(order.lines[0].id, order.lines[0].sku, order.lines[0].quantity, order.lines[0].amount_minor),
        order.lines[0].requires_shipping,
    )
    assert ("ring twice", "stripe", "processing") == (
        *(order.note, order.attributes["payment_method"], order.attributes["status"]),
    )


@pytest.mark.parametrize(
    ("status", "payment", "cancelled", "fulfilled_by"),
    [
        ("pending", "pending", False, "merchant"),
        ("failed", "pending", False, "merchant"),
        ("on-hold", "pending", False, "merchant"),
        ("processing", "paid", False, "merchant"),
        ("wc-processing", "paid", False, "merchant"),
        ("completed", "paid", False, "channel"),
        ("cancelled", "paid", True, "merchant"),
        ("refunded", "refunded", True, "merchant"),
        ("trash", "paid", True, "merchant"),
        ("pre-ordered", "pending", False, "merchant"),
    ],
)
def test_a_status_says_how_payment_stands_and_what_is_over(status, payment, cancelled, fulfilled_by):
    order = read(status=status)

    assert (payment, cancelled, fulfilled_by) == (order.payment, bool(order.cancelled_at), order.fulfilled_by)


def test_an_order_that_was_cancelled_unpaid_is_void():
    assert "voided" == read(status="cancelled", date_paid_gmt=None).payment


def test_own_statuses_are_told_by_the_settings():
    order = order_of(a_woo_order(status="shipped"), statuses={"shipped": "completed", "on-hold": "on_terms"})

    assert ("paid", "channel") == (order.payment, order.fulfilled_by)


@pytest.mark.parametrize(
    ("created_via", "source"),
    [("checkout", "online"), ("store-api", "online"), ("rest-api", "api"), ("admin", "phone"), ("pos-rest-api", "pos")],
)
def test_where_an_order_was_made_is_its_source(created_via, source):
    assert source == read(created_via=created_via).source


def test_an_address_of_empty_texts_is_none():
    nowhere = dict.fromkeys(an_address(), "")

    assert read(shipping=nowhere, billing=nowhere).ship_to is None
    assert read(shipping=nowhere).ship_to == read(shipping=nowhere).bill_to is not None
    assert read(shipping=nowhere, shipping_lines=[], total="20.00").ship_to is None


@pytest.mark.parametrize("method", ["local_pickup", "pickup_location"])
def test_what_is_picked_up_goes_nowhere(method):
    order = read(shipping_lines=[{"id": 9, "method_id": method, "method_title": "At the shop", "total": "5.00"}])

    assert (None, "yes", "At the shop") == (order.ship_to, order.attributes["pickup"], order.requested_service)


def test_fees_and_tips_are_lines_without_a_parcel_and_negative_fees_discounts():
    fees = [
        {"id": 11, "name": "Tip", "total": "3.00", "total_tax": "0.30"},
        {"id": 12, "name": "Bulk", "total": "-2.00", "total_tax": "-0.20"},
    ]
    order = read(fee_lines=fees, total="26.10", total_tax="0.10")

    assert [("11", True), ("fee-11", False)] == [(line.id, line.requires_shipping) for line in order.lines]
    assert (200, 10, 0) == (order.discount_minor, order.tax_minor, orders.money_off_by(order))


def test_coupons_stand_as_discounts_of_their_lines():
    line = a_woo_line(subtotal="20.00", total="15.00", total_tax="1.20", subtotal_tax="1.60")
    order = read(line_items=[line], total="21.20", total_tax="1.20", coupon_lines=[{"id": 1, "code": "five"}])

    assert (2000, 500, 120) == (
        *(order.lines[0].amount_minor, order.lines[0].discount_minor, order.lines[0].tax_minor),
    )
    assert (0, "five") == (orders.money_off_by(order), order.attributes["coupons"])


def test_gift_cards_are_a_discount_as_the_total_is_reduced_by_them():
    order = read(gift_cards=[{"id": 1, "code": "ABC", "amount": 24}], total="1.00")

    assert (100, 2400, 0) == (order.total_minor, order.discount_minor, orders.money_off_by(order))


def test_amounts_with_more_decimals_than_the_currency_are_rounded():
    line = a_woo_line(quantity=3, subtotal="16.8067", total="16.8067", total_tax="3.1933", price=5.6022333333333)
    order = read(line_items=[line], total="25.00", total_tax="3.1933")

    assert (1681, 319, 0) == (order.lines[0].amount_minor, order.tax_minor, orders.money_off_by(order))


@pytest.mark.parametrize(("currency", "minor"), [("JPY", 25), ("USD", 2500), ("KWD", 25000)])
def test_currencies_have_their_own_decimals(currency, minor):
    order = read(currency=currency)

    assert (minor, 0) == (order.total_minor, orders.money_off_by(order))


def refund(line: str = "11", units: int = 1, total: str = "-10.00", **fields: Any) -> dict[str, Any]:
    item = {"quantity": -units, "total": total, "total_tax": "0.00", "meta_data": []}
    item["meta_data"] = [{"key": "_refunded_item_id", "value": line}]
    return {"id": 5, "amount": total.removeprefix("-"), "line_items": [item], **fields}


def joined(order: dict[str, Any], refunds: list[dict[str, Any]], virtual: list[int] | None = None) -> Order:
    return order_of({"order": order, "refunds": refunds, "virtual": virtual or []})


def test_refunded_units_are_taken_off_their_line_and_the_total():
    order = joined(a_woo_order(refunds=[{"id": 5, "total": "-10.00"}]), [refund()])

    assert (1, 1000, 1500, 0, "partly_refunded") == (
        *(order.lines[0].quantity, order.lines[0].amount_minor, order.total_minor, order.discount_minor),
        order.payment,
    )
    assert 0 == orders.money_off_by(order)


def test_a_refund_that_names_no_line_is_off_the_whole_order():
    order = joined(a_woo_order(refunds=[{"id": 5, "total": "-4.00"}]), [refund(total="-4.00", line_items=[])])

    assert (2, 400, 2100, 0) == (
        *(order.lines[0].quantity, order.discount_minor, order.total_minor, orders.money_off_by(order)),
    )


def test_a_refund_of_everything_leaves_nothing_to_pay():
    order = joined(a_woo_order(refunds=[{"id": 5, "total": "-25.00"}]), [refund(units=2, total="-25.00")])

    assert ("refunded", 0, 0, 0) == (
        *(order.payment, order.lines[0].quantity, order.total_minor, orders.money_off_by(order)),
    )


def test_refunds_that_only_the_order_tells_of_count_with_their_amount():
    order = read(refunds=[{"id": 5, "total": "-16.20"}, {"id": 6, "total": "-0.80"}])

    assert (800, 1700, "partly_refunded", 0) == (
        *(order.total_minor, order.discount_minor, order.payment, orders.money_off_by(order)),
    )


@given(
    st.lists(st.tuples(st.integers(0, 5), st.integers(0, 6000), st.integers(0, 900)), max_size=4),
    st.integers(1, 5),
    st.integers(0, 1500),
)
def test_what_is_left_after_any_refunds_adds_up(given_back, quantity, discount):
    """Refunds may give back more than a line cost, in any number of parts."""
    line = a_woo_line(quantity=quantity, subtotal="20.00", total=f"{Decimal(2000 - discount) / 100}", total_tax="2.00")
    order = a_woo_order(line_items=[line], total=f"{Decimal(2700 - discount) / 100}", total_tax="2.00")
    refunds, left, tax_left = [], 2500 - discount, 200
    for units, amount, tax in given_back:
        amount, tax = min(amount, left), min(tax, tax_left)  # noqa: PLW2901 - no shop gives back more than it took
        left, tax_left = left - amount, tax_left - tax
        one = refund(units=units, total=f"-{Decimal(amount) / 100}")
        one["line_items"][0]["total_tax"] = f"-{Decimal(tax) / 100}"
        refunds.append({**one, "amount": f"{Decimal(amount + tax) / 100}"})
    order["refunds"] = [{"id": at, "total": f"-{one['amount']}"} for at, one in enumerate(refunds)]

    read_order = joined(order, refunds)

    assert left + tax_left == read_order.total_minor
    assert 0 == orders.money_off_by(read_order)


def test_of_a_bundle_the_children_are_sent_and_not_its_empty_shell():
    parent = a_woo_line(1, sku="", bundled_items=[2, 3])
    children = [a_woo_line(2, bundled_by=1), a_woo_line(3, bundled_by=1, sku="LID", total="0.00", subtotal="0.00")]
    order = read(line_items=[parent, *children])

    assert [False, True, True] == [line.requires_shipping for line in order.lines]
    assert "1" == order.lines[1].attributes["bundle"]


def test_of_an_assembled_bundle_the_parent_is_sent_with_its_children_inside():
    inside = [{"id": 1, "key": "_bundled_item_needs_shipping", "value": "no"}]
    order = read(
        line_items=[a_woo_line(1, sku="SET", bundled_items=[2]), a_woo_line(2, bundled_by=1, meta_data=inside)]
    )

    assert [True, False] == [line.requires_shipping for line in order.lines]


def test_of_a_composite_the_components_are_sent():
    shell = a_woo_line(1, sku=None, composite_children=[2], bundled_by="", bundled_items=[])
    order = read(line_items=[shell, a_woo_line(2, composite_parent=1, composite_children=[])])

    assert [False, True] == [line.requires_shipping for line in order.lines]


def test_virtual_products_need_no_parcel_and_deleted_ones_are_taken_to_need_one():
    lines = [a_woo_line(1), a_woo_line(2, product_id=8, variation_id=80), a_woo_line(3, product_id=0, sku=None)]

    asked = joined(a_woo_order(line_items=lines), [], virtual=[80])
    digital = read(line_items=lines, needs_processing=False)

    assert [True, False, True] == [line.requires_shipping for line in asked.lines]
    assert [False, False, True] == [line.requires_shipping for line in digital.lines]


def test_what_the_customer_chose_stands_at_the_line_and_private_meta_only_when_asked_for():
    chosen = [
        {"key": "Engraving", "value": "Für Ana 🎁"},
        {"key": "_stock", "value": "1"},
        {"key": "Box", "value": [1]},
    ]
    meta = [
        {"id": 1, "key": "_ring", "value": 7},
        {"id": 2, "key": "_secret", "value": "x"},
        {"id": 3, "key": "_wc_order_attribution_utm_source", "value": "mail"},
    ]
    order = order_of(a_woo_order(line_items=[a_woo_line(meta_data=chosen)], meta_data=meta), meta=["_ring"])

    assert {"Engraving": "Für Ana 🎁"} == order.lines[0].attributes
    assert ("7", "mail", None) == (*map(order.attributes.get, ("_ring", "utm_source", "_secret")),)


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"id": None}, "id"),
        ({"id": True}, "id"),
        ({"currency": "usd"}, "currency"),
        ({"currency": None}, "currency"),
        ({"total": None}, "total"),
        ({"total": "12,00"}, "total"),
        ({"total": "NaN"}, "total"),
        ({"date_created_gmt": None}, "placed_at"),
        ({"date_created_gmt": "yesterday"}, "placed_at"),
        ({"line_items": {}}, "line_items"),
        ({"line_items": [a_woo_line(), a_woo_line()]}, "lines"),
        ({"line_items": [7]}, "line_items"),
        ({"shipping_lines": "x"}, "shipping_lines"),
        ({"refunds": [{"total": "x"}]}, "refunds[].total"),
    ],
)
def test_what_cannot_be_understood_is_refused_by_its_field(fields, field):
    assert field == refused({**a_woo_order(), **fields})


@pytest.mark.parametrize("quantity", [-1, "2", "3.0", 1.5, True, 10**30, None])
def test_a_quantity_that_is_none_is_refused(quantity):
    assert "lines[1].quantity" == refused(a_woo_order(line_items=[a_woo_line(quantity=quantity)]))


@pytest.mark.parametrize("name", sorted(a_woo_order()))
def test_a_field_that_is_missing_is_never_a_crash(name):
    order = {field: value for field, value in a_woo_order().items() if field != name}

    if name in {"id", "currency", "total", "date_created_gmt"}:
        assert {"date_created_gmt": "placed_at"}.get(name, name) == refused(order)
    else:
        assert "1" == order_of(order).number


#: Recorded order -> what comes of it: an order whose parts add up, one that lost some of its parts when it was
#: recorded, or the field by which it is refused.
WHAT_COMES = Counter(
    {"adds up": 40, "parts were cut out": 5, "lines": 5, "lines[2].quantity": 3, "placed_at": 1},
)


def recorded() -> Iterator[tuple[str, dict[str, Any]]]:
    for path in sorted(RECORDED.glob("*/*.json")):
        text = path.read_text(encoding="utf-8")
        yield from ((path.name, order) for order in _orders(json.loads(text, parse_float=Decimal)))


def _orders(value: Any) -> Iterator[dict[str, Any]]:
    if isinstance(value, dict) and {"line_items", "billing"} <= value.keys():
        yield value
    elif isinstance(value, dict | list):
        for part in value.values() if isinstance(value, dict) else value:
            yield from _orders(part)


def filled_in(value: Any) -> Any:
    """Templates of moments, as a mock server fills them in."""
    if isinstance(value, dict):
        return {name: filled_in(part) for name, part in value.items()}
    if isinstance(value, list):
        return [filled_in(part) for part in value]
    return "2026-11-01T10:00:00" if isinstance(value, str) and "{{" in value else value


def outcome(value: dict[str, Any]) -> str:
    text = json.dumps(filled_in(value), default=float).encode()
    try:
        order = woo(NOWHERE, Opening(Path())).to_order(Payload(text, "recorded"))
    except RecordError as error:
        return error.field
    return "parts were cut out" if orders.money_off_by(order) else "adds up"


@pytest.mark.skipif(not RECORDED.is_dir(), reason="ORDERCTL_SHARED names no folder with recorded payloads")
def test_every_recorded_order_is_an_order_or_refused_for_what_is_wrong_with_it(payload_table):
    found = Counter(outcome(value) for _, value in recorded())

    payload_table("woocommerce", found)
    assert WHAT_COMES == found


@pytest.mark.skipif(not RECORDED.is_dir(), reason="ORDERCTL_SHARED names no folder with recorded payloads")
def test_recorded_refunds_are_taken_off_the_lines_they_name():
    order = next(one for name, one in recorded() if name == "ios_orders-load-all.json" and one["id"] == 560)
    refunds = json.loads((RECORDED / "apps" / "ios_refunds-all.json").read_text(encoding="utf-8"))["data"]
    order = {**order, "refunds": [one for one in order["refunds"] if one["total"] in {"-18.00", "-27.00"}]}

    before, after = (
        joined(json.loads(json.dumps(order, default=float)), []),
        joined(json.loads(json.dumps(order, default=float)), refunds),
    )

    less = {old.id: old.quantity - new.quantity for old, new in zip(before.lines, after.lines, strict=True)}
    assert {"60": 1, "65": 1} == {line: units for line, units in less.items() if units}
    assert (119850 - 4500, 0) == (after.total_minor, orders.money_off_by(after))
