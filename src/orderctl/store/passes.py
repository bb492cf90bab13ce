"""One row per run: who, when, with which outcome.

A pass every half minute leaves a million rows a year, nearly all of which say that nothing happened. With the end of
each pass a few of the oldest are looked at, each once: a pass of steps that ended well and in which nothing happened is
forgotten after a week. What failed, what did something and what a person typed is kept, and so are the newest thousand.
When a channel was last read stands apart, as a small fact of the store.
"""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from orderctl.core.stamp import Stamp
from orderctl.core.times import later
from orderctl.store import meta
from orderctl.store.transactions import transaction

#: How long a pass in which nothing happened is remembered, how many of the newest are anyway, how many are looked at.
KEPT_S, NEWEST_KEPT, AT_ONCE = 7 * 86_400, 1_000, 50
#: Counts of a step that tell of nothing new.
_NOTHING_NEW = {"unchanged", "older, ignored", "redacted, left alone", "asked for again"}
_STEPS = {"run", "pull", "collect", "route", "dispatch", "push"}
#: The name under which the store keeps up to which pass it has looked, and the one before a channel's name.
_LOOKED_AT, _READ = "passes_looked_at", "read:"


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
    """Note how the pass ended and which channels it has read to their end; forget some old ones without an event."""
    with transaction(db, "pass.end"):
        db.execute(
            "UPDATE passes SET ended_at = ?, exit_code = ?, summary = ? WHERE pass_id = ?",
            (at, exit_code, summary, stamp.pass_id),
        )
        for channel in json.loads(summary).get("read", ()) if summary else ():
            meta.put(db, _READ + channel, stamp.at)
        _forget_quiet(db, later(at, -KEPT_S))


def _forget_quiet(db: sqlite3.Connection, before: str) -> None:
    """Forget passes without an event that began before the moment `before`, among the next few not looked at yet."""
    (newest,) = db.execute("SELECT max(pass_id) FROM passes").fetchone()
    rows = db.execute(
        "SELECT pass_id, command, started_at, exit_code, summary FROM passes WHERE pass_id > ? AND pass_id <= ?"
        " ORDER BY pass_id LIMIT ?",
        (int(meta.get(db, _LOOKED_AT) or 0), newest - NEWEST_KEPT, AT_ONCE),
    ).fetchall()
    old = [row for row in rows if row[2] < before]
    if old:
        quiet = [(pass_id,) for pass_id, command, _, code, said in old if code == 0 and _is_quiet(command, said)]
        db.executemany("DELETE FROM passes WHERE pass_id = ?", quiet)
        meta.put(db, _LOOKED_AT, str(old[-1][0]))


def _is_quiet(command: str, summary: str) -> bool:
    """Whether a pass was one of steps, none of which did anything."""
    counts = json.loads(summary) if command in _STEPS and summary else {"": {"": 1}}
    return all(_NOTHING_NEW.issuperset(step) for name, step in counts.items() if name != "read")


def newest(db: sqlite3.Connection) -> str:
    """When the newest pass began; empty when there was none."""
    row = db.execute("SELECT started_at FROM passes ORDER BY pass_id DESC LIMIT 1").fetchone()
    return str(row[0]) if row else ""


def last(db: sqlite3.Connection) -> dict[str, object] | None:
    """The newest pass of all steps; None when there was none."""
    row = db.execute(
        "SELECT started_at, ended_at, exit_code, actor FROM passes WHERE command = 'run' ORDER BY pass_id DESC LIMIT 1"
    ).fetchone()
    return dict(zip(("started_at", "ended_at", "exit_code", "actor"), row, strict=True)) if row else None


def last_read(db: sqlite3.Connection, channel: str) -> str:
    """When the last pass began that read `channel` to its end; empty when none did."""
    return meta.get(db, _READ + channel)


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
