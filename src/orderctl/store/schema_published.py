"""The tables of what channels are told of stock, what moved since, and what a person has agreed to."""

from __future__ import annotations

PUBLISHED = """
CREATE TABLE published_channels (                     -- the channels whose numbers are kept up to date
    channel     TEXT PRIMARY KEY,
    terms       TEXT NOT NULL,                        -- what its numbers were made by; '' = make all of them anew
    told_at     TEXT NOT NULL DEFAULT '',
    reservation INTEGER NOT NULL DEFAULT 0,           -- the last reservation and move that the channel knows of
    move        INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;

CREATE TABLE published_stock (
    channel  TEXT NOT NULL,
    sku      TEXT NOT NULL,
    quantity INTEGER NOT NULL CHECK (quantity >= 0),  -- what it has to be told
    told     INTEGER,                                 -- what it took last; NULL = nothing, or nobody knows
    refused  INTEGER,                                 -- what it would not take; it is told when that is another number
    told_at  TEXT,
    document TEXT NOT NULL DEFAULT '',
    PRIMARY KEY (channel, sku)) STRICT, WITHOUT ROWID;
CREATE INDEX published_stock_due ON published_stock (channel, sku)
    WHERE told IS NOT quantity AND refused IS NOT quantity;

CREATE INDEX stock_levels_changed ON stock_levels (sku) WHERE changed = 1;
CREATE TABLE changed_skus (sku TEXT PRIMARY KEY) STRICT, WITHOUT ROWID;  -- beside those whose level changed

CREATE TRIGGER a_changed_level_is_published AFTER UPDATE OF on_hand, reserved ON stock_levels WHEN old.changed = 0 BEGIN
    UPDATE stock_levels SET changed = 1 WHERE sku = new.sku AND location = new.location;
END;
CREATE TRIGGER a_new_sku_is_published AFTER INSERT ON skus BEGIN
    INSERT INTO changed_skus VALUES (new.sku) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER a_new_component_is_published AFTER INSERT ON kit_components BEGIN
    INSERT INTO changed_skus VALUES (new.sku) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER a_changed_component_is_published AFTER UPDATE ON kit_components BEGIN
    INSERT INTO changed_skus VALUES (new.sku), (old.sku) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER a_gone_component_is_published AFTER DELETE ON kit_components BEGIN
    INSERT INTO changed_skus VALUES (old.sku) ON CONFLICT DO NOTHING;
END;
CREATE TRIGGER a_new_alias_is_told AFTER INSERT ON sku_aliases BEGIN
    UPDATE published_stock SET told = NULL, refused = NULL WHERE channel = new.channel AND sku = new.sku;
END;
CREATE TRIGGER a_changed_alias_is_told AFTER UPDATE ON sku_aliases BEGIN
    UPDATE published_stock SET told = NULL, refused = NULL
    WHERE channel IN (old.channel, new.channel) AND sku IN (old.sku, new.sku);
END;
CREATE TRIGGER a_gone_alias_is_told AFTER DELETE ON sku_aliases BEGIN
    UPDATE published_stock SET told = NULL, refused = NULL WHERE channel = old.channel AND sku = old.sku;
END;

CREATE TABLE consents (                               -- what was put aside and may go on, until it has
    code     TEXT NOT NULL, subject TEXT NOT NULL, actor TEXT NOT NULL, given_at TEXT NOT NULL,
    PRIMARY KEY (code, subject)) STRICT, WITHOUT ROWID;
"""
