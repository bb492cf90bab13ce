"""Opening the store: for writing, for reading, or as a copy that a dry run may change.

Writing connections keep WAL with synchronous FULL; reading ones are `query_only` and work on a read-only folder as
long as no log with content lies there. A store that is not ours, damaged, or newer than this program is refused.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import quote

from orderctl.core.errors import BusyError, StoreError
from orderctl.store import migrations
from orderctl.store.transactions import unusable

BUSY_TIMEOUT_S = 10


def open_for_writing(database: Path) -> sqlite3.Connection:
    """The store, made if it is not there, brought up to this version. The caller holds the lock."""
    if not database.exists():
        _create(database)
    elif database.stat().st_size == 0:
        raise StoreError("the store is an empty file; it was not used", where=str(database), next="restore a backup")
    db = _connect(f"file:{quote(str(database))}?mode=rw", database)
    with _closed_unless_sound(db, database):
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("PRAGMA synchronous = FULL")
        db.execute("PRAGMA foreign_keys = ON")
        db.execute("PRAGMA temp_store = MEMORY")
        db.execute("PRAGMA cache_size = -32768")
        migrations.upgrade(db, database)
    return db


def open_for_reading(database: Path) -> sqlite3.Connection:
    """The store as it is, unchangeable through this connection."""
    if not database.exists():
        raise StoreError("there is no store yet", where=str(database), next="orderctl run")
    wal = database.with_name(database.name + "-wal")
    if os.access(database.parent, os.W_OK):
        mode = "mode=rw"  # query_only below; a connection opened `ro` leaves -wal and -shm behind
    elif wal.exists() and wal.stat().st_size:
        message = "the folder is not writable and a write-ahead log lies there; it cannot be read safely"
        raise StoreError(message, where=str(database), next="make the folder writable")
    else:
        mode = "mode=ro&immutable=1"
    db = _connect(f"file:{quote(str(database))}?{mode}", database)
    with _closed_unless_sound(db, database):
        db.execute("PRAGMA query_only = ON")
        migrations.need_latest(db, database)
    return db


def open_copy(database: Path) -> sqlite3.Connection:
    """A private copy of the store (an empty one when there is none) that vanishes when closed."""
    copy = sqlite3.connect("", isolation_level=None)
    if database.exists():
        source = open_for_reading(database)
        try:
            source.backup(copy)
        finally:
            source.close()
    migrations.create(copy)
    _settle(copy)
    copy.execute("PRAGMA foreign_keys = ON")
    return copy


def _create(database: Path) -> None:
    """Make the file with its mode from the start: SQLite would make it readable for everyone."""
    journal = database.with_name(database.name + ".effects")  # as store.journal calls it
    if journal.exists() and journal.stat().st_size:
        message = "the store is gone but its journal is not; no new one was made over it"
        raise StoreError(message, where=str(database), next="restore a backup of the store")
    if restoring(database).exists():
        message = "a restore was broken off: there is no store now, and no new one was made"
        raise StoreError(message, where=str(database), next="orderctl db restore FILE")
    part = database.with_name(database.name + ".new")
    try:
        for left in (part, database.with_name(part.name + "-journal")):
            left.unlink(missing_ok=True)
        os.close(os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
        db = sqlite3.connect(part, isolation_level=None)
        try:
            migrations.create(db)
        finally:
            db.close()
        part.rename(database)
        flush_folder(database)
    except OSError as error:
        raise StoreError(f"cannot be made: {error.strerror}", where=str(database)) from error
    except sqlite3.Error as error:
        raise unusable(str(error), "no store was made") from error


def restoring(database: Path) -> Path:
    """The copy that a restore is about to put into the place of `database`."""
    return database.with_name(database.name + ".restoring")


def flush_folder(path: Path) -> None:
    """After this the name of `path` outlasts a power loss. OSError when the folder cannot be flushed."""
    handle = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _connect(uri: str, database: Path) -> sqlite3.Connection:
    try:
        db = sqlite3.connect(uri, uri=True, isolation_level=None, timeout=BUSY_TIMEOUT_S)
        _settle(db)
    except sqlite3.Error as error:
        raise _damaged(error, database) from error
    return db


@contextlib.contextmanager
def _closed_unless_sound(db: sqlite3.Connection, database: Path) -> Iterator[None]:
    """Refuse what is not our store; whatever else goes wrong inside closes it, too."""
    try:
        migrations.check(db, database)
        yield
    except sqlite3.Error as error:
        db.close()
        raise _damaged(error, database) from error
    except (StoreError, BusyError):
        db.close()
        raise


@contextlib.contextmanager
def answering(database: Path) -> Iterator[None]:
    """What is wrong with the store, met while reading it inside, is told in words; a mistake in a query stays a bug."""
    try:
        yield
    except (sqlite3.OperationalError, sqlite3.DatabaseError) as error:
        if isinstance(error, sqlite3.IntegrityError) or getattr(error, "sqlite_errorcode", 1) == sqlite3.SQLITE_ERROR:
            raise
        refusal = unusable(str(error), "what was open is rolled back")
        refusal.where = str(database)
        raise refusal from error


def _settle(db: sqlite3.Connection) -> None:
    db.execute("PRAGMA trusted_schema = OFF")


def _damaged(error: sqlite3.Error, database: Path) -> StoreError | BusyError:
    refusal = unusable(str(error), "nothing was touched")
    refusal.where = str(database)
    return refusal
