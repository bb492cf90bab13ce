"""A life that is timed is a whole one, and every byte of the file is somebody's."""

from __future__ import annotations

import sqlite3
from contextlib import closing

from benchmarks import scaling
from orderctl.store import care


def test_orders_live_until_their_channel_was_told(tmp_path):
    took = scaling.live(tmp_path, 30)

    assert {"pull", "route", "dispatch", "collect", "push"} == set(took)
    with closing(sqlite3.connect(tmp_path / "orderctl.db")) as db:
        assert [("closed", 30)] == db.execute("SELECT state, count(*) FROM orders GROUP BY state").fetchall()
        parcels = db.execute("SELECT count(*), (SELECT count(*) FROM shipments) FROM packages").fetchall()
        assert [] == [(name, wrong) for name, wrong in care.check(db) if wrong]
    assert {1} == {parcel - shipment + 1 for parcel, shipment in parcels}


def test_every_page_of_the_file_is_counted_for_a_table(tmp_path):
    scaling.live(tmp_path, 30)

    counted = scaling.tables(tmp_path / "orderctl.db")
    with closing(sqlite3.connect(tmp_path / "orderctl.db")) as db:
        pages, free, size = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in _SIZES)
    assert {"orders", "order_search", "stock_moves"} <= counted.keys()
    assert (pages - free) * size == sum(counted.values())


_SIZES = ("page_count", "freelist_count", "page_size")
