"""The store as the pages in a browser read it: unchangeable, with the views and functions of their queries.

1. a connection is opened for one query and closed after it, so that nobody who writes ever meets it for long
2. views and functions live in the connection alone: nothing is put into the store for the sake of a browser
3. what only replaying and reading again need (payloads, frozen decisions, requests) cannot be read through it at all
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from zoneinfo import ZoneInfo

from orderctl.core import codes, money, times
from orderctl.store import search
from orderctl.store.connection import open_for_reading
from orderctl.store.web_views import VIEWS

#: What no page and no query shows, besides every column of a table that is named alone.
UNREADABLE = frozenset(
    {
        *(("payload_blocks", "content"), ("decision_blocks", "content"), ("quarantine", "payload")),
        *(("effects", "content"), ("rulesets", "text"), ("places", "text"), ("cursors", "position")),
    }
)
#: All that a query may do, and what it may ask about tables.
_READING = frozenset({sqlite3.SQLITE_SELECT, sqlite3.SQLITE_FUNCTION, sqlite3.SQLITE_RECURSIVE})
_PRAGMAS = frozenset(
    {
        "data_version",
        "database_list",
        "foreign_key_list",
        "index_info",
        "index_list",
        "schema_version",
        "table_info",
        "table_xinfo",
    }
)
#: What narrows a view with a column "order" to what a search finds.
FOUND = (
    '"order" IN (SELECT stem FROM orders WHERE order_id IN'
    " (SELECT value FROM json_each(orders_found(:found_by_text, -1))))"
)


def open_for_pages(database: Path, timezone: str, now: Callable[[], str]) -> sqlite3.Connection:
    """The store for one query, moments by the clock of `timezone`; `now` gives the moment of asking.

    StoreError when there is none, or when it cannot be used.
    """
    db = open_for_reading(database)
    try:
        _add_functions(db, timezone, now)
        db.execute("PRAGMA query_only = OFF")  # the temporary schema is the connection's own
        for view in VIEWS:
            db.execute(f"CREATE TEMP VIEW {view.name} AS {view.sql}")
        db.execute("PRAGMA query_only = ON")
        db.set_authorizer(_allowed)
    except BaseException:
        db.close()
        raise
    return db


def _add_functions(db: sqlite3.Connection, timezone: str, now: Callable[[], str]) -> None:
    told = clock(timezone)
    db.create_function("local_time", 1, told, deterministic=True)
    db.create_function("amount", 2, money.to_text, deterministic=True)
    db.create_function("meaning_of", 1, _meaning, deterministic=True)
    db.create_function("asked_at", 0, now)
    db.create_function("days_before", 2, _days_before, deterministic=True)
    db.create_function("orders_found", 2, lambda text, most: _found(db, text, most))


def _found(db: sqlite3.Connection, text: str | None, most: int) -> str:
    """JSON of the rows of the orders that a search finds; `most` below 0 = all of them."""
    return json.dumps(search.find(db, str(text), None if most < 0 else most) if text else [])


@lru_cache(maxsize=4)
def clock(timezone: str) -> Callable[[str | None], str | None]:
    """Moment -> day and minute by the clock of `timezone`."""
    zone = ZoneInfo(timezone)

    @lru_cache(maxsize=65_536)
    def local(moment: str | None) -> str | None:
        if not moment:
            return None
        return times.as_datetime(moment).astimezone(zone).strftime("%Y-%m-%d %H:%M")

    return local


def _days_before(moment: str, days: str | int) -> str:
    """`days` (no number = 0) before `moment`."""
    text = str(days).strip()
    return times.later(moment, -86_400 * min(int(text), 36_500)) if text.isdecimal() and text.isascii() else moment


def _meaning(code: str) -> str:
    known = codes.EXCEPTIONS.get(code)
    return known.meaning if known else ""


def _allowed(action: int, what: str | None, detail: str | None, database: str | None, view: str | None) -> int:  # noqa: ARG001
    """SQLite asks this for everything that a query is to do, before it does it."""
    if action == sqlite3.SQLITE_READ:
        fine = (what, detail) not in UNREADABLE
    elif action == sqlite3.SQLITE_PRAGMA:
        fine = what in _PRAGMAS
    else:
        fine = action in _READING or what == "sqlite_master"  # so a virtual table declares itself; nothing is written
    return sqlite3.SQLITE_OK if fine else sqlite3.SQLITE_DENY
