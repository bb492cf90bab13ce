"""What Amazon's Finances API states of orders."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.channels import amazon_entries
from orderctl.core.adapters import MoneyPage
from orderctl.core.errors import RecordError, RemoteError
from orderctl.wire import strict_json
from tests.channels.amazon_fake import AmazonShop, a_transaction
from tests.channels.http_contract import opening
from tests.channels.test_amazon import opened
from tests.partner import partner


def said(row: dict[str, Any]) -> dict[str, int]:
    """Type -> minor units of a transaction, read as it would come."""
    value = strict_json.loads(json.dumps(row).encode())
    return {one.type: one.amount_minor for one in amazon_entries.entries(value)}


def fetched(tmp_path: Path, shop: AmazonShop, position: str = "", **stated: Any) -> list[MoneyPage]:
    with partner(answer=shop.answer) as served:
        channel = opened(served.url, opening(tmp_path), **stated)
        try:
            return list(channel.fetch_entries(position))
        finally:
            channel.close()


def test_of_a_sale_only_what_the_order_does_not_say_is_kept():
    parts = {
        "Sales__ProductCharges__Principal": "20.00",
        "Sales__Shipping": "5.00",
        "Tax__OurPriceTax": "1.60",
        "TaxWithheld__MarketplaceFacilitatorTax_Principal": "-1.60",
        "Expenses__AmazonFees__Commission": "-3.00",
        "Expenses__AmazonFees__FixedClosingFee": "-0.30",
        "Expenses__MfnPostageFee": "-4.00",
    }

    assert {"tax": -160, "marketplace_fee": -330, "shipping_cost": -400} == said(a_transaction(1, **parts))


def test_a_refund_is_what_the_customer_got_its_tax_apart_and_the_fees_that_came_back():
    parts = {
        "Sales__ProductCharges__Principal": "-20.00",
        "Tax__OurPriceTax": "-1.60",
        "Expenses__AmazonFees__Commission": "3.00",
        "Expenses__AmazonFees__RefundCommission": "-0.60",
    }

    assert {"refund": -2000, "tax": -160, "marketplace_fee": 240} == said(a_transaction(1, kind="Refund", **parts))


def test_whatever_else_is_booked_is_an_adjustment():
    assert {"adjustment": 150} == said(a_transaction(1, kind="Adjustment", Reimbursement="1.50"))


def test_a_deferred_sale_that_is_released_counts_once():
    deferred = a_transaction(1, Expenses__Commission="-3.00") | {"transactionStatus": "DEFERRED"}
    released = a_transaction(2, Expenses__Commission="-3.00")
    released["relatedIdentifiers"].append(
        {"relatedIdentifierName": "DEFERRED_TRANSACTION_ID", "relatedIdentifierValue": "T1"}
    )

    assert 1 == len({amazon_entries.reference(one) for one in (deferred, released)})


def test_a_transaction_without_an_order_is_the_accounts():
    assert {} == said(a_transaction(1, "", kind="ServiceFee", SubscriptionFee="-39.99"))


_TREES: st.SearchStrategy[dict[str, str]] = st.dictionaries(
    st.lists(st.sampled_from(["Sales", "Tax", "Commission", "Fees", "Other"]), min_size=1, max_size=4).map("__".join),
    st.integers(-(10**6), 10**6).map(lambda minor: f"{minor / 100:.2f}"),
    max_size=6,
)


@given(_TREES, st.sampled_from(["Refund", "Chargeback Refund", "Adjustment", "GuaranteeClaim"]))
def test_entries_add_up_to_the_transactions_total(parts, kind):
    row = a_transaction(1, kind=kind, **parts)

    assert round(row["totalAmount"]["currencyAmount"] * 100) == sum(said(row).values())


@given(_TREES, st.integers(-(10**6), 10**6))
def test_what_breakdowns_leave_open_is_not_lost(parts, total):
    row = a_transaction(1, kind="Refund", **parts)
    row["totalAmount"]["currencyAmount"] = total / 100

    assert total == sum(said(row).values())


@pytest.mark.parametrize(
    ("field", "changes"),
    [
        ("totalAmount.currencyCode", {"totalAmount": {"currencyAmount": 1, "currencyCode": "dollars"}}),
        ("totalAmount.currencyAmount", {"totalAmount": {"currencyAmount": 1.234, "currencyCode": "USD"}}),
        ("transactionType", {"transactionType": None}),
        ("postedDate", {"postedDate": "yesterday"}),
        ("breakdowns", {"breakdowns": 7}),
    ],
)
def test_what_is_not_what_it_should_be_is_refused_by_name(field, changes):
    with pytest.raises(RecordError) as caught:
        said(a_transaction(1, kind="Refund", Sales="-1.00") | changes)

    assert field == caught.value.field


def test_transactions_come_page_by_page_and_the_position_moves_with_the_end_of_a_window(tmp_path):
    shop = AmazonShop()
    shop.transactions = [a_transaction(number, kind="Refund", Sales="-1.00") for number in range(1, 6)]
    pages = fetched(tmp_path, shop, finances=True)

    assert [2, 2, 1] == [len(page.entries) for page in pages]
    assert [False, False, True] == [page.position == "2026-11-20T11:58:00Z" for page in pages]
    assert {f"Refund T{number}" for number in range(1, 6)} == {one.reference for page in pages for one in page.entries}


def test_what_was_booked_late_is_read_again(tmp_path):
    shop = AmazonShop()
    shop.transactions = [a_transaction(1, kind="Refund", Sales="-1.00")]
    pages = fetched(tmp_path, shop, "2026-11-20T11:00:00Z", finances=True)

    assert ["Refund T1"] == [one.reference for page in pages for one in page.entries]
    assert "2026-11-20T11:58:00Z" == pages[-1].position


def test_one_that_cannot_be_read_is_named_and_the_others_are_kept(tmp_path):
    shop = AmazonShop()
    bad = a_transaction(2) | {"totalAmount": {"currencyAmount": "much", "currencyCode": "USD"}}
    shop.transactions = [a_transaction(1, kind="Refund", Sales="-1.00"), bad]
    (page,) = fetched(tmp_path, shop, finances=True)

    assert (["Refund T1"], ["Shipment T2"]) == ([one.reference for one in page.entries], list(page.unread))


def test_without_finances_amazon_is_not_asked_for_them(tmp_path):
    assert [] == fetched(tmp_path, AmazonShop())


def test_a_seller_without_the_role_is_told_so(tmp_path):
    shop = AmazonShop()
    shop.forbidden = {"FINANCES"}

    with pytest.raises(RemoteError):
        fetched(tmp_path, shop, finances=True)
    with partner(answer=shop.answer) as served:
        channel = opened(served.url, opening(tmp_path), finances=True)
        found = {one.what: one.verdict for one in channel.probe()}
        channel.close()
    assert "fail" == found["finances"]


def test_the_vendors_own_examples_are_read():
    folder = os.environ.get("ORDERCTL_SHARED")
    if not folder:
        pytest.skip("ORDERCTL_SHARED does not name the folder with recorded payloads")
    channels = Path(folder) / "channels"
    model = strict_json.loads((channels / "specs/amazon/finances_2024-06-19.json").read_bytes(), largest=10**8)
    example = model["definitions"]["Transaction"]["example"]
    answer = channels / "payloads/amazon/spec/finances_2024-06-19.listTransactions.200.sandbox1.json"
    (recorded,) = strict_json.loads(answer.read_bytes())["response"]["payload"]["transactions"]

    assert [] == amazon_entries.entries(example)  # a sale that Amazon keeps nothing of
    refund = amazon_entries.entries({**example, "transactionType": "Refund"})
    assert [("refund", 1000)] == [(one.type, one.amount_minor) for one in refund]
    assert "Shipment 2020-07-14T03:35:13.214Z" == amazon_entries.reference(recorded)
