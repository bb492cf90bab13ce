"""The tables of locations in shadow. Nothing else points into them, and they change nothing of what is shipped."""

from __future__ import annotations

SHADOWS = """
CREATE TABLE shadows (                                -- from when on a location gets copies of what another one ships
    location TEXT PRIMARY KEY,
    beside   TEXT NOT NULL CHECK (beside <> location),
    since    TEXT NOT NULL,
    ended_at TEXT) STRICT, WITHOUT ROWID;
CREATE INDEX shadows_running ON shadows (beside) WHERE ended_at IS NULL;

CREATE TABLE shadow_batches (
    batch_id   INTEGER PRIMARY KEY,
    location   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    document   TEXT NOT NULL,
    digest     TEXT NOT NULL,
    rows       INTEGER NOT NULL,
    units      INTEGER NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (location, number)) STRICT;

CREATE TABLE shadow_copies (                          -- one for each shipment that `beside` has taken
    copy_id     INTEGER PRIMARY KEY,
    location    TEXT NOT NULL,
    shipment_id INTEGER NOT NULL REFERENCES shipments,
    reference   TEXT NOT NULL CHECK (length(reference) <= 30),
    state       TEXT NOT NULL CHECK (state IN ('waiting', 'unfit', 'sending', 'uncertain', 'refused', 'dispatched',
                    'acknowledged', 'rejected', 'shipped')),
    reason      TEXT NOT NULL DEFAULT '',
    batch_id    INTEGER REFERENCES shadow_batches,
    partner_reference TEXT NOT NULL DEFAULT '',
    made_at     TEXT NOT NULL,
    handed_at   TEXT,                                 -- when it was accepted, or when it surely will not be
    UNIQUE (location, shipment_id), UNIQUE (location, reference)) STRICT;
CREATE INDEX shadow_copies_waiting ON shadow_copies (location) WHERE state = 'waiting';
CREATE INDEX shadow_copies_in_hand ON shadow_copies (location, handed_at) WHERE state IN ('dispatched', 'acknowledged');
CREATE INDEX shadow_copies_of_batch ON shadow_copies (batch_id) WHERE batch_id IS NOT NULL;
CREATE INDEX shadow_copies_by_day ON shadow_copies (location, made_at);

CREATE TABLE shadow_answers (                         -- what it said, whether or not anybody knows what it speaks of
    answer_id   INTEGER PRIMARY KEY,
    location    TEXT NOT NULL,
    key         TEXT NOT NULL,
    copy_id     INTEGER REFERENCES shadow_copies,
    kind        TEXT NOT NULL,                        -- of a confirmation; 'unreadable' = a row or a file put aside
    answer      TEXT NOT NULL,
    source      TEXT NOT NULL,
    received_at TEXT NOT NULL,
    UNIQUE (location, key)) STRICT;
CREATE INDEX shadow_answers_by_copy ON shadow_answers (copy_id) WHERE copy_id IS NOT NULL;
CREATE INDEX shadow_answers_by_day ON shadow_answers (location, received_at);

CREATE TABLE shadow_counts (                          -- what its newest feed says of each SKU
    location   TEXT NOT NULL,
    sku        TEXT NOT NULL,
    quantity   INTEGER NOT NULL CHECK (quantity >= 0),
    counted_at TEXT NOT NULL,
    PRIMARY KEY (location, sku)) STRICT, WITHOUT ROWID;
"""
