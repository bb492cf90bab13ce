from __future__ import annotations

import pytest

from orderctl.store import reservations
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import COUNTED, NOW_STAMP, from_location, hand_over, levels, put_stock, rows, save, ship_from


@pytest.fixture
def reserved(db):
    """Three mugs of nine promised at east, to a shipment that has left for good."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 3)))
    ship_from(db, order_id, from_location(mug=3))
    hand_over(db)
    ((shipment_id, reservation_id),) = rows(db, "SELECT shipment_id, reservation_id FROM reservations")
    return shipment_id, reservation_id


def test_what_leaves_is_off_the_stock_and_no_longer_promised(db, reserved):
    _, reservation = reserved
    with transaction(db, "take"):
        reservations.take(db, NOW_STAMP, [(reservation, "east", "MUG", 2, "WEB-1042-1", "1Z1")], COUNTED)

    assert {"east": (7, 1)} == levels(db)
    assert [("shipped", "shipment:WEB-1042-1", -2)] == rows(
        db, "SELECT reason, cause, delta FROM stock_moves WHERE delta < 0"
    )


def test_all_that_is_left_leaves_at_once_and_only_once(db, reserved):
    shipment, _ = reserved
    with transaction(db, "take"):
        for _ in range(2):
            reservations.take_all(db, NOW_STAMP, [shipment], COUNTED)

    assert {"east": (6, 0)} == levels(db)


def test_where_no_ledger_is_kept_the_promise_ends_without_a_move(db, reserved):
    shipment, _ = reserved
    with transaction(db, "take"):
        reservations.take_all(db, NOW_STAMP, [shipment], COUNTED - {"east"})

    assert {"east": (9, 0)} == levels(db)


def test_a_sku_that_leaves_is_known_from_then_on(db, reserved):
    shipment, _ = reserved
    with transaction(db, "take"):
        db.execute("DELETE FROM skus")
        reservations.take_all(db, NOW_STAMP, [shipment], COUNTED)

    assert [("MUG",)] == rows(db, "SELECT sku FROM skus")


def test_a_promise_ends_as_shipped_or_released_and_both_add_up(db, reserved):
    shipment, reservation = reserved
    with transaction(db, "end"):
        reservations.take(db, NOW_STAMP, [(reservation, "east", "MUG", 1, "WEB-1042-1", "1Z1")], COUNTED)
        reservations.release(db, f"[{shipment}]")
        reservations.release(db, f"[{shipment}]")

    assert {"east": (8, 0)} == levels(db)
    assert [(3, 1, 2)] == rows(db, "SELECT quantity, shipped, released FROM reservations")
