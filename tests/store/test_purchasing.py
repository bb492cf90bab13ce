from __future__ import annotations

import sqlite3

import pytest

from orderctl.core.plans import Backorder, Plan
from orderctl.core.purchasing import Waiter
from orderctl.core.skus import Alias
from orderctl.store import purchasing, skus, stock
from tests.builders import NOW, a_line, an_order
from tests.store.shelf import decide, put_stock, save

SOON, LATER = "2026-12-01T00:00:00Z", "2027-01-15T00:00:00Z"


def ordered(db: sqlite3.Connection, number: str, *lines: tuple[str, int], expected_at: str = SOON) -> None:
    """A purchase order for goods to `east`."""
    stock.know(db, {sku for sku, _ in lines}, NOW)
    db.execute("INSERT INTO purchase_orders VALUES (?, 'acme', 'east', ?, ?)", (number, NOW, expected_at))
    db.executemany(
        "INSERT INTO purchase_lines (po_number, position, sku, ordered) VALUES (?, ?, ?, ?)",
        [(number, position, sku, units) for position, (sku, units) in enumerate(lines)],
    )


def test_units_on_order_are_those_ordered_less_received_and_cancelled(db):
    ordered(db, "PO-1", ("MUG", 10))
    db.execute("UPDATE purchase_lines SET received = 6, rejected = 1, cancelled = 2")

    assert 2 == db.execute("SELECT on_order FROM purchase_lines").fetchone()[0]
    assert {"MUG": ((2, SOON),)} == purchasing.arrivals(db, ["MUG"])


@pytest.mark.parametrize(
    "change", ["received = 11", "received = 8, cancelled = 3", "rejected = 1", "cancelled = -1", "received = -1"]
)
def test_a_purchase_line_cannot_receive_or_cancel_more_than_was_ordered(db, change):
    ordered(db, "PO-1", ("MUG", 10))

    with pytest.raises(sqlite3.IntegrityError, match="CHECK constraint failed"):
        db.execute(f"UPDATE purchase_lines SET {change}")  # noqa: S608


def test_units_on_order_cannot_be_written_down_otherwise(db):
    ordered(db, "PO-1", ("MUG", 10))

    with pytest.raises(sqlite3.OperationalError, match="generated column"):
        db.execute("UPDATE purchase_lines SET on_order = 3")


def test_deliveries_stand_by_their_moment_and_unknown_ones_last(db):
    ordered(db, "PO-1", ("MUG", 1), expected_at="")
    ordered(db, "PO-2", ("MUG", 2), ("MUG", 3), ("TEE", 4), expected_at=LATER)
    ordered(db, "PO-3", ("MUG", 5))
    db.execute("UPDATE purchase_lines SET expected_at = ? WHERE po_number = 'PO-2' AND position = 0", (SOON,))

    assert {"MUG": ((7, SOON), (3, LATER), (1, ""))} == purchasing.arrivals(db, ["MUG", "CUP"])
    assert purchasing.is_any_open(db)


def test_what_has_all_come_is_not_on_order(db):
    ordered(db, "PO-1", ("MUG", 10))
    db.execute("UPDATE purchase_lines SET received = 10")

    assert ({}, False) == (purchasing.arrivals(db, ["MUG"]), purchasing.is_any_open(db))


def test_those_who_wait_are_found_by_what_they_take_from_stock(db):
    """One waits for mugs, one for two sets of three mugs that its channel calls otherwise."""
    stock.know(db, {"MUG", "SET"}, NOW)
    skus.put_parts(db, "SET", {"MUG": 3})
    skus.put_alias(db, Alias("web", "WEB-SET", "SET", 2))
    plain, kit = save(db, an_order(a_line("MUG", 4)), an_order(a_line("WEB-SET"), number="2", channel_order_id="2"))
    for order_id, sku, units in ((plain, "MUG", 4), (kit, "WEB-SET", 1)):
        decide(db, order_id, Plan(backorders=(Backorder(sku.lower(), sku, units, "location/any"),)))

    placed_at = an_order().placed_at
    assert [
        ("MUG", Waiter(NOW, placed_at, plain), 4),
        ("MUG", Waiter(NOW, placed_at, kit), 6),
    ] == purchasing.waiting(db, ["MUG"])


def test_stock_shows_what_is_on_order_for_each_location(db):
    put_stock(db, mug=5)
    ordered(db, "PO-1", ("MUG", 10), ("TEE", 4))
    ordered(db, "PO-2", ("MUG", 1))

    assert [("MUG", "east", 5, 11), ("TEE", "east", 0, 4)] == [
        (row["sku"], row["location"], row["on_hand"], row["incoming"]) for row in stock.levels(db)
    ]
    assert ["TEE"] == [row["sku"] for row in stock.levels(db, "TEE")]


def test_what_is_on_order_is_found_by_its_index(db):
    plan = db.execute(
        "EXPLAIN QUERY PLAN SELECT sku FROM purchase_lines WHERE on_order > 0"
        " AND sku IN (SELECT value FROM json_each('[]'))"
    ).fetchall()

    assert any("purchase_lines_open" in row[3] for row in plan)
