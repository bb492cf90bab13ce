from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import care, views
from orderctl.steps import run as runs
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

HEARS = CHANNELS.replace('push = ["tracking"]', 'push = ["tracking", "acknowledgments"]', 1)
WATCHED = HEARS.replace("live_from = 2026-11-01T00:00:00Z\n", "", 1)
FIRST = "outbox/web/acknowledgments-000001.csv"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return a_shop(tmp_path / "shop", HEARS)


def test_a_channel_hears_once_of_every_order_that_is_ours_to_ship(shop):
    shop.orders(
        "web",
        an_order_row("1001"),
        an_order_row("1002", fulfilled_by="channel"),
        an_order_row("1003", cancelled_at="2026-11-20T11:00:00Z"),
        an_order_row("1004", placed_at="2026-10-01T00:00:00Z"),
        an_order_row("1005", "LAMP*30"),
    )
    assert Exit.OK == shop.run()[0]
    assert b"order_id,order_number\r\nid-1001,1001\r\nid-1005,1005\r\n" == shop.files("outbox")[FIRST]
    assert {} == shop.ask(care.status)["waiting_effects"]

    shop.orders("web-later", an_order_row("1001", "MUG*2", updated_at="2026-11-20T12:00:00Z"))
    shop.run()

    assert [FIRST] == list(shop.files("outbox"))


def test_an_order_that_waits_for_a_person_is_acknowledged_all_the_same(shop):
    shop.orders("web", an_order_row("1001", "MUG*40"))

    shop.run()

    assert b"id-1001" in shop.files("outbox")[FIRST]


def test_that_an_order_was_heard_of_is_not_that_it_was_shipped(shop):
    shop.orders("web", an_order_row("1001"))
    shop.run()
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z1,")
    told = [row["detail"] for row in shop.ask(views.order_show, "WEB-1001")["history"] if row["kind"] == "pushed"]
    assert [f"web: {FIRST}"] == told

    shop.run()

    assert {FIRST, "outbox/web/tracking-000002.csv"} == set(shop.files("outbox"))


def test_a_channel_that_goes_live_hears_of_what_came_while_it_was_watched(tmp_path):
    shop = a_shop(tmp_path / "shop", WATCHED)
    shop.orders("web", an_order_row("1001"), an_order_row("1002", placed_at="2026-10-01T00:00:00Z"))
    shop.run()
    assert {} == shop.files("outbox")

    shop.config.write_text(HEARS)
    shop.run()

    assert b"order_id,order_number\r\nid-1001,1001\r\n" == shop.files("outbox")[FIRST]


def test_a_channel_whose_list_does_not_name_it_is_not_told(tmp_path):
    shop = a_shop(tmp_path / "shop")
    shop.orders("web", an_order_row("1001"))

    shop.run()

    assert {} == shop.files("outbox")


def test_a_dry_run_says_of_what_a_channel_would_hear_and_tells_nobody(shop):
    shop.orders("web", an_order_row("1001"))

    _, reports = shop.run(dry_run=True)

    (item,) = reports[-1].items
    assert [{"order": "1001"}] == item["acknowledgments"]
    assert {} == shop.files("outbox")


def test_a_channel_that_has_no_ear_for_it_is_not_told(shop, monkeypatch):
    monkeypatch.setenv("WOO", "a-long-secret")
    shop.orders("web", an_order_row("1001"))
    with shop.context() as ctx:
        runs.run(ctx, only=("pull",))
    assert {"channel:web": 1} == shop.ask(care.status)["waiting_effects"]
    woo = (
        'type = "woocommerce"\nbase_url = "https://shop.example"\nconsumer_key = "env:WOO"\nconsumer_secret = "env:WOO"'
    )
    shop.config.write_text(HEARS.replace('type = "file"\npath = "orders/web*.jsonl"', woo, 1))

    with shop.context() as ctx:
        runs.run(ctx, only=("push",))

    assert {} == shop.ask(care.status)["waiting_effects"]
