"""What a plan becomes: the short way that most orders take, and the long one, end at the same."""

from __future__ import annotations

from dataclasses import replace

import pytest

from orderctl.core.plans import Backorder, Plan
from orderctl.store import orders
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    assert_sound,
    counters,
    decide,
    from_location,
    kinds_of_events,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    state,
)


@pytest.fixture
def order(db):
    put_stock(db, mug=5, tee=5)
    return save(db, an_order(a_line("MUG", 3), a_line("TEE")))[0]


@pytest.mark.parametrize(
    "shipments", [(from_location(mug=3, tee=1),), (from_location(mug=1),), (from_location(mug=1), from_location(mug=2))]
)
def test_a_new_order_that_is_only_sent_is_in_the_state_that_its_lines_say(db, order, shipments):
    ship_from(db, order, *shipments)

    before = rows(db, "SELECT * FROM orders"), kinds_of_events(db, order)
    with transaction(db, "refresh"):
        orders.refresh(db, NOW_STAMP, [order])

    assert before == (rows(db, "SELECT * FROM orders"), kinds_of_events(db, order))
    assert ("routed", [(NOW_STAMP.at, None, 1)]) == (
        state(db, order),
        rows(db, "SELECT routed_at, due_at, decisions FROM orders"),
    )
    assert_sound(db)


def test_the_long_way_leads_to_the_same(db):
    put_stock(db, mug=5, tee=5)
    short, long = save(
        db,
        an_order(a_line("MUG", 3), a_line("TEE"), number="1", channel_order_id="1"),
        an_order(a_line("MUG", 3), a_line("TEE"), number="2", channel_order_id="2"),
    )
    plan = Plan(shipments=(from_location(mug=3), from_location("west", tee=1)))
    decide(db, short, plan)
    decide(db, long, replace(plan, events=("something to tell",)))

    told = [kind for kind in kinds_of_events(db, long) if kind != "noted"]
    assert (counters(db, short), state(db, short), kinds_of_events(db, short)) == (counters(db, long), "routed", told)
    assert [(None, 1, 2)] * 2 == rows(db, "SELECT due_at, decisions, parts FROM orders")
    assert {"east": (5, 6)} == levels(db)
    assert_sound(db)


def test_a_shipment_whose_parts_are_none_reserves_nothing(db, order):
    ship_from(db, order, replace(from_location(mug=1), components=()))

    assert {"east": (5, 0)} == levels(db)


def test_what_waits_for_stock_as_well_has_a_state_of_both(db, order):
    decide(db, order, Plan(shipments=(from_location(mug=1),), backorders=(Backorder("mug", "MUG", 2, "location/all"),)))

    assert {"ordered": 3, "planned": 1, "backordered": 2} == counters(db, order)["mug"]
    assert "routed" == state(db, order)
