"""The tables of what is on order with suppliers. Units on order are worked out, so that they cannot be wrong."""

from __future__ import annotations

PURCHASING = """
CREATE TABLE purchase_orders (
    po_number   TEXT PRIMARY KEY,
    supplier    TEXT NOT NULL,
    location    TEXT NOT NULL,                        -- where the goods are to arrive
    ordered_at  TEXT NOT NULL,
    expected_at TEXT NOT NULL DEFAULT '') STRICT, WITHOUT ROWID;

CREATE TABLE purchase_lines (
    po_number   TEXT NOT NULL REFERENCES purchase_orders,
    position    INTEGER NOT NULL,
    sku         TEXT NOT NULL REFERENCES skus,
    ordered     INTEGER NOT NULL CHECK (ordered > 0),
    received    INTEGER NOT NULL DEFAULT 0 CHECK (received >= 0),
    rejected    INTEGER NOT NULL DEFAULT 0 CHECK (rejected BETWEEN 0 AND received),  -- arrived, and not taken in
    cancelled   INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    on_order    INTEGER NOT NULL GENERATED ALWAYS AS (ordered - received - cancelled) STORED CHECK (on_order >= 0),
    expected_at TEXT NOT NULL DEFAULT '',             -- '' = when the whole order is
    PRIMARY KEY (po_number, position)) STRICT, WITHOUT ROWID;
CREATE INDEX purchase_lines_open ON purchase_lines (sku) WHERE on_order > 0;
"""
