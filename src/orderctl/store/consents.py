"""What was put aside and a person lets go on. A consent is for one subject, and is used up when it has gone on."""

from __future__ import annotations

import sqlite3

from orderctl.core.stamp import Stamp
from orderctl.store import events


def give(db: sqlite3.Connection, stamp: Stamp, code: str, subject: str) -> None:
    """What the exception of `code` about `subject` holds back may go on."""
    db.execute(
        "INSERT INTO consents (code, subject, actor, given_at) VALUES (?, ?, ?, ?) ON CONFLICT (code, subject)"
        " DO UPDATE SET actor = excluded.actor, given_at = excluded.given_at",
        (code, subject, stamp.actor, stamp.at),
    )
    events.add(db, stamp, [(None, "confirmed", f"{code}: {subject}")])


def is_given(db: sqlite3.Connection, code: str, subject: str) -> bool:
    """Whether it may go on."""
    return db.execute("SELECT 1 FROM consents WHERE code = ? AND subject = ?", (code, subject)).fetchone() is not None


def use(db: sqlite3.Connection, code: str, subject: str) -> None:
    """It has gone on, or there is nothing to agree to any more."""
    db.execute("DELETE FROM consents WHERE code = ? AND subject = ?", (code, subject))
