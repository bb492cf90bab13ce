from __future__ import annotations

from dataclasses import replace
from typing import Any

from orderctl.core import edits
from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import Backorder, Plan
from orderctl.store import events, orders, overrides, payloads, revisions
from orderctl.store.transactions import transaction
from tests.builders import NEW_YORK, a_line, an_order
from tests.store.shelf import (
    answer,
    as_read,
    counters,
    decide,
    levels,
    revise,
    rows,
    save,
    shipments_of,
    shipped,
    stamp,
    state,
    troubles,
)

CANCELLED: dict[str, Any] = {"cancelled_at": "2026-11-20T11:00:00Z"}


def edit(db, order_id: int, **changes: str) -> None:
    """A person changes fields; double underscores stand for dots."""
    with transaction(db, "edit"):
        before = orders.document(db, order_id)
        values = {name.replace("__", "."): value for name, value in changes.items()}
        for field, value in values.items():
            text = f'{{"was": "{edits.value_of(before, field)}", "now": "{value}"}}'
            overrides.add(db, stamp(1, "maria"), order_id, "edit", field, text, "typo")
        after = edits.laid_over(before, values)
        item = replace(as_read(after), digest=orders.digest_of(db, order_id))
        revisions.edit(db, stamp(1, "maria"), order_id, item)


def last_change(db, order_id: int) -> str:
    return [event["detail"] for event in events.of_order(db, order_id) if event["kind"] == "changed"][-1]


def test_before_routing_quantities_follow_the_channel(db, order):
    revise(db, order, a_line("MUG", 1), a_line("LAMP", 2))

    assert {
        "mug": {"ordered": 3, "open": 1, "cancelled": 2},
        "tee": {"ordered": 1, "cancelled": 1},
        "lamp": {"ordered": 2, "open": 2},
    } == counters(db, order)
    assert "mug: 2 cancelled; lamp: 2 more; tee: 1 cancelled" == last_change(db, order)
    assert [(stamp(1).at,)] == rows(db, "SELECT due_at FROM orders")


def test_after_routing_the_plan_is_withdrawn_and_its_stock_is_free(db, planned):
    revise(db, planned, a_line("MUG", 5), a_line("TEE"))

    assert {"WEB-1042-1": "cancelled"} == shipments_of(db, planned)
    assert {"ordered": 5, "open": 5} == counters(db, planned)["mug"]
    assert ({"east": (9, 0)}, "new") == (levels(db), state(db, planned))


def test_units_of_a_backorder_are_cancelled_after_the_open_ones(db, order):
    decide(db, order, Plan(backorders=(Backorder("mug", "MUG", 2, "r"),)))
    revise(db, order, a_line("MUG", 1), a_line("TEE"))

    assert {"ordered": 3, "backordered": 1, "cancelled": 2} == counters(db, order)["mug"]


def test_an_order_cancelled_before_it_left_is_over(db, planned):
    revise(db, planned, **CANCELLED)

    assert ("cancelled", {"WEB-1042-1": "cancelled"}, []) == (
        state(db, planned),
        shipments_of(db, planned),
        troubles(db),
    )
    assert {"east": (9, 0)} == levels(db)


def test_after_the_hand_over_fewer_units_are_called_back_and_their_stock_kept(db, in_hand):
    revise(db, in_hand, a_line("MUG", 2), a_line("TEE"))

    assert {"ordered": 3, "dispatched": 3, "called_back": 1} == counters(db, in_hand)["mug"]
    assert ({"WEB-1042-1": "dispatched"}, {"east": (9, 3)}) == (shipments_of(db, in_hand), levels(db))
    assert [("cancel_after_dispatch", "WEB-1042")] == troubles(db)


def test_units_called_back_are_cancelled_once_the_location_does_not_ship_them(db, in_hand):
    revise(db, in_hand, a_line("MUG", 2), a_line("TEE"))
    answer(db, Confirmation("short", "WEB-1042-1", line_id="mug", quantity=1), shipped(quantity=2, line_id="mug"))

    assert {"ordered": 3, "shipped": 2, "cancelled": 1} == counters(db, in_hand)["mug"]
    assert "cancel_after_dispatch" not in {code for code, _ in troubles(db)}


def test_a_whole_order_called_back_asks_its_shipments_to_stop(db, in_hand):
    revise(db, in_hand, **CANCELLED)
    assert {"WEB-1042-1": "cancel_requested"} == shipments_of(db, in_hand)

    answer(db, Confirmation("cancelled", "WEB-1042-1"))

    assert ("cancelled", []) == (state(db, in_hand), troubles(db))
    assert {"east": (9, 0)} == levels(db)


def test_units_called_back_that_ship_all_the_same_are_shipped(db, in_hand):
    revise(db, in_hand, **CANCELLED)
    answer(db, shipped())

    assert {"ordered": 3, "shipped": 3} == counters(db, in_hand)["mug"]
    assert [("shipped_after_cancel", "WEB-1042-1")] == troubles(db)


def test_units_called_back_that_are_wanted_again_are_not_ordered_twice(db, in_hand):
    revise(db, in_hand, a_line("MUG", 1), a_line("TEE"))
    revise(db, in_hand, a_line("MUG", 4), a_line("TEE"), minutes=2)

    assert {"ordered": 4, "open": 1, "dispatched": 3} == counters(db, in_hand)["mug"]
    assert [] == troubles(db)


def test_after_the_hand_over_more_units_are_routed_as_new_ones(db, in_hand):
    revise(db, in_hand, a_line("MUG", 4), a_line("TEE"))

    assert {"ordered": 4, "open": 1, "dispatched": 3} == counters(db, in_hand)["mug"]
    assert ({"WEB-1042-1": "dispatched"}, []) == (shipments_of(db, in_hand), troubles(db))


def test_after_the_hand_over_another_address_stops_the_shipment_and_tells_a_person(db, in_hand):
    revise(db, in_hand, ship_to=replace(NEW_YORK, city="Albany"))

    assert ({"WEB-1042-1": "cancel_requested"}, [("address_changed", "WEB-1042")]) == (
        shipments_of(db, in_hand),
        troubles(db),
    )
    answer(db, Confirmation("cancelled", "WEB-1042-1"))
    assert ({"ordered": 3, "open": 3}, []) == (counters(db, in_hand)["mug"], troubles(db))


def test_a_note_changes_nothing_that_is_on_its_way(db, in_hand):
    revise(db, in_hand, note="ring")

    assert ({"WEB-1042-1": "dispatched"}, []) == (shipments_of(db, in_hand), troubles(db))
    assert "details" == last_change(db, in_hand)


def test_only_another_time_is_no_change_but_a_revision(db, planned):
    revise(db, planned)

    assert {"WEB-1042-1": "planned"} == shipments_of(db, planned)
    assert [(2,)] == rows(db, "SELECT revision FROM orders")
    assert payloads.read(db, planned, 1) != payloads.read(db, planned, 2)


def test_a_person_s_route_and_releases_last_until_the_customer_changes_the_order(db, order):
    with transaction(db, "by hand"):
        overrides.add(db, stamp(0, "maria"), order, "route", "", "{}", "nearer")
        overrides.add(db, stamp(0, "maria"), order, "release", "fraud", "fraud", "known")
    revise(db, order)
    assert [1, 1] == [len(overrides.of_order(db, order, kind)) for kind in ("route", "release")]

    revise(db, order, minutes=2, note="ring")

    assert [0, 0] == [len(overrides.of_order(db, order, kind)) for kind in ("route", "release")]


def test_what_a_person_changed_stays_over_what_the_channel_says(db, order):
    edit(db, order, ship_to__city="Albany")
    revise(db, order, note="ring")

    now = orders.document(db, order)
    assert (replace(NEW_YORK, city="Albany"), "ring") == (now.ship_to, now.note)
    assert [] == troubles(db)


def test_an_address_that_a_person_mended_is_still_looked_at_as_mended(db):
    """The channel's own address stays incomplete whatever else it sends."""
    (order,) = save(db, an_order(ship_to=replace(NEW_YORK, city="")))
    assert [("incomplete",)] == rows(db, "SELECT address FROM orders")
    edit(db, order, ship_to__city="New York")
    assert [("ok",)] == rows(db, "SELECT address FROM orders")

    revise(db, order, a_line("MUG"), ship_to=replace(NEW_YORK, city=""), note="ring")

    assert [("ok",)] == rows(db, "SELECT address FROM orders")


def test_the_same_field_changed_on_both_sides_is_a_conflict_told_once(db, order):
    edit(db, order, note="knock")
    revise(db, order, note="shout")
    assert ("knock", [("edit_conflict", "WEB-1042 note")]) == (orders.document(db, order).note, troubles(db))
    with transaction(db, "dismissed"):
        db.execute("UPDATE exceptions SET closed_at = 'now'")

    revise(db, order, note="shout", po_number="7", minutes=2)

    assert [] == troubles(db)
    revise(db, order, note="whisper", minutes=3)
    assert [("edit_conflict", "WEB-1042 note")] == troubles(db)


def test_a_conflict_is_over_when_both_sides_say_the_same(db, order):
    edit(db, order, note="knock")
    revise(db, order, note="shout")
    revise(db, order, note="knock", minutes=2)

    assert [] == troubles(db)


def test_an_edit_is_no_revision_and_the_channel_s_version_is_still_known(db, order):
    edit(db, order, note="knock")

    assert [(1, as_read(an_order(a_line("MUG", 3), a_line("TEE"))).digest)] == rows(
        db, "SELECT revision, digest FROM orders"
    )


def test_a_person_cancels_what_waits_and_calls_back_what_is_in_hand(db, in_hand):
    revise(db, in_hand, a_line("MUG", 4), a_line("TEE"))
    with transaction(db, "cancel"):
        done = revisions.cancel(db, stamp(2, "maria"), in_hand, {"mug": 3})

    assert {"mug": 1} == done
    assert {"ordered": 4, "dispatched": 3, "cancelled": 1, "called_back": 2} == counters(db, in_hand)["mug"]


def test_cancelling_everything_twice_calls_nothing_back_twice(db, in_hand):
    for minutes in (1, 2):
        with transaction(db, "cancel"):
            revisions.cancel(db, stamp(minutes, "maria"), in_hand, {"mug": 3, "tee": 1})

    assert {"ordered": 3, "dispatched": 3, "called_back": 3} == counters(db, in_hand)["mug"]
    assert {"WEB-1042-1": "cancel_requested"} == shipments_of(db, in_hand)


def test_what_a_person_cancelled_is_not_cancelled_again_when_the_channel_follows(db, order):
    with transaction(db, "cancel"):
        revisions.cancel(db, stamp(1, "maria"), order, {"mug": 1})
    revise(db, order, a_line("MUG", 2), a_line("TEE"), minutes=2)

    assert {"ordered": 3, "open": 2, "cancelled": 1} == counters(db, order)["mug"]


def test_a_line_becomes_another_article_only_while_nothing_of_it_has_left(db, order):
    revise(db, order, a_line("CUP", 3, id="mug"), a_line("TEE"))
    assert [("CUP",), ("TEE",)] == rows(db, "SELECT sku FROM order_lines ORDER BY position")


def test_tracked_orders_are_never_due(db):
    (order,) = save(db, an_order(), live_from="2026-12-01T00:00:00Z")
    revise(db, order, a_line("MUG", 5))

    assert [("track_only", None)] == rows(db, "SELECT state, due_at FROM orders")
