from __future__ import annotations

import json

import pytest

from orderctl.core.confirmations import Confirmation
from orderctl.core.plans import PlannedLine, PlannedShipment
from orderctl.store import packages
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    counters,
    from_location,
    hand_over,
    levels,
    put_stock,
    rows,
    save,
    ship_from,
    shipments_of,
    shipped,
    stamp,
    state,
    troubles,
)

REFERENCE = "WEB-1042-1"


@pytest.fixture
def order(db):
    """Three mugs and a tee in east's hands."""
    put_stock(db, mug=5, tee=5)
    (order_id,) = save(db, an_order(a_line("MUG", 3), a_line("TEE")))
    ship_from(db, order_id, from_location(mug=3, tee=1))
    hand_over(db)
    return order_id


def told(db) -> list[tuple[str, dict[str, int]]]:
    """Tracking number and units per line, of everything the channel is told."""
    payloads = [json.loads(row[0]) for row in rows(db, "SELECT payload FROM effects WHERE kind = 'tracking'")]
    return [
        (body["tracking_number"], {line["channel_line_id"]: line["quantity"] for line in body["lines"]})
        for body in payloads
    ]


def test_what_ships_is_off_the_stock_and_told_to_the_channel(db, order):
    answer(db, shipped(at="2026-11-20T14:00:00Z"))

    assert ("shipped", {REFERENCE: "shipped"}) == (state(db, order), shipments_of(db, order))
    assert {"mug": {"ordered": 3, "shipped": 3}, "tee": {"ordered": 1, "shipped": 1}} == counters(db, order)
    assert ({"east": (2, 0)}, {"east": (4, 0)}) == (levels(db), levels(db, "TEE"))
    assert [("1Z1", {"mug": 3, "tee": 1})] == told(db)
    assert [("UPS", "2026-11-20T14:00:00Z")] == rows(db, "SELECT carrier, shipped_at FROM packages")


def test_parcels_come_off_the_stock_one_by_one(db, order):
    answer(db, shipped(quantity=2, line_id="mug"))

    assert ("partly_shipped", {REFERENCE: "dispatched"}) == (state(db, order), shipments_of(db, order))
    assert {"east": (3, 1)} == levels(db)

    answer(db, shipped(quantity=1, line_id="mug", tracking_number="1Z2"), shipped(line_id="tee", tracking_number="1Z2"))

    assert ("shipped", {REFERENCE: "shipped"}) == (state(db, order), shipments_of(db, order))
    assert [("1Z1", {"mug": 2}), ("1Z2", {"mug": 1, "tee": 1})] == told(db)


def test_a_parcel_that_gets_more_lines_later_is_told_again_with_those_only(db, order):
    answer(db, shipped(quantity=3, line_id="mug"))
    answer(db, shipped(line_id="tee"))

    assert [("1Z1", {"mug": 3}), ("1Z1", {"tee": 1})] == told(db)
    assert [("1Z1",)] == rows(db, "SELECT tracking_number FROM packages")


def test_the_same_answer_again_changes_nothing(db, order):
    answer(db, shipped())
    tables = ("order_lines", "packages", "effects", "stock_moves")
    before = [rows(db, f"SELECT * FROM {name}") for name in tables]  # noqa: S608

    answer(db, shipped(where="the same file, under another name"))

    assert before == [rows(db, f"SELECT * FROM {name}") for name in tables]  # noqa: S608


def test_what_is_short_is_free_elsewhere_and_its_promise_is_over(db, order):
    answer(db, Confirmation("short", REFERENCE, line_id="mug", quantity=1), shipped(quantity=2, line_id="mug"))

    assert {"ordered": 3, "open": 1, "shipped": 2} == counters(db, order)["mug"]
    assert {"east": (3, 0)} == levels(db)
    assert [(NOW_STAMP.at,)] == rows(db, "SELECT due_at FROM orders")
    assert [("short_shipment", REFERENCE)] == troubles(db)


def test_a_shipment_of_which_the_last_units_are_short_is_shipped(db, order):
    answer(db, shipped(quantity=3, line_id="mug"), Confirmation("short", REFERENCE, line_id="tee"))

    assert {REFERENCE: "shipped"} == shipments_of(db, order)
    assert {"east": (5, 0)} == levels(db, "TEE")


def test_a_rejection_sets_everything_free(db, order):
    answer(db, Confirmation("rejected", REFERENCE, reason="no room"))

    assert ("new", {REFERENCE: "rejected"}) == (state(db, order), shipments_of(db, order))
    assert ({"east": (5, 0)}, {"ordered": 3, "open": 3}) == (levels(db), counters(db, order)["mug"])
    assert [("no room",)] == rows(db, "SELECT reason FROM shipments")


def test_more_than_was_asked_is_off_the_stock_but_never_in_shipped_nor_told(db, order):
    answer(db, shipped(quantity=5, line_id="mug"))

    assert {"ordered": 3, "shipped": 3, "overshipped": 2} == counters(db, order)["mug"]
    assert ({"east": (0, 0)}, [("1Z1", {"mug": 3})]) == (levels(db), told(db))
    assert [("overshipped", REFERENCE)] == troubles(db)


def test_what_ships_after_it_was_rejected_is_off_the_stock_and_the_channel_hears_nothing(db, order):
    answer(db, Confirmation("rejected", REFERENCE))
    answer(db, shipped(), at=stamp(1))

    assert ({"east": (2, 0)}, []) == (levels(db), told(db))
    assert {"ordered": 3, "open": 3, "overshipped": 3} == counters(db, order)["mug"]
    assert [("shipped_after_rejection", REFERENCE)] == troubles(db)


def test_a_number_without_units_is_kept(db, order):
    answer(db, shipped(), shipped(tracking_number="1Z2"))

    assert [("1Z1",), ("1Z2",)] == rows(db, "SELECT tracking_number FROM packages ORDER BY package_id")
    assert ([("1Z1", {"mug": 3, "tee": 1})], [("extra_package", REFERENCE)]) == (told(db), troubles(db))


def a_kit(db, units: int, *, gift: int = 0) -> int:
    """An order of kits of two mugs and a tee, with gifts that go along, in east's hands."""
    put_stock(db, mug=20, tee=20, gift=20)
    (order_id,) = save(db, an_order(a_line("SET", units)))
    parts = [PlannedLine("set", "MUG", 2 * units), PlannedLine("set", "TEE", units)]
    parts += [PlannedLine("set", "GIFT", gift)] if gift else []
    ship_from(db, order_id, PlannedShipment("east", (PlannedLine("set", "SET", units),), components=tuple(parts)))
    hand_over(db)
    return order_id


def test_a_kit_consumes_and_releases_exactly_its_parts(db):
    a_kit(db, 3)
    answer(db, shipped(quantity=2), Confirmation("short", REFERENCE, line_id="set", quantity=1))

    assert ({"east": (16, 0)}, {"east": (18, 0)}, {}) == (levels(db), levels(db, "TEE"), levels(db, "SET"))


def test_kits_beyond_the_order_are_off_the_stock_as_parts_too(db):
    a_kit(db, 1)
    answer(db, shipped(quantity=2))

    assert ({"east": (16, 0)}, {"east": (18, 0)}, {}) == (levels(db), levels(db, "TEE"), levels(db, "SET"))


@pytest.mark.parametrize("first", [1, 2])
def test_a_gift_that_goes_along_leaves_with_the_last_units_even_when_some_are_short(db, first):
    a_kit(db, 3, gift=1)
    answer(db, shipped(quantity=first))
    answer(db, Confirmation("short", REFERENCE, line_id="set", quantity=3 - first))

    assert ({"east": (19, 0)}, {"east": (20 - 2 * first, 0)}) == (levels(db, "GIFT"), levels(db))


def test_the_first_acknowledgment_and_the_last_delivery_are_the_order_s_times(db, order):
    answer(db, Confirmation("acknowledged", REFERENCE), at=stamp(1))
    answer(db, Confirmation("acknowledged", REFERENCE), at=stamp(2))
    assert {REFERENCE: "acknowledged"} == shipments_of(db, order)
    answer(db, Confirmation("delivered", REFERENCE, tracking_number="1Z1"), at=stamp(3))

    assert {REFERENCE: "delivered"} == shipments_of(db, order)
    times = "acknowledged_at, shipped_at, delivered_at"
    assert [(stamp(1).at, stamp(3).at, stamp(3).at)] == rows(db, f"SELECT {times} FROM shipments")  # noqa: S608
    assert [(stamp(1).at, stamp(3).at, stamp(3).at)] == rows(db, f"SELECT {times} FROM orders")  # noqa: S608


def test_an_acknowledgment_is_kept_even_when_the_goods_leave_in_the_same_file(db, order):
    answer(db, Confirmation("acknowledged", REFERENCE), shipped())

    assert [(NOW_STAMP.at, NOW_STAMP.at)] == rows(
        db, "SELECT o.acknowledged_at, s.acknowledged_at FROM orders o JOIN shipments s USING (order_id)"
    )


def test_a_location_without_a_ledger_moves_no_stock(db):
    (order_id,) = save(db, an_order(a_line("RING")))
    ship_from(db, order_id, from_location("acme", ring=1))
    hand_over(db, "acme")
    answer(db, shipped(quantity=2, line_id="ring"))

    assert [] == rows(db, "SELECT * FROM stock_moves")
    assert {"acme": (0, 0)} == levels(db, "RING")


def test_an_answer_about_something_unknown_is_kept_once_and_matched_when_it_is_known(db):
    def keep(reference: str) -> bool:
        with transaction(db, "keep"):
            return packages.keep_unmatched(db, NOW_STAMP, "east", reference, f'{{"reference": "{reference}"}}', "a.csv")

    assert [True, False, True] == [keep(REFERENCE), keep(REFERENCE), keep("WEB-7-1")]
    assert [] == packages.matchable(db)

    put_stock(db, mug=5)
    (order_id,) = save(db, an_order(a_line("MUG")))
    ship_from(db, order_id, from_location(mug=1))
    assert [] == packages.matchable(db)  # planned, but nobody was asked yet
    hand_over(db)

    ((answer_id, location, kept),) = packages.matchable(db)
    assert ("east", '{"reference": "WEB-1042-1"}') == (location, kept)
    with transaction(db, "matched"):
        packages.matched(db, NOW_STAMP, [answer_id])
    assert [] == packages.matchable(db)


def test_a_shipment_as_it_stands_tells_what_was_packed_and_what_is_in_each_parcel(db, order):
    answer(db, shipped(quantity=2, line_id="mug"))

    (found,) = packages.asked(db, [REFERENCE, "WEB-7-1"]).values()

    assert (REFERENCE, "east", "dispatched") == (found.reference, found.location, found.state)
    assert [("mug", 3, 2, 0), ("tee", 1, 0, 0)] == [
        (line.channel_line_id, line.quantity, line.packed, line.short) for line in found.lines
    ]
    assert {"1Z1": {found.lines[0].line_id: 2}} == found.packages
