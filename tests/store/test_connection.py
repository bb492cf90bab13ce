from __future__ import annotations

import os
import sqlite3
import stat
from contextlib import closing

import pytest

from orderctl.core.errors import StoreError
from orderctl.store import connection
from orderctl.store.transactions import transaction
from tests.builders import an_order
from tests.store.shelf import a_store, rows, save


@pytest.fixture
def path(tmp_path):
    return tmp_path / "orderctl.db"


def test_a_new_store_is_for_its_owner_alone_whatever_the_umask(path):
    for umask in (0o000, 0o077):
        path.unlink(missing_ok=True)
        before = os.umask(umask)
        try:
            with closing(connection.open_for_writing(path)) as db, transaction(db, "test"):
                db.execute("INSERT INTO meta VALUES ('a', 'b')")
                modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in path.parent.iterdir()}
        finally:
            os.umask(before)
        assert {"orderctl.db": 0o600, "orderctl.db-wal": 0o600, "orderctl.db-shm": 0o600} == modes


def test_writing_connections_keep_what_they_promise(path):
    with closing(connection.open_for_writing(path)) as db:
        pragmas = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "trusted_schema": 0}
        assert pragmas == {name: rows(db, f"PRAGMA {name}")[0][0] for name in pragmas}


def test_reading_connections_change_nothing(path):
    connection.open_for_writing(path).close()
    with (
        closing(connection.open_for_reading(path)) as db,
        pytest.raises(sqlite3.OperationalError, match="readonly database"),
    ):
        db.execute("INSERT INTO meta VALUES ('a', 'b')")


def test_a_reader_sees_what_is_committed_while_another_writes(tmp_path, path):
    with closing(a_store(tmp_path)) as db, closing(connection.open_for_reading(path)) as reader:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO meta VALUES ('a', 'b')")
        assert [] == rows(reader, "SELECT value FROM meta WHERE name = 'a'")
        db.execute("COMMIT")
        assert [("b",)] == rows(reader, "SELECT value FROM meta WHERE name = 'a'")


def test_what_a_dry_run_changes_stays_in_its_copy(tmp_path, path):
    with closing(a_store(tmp_path)) as db:
        save(db, an_order())
    before = path.read_bytes()

    with closing(connection.open_copy(path)) as copy:
        save(copy, an_order(number="2", channel_order_id="2"))
        assert 2 == len(rows(copy, "SELECT 1 FROM orders"))

    assert before == path.read_bytes()
    assert ["orderctl.db"] == [file.name for file in tmp_path.iterdir()]


@pytest.mark.parametrize("opened", [connection.open_for_writing, connection.open_for_reading])
@pytest.mark.parametrize(
    ("words", "content"), [("not a database", b"hello, I am a text\n" * 200), ("empty|not a store", b"")]
)
def test_a_file_that_is_no_store_is_refused_and_left_alone(path, opened, words, content):
    path.write_bytes(content)

    with pytest.raises(StoreError, match=words):
        opened(path)

    assert content == path.read_bytes()


@pytest.mark.parametrize("opened", [connection.open_for_writing, connection.open_for_reading])
@pytest.mark.parametrize(
    ("words", "pragma"), [("newer than this orderctl", "user_version = 999"), ("not a store", "application_id = 7")]
)
def test_a_store_of_another_program_or_of_tomorrow_is_refused_to_the_byte(path, opened, words, pragma):
    connection.open_for_writing(path).close()
    with closing(sqlite3.connect(path)) as db:
        db.execute(f"PRAGMA {pragma}")
    before = path.read_bytes()

    with pytest.raises(StoreError, match=words):
        opened(path)

    assert before == path.read_bytes()


def test_there_is_no_reading_without_a_store_and_no_folder_is_made_for_one(tmp_path):
    with pytest.raises(StoreError, match="no store yet"):
        connection.open_for_reading(tmp_path / "orderctl.db")
    with pytest.raises(StoreError, match="cannot be made"):
        connection.open_for_writing(tmp_path / "nowhere" / "orderctl.db")
    assert [] == list(tmp_path.iterdir())


def test_no_new_store_is_made_where_a_journal_says_that_there_was_one(path):
    path.with_name("orderctl.db.effects").write_text("x 7 2026-11-20T15:00:00Z abcd\n")

    with pytest.raises(StoreError, match="the store is gone but its journal is not"):
        connection.open_for_writing(path)


def test_what_a_killed_process_left_of_a_new_store_is_swept_away(path):
    path.with_name("orderctl.db.new").write_bytes(b"half")
    path.with_name("orderctl.db.new-journal").write_bytes(b"half")

    connection.open_for_writing(path).close()

    assert ["orderctl.db"] == sorted(file.name for file in path.parent.iterdir())
