from __future__ import annotations

import json
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.channels.walmart import Walmart
from orderctl.core import orders
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.channels import walmart_shop as shop
from tests.channels.walmart_shop import charge, line, ms, order, status

SHARED = os.environ.get("ORDERCTL_SHARED", "")


def channel(**stated: Any) -> Walmart:
    keys = {"client_id": Secret("env:A", "the-client"), "client_secret": Secret("env:B", "the-secret")}
    return Walmart("web", Walmart.Settings.model_validate({**keys, **stated}), Opening(Path()))


def read(one: dict[str, Any], node: str = "", **stated: Any) -> Order:
    return channel(**stated).to_order(Payload(shop.raw(one, node), "web order 1"))


def refusal(one: Any) -> RecordError:
    with pytest.raises(RecordError) as caught:
        channel().to_order(Payload(json.dumps(one).encode(), "web order 1"))
    return caught.value


def test_an_order_says_who_where_and_when():
    found = read(order("108900000000001"))

    assert ("108900000000001", "108900000000001", "web") == (found.channel_order_id, found.number, found.channel)
    assert ("2026-11-20T10:00:00Z", "2026-11-20T11:00:00Z") == (found.placed_at, found.updated_at)
    assert ("2026-11-23T06:00:00Z", "2026-11-27T06:00:00Z", "Value") == (
        found.ship_by,
        found.deliver_by,
        found.requested_service,
    )
    assert found.ship_to is not None
    assert ("Casey Placeholder", "430 Placeholder St", "Apt 11", "Bentonville", "AR", "72712", "US", "5550190769") == (
        found.ship_to.name,
        found.ship_to.line1,
        found.ship_to.line2,
        found.ship_to.city,
        found.ship_to.region,
        found.ship_to.postcode,
        found.ship_to.country,
        found.ship_to.phone,
    )
    assert ("3E691D0D@relay.example", "paid", "merchant", "b2c", "") == (
        found.customer.email,
        found.payment,
        found.fulfilled_by,
        found.type,
        found.cancelled_at,
    )
    assert {
        "customerOrderId": "2000108900000000001",
        "shipNode": "1000005050",
        "shipNodeName": "Main",
    } == found.attributes


@pytest.mark.parametrize(
    "stated", [ms("2026-11-19T08:00:00Z"), "1795075200000", "2026-11-19T08:00:00Z", "2026-11-19T03:00:00-05:00"]
)
def test_moments_come_in_every_form_walmart_writes(stated):
    assert "2026-11-19T08:00:00Z" == read(order(orderDate=stated)).placed_at


@pytest.mark.parametrize(
    ("statuses", "quantity", "cancelled"),
    [
        ([status("Created", 3)], 3, False),
        ([status("Acknowledged", 2), status("Cancelled", 1)], 2, False),
        ([status("Shipped", 1, "1Z1"), status("Shipped", 1, "1Z2"), status("Cancelled", 1)], 2, False),
        ([status("Delivered", 3)], 3, False),
        ([status("Shipped", 1, "1Z1"), status("Refund", 2)], 3, False),
        ([status("Cancelled", 1), status("Cancelled", 2)], 0, True),
    ],
)
def test_cancelled_units_are_taken_off_and_shipped_ones_stay(statuses, quantity, cancelled):
    found = read(order("1", line("1", 3, statuses)))

    assert (quantity, cancelled) == (found.lines[0].quantity, bool(found.cancelled_at))
    assert "voided" == found.payment if cancelled else "paid" == found.payment
    assert 0 == orders.money_off_by(found)


@pytest.mark.parametrize(
    ("statuses", "by"),
    [
        ([status("Acknowledged", 2)], "merchant"),
        ([status("Shipped", 1, "1Z1"), status("Acknowledged", 1)], "merchant"),
        ([status("Shipped", 1, "1Z1"), status("Cancelled", 1)], "channel"),
        ([status("Shipped", 1, "1Z1"), status("Delivered", 1)], "channel"),
        ([status("Refund", 2)], "channel"),
        ([status("Cancelled", 2)], "merchant"),
    ],
)
def test_a_line_that_somebody_shipped_wholly_is_not_shipped_again(statuses, by):
    found = read(order("1", line("1", 2, statuses), line("2")))

    assert (by, "merchant", "merchant") == (
        found.lines[0].fulfilled_by,
        found.lines[1].fulfilled_by,
        found.fulfilled_by,
    )


def test_a_line_of_which_a_part_is_cancelled_costs_its_part():
    charges = [charge(37.5, 2.61), charge(-1.5, name="SubscriptionDiscount"), charge(4.99, kind="SHIPPING")]
    found = read(order("1", line("1", 3, [status("Created", 1), status("Cancelled", 2)], charges)))

    assert (1250, 50, 87, 499) == (
        found.lines[0].amount_minor,
        found.lines[0].discount_minor,
        found.lines[0].tax_minor,
        found.shipping_minor,
    )
    assert (1250 - 50 + 87 + 499, 0) == (found.total_minor, orders.money_off_by(found))


def test_every_kind_of_charge_adds_up():
    charges = [
        charge(20, 1.5),
        charge(-1, -0.08, name="SubscriptionDiscount"),
        charge(5, 0.4, "SHIPPING", "Shipping"),
        charge(-2, None, "SHIPPING", "ShippingDiscount"),
        charge(0.75, 0.05, "FEE", "Recycling Fee"),
        charge(-0.5, None, "PROMO", "Promotion"),
    ]
    found = read(order("1", line("1", 1, (), charges), line("3", 2)))

    assert [("1", 1, 2000, 100, True), ("1/Recycling Fee", 1, 75, 0, False), ("3", 2, 1250, 0, True)] == [
        (one.id, one.quantity, one.amount_minor, one.discount_minor, one.requires_shipping) for one in found.lines
    ]
    assert (500, 250, 142 + 40 + 5 + 90) == (found.shipping_minor, found.discount_minor, found.tax_minor)
    assert (2000 - 100 + 75 + 1250 + 500 - 250 + 277, 0) == (found.total_minor, orders.money_off_by(found))


def test_charges_of_one_unit_are_multiplied_where_they_are_meant_so():
    one = order("1", line("1", 3, [status("Created", 2), status("Cancelled", 1)], [charge(10, 0.5)]))

    assert (667, 2000) == (read(one).lines[0].amount_minor, read(one, prices="unit").lines[0].amount_minor)


@pytest.mark.parametrize(
    ("refunds", "payment"), [([], "paid"), ([(-1, -0.05)], "partly_refunded"), ([(-12.5, None), (0, -0.9)], "refunded")]
)
def test_refunds_are_negative_charges(refunds, payment):
    rows = [{"refundReason": "DamagedItem", "charge": charge(amount, tax)} for amount, tax in refunds]
    refund = {"refundId": None, "refundCharges": {"refundCharge": rows}} if rows else None

    assert payment == read(order("1", line(refund=refund))).payment


@pytest.mark.parametrize(
    ("statuses", "requested"),
    [([status("Acknowledged", 1)], True), ([status("Shipped", 1, "1Z")], False), ([status("Cancelled", 1)], False)],
)
def test_a_wish_to_cancel_counts_as_long_as_units_wait(statuses, requested):
    found = read(order("1", line("1", 1, statuses, intentToCancel="2026-11-20T09:00:00Z"), line("2")))

    assert requested == found.cancel_requested


def test_a_replacement_costs_nothing_and_names_its_first_order():
    one = order("1", line(charges=[charge(0)]), orderType="REPLACEMENT", originalCustomerOrderID="20001")
    found = read(one)

    assert ("replacement", 0, "20001") == (found.type, found.total_minor, found.attributes["originalCustomerOrderID"])


@pytest.mark.parametrize(
    ("node", "said", "settings", "by"),
    [
        ({"type": "SellerFulfilled"}, "", {}, "merchant"),
        ({"type": "WFSFulfilled"}, "", {}, "channel"),
        ({"type": "3PLFulfilled"}, "", {}, "channel"),
        ({"type": "3PLFulfilled"}, "", {"third_party_ships": False}, "merchant"),
        ({}, "WFSFulfilled", {}, "channel"),
        (None, "WFSFulfilled", {}, "channel"),
        (None, "", {}, "merchant"),
        ({"type": "SellerFulfilled"}, "WFSFulfilled", {}, "merchant"),
    ],
)
def test_who_ships_is_said_by_the_order_or_by_the_list_it_stood_in(node, said, settings, by):
    assert by == read(order(shipNode=node), said, **settings).fulfilled_by


def test_a_line_keeps_what_rules_may_ask_for():
    fulfillment = {
        "fulfillmentOption": "S2H",
        "shipMethod": "EXPEDITED",
        "shippingProgramType": "TWO_DAY",
        "storeId": None,
    }
    item = {"sku": "00123", "productName": "Mug", "weight": {"value": "1.5", "unit": "Pounds"}}
    found = read(order("1", line(item=item, fulfillment=fulfillment, configId="cfg-1", serialNumbers=["SN-1", "SN-2"])))

    assert ("00123", 680, ("TWO_DAY",)) == (found.lines[0].sku, found.lines[0].weight_g, found.tags)
    assert {
        "fulfillmentOption": "S2H",
        "shipMethod": "EXPEDITED",
        "shippingProgramType": "TWO_DAY",
        "configId": "cfg-1",
        "serialNumbers": "SN-1, SN-2",
    } == found.lines[0].attributes


def test_an_order_without_address_phone_buyer_or_weight_is_one():
    bare = order("1", {"lineNumber": "1", "orderLineQuantity": {"amount": "1"}})
    for name in ("shippingInfo", "customerEmailId", "shipNode", "customerOrderId"):
        bare[name] = None
    found = read(bare)

    assert (None, "", "USD", 0, "") == (
        found.ship_to,
        found.customer.email,
        found.currency,
        found.total_minor,
        found.lines[0].sku,
    )


def test_a_country_that_nobody_knows_is_left_to_whoever_judges_addresses():
    one = order()
    one["shippingInfo"]["postalAddress"]["country"] = "XYZ"
    found = read(one)

    assert found.ship_to is not None
    assert "XYZ" == found.ship_to.country


def _with(path: str, value: Any) -> dict[str, Any]:
    """An order of which one field is something else; `""` as a part of `path` is the first line."""
    one = {"order": order()}
    at: Any = one
    *parents, last = path.split(".")
    for name in parents:
        at = at[int(name)] if name.isdigit() else at[name]
    at[last] = value
    return one


LINE = "order.orderLines.orderLine.0"


@pytest.mark.parametrize(
    ("changed", "field", "words"),
    [
        ({"order": None}, "order", "order is missing"),
        ({"order": []}, "order", "is not a table"),
        (_with("order.purchaseOrderId", None), "purchaseOrderId", "is missing"),
        (_with("order.orderDate", None), "orderDate", "is missing"),
        (_with("order.orderDate", value=True), "orderDate", "is not a moment"),
        (_with("order.orderDate", 1.5), "orderDate", "is not a moment"),
        (_with("order.orderDate", "soon"), "orderDate", "is not a moment"),
        (_with("order.orderDate", 10**17), "orderDate", "is not a moment"),
        (_with("order.orderLines", {}), "orderLines", "is missing"),
        (_with("order.orderLines", {"orderLine": {}}), "orderLine", "is not a list"),
        (_with(f"{LINE}.lineNumber", ""), "orderLine[1].lineNumber", "is missing"),
        (_with(f"{LINE}.orderLineQuantity", None), "orderLine[1].orderLineQuantity", "is missing"),
        *(
            (_with(f"{LINE}.orderLineQuantity.amount", wrong), "orderLine[1].orderLineQuantity", "whole number")
            for wrong in ("3.0", "-1", 1.0, True, None, "", "1e3", "\uff11")
        ),
        (
            _with(f"{LINE}.orderLineQuantity.amount", "9" * 30),
            "orderLine[1].orderLineQuantity",
            "more than can be real",
        ),
        (
            _with(f"{LINE}.orderLineStatuses.orderLineStatus", [status("Cancelled", 2)]),
            "orderLine[1].statusQuantity",
            "more units are cancelled than the 1",
        ),
        (_with(f"{LINE}.charges.charge", [charge(1.005)]), "orderLine[1].amount", "more decimals"),
        (
            _with(
                f"{LINE}.charges.charge", [charge(1), {**charge(1), "chargeAmount": {"currency": "EUR", "amount": 1}}]
            ),
            "orderLine[1].currency",
            "is EUR in an order in USD",
        ),
        (
            _with(f"{LINE}.charges.charge", [{**charge(1), "chargeAmount": {"currency": "usd", "amount": 1}}]),
            "orderLine[1].currency",
            "not a currency code",
        ),
        ({"order": order("1", line("1"), line("1"))}, "lines", "two lines with the same id"),
    ],
)
def test_what_cannot_be_an_order_is_refused_by_the_name_of_the_field(changed, field, words):
    error = refusal(changed)

    assert (field, "web order 1", True) == (error.field, error.where, words in error.message), error.message


units = st.integers(0, 4)


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(
        st.tuples(units, units, units, units, st.integers(0, 9999), st.integers(-500, 0), st.integers(0, 900)),
        min_size=1,
        max_size=4,
    )
)
def test_orders_add_up_whatever_became_of_their_units(lines):
    names = ("Created", "Shipped", "Cancelled", "Refund")
    rows = []
    for number, (*spread, price, off, tax) in enumerate(lines, 1):
        statuses = [status(name, count) for name, count in zip(names, spread, strict=True) if count]
        charges = [charge(price / 100, tax / 100), charge(off / 100, name="SubscriptionDiscount")]
        rows.append(line(str(number), sum(spread), statuses or [status("Created", 0)], charges))
    found = read(order("1", *rows))

    assert 0 == orders.money_off_by(found)
    assert [sum(spread[:4]) - spread[2] for spread in lines] == [one.quantity for one in found.lines]
    assert bool(found.cancelled_at) == all(sum(spread[:4]) == spread[2] for spread in lines)


@pytest.mark.skipif(not SHARED, reason="ORDERCTL_SHARED does not name the folder with recorded payloads")
def test_every_recorded_payload_is_an_order_or_is_refused_for_a_reason(payload_table):
    counted: Counter[str] = Counter()
    for path in sorted((Path(SHARED) / "channels/payloads/walmart").rglob("*.json")):
        value = json.loads(path.read_bytes())
        listed = value.get("list", {}).get("elements", {}).get("order") if isinstance(value, dict) else None
        for one in [{"order": row} for row in listed] if listed else [value]:
            try:
                found = channel().to_order(Payload(json.dumps(one).encode(), path.name))
            except RecordError as error:
                counted[f"refused: {error.message}"] += 1
                continue
            assert 0 == orders.money_off_by(found), path.name
            assert found.ship_to is not None, path.name
            assert "US" == found.ship_to.country, path.name
            counted[f"{found.type}, {found.payment}, {found.fulfilled_by}"] += 1

    payload_table("walmart", counted)
    assert {
        "b2c, paid, merchant": 10,
        "b2c, paid, channel": 1,
        "b2c, partly_refunded, merchant": 1,
        "b2c, refunded, merchant": 1,
        "b2c, voided, merchant": 1,
        "replacement, paid, merchant": 7,
        "replacement, voided, merchant": 2,
        "refused: order is missing": 36,
    } == counted
