"""The one way to write: a transaction that takes the write lock at once and holds a batch of records."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager

from orderctl.core import failpoints
from orderctl.core.errors import StoreError


@contextmanager
def transaction(db: sqlite3.Connection, name: str) -> Iterator[None]:
    """Everything inside is committed together or not at all. `name` stands in the failpoints and messages.

    BEGIN IMMEDIATE, because a deferred transaction that reads first fails at once under contention, whatever the
    timeout. StoreError when the disk is full, the file cannot be written, or another program holds it for too long.
    """
    try:
        db.execute("BEGIN IMMEDIATE")
        yield
        failpoints.reached(f"{name}.commit")
        db.execute("COMMIT")
    except BaseException as error:
        if db.in_transaction:
            db.execute("ROLLBACK")
        if isinstance(error, sqlite3.OperationalError):
            raise unusable(error, f"nothing of '{name}' was written") from error
        raise
    failpoints.reached(f"{name}.committed")


def unusable(error: sqlite3.Error, undone: str) -> StoreError:
    """The store's error in words a person can act on."""
    text = str(error)
    hints = {
        "disk is full": "make room on the disk, then run again",
        "disk I/O error": "check the disk and its free space, then run again",
        "readonly": "make the store and its folder writable, or run a reading command",
        "locked": "another program writes to the store; wait for it, then run again",
        "malformed": "orderctl db check",
        "not a database": "orderctl db check",
    }
    hint = next((hint for words, hint in hints.items() if words in text), "orderctl db check")
    return StoreError(f"the store answered '{text}'; {undone}", next=hint)
