"""What does not grow: the cost of 100 new orders beside the stored ones, and the memory of a pass beside its orders.

A large store is a real one of 500 orders, handed over, whose rows are written again under other numbers until there
are enough. Payloads and decision records, which no pass reads again, are left out of the copies.
"""

from __future__ import annotations

import contextlib
import shutil
import sqlite3
import statistics
from pathlib import Path

from benchmarks import generate
from benchmarks.measured import Child, Number, run
from benchmarks.startup import ORDERCTL

FIRST = 500
NEW = 100
#: Table -> what makes its copies differ: column -> an expression over :n (how far ids move) and :k (the copy).
_COPIED = {
    "orders": {
        "order_id": "order_id + :n",
        "channel_order_id": "channel_order_id || '-' || :k",
        "number": "number || '-' || :k",
        "stem": "stem || '-' || :k",
        "digest": "substr(:k || '-' || digest, 1, 32)",
    },
    "order_documents": {"order_id": "order_id + :n", "document": "'{}'"},
    "order_lines": {"line_id": "line_id + :n * 6", "order_id": "order_id + :n"},
    "decisions": {"decision_id": "decision_id + :n", "order_id": "order_id + :n", "record": "x'00'"},
    "shipments": {
        "shipment_id": "shipment_id + :n * 2",
        "order_id": "order_id + :n",
        "decision_id": "decision_id + :n",
        "reference": "substr(reference, 1, 20) || '-' || :k",
    },
    "shipment_lines": {"shipment_id": "shipment_id + :n * 2", "line_id": "line_id + :n * 6"},
    "reservations": {
        "reservation_id": "reservation_id + :n * 6",
        "shipment_id": "shipment_id + :n * 2",
        "line_id": "line_id + :n * 6",
    },
    "events": {"event_id": "event_id + :n * 12", "order_id": "order_id + :n"},
}

#: Copies are found by what tells them apart.
_INDEXED = (
    "INSERT INTO order_search (rowid, words) SELECT order_id, number || ' ' || email FROM orders"
    " WHERE order_id > ? ORDER BY order_id"
)


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """100 new orders among `count` and among a hundredth of it; memory for `count` orders and for a tenth of it."""
    return [*_new_orders(folder, count, rounds), *_memory(folder, count)]


def _new_orders(folder: Path, count: int, rounds: int) -> list[Number]:
    stored = (max(FIRST, count // 100), count)
    shops = [large_shop(folder / f"stored-{size}", size) for size in stored]
    took: list[list[float]] = [[], []]
    for nth in range(rounds * 3 + 1):
        for times, shop in zip(took, shops, strict=True):
            generate.write_orders(shop / "orders" / f"new-{nth:03}.jsonl", NEW, 10_000_000 + nth * NEW)
            cpu = run((ORDERCTL, "run"), shop).cpu_s
            if nth:  # the first pass finds the file system's cache cold
                times.append(cpu)
    small, large = map(statistics.median, took)
    return [
        Number(
            f"{NEW} new orders among {stored[1]:,}, times among {stored[0]:,}: whole process",
            *(large / small, 1.2, 1.05),
            said=f"{large * 1000:.0f} ms against {small * 1000:.0f} ms",
        )
    ]


def large_shop(folder: Path, size: int) -> Path:
    """A shop in `folder` with `size` orders that were handed over."""
    config = generate.write_shop(folder, size)
    generate.write_orders(config.parent / "orders" / "first.jsonl", FIRST)
    assert run((ORDERCTL, "run"), folder).cpu_s
    multiply(folder / "orderctl.db", size // FIRST)
    return folder


def multiply(database: Path, times: int) -> None:
    """Copy the orders of a store and all that belongs to them until there are `times` as many."""
    with contextlib.closing(sqlite3.connect(database, isolation_level=None)) as db:
        triggers = db.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        (highest,) = db.execute("SELECT max(order_id) FROM orders").fetchone()
        db.execute("BEGIN IMMEDIATE")
        for name, _ in triggers:
            db.execute(f"DROP TRIGGER {name}")
        for table, changed in _COPIED.items():
            columns = [row[1] for row in db.execute(f"PRAGMA table_info({table})")]
            shown = ", ".join(changed.get(column, column) for column in columns)
            key = next(iter(changed))
            (last,) = db.execute(f"SELECT max({key}) FROM {table}").fetchone()  # noqa: S608 - names from the schema
            rows = f"SELECT {shown} FROM {table} WHERE {key} <= :last"  # noqa: S608
            for copy in range(1, times):
                db.execute(f"INSERT INTO {table} {rows}", {"n": copy * highest, "k": copy, "last": last})
        db.execute(_INDEXED, (highest,))
        for _, sql in triggers:
            db.execute(sql)
        db.execute("COMMIT")


def _memory(folder: Path, count: int) -> list[Number]:
    peaks: list[Child] = []
    for size in (count // 10, count):
        shop = folder / f"fresh-{size}"
        generate.write_shop(shop, size)
        for first in range(0, size, 100_000):
            path = shop / "orders" / f"from-{first:09}.jsonl"
            generate.write_orders(path, min(100_000, size - first), first)
        peaks.append(run((ORDERCTL, "run"), shop))
        shutil.rmtree(shop)
    few, many = (child.peak_mb for child in peaks)
    return [
        Number(
            f"peak memory of a pass over {count:,} new orders, times over {count // 10:,}",
            *(many / few, 1.2, 1.05),
            said=f"{many:.0f} MB against {few:.0f} MB",
        ),
        Number(f"peak memory of a pass over {count:,} new orders, MB", many, 250, 150),
    ]
