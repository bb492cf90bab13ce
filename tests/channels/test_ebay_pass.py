"""A whole pass with eBay as the channel: orders in, goods out, tracking and stock back, and the echo of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderctl.config.load import load
from orderctl.core.errors import Exit
from orderctl.steps.adapters import Adapters
from tests.channels.ebay_fake import LINE, EbayShop, a_request, an_ebay_line
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
EBAY = """type = "ebay"
client_id = "env:EBAY_ID"
client_secret = "env:EBAY_CERT"
refresh_token = "env:EBAY_REFRESH"
base_url = "{0}"
"""


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("EBAY_ID", "app-1")
    monkeypatch.setenv("EBAY_CERT", "cert-1")
    monkeypatch.setenv("EBAY_REFRESH", "v^1.1#i^1#refresh")


@contextlib.contextmanager
def selling_at(ebay: EbayShop, folder: Path, push: str = '["tracking"]') -> Iterator[Shop]:
    with partner(answer=ebay.answer) as served:
        text = CHANNELS.replace(FILES, EBAY.format(served.url)).replace('push = ["tracking"]', f"push = {push}", 1)
        yield a_shop(folder, text)


def states(shop: Shop) -> list[tuple[str, str]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT number, state FROM orders ORDER BY number").fetchall()


def test_an_order_goes_all_the_way_and_its_echo_changes_nothing(tmp_path):
    ebay = EbayShop(1)
    with selling_at(ebay, tmp_path) as shop:
        assert Exit.OK == shop.run()[0]
        (name,) = [name for name in shop.files("out") if "east" in name]
        assert b"WEB-1-1" in shop.files("out")[name]
        shop.answers("east", "a1", f"WEB-1-1,shipped,{LINE},2,UPS,1Z 999,")
        assert Exit.OK == shop.run(at="2026-11-20T16:00:00Z")[0]
        after = states(shop)
        assert Exit.OK == shop.run(at="2026-11-20T17:00:00Z")[0]
        assert after == states(shop)

    assert [("1", "closed")] == after
    assert [("1", "1Z999")] == ebay.shipped


def test_a_line_that_was_sent_by_hand_is_not_sent_again(tmp_path):
    ebay = EbayShop(1)
    ebay.orders["1"]["lineItems"] = [
        an_ebay_line(lineItemFulfillmentStatus="FULFILLED", cost="20.0"),
        an_ebay_line("2", "TEE", 1, "20.0"),
    ]
    with selling_at(ebay, tmp_path) as shop:
        shop.run()
        (content,) = shop.files("out").values()

    assert (b"TEE" in content, b"MUG" in content) == (True, False)


def test_what_the_buyer_cancels_before_anything_left_is_not_sent(tmp_path):
    ebay = EbayShop(1)
    ebay.orders["1"]["cancelStatus"] = {**a_request("COMPLETED"), "cancelState": "CANCELED"}
    with selling_at(ebay, tmp_path) as shop:
        shop.run()

        assert ([("1", "cancelled")], {}) == (states(shop), shop.files("out"))


def test_stock_reaches_ebay_by_sku(tmp_path):
    ebay = EbayShop(1)
    with selling_at(ebay, tmp_path, '["tracking", "stock"]') as shop:
        assert Exit.OK == shop.run()[0]

    assert {"MUG": 12, "LAMP": 3, "TEE": 5, "RING-1": 2} == ebay.quantities


def test_the_example_on_the_page_is_a_configuration(tmp_path):
    page = Path(__file__).parents[2] / "docs" / "channels" / "ebay.md"
    example = page.read_text(encoding="utf-8").partition("```toml\n")[2].partition("```")[0]
    (tmp_path / "channels.toml").write_text(example, encoding="utf-8")

    adapters = Adapters(load(tmp_path / "channels.toml"), noted=False, now="2026-11-20T12:00:00Z")

    assert {"tracking": 1, "cancel": 1, "stock": 25} == adapters.channel("ebay").at_once
