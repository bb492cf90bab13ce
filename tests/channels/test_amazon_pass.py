"""A whole pass with Amazon as the channel: orders in, goods out, tracking and stock back, and the echo of it."""

from __future__ import annotations

import contextlib
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from orderctl.config.load import load
from orderctl.core import times
from orderctl.core.errors import Exit
from orderctl.steps import pull
from orderctl.steps.adapters import Adapters
from tests.channels.amazon_fake import SELLER, AmazonShop, a_listing, an_amazon_order, an_item
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
AMAZON = f"""type = "amazon"
client_id = "env:AMAZON_ID"
client_secret = "env:AMAZON_SECRET"
refresh_token = "env:AMAZON_REFRESH"
seller_id = "{SELLER}"
base_url = "URL"
token_url = "URL/auth/o2/token"
"""
FIRST, SECOND, THIRD = "2026-11-20T15:00:00Z", "2026-11-20T16:00:00Z", "2026-11-20T17:00:00Z"


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("AMAZON_ID", "amzn1.application-oa2-client.1")
    monkeypatch.setenv("AMAZON_SECRET", "amzn1.oa2-cs.v1.1")
    monkeypatch.setenv("AMAZON_REFRESH", "Atzr|refresh-1")


@contextlib.contextmanager
def selling_at(amazon: AmazonShop, folder: Path, push: str = '["tracking"]') -> Iterator[Shop]:
    amazon.now = THIRD
    with partner(answer=amazon.answer) as served:
        text = CHANNELS.replace(FILES, AMAZON.replace("URL", served.url))
        yield a_shop(folder, text.replace('push = ["tracking"]', f"push = {push}", 1))


def states(shop: Shop) -> list[tuple[str, str]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT number, state FROM orders ORDER BY number").fetchall()


def changed(amazon: AmazonShop, number: str, moment: str) -> None:
    amazon.orders[number]["lastUpdatedTime"] = moment


def test_an_order_goes_all_the_way_and_its_echo_changes_nothing(tmp_path):
    amazon = AmazonShop(1)
    with selling_at(amazon, tmp_path) as shop:
        assert Exit.OK == shop.run(at=FIRST)[0]
        (name,) = [name for name in shop.files("out") if "east" in name]
        assert b"WEB-1-1" in shop.files("out")[name]
        shop.answers("east", "a1", "WEB-1-1,shipped,11,2,UPS,1Z999,")
        assert Exit.OK == shop.run(at=SECOND)[0]
        after = states(shop)
        changed(amazon, "1", times.later(SECOND, 60))
        assert Exit.OK == shop.run(at=THIRD)[0]
        assert after == states(shop)

    assert [("1", "closed")] == after
    assert [("1", "1Z999")] == amazon.shipped


def test_a_pending_order_waits_for_its_address(tmp_path):
    amazon = AmazonShop(1)
    whole = amazon.orders["1"]
    amazon.orders["1"] = an_amazon_order(1, status="PENDING") | {"recipient": None, "buyer": None}
    with selling_at(amazon, tmp_path) as shop:
        shop.run(at=FIRST)
        waits = states(shop), shop.files("out")
        amazon.orders["1"] = whole
        changed(amazon, "1", times.later(FIRST, 60))
        shop.run(at=SECOND)

        assert ([("1", "held")], {}) == waits
        assert [("1", "dispatched")] == states(shop)


def test_what_amazon_ships_is_never_routed(tmp_path):
    amazon = AmazonShop(1)
    amazon.orders["1"]["fulfillment"]["fulfilledBy"] = "AMAZON"
    with selling_at(amazon, tmp_path) as shop:
        assert Exit.OK == shop.run(at=FIRST)[0]

        assert ([("1", "closed")], {}) == (states(shop), shop.files("out"))


def test_a_line_that_was_confirmed_by_hand_is_not_sent_again(tmp_path):
    amazon = AmazonShop()
    done = an_item("11", fulfillment={"quantityFulfilled": 2, "quantityUnfulfilled": 0})
    amazon.orders = {"1": an_amazon_order(1, done, an_item("12", "TEE"), status="PARTIALLY_SHIPPED")}
    with selling_at(amazon, tmp_path) as shop:
        shop.run(at=FIRST)
        (content,) = shop.files("out").values()

    assert (b"TEE" in content, b"MUG" in content) == (True, False)


def test_stock_reaches_amazon_by_sku_and_never_a_sku_that_amazon_stocks(tmp_path):
    amazon = AmazonShop(1)
    amazon.listings = {sku: a_listing() for sku in ("MUG", "LAMP", "TEE")} | {"RING-1": a_listing("AMAZON_NA")}
    with selling_at(amazon, tmp_path, '["tracking", "stock"]') as shop:
        assert Exit.OK == shop.run(at=FIRST)[0]

    told = {sku: patch["patches"][0]["value"][0]["quantity"] for sku, patch in amazon.patches}
    assert {"MUG": 12, "LAMP": 3, "TEE": 5} == told


def test_a_pass_that_finds_the_budget_empty_says_so_and_the_next_goes_on(tmp_path):
    """Every run begins with what the one before has left, not with 20 requests."""
    amazon = AmazonShop(40, page=1)
    amazon.rate = "0.0056"
    with selling_at(amazon, tmp_path) as shop:
        with shop.context(at=FIRST) as ctx:
            (busy,) = pull.pull(ctx).problems
        first = len(states(shop))
        with shop.context(at=times.later(FIRST, 1_800)) as ctx:
            pull.pull(ctx)

        assert first < len(states(shop)) < 40
    assert ("remote-busy", "web") == (busy.code, busy.subject)


def examples() -> list[str]:
    page = (Path(__file__).parents[2] / "docs" / "channels" / "amazon.md").read_text(encoding="utf-8")
    return [part.partition("```")[0] for part in page.split("```toml\n")[1:]]


def test_the_example_on_the_page_is_a_configuration(tmp_path):
    (tmp_path / "channels.toml").write_text(examples()[0], encoding="utf-8")

    adapters = Adapters(load(tmp_path / "channels.toml"), noted=False, now="2026-11-20T12:00:00Z")

    assert {"tracking": 1, "cancel": 1, "stock": 50} == adapters.channel("amazon").at_once


def test_the_rule_on_the_page_holds_by_the_attribute_that_orders_have():
    (rule,) = tomllib.loads(examples()[1])["hold"]

    assert {"attributes": {"address_not_permitted": "yes"}} == rule["when"]
