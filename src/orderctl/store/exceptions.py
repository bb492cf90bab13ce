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


def find(db: sqlite3.Connection, *, include_closed: bool = False, limit: int | None = None) -> list[dict[str, Any]]:
    """Exceptions as rows for people and programs, newest first."""
    return _rows(
        db,
        f"{'' if include_closed else 'WHERE e.closed_at IS NULL'} ORDER BY e.exception_id DESC LIMIT ?",
        (-1 if limit is None else limit,),
    )


def one(db: sqlite3.Connection, exception_id: int) -> dict[str, Any] | None:
    """One exception, open or closed."""
    rows = _rows(db, "WHERE e.exception_id = ?", (exception_id,))
    return rows[0] if rows else None


def of_order(db: sqlite3.Connection, order_id: int) -> list[dict[str, Any]]:
    """The open exceptions of one order, oldest first."""
    return _rows(db, "WHERE e.order_id = ? AND e.closed_at IS NULL ORDER BY e.exception_id", (order_id,))


def _rows(db: sqlite3.Connection, tail: str, arguments: tuple[Any, ...]) -> list[dict[str, Any]]:
    cursor = db.execute(
        "SELECT e.exception_id AS id, e.code, e.subject, o.stem AS 'order', e.message, e.owner, e.opened_at,"
        " e.closed_at, e.closed_by, e.answer"
        f" FROM exceptions e LEFT JOIN orders o USING (order_id) {tail}",
        arguments,
    )
    names = [column[0] for column in cursor.description]
    return [dict(zip(names, row, strict=True)) for row in cursor]
