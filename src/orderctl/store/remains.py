"""What is left on the disk of what was taken out: free pages, the log, and copies of the store.

1. the search index is written anew, then the whole file: no page holds what no row says
2. the log is brought into the file and emptied; another process that reads meanwhile keeps it from that
3. copies are found by what they begin with, whatever they are called
"""

from __future__ import annotations

import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

from orderctl.store import search
from orderctl.store.migrations import APPLICATION_ID
from orderctl.store.transactions import transaction, unusable

_HEADER = b"SQLite format 3\0"
_ID_AT = 68
#: So many files are looked at, at most.
_MOST_FILES = 200_000


def careful(db: sqlite3.Connection) -> None:
    """What is deleted from now on is overwritten where it stood."""
    db.execute("PRAGMA secure_delete = ON")


def rewrite(db: sqlite3.Connection) -> bool:
    """Write the whole store anew and empty its log. False when another process keeps the log from being emptied."""
    with transaction(db, "remains.search"):
        search.settle(db)
    vacuum(db)
    return empty_log(db)


def empty_log(db: sqlite3.Connection) -> bool:
    """Bring the log into the file and empty it. False when another process keeps it."""
    return not db.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]


def size(db: sqlite3.Connection) -> int:
    """How many bytes the store's own file has."""
    pages, each = (db.execute(f"PRAGMA {name}").fetchone()[0] for name in ("page_count", "page_size"))
    return int(pages * each)


def vacuum(db: sqlite3.Connection) -> None:
    """Write the whole file anew, on the disk and not in memory. StoreError when there is no room for it."""
    db.execute("PRAGMA temp_store = FILE")
    try:
        db.execute("VACUUM")
    except sqlite3.OperationalError as error:
        raise unusable(str(error), "the store was not written anew") from error
    finally:
        db.execute("PRAGMA temp_store = MEMORY")


def copies(folder: Path, database: Path) -> list[str]:
    """Files below `folder` that are stores of orderctl and not `database` itself, by path."""
    return sorted(str(path) for path in _files(folder) if path != database and _is_store(path))


def _files(folder: Path) -> Iterator[Path]:
    seen = 0
    for parent, _, names in os.walk(folder):
        for name in names:
            seen += 1
            if seen > _MOST_FILES:
                return
            yield Path(parent) / name


def _is_store(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            head = file.read(_ID_AT + 4)
    except OSError:
        return False
    return head.startswith(_HEADER) and head[_ID_AT:] == APPLICATION_ID.to_bytes(4, "big")
