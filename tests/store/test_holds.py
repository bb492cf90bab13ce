from __future__ import annotations

import pytest

from orderctl.core.plans import Hold, Plan, Problem
from orderctl.store import holds
from orderctl.store.transactions import transaction
from tests.builders import an_order
from tests.store.shelf import NOW_STAMP, decide, kinds_of_events, rows, save, stamp


@pytest.fixture
def order(db):
    return save(db, an_order())[0]


def settle(db, order: int, *wanted: Hold) -> None:
    with transaction(db, "settle"):
        holds.settle(db, NOW_STAMP, {order: wanted})


def place(db, order: int, hold: Hold, *, by_hand: bool = False) -> bool:
    with transaction(db, "place"):
        return holds.place(db, stamp(1, "maria"), order, hold, "a note", by_hand=by_hand)


def standing(db, order: int) -> dict[str, bool]:
    """Reason -> whether a person placed it."""
    return {reason: hold.by_hand for reason, hold in holds.open_of(db, [order]).get(order, {}).items()}


def test_a_hold_stands_once_per_reason_and_keeps_its_beginning(db, order):
    settle(db, order, Hold("fraud"))
    settle(db, order, Hold("fraud"), Hold("payment"))

    assert {"fraud": False, "payment": False} == standing(db, order)
    assert ["imported", "hold", "hold"] == kinds_of_events(db, order)


def test_what_rules_no_longer_want_ends_and_what_a_person_placed_stays(db, order):
    settle(db, order, Hold("fraud"))
    assert place(db, order, Hold("call"), by_hand=True)

    settle(db, order)

    assert {"call": True} == standing(db, order)


def test_a_hold_that_a_person_places_too_becomes_theirs(db, order):
    settle(db, order, Hold("fraud"))
    assert not place(db, order, Hold("fraud"), by_hand=True)

    settle(db, order)

    assert {"fraud": True} == standing(db, order)
    assert [("maria", "a note", NOW_STAMP.at)] == rows(db, "SELECT actor, note, placed_at FROM holds")


def test_a_hold_ends_once_and_may_be_placed_again(db, order):
    settle(db, order, Hold("fraud"))
    with transaction(db, "end"):
        assert [True, False] == [holds.end(db, stamp(1), order, "fraud") for _ in range(2)]

    settle(db, order, Hold("fraud"))

    assert 2 == len(rows(db, "SELECT 1 FROM holds"))


def test_other_rules_are_a_reason_to_look_again_at_what_waits_because_of_rules(db, order):
    (other, held) = save(db, an_order(number="2", channel_order_id="2"), an_order(number="3", channel_order_id="3"))
    decide(db, order, Plan(problems=(Problem("no_service", "none"),)))
    decide(db, other, Plan(problems=(Problem("short_stock", "none"),)))
    decide(db, held, Plan(holds=(Hold("fraud"),)))

    with transaction(db, "wake"):
        holds.wake_for_rules(db, stamp(1).at)

    assert [stamp(1).at, None, stamp(1).at] == [row[0] for row in rows(db, "SELECT due_at FROM orders")]
