"""The one way to write: a transaction that takes the write lock at once and holds a batch of records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from orderctl.core import failpoints
from orderctl.core.errors import BusyError, StoreError


@contextmanager
def transaction(db: sqlite3.Connection, name: str) -> Iterator[None]:
    """Everything inside is committed together or not at all. `name` stands in the failpoints and messages.

    BEGIN IMMEDIATE, because a deferred transaction that reads first fails at once under contention, whatever the
    timeout. StoreError when the disk is full or the file is damaged or cannot be written, BusyError when another
    program holds it for too long.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        failpoints.reached(f"{name}.commit")
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if type(error) in {sqlite3.OperationalError, sqlite3.DatabaseError}:  # the others are about what was written
            raise unusable(str(error), f"nothing of '{name}' was written") from error
        raise
    failpoints.reached(f"{name}.committed")


def unusable(text: str, undone: str) -> StoreError | BusyError:
    """What SQLite answered, in words a person can act on."""
    if "locked" in text:
        return BusyError(f"another program writes to the store; {undone}", next="wait for it, then run again")
    hints = {
        "disk is full": "make room on the disk, then run again",
        "disk I/O error": "check the disk and its free space, then run again",
        "readonly": "make the store and its folder writable, or run a reading command",
        "malformed": "orderctl db check",
        "not a database": "restore a backup of the store",
    }
    hint = next((hint for words, hint in hints.items() if words in text), "orderctl db check")
    return StoreError(f"the store answered '{text}'; {undone}", next=hint)
