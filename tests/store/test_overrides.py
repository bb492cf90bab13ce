from __future__ import annotations

from orderctl.store import events, overrides
from orderctl.store.transactions import transaction
from tests.builders import an_order
from tests.store.shelf import rows, save, stamp

MARIA = stamp(1, "maria")


def test_the_last_word_about_a_field_counts_and_the_earlier_one_is_kept(db):
    (order,) = save(db, an_order())
    with transaction(db, "add"):
        for value in ("a", "b"):
            overrides.add(db, MARIA, order, "edit", "note", value, "typo")
        overrides.add(db, MARIA, order, "edit", "ship_to.city", "c", "typo")

    assert [("note", "b", "maria"), ("ship_to.city", "c", "maria")] == [
        (one.field, one.value, one.actor) for one in overrides.of_order(db, order, "edit")
    ]
    assert 3 == len(rows(db, "SELECT 1 FROM overrides"))


def test_a_kind_of_decision_ends_as_a_whole(db):
    (order,) = save(db, an_order())
    with transaction(db, "add"):
        for reason in ("fraud", "payment"):
            overrides.add(db, MARIA, order, "release", reason, reason, "known")
        overrides.add(db, MARIA, order, "route", "", "{}", "nearer")
        overrides.end(db, MARIA, order, "release")

    assert [] == overrides.of_order(db, order, "release")
    assert 1 == len(overrides.of_order(db, order, "route"))


def test_what_a_decision_says_can_follow_while_it_stays_whose_it_is(db):
    (order,) = save(db, an_order())
    with transaction(db, "add"):
        overrides.add(db, MARIA, order, "edit", "note", "a", "typo")
        (one,) = overrides.of_order(db, order, "edit")
        overrides.put_value(db, one.override_id, "b")

    (now,) = overrides.of_order(db, order, "edit")
    assert ("b", "maria", one.override_id) == (now.value, now.actor, now.override_id)


def test_a_note_is_part_of_the_order_s_history(db):
    (order,) = save(db, an_order())
    with transaction(db, "note"):
        overrides.note(db, MARIA, order, "called")

    assert {"at": MARIA.at, "actor": "maria", "kind": "note", "detail": "called"} == events.of_order(db, order)[-1]
