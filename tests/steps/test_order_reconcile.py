"""What a channel says of its orders is held against the store, and nothing is changed by it."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps.order_reconcile import reconcile_orders
from tests.channels.woocommerce_shop import KEY, SECRET, WooShop, a_woo_order
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
WOO = 'type = "woocommerce"\nconsumer_key = "env:WOO_KEY"\nconsumer_secret = "env:WOO_SECRET"\nbase_url = "{}"\n'


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("WOO_KEY", KEY)
    monkeypatch.setenv("WOO_SECRET", SECRET)


@pytest.fixture
def woo():
    return WooShop([a_woo_order(number, seconds=60 * number) for number in (1, 2, 3)])


@pytest.fixture
def shop(tmp_path: Path, woo: WooShop):
    with partner(answer=woo.answer) as served:
        made = a_shop(tmp_path, CHANNELS.replace(FILES, WOO.format(served.url)))
        made.run()
        yield made


def found(shop: Shop, since: str = "7d") -> set[tuple[str, str]]:
    """(order, what differs); the exit code goes with it."""
    report = shop.ask(reconcile_orders, "web", since)
    (item,) = report.items
    differs = {(row["number"], row["kind"]) for row in item["differences"]}
    assert (Exit.CHECK if differs else Exit.OK) == report.exit
    return differs


def test_two_sides_that_say_the_same_do_not_differ(shop: Shop):
    report = shop.ask(reconcile_orders, "web", "7d")

    assert (Exit.OK, {"orders there": 3, "orders here": 3}) == (report.exit, report.counts)
    (item,) = report.items
    assert item["there"] == item["here"]
    assert ["USD"] == [one["currency"] for one in item["here"]["totals"]]


def test_each_difference_is_named_and_nothing_is_changed(shop: Shop, woo: WooShop):
    before = shop.store.read_bytes()
    woo.orders[4] = a_woo_order(4, seconds=300)
    del woo.orders[1]
    woo.change(2, status="cancelled")
    woo.change(3, total="99.00")

    assert {
        ("4", "missing_here"),
        ("1", "missing_there"),
        ("2", "state"),
        ("3", "total"),
    } <= found(shop)
    assert before == shop.store.read_bytes()


def test_what_is_newer_there_is_marked_and_gone_after_the_next_pull(shop: Shop, woo: WooShop):
    woo.change(2, status="cancelled")
    rows = shop.ask(reconcile_orders, "web", "7d").items[0]["differences"]
    assert {True} == {row["newer"] for row in rows}

    shop.run(at="2026-11-20T16:00:00Z")

    assert set() == found(shop)


def test_an_order_that_the_walk_does_not_tell_is_asked_for_before_it_is_called_missing(shop: Shop, woo: WooShop):
    for row in woo.orders.values():
        row["date_modified_gmt"] = "2026-11-01T00:00:00"

    assert set() == found(shop, "2026-11-15")


def test_a_payload_that_is_no_order_is_a_difference_too(shop: Shop, woo: WooShop):
    woo.orders[4] = a_woo_order(4, seconds=300, total="a lot")

    assert {("web order 4", "put_aside")} == found(shop)


def test_a_channel_that_cannot_be_read_is_compared_with_nothing(shop: Shop, woo: WooShop):
    woo.auth = "query"

    report = shop.ask(reconcile_orders, "web", "7d")

    assert (Exit.REMOTE, []) == (report.exit, report.items)


def test_files_are_compared_too(tmp_path: Path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1"), an_order_row("2"))
    shop.run()
    assert set() == found(shop)
    shop.orders("web", an_order_row("1"), an_order_row("3"))

    assert {("2", "missing_there"), ("3", "missing_here")} == found(shop)


def test_a_channel_that_is_none_is_refused(shop: Shop):
    with pytest.raises(UsageError):
        shop.ask(reconcile_orders, "wed", "7d")
