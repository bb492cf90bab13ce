"""What waits for a person. One open exception per code and subject; it closes itself when its cause is gone."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from orderctl.core.stamp import Stamp
from orderctl.store import events


@dataclass(frozen=True, slots=True)
class Trouble:
    """An exception to open: a code of `core.codes`, whom it is about, and what a person should know."""

    code: str
    subject: str
    message: str
    order_id: int | None = None
    owner: str = ""


def raise_all(db: sqlite3.Connection, stamp: Stamp, troubles: Iterable[Trouble]) -> int:
    """Open what is not open yet; the number of new ones."""
    opened = 0
    for trouble in troubles:
        fresh = db.execute(
            "INSERT INTO exceptions (code, subject, order_id, message, owner, opened_at, pass_id)"
            " VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (code, subject) WHERE closed_at IS NULL DO NOTHING",
            (trouble.code, trouble.subject, trouble.order_id, trouble.message, trouble.owner, stamp.at, stamp.pass_id),
        ).rowcount
        if fresh:
            opened += 1
            events.add(db, stamp, [(trouble.order_id, "exception", f"{trouble.code}: {trouble.message}")])
    return opened


def settle(db: sqlite3.Connection, stamp: Stamp, code: str, subject: str) -> None:
    """The cause is gone: close the exception if it is open."""
    db.execute(
        "UPDATE exceptions SET closed_at = ?, closed_by = 'orderctl', answer = 'its cause is gone'"
        " WHERE code = ? AND subject = ? AND closed_at IS NULL",
        (stamp.at, code, subject),
    )


def open_subjects(db: sqlite3.Connection, code: str, prefix: str) -> set[str]:
    """The subjects of open exceptions of `code` that begin with `prefix`."""
    rows = db.execute(
        "SELECT subject FROM exceptions WHERE code = ? AND closed_at IS NULL AND substr(subject, 1, ?) = ?",
        (code, len(prefix), prefix),
    )
    return {row[0] for row in rows}


def settle_orders(db: sqlite3.Connection, stamp: Stamp, keep: dict[int, set[str]], codes: Iterable[str]) -> None:
    """Close the exceptions of `codes` of the orders in `keep` (order_id -> codes that still hold)."""
    rows = db.execute(
        "SELECT exception_id, order_id, code FROM exceptions WHERE closed_at IS NULL"
        " AND order_id IN (SELECT value FROM json_each(?)) AND code IN (SELECT value FROM json_each(?))",
        (json.dumps(list(keep)), json.dumps(list(codes))),
    ).fetchall()
    db.executemany(
        "UPDATE exceptions SET closed_at = ?, closed_by = 'orderctl', answer = 'its cause is gone'"
        " WHERE exception_id = ?",
        [(stamp.at, exception_id) for exception_id, order_id, code in rows if code not in keep[order_id]],
    )


def settle_finished(db: sqlite3.Connection, stamp: Stamp, code: str) -> None:
    """Close the exceptions of `code` about orders of which nothing is left to send."""
    db.execute(
        "UPDATE exceptions SET closed_at = ?, closed_by = 'orderctl', answer = 'its cause is gone'"
        " WHERE code = ? AND closed_at IS NULL AND order_id IN (SELECT order_id FROM orders"
        " WHERE state IN ('cancelled', 'rejected', 'track_only', 'shipped', 'closed'))",
        (stamp.at, code),
    )


def close(db: sqlite3.Connection, stamp: Stamp, exception_id: int, answer: str) -> bool:
    """A person's answer closes it. False when it is not open."""
    return (
        db.execute(
            "UPDATE exceptions SET closed_at = ?, closed_by = ?, answer = ?"
            " WHERE exception_id = ? AND closed_at IS NULL",
            (stamp.at, stamp.actor, answer, exception_id),
        ).rowcount
        > 0
    )


@dataclass(frozen=True, slots=True)
class ExceptionFilter:
    """Which exceptions a list holds: open ones, with `closed` those too.

    With `now` not those put off beyond it, or with `snoozed` only those. None = whatever the owner.
    """

    closed: bool = False
    now: str = ""
    snoozed: bool = False
    owner: str | None = None
    codes: tuple[str, ...] = ()
    opened_before: str = ""


OPEN = ExceptionFilter()


def find(db: sqlite3.Connection, which: ExceptionFilter = OPEN, limit: int | None = None) -> list[dict[str, Any]]:
    """Exceptions as rows for people and programs, newest first."""
    return _rows(
        db,
        "WHERE (:closed OR e.closed_at IS NULL) AND (:now = '' OR (e.snoozed_until > :now) = :snoozed)"
        " AND (:owner IS NULL OR e.owner = :owner) AND (:any OR e.code IN (SELECT value FROM json_each(:codes)))"
        " AND (:before = '' OR e.opened_at <= :before) ORDER BY e.exception_id DESC LIMIT :limit",
        {
            "closed": which.closed,
            "now": which.now,
            "snoozed": which.snoozed,
            "owner": which.owner,
            "any": not which.codes,
            "codes": json.dumps(which.codes),
            "before": which.opened_before,
            "limit": -1 if limit is None else limit,
        },
    )


def counts(db: sqlite3.Connection, now: str) -> dict[str, int]:
    """Code -> how many exceptions wait for a person, without those put off beyond `now`."""
    return dict(
        db.execute(
            "SELECT code, count(*) FROM exceptions WHERE closed_at IS NULL AND snoozed_until <= ? GROUP BY code"
            " ORDER BY code",
            (now,),
        )
    )


def snooze(db: sqlite3.Connection, stamp: Stamp, exception_id: int, until: str) -> bool:
    """Put an open exception off until a moment. False when it is not open."""
    return _said(db, stamp, exception_id, "snoozed_until", until, f"put off until {until}")


def assign(db: sqlite3.Connection, stamp: Stamp, exception_id: int, owner: str) -> bool:
    """`owner` looks after an open exception, nobody when that is empty. False when it is not open."""
    return _said(db, stamp, exception_id, "owner", owner, f"for {owner or 'nobody'}")


def wake(db: sqlite3.Connection, stamp: Stamp) -> None:
    """What was put off until now is new once more, in the pass of `stamp`."""
    db.execute(
        "UPDATE exceptions SET snoozed_until = '', pass_id = ? WHERE closed_at IS NULL AND snoozed_until <> ''"
        " AND snoozed_until <= ?",
        (stamp.pass_id, stamp.at),
    )


def _said(db: sqlite3.Connection, stamp: Stamp, exception_id: int, column: str, value: str, words: str) -> bool:
    """A person said something of an open exception; of an order's it stands in its history."""
    row = db.execute(
        f"UPDATE exceptions SET {column} = ? WHERE exception_id = ? AND closed_at IS NULL RETURNING order_id, code",
        (value, exception_id),
    ).fetchone()
    if row and row[0] is not None:
        events.add(db, stamp, [(row[0], "exception", f"{row[1]}: {words}")])
    return row is not None


def one(db: sqlite3.Connection, exception_id: int) -> dict[str, Any] | None:
    """One exception, open or closed."""
    rows = _rows(db, "WHERE e.exception_id = ?", (exception_id,))
    return rows[0] if rows else None


def of_order(db: sqlite3.Connection, order_id: int) -> list[dict[str, Any]]:
    """The open exceptions of one order, oldest first."""
    return _rows(db, "WHERE e.order_id = ? AND e.closed_at IS NULL ORDER BY e.exception_id", (order_id,))


def _rows(db: sqlite3.Connection, tail: str, arguments: tuple[Any, ...] | dict[str, Any]) -> list[dict[str, Any]]:
    cursor = db.execute(
        "SELECT e.exception_id AS id, e.code, e.subject, o.stem AS 'order', e.message, e.owner, e.opened_at,"
        " nullif(e.snoozed_until, '') AS snoozed_until, e.closed_at, e.closed_by, e.answer"
        f" FROM exceptions e LEFT JOIN orders o USING (order_id) {tail}",
        arguments,
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
