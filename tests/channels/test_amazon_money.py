from __future__ import annotations

import pytest

from orderctl.core import orders
from orderctl.core.errors import RecordError
from tests.channels.amazon_fake import an_amazon_order, an_item, proceeds, usd
from tests.channels.test_amazon_orders import read


def test_a_gift_with_wrapping_tax_shipping_and_a_discount_adds_up():
    parts = proceeds(ITEM="12.50", SHIPPING="4.99", GIFT_WRAP="3.49", TAX="0.58", DISCOUNT="-1.25")
    gift = {"giftOption": {"giftMessage": "Happy birthday!\nFrom Ana", "giftWrapLevel": "Classic"}}
    item = an_item(quantity=1, proceeds={"breakdowns": parts})
    item["fulfillment"]["packing"] = gift
    order = read(an_amazon_order(1, item, proceeds={"grandTotal": usd("20.31")}))

    assert 0 == orders.money_off_by(order)
    assert (2031, 499, 58, 0) == (order.total_minor, order.shipping_minor, order.tax_minor, order.discount_minor)
    assert [(1250, 125, True), (349, 0, False)] == [
        (line.amount_minor, line.discount_minor, line.requires_shipping) for line in order.lines
    ]
    assert "Happy birthday!\nFrom Ana" == order.gift_message == order.lines[0].attributes["gift_message"]


def test_a_discount_on_shipping_is_the_orders():
    parts = proceeds(ITEM="3.00", SHIPPING="4.99", DISCOUNT="-5.29")
    parts[2]["detailedBreakdowns"] = [
        {"subtype": "SHIPPING", "value": usd("-4.99")},
        {"subtype": "ITEM", "value": usd("-0.30")},
    ]
    item = an_item(quantity=1, proceeds={"breakdowns": parts})
    order = read(an_amazon_order(1, item, proceeds={"grandTotal": usd("2.70")}))

    assert (0, 30, 499) == (orders.money_off_by(order), order.lines[0].discount_minor, order.discount_minor)


def test_prices_that_include_the_tax_are_told_by_the_total():
    item = an_item(quantity=1, proceeds={"breakdowns": proceeds(ITEM="12.00", TAX="2.00")})
    order = read(an_amazon_order(1, item, proceeds={"grandTotal": usd("12.00")}))

    assert (0, True, 200) == (orders.money_off_by(order), order.prices_include_tax, order.tax_minor)


@pytest.mark.parametrize(("status", "total"), [("FINALIZED", "25.00"), ("PENDING", "20.00")])
def test_a_tip_is_a_line_that_ships_nothing_once_it_is_final(status, total):
    tip = {"type": "DELIVERY_TIP", "status": status, "subtotal": usd("5.00")}
    stated = {"grandTotal": usd(total), "breakdowns": [*proceeds(ITEM="20.00"), tip]}
    order = read(an_amazon_order(1, proceeds=stated))

    assert 0 == orders.money_off_by(order)
    assert ["delivery_tip"] * (status == "FINALIZED") == [line.id for line in order.lines[1:]]


def test_what_only_the_order_states_counts_for_the_order():
    item = an_item()
    del item["proceeds"]
    stated = {"grandTotal": usd("23.99"), "breakdowns": proceeds(ITEM="20.00", SHIPPING="4.99", DISCOUNT="-1.00")}
    order = read(an_amazon_order(1, item, proceeds=stated))

    assert (0, 499, 100) == (orders.money_off_by(order), order.shipping_minor, order.discount_minor)


def test_yen_have_no_decimals():
    item = an_item(quantity=1, proceeds={"breakdowns": [{"type": "ITEM", "subtotal": usd("5980", "JPY")}]})
    del item["product"]["price"]
    order = read(an_amazon_order(1, item, proceeds={"grandTotal": usd("5980", "JPY")}))

    assert ("JPY", 5980, 0) == (order.currency, order.total_minor, orders.money_off_by(order))


@pytest.mark.parametrize(
    ("money", "field"),
    [
        (usd("1.00", "EUR"), "proceeds.grandTotal.currencyCode"),
        ({"amount": "1.005", "currencyCode": "USD"}, "proceeds.grandTotal.amount"),
        ({"currencyCode": "USD"}, "proceeds.grandTotal.amount"),
    ],
)
def test_an_amount_that_cannot_be_is_refused(money, field):
    item = an_item()
    order = an_amazon_order(1, item)
    order["proceeds"] = {"grandTotal": money}
    with pytest.raises(RecordError) as caught:
        read(order)

    assert field == caught.value.field or "orderItems[1]" in caught.value.field
