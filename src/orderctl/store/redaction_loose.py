"""Persons in what belongs to no order: records that were put aside, answers that nobody asked for, messages."""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator, Sequence

from orderctl.core.redaction import GONE
from orderctl.core.stamp import Stamp
from orderctl.store import meta
from orderctl.store.redaction import REDACTING, without

#: What a record that was emptied holds.
EMPTY = zlib.compress(b"")


def sweep(db: sqlite3.Connection, stamp: Stamp, known: set[str]) -> int:
    """Take these texts out of what belongs to no order: records put aside, answers that nobody asked for, messages.

    Inside the caller's transaction; how many rows said something of them.
    """
    meta.put(db, REDACTING, stamp.at)
    touched = 0
    for table, key, columns, which in _LOOSE:
        for column in columns:
            rows = db.execute(f"SELECT {key}, {column} FROM {table} WHERE {which} AND {column} IS NOT NULL")
            changed = [(text, row) for row, before in rows if (text := without(before, known)) != before]
            db.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", changed)
            touched += len(changed)
    meta.drop(db, REDACTING)
    return touched


_LOOSE: Sequence[tuple[str, str, Sequence[str], str]] = (
    ("exceptions", "exception_id", ("message", "answer"), "order_id IS NULL"),
    ("events", "event_id", ("detail",), "order_id IS NULL"),
    ("effects", "effect_id", ("message",), "order_id IS NULL AND message <> ''"),
    ("unmatched_answers", "answer_id", ("answer",), "1"),
    ("shadow_answers", "answer_id", ("answer",), "1"),
    ("passes", "pass_id", ("summary",), "summary LIKE '%message%'"),
    ("meta", "name", ("value",), "name NOT LIKE 'budget:%'"),
)


def drop_before(db: sqlite3.Connection, stamp: Stamp, before: str) -> int:
    """Records put aside before the moment `before` say nothing any more, nor does what was said of them; how many."""
    meta.put(db, REDACTING, stamp.at)
    records = "UPDATE quarantine SET payload = ?, field = '', reason = '' WHERE put_aside_at < ? AND payload <> ?"
    said = "UPDATE events SET detail = '' WHERE order_id IS NULL AND at < ? AND detail <> '' AND kind IN (?, ?)"
    told = "UPDATE exceptions SET message = ?, answer = NULL WHERE order_id IS NULL AND closed_at < ? AND message <> ?"
    dropped = db.execute(records, (EMPTY, before, EMPTY)).rowcount
    db.execute(said, (before, "quarantined", "exception"))
    db.execute(told, (GONE, before, GONE))
    meta.drop(db, REDACTING)
    return dropped


def count(db: sqlite3.Connection) -> int:
    """How many records that were put aside are kept."""
    return int(db.execute("SELECT count(*) FROM quarantine WHERE payload <> ?", (EMPTY,)).fetchone()[0])


def put_aside_with(db: sqlite3.Connection, known: Iterable[str]) -> list[int]:
    """Records put aside in which one of these texts stands, whatever the case of its letters."""
    texts = [(one, json.dumps(one)[1:-1], one.lower()) for one in known]
    wanted = {form.encode().lower() for forms in texts for form in forms}
    return [row for row, content in _records(db) if any(one in content.lower() for one in wanted)]


def _records(db: sqlite3.Connection) -> Iterator[tuple[int, bytes]]:
    for row, packed in db.execute("SELECT quarantine_id, payload FROM quarantine ORDER BY quarantine_id"):
        yield row, zlib.decompress(packed)


def empty_records(db: sqlite3.Connection, stamp: Stamp, records: Iterable[int]) -> None:
    """These records put aside say nothing any more, nor do the exceptions about them."""
    meta.put(db, REDACTING, stamp.at)
    for record in records:
        channel, source = db.execute(
            "SELECT channel, source FROM quarantine WHERE quarantine_id = ?", (record,)
        ).fetchone()
        db.execute(
            "UPDATE quarantine SET payload = ?, field = '', reason = '' WHERE quarantine_id = ?", (EMPTY, record)
        )
        db.execute(
            "UPDATE exceptions SET message = ? WHERE order_id IS NULL AND subject = ?", (GONE, f"{channel} {source}")
        )
        db.execute(
            "UPDATE events SET detail = '' WHERE order_id IS NULL AND kind IN ('quarantined', 'exception')"
            " AND instr(detail, ?)",
            (source,),
        )
    meta.drop(db, REDACTING)
