"""What Shopify states of money: refunds, and what Shopify Payments keeps."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import MoneyEntry, account
from tests.channels.http_contract import opening
from tests.channels.shopify_fake import Store
from tests.channels.shopify_graphql import connection, shared
from tests.channels.shopify_orders import LINE, Row, a_shopify_order, as_sent, money
from tests.channels.test_shopify import opened
from tests.channels.test_shopify_pull import running

CHANNEL = opened("http://127.0.0.1:9", opening(Path()))


def payload(order: Row, *refunds: Row) -> Payload:
    sent = as_sent(order)
    return Payload(json.dumps({"order": sent, "refunds": list(refunds)} if refunds else sent).encode(), "web order 1")


def said(order: Row, *refunds: Row) -> dict[tuple[str, str], int]:
    return {(one.type, one.reference): one.amount_minor for one in CHANNEL.entries_of(payload(order, *refunds))}


def usd(amount: str, currency: str = "USD") -> Row:
    return {"amount": amount, "currencyCode": currency}


def a_payment(number: int = 1, fee: str = "0.88", tax: str = "0.0", status: str = "SUCCESS", **more: Any) -> Row:
    fees = [{"amount": usd(fee), "taxAmount": usd(tax)}]
    at = "2026-11-20T00:00:05Z"
    return {"id": f"gid://shopify/OrderTransaction/{number}", "status": status, "processedAt": at, "fees": fees, **more}


def a_refund(total: str = "15.0", *lines: Row, number: int = 7, shipping: str = "", **before: str) -> Row:
    """A refund of an order that came to 27.00 before it."""
    ways = [{"subtotalAmountSet": money(shipping), "taxAmountSet": money("0.0")}] if shipping else []
    sold = {"totalPriceSet": "27.0", "totalTaxSet": "2.0", "totalShippingPriceSet": "5.0", "totalDiscountsSet": "0.0"}
    return {
        "id": f"gid://shopify/Refund/{number}",
        "processedAt": "2026-11-20T09:00:00Z",
        "totalRefundedSet": money(total),
        "refundLineItems": {"nodes": list(lines)},
        "refundShippingLines": {"nodes": ways},
        "order": {name: money(amount) for name, amount in (sold | before).items()},
    }


def a_line_back(subtotal: str = "10.0", tax: str = "1.0") -> Row:
    return {
        "quantity": 1,
        "restockType": "RETURN",
        "lineItem": {"id": f"{LINE}11"},
        "subtotalSet": money(subtotal),
        "totalTaxSet": money(tax),
    }


def test_an_order_without_refunds_and_fees_states_nothing():
    assert {} == said(a_shopify_order(1))


def test_a_fee_stands_with_its_payment_and_has_its_tax_in_it():
    payments = [a_payment(1, "0.88", "0.12"), a_payment(2, status="FAILURE"), a_payment(3) | {"fees": []}]

    assert {("payment_fee", "payment 1"): -100} == said(a_shopify_order(1, transactions_=payments))


def test_a_fee_is_in_the_currency_of_the_account():
    kept = a_payment() | {"fees": [{"amount": usd("1.20", "CAD"), "taxAmount": usd("0.0", "CAD")}]}
    found = CHANNEL.entries_of(payload(a_shopify_order(1, transactions_=[kept])))

    assert [(-120, "CAD")] == [(one.amount_minor, one.currency) for one in found]


def test_a_refund_is_what_went_back_with_its_tax_apart_and_what_was_sold_before_it_stands_beside():
    found = said(a_shopify_order(1), a_refund("16.0", a_line_back(), shipping="5.0"))

    assert (-1500, -100) == (found["refund", "refund 7"], found["tax", "refund 7"])
    assert {"revenue": 2000, "tax": 200, "shipping_income": 500} == {
        type_: minor for (type_, reference), minor in found.items() if not reference
    }


def test_goodwill_is_a_refund_without_tax():
    assert -300 == said(a_shopify_order(1), a_refund("3.0"))["refund", "refund 7"]


def test_units_that_were_taken_off_unpaid_were_never_sold():
    """Nothing was paid back for the first; the second was paid, and given back."""
    unpaid, paid = a_refund("0.0", a_line_back("5.0", "0.5")), a_refund("11.0", a_line_back(), number=8)
    found = said(a_shopify_order(1), unpaid, paid)

    assert 2700 - 550 == sum(minor for (_, reference), minor in found.items() if not reference)
    assert ("refund", "refund 7") not in found


@settings(max_examples=50)
@given(st.lists(st.tuples(st.integers(1, 800), st.integers(0, 100)), max_size=3), st.integers(0, 500))
def test_entries_add_up_to_what_the_store_states(refunds, fee):
    rows = [
        a_refund(f"{minor / 100:.2f}", a_line_back("1.0", f"{tax / 100:.2f}"), number=at)
        for at, (minor, tax) in enumerate(refunds)
    ]
    order = a_shopify_order(1, transactions_=[a_payment(1, f"{fee / 100:.2f}")])
    one = payload(order, *rows)

    together = sum(entry.amount_minor for entry in account(CHANNEL.to_order(one), CHANNEL.entries_of(one)))
    assert 2700 - fee - sum(minor for minor, _ in refunds) == together


def test_an_amount_in_another_currency_is_refused_by_name():
    with pytest.raises(RecordError) as caught:
        said(a_shopify_order(1), a_refund() | {"totalRefundedSet": money("15.0", "EUR")})

    assert "totalRefundedSet.shopMoney" == caught.value.field


def test_refunds_are_asked_for_only_where_money_went_back_and_no_second_entry_comes(tmp_path):
    store = Store(3)
    back = {**a_refund("11.0", a_line_back()), "refundLineItems": connection([a_line_back()])}
    back["refundShippingLines"] = connection([])
    store.orders[1] |= {"displayFinancialStatus": "PARTIALLY_REFUNDED", "refunds_": [back]}
    with running(tmp_path, store) as (channel, _):
        read = [payload for page in channel.fetch({}) for payload in page.payloads]
        found: list[list[MoneyEntry]] = [list(channel.entries_of(one)) for one in (*read, *read)]

    assert 1 == store.asked_for.count("Returns")
    assert [0, 1, 0, 0, 1, 0] == [len([one for one in entries if one.type == "refund"]) for entries in found]
    assert found[:3] == found[3:]


def test_recorded_refunds_come_to_what_went_back():
    folder = shared()
    if folder is None:
        pytest.skip("ORDERCTL_SHARED names no folder with recorded answers")
    file = folder / "captured" / "orders__refund-create-partial-shipping-restock-parity.json"
    recorded = json.loads(file.read_text(encoding="utf-8"))
    refund = recorded["mutation"]["response"]["data"]["refundCreate"]["refund"]
    before = {name: money("25.0", "CAD") for name in ("totalPriceSet",)}
    order = as_sent(a_shopify_order(1)) | {"currencyCode": "CAD"}
    raw = json.dumps({"order": order, "refunds": [{**refund, "order": before}]}).encode()

    found = {(one.type, one.reference): one.amount_minor for one in CHANNEL.entries_of(Payload(raw, "web order 1"))}
    assert {("refund", "refund 1028613341490"): -1500, ("revenue", ""): 2500} == found
