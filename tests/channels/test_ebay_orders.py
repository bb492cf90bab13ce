"""What an eBay order says, row by row, and every trap of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderctl.channels.ebay_orders import PAYMENTS
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Address, Order, money_off_by
from tests.channels.ebay_fake import LINE, a_request, an_ebay_line, an_ebay_order, money
from tests.channels.http_contract import opening
from tests.channels.test_ebay import opened

CHANNEL = opened("http://127.0.0.1:9", opening(Path()))


def read(order: Any, /, **joined: Any) -> Order:
    value = {"more": order, **joined} if joined else order
    return CHANNEL.to_order(Payload(json.dumps(value).encode(), "web order 1"))


def priced(lines: list[dict[str, Any]], **pricing: str) -> Order:
    summary = {name: money(value) for name, value in pricing.items()}
    return read(an_ebay_order(lineItems=lines, pricingSummary=summary))


def start(**more: Any) -> list[dict[str, Any]]:
    """The fulfillment instructions of an order, changed."""
    (one,) = an_ebay_order()["fulfillmentStartInstructions"]
    return [one | more]


def test_an_ordinary_order():
    order = read(an_ebay_order("20-10000-80001", "2026-11-19T08:30:00Z", buyerCheckoutNotes="ring twice"))

    assert ("20-10000-80001", "20-10000-80001") == (order.channel_order_id, order.number)
    assert ("2026-11-19T08:30:00Z", "2026-11-19T08:30:00Z") == (order.placed_at, order.updated_at)
    assert ("paid", "merchant", "none", "online") == (order.payment, order.fulfilled_by, order.dispute, order.source)
    street = ("Ana Diaz", "", "1 Main St", "Apt 4", "", "New York", "NY", "10001", "US", "5550100100")
    assert Address(*street) == order.ship_to == order.bill_to
    assert ("ana_d", "Ana Diaz", "ana@members.ebay.example") == (
        *(order.customer.id, order.customer.name),
        order.customer.email,
    )
    assert ("UPSGround", "2026-11-23T06:59:59Z") == (order.requested_service, order.ship_by)
    assert ("2026-11-28T07:00:00Z", "ring twice") == (order.deliver_by, order.note)
    assert {"sales_record": "900", "marketplace": "EBAY_US"} == order.attributes
    (line,) = order.lines
    assert (LINE, "MUG", 2, 4000, True) == (line.id, line.sku, line.quantity, line.amount_minor, line.requires_shipping)
    assert (4000, 0) == (order.total_minor, money_off_by(order))


@pytest.mark.parametrize(("stated", "payment"), PAYMENTS.items())
def test_every_state_of_payment(stated, payment):
    assert payment == read(an_ebay_order(orderPaymentStatus=stated)).payment


def test_the_cost_of_a_line_is_for_all_its_units():
    order = priced([an_ebay_line(quantity=19, cost="4085.0")], total="4085.0")

    assert (21500, 0) == (order.lines[0].unit_price_minor, money_off_by(order))


def test_a_discount_of_a_line_and_of_shipping():
    line = an_ebay_line(cost="50.9", discountedLineItemCost=money("49.36"))
    order = priced(
        [line], priceSubtotal="50.9", priceDiscount="-1.54", deliveryCost="9.9", deliveryDiscount="-4.95", total="54.31"
    )

    assert (154, 495, 0, 0) == (
        *(order.lines[0].discount_minor, order.shipping_minor),
        *(order.discount_minor, money_off_by(order)),
    )


def test_a_discount_that_no_line_has_is_the_orders():
    assert (300, 0) == _discount(priced([an_ebay_line()], priceDiscount="-3.00", total="37.0"))


def test_shipping_that_is_discounted_to_less_than_nothing():
    assert (100, 0) == _discount(priced([an_ebay_line()], deliveryCost="1.0", deliveryDiscount="-2.0", total="39.0"))


def _discount(order: Order) -> tuple[int, int]:
    return order.discount_minor, money_off_by(order)


def test_a_fee_is_a_line_that_needs_no_shipping():
    order = priced([an_ebay_line()], fee="2.50", total="42.50")

    assert [("fee", 250, False)] == [(x.id, x.amount_minor, x.requires_shipping) for x in order.lines[1:]]
    assert 0 == money_off_by(order)


@pytest.mark.parametrize(("adjustment", "total", "lines"), [("-4.0", "36.0", 1), ("4.0", "44.0", 2)])
def test_an_adjustment_goes_either_way(adjustment, total, lines):
    order = priced([an_ebay_line()], adjustment=adjustment, total=total)

    assert (lines, 0) == (len(order.lines), money_off_by(order))


def test_tax_that_ebay_collects_is_part_of_the_total_when_it_stands_among_the_taxes():
    tax = {"taxType": "STATE_SALES_TAX", "amount": money("3.55")}
    collected = [tax | {"collectionMethod": "NET"}]
    order = priced([an_ebay_line(taxes=[tax], ebayCollectAndRemitTaxes=collected)], tax="3.55", total="43.55")

    assert (355, 355, False, 0) == (
        *(order.tax_minor, order.lines[0].tax_minor),
        *(order.prices_include_tax, money_off_by(order)),
    )


def test_tax_that_ebay_collects_beside_the_total_is_none_of_ours():
    collected = [{"taxType": "VAT", "amount": money("7.60"), "collectionMethod": "NET"}]
    order = priced([an_ebay_line(ebayCollectAndRemitTaxes=collected)], total="40.0")

    assert (0, 0) == (order.tax_minor, money_off_by(order))


def test_tax_inside_the_prices():
    order = priced([an_ebay_line(taxes=[{"amount": money("6.39")}])], tax="6.39", total="40.0")

    assert (True, 639, 0) == (order.prices_include_tax, order.tax_minor, money_off_by(order))


def test_a_tax_of_nothing_without_a_kind():
    assert 0 == priced([an_ebay_line(taxes=[{"amount": money("0.0")}])], total="40.0").tax_minor


def test_a_total_that_its_parts_do_not_reach_is_told_by_the_checks():
    assert 100 == money_off_by(priced([an_ebay_line()], total="41.0"))


@pytest.mark.parametrize(
    ("listing", "sku"),
    [({"legacyVariationId": "676000000422"}, "360000000001-676000000422"), ({}, "360000000001")],
)
def test_a_line_without_sku_is_known_by_item_and_variation(listing, sku):
    assert sku == priced([an_ebay_line(sku=None, **listing)], total="40.0").lines[0].sku


def test_aspects_of_a_variation_are_attributes():
    line = an_ebay_line(variationAspects=[{"name": "Color", "value": "blue"}, {"name": "Size", "value": "L"}])

    assert {"Color": "blue", "Size": "L", "item_id": "360000000001"} == priced([line], total="40.0").lines[0].attributes


def test_goods_that_ebay_forwards_go_to_its_hub_with_the_reference_above_the_street():
    (usual,) = start()
    forwarded = start(
        ebaySupportedFulfillment=True,
        shippingStep=usual["shippingStep"] | {"shipToReferenceId": "1234567890123456"},
        finalDestinationAddress={"addressLine1": "2 Final Street", "city": "Mooroopna", "countryCode": "AU"},
    )
    order = read(an_ebay_order(fulfillmentStartInstructions=forwarded))

    assert order.ship_to is not None
    assert ("Reference #1234567890123456", "1 Main St", "Apt 4", "US") == (
        *(order.ship_to.line1, order.ship_to.line2, order.ship_to.line3),
        order.ship_to.country,
    )
    wanted = {"forwarded_by": "ebay", "final_country": "AU", "shipping_reference": "1234567890123456"}
    assert wanted.items() <= order.attributes.items()


def test_goods_for_authentication_say_so():
    order = read(
        an_ebay_order(
            fulfillmentStartInstructions=start(ebaySupportedFulfillment=True),
            program={"authenticityVerification": {"status": "PENDING"}},
        )
    )

    assert "ebay-authentication" == order.attributes["forwarded_by"]


def test_what_ebay_ships_itself_is_not_ours():
    by_kind = [{"fulfillmentInstructionsType": "FULFILLED_BY_EBAY"}]
    by_program = {"fulfillmentProgram": {"fulfilledBy": "EBAY"}}
    for order in (
        read(an_ebay_order(fulfillmentStartInstructions=by_kind)),
        read(an_ebay_order(program=by_program)),
    ):
        assert ("channel", None) == (order.fulfilled_by, order.ship_to)


def test_a_line_that_is_fulfilled_already_is_not_sent_again():
    lines = [an_ebay_line(lineItemFulfillmentStatus="FULFILLED"), an_ebay_line("2", cost="1.0")]

    assert ["channel", "merchant"] == [line.fulfilled_by for line in priced(lines, total="41.0").lines]


def test_a_digital_order_needs_no_shipping():
    order = read(an_ebay_order(fulfillmentStartInstructions=[{"fulfillmentInstructionsType": "DIGITAL"}]))

    assert [False] == [line.requires_shipping for line in order.lines]


def test_a_digital_gift_card_needs_no_shipping_and_has_a_message():
    gift = {"recipientEmail": "kim@example.com", "message": "Happy birthday"}
    order = priced([an_ebay_line(giftDetails=gift), an_ebay_line("2", cost="1.0")], total="41.0")

    assert ([False, True], "Happy birthday") == ([x.requires_shipping for x in order.lines], order.gift_message)


def test_an_order_to_be_picked_up_names_the_shop_and_no_address():
    pickup = {"fulfillmentInstructionsType": "PREPARE_FOR_PICKUP", "pickupStep": {"merchantLocationKey": "soho"}}
    order = read(an_ebay_order(fulfillmentStartInstructions=[pickup]))

    assert ("soho", "pickup", None) == (order.pos_location, order.requested_service, order.ship_to)


def test_the_earliest_day_of_all_lines_counts():
    late = {"shipByDate": "2026-11-24T06:59:59.000Z"}
    lines = [an_ebay_line(lineItemFulfillmentInstructions=late), an_ebay_line("2", cost="1.0")]

    assert "2026-11-23T06:59:59Z" == priced(lines, total="41.0").ship_by


def test_a_region_that_is_none_and_a_county_in_its_place():
    order = an_ebay_order()
    address = order["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"]["contactAddress"]
    address.update(stateOrProvince="default", county="Kent", countryCode="GB")

    assert "Kent" == read(order).ship_to.region  # type: ignore[union-attr]


def test_a_phone_without_number_and_an_old_order_without_name_and_street():
    order = an_ebay_order()
    order["fulfillmentStartInstructions"][0]["shippingStep"]["shipTo"] = {
        "contactAddress": {"city": "Exampleton", "stateOrProvince": "NH", "postalCode": "03070", "countryCode": "US"},
        "primaryPhone": {},
    }

    assert Address(city="Exampleton", region="NH", postcode="03070", country="US") == read(order).ship_to


def test_a_cancellation_that_is_asked_for_is_no_cancellation_yet():
    order = read(an_ebay_order(cancelStatus=a_request()))

    assert (True, "", "ORDER_PLACED_BY_MISTAKE") == (
        *(order.cancel_requested, order.cancelled_at),
        order.attributes["cancel_reason"],
    )


@pytest.mark.parametrize(
    ("at", "cancelled_at"), [("2026-11-19T09:00:00.000Z", "2026-11-19T09:00:00Z"), (None, "2026-11-19T00:00:00Z")]
)
def test_a_cancelled_order(at, cancelled_at):
    status = {"cancelState": "CANCELED", "cancelRequests": [], **({"cancelledDate": at} if at else {})}

    assert cancelled_at == read(an_ebay_order(cancelStatus=status)).cancelled_at


def test_what_was_asked_for_alone_wins_over_the_list():
    listed = an_ebay_order(cancelStatus={"cancelState": "IN_PROGRESS", "cancelRequests": []})
    order = read(an_ebay_order(cancelStatus=a_request()), order=listed)

    assert "ORDER_PLACED_BY_MISTAKE" == order.attributes["cancel_reason"]


def test_the_tax_number_of_a_buyer():
    buyer = an_ebay_order()["buyer"] | {"taxIdentifier": {"taxpayerId": "RSSMRA80A01L219X"}}

    assert "RSSMRA80A01L219X" == read(an_ebay_order(buyer=buyer)).attributes["tax_id"]


@pytest.mark.parametrize(
    ("disputes", "state"),
    [
        ([{"paymentDisputeStatus": "ACTION_NEEDED"}], "open"),
        ([{"paymentDisputeStatus": "OPEN"}], "open"),
        ([{"paymentDisputeStatus": "CLOSED", "resolution": {}}], "won"),
        ([{"paymentDisputeStatus": "CLOSED", "resolution": {"recoupAmount": money("30.0")}}], "lost"),
        ([{"paymentDisputeStatus": "CLOSED"}], "open"),
        ([{"paymentDisputeStatus": "CLOSED", "resolution": {}}, {"paymentDisputeStatus": "OPEN"}], "open"),
        ([], "none"),
    ],
)
def test_the_worst_dispute_counts_and_who_has_the_money_decides(disputes, state):
    assert state == read(an_ebay_order(), disputes=disputes).dispute


def test_a_payout_in_another_currency_says_nothing_about_the_order():
    assert "USD" == read(an_ebay_order()).currency


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"orderId": None}, "orderId"),
        ({"orderId": 7}, "orderId"),
        ({"creationDate": None}, "placed_at"),
        ({"orderPaymentStatus": "MAYBE"}, "orderPaymentStatus"),
        ({"orderPaymentStatus": None}, "orderPaymentStatus"),
        ({"cancelStatus": {"cancelState": "HALF"}}, "cancelStatus.cancelState"),
        ({"pricingSummary": None}, "pricingSummary.total.currency"),
        ({"pricingSummary": {"total": money("1", "usd")}}, "pricingSummary.total.currency"),
        ({"pricingSummary": {"total": money("1e9999")}}, "pricingSummary.total.value"),
        ({"pricingSummary": {"total": money("40.0"), "fee": money("1", "EUR")}}, "pricingSummary.fee.currency"),
        ({"lineItems": {}}, "lineItems"),
        ({"lineItems": [an_ebay_line(lineItemCost=None)]}, "lineItems[1].lineItemCost"),
        ({"lineItems": [an_ebay_line(lineItemCost="40")]}, "lineItems[1].lineItemCost"),
        ({"lineItems": [an_ebay_line(lineItemCost=money("1", "EUR"))]}, "lineItems[1].lineItemCost.currency"),
        ({"lineItems": [an_ebay_line(lineItemId=None)]}, "lineItems[1].lineItemId"),
        ({"lineItems": [an_ebay_line(), an_ebay_line()]}, "lines"),
        ({"lineItems": [an_ebay_line(title=7)]}, "lines[1].title"),
        ({"buyer": "ana"}, "buyer"),
        ({"fulfillmentStartInstructions": [{"shippingStep": {"shipTo": []}}]}, "contact"),
        *(
            ({"lineItems": [an_ebay_line(quantity=units)]}, "lines[1].quantity")
            for units in (-1, 1.5, True, "3", 10**30)
        ),
        ({"lineItems": [an_ebay_line(quantity=None)]}, "lines[1].quantity"),
    ],
)
def test_what_cannot_be_an_order_is_refused_by_its_field(changed, field):
    with pytest.raises(RecordError) as caught:
        read(an_ebay_order(**changed))

    assert (field, "web order 1") == (caught.value.field, caught.value.where)


def test_a_quantity_of_nothing_is_kept():
    assert [0] == [line.quantity for line in priced([an_ebay_line(quantity=0)], total="40.0").lines]


def test_an_answer_about_another_order_is_refused():
    with pytest.raises(RecordError, match="is not that of the order it was asked for"):
        read(an_ebay_order("2"), order=an_ebay_order("1"))


def test_every_field_may_be_missing_without_anything_worse_than_a_refusal():
    whole = an_ebay_order(cancelStatus=a_request(), program={})
    refused: dict[str, str] = {}
    for path in list(_paths(whole)):
        order = json.loads(json.dumps(whole))
        *way, last = path
        holder: Any = order
        for name in way:
            holder = holder[name]
        del holder[last]
        try:
            read(order)
        except RecordError as error:
            refused[".".join(map(str, path))] = error.field

    assert {
        "orderId": "orderId",
        "creationDate": "placed_at",
        "orderPaymentStatus": "orderPaymentStatus",
        "pricingSummary": "pricingSummary.total.currency",
        "pricingSummary.total": "pricingSummary.total.currency",
        "pricingSummary.total.currency": "pricingSummary.total.currency",
        "lineItems.0.lineItemId": "lineItems[1].lineItemId",
        "lineItems.0.lineItemCost": "lineItems[1].lineItemCost",
        "lineItems.0.lineItemCost.value": "lineItems[1].lineItemCost",
        "lineItems.0.quantity": "lines[1].quantity",
    } == refused


def _paths(value: Any, way: tuple[Any, ...] = ()) -> Any:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for name, part in items:
        yield (*way, name)
        yield from _paths(part, (*way, name))
