from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from orderctl.core.errors import StoreError
from orderctl.store import connection, meta, migrations
from tests.builders import an_order
from tests.store.shelf import a_store, rows, save

SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"


def next_version() -> str:
    return "CREATE TABLE tomorrow (day TEXT NOT NULL) STRICT; INSERT INTO tomorrow VALUES ('2026-11-21');"


def half_a_version() -> str:
    return "CREATE TABLE tomorrow (day TEXT NOT NULL) STRICT; INSERT INTO yesterday VALUES (1);"


@pytest.fixture
def tomorrow(monkeypatch):
    """A program that is one version further."""

    def further(migration) -> None:
        monkeypatch.setattr(migrations, "MIGRATIONS", migrations.MIGRATIONS | {"m9999_tomorrow": migration})
        monkeypatch.setattr(migrations, "LATEST", migrations.LATEST + 1)

    return further


def test_every_new_store_has_the_same_tables_and_an_identity_of_its_own(tmp_path):
    folders = [tmp_path / name for name in ("one", "other")]
    for folder in folders:
        folder.mkdir()
    with closing(a_store(folders[0])) as one, closing(a_store(folders[1])) as other:
        assert rows(one, SCHEMA) == rows(other, SCHEMA)
        assert [(migrations.LATEST, migrations.APPLICATION_ID)] * 2 == [
            (migrations.version(db), rows(db, "PRAGMA application_id")[0][0]) for db in (one, other)
        ]
        assert meta.get(one, "installation") != meta.get(other, "installation")


def test_a_private_copy_has_the_tables_of_a_store_on_disk(tmp_path):
    with closing(a_store(tmp_path)) as db, closing(connection.open_copy(tmp_path / "none.db")) as copy:
        assert rows(db, SCHEMA) == rows(copy, SCHEMA)


def test_an_upgrade_keeps_every_row_and_leaves_a_backup_of_the_old_version(tmp_path, tomorrow):
    with closing(a_store(tmp_path)) as db:
        save(db, an_order())
        old, identity = rows(db, SCHEMA), meta.get(db, "installation")
    have = migrations.LATEST

    tomorrow(next_version)
    with closing(a_store(tmp_path)) as db:
        assert [("2026-11-21",)] == rows(db, "SELECT day FROM tomorrow")
        assert [("1042",)] == rows(db, "SELECT number FROM orders")
        assert (have + 1, identity) == (migrations.version(db), meta.get(db, "installation"))

    kept = tmp_path / f"orderctl.db.v{have}.backup"
    assert 0o600 == stat.S_IMODE(kept.stat().st_mode)
    with closing(sqlite3.connect(kept)) as backup:
        assert old == rows(backup, SCHEMA)
        assert [("1042",)] == rows(backup, "SELECT number FROM orders")


def test_an_upgrade_that_fails_changes_nothing(tmp_path, tomorrow):
    with closing(a_store(tmp_path)) as db:
        save(db, an_order())
        old = rows(db, SCHEMA)
    have = migrations.LATEST

    tomorrow(half_a_version)
    with pytest.raises(StoreError, match="no such table: yesterday"):
        a_store(tmp_path)

    with closing(sqlite3.connect(tmp_path / "orderctl.db")) as db:
        assert (old, have) == (rows(db, SCHEMA), migrations.version(db))


def test_a_reader_does_not_upgrade(tmp_path, tomorrow):
    a_store(tmp_path).close()
    tomorrow(next_version)

    with pytest.raises(StoreError, match="older version"):
        connection.open_for_reading(tmp_path / "orderctl.db")
