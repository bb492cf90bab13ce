from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from orderctl.store import beside
from orderctl.store.migrations import APPLICATION_ID

AT = "2026-11-20T15:00:00Z"


def a_store(path: Path, *, log: bool) -> Path:
    """A file that says of itself that it is a store, with or without the need for a write-ahead log."""
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
        db.execute("CREATE TABLE x (y)")
        if log:
            db.execute("PRAGMA journal_mode = WAL")
    return path


def test_the_last_copy_is_remembered_beside_the_store_for_its_owner_alone(tmp_path: Path):
    store = a_store(tmp_path / "orderctl.db", log=True)

    with closing(sqlite3.connect(store)) as db:
        beside.note_copy(db, tmp_path / "first.db", AT)
        beside.note_copy(db, tmp_path / "second.db", AT)

    assert beside.LastCopy(AT, tmp_path / "second.db") == beside.last_copy(store)
    assert 0o600 == (tmp_path / "orderctl.db.backup").stat().st_mode & 0o777


def test_without_a_note_or_with_nonsense_in_it_no_copy_is_known(tmp_path: Path):
    store = a_store(tmp_path / "orderctl.db", log=True)
    before = beside.last_copy(store)
    (tmp_path / "orderctl.db.backup").write_text("[]", encoding="utf-8")

    assert [None, None] == [before, beside.last_copy(store)]


def test_a_copy_that_needs_a_log_and_has_none_is_found(tmp_path: Path):
    store = a_store(tmp_path / "orderctl.db", log=True)
    bare = a_store(tmp_path / "bare.db", log=True)
    a_store(tmp_path / "sound.db", log=False)
    whole = a_store(tmp_path / "whole.db", log=True)
    whole.with_name("whole.db-wal").write_bytes(b"the log")
    (tmp_path / "short.db").write_bytes(b"SQLite format 3\x00")
    (tmp_path / "notes.txt").write_text("no store", encoding="utf-8")

    assert [bare] == beside.without_log(store)


def test_what_another_program_keeps_there_is_none_of_ours(tmp_path: Path):
    with closing(sqlite3.connect(tmp_path / "other.db")) as db:
        db.execute("PRAGMA journal_mode = WAL")
        db.execute("CREATE TABLE x (y)")

    assert [] == beside.without_log(tmp_path / "orderctl.db")
