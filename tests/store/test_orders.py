from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from orderctl.core.orders import Order
from orderctl.core.plans import Hold, Plan
from orderctl.store import events, holds, order_counts, orders, payloads
from orderctl.store.orders import LONGEST_STEM
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import NOW_STAMP, as_read, counters, decide, rows, save, stamp, state


def stems(db) -> list[str]:
    return [row[0] for row in rows(db, "SELECT stem FROM orders ORDER BY order_id")]


def numbered(number: str, **changes: str) -> Order:
    return an_order(number=number, channel_order_id=changes.pop("channel_order_id", f"id-{number}"), **changes)


def test_a_new_order_is_open_and_due_with_its_payload_kept(db):
    order = an_order(a_line("MUG", 2))
    (order_id,) = save(db, order)

    assert ("new", {"mug": {"ordered": 2, "open": 2}}) == (state(db, order_id), counters(db, order_id))
    assert order == orders.document(db, order_id)
    assert [(NOW_STAMP.at, 0, 0)] == rows(db, "SELECT due_at, watched, track_only FROM orders")
    assert as_read(order).raw == payloads.read(db, order_id, 1)
    assert ["imported"] == [event["kind"] for event in events.of_order(db, order_id)]


def test_a_line_of_no_units_is_kept_and_an_order_of_such_lines_is_cancelled(db):
    (order_id,) = save(db, an_order(a_line("MUG", 0)))

    assert ("cancelled", {"mug": {}}) == (state(db, order_id), counters(db, order_id))


def test_an_order_that_comes_in_cancelled_has_nothing_open(db):
    (order_id,) = save(db, an_order(a_line("MUG", 2), cancelled_at=NOW_STAMP.at))

    assert ("cancelled", {"mug": {"ordered": 2, "cancelled": 2}}) == (state(db, order_id), counters(db, order_id))
    assert [(None,)] == rows(db, "SELECT due_at FROM orders")


def test_without_live_from_an_order_is_watched_and_before_it_only_tracked(db):
    save(db, numbered("1"), live_from="")
    save(db, numbered("2"), live_from="2026-11-20T10:00:01Z")

    assert [("new", 1, 0, NOW_STAMP.at), ("track_only", 0, 1, None)] == rows(
        db, "SELECT state, watched, track_only, due_at FROM orders"
    )


def test_a_channel_that_goes_live_tracks_its_old_orders_and_takes_on_the_new_ones(db):
    save(db, numbered("1"), numbered("2", placed_at="2026-11-20T12:00:00Z"), live_from="")

    with transaction(db, "live"):
        assert 2 == orders.go_live(db, stamp(1), "web", "2026-11-20T11:00:00Z")
        assert 0 == orders.go_live(db, stamp(1), "web", "2026-11-20T11:00:00Z")

    assert [("track_only", 0, 1, None), ("new", 0, 0, stamp(1).at)] == rows(
        db, "SELECT state, watched, track_only, due_at FROM orders"
    )


def test_references_begin_with_the_channel_s_short_name_and_the_number(db):
    save(db, numbered("1042"), numbered("A-7"))
    save(db, numbered("1042", channel="market"), short="MKT")

    assert ["WEB-1042", "WEB-A-7", "MKT-1042"] == stems(db)


def test_a_number_that_is_taken_or_not_clean_gets_a_tail_of_its_own(db):
    save(db, numbered("1042"))
    save(db, numbered("1042", channel_order_id="other"), numbered("#1043"), numbered("A--7"), numbered("###"))

    assert 5 == len(set(stems(db)))
    for stem, begin in zip(stems(db)[1:], ("WEB-1042-", "WEB-1043-", "WEB-A-7-", "WEB-"), strict=True):
        assert stem.startswith(begin)
        assert 8 == len(stem.removeprefix(begin))


@given(st.lists(st.text(min_size=1, max_size=40), min_size=1, max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=40)
def test_whatever_a_channel_calls_its_orders_their_references_are_short_clean_and_unique(db, numbers):
    some = [
        an_order(number=number.encode("utf-8", "replace").decode(), channel_order_id=str(at))
        for at, number in enumerate(numbers)
    ]
    made = orders._stems(db, "ABCDEF", some)

    assert len(made) == len(set(made))
    for stem in made:
        assert len(stem) <= LONGEST_STEM
        assert set(stem) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")
        assert not stem.endswith("-")


def test_orders_that_are_known_are_found_with_what_is_stored_of_them(db):
    (order_id,) = save(db, an_order())

    found = orders.known(db, "web", ["1042", "7"])

    assert {"1042"} == set(found)
    assert (order_id, as_read(an_order()).digest, 1) == (
        *(found["1042"].order_id, found["1042"].digest, found["1042"].revision),
    )
    assert {} == orders.known(db, "market", ["1042"])
    assert {as_read(an_order()).digest} == orders.unchanged(db, "web", [as_read(an_order()).digest, "0"])
    assert set() == orders.unchanged(db, "market", [as_read(an_order()).digest])


def test_an_order_s_history_tells_every_state_it_was_in(db):
    (order_id,) = save(db, an_order())
    decide(db, order_id, Plan(holds=(Hold("fraud"),)), stamp(1))
    with transaction(db, "release"):
        holds.end(db, stamp(2), order_id, "fraud")
        orders.refresh(db, stamp(2), [order_id])

    told = [event["detail"] for event in events.of_order(db, order_id) if event["kind"] == "state"]
    assert ["new -> held", "held -> new"] == told
    assert [(stamp(1).at, stamp(2).at)] == rows(db, "SELECT first_held_at, released_at FROM orders")


def test_refreshing_what_has_not_changed_writes_nothing(db):
    (order_id,) = save(db, an_order())
    before = db.total_changes

    with transaction(db, "refresh"):
        orders.refresh(db, stamp(1), [order_id])

    assert before == db.total_changes


def test_orders_are_counted_by_state_and_channel(db):
    save(db, numbered("1"), numbered("2", cancelled_at=NOW_STAMP.at))

    assert {"new": 1, "cancelled": 1} == order_counts.states(db)
    assert {"web": 2} == orders.by_channel(db)


@pytest.mark.parametrize("note", ["\u200f👩\u200d👩", "x" * 20_000, "\ufffd"])
def test_text_of_every_kind_comes_back_as_it_was_saved(db, note):
    (order_id,) = save(db, replace(an_order(), note=note))

    assert note == orders.document(db, order_id).note
