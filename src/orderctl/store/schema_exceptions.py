"""The table of what waits for a person."""

from __future__ import annotations

EXCEPTIONS = """
CREATE TABLE exceptions (
    exception_id INTEGER PRIMARY KEY,
    code         TEXT NOT NULL,
    subject      TEXT NOT NULL,
    order_id     INTEGER REFERENCES orders,
    message      TEXT NOT NULL,
    owner        TEXT NOT NULL DEFAULT '',
    opened_at    TEXT NOT NULL,
    pass_id      INTEGER NOT NULL,
    snoozed_until TEXT NOT NULL DEFAULT '',           -- not shown before; '' = not put off
    closed_at    TEXT, closed_by TEXT, answer TEXT) STRICT;
CREATE UNIQUE INDEX exceptions_open ON exceptions (code, subject) WHERE closed_at IS NULL;
CREATE INDEX exceptions_open_by_order ON exceptions (order_id) WHERE closed_at IS NULL;
CREATE INDEX exceptions_by_pass ON exceptions (pass_id);
"""
