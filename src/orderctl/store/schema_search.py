"""The index that orders are searched in. It holds words and numbers of orders, not the orders: those have documents."""

from __future__ import annotations

#: Nothing but which word stands in which order: no texts, no places of words. `store.search` keeps it.
#: Beginnings of four characters are the mark of a volume and three of a word.
SEARCH = """
CREATE VIRTUAL TABLE order_search USING fts5 (words, content = '', detail = none, prefix = '4', tokenize = 'ascii');
CREATE TABLE search_nameless (                        -- orders that are no longer found by anything about a person
    order_id INTEGER PRIMARY KEY REFERENCES orders) STRICT;
CREATE INDEX shipments_by_partner_reference ON shipments (partner_reference) WHERE partner_reference <> '';
"""
