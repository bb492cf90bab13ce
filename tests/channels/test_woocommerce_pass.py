"""A whole pass with a WooCommerce shop as its channel: orders in, goods out, tracking back, and the echo of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderctl.core.errors import Exit
from tests.channels.woocommerce_shop import KEY, SECRET, WooShop, a_product, a_woo_line, a_woo_order
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
WOO = 'type = "woocommerce"\nconsumer_key = "env:WOO_KEY"\nconsumer_secret = "env:WOO_SECRET"\nbase_url = "{}"\n'


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("WOO_KEY", KEY)
    monkeypatch.setenv("WOO_SECRET", SECRET)


@contextlib.contextmanager
def a_shop_that_sells_at(woo: WooShop, folder: Path, push: str = '["tracking"]') -> Iterator[Shop]:
    with partner(answer=woo.answer) as served:
        text = CHANNELS.replace(FILES, WOO.format(served.url)).replace('push = ["tracking"]', f"push = {push}", 1)
        yield a_shop(folder, text)


def states(shop: Shop) -> list[tuple[str, str]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT number, state FROM orders ORDER BY number").fetchall()


def test_an_order_goes_all_the_way_and_its_echo_changes_nothing(tmp_path):
    woo = WooShop([a_woo_order(1)])
    with a_shop_that_sells_at(woo, tmp_path) as shop:
        assert Exit.OK == shop.run()[0]
        (name,) = [name for name in shop.files("out") if "east" in name]
        assert b"WEB-1-1" in shop.files("out")[name]
        shop.answers("east", "a1", "WEB-1-1,shipped,11,2,UPS,1Z999,")
        assert Exit.OK == shop.run(at="2026-11-20T16:00:00Z")[0]
        after = states(shop)
        assert Exit.OK == shop.run(at="2026-11-20T17:00:00Z")[0]
        assert after == states(shop)

    assert [("1", "1Z999")] == woo.shipped
    assert "completed" == woo.orders[1]["status"]


def test_what_the_shop_completed_itself_is_not_sent(tmp_path):
    woo = WooShop([a_woo_order(1, status="completed")])
    with a_shop_that_sells_at(woo, tmp_path) as shop:
        shop.run()

        assert {} == shop.files("out")


def test_stock_reaches_the_products_by_their_sku(tmp_path):
    woo = WooShop([a_woo_order(1, line_items=[a_woo_line(sku="LAMP", quantity=1)])])
    woo.products = [a_product(at, sku, stock_quantity=1) for at, sku in enumerate(("MUG", "LAMP", "TEE", "RING-1"), 1)]
    with a_shop_that_sells_at(woo, tmp_path, '["tracking", "stock"]') as shop:
        exit_code, _ = shop.run()

    assert Exit.OK == exit_code
    assert (14, 2, 5) == (*(one["stock_quantity"] for one in woo.products[:3]),)
