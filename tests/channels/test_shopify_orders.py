from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.adapters import Payload
from orderctl.core.checks import money_checks
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order, money_off_by
from orderctl.core.revisions import taken_in_shop, to_ship
from tests.channels.http_contract import opening
from tests.channels.shopify_graphql import connection
from tests.channels.shopify_orders import (
    LINE,
    LOCATION,
    Row,
    a_line,
    a_place,
    a_shopify_order,
    an_address,
    as_sent,
    money,
)
from tests.channels.test_shopify import opened


def read(order: Row, more: Row | None = None, **settings: Any) -> Order:
    """`order` as its channel reads it."""
    sent = as_sent(order)
    raw = json.dumps({"order": sent, **more} if more is not None else sent).encode()
    return opened("http://127.0.0.1:9", opening(Path()), **settings).to_order(Payload(raw, "web order 1"))


def test_a_plain_order_is_taken_over_field_by_field():
    order = read(
        a_shopify_order(1042, note="ring twice", tags=["gift"], poNumber="PO-7", processedAt="2026-11-19T23:00:00Z")
    )

    assert ("web", "gid://shopify/Order/1042", "1042", "USD") == (
        *(order.channel, order.channel_order_id, order.number, order.currency),
    )
    assert ("2026-11-19T23:00:00Z", "2026-11-20T00:17:22Z", "") == (
        order.placed_at,
        order.updated_at,
        order.cancelled_at,
    )
    assert ("paid", "online", "low", "Standard") == (order.payment, order.source, order.risk, order.requested_service)
    assert (2700, 500, 200, 0) == (order.total_minor, order.shipping_minor, order.tax_minor, order.discount_minor)
    assert ("ring twice", ("gift",), "PO-7") == (order.note, order.tags, order.po_number)
    customer = order.customer
    assert ("Ana Diaz", "ana@example.com", 3, 8100, ("vip",)) == (
        *(customer.name, customer.email, customer.orders, customer.spent_minor, customer.tags),
    )
    assert order.ship_to
    assert ("Ana Diaz", "1 Main St", "NY", "10001", "US") == (
        *(order.ship_to.name, order.ship_to.line1, order.ship_to.region, order.ship_to.postcode, order.ship_to.country),
    )
    (line,) = order.lines
    assert (f"{LINE}10421", "MUG", "Mug - blue", 2, 2000) == (
        *(line.id, line.sku, line.title, line.quantity, line.amount_minor),
    )
    assert 0 == money_off_by(order)


@pytest.mark.parametrize(
    ("status", "payment"),
    [
        *(("PENDING", "pending"), ("AUTHORIZED", "authorized"), ("PARTIALLY_PAID", "partly_paid"), ("PAID", "paid")),
        *(("PARTIALLY_REFUNDED", "partly_refunded"), ("REFUNDED", "refunded"), ("VOIDED", "voided")),
        ("EXPIRED", "voided"),
    ],
)
def test_every_financial_status_is_a_payment(status, payment):
    assert payment == read(a_shopify_order(displayFinancialStatus=status)).payment


def test_an_order_without_a_financial_status_is_paid_only_when_nothing_is_outstanding():
    assert "paid" == read(a_shopify_order(displayFinancialStatus=None)).payment
    open_: Row = {"displayFinancialStatus": None, "totalOutstandingSet": money("20.0")}
    assert "pending" == read(a_shopify_order(**open_)).payment
    assert "pending" == read(a_shopify_order(displayFinancialStatus=None, fullyPaid=False)).payment


def test_a_status_of_tomorrow_is_put_aside_by_name():
    with pytest.raises(RecordError, match="displayFinancialStatus is 'BARTERED'") as caught:
        read(a_shopify_order(displayFinancialStatus="BARTERED"))
    assert ("displayFinancialStatus", "web order 1") == (caught.value.field, caught.value.where)


def test_amounts_are_those_of_the_shop_and_the_customers_stand_beside_them():
    line = a_line(11, originalUnitPriceSet=money("10.0", shown="9.2", shown_in="EUR"))
    order = read(a_shopify_order(1, line, currentTotalPriceSet=money("27.0", shown="24.84", shown_in="EUR")))

    assert ("USD", 2700, 2000) == (order.currency, order.total_minor, order.lines[0].amount_minor)
    assert {"presentment_currency": "EUR", "presentment_total": "24.84"} == order.attributes


@pytest.mark.parametrize(
    ("currency", "unit", "total", "minor"), [("JPY", "1000.0", "2000", 2000), ("KWD", "1.234", "2.468", 2468)]
)
def test_currencies_have_as_many_decimals_as_they_have(currency, unit, total, minor):
    nothing = money("0.0", currency)
    line = a_line(
        11, originalUnitPriceSet=money(unit, currency), discountedUnitPriceAfterAllDiscountsSet=money(unit, currency)
    )
    amounts: Row = dict.fromkeys(("currentShippingPriceSet", "currentTotalTaxSet", "totalTipReceivedSet"), nothing)
    paid: Row = {name: money(total, currency) for name in ("currentSubtotalPriceSet", "currentTotalPriceSet")}
    order = read(a_shopify_order(1, line, currencyCode=currency, **amounts, **paid))

    assert (minor, 0) == (order.total_minor, money_off_by(order))


def test_two_currencies_in_one_order_are_put_aside():
    with pytest.raises(RecordError, match="currentTotalTaxSet is in CAD, the order in USD"):
        read(a_shopify_order(currentTotalTaxSet=money("2.0", "CAD")))


def test_prices_with_tax_add_up_without_it():
    order = read(a_shopify_order(taxesIncluded=True, currentTotalPriceSet=money("25.0")))

    assert (True, 200, 0) == (order.prices_include_tax, order.tax_minor, money_off_by(order))


def test_discounts_stand_on_their_lines_however_unit_prices_are_rounded():
    line = a_line(11, 3, discountedUnitPriceAfterAllDiscountsSet=money("6.67"))
    order = read(a_shopify_order(1, line, currentSubtotalPriceSet=money("20.0")))

    assert (3000, 999, 1) == (order.lines[0].amount_minor, order.lines[0].discount_minor, order.discount_minor)
    assert 0 == money_off_by(order)

    low = a_line(11, 3, discountedUnitPriceAfterAllDiscountsSet=money("6.66"))
    order = read(a_shopify_order(1, low, currentSubtotalPriceSet=money("20.0")))
    assert (1000, 0, 0) == (order.lines[0].discount_minor, order.discount_minor, money_off_by(order))


def test_tips_fees_and_duties_are_lines_that_nobody_ships():
    extras: Row = {
        "totalTipReceivedSet": money("3.0"),
        "currentTotalAdditionalFeesSet": money("1.5"),
        "currentTotalDutiesSet": money("4.0"),
        "currentTotalPriceSet": money("35.5"),
    }
    order = read(a_shopify_order(**extras))

    assert [("tip", 300, False), ("fees", 150, False), ("duties", 400, False)] == [
        (line.id, line.amount_minor, line.requires_shipping) for line in order.lines[1:]
    ]
    assert 0 == money_off_by(order)
    included = read(a_shopify_order(**{**extras, "currentTotalPriceSet": money("31.5")}))
    assert ["tip", "fees"] == [line.id for line in included.lines[1:]]
    assert 0 == money_off_by(included)


def test_a_total_that_nothing_explains_is_noticed():
    assert ("money_mismatch",) == money_checks(read(a_shopify_order(currentTotalPriceSet=money("99.0"))))


def test_units_that_were_removed_or_refunded_are_no_longer_asked_for():
    gone = a_line(11, 3, currentQuantity=1, unfulfilledQuantity=1)
    whole = a_line(12, 2, currentQuantity=0, unfulfilledQuantity=0)
    order = read(
        a_shopify_order(1, gone, whole, currentSubtotalPriceSet=money("10.0"), currentTotalPriceSet=money("17.0"))
    )

    assert [1, 0] == [line.quantity for line in order.lines]
    assert 0 == money_off_by(order)


def test_units_that_came_back_after_they_were_shipped_still_count_as_ordered():
    """Three mugs, one was shipped and returned: two are left to ship, not one."""
    line = a_line(11, 3, currentQuantity=2, unfulfilledQuantity=2)
    returned = {"quantity": 1, "restockType": "RETURN", "lineItem": {"id": f"{LINE}11"}}
    sent = {"quantity": 1, "lineItem": {"id": f"{LINE}11"}}
    shipped = {"status": "SUCCESS", "fulfillmentLineItems": {"nodes": [sent]}}
    more = {"refunds": [{"refundLineItems": {"nodes": [returned]}}], "fulfillments": [shipped]}
    order = a_shopify_order(1, line)

    assert 3 == read(order, more).lines[0].quantity
    assert 0 == money_off_by(read(order, more))
    assert 2 == read(order, {**more, "fulfillments": []}).lines[0].quantity
    assert 2 == read(order, {**more, "fulfillments": [{**shipped, "status": "CANCELLED"}]}).lines[0].quantity


def test_a_cancelled_order_says_when():
    assert "2026-11-20T01:00:00Z" == read(a_shopify_order(cancelledAt="2026-11-20T01:00:00Z")).cancelled_at


@pytest.mark.parametrize(
    ("source", "ours"),
    [("web", "online"), ("shopify_draft_order", "draft"), ("1354745", "api"), ("instagram", "online")],
)
def test_where_an_order_came_from(source, ours):
    assert ours == read(a_shopify_order(sourceName=source)).source


def test_a_source_may_be_named():
    assert "phone" == read(a_shopify_order(sourceName="1354745"), sources={"1354745": "phone"}).source


def test_what_was_taken_at_a_till_is_only_off_the_stock_there():
    till: Row = {"sourceName": "pos", "retailLocation": {"id": f"{LOCATION}103"}, "sourceIdentifier": "103-2-1"}
    nobody: Row = {
        "shippingAddress": None,
        "customer": None,
        "email": None,
        "shippingLines": connection([]),
    }
    order = read(a_shopify_order(places=[a_place(1, {11: 2}, 103, "RETAIL", status="CLOSED")], **till, **nobody))

    assert ("pos", "103", None) == (order.source, order.pos_location, order.ship_to)
    assert taken_in_shop(order)
    assert ("", "103-2-1") == (order.customer.name, order.attributes["receipt"])


def test_what_a_till_sends_home_is_routed_and_what_was_carried_out_is_not():
    lines = [a_line(11, 1), a_line(12, 1, sku="LAMP")]
    places = [a_place(1, {11: 1}, 103, "RETAIL", status="CLOSED"), a_place(2, {12: 1})]
    till: Row = {"sourceName": "pos", "retailLocation": {"id": f"{LOCATION}103"}}
    order = read(a_shopify_order(1, *lines, places=places, **till))

    assert order.ship_to
    assert [("channel", False), ("merchant", True)] == [
        (line.fulfilled_by, to_ship(order, line)) for line in order.lines
    ]


def test_click_and_collect_leaves_over_the_counter_of_its_shop():
    order = read(a_shopify_order(places=[a_place(1, {11: 2}, 103, "PICK_UP")], shippingAddress=None))

    assert ("pos", "103", "pick_up") == (order.source, order.pos_location, order.attributes["delivery"])
    assert taken_in_shop(order)


@pytest.mark.parametrize("status", ["SUBMITTED", "ACCEPTED", "CLOSED"])
def test_what_shopify_gave_to_a_fulfillment_service_is_not_sent_again(status):
    order = read(a_shopify_order(places=[a_place(1, {11: 2}, requestStatus=status)]))

    assert "channel" == order.lines[0].fulfilled_by


def test_holds_scheduling_risk_and_delivery_are_there_for_rules():
    place = a_place(1, {11: 2}, method="LOCAL", status="ON_HOLD", fulfillmentHolds=[{"reason": "INCORRECT_ADDRESS"}])
    pending = {"recommendation": "NONE", "assessments": [{"riskLevel": "PENDING"}]}
    order = read(a_shopify_order(places=[place], risk=pending, discountCodes=["TEN"]))

    assert {
        "fulfillment_hold": "INCORRECT_ADDRESS",
        "delivery": "local",
        "risk_pending": "yes",
        "discount_codes": "TEN",
    } == order.attributes
    assert "" == order.risk


@pytest.mark.parametrize(
    ("levels", "advice", "risk"),
    [
        *((("LOW", "HIGH"), "ACCEPT", "high"), (("NONE",), "ACCEPT", "low"), ((), "NONE", "")),
        *((("LOW", "PENDING"), "INVESTIGATE", "medium"), ((), "CANCEL", "high")),
    ],
)
def test_risk_is_the_worst_that_anyone_said(levels, advice, risk):
    stated = {"recommendation": advice, "assessments": [{"riskLevel": level} for level in levels]}

    assert risk == read(a_shopify_order(risk=stated)).risk


def test_promises_are_those_of_the_lines_that_are_ours_to_send():
    method = {"methodType": "SHIPPING", "maxDeliveryDateTime": "2026-11-25T00:00:00Z"}
    place = a_place(1, {11: 2}, fulfillBy="2026-11-22T00:00:00Z", deliveryMethod=method)
    order = read(a_shopify_order(places=[place]))

    assert ("2026-11-22T00:00:00Z", "2026-11-25T00:00:00Z") == (order.ship_by, order.deliver_by)


def test_gift_cards_and_files_need_no_shipping():
    lines = [a_line(11, isGiftCard=True), a_line(12, requiresShipping=False)]

    assert [False, False] == [line.requires_shipping for line in read(a_shopify_order(1, *lines)).lines]


def test_a_bundle_is_its_parts_and_a_custom_line_has_no_sku():
    parts = [
        a_line(11, lineItemGroup={"id": "gid://shopify/LineItemGroup/5", "title": "Tea set"}),
        a_line(12, sku=None),
    ]
    first, second = read(a_shopify_order(1, *parts)).lines

    assert ("Tea set", "") == (first.attributes["bundle"], second.sku)


def test_what_customers_add_stands_on_order_and_line_and_never_for_what_we_add():
    said = [
        {"key": "engraving", "value": "Ana"},
        {"key": "risk_pending", "value": "no"},
        {"key": "empty", "value": None},
    ]
    risk = {"recommendation": "NONE", "assessments": [{"riskLevel": "PENDING"}]}
    order = read(a_shopify_order(1, a_line(11, customAttributes=said[:1]), customAttributes=said, risk=risk))

    assert {"engraving": "Ana", "risk_pending": "yes", "empty": ""} == order.attributes
    assert {"engraving": "Ana"} == order.lines[0].attributes


def test_a_redacted_customer_is_nobody_at_no_address():
    nobody: Row = {
        "id": "gid://shopify/Customer/9",
        "firstName": None,
        "lastName": None,
        "tags": [],
        "numberOfOrders": "0",
    }
    blank = dict.fromkeys(an_address(), "")
    order = read(a_shopify_order(email=None, customer=nobody, shippingAddress=blank, billingAddress=None))

    assert (None, None, "", "") == (order.ship_to, order.bill_to, order.customer.name, order.customer.email)


def test_addresses_without_region_postcode_or_first_name_are_addresses():
    address = an_address(
        name=None, firstName=None, lastName="\u738b", provinceCode=None, province=None, zip=None, countryCodeV2="HK"
    )
    order = read(a_shopify_order(shippingAddress=address))

    assert order.ship_to
    assert ("\u738b", "", "", "HK") == (
        order.ship_to.name,
        order.ship_to.region,
        order.ship_to.postcode,
        order.ship_to.country,
    )


def test_a_line_that_was_fulfilled_in_the_admin_is_not_ours_to_send_and_the_others_are():
    gone, open_ = a_line(11, 2, unfulfilledQuantity=0), a_line(12, 2, unfulfilledQuantity=1)
    order = read(a_shopify_order(1, gone, open_))

    assert [False, True] == [to_ship(order, line) for line in order.lines]


def test_units_that_came_back_after_all_had_left_are_not_sent_again():
    line = a_line(11, 3, currentQuantity=2, unfulfilledQuantity=0)
    returned = {"quantity": 1, "restockType": "RETURN", "lineItem": {"id": f"{LINE}11"}}
    shipped = {"quantity": 3, "lineItem": {"id": f"{LINE}11"}}
    sent = {"status": "SUCCESS", "fulfillmentLineItems": {"nodes": [shipped]}}
    more = {"refunds": [{"refundLineItems": {"nodes": [returned]}}], "fulfillments": [sent]}
    order = read(a_shopify_order(1, line), more)

    assert [(3, False)] == [(line.quantity, to_ship(order, line)) for line in order.lines]
