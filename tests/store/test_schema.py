from __future__ import annotations

import re
import sqlite3

import pytest

from orderctl.core import states
from orderctl.core.plans import Hold, Plan
from orderctl.store import schema
from tests.builders import a_line, an_order
from tests.store.shelf import decide, from_location, hand_over, put_stock, rows, save, ship_from


@pytest.fixture
def busy(db):
    """A store in which a little of everything has happened."""
    put_stock(db, mug=5)
    (order_id, held) = save(db, an_order(a_line("MUG", 2)), an_order(number="2", channel_order_id="2"))
    ship_from(db, order_id, from_location(mug=2))
    decide(db, held, Plan(holds=(Hold("fraud"),)))
    hand_over(db)
    return db


def refused(db, query: str, words: str) -> None:
    with pytest.raises(sqlite3.IntegrityError, match=words):
        db.execute(query)


@pytest.mark.parametrize("table", ["events", "stock_moves"])
@pytest.mark.parametrize("query", ["UPDATE {} SET actor = 'nobody'", "DELETE FROM {}"])
def test_what_happened_cannot_be_rewritten(busy, table, query):
    refused(busy, query.format(table), f"{table} is append-only")


@pytest.mark.parametrize(
    "change",
    [
        *("open = open + 1", "planned = planned + 1", "dispatched = 0", "ordered = ordered - 1", "cancelled = 1"),
        *("open = -1, planned = planned + 1", "shipped = -1, dispatched = dispatched + 1", "returned = 1"),
        *("called_back = 3", "called_back = -1", "overshipped = -1"),
    ],
)
def test_the_counters_of_a_line_always_add_up_and_none_is_negative(busy, change):
    refused(busy, f"UPDATE order_lines SET {change} WHERE line_id = 1", "CHECK constraint failed")  # noqa: S608


@pytest.mark.parametrize(
    ("query", "words"),
    [
        ("UPDATE shipment_lines SET packed = 2, short = 1", "CHECK"),
        ("UPDATE shipment_lines SET quantity = 0", "CHECK"),
        ("INSERT INTO package_lines VALUES (1, 1, 'MUG', 1, 2)", "CHECK"),
        ("UPDATE reservations SET shipped = 2, released = 1", "CHECK"),
        ("UPDATE reservations SET quantity = 3", "final"),
        ("DELETE FROM reservations", "never deleted"),
        ("UPDATE stock_levels SET reserved = -1", "CHECK"),
        ("INSERT INTO stock_moves VALUES (9, 'k', 'east', 'MUG', 0, 'count', 'c', 'a', 'at')", "CHECK"),
        ("UPDATE orders SET state = 'lost'", "CHECK"),
        ("UPDATE orders SET priority = 4", "CHECK"),
        ("UPDATE shipments SET reference = 'WEB-1042-1-IS-MUCH-TOO-LONG-FOR-ANY-PARTNER'", "CHECK"),
        ("UPDATE effects SET key = '01234567890123456789012345678901234567890'", "CHECK"),
        ("UPDATE effects SET kind = 'gossip'", "CHECK"),
        ("INSERT INTO overrides VALUES (1, 1, 'whim', '', '', '', '', '', NULL)", "CHECK"),
    ],
)
def test_what_sql_can_rule_out_is_ruled_out(busy, query, words):
    refused(busy, query, words)


def test_what_has_left_the_house_or_was_set_free_is_so_for_ever(busy):
    busy.execute("UPDATE reservations SET released = 1")

    refused(busy, "UPDATE reservations SET released = 0", "final")
    refused(busy, "UPDATE reservations SET shipped = -1", "final")


@pytest.mark.parametrize(
    ("table", "query"),
    [
        ("orders", "INSERT INTO orders SELECT 9, channel, channel_order_id, number, 'X', {} FROM orders LIMIT 1"),
        ("order_lines", "INSERT INTO order_lines SELECT 9, {} FROM order_lines LIMIT 1"),
        ("shipments", "INSERT INTO shipments SELECT 9, {} FROM shipments LIMIT 1"),
        ("batches", "INSERT INTO batches SELECT 9, {} FROM batches LIMIT 1"),
        ("effects", "INSERT INTO effects SELECT 9, {} FROM effects LIMIT 1"),
        ("holds", "INSERT INTO holds SELECT 9, {} FROM holds LIMIT 1"),
        ("decisions", "INSERT INTO decisions SELECT 9, {} FROM decisions LIMIT 1"),
    ],
)
def test_nothing_with_a_key_of_its_own_is_there_twice(busy, table, query):
    names = [row[1] for row in rows(busy, f"PRAGMA table_info({table})")]
    rest = ", ".join(names[5:] if table == "orders" else names[1:])

    refused(busy, query.format(rest), "UNIQUE")


@pytest.mark.parametrize(
    "query",
    [
        "UPDATE order_lines SET order_id = 99 WHERE line_id = 1",
        "UPDATE shipments SET decision_id = 99",
        "DELETE FROM orders",
        "INSERT INTO packages VALUES (1, 99, '1Z', 'UPS', '', '', 'shipped', '')",
    ],
)
def test_no_row_points_to_nothing(busy, query):
    refused(busy, query, "FOREIGN KEY")


def test_every_table_of_ours_holds_whole_numbers_and_text_only(db):
    ours = dict(rows(db, "SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    ours.pop("_sqlite_migrations")
    ours = {name: sql for name, sql in ours.items() if not name.startswith("order_search")}  # SQLite's own

    assert [] == [name for name, sql in ours.items() if "STRICT" not in sql.rpartition(")")[2]]
    kinds = {row[2] for name in ours for row in rows(db, f"PRAGMA table_info({name})")}
    assert {"INTEGER", "TEXT", "BLOB"} >= kinds


def test_a_level_follows_its_moves_and_reservations_by_itself(busy):
    assert [("east", "MUG", 5, 2)] == rows(busy, "SELECT location, sku, on_hand, reserved FROM stock_levels")

    busy.execute("UPDATE reservations SET shipped = 1, released = 1")
    busy.execute("INSERT INTO stock_moves VALUES (9, 'k', 'east', 'MUG', -1, 'lost', 'c', 'a', 'at')")

    assert [(4, 0)] == rows(busy, "SELECT on_hand, reserved FROM stock_levels")
    busy.execute("UPDATE reservations SET shipped = shipped")  # nothing more to lower
    busy.execute("INSERT INTO stock_moves VALUES (10, 'k2', 'west', 'MUG', 1, 'found', 'c', 'a', 'at')")
    assert 2 == len(rows(busy, "SELECT * FROM stock_levels"))


@pytest.mark.parametrize(("table", "edges"), [("shipments", states.SHIPMENT_EDGES), ("effects", states.EFFECT_EDGES)])
def test_a_state_changes_along_its_edges_only(busy, table, edges):
    busy.execute("DROP TRIGGER reservations_are_kept")
    allowed = {(before, after) for before, reached in edges.items() for after in reached}
    trigger = rows(busy, "SELECT name, sql FROM sqlite_master WHERE name = ?", (f"{table}_follow_their_edges",))
    for before in edges:
        for after in set(edges) - {before}:
            busy.execute(f"DROP TRIGGER {table}_follow_their_edges")
            busy.execute(f"UPDATE {table} SET state = ?", (before,))  # noqa: S608
            busy.execute(trigger[0][1])
            try:
                busy.execute(f"UPDATE {table} SET state = ?", (after,))  # noqa: S608
            except sqlite3.IntegrityError:
                assert (before, after) not in allowed
            else:
                assert (before, after) in allowed
    busy.execute("UPDATE effects SET state = 'accepted' WHERE state = 'uncertain'")
    busy.execute(f"DROP TRIGGER {table}_follow_their_edges")
    busy.execute(f"UPDATE {table} SET state = ?", ({"shipments": "dispatched", "effects": "accepted"}[table],))  # noqa: S608


def test_the_tables_are_written_once_and_every_index_is_named(db):
    names = re.findall(r"CREATE (?:TABLE|(?:UNIQUE )?INDEX|TRIGGER) (\w+)", schema.m0001())

    assert len(names) == len(set(names))
    assert set(names) <= {row[0] for row in rows(db, "SELECT name FROM sqlite_master")}
