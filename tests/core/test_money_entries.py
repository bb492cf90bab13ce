from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.errors import RecordError
from orderctl.core.money_entries import (
    CONFIGURED,
    ORDER,
    STATEMENT,
    TYPES,
    MoneyEntry,
    account,
    estimated_fee,
    refunded,
    sales_of,
    sold,
)
from orderctl.core.orders import Order
from tests.builders import a_line, an_order

amounts = st.integers(0, 10**9)


def entry(type_: str = "payment_fee", minor: int = -59, **changes: Any) -> MoneyEntry:
    fields = {"channel_order_id": "1042", "source": ORDER, "reference": "", "currency": "USD"} | changes
    return MoneyEntry(type=type_, amount_minor=minor, **fields)


def by_type(entries: list[MoneyEntry]) -> dict[str, int]:
    return {one.type: one.amount_minor for one in entries}


@st.composite
def orders(draw: st.DrawFn) -> Order:
    lines = [
        a_line(f"SKU-{number}", amount_minor=draw(amounts), discount_minor=draw(amounts))
        for number in range(draw(st.integers(0, 3)))
    ]
    rest = {name: draw(amounts) for name in ("shipping_minor", "discount_minor", "tax_minor", "total_minor")}
    return an_order(*lines, prices_include_tax=draw(st.booleans()), **rest)


@given(orders())
def test_what_was_sold_adds_up_to_the_total_that_the_order_states(order):
    assert order.total_minor == sum(one.amount_minor for one in sales_of(order))


def test_revenue_is_without_the_tax_that_prices_include():
    order = an_order(a_line(amount_minor=1190), tax_minor=190, prices_include_tax=True, shipping_minor=500)

    assert {"revenue": 1000, "tax": 190, "shipping_income": 500} == by_type(sales_of(order))


def test_nothing_was_sold_in_an_order_whose_payment_is_void():
    assert [] == sales_of(an_order(payment="voided"))


@given(amounts, amounts, amounts, amounts)
def test_what_a_channel_says_was_sold_adds_up_to_its_total(total, tax, shipping, discount):
    entries = sold("1", "USD", "", total=total, tax=tax, shipping=shipping, discount=discount)

    assert total == sum(one.amount_minor for one in entries)


@given(total=amounts, share=st.fractions(0, 1))
def test_a_refund_and_its_tax_are_what_the_customer_got(total, share):
    entries = refunded("1", "USD", "", reference="refund 7", total=total, tax=int(total * share))

    assert -total == sum(one.amount_minor for one in entries)
    assert len({one.key for one in entries}) == len(entries)
    assert all(one.amount_minor < 0 for one in entries)


@pytest.mark.parametrize(
    ("percent", "fixed", "fee"), [("2.9", 30, -59), ("0", 25, -25), ("15", 0, -150), ("2.95", 0, -30), ("0", 0, 0)]
)
def test_an_estimate_is_a_share_of_the_total_and_a_fixed_amount_rounded_once(percent, fixed, fee):
    found = estimated_fee(an_order(), percent, fixed)

    assert (fee, True, "marketplace_fee", CONFIGURED) == (found.amount_minor, found.estimate, found.type, found.source)


@pytest.mark.parametrize("off", [{"payment": "voided"}, {"cancelled_at": "2026-11-20T11:00:00Z"}])
def test_of_an_order_that_is_off_no_fee_is_estimated(off):
    assert 0 == estimated_fee(an_order(**off), "15", 30).amount_minor


@pytest.mark.parametrize("kind", ["marketplace_fee", "payment_fee"])
def test_an_estimate_counts_until_a_fee_is_known(kind):
    order = an_order()
    estimate = estimated_fee(order, "15", 0)
    known = entry(kind, -120, source=STATEMENT, reference="T1")

    assert {"revenue": 1000, "marketplace_fee": -150} == by_type(account(order, [estimate]))
    assert {"revenue": 1000, kind: -120} == by_type(account(order, [estimate, known]))


def test_a_fee_that_is_given_back_is_no_fee_that_is_missing():
    """A refund brings the commission back: both are known, and no estimate is added."""
    order = an_order()
    kept = [estimated_fee(order, "15", 0), entry(minor=-59), entry(minor=59, source=STATEMENT, reference="R1")]

    assert 1000 == sum(one.amount_minor for one in account(order, kept))


def test_what_a_channel_says_was_sold_goes_before_what_is_left_of_the_order():
    """The order was lowered by its refund; taken off twice, it would be worth less than nothing."""
    lowered = an_order(a_line(amount_minor=400))
    stated = [*sold("1042", "USD", "", total=1000, tax=0, shipping=0, discount=0)]
    stated += refunded("1042", "USD", "", reference="refund 7", total=600)

    assert {"revenue": 1000, "refund": -600} == by_type(account(lowered, stated))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("type", {"type_": "profit"}),
        ("currency", {"currency": "usd"}),
        ("channel_order_id", {"channel_order_id": ""}),
        ("source", {"source": ""}),
        ("reference", {"reference": "x" * 201}),
        ("amount", {"minor": 10**15 + 1}),
        ("amount", {"minor": 1.5}),
        ("amount", {"minor": True}),
        ("at", {"at": "2026-11-20"}),
    ],
)
def test_what_cannot_be_is_refused_by_name(field, changes):
    with pytest.raises(RecordError) as caught:
        entry(**changes)

    assert field == caught.value.field


def test_every_type_of_the_design_is_there():
    words = (
        "revenue, discount, tax, shipping income, marketplace fee, payment fee, cost of goods, shipping cost, duty,"
        " refund, adjustment"
    )
    assert tuple(words.replace(", ", ",").replace(" ", "_").split(",")) == TYPES
