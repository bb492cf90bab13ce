from __future__ import annotations

import sqlite3
from contextlib import closing

import pytest

from orderctl.core import failpoints
from orderctl.core.errors import BusyError, StoreError
from orderctl.store.transactions import transaction, unusable
from tests.store.shelf import rows


def test_all_of_it_is_written_or_nothing(db):
    with transaction(db, "test"):
        db.execute("INSERT INTO meta VALUES ('a', 'b')")
    with pytest.raises(sqlite3.ProgrammingError), transaction(db, "test"):
        db.executemany("INSERT INTO meta VALUES (?, 'd')", [("c",), ()])

    assert [("a",)] == rows(db, "SELECT name FROM meta WHERE name IN ('a', 'c')")
    assert not db.in_transaction


def test_a_broken_rule_of_the_tables_comes_out_as_it_is_so_that_one_order_can_be_put_aside(db):
    with pytest.raises(sqlite3.IntegrityError), transaction(db, "test"):
        db.execute("INSERT INTO meta VALUES ('installation', 'again')")

    assert not db.in_transaction


def test_a_transaction_is_a_point_to_be_killed_at_before_and_after_its_commit(db, monkeypatch):
    names: list[str] = []
    monkeypatch.setattr(failpoints, "reached", names.append)
    with transaction(db, "test"):
        names.append("inside")

    assert ["inside", "test.commit", "test.committed"] == names


def test_a_reader_stops_no_writer_but_another_writer_does(db, tmp_path):
    with closing(sqlite3.connect(tmp_path / "orderctl.db", timeout=0, isolation_level=None)) as other:
        other.execute("BEGIN")
        rows(other, "SELECT * FROM meta")
        with transaction(db, "ours"):
            db.execute("INSERT INTO meta VALUES ('a', 'b')")
            other.execute("ROLLBACK")
            with pytest.raises(BusyError, match="nothing of 'theirs' was written"), transaction(other, "theirs"):
                pass


@pytest.mark.parametrize(
    ("kind", "text", "hint"),
    [
        (StoreError, "database or disk is full", "make room"),
        (StoreError, "attempt to write a readonly database", "writable"),
        (StoreError, "disk I/O error", "check the disk"),
        (StoreError, "database disk image is malformed", "orderctl db check"),
        (StoreError, "file is not a database", "restore a backup"),
        (BusyError, "database is locked", "run again"),
    ],
)
def test_what_the_store_answers_comes_with_what_to_do(kind, text, hint):
    error = unusable(text, "nothing was touched")

    assert kind is type(error)
    assert hint in error.next
    assert "nothing was touched" in error.message
