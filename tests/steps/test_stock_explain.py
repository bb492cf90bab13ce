"""Every number that a channel is told can be added up from moves, reservations and settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.core.errors import UsageError
from orderctl.steps import channels, locations
from orderctl.steps.stock_explain import explain
from tests.shop import NOW, Shop, an_order_row
from tests.steps.test_publish import a_telling_shop, adjust, told

TERMS = [
    "",
    "buffer = 2",
    'percent = "33.5%"',
    "min = 3",
    "max = 4",
    'buffer = 3, percent = "80%", min = 1, max = 6',
    'locations = ["east"]',
    'locations = ["acme", "east"], max = 7',
    "locations = []",
]


def a_sold_shop(folder: Path, terms: str) -> Shop:
    """A shop with a reservation, a correction, a kit and a location that went below what it promised."""
    shop = a_telling_shop(folder, terms, safety='max_stock_drop = "100%"')
    shop.orders("web", an_order_row("1", "MUG*3", "TEE*2"))
    shop.run()
    adjust(shop, "TEE", "east", -4)
    with shop.context() as ctx:
        ctx.db.execute("INSERT INTO skus (sku, known_at) VALUES ('SET', ?)", (NOW,))
        ctx.db.execute("INSERT INTO kit_components VALUES ('SET', 'MUG', 2), ('SET', 'LAMP', 1)")
    shop.run()
    return shop


@pytest.mark.parametrize("terms", TERMS)
def test_the_lines_add_up_to_what_the_channel_was_told(tmp_path, terms):
    shop = a_sold_shop(tmp_path, terms)

    for sku, quantity in told(shop).items():
        one = shop.ask(explain, sku, "web")
        assert quantity == one["published"] == sum(line["units"] for line in one["lines"])
        assert quantity == one["last_told"]["quantity"]


def test_moves_reservations_and_settings_stand_in_lines_of_their_own(tmp_path):
    shop = a_sold_shop(tmp_path, "buffer = 1")

    one = shop.ask(explain, "MUG", "web")

    assert [
        ("east", "count", 10),
        ("east", "reserved", -3),
        ("west", "count", 4),
        ("west", "reserved", 0),
        ("", "buffer", -1),
    ] == [tuple(line.values()) for line in one["lines"]]
    assert {"quantity": 10, "told_at": NOW, "document": "outbox/web/stock-000001.csv"} == one["last_told"]


def test_what_is_promised_beyond_what_is_there_counts_as_none(tmp_path):
    shop = a_sold_shop(tmp_path, "")

    lines = shop.ask(explain, "TEE", "web")["lines"]

    assert {"location": "east", "what": "below 0 counts as none", "units": 1} in lines


def test_a_paused_location_is_left_out_and_says_so(tmp_path):
    shop = a_sold_shop(tmp_path, "")
    with shop.context() as ctx:
        locations.location_pause(ctx, "west", "flood")

    one = shop.ask(explain, "MUG", "web")

    assert {"location": "west", "what": "left out: paused", "units": -4} in one["lines"]
    assert 7 == one["published"] == sum(line["units"] for line in one["lines"])


def test_a_kit_shows_its_components(tmp_path):
    shop = a_sold_shop(tmp_path, "")

    one = shop.ask(explain, "SET", "web")

    assert 2 == one["published"]
    assert {"location": "west", "sku": "LAMP", "per_kit": 1, "available": 3} in one["components"]


def test_the_channel_s_own_name_of_a_sku_will_do(tmp_path):
    shop = a_sold_shop(tmp_path, "")
    with shop.context() as ctx:
        ctx.db.execute("INSERT INTO sku_aliases VALUES ('web', 'B0-MUGS', 'MUG', 6)")

    one = shop.ask(explain, "B0-MUGS", "web")

    assert ("MUG", 11, [{"sku": "B0-MUGS", "quantity": 1}]) == (one["sku"], one["published"], one["listings"])


def test_what_is_not_known_is_refused(tmp_path):
    shop = a_sold_shop(tmp_path, "")

    for sku, channel in (("MGU", "web"), ("MUG", "wbe")):
        with pytest.raises(UsageError):
            shop.ask(explain, sku, channel)


def test_a_channel_that_is_told_shows_by_what_and_how_often(tmp_path):
    shop = a_telling_shop(tmp_path, "buffer = 1", safety="max_push_per_run = 3")
    shop.run(at="2026-11-20T14:50:00Z")
    with shop.context(at=NOW) as ctx:
        before = channels.channel_show(ctx, "web")["stock"]
    shop.run(at=NOW)

    stock = shop.ask(channels.channel_show, "web")["stock"]

    assert (4, 16, 1, None) == tuple(before[name] for name in ("skus", "units", "waiting", "window_s"))
    assert (["east", "west"], 1, "100", 0, None) == tuple(
        stock[name] for name in ("locations", "buffer", "percent", "min", "max")
    )
    assert (4, 20, 0, NOW, 600) == tuple(stock[name] for name in ("skus", "units", "waiting", "told_at", "window_s"))
    assert stock["delay_s"] > 0


def test_a_channel_that_is_not_told_of_stock_says_nothing_of_it(tmp_path):
    shop = a_telling_shop(tmp_path)
    shop.write("channels.toml", shop.config.read_text().replace('"tracking", "stock"', '"tracking"'))
    shop.run()

    assert shop.ask(channels.channel_show, "web")["stock"] is None
