from __future__ import annotations

from tests.cli.shop import CHANNELS, Shop


def test_a_channel_says_since_when_it_is_live_and_how_far_it_was_read(a_day_later: Shop):
    (row,) = a_day_later.orderctl("channels", "list", "--json").json
    text = a_day_later.orderctl("channels", "show", "web").out

    assert ("web", "WEB", ["tracking"], 2) == tuple(row[name] for name in ("channel", "short", "push", "orders"))
    assert "live from  2026-01-01 00:00Z\n" in text
    assert "files      1 read, the last " in text
    assert 2 == a_day_later.orderctl("channels", "show", "wbe").code


def test_a_channel_without_a_day_to_go_live_is_only_watched(a_day_later: Shop):
    a_day_later.write("channels.toml", CHANNELS.replace("live_from = 2026-01-01T00:00:00Z\n", ""))

    assert "only watched" in a_day_later.orderctl("channels", "list").out
    assert a_day_later.orderctl("channels", "list", "--json").json[0]["live_from"] is None


def test_a_channel_that_is_told_of_stock_says_how_much_and_how_often(a_day_later: Shop):
    told = CHANNELS.replace('push = ["tracking"]', 'push = ["tracking", "stock"]\nstock = { buffer = 1, max = 40 }')
    a_day_later.write("channels.toml", told)
    assert 0 == a_day_later.orderctl("run").code

    text = a_day_later.orderctl("channels", "show", "web").out

    for line in (
        "from       east, west\n",
        "kept back  1 of each, 100% of the rest, max 40\n",
        "window     ",
        "delay      ",
    ):
        assert line in text
    assert "told       " in text
    assert "last push  never" not in text
