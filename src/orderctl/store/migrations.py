"""The store's versions. A migration that shipped is never edited; the newest version is LATEST.

`application_id` says that a file is ours, `user_version` which version it has. An upgrade is one transaction with a
backup made before it. sqlite-utils is imported only when there is something to apply.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

from orderctl.core.digests import digest
from orderctl.core.errors import StoreError
from orderctl.store.schema import m0001
from orderctl.store.transactions import transaction

APPLICATION_ID = 0x6F726463  # "ordc"
MIGRATIONS: dict[str, Callable[[], str]] = {"m0001_the_way_of_an_order": m0001}
LATEST = len(MIGRATIONS)


def version(db: sqlite3.Connection) -> int:
    """Which version the store has."""
    return int(db.execute("PRAGMA user_version").fetchone()[0])


def version_of(database: Path) -> int:
    """Which version the store in a file has; 0 when it cannot be read."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{quote(str(database))}?mode=ro", uri=True)) as db:
            return version(db)
    except sqlite3.Error:
        return 0


def check(db: sqlite3.Connection, database: Path) -> None:
    """Refuse a file that is not ours or comes from a newer orderctl."""
    owner = int(db.execute("PRAGMA application_id").fetchone()[0])
    if owner != APPLICATION_ID:
        hint = "restore a backup, or name the right file with --db"
        raise StoreError("is not a store of orderctl; it was not touched", where=str(database), next=hint)
    if version(db) > LATEST:
        message = f"is of version {version(db)}, newer than this orderctl's {LATEST}; it was not touched"
        raise StoreError(message, where=str(database), next="use the newer orderctl")


def need_latest(db: sqlite3.Connection, database: Path) -> None:
    """Refuse a store that has to be brought up to this version first."""
    if version(db) < LATEST:
        raise StoreError("is of an older version; the next pass renews it", where=str(database), next="orderctl run")


def create(db: sqlite3.Connection) -> None:
    """Bring a new or older store in `db` to the latest version."""
    if version(db) < LATEST:
        _apply(db)


def upgrade(db: sqlite3.Connection, database: Path) -> None:
    """Bring the store to the latest version, with a backup beside it first."""
    have = version(db)
    if have < LATEST:
        _backup(db, database.with_name(f"{database.name}.v{have}.backup"))
        _apply(db)


def _apply(db: sqlite3.Connection) -> None:
    from sqlite_utils import Database, Migrations

    migrations = Migrations("orderctl")
    for name, script in MIGRATIONS.items():
        migrations(name=name)(lambda wrapped, script=script: wrapped.executescript(script()))
    with transaction(db, "migrate"):
        migrations.apply(Database(db, execute_plugins=False))
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute(f"PRAGMA user_version = {LATEST}")
        db.execute(
            "INSERT INTO meta (name, value) VALUES ('installation', ?) ON CONFLICT (name) DO NOTHING",
            (digest(os.urandom(32))[:16],),
        )


def _backup(db: sqlite3.Connection, path: Path) -> None:
    path.unlink(missing_ok=True)
    os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600))
    copy = sqlite3.connect(path)
    try:
        db.backup(copy)
    finally:
        copy.close()
