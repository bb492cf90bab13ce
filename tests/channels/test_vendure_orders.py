from __future__ import annotations

import json
from typing import Any

import pytest

from orderctl.channels.vendure import Vendure
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Address, Customer, Order, money_off_by
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.channels.vendure_fake import ADDRESS, a_line, a_vendure_order


def read(order: dict[str, Any], tmp_path: Any, **stated: Any) -> Order:
    """`order` as the channel understands it."""
    settings = {"base_url": "https://shop.example.com", "api_key": Secret("env:KEY", "key-1")} | stated
    channel = Vendure("web", Vendure.Settings.model_validate(settings), Opening(tmp_path))
    return channel.to_order(Payload(json.dumps(order).encode(), "web order 1"))


def test_an_order_says_who_bought_what_for_how_much_and_where_it_goes(tmp_path):
    order = read(a_vendure_order(1, couponCodes=["TEN", "SUMMER"]), tmp_path)

    assert ("web", "1", "1", "2026-11-20T00:00:01Z") == (
        order.channel,
        order.channel_order_id,
        order.number,
        order.placed_at,
    )
    assert Address("Ana Diaz", "", "1 Main St", "", "", "New York", "NY", "10001", "US", "") == order.ship_to
    assert order.bill_to is None
    assert Customer("7", "Ana Diaz", "ana@example.com", "") == order.customer
    assert ("paid", "ground", "USD") == (order.payment, order.requested_service, order.currency)
    assert {"state": "PaymentSettled", "order_type": "Regular", "coupons": "TEN, SUMMER"} == order.attributes
    assert (5400, 600, 900, True) == (
        order.total_minor,
        order.shipping_minor,
        order.tax_minor,
        order.prices_include_tax,
    )
    (line,) = order.lines
    assert ("11", "MUG", "Mug", 2, 4800, 0, 800) == (
        *(line.id, line.sku, line.title, line.quantity),
        *(line.amount_minor, line.discount_minor, line.tax_minor),
    )
    assert 0 == money_off_by(order)


def test_prices_can_be_read_without_tax(tmp_path):
    order = read(a_vendure_order(), tmp_path, prices_include_tax=False)

    assert (5400, 500, 900, 4000) == (
        order.total_minor,
        order.shipping_minor,
        order.tax_minor,
        order.lines[0].amount_minor,
    )
    assert 0 == money_off_by(order)


def discounted() -> dict[str, Any]:
    """A line of three with 10 % off the order, and one without."""
    lines = (
        a_line(
            "11", quantity=3, price=1999, linePriceWithTax=7196, proratedLinePrice=5397, proratedLinePriceWithTax=6476
        ),
        a_line("12", "LAMP", 1, 4550),
    )
    return a_vendure_order(1, *lines)


@pytest.mark.parametrize("with_tax", [True, False])
def test_a_discount_of_the_order_stands_on_its_lines(tmp_path, with_tax):
    order = read(discounted(), tmp_path, prices_include_tax=with_tax)

    assert [720 if with_tax else 600, 0] == [line.discount_minor for line in order.lines]
    assert 0 == money_off_by(order)


@pytest.mark.parametrize("with_tax", [True, False])
def test_a_surcharge_is_a_line_that_is_not_shipped_or_a_discount(tmp_path, with_tax):
    charges = [
        {"id": "1", "description": "gift wrap", "sku": "", "price": 250, "priceWithTax": 300},
        {"id": "2", "description": "sorry", "sku": "", "price": -100, "priceWithTax": -120},
    ]
    plain = a_vendure_order()
    total = {"total": plain["total"] + 150, "totalWithTax": plain["totalWithTax"] + 180}
    order = read(plain | total | {"surcharges": charges}, tmp_path, prices_include_tax=with_tax)

    assert [("11", True), ("surcharge-1", False)] == [(line.id, line.requires_shipping) for line in order.lines]
    assert (120 if with_tax else 100) == order.discount_minor
    assert 0 == money_off_by(order)


def test_a_price_that_was_raised_is_no_negative_discount(tmp_path):
    line = a_line("11", proratedLinePrice=4100, proratedLinePriceWithTax=4920)
    order = read(a_vendure_order(1, line), tmp_path)

    assert (4920, 0) == (order.lines[0].amount_minor, order.lines[0].discount_minor)
    assert 0 == money_off_by(order)


def test_units_that_were_cancelled_are_not_wanted_and_the_order_still_adds_up(tmp_path):
    order = read(a_vendure_order(1, a_line("11", quantity=1, orderPlacedQuantity=3)), tmp_path)

    assert [1] == [line.quantity for line in order.lines]
    assert 0 == money_off_by(order)


def test_a_cancelled_order_keeps_its_lines_with_nothing_in_them(tmp_path):
    line = a_line("11", quantity=0, orderPlacedQuantity=2)
    gone = {"state": "Cancelled", "total": 0, "totalWithTax": 0, "shipping": 0, "shippingWithTax": 0, "payments": []}
    order = read(a_vendure_order(1, line, **gone), tmp_path)

    assert ("2026-11-20T00:00:01Z", "voided", [0]) == (
        order.cancelled_at,
        order.payment,
        [one.quantity for one in order.lines],
    )
    assert 0 == money_off_by(order)


@pytest.mark.parametrize(
    ("currency", "precision", "stated", "minor"),
    [
        ("USD", 2, 1999, 1999),
        ("JPY", 2, 199_900, 1999),
        ("JPY", 0, 1999, 1999),
        ("KWD", 2, 1999, 19_990),
        ("KWD", 3, 1999, 1999),
        ("USD", 4, 199_949, 1999),
        ("USD", 4, 199_950, 2000),
    ],
)
def test_amounts_have_the_decimals_of_the_server_not_of_the_currency(tmp_path, currency, precision, stated, minor):
    amounts = dict.fromkeys(("linePrice", "linePriceWithTax", "proratedLinePrice", "proratedLinePriceWithTax"), stated)
    totals = {"total": stated, "totalWithTax": stated, "shipping": 0, "shippingWithTax": 0}
    row = a_vendure_order(1, a_line() | amounts, **totals, currencyCode=currency, payments=[])
    order = read(row, tmp_path, money_precision=precision)

    assert (minor, minor) == (order.total_minor, order.lines[0].amount_minor)


@pytest.mark.parametrize(
    ("payments", "total", "payment"),
    [
        ([], 5400, "pending"),
        ([], 0, "paid"),
        ([("Created", 5400)], 5400, "pending"),
        ([("Declined", 5400), ("Error", 5400), ("Cancelled", 5400)], 5400, "pending"),
        ([("Authorized", 5400)], 5400, "authorized"),
        ([("Settled", 5400)], 5400, "paid"),
        ([("Settled", 2000)], 5400, "partly_paid"),
        ([("Settled", 2000), ("Authorized", 3400)], 5400, "partly_paid"),
        ([("Settled", 5400, ("Settled", 1000))], 5400, "partly_refunded"),
        ([("Settled", 5400, ("Pending", 1000))], 5400, "partly_refunded"),
        ([("Settled", 5400, ("Failed", 5400))], 5400, "paid"),
        ([("Settled", 5400, ("Settled", 5000), ("Settled", 400))], 5400, "refunded"),
    ],
)
def test_payment_is_what_was_settled_authorized_and_given_back(tmp_path, payments, total, payment):
    rows = [
        {
            "method": "card",
            "state": state,
            "amount": amount,
            "refunds": [{"state": refund, "total": back} for refund, back in refunds],
        }
        for state, amount, *refunds in payments
    ]

    assert payment == read(a_vendure_order(payments=rows, total=total, totalWithTax=total), tmp_path).payment


@pytest.mark.parametrize(
    ("state", "by"),
    [
        *((state, "merchant") for state in ("PaymentAuthorized", "PaymentSettled", "PartiallyShipped", "Modifying")),
        *((state, "channel") for state in ("Shipped", "Delivered")),
    ],
)
def test_what_a_person_shipped_in_the_shop_is_not_shipped_again(tmp_path, state, by):
    assert by == read(a_vendure_order(state=state), tmp_path).fulfilled_by


def test_an_invoice_that_is_only_authorized_is_on_terms(tmp_path):
    bought = a_vendure_order(payments=[{"method": "invoice", "state": "Authorized", "amount": 5400, "refunds": []}])

    assert "on_terms" == read(bought, tmp_path, on_terms=["invoice"]).payment
    assert "authorized" == read(bought, tmp_path, on_terms=["check"]).payment


@pytest.mark.parametrize(
    "changes",
    [
        {"shippingAddress": None, "billingAddress": None, "customer": None, "shippingLines": []},
        {"shippingAddress": dict.fromkeys(ADDRESS), "payments": None, "surcharges": None, "couponCodes": None},
        {"lines": [a_line("11", productVariant=None)]},
        {"lines": [a_line("11", productVariant={"sku": None, "name": None})]},
        {"lines": []},
        {"customer": {"id": "1", "firstName": "Ana", "lastName": None, "emailAddress": None, "phoneNumber": None}},
    ],
)
def test_what_an_order_may_lack_it_may_lack(tmp_path, changes):
    assert "1" == read(a_vendure_order(**changes), tmp_path).number


def test_the_same_sku_on_two_lines_stays_apart(tmp_path):
    order = read(a_vendure_order(1, a_line("11"), a_line("12")), tmp_path)

    assert [("11", "MUG"), ("12", "MUG")] == [(line.id, line.sku) for line in order.lines]


def test_names_from_everywhere_are_kept(tmp_path):
    address = ADDRESS | {"fullName": "Zoë O'Neil 🎁 山田", "streetLine1": "Straße 1\nHinterhof", "countryCode": "de"}
    ship_to = read(a_vendure_order(shippingAddress=address), tmp_path).ship_to

    assert ship_to is not None
    assert ("Zoë O'Neil 🎁 山田", "DE") == (ship_to.name, ship_to.country)


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"id": None, "code": None}, "channel_order_id"),
        ({"orderPlacedAt": None, "updatedAt": None}, "placed_at"),
        ({"orderPlacedAt": "yesterday"}, "placed_at"),
        ({"currencyCode": "EURO"}, "currencyCode"),
        ({"currencyCode": None}, "currencyCode"),
        ({"totalWithTax": "54.00"}, "totalWithTax"),
        ({"totalWithTax": True}, "totalWithTax"),
        ({"totalWithTax": None}, "totalWithTax"),
        ({"total": 10**40, "totalWithTax": 10**40}, "total"),
        ({"lines": None}, "lines"),
        ({"lines": ["x"]}, "lines"),
        ({"lines": [a_line("")]}, "lines[1].id"),
        ({"lines": [a_line("1"), a_line("1")]}, "lines"),
        ({"lines": [a_line("1", quantity=2) | {"quantity": -1}]}, "lines[1].quantity"),
        ({"lines": [a_line("1", quantity=2) | {"quantity": "3.0"}]}, "lines[1].quantity"),
        ({"lines": [a_line("1", quantity=2) | {"quantity": 10**30}]}, "lines[1].quantity"),
        ({"lines": [a_line("1", linePriceWithTax=1.5)]}, "lines[1].linePriceWithTax"),
        ({"lines": [a_line("1", productVariant=7)]}, "lines[1].productVariant"),
        ({"shippingAddress": "New York"}, "shippingAddress"),
        ({"shippingAddress": {"fullName": 7}}, "shippingAddress.fullName"),
        ({"customer": []}, "customer"),
        ({"couponCodes": [7]}, "couponCodes"),
        ({"payments": [{"state": "Settled", "amount": None}]}, "payments.amount"),
    ],
)
def test_an_order_that_is_wrong_names_its_first_wrong_field(tmp_path, changes, field):
    with pytest.raises(RecordError) as caught:
        read(a_vendure_order(**changes), tmp_path)

    assert (field, "web order 1") == (caught.value.field, caught.value.where)


@pytest.mark.parametrize("name", sorted(a_vendure_order()))
def test_an_order_without_one_of_its_fields_is_read_or_refused_by_name(tmp_path, name):
    """What Vendure's schema lets be null is not missed; the rest is named."""
    row = a_vendure_order()
    del row[name]
    needed = {"currencyCode", "lines", "orderPlacedAt", "shippingWithTax", "total", "totalWithTax"}
    if name in needed:
        with pytest.raises(RecordError):
            read(row, tmp_path)
    else:
        assert read(row, tmp_path).lines
