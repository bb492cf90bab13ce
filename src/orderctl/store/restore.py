"""Putting a copy into the place of the store: the copy is checked, and the old store stays beside it.

1. the copy is copied beside the store under a name of its own, checked there, flushed
2. the old store, its log and its shared memory get other names; what is broken stays as broken as it was
3. the new one takes the store's name
Killed in between there is no store, and none is made: the same command once more goes on. The caller holds the lock.
"""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from orderctl.core import failpoints
from orderctl.core.errors import StoreError, UsageError
from orderctl.store import meta, migrations
from orderctl.store.connection import flush_folder, restoring
from orderctl.store.journal import Journal, journal_path

#: What may lie beside a store and belongs to it alone.
_PARTS = ("", "-wal", "-shm")


@dataclass(frozen=True, slots=True)
class Restored:
    """What was done: the file that the old store is now (empty: there was none), and whether effects are missing."""

    kept: str
    bytes: int
    is_older: bool


def look(source: Path, database: Path) -> bool:
    """Whether the copy `source` lacks effects that were sent. UsageError or StoreError where it cannot be restored."""
    if not source.is_file():
        raise UsageError("there is no such file; nothing was touched", where=str(source))
    if database.exists() and source.samefile(database):
        raise UsageError("is the store itself; nothing was touched", where=str(source))
    db = _opened(source)
    try:
        return _looked_at(db, source, database)
    except sqlite3.Error as error:
        raise _unfit(source, str(error)) from error
    finally:
        db.close()


def put(source: Path, database: Path, at: str) -> Restored:
    """The store is what `source` holds, from now on. `at` names the old one."""
    is_older = look(source, database)
    part = restoring(database)
    try:
        _copy(source, part)
        kept = _set_aside(database, at)
        failpoints.reached("restore.set_aside")
        part.rename(database)
        flush_folder(database)
    except OSError as error:
        raise StoreError(f"cannot be restored: {error.strerror}", where=str(database)) from error
    failpoints.reached("restore.done")
    return Restored(kept, database.stat().st_size, is_older)


def _opened(path: Path) -> sqlite3.Connection:
    """`path` for reading; what lies in a log beside it counts."""
    try:
        db = sqlite3.connect(f"file:{quote(str(path))}?mode=ro", uri=True, isolation_level=None)
        db.execute("PRAGMA trusted_schema = OFF")
        db.execute("PRAGMA query_only = ON")
    except sqlite3.Error as error:
        raise _unfit(path, str(error)) from error
    return db


def _looked_at(db: sqlite3.Connection, source: Path, database: Path) -> bool:
    migrations.check(db, source)
    verdict = db.execute("PRAGMA integrity_check(1)").fetchone()[0]
    if verdict != "ok":
        raise _unfit(source, verdict)
    broken = db.execute("PRAGMA foreign_key_check").fetchone()
    if broken:
        raise _unfit(source, f"a row of {broken[0]} points to nothing")
    journal = Journal(journal_path(database))
    last = journal.last()
    if last is not None and last.store != meta.get(db, "installation"):
        message = "is a copy of another store than the one whose journal lies here; nothing was touched"
        raise StoreError(message, where=str(source), next="restore a copy of this store")
    return bool(meta.get(db, "put_back")) or bool(journal.why_not(db))


def _unfit(path: Path, why: str) -> StoreError:
    return StoreError(f"is not sound: {why}; nothing was touched", where=str(path), next="try an older copy")


def _copy(source: Path, target: Path) -> None:
    for leftover in (target, *(target.with_name(target.name + end) for end in ("-journal", "-wal", "-shm"))):
        leftover.unlink(missing_ok=True)
    os.close(os.open(target, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    have, copy = _opened(source), sqlite3.connect(target, isolation_level=None)
    try:
        have.backup(copy)
        copy.execute("PRAGMA journal_mode = DELETE")
        verdict = copy.execute("PRAGMA integrity_check(1)").fetchone()[0]
    except sqlite3.Error as error:
        target.unlink()
        raise StoreError(f"could not be copied: {error}; nothing was touched", where=str(source)) from error
    finally:
        copy.close()
        have.close()
    if verdict != "ok":
        target.unlink()
        raise StoreError(f"its copy is not sound: {verdict}; nothing was touched", where=str(source))
    handle = os.open(target, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
    failpoints.reached("restore.copied")


def _set_aside(database: Path, at: str) -> str:
    """The old store under another name that nothing has yet; where only its log is left, the log."""
    stem = f"{database.name}.before-{at.replace('-', '').replace(':', '')}"
    names = (stem if number == 1 else f"{stem}-{number}" for number in range(1, 1000))
    kept = next(name for name in names if not any((database.parent / (name + part)).exists() for part in _PARTS))
    moved = ""
    for part in _PARTS:
        old = database.with_name(database.name + part)
        if old.exists():
            old.rename(database.with_name(kept + part))
            moved = str(database.with_name(kept))
            failpoints.reached("restore.aside")
    flush_folder(database)
    return moved
