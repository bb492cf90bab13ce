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


def test_what_a_channels_words_mean_and_who_owns_what(a_day_later: Shop):
    said = a_day_later.orderctl("channels", "show", "web", "--map")

    assert 0 == said.code
    for heading in ("What web says", "What web is told", "Fields of an order"):
        assert heading in said.out
    assert "edit_conflict" in a_day_later.orderctl("channels", "show", "web", "--map", "--csv").out
    found = a_day_later.orderctl("channels", "show", "web", "--map", "--json").json
    assert ["channel", "comes_in", "fields", "goes_out", "type"] == sorted(found)


def test_what_a_channel_says_otherwise_is_listed_and_makes_the_exit_code(a_day_later: Shop):
    said = a_day_later.orderctl("reconcile", "orders", "--channel", "web", "--since", "2026-01-01")
    rows = a_day_later.orderctl("reconcile", "orders", "--channel", "web", "--since", "2026-01-01", "--csv").out
    listed = a_day_later.orderctl("reconcile", "orders", "--channel", "web", "--since", "2026-01-01", "--json").json

    assert 7 == said.code
    assert "put_aside" in said.out
    assert 2 == len(rows.splitlines())
    assert {"orders there": 3, "orders here": 2, "differences": 1} == listed["counts"]
    assert 2 == a_day_later.orderctl("reconcile", "orders", "--channel", "wbe").code
    assert 2 == a_day_later.orderctl("reconcile", "orders", "--channel", "web", "--since", "soon").code


def test_orders_are_read_again_since_a_day_or_one_by_one(a_day_later: Shop):
    again = a_day_later.orderctl("pull", "--since", "2026-01-01", "web", "--json").json
    one = a_day_later.orderctl("pull", "--order", "WEB-1", "--json")
    none = a_day_later.orderctl("pull", "--order", "nowhere", "web")

    assert {"unchanged": 2} == again["counts"]
    assert (0, {"unchanged": 1}) == (one.code, one.json["counts"])
    assert (2, True) == (none.code, "has no order 'nowhere'" in none.out)
    assert 2 == a_day_later.orderctl("pull", "--order", "1", "--since", "7d").code
    assert 2 == a_day_later.orderctl("pull", "--since", "yesterday").code
