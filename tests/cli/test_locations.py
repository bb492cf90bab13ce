from __future__ import annotations

from tests.cli.shop import Shop, a_row


def test_a_paused_location_gets_nothing_until_it_is_resumed(a_day_later: Shop):
    shop = a_day_later
    shop.orderctl("stock", "adjust", "MUG", "west", "5", "--reason", "found")
    paused = shop.orderctl("locations", "pause", "east", "--reason", "flood")
    shop.receive(a_row("4"), file="later")
    shop.orderctl("run")
    resumed = shop.orderctl("locations", "resume", "east")

    assert ("east  paused\n", "east  works\n") == (paused.out, resumed.out)
    assert ["west"] == shop.orderctl("orders", "list", "--json").json[0]["locations"]


def test_locations_say_what_they_have_in_hand_and_what_is_paused(a_day_later: Shop):
    a_day_later.orderctl("locations", "pause", "west", "--reason", "holiday")
    east, west = a_day_later.orderctl("locations", "list", "--json").json

    assert ("east", "warehouse", 2, None) == tuple(east[name] for name in ("location", "kind", "in_hand", "paused_at"))
    assert west["paused_at"]
    assert "west since" in a_day_later.orderctl("status").out


def test_a_location_that_does_not_exist_cannot_be_paused(a_day_later: Shop):
    said = a_day_later.orderctl("locations", "pause", "eats", "--reason", "flood")

    assert 2 == said.code
    assert "did you mean 'east'?" in said.err
