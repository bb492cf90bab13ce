"""Lines that somebody fulfilled at the channel itself: nothing of them is sent, and who has them in hand is stopped."""

from __future__ import annotations

from typing import Any

from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Backorder, Plan
from orderctl.store import events, overrides
from orderctl.store.transactions import transaction
from tests.builders import a_line
from tests.store.shelf import (
    answer,
    counters,
    decide,
    levels,
    revise,
    rows,
    shipments_of,
    shipped,
    stamp,
    state,
    troubles,
)

THERE: dict[str, Any] = {"fulfilled_by": "channel"}


def test_an_order_that_was_fulfilled_there_is_closed_and_its_stock_free(db, planned):
    revise(db, planned, **THERE)

    assert ("closed", {"WEB-1042-1": "cancelled"}, []) == (state(db, planned), shipments_of(db, planned), troubles(db))
    assert {"east": (9, 0)} == levels(db)
    assert "web: line mug, tee" in [one["detail"] for one in events.of_order(db, planned)]


def test_a_line_that_was_fulfilled_there_leaves_the_others_to_be_sent(db, planned):
    revise(db, planned, a_line("MUG", 3, **THERE), a_line("TEE"))

    assert ("new", [("mug", 0), ("tee", 1)]) == (
        state(db, planned),
        rows(db, "SELECT channel_line_id, to_ship FROM order_lines ORDER BY position"),
    )


def test_what_waits_for_stock_waits_no_more(db, order):
    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 3, "r"), Backorder("tee", "TEE", 1, "r"))))
    revise(db, order, **THERE)

    assert "closed" == state(db, order)


def test_units_in_a_location_s_hand_are_stopped_and_a_person_told(db, in_hand):
    revise(db, in_hand, **THERE)

    assert ({"WEB-1042-1": "cancel_requested"}, [("fulfilled_there", "WEB-1042")]) == (
        shipments_of(db, in_hand),
        troubles(db),
    )
    assert "dispatched" == state(db, in_hand)
    ((message,),) = rows(db, "SELECT message FROM exceptions")
    assert "4 units that a location has in hand were fulfilled at web itself; ask the location to stop them" == message


def test_once_the_location_has_stopped_them_it_is_over(db, in_hand):
    revise(db, in_hand, **THERE)
    answer(db, Confirmation("cancelled", "WEB-1042-1"))

    assert [] == troubles(db)
    assert {"east": (9, 0)} == levels(db)
    assert state(db, in_hand) in {"closed", "cancelled"}


def test_once_the_location_has_sent_them_they_are_shipped_and_the_channel_is_not_told_twice(db, in_hand):
    revise(db, in_hand, **THERE)
    answer(db, shipped())

    assert {"ordered": 3, "shipped": 3} == counters(db, in_hand)["mug"]
    assert "fulfilled_there" not in {code for code, _ in troubles(db)}


def test_of_a_line_that_we_sent_in_part_the_rest_is_not_sent(db, in_hand):
    answer(db, shipped(quantity=1, line_id="mug"), Confirmation("short", "WEB-1042-1", line_id="mug", quantity=2))
    answer(db, shipped(line_id="tee", tracking_number="1Z2"))
    assert {"ordered": 3, "open": 2, "shipped": 1} == counters(db, in_hand)["mug"]

    revise(db, in_hand, **THERE)

    assert "new" != state(db, in_hand)
    assert [("mug", 0), ("tee", 1)] == rows(db, "SELECT channel_line_id, to_ship FROM order_lines ORDER BY position")


def test_the_echo_of_our_own_parcels_changes_nothing(db, in_hand):
    answer(db, shipped())
    before = (state(db, in_hand), rows(db, "SELECT to_ship FROM order_lines"))
    revise(db, in_hand, **THERE)

    assert before == (state(db, in_hand), rows(db, "SELECT to_ship FROM order_lines"))
    assert "fulfilled_there" not in {code for code, _ in troubles(db)}


def test_the_echo_of_the_first_of_two_parcels_keeps_what_a_person_decided_about_the_rest(db, in_hand):
    answer(db, shipped(quantity=3, line_id="mug"))
    with transaction(db, "by hand"):
        overrides.add(db, stamp(0, "maria"), in_hand, "route", "", "{}", "nearer")
    revise(db, in_hand, a_line("MUG", 3, **THERE), a_line("TEE"))

    assert 1 == len(overrides.of_order(db, in_hand, "route"))
    assert {"WEB-1042-1": "dispatched"} == shipments_of(db, in_hand)


def test_a_fulfillment_that_was_taken_back_there_is_ours_to_send_again(db, planned):
    revise(db, planned, **THERE)
    revise(db, planned, minutes=2)

    assert ("new", {"ordered": 3, "open": 3}) == (state(db, planned), counters(db, planned)["mug"])


def test_a_cancelled_order_is_no_fulfilled_one(db, in_hand):
    revise(db, in_hand, cancelled_at="2026-11-20T11:00:00Z", **THERE)

    assert [("cancel_after_dispatch", "WEB-1042")] == troubles(db)
