"""What is measured is a pull of whole orders over HTTP."""

from __future__ import annotations

import contextlib
import sqlite3

from benchmarks import channels


def test_the_orders_that_are_pulled_over_http_are_those_of_the_file(tmp_path, monkeypatch):
    monkeypatch.setenv(channels.KEY, "made-up")

    (number,) = channels.measure(tmp_path, 260, rounds=1)

    assert number.value > 0
    assert _read(tmp_path / "local-0") == _read(tmp_path / "remote-0")


def _read(shop):
    """Number, moment and how many units of every order."""
    with contextlib.closing(sqlite3.connect(shop / "orderctl.db")) as db:
        return db.execute(
            "SELECT ltrim(number, '#'), placed_at, sum(ordered) FROM orders JOIN order_lines USING (order_id)"
            " GROUP BY order_id ORDER BY 1"
        ).fetchall()
