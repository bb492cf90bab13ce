from __future__ import annotations

import pytest

from orderctl.core.effects import Document, Receipt
from orderctl.core.plans import Plan, PlannedLine
from orderctl.store import cancellations, effects
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    decide,
    from_location,
    hand_over,
    put_stock,
    rows,
    save,
    ship_from,
    shipped,
    stamp,
    state,
    troubles,
)


@pytest.fixture
def order(db):
    """An order with one parcel that the channel does not know of yet."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 2)))
    ship_from(db, order_id, from_location(mug=2))
    hand_over(db)
    answer(db, shipped())
    return order_id


def push(db, outcome: str = "accepted", at=NOW_STAMP) -> str:
    packages = effects.pending_tracking(db, "web", at.at, 100)
    number = effects.next_push(db, "web")
    document = Document(f"tracking-{number}.csv", b"rows", rows=len(packages))
    with transaction(db, "sending"):
        effects.begin_push(db, at, "web", number, document, [package.key for package in packages])
    if outcome != "killed":
        with transaction(db, "receipt"):
            effects.settle_push(db, at, "web", document.name, Receipt(outcome, "ref", "so it was"))
    return document.name


def test_a_parcel_is_told_with_everything_a_channel_needs(db, order):
    (told,) = effects.pending_tracking(db, "web", NOW_STAMP.at, 100)

    assert ("1042", "1042", "WEB-1042-1", "UPS", "1Z1") == (
        *(told.channel_order_id, told.order_number, told.reference, told.carrier, told.tracking_number),
    )
    assert [("mug", "MUG", 2)] == [(line.channel_line_id, line.sku, line.quantity) for line in told.lines]
    assert [] == effects.pending_tracking(db, "market", NOW_STAMP.at, 100)
    assert [] == effects.pending_tracking(db, "web", NOW_STAMP.at, 0)


def test_an_order_closes_when_its_channel_has_been_told(db, order):
    assert ("shipped", {"channel:web": 1}) == (state(db, order), effects.open_counts(db))

    push(db)

    assert ("closed", {}) == (state(db, order), effects.open_counts(db))
    assert [(NOW_STAMP.at, NOW_STAMP.at)] == rows(db, "SELECT pushed_at, confirmed_at FROM orders")
    assert [] == effects.pending_tracking(db, "web", stamp(9999).at, 100)


def test_what_was_surely_not_processed_is_tried_again_ever_later_under_the_same_key(db, order):
    keys = set()
    waits = []
    at = NOW_STAMP
    for minutes in (2, 10, 30, 120, 300):
        (package,) = effects.pending_tracking(db, "web", at.at, 100)
        keys.add(package.key)
        push(db, "retry", at)
        waits.append(rows(db, "SELECT next_try_at FROM effects WHERE kind = 'tracking'")[0][0])
        assert [] == effects.pending_tracking(db, "web", at.at, 100)
        at = stamp(minutes)

    assert 1 == len(keys)
    assert waits == sorted(waits)
    assert "shipped" == state(db, order)


@pytest.mark.parametrize(("outcome", "code"), [("refused", "push_refused"), ("uncertain", "push_uncertain")])
def test_what_was_refused_or_nobody_knows_is_a_person_s_matter_and_not_sent_again(db, order, outcome, code):
    document = push(db, outcome)

    assert [(code, f"web {document}")] == troubles(db)
    assert [] == effects.pending_tracking(db, "web", stamp(9999).at, 100)
    assert {"refused": "closed", "uncertain": "shipped"}[outcome] == state(db, order)


def test_what_a_killed_process_was_sending_is_found_once_per_document(db, order):
    put_stock(db, "west", mug=9)
    (other,) = save(db, an_order(number="2", channel_order_id="2"))
    ship_from(db, other, from_location("west", mug=1))
    document = push(db, "killed")
    handed = hand_over(db, "west", "killed")

    assert {("tracking", "channel:web", document), ("handoff", "location:west", handed)} == {
        (one.kind, one.target, one.document) for one in effects.begun(db)
    }


def test_pushes_are_numbered_per_channel(db, order):
    assert "tracking-1.csv" == push(db, "retry")
    assert (2, 1) == (effects.next_push(db, "web"), effects.next_push(db, "market"))


def test_keys_are_of_this_installation_and_forty_characters(db):
    one, same, other = (effects.key_of(db, "tracking", *parts) for parts in (("a", "b"), ("a", "b"), ("ab", "")))

    assert one == same != other
    assert 40 == len(one)
    assert effects.highest(db) == 0


def test_a_cancellation_names_its_units_and_none_for_the_whole_order(db):
    (order,) = save(db, an_order(a_line("MUG", 3)))
    decide(db, order, Plan(cancelled=(PlannedLine("mug", "MUG", 2),)), cancel_pushed=True)
    decide(db, order, Plan(rejected="no"), stamp(1), cancel_pushed=True)

    some, whole = cancellations.pending(db, "web", stamp(1).at, 100)

    assert ([("mug", "MUG", 2)], "out of stock") == (
        [(line.channel_line_id, line.sku, line.quantity) for line in some.lines],
        some.reason,
    )
    assert ((), "no") == (whole.lines, whole.reason)
