from __future__ import annotations

import json
import sqlite3

import pytest

from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment, Problem
from orderctl.store import decisions, holds, order_counts
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    counters,
    decide,
    from_location,
    kinds_of_events,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    shipments_of,
    stamp,
    state,
    troubles,
)


@pytest.fixture
def order(db):
    """Three mugs and a tee, with stock for them."""
    put_stock(db, mug=5, tee=5)
    put_stock(db, "west", mug=5)
    return save(db, an_order(a_line("MUG", 3), a_line("TEE")))[0]


def test_a_split_plan_reserves_at_both_locations_and_leaves_nothing_open(db, order):
    ship_from(db, order, from_location("east", mug=2, tee=1), from_location("west", mug=1))

    assert {"mug": {"ordered": 3, "planned": 3}, "tee": {"ordered": 1, "planned": 1}} == counters(db, order)
    assert {"WEB-1042-1": "planned", "WEB-1042-2": "planned"} == shipments_of(db, order)
    assert {"east": (5, 2), "west": (5, 1)} == levels(db)
    assert "routed" == state(db, order)


def test_what_a_plan_does_not_speak_of_stays_open(db, order):
    ship_from(db, order, from_location(mug=1))

    assert {"ordered": 3, "open": 2, "planned": 1} == counters(db, order)["mug"]


def test_later_parts_go_on_counting(db, order):
    ship_from(db, order, from_location(mug=1))
    ship_from(db, order, from_location(mug=1), from_location("west", mug=1))

    assert ["WEB-1042-1", "WEB-1042-2", "WEB-1042-3"] == list(shipments_of(db, order))
    assert [(2, 3)] == rows(db, "SELECT decisions, parts FROM orders")


def test_a_backorder_begins_once_and_keeps_its_beginning(db, order):
    waits = Plan(backorders=(Backorder("mug", "MUG", 3, "location/all", expected_at="2026-12-01T00:00:00Z"),))
    decide(db, order, waits)
    fewer = Plan(shipments=(from_location(mug=1),), backorders=(Backorder("mug", "MUG", 2, "location/all"),))
    decide(db, order, fewer, stamp(5))

    assert {"ordered": 3, "planned": 1, "backordered": 2} == counters(db, order)["mug"]
    assert [(NOW_STAMP.at, None)] == rows(
        db, "SELECT backordered_at, expected_at FROM order_lines WHERE channel_line_id = 'mug'"
    )


def test_a_backorder_that_is_over_leaves_no_trace_on_the_line(db, order):
    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 3, "location/all"),)))
    ship_from(db, order, from_location(mug=3))

    assert {"ordered": 3, "planned": 3} == counters(db, order)["mug"]
    assert [(None,)] == rows(db, "SELECT backordered_at FROM order_lines WHERE channel_line_id = 'mug'")


def test_an_order_is_looked_at_again_when_the_first_of_its_times_has_come(db, order):
    early, late = "2026-11-21T00:00:00Z", "2026-11-22T00:00:00Z"
    decide(db, order, Plan(holds=(Hold("payment", release_at=late, cancel_at=early),)))
    assert [(early,)] == rows(db, "SELECT due_at FROM orders")

    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 3, "r", wait_until=late),)))
    assert [(late,)] == rows(db, "SELECT due_at FROM orders")
    ship_from(db, order, from_location(mug=3))
    assert [(None,)] == rows(db, "SELECT due_at FROM orders")


def test_the_holds_of_a_plan_replace_those_of_the_one_before_and_a_person_s_stay(db, order):
    decide(db, order, Plan(holds=(Hold("fraud", "hold/expensive"), Hold("payment"))))
    with transaction(db, "hold"):
        holds.place(db, NOW_STAMP, order, Hold("call"), by_hand=True)

    decide(db, order, Plan(holds=(Hold("payment"), Hold("address"))))

    assert {"payment", "call", "address"} == set(holds.open_of(db, [order])[order])
    assert "held" == state(db, order)


def test_a_rejection_is_an_exception_where_the_channel_cannot_be_told(db, order):
    decide(db, order, Plan(rejected="we do not ship there"))

    assert ("rejected", [("rejected", "WEB-1042")]) == (state(db, order), troubles(db))


def test_a_rejection_is_told_to_a_channel_that_takes_it_and_only_once(db, order):
    for at in (NOW_STAMP, stamp(1)):
        decide(db, order, Plan(rejected="we do not ship there"), at, cancel_pushed=True)

    assert [] == troubles(db)
    assert ["cancel"] == [row[0] for row in rows(db, "SELECT kind FROM effects")]


def test_an_order_that_is_no_longer_rejected_is_free_again(db, order):
    """Someone mended the rule that rejected it."""
    decide(db, order, Plan(rejected="no"))
    decide(db, order, Plan(track_only=True), stamp(1))
    assert ("track_only", []) == (state(db, order), troubles(db))

    ship_from(db, order, from_location(mug=3), at=stamp(2))

    assert "routed" == state(db, order)


@pytest.mark.parametrize(("pushed", "expected"), [(True, []), (False, [("cancel_not_pushed", "WEB-1042")])])
def test_cancelled_units_never_come_back_and_the_channel_or_a_person_is_told(db, order, pushed, expected):
    decide(db, order, Plan(cancelled=(PlannedLine("mug", "MUG", 2),)), cancel_pushed=pushed)

    assert {"ordered": 3, "open": 1, "cancelled": 2} == counters(db, order)["mug"]
    assert expected == troubles(db)
    told = [json.loads(row[0])["lines"] for row in rows(db, "SELECT payload FROM effects")]
    assert ([[{"channel_line_id": "mug", "sku": "MUG", "quantity": 2}]] if pushed else []) == told


def test_exceptions_of_a_decision_close_when_a_later_one_no_longer_raises_them(db, order):
    problems = (Problem("short_stock", "3 of MUG"), Problem("no_service", "none"))
    decide(db, order, Plan(problems=problems, assigned="maria"))
    assert [("short_stock", "WEB-1042"), ("no_service", "WEB-1042")] == troubles(db)
    assert [("maria",)] == rows(db, "SELECT DISTINCT owner FROM exceptions")

    decide(db, order, Plan(problems=problems[:1]))
    assert [("short_stock", "WEB-1042")] == troubles(db)
    decide(db, order, Plan(holds=(Hold("unrouted"),)))
    assert [("unrouted", "WEB-1042")] == troubles(db)


def test_what_nobody_has_to_answer_is_only_noted(db, order):
    decide(db, order, Plan(problems=(Problem("missing_weight", "MUG has none"),), events=("left out a gift",)))

    assert [] == troubles(db)
    assert 2 == kinds_of_events(db, order).count("noted")


def test_tags_owner_and_priority_stay_with_the_order(db, order):
    decide(db, order, Plan(tags=("vip",), assigned="maria", priority="high", notes=("be nice",)))
    decide(db, order, Plan(tags=("gift", "vip")))

    assert [('["vip", "gift"]', "maria", 1)] == rows(db, "SELECT tags, assigned, priority FROM orders")
    assert 1 == kinds_of_events(db, order).count("note")


def test_a_watched_order_keeps_its_decision_and_nothing_happens(db):
    put_stock(db, mug=5)
    (order,) = save(db, an_order(), live_from="")
    decide(db, order, Plan(shipments=(from_location(mug=1),), holds=(Hold("fraud"),)), applied=False)

    assert ("new", {}, {"east": (5, 0)}) == (state(db, order), shipments_of(db, order), levels(db))
    assert [(0, 1)] == rows(db, "SELECT applied, sequence FROM decisions")


def test_a_kit_reserves_its_parts_and_nothing_of_its_own(db):
    put_stock(db, mug=5, tee=5)
    (order,) = save(db, an_order(a_line("SET", 2)))
    kit = PlannedShipment(
        "east",
        (PlannedLine("set", "SET", 2),),
        components=(PlannedLine("set", "MUG", 4), PlannedLine("set", "TEE", 2)),
    )
    ship_from(db, order, kit)

    assert ({"east": (5, 4)}, {"east": (5, 2)}, {}) == (levels(db), levels(db, "TEE"), levels(db, "SET"))
    assert [("SET", 2)] == rows(db, "SELECT sku, quantity FROM shipment_lines")


def test_a_plan_for_more_than_there_is_is_refused_whole(db, order):
    before = rows(db, "SELECT * FROM order_lines")
    with pytest.raises(sqlite3.IntegrityError, match="CHECK"):
        ship_from(db, order, from_location(mug=4))

    assert before == rows(db, "SELECT * FROM order_lines")
    assert [] == rows(db, "SELECT * FROM decisions")


def test_rule_sets_and_places_are_kept_once_per_text(db):
    with transaction(db, "basis"):
        one = decisions.basis(db, NOW_STAMP, 1, ("digest", "text"), "places")
        same = decisions.basis(db, stamp(1), 1, ("digest", "text"), "places")
        other = decisions.basis(db, stamp(2), 1, ("digest", "text"), "other places")

    assert one == same
    assert (one.ruleset_id, False) == (other.ruleset_id, other.places_id == one.places_id)


def test_a_decision_on_a_service_carries_it_and_its_options(db, order):
    shipment = PlannedShipment(
        "east",
        (PlannedLine("mug", "MUG", 3),),
        service="ups:ground",
        priority="urgent",
        not_before="2026-11-21T00:00:00Z",
        options={"signature": "adult"},
        cost_minor=495,
    )
    ship_from(db, order, shipment)

    assert [("ups", "ground", 0, "2026-11-21T00:00:00Z", '{"signature": "adult"}', 495)] == rows(
        db, "SELECT carrier, service, priority, not_before, options, cost_minor FROM shipments"
    )


def test_an_order_is_refreshed_with_its_decision(db, order):
    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 3, "r"), Backorder("tee", "TEE", 1, "r"))))

    assert "backordered" == state(db, order)
    assert order_counts.states(db) == {"backordered": 1}
