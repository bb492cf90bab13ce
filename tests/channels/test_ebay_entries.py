"""What eBay states of money: with its orders, and in its Finances API."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError, RemoteDenied
from orderctl.core.money import to_text
from orderctl.core.money_entries import MoneyEntry, account
from tests.channels.ebay_fake import EbayShop, an_ebay_line, an_ebay_order, money
from tests.channels.test_ebay import selling
from tests.channels.test_ebay_orders import CHANNEL, read


def entries(order: Any) -> list[MoneyEntry]:
    return list(CHANNEL.entries_of(Payload(json.dumps(order).encode(), "web order 1")))


def said(order: Any) -> dict[tuple[str, str], int]:
    return {(one.type, one.reference): one.amount_minor for one in entries(order)}


def paid_back(*refunds: dict[str, Any]) -> dict[str, Any]:
    return {"totalDueSeller": money("0.0"), "payments": [], "refunds": list(refunds)}


def a_refund(value: str = "30.00", number: str = "5300000003", status: str = "REFUNDED") -> dict[str, Any]:
    at = "2026-11-20T08:00:00.000Z"
    return {"refundReferenceId": number, "refundStatus": status, "refundDate": at, "amount": money(value)}


def test_an_order_without_fees_and_refunds_states_none():
    assert {} == said(an_ebay_order())


def test_the_fee_is_what_ebay_has_taken():
    assert {("marketplace_fee", ""): -512} == said(an_ebay_order(totalMarketplaceFee=money("5.12")))


def test_a_refund_is_what_left_the_account_and_counts_once_it_did():
    order = an_ebay_order(paymentSummary=paid_back(a_refund("30.00"), a_refund("5.00", "9", "PENDING")))

    assert {("refund", "refund 5300000003"): -3000} == said(order)
    assert ["2026-11-20T08:00:00Z"] == [one.at for one in entries(order)]


def test_the_fee_that_ebay_gives_back_is_said_where_the_buyer_got_more_than_left():
    line = an_ebay_line(refunds=[{"amount": money("40.00")}])
    order = an_ebay_order(lineItems=[line], paymentSummary=paid_back(a_refund("34.88")))

    assert {
        ("refund", "refund 5300000003"): -3488,
        ("refund", "refunds of fees"): -512,
        ("marketplace_fee", "refunds of fees"): 512,
    } == said(order)


def test_an_amount_that_was_converted_is_taken_as_the_buyer_paid_it():
    converted = {"value": "26.10", "currency": "GBP", "convertedFromValue": "30.00", "convertedFromCurrency": "USD"}

    found = entries(an_ebay_order(paymentSummary=paid_back(a_refund() | {"amount": converted})))

    assert [(-3000, "USD")] == [(one.amount_minor, one.currency) for one in found]


def test_taxes_that_ebay_passes_on_itself_are_taken_out_where_they_are_in_the_total():
    tax = [{"amount": money("3.30")}]
    line = an_ebay_line(taxes=tax, ebayCollectAndRemitTaxes=tax)
    pricing = {"priceSubtotal": money("40.0"), "tax": money("3.30"), "total": money("43.30")}
    outside = an_ebay_line(ebayCollectAndRemitTaxes=tax)

    assert {("tax", "withheld"): -330} == said(an_ebay_order(lineItems=[line], pricingSummary=pricing))
    assert {} == said(an_ebay_order(lineItems=[outside]))


@given(st.lists(st.integers(1, 10**7), max_size=5), st.integers(0, 10**6))
def test_entries_add_up_to_what_the_order_states(refunds, fee):
    stated = [a_refund(to_text(minor, "USD"), str(number)) for number, minor in enumerate(refunds)]
    order = an_ebay_order(paymentSummary=paid_back(*stated), totalMarketplaceFee=money(to_text(fee, "USD")))

    assert -fee - sum(refunds) == sum(one.amount_minor for one in entries(order))


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("totalMarketplaceFee.value", {"totalMarketplaceFee": money("much")}),
        ("totalMarketplaceFee.currency", {"totalMarketplaceFee": money("1.0", "dollars")}),
        ("paymentSummary.refunds[1].amount", {"paymentSummary": paid_back({"refundStatus": "REFUNDED"})}),
    ],
)
def test_what_is_no_amount_is_refused_by_name(field, changes):
    with pytest.raises(RecordError) as caught:
        entries(an_ebay_order(**changes))

    assert field == caught.value.field


def a_booking(number: int = 1, kind: str = "SHIPPING_LABEL", value: str = "4.50", **more: Any) -> dict[str, Any]:
    booked = {
        "transactionId": f"T{number}",
        "transactionType": kind,
        "bookingEntry": "DEBIT",
        "transactionDate": f"2026-11-{10 + number}T08:00:00.000Z",
        "amount": money(value),
        "orderId": "1",
    }
    return {name: one for name, one in (booked | more).items() if one is not None}


def test_finances_bring_what_no_order_states_and_go_on_where_they_were(tmp_path):
    shop = EbayShop(1)
    shop.booked = [
        a_booking(1),
        a_booking(2, "CREDIT", "2.00", bookingEntry="CREDIT"),
        a_booking(3, "NON_SALE_CHARGE", "0.70"),
        a_booking(4, "DISPUTE", "40.00"),
        a_booking(5, "SALE", "35.00", bookingEntry="CREDIT"),
        a_booking(6, "REFUND", "30.00"),
        a_booking(7, "NON_SALE_CHARGE", "21.95", orderId=None),
        a_booking(8, amount=money("x")),
    ]
    with selling(tmp_path, shop, finances=True) as one:
        pages = list(one.channel.fetch_entries(""))
        again = list(one.channel.fetch_entries(pages[-1].position))

    found = {(each.type, each.reference): each.amount_minor for page in pages for each in page.entries}
    assert {
        ("shipping_cost", "SHIPPING_LABEL T1"): -450,
        ("adjustment", "CREDIT T2"): 200,
        ("marketplace_fee", "NON_SALE_CHARGE T3"): -70,
        ("refund", "DISPUTE T4"): -4000,
    } == found
    assert ["SHIPPING_LABEL T8"] == [name for page in pages for name in page.unread]
    assert "2026-11-20T11:58:00Z" == pages[-1].position
    assert [] == [each for page in again for each in page.entries]
    assert "sell.finances" in next(a.content.decode() for a in one.served.asked if "oauth2" in a.path)


def test_without_finances_ebay_is_not_asked_for_them(tmp_path):
    with selling(tmp_path, EbayShop(1)) as one:
        assert [] == list(one.channel.fetch_entries(""))
        assert [] == one.served.asked


def test_a_seller_whom_ebay_asks_for_a_signature_is_told_so(tmp_path):
    shop = EbayShop(1)
    shop.needs_signature = True
    with selling(tmp_path, shop, finances=True) as one:
        with pytest.raises(RemoteDenied):
            list(one.channel.fetch_entries(""))
        assert ["fail"] == [probe.verdict for probe in one.channel.probe() if probe.what == "finances"]


def test_recorded_orders_come_to_what_ebay_owes_the_seller():
    folder = os.environ.get("ORDERCTL_SHARED")
    if not folder:
        pytest.skip("ORDERCTL_SHARED does not name the folder with recorded payloads")
    found = {}
    for file in sorted((Path(folder) / "channels" / "payloads" / "ebay" / "orders").glob("r*.json")):
        value = json.loads(file.read_text(encoding="utf-8"))
        due = value["paymentSummary"]["totalDueSeller"]
        order = read(value)
        together = sum(one.amount_minor for one in account(order, entries(value)))
        found[file.stem] = to_text(together, order.currency), due.get("convertedFromValue") or due["value"]

    assert 6 == len(found)
    assert {name: due for name, (_, due) in found.items()} == {name: have for name, (have, _) in found.items()}
