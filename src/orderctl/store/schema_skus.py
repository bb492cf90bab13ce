"""The tables of what is sold: SKUs, what kits are made of, what channels call them, and when each was counted."""

from __future__ import annotations

SKUS = """
CREATE TABLE skus (
    sku       TEXT PRIMARY KEY,
    data      TEXT NOT NULL DEFAULT '{}',
    known_at  TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE kit_components (                         -- what one unit of a kit is made of
    sku      TEXT NOT NULL REFERENCES skus,
    part     TEXT NOT NULL REFERENCES skus,
    quantity INTEGER NOT NULL CHECK (quantity > 0),
    CHECK (sku <> part),
    PRIMARY KEY (sku, part)) STRICT, WITHOUT ROWID;
CREATE INDEX kit_components_by_part ON kit_components (part);

CREATE TABLE sku_aliases (                            -- what a channel sells under a SKU of its own
    channel     TEXT NOT NULL,
    channel_sku TEXT NOT NULL,
    sku         TEXT NOT NULL REFERENCES skus,
    times       INTEGER NOT NULL CHECK (times > 0),   -- units of `sku` in one unit of the channel's
    PRIMARY KEY (channel, channel_sku)) STRICT, WITHOUT ROWID;
CREATE INDEX sku_aliases_by_sku ON sku_aliases (sku);

CREATE TABLE stock_counts (                           -- when a person counted a SKU last; older feeds say nothing of it
    location   TEXT NOT NULL,
    sku        TEXT NOT NULL,
    counted_at TEXT NOT NULL,
    PRIMARY KEY (location, sku)) STRICT, WITHOUT ROWID;
CREATE INDEX stock_counts_by_time ON stock_counts (location, counted_at);
"""
