"""One row per run: who, when, with which outcome."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from orderctl.core.stamp import Stamp
from orderctl.store.transactions import transaction


def begin(db: sqlite3.Connection, command: str, actor: str, at: str) -> Stamp:
    """Note that a pass begins; the stamp goes on everything it does."""
    with transaction(db, "pass.begin"):
        return add(db, command, actor, at)


def add(db: sqlite3.Connection, command: str, actor: str, at: str) -> Stamp:
    """As `begin`, inside the caller's transaction: for a pass that leaves no trace when it is refused."""
    row = db.execute(
        "INSERT INTO passes (command, actor, started_at) VALUES (?, ?, ?) RETURNING pass_id", (command, actor, at)
    ).fetchone()
    return Stamp(at=at, actor=actor, pass_id=row[0])


def end(db: sqlite3.Connection, stamp: Stamp, at: str, exit_code: int, summary: str) -> None:
    """Note how the pass ended."""
    with transaction(db, "pass.end"):
        db.execute(
            "UPDATE passes SET ended_at = ?, exit_code = ?, summary = ? WHERE pass_id = ?",
            (at, exit_code, summary, stamp.pass_id),
        )


def newest(db: sqlite3.Connection) -> str:
    """When the newest pass began; empty when there was none."""
    row = db.execute("SELECT started_at FROM passes ORDER BY pass_id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def reaches(db: sqlite3.Connection, moment: str) -> bool:
    """Whether any pass began at `moment` or later; a store that knows of no pass at all tells nothing: True."""
    found = db.execute("SELECT 1 FROM passes WHERE started_at >= ? ORDER BY pass_id DESC LIMIT 1", (moment,)).fetchone()
    return found is not None or not newest(db)


def last(db: sqlite3.Connection) -> dict[str, object] | None:
    """The newest pass of all steps; None when there was none."""
    row = db.execute(
        "SELECT started_at, ended_at, exit_code, actor FROM passes WHERE command = 'run' ORDER BY pass_id DESC LIMIT 1"
    ).fetchone()
    return dict(zip(("started_at", "ended_at", "exit_code", "actor"), row, strict=True)) if row else None


def last_read(db: sqlite3.Connection, channel: str) -> str:
    """When the last pass began that read `channel` to its end; empty when none did."""
    row = db.execute(
        "SELECT started_at FROM passes WHERE EXISTS (SELECT 1 FROM json_each(nullif(summary, ''), '$.read')"
        " WHERE value = ?) ORDER BY pass_id DESC LIMIT 1",
        (channel,),
    ).fetchone()
    return str(row[0]) if row else ""


def of_step(db: sqlite3.Connection, step: str, limit: int) -> list[tuple[str, str]]:
    """(began, ended) of the last passes that came to the end of `step`, newest first."""
    return db.execute(
        "SELECT started_at, ended_at FROM passes WHERE ended_at IS NOT NULL"
        " AND json_type(nullif(summary, ''), '$.' || ?) IS NOT NULL ORDER BY pass_id DESC LIMIT ?",
        (step, limit),
    ).fetchall()


@dataclass(frozen=True, slots=True)
class News:
    """An exception that a pass put before a person."""

    exception_id: int
    code: str
    subject: str
    message: str


def news(db: sqlite3.Connection, pass_id: int, seen: int) -> list[News]:
    """What this pass put before a person after the exception `seen`, in the order it happened."""
    rows = db.execute(
        "SELECT exception_id, code, subject, message FROM exceptions WHERE pass_id = ? AND exception_id > ?"
        " AND closed_at IS NULL AND snoozed_until = '' ORDER BY exception_id",
        (pass_id, seen),
    )
    return [News(*row) for row in rows]
