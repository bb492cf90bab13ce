"""The table of what orders brought in and cost, as far as an order does not say it itself."""

from __future__ import annotations

MONEY = """
CREATE TABLE money_entries (
    channel          TEXT NOT NULL,
    channel_order_id TEXT NOT NULL,                   -- of an order that may not be known yet
    type             TEXT NOT NULL CHECK (type IN ('revenue', 'discount', 'tax', 'shipping_income', 'marketplace_fee',
                         'payment_fee', 'cost_of_goods', 'shipping_cost', 'duty', 'refund', 'adjustment')),
    source           TEXT NOT NULL CHECK (source <> ''),
    reference        TEXT NOT NULL,                   -- what of the source it is
    amount_minor     INTEGER NOT NULL,                -- as the shop sees it: what goes out is negative
    currency         TEXT NOT NULL CHECK (length(currency) = 3),
    estimate         INTEGER NOT NULL CHECK (estimate IN (0, 1)),
    at               TEXT NOT NULL,                   -- when it was booked; '' = not said
    stated_at        TEXT NOT NULL,                   -- when the statement was read that it stands in
    void_at          TEXT,                            -- when a later statement no longer had it
    PRIMARY KEY (channel, channel_order_id, type, source, reference)) STRICT, WITHOUT ROWID;

CREATE TRIGGER money_entries_are_kept BEFORE DELETE ON money_entries
BEGIN SELECT RAISE(ABORT, 'an entry of money is never deleted'); END;
CREATE TRIGGER money_entries_give_way_to_newer_ones BEFORE UPDATE ON money_entries
WHEN new.stated_at < old.stated_at OR (new.channel, new.channel_order_id, new.type, new.source, new.reference)
    <> (old.channel, old.channel_order_id, old.type, old.source, old.reference)
BEGIN SELECT RAISE(ABORT, 'an entry of money gives way only to a newer statement of the same'); END;
"""
