"""Rows of a store, written again as fast as SQLite takes them: the floor under everything that writes.

The floor writes into an empty store of the same tables and indexes, opened as orderctl opens it (WAL, synchronous
FULL), but without its triggers, whose work the rows already contain, and without the index that orders are searched in,
which holds nothing of its own. 5,000 rows are one transaction.
"""

from __future__ import annotations

import contextlib
import sqlite3
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from orderctl.steps import run as runs
from orderctl.steps.context import open_context
from orderctl.store import connection

AT_ONCE = 5_000
Rows = Mapping[str, Sequence[tuple[Any, ...]]]  # table -> its rows


def rows_of(database: Path, tables: Sequence[str] = ()) -> Rows:
    """The rows of `tables`, of all that hold what passes write when none is named."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        every = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        kept = [name for name in every if not name.startswith(("_", "sqlite_", "order_search")) and name != "meta"]
        return {name: db.execute(f"SELECT * FROM {name}").fetchall() for name in tables or kept}  # noqa: S608


def write_rows(database: Path, rows: Rows) -> float:
    """CPU seconds to write `rows` into a new store at `database`."""
    db = connection.open_for_writing(database)
    try:
        for (name,) in db.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
            db.execute(f"DROP TRIGGER {name}")
        db.execute("PRAGMA foreign_keys = OFF")
        before = time.process_time()
        for table, listed in rows.items():
            marks = ", ".join("?" * len(listed[0])) if listed else ""
            for start in range(0, len(listed), AT_ONCE):
                db.execute("BEGIN IMMEDIATE")
                db.executemany(f"INSERT INTO {table} VALUES ({marks})", listed[start : start + AT_ONCE])  # noqa: S608
                db.execute("COMMIT")
        return time.process_time() - before
    finally:
        db.close()


def one_pass(config: Path, at: str, *steps: str) -> float:
    """CPU seconds of one pass of `steps` (all when none is named), without reading the configuration and the rules."""
    with open_context(config, None, None, write=True, at=at) as ctx:
        _ = ctx.rules
        before = time.process_time()
        runs.run(ctx, only=steps)
        return time.process_time() - before
