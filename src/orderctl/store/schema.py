"""The tables, as the first version of the store made them."""

from __future__ import annotations

from orderctl.store.schema_corrections import CORRECTIONS
from orderctl.store.schema_edges import EDGES
from orderctl.store.schema_exceptions import EXCEPTIONS
from orderctl.store.schema_finals import FINALS
from orderctl.store.schema_money import MONEY
from orderctl.store.schema_published import PUBLISHED
from orderctl.store.schema_purchasing import PURCHASING
from orderctl.store.schema_search import SEARCH
from orderctl.store.schema_shadows import SHADOWS
from orderctl.store.schema_skus import SKUS


def m0001() -> str:
    """Orders, decisions, shipments, the stock ledger, the outbox, and what waits for a person."""
    tables = _ORDERS + _ROUTING + _PLACES + _SHIPPING + SKUS + PURCHASING + _STOCK + _CARE + EXCEPTIONS
    return tables + PUBLISHED + MONEY + SHADOWS + SEARCH + CORRECTIONS + FINALS + EDGES


_ORDERS = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT;

CREATE TABLE passes (
    pass_id    INTEGER PRIMARY KEY,
    command    TEXT NOT NULL, actor TEXT NOT NULL,
    started_at TEXT NOT NULL, ended_at TEXT,
    exit_code  INTEGER, summary TEXT) STRICT;

CREATE TABLE cursors (
    source TEXT NOT NULL, stream TEXT NOT NULL, position TEXT NOT NULL, moved_at TEXT NOT NULL,
    PRIMARY KEY (source, stream)) STRICT, WITHOUT ROWID;

CREATE TABLE orders (
    order_id         INTEGER PRIMARY KEY,
    channel          TEXT NOT NULL,
    channel_order_id TEXT NOT NULL,
    number           TEXT NOT NULL,
    stem             TEXT NOT NULL UNIQUE,            -- the first part of its shipments' references
    state            TEXT NOT NULL CHECK (state IN ('cancelled', 'rejected', 'track_only', 'closed', 'shipped',
                         'partly_shipped', 'held', 'dispatched', 'routed', 'backordered', 'new')),
    placed_at        TEXT NOT NULL,
    updated_at       TEXT NOT NULL,
    currency         TEXT NOT NULL,
    total_minor      INTEGER NOT NULL,
    email            TEXT NOT NULL,
    country          TEXT NOT NULL,
    ship_by          TEXT NOT NULL,
    priority         INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
    digest           TEXT NOT NULL,                   -- of the payload it was read from
    revision         INTEGER NOT NULL,
    address          TEXT NOT NULL CHECK (address IN ('ok', 'suspect', 'incomplete', 'invalid')),
    checks           TEXT NOT NULL,
    watched          INTEGER NOT NULL CHECK (watched IN (0, 1)),
    track_only       INTEGER NOT NULL DEFAULT 0 CHECK (track_only IN (0, 1)),
    rejection        TEXT,
    assigned         TEXT NOT NULL DEFAULT '',
    tags             TEXT NOT NULL DEFAULT '[]',
    due_at           TEXT,                            -- when routing looks at it again; NULL = nothing to decide
    decisions        INTEGER NOT NULL DEFAULT 0,
    parts            INTEGER NOT NULL DEFAULT 0,
    imported_at      TEXT NOT NULL,
    read_at          TEXT NOT NULL DEFAULT '',        -- when its copy was last asked for; '' = never asked for alone
    first_held_at    TEXT, released_at TEXT, routed_at TEXT, dispatched_at TEXT, acknowledged_at TEXT,
    shipped_at       TEXT, pushed_at TEXT, confirmed_at TEXT, delivered_at TEXT,
    redacted_at      TEXT,                            -- when all about a person was taken out; it never comes back
    archived_at      TEXT,                            -- when what only people read of it moved to another file
    UNIQUE (channel, channel_order_id)) STRICT;
CREATE INDEX orders_due ON orders (due_at) WHERE due_at IS NOT NULL;
CREATE INDEX orders_watched ON orders (channel) WHERE watched = 1;
CREATE INDEX orders_to_leave ON orders (ship_by) WHERE ship_by <> '' AND state IN
    ('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped');
CREATE INDEX orders_open_copies ON orders (channel, read_at) WHERE read_at <> '' AND watched = 0 AND state IN
    ('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped');
CREATE INDEX orders_by_state ON orders (state, placed_at);
CREATE INDEX orders_by_day ON orders (placed_at);
CREATE INDEX orders_assigned ON orders (assigned) WHERE assigned <> '';
CREATE INDEX orders_tagged ON orders (order_id) WHERE tags <> '[]';
CREATE INDEX orders_by_number ON orders (number);
CREATE INDEX orders_by_digest ON orders (digest);
CREATE INDEX orders_by_email ON orders (email, placed_at) WHERE email <> '';

CREATE TABLE order_documents (                        -- apart, so that a change of state does not copy it
    order_id INTEGER PRIMARY KEY REFERENCES orders,
    document TEXT NOT NULL) STRICT;                   -- the order as last read, with what a person changed

CREATE TABLE order_lines (
    line_id         INTEGER PRIMARY KEY,
    order_id        INTEGER NOT NULL REFERENCES orders,
    channel_line_id TEXT NOT NULL,
    position        INTEGER NOT NULL,
    sku             TEXT NOT NULL,
    to_ship         INTEGER NOT NULL CHECK (to_ship IN (0, 1)),
    ordered         INTEGER NOT NULL CHECK (ordered >= 0),
    open            INTEGER NOT NULL CHECK (open >= 0),
    planned         INTEGER NOT NULL DEFAULT 0 CHECK (planned >= 0),
    backordered     INTEGER NOT NULL DEFAULT 0 CHECK (backordered >= 0),
    dispatched      INTEGER NOT NULL DEFAULT 0 CHECK (dispatched >= 0),
    shipped         INTEGER NOT NULL DEFAULT 0 CHECK (shipped >= 0),
    cancelled       INTEGER NOT NULL DEFAULT 0 CHECK (cancelled >= 0),
    returned        INTEGER NOT NULL DEFAULT 0 CHECK (returned >= 0),
    overshipped     INTEGER NOT NULL DEFAULT 0 CHECK (overshipped >= 0),
    called_back     INTEGER NOT NULL DEFAULT 0 CHECK (called_back >= 0),  -- cancelled, but in a location's hand
    backordered_at  TEXT,
    expected_at     TEXT,
    CHECK (ordered = open + planned + backordered + dispatched + shipped + cancelled),
    CHECK (returned <= shipped + overshipped),
    CHECK (called_back <= planned + dispatched),
    UNIQUE (order_id, channel_line_id)) STRICT;
CREATE INDEX order_lines_backordered ON order_lines (sku) WHERE backordered > 0;

CREATE TABLE payload_blocks (
    block_id INTEGER PRIMARY KEY,
    content  BLOB) STRICT;                            -- payloads compressed one after another; NULL once that is over
CREATE TABLE order_revisions (
    order_id   INTEGER NOT NULL REFERENCES orders,
    revision   INTEGER NOT NULL,
    digest     TEXT NOT NULL,
    block_id   INTEGER NOT NULL REFERENCES payload_blocks,
    first_byte INTEGER NOT NULL,
    bytes      INTEGER NOT NULL,
    read_at    TEXT NOT NULL,
    PRIMARY KEY (order_id, revision)) STRICT, WITHOUT ROWID;

CREATE TABLE quarantine (
    quarantine_id INTEGER PRIMARY KEY,
    channel       TEXT NOT NULL,
    digest        TEXT NOT NULL,
    payload       BLOB NOT NULL,
    source        TEXT NOT NULL,
    field         TEXT NOT NULL,
    reason        TEXT NOT NULL,
    put_aside_at  TEXT NOT NULL,
    pass_id       INTEGER NOT NULL,
    UNIQUE (channel, digest)) STRICT;
"""

_ROUTING = """
CREATE TABLE holds (
    hold_id    INTEGER PRIMARY KEY,
    order_id   INTEGER NOT NULL REFERENCES orders,
    reason     TEXT NOT NULL,
    rule       TEXT NOT NULL,
    by_hand    INTEGER NOT NULL CHECK (by_hand IN (0, 1)),  -- only a person ends what a person placed
    actor      TEXT NOT NULL,
    note       TEXT NOT NULL DEFAULT '',
    placed_at  TEXT NOT NULL,
    release_at TEXT NOT NULL DEFAULT '',
    cancel_at  TEXT NOT NULL DEFAULT '',
    ended_at   TEXT, ended_by TEXT) STRICT;
CREATE INDEX holds_timed ON holds (order_id) WHERE release_at <> '';
CREATE UNIQUE INDEX holds_open ON holds (order_id, reason) WHERE ended_at IS NULL;

CREATE TABLE overrides (
    override_id INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders,
    kind        TEXT NOT NULL CHECK (kind IN ('release', 'route', 'edit', 'exclude', 'note')),
    field       TEXT NOT NULL,
    value       TEXT NOT NULL,
    actor       TEXT NOT NULL,
    reason      TEXT NOT NULL,
    placed_at   TEXT NOT NULL,
    ended_at    TEXT) STRICT;
CREATE INDEX overrides_by_order ON overrides (order_id);

CREATE TABLE rulesets (ruleset_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
    first_used_at TEXT NOT NULL) STRICT;
CREATE TABLE places (places_id INTEGER PRIMARY KEY, digest TEXT NOT NULL UNIQUE, text TEXT NOT NULL,
    first_used_at TEXT NOT NULL) STRICT;

CREATE TABLE decision_blocks (
    block_id INTEGER PRIMARY KEY,
    content  BLOB) STRICT;                            -- frozen facts and plans, compressed one after another
CREATE TABLE decisions (
    decision_id INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders,
    sequence    INTEGER NOT NULL,
    decided_at  TEXT NOT NULL,
    actor       TEXT NOT NULL,
    pass_id     INTEGER NOT NULL,
    engine      INTEGER NOT NULL,
    ruleset_id  INTEGER NOT NULL REFERENCES rulesets,
    places_id   INTEGER NOT NULL REFERENCES places,
    applied     INTEGER NOT NULL CHECK (applied IN (0, 1)),
    block_id    INTEGER NOT NULL REFERENCES decision_blocks,
    first_byte  INTEGER NOT NULL,
    bytes       INTEGER NOT NULL,
    UNIQUE (order_id, sequence)) STRICT;
"""

_PLACES = """
CREATE TABLE postcodes (                              -- millionths of a degree
    country TEXT NOT NULL, postcode TEXT NOT NULL, latitude INTEGER NOT NULL, longitude INTEGER NOT NULL,
    PRIMARY KEY (country, postcode)) STRICT, WITHOUT ROWID;
"""

_SHIPPING = """
CREATE TABLE batches (
    batch_id   INTEGER PRIMARY KEY,
    location   TEXT NOT NULL,
    number     INTEGER NOT NULL,
    document   TEXT NOT NULL,                         -- the name it is published by
    digest     TEXT NOT NULL,
    rows       INTEGER NOT NULL,
    units      INTEGER NOT NULL,
    shipments  INTEGER NOT NULL,
    local_date TEXT NOT NULL,
    created_at TEXT NOT NULL,
    UNIQUE (location, number)) STRICT;

CREATE TABLE shipments (
    shipment_id INTEGER PRIMARY KEY,
    order_id    INTEGER NOT NULL REFERENCES orders,
    part        INTEGER NOT NULL,
    reference   TEXT NOT NULL UNIQUE CHECK (length(reference) <= 30),
    decision_id INTEGER NOT NULL REFERENCES decisions,
    location    TEXT NOT NULL,
    carrier     TEXT NOT NULL,
    service     TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('planned', 'sending', 'uncertain', 'dispatched', 'acknowledged',
                    'cancel_requested', 'cancelled', 'rejected', 'shipped', 'delivered')),
    priority    INTEGER NOT NULL CHECK (priority BETWEEN 0 AND 3),
    not_before  TEXT NOT NULL DEFAULT '',
    options     TEXT NOT NULL DEFAULT '{}',
    cost_minor  INTEGER,
    batch_id    INTEGER REFERENCES batches,
    partner_reference TEXT NOT NULL DEFAULT '',       -- the location's own name of it, where it gave one
    planned_at  TEXT NOT NULL,
    dispatched_at TEXT, acknowledged_at TEXT, shipped_at TEXT, delivered_at TEXT,
    reason      TEXT NOT NULL DEFAULT '',
    UNIQUE (order_id, part)) STRICT;
CREATE INDEX shipments_planned ON shipments (location) WHERE state = 'planned';
CREATE INDEX shipments_unsettled ON shipments (state) WHERE state IN ('sending', 'uncertain');
CREATE INDEX shipments_in_hand ON shipments (location, dispatched_at) WHERE state IN ('dispatched', 'acknowledged');
CREATE INDEX shipments_called_back ON shipments (location) WHERE state = 'cancel_requested';
CREATE INDEX shipments_by_day ON shipments (location, dispatched_at) WHERE dispatched_at IS NOT NULL;
CREATE INDEX shipments_of_batch ON shipments (batch_id) WHERE batch_id IS NOT NULL;

CREATE TABLE shipment_lines (
    shipment_id INTEGER NOT NULL REFERENCES shipments,
    line_id     INTEGER NOT NULL REFERENCES order_lines,
    sku         TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    packed      INTEGER NOT NULL DEFAULT 0 CHECK (packed >= 0),
    short       INTEGER NOT NULL DEFAULT 0 CHECK (short >= 0),
    parts       TEXT NOT NULL DEFAULT '',             -- JSON of what one unit takes from stock; '' = itself
    CHECK (packed + short <= quantity),
    PRIMARY KEY (shipment_id, line_id)) STRICT, WITHOUT ROWID;

CREATE TABLE packages (
    package_id      INTEGER PRIMARY KEY,
    shipment_id     INTEGER NOT NULL REFERENCES shipments,
    tracking_number TEXT NOT NULL,
    carrier         TEXT NOT NULL,
    service         TEXT NOT NULL,
    shipped_at      TEXT NOT NULL,
    status          TEXT NOT NULL DEFAULT 'shipped',
    recorded_at     TEXT NOT NULL,
    UNIQUE (shipment_id, tracking_number)) STRICT;
CREATE INDEX packages_by_number ON packages (tracking_number);
CREATE TABLE package_lines (
    package_id  INTEGER NOT NULL REFERENCES packages,
    line_id     INTEGER NOT NULL REFERENCES order_lines,
    sku         TEXT NOT NULL,
    quantity    INTEGER NOT NULL CHECK (quantity > 0),
    overshipped INTEGER NOT NULL DEFAULT 0 CHECK (overshipped BETWEEN 0 AND quantity),
    PRIMARY KEY (package_id, line_id)) STRICT, WITHOUT ROWID;

CREATE TABLE unmatched_answers (                      -- what locations said of shipments we do not know (yet)
    answer_id   INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE,
    location    TEXT NOT NULL,
    reference   TEXT NOT NULL,
    answer      TEXT NOT NULL,
    source      TEXT NOT NULL,
    received_at TEXT NOT NULL,
    matched_at  TEXT) STRICT;
CREATE INDEX unmatched_answers_open ON unmatched_answers (reference) WHERE matched_at IS NULL;
"""

_STOCK = """
CREATE TABLE stock_moves (
    move_id  INTEGER PRIMARY KEY,
    key      TEXT NOT NULL UNIQUE,
    location TEXT NOT NULL,
    sku      TEXT NOT NULL,
    delta    INTEGER NOT NULL CHECK (delta <> 0),
    reason   TEXT NOT NULL,
    cause    TEXT NOT NULL,
    actor    TEXT NOT NULL,
    moved_at TEXT NOT NULL) STRICT;
CREATE INDEX stock_moves_by_sku ON stock_moves (sku, location);

CREATE TABLE stock_levels (
    location TEXT NOT NULL,
    sku      TEXT NOT NULL,
    on_hand  INTEGER NOT NULL DEFAULT 0,
    reserved INTEGER NOT NULL DEFAULT 0 CHECK (reserved >= 0),
    changed  INTEGER NOT NULL DEFAULT 1 CHECK (changed IN (0, 1)),  -- since channels' numbers were last made
    PRIMARY KEY (sku, location)) STRICT, WITHOUT ROWID;
CREATE INDEX stock_levels_oversold ON stock_levels (location) WHERE reserved > on_hand AND reserved > 0;

CREATE TABLE reservations (
    reservation_id INTEGER PRIMARY KEY,
    shipment_id    INTEGER NOT NULL REFERENCES shipments,
    line_id        INTEGER NOT NULL REFERENCES order_lines,
    location       TEXT NOT NULL,
    sku            TEXT NOT NULL,
    quantity       INTEGER NOT NULL CHECK (quantity > 0),
    shipped        INTEGER NOT NULL DEFAULT 0 CHECK (shipped >= 0),
    released       INTEGER NOT NULL DEFAULT 0 CHECK (released >= 0),
    CHECK (shipped + released <= quantity),
    UNIQUE (shipment_id, line_id, sku)) STRICT;

CREATE TRIGGER a_move_changes_the_level AFTER INSERT ON stock_moves BEGIN
    INSERT INTO stock_levels (location, sku, on_hand) VALUES (new.location, new.sku, new.delta)
    ON CONFLICT (sku, location) DO UPDATE SET on_hand = on_hand + new.delta;
END;
CREATE TRIGGER a_reservation_raises_the_level AFTER INSERT ON reservations BEGIN
    INSERT INTO stock_levels (location, sku, reserved)
    VALUES (new.location, new.sku, new.quantity - new.shipped - new.released)
    ON CONFLICT (sku, location) DO UPDATE SET reserved = reserved + excluded.reserved;
END;
CREATE TRIGGER a_settled_reservation_lowers_the_level AFTER UPDATE OF shipped, released ON reservations BEGIN
    UPDATE stock_levels SET reserved = reserved - (new.shipped + new.released - old.shipped - old.released)
    WHERE sku = new.sku AND location = new.location;
END;
CREATE TRIGGER reservations_are_kept BEFORE DELETE ON reservations
BEGIN SELECT RAISE(ABORT, 'a reservation ends as shipped or released, it is never deleted'); END;
CREATE TRIGGER reservations_end_once BEFORE UPDATE ON reservations
WHEN new.shipped < old.shipped OR new.released < old.released OR new.quantity <> old.quantity
BEGIN SELECT RAISE(ABORT, 'what became of a reserved unit is final'); END;

CREATE TABLE stock_feeds (                            -- the newest absolute feed applied per location
    location TEXT PRIMARY KEY, counted_at TEXT NOT NULL, applied_at TEXT NOT NULL,
    rows     INTEGER NOT NULL DEFAULT 0) STRICT;      -- SKUs that it counted
CREATE TABLE pauses (
    kind TEXT NOT NULL CHECK (kind IN ('channel', 'location')), name TEXT NOT NULL,
    paused_at TEXT, actor TEXT NOT NULL, reason TEXT NOT NULL,
    PRIMARY KEY (kind, name)) STRICT, WITHOUT ROWID;
"""

_CARE = """
CREATE TABLE effects (
    effect_id   INTEGER PRIMARY KEY,
    key         TEXT NOT NULL UNIQUE CHECK (length(key) <= 40),
    kind        TEXT NOT NULL CHECK (kind IN ('handoff', 'shadow', 'tracking', 'stock', 'acknowledgment',
                    'cancel', 'cancel_request', 'note', 'message')),
    target      TEXT NOT NULL,                        -- channel:NAME or location:NAME
    order_id    INTEGER REFERENCES orders,
    subject_id  INTEGER,                              -- batch, shipment or package, by kind
    payload     TEXT NOT NULL,
    digest      TEXT NOT NULL,
    state       TEXT NOT NULL CHECK (state IN ('pending', 'sending', 'accepted', 'refused', 'uncertain', 'superseded')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    next_try_at TEXT NOT NULL,
    document    TEXT NOT NULL DEFAULT '',             -- the name it was last handed over by
    reference   TEXT NOT NULL DEFAULT '',             -- the other side's
    message     TEXT NOT NULL DEFAULT '',
    content     BLOB,                                 -- of a request, while nobody knows what became of it
    absent_at   TEXT,                                 -- when the other side first said that it does not have it
    created_at  TEXT NOT NULL, sent_at TEXT, settled_at TEXT) STRICT;
CREATE INDEX effects_open ON effects (target, kind, next_try_at) WHERE state IN ('pending', 'sending', 'uncertain');
CREATE INDEX effects_open_by_order ON effects (order_id) WHERE state IN ('pending', 'sending', 'uncertain');

CREATE TABLE pushes (                                 -- documents handed to channels, numbered like batches
    channel TEXT NOT NULL, number INTEGER NOT NULL, document TEXT NOT NULL, digest TEXT NOT NULL,
    rows INTEGER NOT NULL, created_at TEXT NOT NULL, PRIMARY KEY (channel, number)) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    event_id INTEGER PRIMARY KEY,
    at       TEXT NOT NULL,
    pass_id  INTEGER NOT NULL,
    actor    TEXT NOT NULL,
    order_id INTEGER REFERENCES orders,
    kind     TEXT NOT NULL,
    detail   TEXT NOT NULL) STRICT;
CREATE INDEX events_by_order ON events (order_id) WHERE order_id IS NOT NULL;
"""
