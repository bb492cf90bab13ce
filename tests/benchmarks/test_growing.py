"""A store that was made large is a sound store."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from benchmarks import generate, growing, stores
from orderctl.store import care


def test_copied_orders_leave_a_sound_store_that_goes_on(tmp_path):
    config = generate.write_shop(tmp_path, 100)
    generate.write_orders(tmp_path / "orders" / "first.jsonl", 30)
    stores.one_pass(config, generate.NOW)

    growing.multiply(tmp_path / "orderctl.db", 5)
    generate.write_orders(tmp_path / "orders" / "second.jsonl", 10, first=30)
    stores.one_pass(config, generate.NOW)

    with closing(sqlite3.connect(tmp_path / "orderctl.db")) as db:
        assert [] == [name for name, wrong in care.check(db) if wrong]
        assert [(160,)] == db.execute("SELECT count(*) FROM orders").fetchall()


def test_the_floor_writes_every_row_once(tmp_path):
    config = generate.write_shop(tmp_path, 100)
    generate.write_orders(tmp_path / "orders" / "first.jsonl", 30)
    stores.one_pass(config, generate.NOW)
    rows = stores.rows_of(tmp_path / "orderctl.db")

    stores.write_rows(tmp_path / "floor.db", rows)

    assert rows == stores.rows_of(tmp_path / "floor.db")
    assert {"orders", "order_lines", "decisions", "stock_levels"} <= rows.keys()
