from __future__ import annotations

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Hold, Plan
from orderctl.store import holds, orders, overrides, revisions, waiting
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    as_read,
    decide,
    from_location,
    hand_over,
    looked_at,
    put_stock,
    save,
    ship_from,
    stamp,
)


def numbered(number: str, **changes: str):
    return an_order(number=number, channel_order_id=number, **changes)


def due(db, at: str = NOW_STAMP.at) -> list[int]:
    return [order_id for some in waiting.due(db, at) for order_id in some]


def load(db, order_id: int) -> waiting.WaitingOrder:
    return waiting.load(db, [order_id])[0]


@pytest.mark.parametrize("at_once", [1, 2, 100])
def test_orders_compete_by_priority_then_promise_then_age(db, monkeypatch, at_once):
    monkeypatch.setattr(waiting, "AT_ONCE", at_once)
    saved = save(
        db,
        numbered("late", placed_at="2026-11-20T12:00:00Z"),
        numbered("early", placed_at="2026-11-20T09:00:00Z"),
        numbered("promised", ship_by="2026-11-21T00:00:00Z"),
        numbered("urgent", priority="urgent"),
        numbered("same a"),
        numbered("same b"),
    )
    late, early, promised, urgent, same_a, same_b = saved

    assert [urgent, promised, early, same_a, same_b, late] == due(db)
    assert 6 == waiting.count_due(db, NOW_STAMP.at)


def test_what_is_due_later_is_not_due_now(db):
    (order,) = save(db, an_order())
    with transaction(db, "due"):
        orders.make_due(db, [order], "2026-11-20T15:00:01Z")

    assert [] == due(db)
    assert [order] == due(db, "2026-11-20T15:00:01Z")
    with transaction(db, "aside"):
        waiting.put_aside(db, order)
    assert [] == due(db, "2027-01-01T00:00:00Z")


def test_an_order_comes_with_the_units_that_wait_on_lines_of_ours(db):
    digital = a_line("SONG", requires_shipping=False)
    (order,) = save(db, an_order(a_line("MUG", 3), digital))
    put_stock(db, mug=1)
    ship_from(db, order, from_location(mug=1))

    found = load(db, order)

    assert an_order(a_line("MUG", 3), digital) == found.order
    assert {"mug": (2, 0)} == {name: (line.open, line.backordered) for name, line in found.lines.items()}
    assert ("WEB-1042", 1, 1, False) == (found.stem, found.decisions, found.parts, found.watched)


def test_orders_are_loaded_in_the_order_asked_for_and_unknown_ones_left_out(db):
    one, other = save(db, numbered("1"), numbered("2"))

    assert [other, one] == [found.order_id for found in waiting.load(db, [other, 99, one])]


def test_a_location_that_rejected_or_was_short_is_not_asked_again(db):
    put_stock(db, mug=9)
    put_stock(db, "west", mug=9)
    (order,) = save(db, an_order(a_line("MUG", 2)))
    ship_from(db, order, from_location(mug=1), from_location("west", mug=1))
    for location, kind, reference in (("east", "rejected", "WEB-1042-1"), ("west", "short", "WEB-1042-2")):
        hand_over(db, location)
        answer(db, Confirmation(kind, reference))

    assert ("east", "west") == load(db, order).excluded


def test_what_was_only_withdrawn_may_be_asked_again(db):
    put_stock(db, mug=9)
    (order,) = save(db, an_order())
    ship_from(db, order, from_location(mug=1))
    with transaction(db, "cancel"):
        revisions.cancel(db, stamp(1), order, {"mug": 1})

    assert () == load(db, order).excluded


def test_holds_and_what_a_person_decided_come_along(db):
    (order,) = save(db, an_order())
    decide(db, order, Plan(holds=(Hold("fraud"),)))
    with transaction(db, "by hand"):
        overrides.add(db, NOW_STAMP, order, "release", "payment", "payment", "paid")
        overrides.add(db, NOW_STAMP, order, "route", "", '{"location": "west"}', "nearer")

    found = load(db, order)

    assert ({"fraud"}, ("payment",), '{"location": "west"}') == (set(found.holds), found.released, found.given)


def test_a_hold_whose_time_was_over_counts_as_released_until_the_order_changes(db):
    (order,) = save(db, an_order())
    decide(db, order, Plan(holds=(Hold("payment", release_at=stamp(30).at),)))
    with transaction(db, "over"):
        holds.end(db, stamp(30), order, "payment")
    assert ("payment",) == load(db, order).released

    with transaction(db, "revise"):
        revisions.revise(db, stamp(40), order, as_read(an_order(note="ring")), looked_at)

    assert () == load(db, order).released
