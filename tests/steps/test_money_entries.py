"""What a pass reads of money: with orders, apart from them, and what it estimates meanwhile."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import channels, views
from tests.channels.ebay_fake import EbayShop, money
from tests.channels.test_ebay_entries import a_booking, a_refund, paid_back
from tests.channels.test_ebay_pass import EBAY, FILES
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

LATER, LAST = "2026-11-20T16:00:00Z", "2026-11-20T17:00:00Z"
KEYS = {"EBAY_ID": "app-1", "EBAY_CERT": "cert-1", "EBAY_REFRESH": "v^1.1#i^1#refresh"}


@contextlib.contextmanager
def selling(
    ebay: EbayShop, folder: Path, patch: pytest.MonkeyPatch, settings: str = "finances = true\n"
) -> Iterator[Shop]:
    for name, value in KEYS.items():
        patch.setenv(name, value)
    with partner(answer=ebay.answer) as served:
        written = EBAY.format(served.url) + f'disputes_url = "{served.url}"\n' + settings
        yield a_shop(folder, CHANNELS.replace(FILES, written))


def said(shop: Shop, order: str) -> dict[tuple[str, str], str]:
    """(type, reference) -> amount of everything of an order that counts."""
    return {(row["type"], row["reference"]): row["amount"] for row in shop.ask(views.order_money, order)["entries"]}


def dumped(shop: Shop) -> list[Any]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT * FROM money_entries ORDER BY 1, 2, 3, 4, 5").fetchall()


def change(ebay: EbayShop, at: str, **fields: Any) -> None:
    ebay.orders["1"] |= fields | {"lastModifiedDate": at.removesuffix("Z") + ".000Z"}


def test_what_was_sold_is_worked_out_and_not_kept(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web1", an_order_row("7", shipping_price="5.00"))
    shop.run()

    assert {("revenue", ""): "20.00", ("shipping_income", ""): "5.00"} == said(shop, "web/7")
    assert [] == dumped(shop)


def test_a_fee_is_estimated_for_every_order_until_it_changes(tmp_path):
    fees = 'fees = { percent = "2.9", fixed = "0.30" }\n'
    shop = a_shop(tmp_path, CHANNELS.replace(FILES, FILES + fees))
    shop.orders("web1", an_order_row("7"))
    shop.orders("market1", an_order_row("8"))
    shop.run()
    first = said(shop, "web/7")
    shop.orders("web2", an_order_row("7", "MUG*2", updated_at=LATER))
    shop.run(at=LATER)

    assert "-0.88" == first["marketplace_fee", ""]
    assert "-1.46" == said(shop, "web/7")["marketplace_fee", ""]
    assert {("revenue", ""): "20.00"} == said(shop, "market/8")
    assert 1 == len(dumped(shop))


def test_the_fixed_part_of_an_estimate_is_changed_into_the_orders_currency(tmp_path):
    fees = 'fees = { percent = "10%", fixed = "1.00" }\n'
    rates = '\n[rates]\nEUR = "1.25"\n'
    shop = a_shop(tmp_path, CHANNELS.replace(FILES, FILES + fees) + rates)
    shop.orders("web1", an_order_row("7", currency="EUR"), an_order_row("8", currency="JPY", lines=[]))
    shop.run()

    assert "-2.80" == said(shop, "web/7")["marketplace_fee", ""]
    assert "0" == said(shop, "web/8")["marketplace_fee", ""]


def test_an_estimate_ends_with_the_fee_that_the_channel_states(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    with selling(ebay, tmp_path, monkeypatch, 'fees = { percent = "13", fixed = "0.30" }\n') as shop:
        shop.run()
        before = said(shop, "web/1")
        change(ebay, "2026-11-20T15:30:00Z", totalMarketplaceFee=money("5.12"))
        shop.run(at=LATER)

        assert ["-5.50", "-5.12"] == [one["marketplace_fee", ""] for one in (before, said(shop, "web/1"))]


def test_a_refund_after_the_import_is_a_new_entry_and_replays_change_nothing(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    with selling(ebay, tmp_path, monkeypatch) as shop:
        shop.run()
        change(ebay, "2026-11-20T15:30:00Z", paymentSummary=paid_back(a_refund("30.00")))
        shop.run(at=LATER)
        after = dumped(shop)
        change(ebay, "2026-11-20T16:30:00Z", buyerCheckoutNotes="ring twice")
        shop.run(at=LAST)

        assert "-30.00" == said(shop, "web/1")["refund", "refund 5300000003"]
        assert after == dumped(shop)


def test_a_refund_that_the_channel_takes_back_counts_no_more_and_the_history_says_so(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    change(ebay, "2026-11-19T08:00:00Z", paymentSummary=paid_back(a_refund("30.00")))
    with selling(ebay, tmp_path, monkeypatch) as shop:
        shop.run()
        change(ebay, "2026-11-20T15:30:00Z", paymentSummary=paid_back())
        shop.run(at=LATER)

        assert {("revenue", ""): "40.00"} == said(shop, "web/1")
        history = [one["detail"] for one in shop.ask(views.order_show, "web/1")["history"] if one["kind"] == "money"]
        assert ["refund refund 5300000003: -30.00 USD -> void"] == history


def test_statements_of_account_come_after_the_orders_also_for_orders_that_come_later(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    ebay.booked = [a_booking(1), a_booking(2, orderId="2")]
    with selling(ebay, tmp_path, monkeypatch) as shop:
        shop.run()
        ebay.orders |= {"2": ebay.orders["1"] | {"orderId": "2", "lastModifiedDate": "2026-11-20T15:30:00.000Z"}}
        shop.run(at=LATER)

        assert "-4.50" == said(shop, "web/1")["shipping_cost", "SHIPPING_LABEL T1"]
        assert "-4.50" == said(shop, "web/2")["shipping_cost", "SHIPPING_LABEL T2"]
        positions = shop.ask(channels.channel_show, "web")
        assert {"orders": True, "money": True} == {one["stream"]: bool(one["position"]) for one in positions["streams"]}


def test_statements_that_cannot_be_read_stop_nothing(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    ebay.needs_signature = True
    with selling(ebay, tmp_path, monkeypatch) as shop:
        code, (pull, *_) = shop.run()

        assert Exit.REMOTE == code
        assert 1 == pull.counts["new"]
        assert ["statements of account"] == [problem.message.partition(":")[0] for problem in pull.problems]
        assert {("revenue", ""): "40.00"} == said(shop, "web/1")


def test_money_that_is_not_understood_waits_for_a_person_and_the_order_goes_on(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    change(ebay, "2026-11-19T08:00:00Z", totalMarketplaceFee=money("a lot"))
    ebay.booked = [a_booking(1, amount=money("much"))]
    with selling(ebay, tmp_path, monkeypatch) as shop:
        shop.run()
        waiting = {one["subject"]: one["code"] for one in shop.ask(views.exceptions_list)}
        change(ebay, "2026-11-20T15:30:00Z", totalMarketplaceFee=money("5.12"))
        ebay.booked = [a_booking(1, transactionDate="2026-11-20T12:00:00.000Z")]
        shop.run(at=LATER)

        assert {"web order 1": "money_unread", "web SHIPPING_LABEL T1": "money_unread"} == waiting
        assert [] == shop.ask(views.exceptions_list)
        assert "-5.12" == said(shop, "web/1")["marketplace_fee", ""]


def test_a_dry_run_reads_the_same_money_and_keeps_nothing(tmp_path, monkeypatch):
    ebay = EbayShop(1)
    change(ebay, "2026-11-19T08:00:00Z", totalMarketplaceFee=money("5.12"))
    ebay.booked = [a_booking(1)]
    with selling(ebay, tmp_path, monkeypatch) as shop:
        dry = shop.run(dry_run=True)[1][0]
        wet = shop.run()[1][0]

    assert (2, 2) == (dry.counts["money entries"], wet.counts["money entries"])
