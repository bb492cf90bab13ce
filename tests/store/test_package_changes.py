from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core.confirmations import Confirmation
from orderctl.core.effects import Document, Receipt, Tracking
from orderctl.store import effects, order_views
from orderctl.store.connection import open_copy
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    assert_sound,
    counters,
    from_location,
    hand_over,
    kinds_of_events,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    shipped,
    stamp,
    state,
    troubles,
)

REFERENCE = "WEB-1042-1"
FIRST = shipped(quantity=2, line_id="mug", at="2026-11-20T10:00:00Z")
CORRECTION = shipped(quantity=2, line_id="mug", tracking_number="JD2", carrier="DHL", replaces="1Z1")


@pytest.fixture
def order(db):
    """Two mugs in east's hands."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 2)))
    ship_from(db, order_id, from_location(mug=2))
    hand_over(db)
    return order_id


def due(db: sqlite3.Connection, at: str = "2026-11-20T15:00:00Z") -> list[Tracking]:
    return effects.pending_tracking(db, "web", at, 100)


def push(db: sqlite3.Connection, outcome: str, *, kept: bool = False, at: Any = NOW_STAMP) -> str:
    """What is due is told in one document, with that outcome; its name."""
    number = effects.next_push(db, "web")
    document = Document(f"tracking-{number}.csv", b"rows", rows=1, kept=kept)
    with transaction(db, "sending"):
        effects.begin_push(db, at, "web", number, document, [one.key for one in due(db)])
    if outcome != "killed":
        settle(db, document.name, outcome, at)
    return document.name


def settle(db: sqlite3.Connection, document: str, outcome: str, at: Any = NOW_STAMP) -> None:
    with transaction(db, "receipt"):
        effects.settle_push(db, at, "web", document, Receipt(outcome, "ref", "so it was"))


def told(db: sqlite3.Connection) -> list[tuple[str, str, str]]:
    """State, number and what it replaces, of everything the channel is told."""
    found = rows(db, "SELECT state, payload FROM effects WHERE kind = 'tracking' ORDER BY effect_id")
    bodies = [(one, json.loads(payload)) for one, payload in found]
    return [(one, body["tracking_number"], body.get("replaces", "")) for one, body in bodies]


def test_a_correction_keeps_the_old_label_and_leaves_units_and_stock_as_they_are(db, order):
    answer(db, FIRST)
    before = (counters(db, order), levels(db), rows(db, "SELECT * FROM stock_moves"))
    answer(db, CORRECTION, at=stamp(1))

    assert before == (counters(db, order), levels(db), rows(db, "SELECT * FROM stock_moves"))
    (package,) = order_views.one(db, order)["shipments"][0]["packages"]
    assert ("JD2", "DHL", "2026-11-20T10:00:00Z") == (
        *(package["tracking_number"], package["carrier"], package["shipped_at"]),
    )
    (was,) = package["before"]
    assert ("1Z1", "UPS", stamp(1).at) == (was["tracking_number"], was["carrier"], was["until"])
    assert "package changed" in kinds_of_events(db, order)
    assert [(order, "web/1042")] == order_views.find(db, "1Z1") == order_views.find(db, "JD2")
    assert_sound(db)


def test_what_a_label_said_is_kept_for_good(db, order):
    answer(db, FIRST)
    answer(db, CORRECTION)

    for change in ("UPDATE package_changes SET carrier = 'x'", "DELETE FROM package_changes"):
        with pytest.raises(sqlite3.IntegrityError, match="append-only"):
            db.execute(change)


def test_a_channel_that_was_not_told_yet_is_told_the_new_number_only(db, order):
    answer(db, FIRST)
    answer(db, CORRECTION)

    assert [("superseded", "1Z1", ""), ("pending", "JD2", "")] == told(db)
    (one,) = due(db)
    assert [("mug", 2)] == [(line.channel_line_id, line.quantity) for line in one.lines]


def test_a_channel_that_knows_the_old_number_is_told_which_one_is_replaced(db, order):
    answer(db, FIRST)
    push(db, "accepted")
    assert order_views.one(db, order)["shipments"][0]["packages"][0]["told_channel"]
    answer(db, CORRECTION)

    assert ("shipped", [("accepted", "1Z1", ""), ("pending", "JD2", "1Z1")]) == (state(db, order), told(db))
    assert not order_views.one(db, order)["shipments"][0]["packages"][0]["told_channel"]
    push(db, "accepted")
    assert "closed" == state(db, order)
    assert order_views.one(db, order)["shipments"][0]["packages"][0]["told_channel"]


def test_of_a_chain_the_channel_is_told_the_last_number_instead_of_the_one_it_knows(db, order):
    answer(db, FIRST)
    push(db, "accepted")
    answer(db, CORRECTION)
    answer(db, shipped(tracking_number="JD3", replaces="JD2"))

    assert [("accepted", "1Z1", ""), ("superseded", "JD2", "1Z1"), ("pending", "JD3", "1Z1")] == told(db)


def test_there_and_back_again_is_told_each_time(db, order):
    answer(db, FIRST)
    push(db, "accepted")
    for number, replaces in (("JD2", "1Z1"), ("1Z1", "JD2"), ("JD3", "1Z1"), ("1Z1", "JD3")):
        answer(db, shipped(tracking_number=number, replaces=replaces))
        push(db, "accepted")

    numbers = ["1Z1", "JD2", "1Z1", "JD3", "1Z1"]
    assert [("accepted", now, was) for now, was in zip(numbers, ["", *numbers], strict=False)] == told(db)


def test_another_day_alone_is_noted_and_told_to_nobody(db, order):
    answer(db, FIRST)
    answer(db, shipped(at="2026-11-21T10:00:00Z"))

    assert [("pending", "1Z1", "")] == told(db)
    assert [("2026-11-21T10:00:00Z",)] == rows(db, "SELECT shipped_at FROM packages")


def test_as_long_as_nobody_knows_what_became_of_the_old_number_the_new_one_waits(db, order):
    answer(db, FIRST)
    document = push(db, "uncertain", kept=True)
    answer(db, CORRECTION)

    assert ([("uncertain", "1Z1", ""), ("pending", "JD2", "1Z1")], []) == (told(db), due(db))
    settle(db, document, "accepted")
    assert ["JD2"] == [one.tracking_number for one in due(db)]


def test_an_old_number_that_surely_did_not_arrive_is_not_told_any_more(db, order):
    answer(db, FIRST)
    document = push(db, "killed", kept=True)
    answer(db, CORRECTION)
    settle(db, document, "retry")

    assert [("superseded", "1Z1", ""), ("pending", "JD2", "1Z1")] == told(db)


def test_what_a_channel_refused_closes_itself_once_it_takes_the_corrected_package(db, order):
    answer(db, FIRST)
    push(db, "refused")
    assert [("push_refused", "web tracking-1.csv")] == troubles(db)
    answer(db, CORRECTION)
    push(db, "accepted")

    assert ([("refused", "1Z1", ""), ("accepted", "JD2", "")], []) == (told(db), troubles(db))


def test_a_number_without_units_that_turns_out_to_be_another_parcels_is_no_package_of_its_own(db, order):
    answer(db, shipped(quantity=1), shipped(quantity=1, tracking_number="1Z2"))
    answer(db, shipped(tracking_number="1Z9"))
    answer(db, shipped(tracking_number="1Z9", replaces="1Z2"))

    assert [("1Z1",), ("1Z9",)] == rows(db, "SELECT tracking_number FROM packages ORDER BY package_id")
    assert_sound(db)


def test_a_withdrawn_label_is_shown_and_its_exception_closes_with_the_next_number(db, order):
    answer(db, FIRST)
    push(db, "accepted")
    answer(db, Confirmation("voided", REFERENCE, tracking_number="1Z1"))

    assert ([("voided",)], [("label_voided", REFERENCE)]) == (rows(db, "SELECT status FROM packages"), troubles(db))
    assert ([("accepted", "1Z1", "")], "closed") == (told(db), state(db, order))

    answer(db, CORRECTION)
    assert ([("shipped",)], []) == (rows(db, "SELECT status FROM packages"), troubles(db))


def standing(db: sqlite3.Connection, order_id: int) -> Any:
    packages = rows(db, "SELECT tracking_number, carrier, shipped_at, quantity FROM packages JOIN package_lines USING"
                        " (package_id)")  # fmt: skip
    channel = [one for one in told(db) if one[0] == "accepted"][-1:]
    numbers = [one[1] for one in channel]
    return packages, counters(db, order_id), levels(db), numbers, state(db, order_id), troubles(db)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
@given(st.data())
def test_in_whatever_order_and_however_often_both_come_all_ends_alike(db, order, data):
    """Whatever the channel was told meanwhile, it is told the new number last, and nothing is counted twice."""
    both = [FIRST, CORRECTION]
    drawn = st.lists(st.tuples(st.sampled_from(both), st.booleans()), max_size=4)
    last = st.permutations([(one, True) for one in both])
    database = Path(db.execute("PRAGMA database_list").fetchone()[2])
    usual, copy = open_copy(database), open_copy(database)
    for store, came in (
        (usual, [(FIRST, False), (CORRECTION, True)]),
        (copy, [*data.draw(drawn), *data.draw(last), *data.draw(drawn)]),
    ):
        for row, is_told in came:
            answer(store, row)
            if is_told and due(store):
                push(store, "accepted")
        if due(store):
            push(store, "accepted")

    assert standing(usual, order) == standing(copy, order)
    assert_sound(copy)
