from __future__ import annotations

import pytest

from orderctl.core.places import Location, Places
from orderctl.core.plans import Backorder, Hold, Plan
from orderctl.store import capacity, locations, pauses, stock
from orderctl.store.transactions import transaction
from tests.builders import NOW, an_order
from tests.store.shelf import (
    NOW_STAMP,
    decide,
    from_location,
    hand_over,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    shipments_of,
    stamp,
    state,
)


def planned(db, number: str, location: str = "east", at=NOW_STAMP) -> int:
    (order_id,) = save(db, an_order(number=number, channel_order_id=number))
    ship_from(db, order_id, from_location(location, mug=1), at=at)
    return order_id


@pytest.fixture
def mugs(db):
    put_stock(db, mug=9)
    return db


def test_a_location_is_paused_until_it_is_resumed(db):
    with transaction(db, "pause"):
        pauses.pause(db, NOW_STAMP, "location", "east", "flood")
    assert {"east": NOW} == pauses.paused(db, "location")

    with transaction(db, "resume"):
        pauses.resume(db, stamp(1), "location", "east")
    assert {} == pauses.paused(db, "location")
    assert ["location paused", "location resumed"] == [row[0] for row in rows(db, "SELECT kind FROM events")]


def test_what_is_only_planned_is_taken_back_and_decided_anew(mugs):
    order, gone = planned(mugs, "1"), planned(mugs, "2")
    mugs.execute("UPDATE shipments SET not_before = '2027-01-01T00:00:00Z' WHERE order_id = ?", (order,))
    hand_over(mugs)

    with transaction(mugs, "withdraw"):
        assert 1 == locations.withdraw_planned(mugs, stamp(1), "east")

    assert ({"WEB-1-1": "cancelled"}, {"WEB-2-1": "dispatched"}) == (
        shipments_of(mugs, order),
        shipments_of(mugs, gone),
    )
    assert ("new", {"east": (9, 1)}) == (state(mugs, order), levels(mugs))
    assert {"east": {"dispatched": 1}} == locations.waiting(mugs)


def test_a_location_that_works_again_wakes_who_waits_for_stock_or_for_any_location(db):
    short, unrouted, fraud = save(db, *(an_order(number=number, channel_order_id=number) for number in ("1", "2", "3")))
    decide(db, short, Plan(backorders=(Backorder("mug", "MUG", 1, "r"),)))
    decide(db, unrouted, Plan(holds=(Hold("unrouted"),)))
    decide(db, fraud, Plan(holds=(Hold("fraud"),)))
    with transaction(db, "wake"):
        locations.wake(db, stamp(1).at)

    assert [(stamp(1).at,), (stamp(1).at,), (None,)] == rows(db, "SELECT due_at FROM orders")


def test_a_location_whose_feed_is_too_old_or_never_came_is_stale(db):
    places = Places(
        "USD",
        locations={
            "east": Location("east", feed_max_age_s=3600),
            "west": Location("west", feed_max_age_s=3600),
            "acme": Location("acme"),
        },
    )
    with transaction(db, "feed"):
        stock.note_feed(db, NOW_STAMP, "east", NOW)

    assert ("west",) == locations.stale(db, places, stamp(60).at)
    assert ("east", "west") == locations.stale(db, places, stamp(61).at)
    assert () == locations.stale(db, Places("USD", locations={"acme": Location("acme")}), NOW)


def test_a_day_begins_at_the_location_s_own_midnight(mugs):
    """15:00 in UTC on the 20th is 01:00 on the 21st in Sydney."""
    places = Places(
        "USD",
        locations={
            "east": Location("east", timezone="Australia/Sydney"),
            "west": Location("west", timezone="America/New_York"),
        },
    )
    put_stock(mugs, "west", mug=9)
    for location in ("east", "west"):
        planned(mugs, f"{location}1", location)
        hand_over(mugs, location, at=stamp(-60 * 3))  # noon in UTC
        planned(mugs, f"{location}2", location)

    assert {"east": 1, "west": 2} == capacity.used(mugs, places, ["west", "east"], NOW)
    assert {} == capacity.used(mugs, places, [], NOW)


def test_what_a_location_rejected_takes_none_of_its_day(mugs):
    places = Places("USD", locations={"east": Location("east")})
    planned(mugs, "1")
    hand_over(mugs, outcome="refused")

    assert {"east": 0} == capacity.used(mugs, places, ["east"], NOW)
