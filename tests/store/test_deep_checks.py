from __future__ import annotations

from contextlib import closing

import pytest

from orderctl.store import care, deep_checks
from tests.builders import a_line, an_order
from tests.store.shelf import a_store, answer, from_location, hand_over, put_stock, rows, save, ship_from, shipped


@pytest.fixture
def busy(tmp_path):
    """A store with a shipment that has left in part, and nobody who checks it afterwards."""
    with closing(a_store(tmp_path)) as db:
        put_stock(db, mug=9)
        (order_id,) = save(db, an_order(a_line("MUG", 3)))
        ship_from(db, order_id, from_location(mug=2))
        hand_over(db)
        answer(db, shipped(quantity=1))
        db.execute("PRAGMA ignore_check_constraints = ON")
        for trigger in rows(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            db.execute(f"DROP TRIGGER {trigger[0]}")
        yield db


def wrong(db) -> set[str]:
    return {name for name, found in (*care.check(db), *deep_checks.check(db)) if found}


def test_a_store_in_use_keeps_every_rule(busy):
    assert set() == wrong(busy)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("every move counts", "DELETE FROM stock_levels"),
        ("no counter is below zero", "UPDATE order_lines SET open = -1, ordered = ordered - 2"),
        ("nothing comes back that did not leave", "UPDATE order_lines SET returned = 5"),
        ("shipped units were packed", "UPDATE order_lines SET shipped = 0, open = open + 1"),
        ("a shipment asks for what it has reserved", "DELETE FROM reservations"),
        ("a promise ends once", "UPDATE reservations SET shipped = quantity, released = 1"),
        ("every order was read from something", "DELETE FROM order_revisions"),
        ("every order was read from something", "DELETE FROM order_documents"),
        ("a kit is reserved by its parts", "UPDATE shipment_lines SET parts = '{\"MUG\": 1}'"),
        (
            "no more is received than was ordered",
            "INSERT INTO purchase_lines (po_number, position, sku, ordered, received) VALUES ('P1', 1, 'MUG', 2, 3)",
        ),
        (
            "nothing of a cancelled order is being sent",
            "UPDATE orders SET state = 'cancelled'; UPDATE shipments SET state = 'sending'",
        ),
        ("no order that was read is missing", "DELETE FROM orders"),
        ("no order that was read is missing", "UPDATE orders SET order_id = order_id + 1"),
        (
            "no channel counts as read beyond what it told",
            "INSERT INTO cursors VALUES ('channel:web', 'orders', '2026-11-24T10:00:00Z', '2026-11-20T10:00:00Z')",
        ),
        ("every order has its beginning", "DELETE FROM events WHERE kind = 'imported'"),
        ("every change of a shipment has its event", "DELETE FROM events WHERE kind LIKE 'shipment %'"),
        ("closed orders have nothing open", "UPDATE orders SET state = 'closed'"),
        ("a batch has the shipments it says", "UPDATE batches SET shipments = 7"),
        ("a channel is told of no more than was packed", "UPDATE package_lines SET overshipped = quantity"),
        ("blocks can be unpacked", "UPDATE payload_blocks SET content = x'0001'"),
        ("blocks can be unpacked", "UPDATE decisions SET bytes = bytes + 5000"),
        ("orders can be read and add up", "UPDATE order_documents SET document = '{'"),
        ("orders can be read and add up", "UPDATE orders SET total_minor = total_minor + 1"),
        ("states are what the rows say", "UPDATE orders SET state = 'new'"),
        ("a key stands for one payload", "UPDATE effects SET payload = '{\"lines\": []}' WHERE kind = 'tracking'"),
        ("the version is known", "PRAGMA user_version = 99"),
        ("no column holds numbers with a point", "CREATE TABLE prices (price REAL)"),
    ],
)
def test_a_rule_that_is_broken_is_named(busy, name, damage):
    busy.execute("PRAGMA foreign_keys = OFF")
    busy.executescript(damage)

    assert name in wrong(busy)


@pytest.mark.parametrize(
    ("position", "moved_at"),
    [
        ("2026-11-20T12:00:00Z", "2026-11-19T12:00:00Z"),  # our clock is a day behind the channel's
        ("4f2a:end", "2026-11-19T12:00:00Z"),  # how far a file was read
        ("2026-11-20T10:00:00Z", "2026-11-01T12:00:00Z"),  # no later than an order
    ],
)
def test_a_channel_may_count_as_read_up_to_its_own_clock_or_its_newest_order(busy, position, moved_at):
    busy.execute("UPDATE orders SET updated_at = '2026-11-20T10:00:00Z'")
    busy.execute("INSERT INTO cursors VALUES ('channel:web', 'orders', ?, ?)", (position, moved_at))

    assert set() == wrong(busy)
