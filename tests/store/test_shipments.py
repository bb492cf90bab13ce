from __future__ import annotations

import pytest

from orderctl.core.states import SHIPMENT_EDGES
from orderctl.store import shipments
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    counters,
    from_location,
    hand_over,
    kinds_of_events,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    shipments_of,
    shipped,
    stamp,
    state,
)


@pytest.fixture
def order(db):
    """Five mugs: three planned at east, two at west."""
    put_stock(db, mug=9)
    put_stock(db, "west", mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 5)))
    ship_from(db, order_id, from_location(mug=3), from_location("west", mug=2))
    return order_id


def move(db, reference: str, to: str, reason: str = "") -> list[int]:
    with transaction(db, "move"):
        ids = [row[0] for row in rows(db, "SELECT shipment_id FROM shipments WHERE reference = ?", (reference,))]
        return shipments.move(db, stamp(1), ids, to, reason)


def test_units_follow_the_state_of_their_shipment(db, order):
    hand_over(db)
    assert {"ordered": 5, "planned": 2, "dispatched": 3} == counters(db, order)["mug"]

    assert [] == move(db, "WEB-1042-1", "acknowledged")  # nothing of it is decided again
    assert {"ordered": 5, "planned": 2, "dispatched": 3} == counters(db, order)["mug"]
    move(db, "WEB-1042-1", "rejected", "no room")

    assert {"ordered": 5, "planned": 2, "open": 3} == counters(db, order)["mug"]
    assert {"east": (9, 0), "west": (9, 2)} == levels(db)
    assert [(stamp(1).at,)] == rows(db, "SELECT due_at FROM orders")


def test_what_is_packed_already_does_not_move_with_its_shipment(db, order):
    hand_over(db)
    answer(db, shipped(quantity=1, line_id="mug"))
    move(db, "WEB-1042-1", "cancel_requested")
    move(db, "WEB-1042-1", "cancelled")

    assert {"ordered": 5, "open": 2, "planned": 2, "shipped": 1} == counters(db, order)["mug"]


def test_every_move_is_told(db, order):
    hand_over(db)
    move(db, "WEB-1042-1", "rejected", "no room")

    assert {"shipment dispatched", "shipment rejected"} <= set(kinds_of_events(db, order))
    assert [("no room",)] == rows(db, "SELECT reason FROM shipments WHERE reference = 'WEB-1042-1'")


def test_the_first_of_several_shipments_gives_the_order_its_times(db, order):
    hand_over(db, "west", at=stamp(1))
    hand_over(db, at=stamp(2))

    assert [(stamp(1).at,)] == rows(db, "SELECT dispatched_at FROM orders")
    assert [(stamp(2).at,), (stamp(1).at,)] == rows(db, "SELECT dispatched_at FROM shipments ORDER BY part")


def test_only_what_was_not_handed_over_is_withdrawn(db, order):
    hand_over(db)
    with transaction(db, "withdraw"):
        shipments.withdraw(db, stamp(1), order, "the order changed")
        shipments.withdraw(db, stamp(1), order, "the order changed")

    assert {"WEB-1042-1": "dispatched", "WEB-1042-2": "cancelled"} == shipments_of(db, order)
    assert {"ordered": 5, "open": 2, "dispatched": 3} == counters(db, order)["mug"]


def test_units_given_back_that_are_not_wanted_any_more_are_cancelled(db, order):
    db.execute("UPDATE order_lines SET called_back = 2")
    move(db, "WEB-1042-1", "cancelled")

    assert {"ordered": 5, "open": 1, "planned": 2, "cancelled": 2} == counters(db, order)["mug"]


def test_only_shipments_of_which_nothing_is_wanted_are_to_be_stopped(db, order):
    hand_over(db)
    hand_over(db, "west")
    db.execute("UPDATE order_lines SET called_back = 4")
    assert [] == shipments.wholly_called_back(db, order)

    db.execute("UPDATE order_lines SET called_back = 5")
    with transaction(db, "stop"):
        shipments.stop_called_back(db, stamp(1), order)

    assert {"cancel_requested"} == set(shipments_of(db, order).values())


def test_what_locations_have_and_may_have_in_hand_is_known(db, order):
    assert ([], []) == (shipments.in_hand(db, order), shipments.uncertain(db, order))
    hand_over(db)
    hand_over(db, "west", "uncertain")

    assert (1, 1) == (len(shipments.in_hand(db, order)), len(shipments.uncertain(db, order)))


def test_every_state_in_which_nothing_is_packed_has_its_counter():
    assert set(SHIPMENT_EDGES) - {"shipped", "delivered"} == set(shipments._COUNTER)


def test_nothing_happens_to_no_shipments(db, order):
    before = db.total_changes
    with transaction(db, "move"):
        assert [] == shipments.move(db, NOW_STAMP, [], "rejected")

    assert (before, "routed") == (db.total_changes, state(db, order))
