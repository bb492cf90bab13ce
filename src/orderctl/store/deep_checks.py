"""What must hold in a store whatever happened, beyond the sums of `store.care`: every row is looked at once.

Each SQL check answers with nothing while all is well. What SQL cannot state is walked through in the order of the rows:
blocks unpack, documents can be read and add up, states are what the rows say, keys stand for what was sent.
"""

from __future__ import annotations

import json
import sqlite3
import zlib
from collections.abc import Iterator
from itertools import islice

from orderctl.core.checks import money_checks
from orderctl.core.digests import digest
from orderctl.store import blocks, migrations, order_documents, orders

_AT_ONCE = 2_000

#: Name -> rows that break the rule.
SQL = {
    "every move counts": (
        "SELECT m.sku || ' at ' || m.location FROM (SELECT sku, location, sum(delta) AS units FROM stock_moves"
        " GROUP BY sku, location) m LEFT JOIN stock_levels l ON l.sku = m.sku AND l.location = m.location"
        " WHERE coalesce(l.on_hand, 0) <> m.units"
    ),
    "no counter is below zero": (
        "SELECT 'line ' || line_id FROM order_lines WHERE min(ordered, open, planned, backordered, dispatched, shipped,"
        " cancelled, returned, overshipped, called_back) < 0"
    ),
    "nothing comes back that did not leave": (
        "SELECT 'line ' || line_id FROM order_lines WHERE returned > shipped + overshipped"
    ),
    "shipped units were packed": (
        "SELECT 'line ' || l.line_id FROM order_lines l JOIN (SELECT line_id, sum(packed) AS units FROM shipment_lines"
        " WHERE packed > 0 GROUP BY line_id) x USING (line_id) WHERE l.shipped < x.units"
    ),
    "a shipment asks for what it has reserved": (
        "SELECT s.reference FROM shipment_lines x JOIN shipments s USING (shipment_id) LEFT JOIN reservations r ON"
        " r.shipment_id = x.shipment_id AND r.line_id = x.line_id AND r.sku = x.sku"
        " WHERE x.parts = '' AND coalesce(r.quantity, 0) <> x.quantity"
    ),
    "a promise ends once": (
        "SELECT 'reservation ' || reservation_id FROM reservations WHERE shipped + released > quantity"
    ),
    "a kit is reserved by its parts": (
        "SELECT s.reference FROM shipment_lines x JOIN shipments s USING (shipment_id) JOIN reservations r ON"
        " r.shipment_id = x.shipment_id AND r.line_id = x.line_id AND r.sku = x.sku WHERE x.parts <> ''"
    ),
    "no more is received than was ordered": (
        "SELECT po_number || ' line ' || position FROM purchase_lines WHERE on_order < 0"
    ),
    "every order was read from something": (
        "SELECT o.stem FROM orders o WHERE NOT EXISTS (SELECT 1 FROM order_revisions r WHERE r.order_id = o.order_id"
        " AND r.revision = o.revision) OR NOT EXISTS (SELECT 1 FROM order_documents d WHERE d.order_id = o.order_id)"
    ),
    "no order that was read is missing": (  # orders are numbered one by one, and no command takes one away
        "SELECT 'order ' || (before + 1) || ' to ' || (order_id - 1) FROM (SELECT order_id,"
        " lag(order_id, 1, 0) OVER (ORDER BY order_id) AS before FROM orders) WHERE order_id > before + 1"
        " UNION ALL SELECT 'orders after ' || newest FROM (SELECT coalesce(max(order_id), 0) AS newest FROM orders)"
        " WHERE newest < (SELECT max(id) FROM order_search_docsize) OR newest < (SELECT max(order_id) FROM events)"
    ),
    "no channel counts as read beyond what it told": (  # a moment that comes after every order, and after its own pull
        "SELECT c.source || ' ' || c.stream || ': ' || c.position FROM cursors c WHERE c.source LIKE 'channel:%'"
        " AND c.position GLOB '[0-9][0-9][0-9][0-9]-[0-9][0-9]-[0-9][0-9]T*Z'"
        " AND julianday(c.position) > julianday(c.moved_at) + 2 AND c.position >"
        " (SELECT coalesce(max(o.updated_at), '') FROM orders o WHERE o.channel = substr(c.source, 9))"
    ),
    "every order has its beginning": (
        "SELECT stem FROM orders o WHERE archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM events e"
        " WHERE e.order_id = o.order_id AND e.kind = 'imported')"
    ),
    "every change of a shipment has its event": (
        "SELECT reference FROM shipments s JOIN orders o USING (order_id) WHERE s.state <> 'planned'"
        " AND o.archived_at IS NULL AND NOT EXISTS (SELECT 1 FROM events e"
        " WHERE e.order_id = s.order_id AND e.kind = 'shipment ' || s.state"
        " AND substr(e.detail || ' ', 1, length(reference) + 1) IN (reference || ' ', reference || ':'))"
    ),
    "nothing of a cancelled order is being sent": (
        "SELECT s.reference FROM shipments s JOIN orders o USING (order_id)"
        " WHERE s.state = 'sending' AND o.state IN ('cancelled', 'rejected')"
    ),
    "closed orders have nothing open": (
        "SELECT o.stem FROM effects e JOIN orders o USING (order_id)"
        " WHERE e.state IN ('pending', 'sending', 'uncertain') AND o.state = 'closed'"
    ),
    "a batch has the shipments it says": (
        "SELECT b.location || ' batch ' || b.number FROM batches b JOIN effects e ON e.kind = 'handoff'"
        " AND e.subject_id = b.batch_id AND e.state = 'accepted' LEFT JOIN (SELECT batch_id, count(*) AS number"
        " FROM shipments WHERE batch_id IS NOT NULL GROUP BY batch_id) s USING (batch_id)"
        " WHERE b.shipments <> coalesce(s.number, 0)"
    ),
    "a channel is told of no more than was packed": (
        "SELECT e.key FROM effects e JOIN json_each(e.payload, '$.lines') j JOIN order_lines l ON"
        " l.order_id = e.order_id AND l.channel_line_id = j.value ->> 'channel_line_id'"
        " LEFT JOIN package_lines k ON k.package_id = e.subject_id AND k.line_id = l.line_id"
        " WHERE e.kind = 'tracking' AND e.state <> 'superseded'"
        " AND coalesce(k.quantity - k.overshipped, 0) < j.value ->> 'quantity'"
    ),
    "no column holds numbers with a point": (
        "SELECT t.name || '.' || c.name FROM pragma_table_list t JOIN pragma_table_info(t.name) c"
        " WHERE t.schema = 'main' AND t.type = 'table' AND c.type IN ('REAL', 'FLOAT', 'DOUBLE')"
    ),
}


def check(db: sqlite3.Connection) -> Iterator[tuple[str, list[str]]]:
    """(what must hold, what breaks it, at most twenty) for every check."""
    newest = [] if migrations.version(db) == migrations.LATEST else [f"version {migrations.version(db)}"]
    yield "the version is known", newest
    for name, query in SQL.items():
        yield name, [row[0] for row in db.execute(f"{query} LIMIT 20")]
    yield "blocks can be unpacked", list(islice(_blocks(db), 20))
    yield "orders can be read and add up", list(islice(_documents(db), 20))
    yield "states are what the rows say", list(islice(orders.misstated(db, _AT_ONCE), 20))
    yield "a key stands for one payload", list(islice(_payloads(db), 20))


def _blocks(db: sqlite3.Connection) -> Iterator[str]:
    for table, block_table in (("order_revisions", "payload_blocks"), ("decisions", "decision_blocks")):
        ends = db.execute(
            # ends are worked out first: what is put in order must not carry the blocks along
            f"SELECT block_id, content, end FROM (SELECT block_id, max(first_byte + bytes) AS end FROM {table}"
            f" GROUP BY block_id) JOIN {block_table} USING (block_id) WHERE content IS NOT NULL"
        )
        for block_id, content, end in ends:
            try:
                whole = len(blocks.part(content, 0, end)) == end
            except (zlib.error, KeyError, IndexError):
                whole = False
            if not whole:
                yield f"{block_table} {block_id}"


def _documents(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT o.stem, d.document, o.checks, o.total_minor, o.redacted_at FROM orders o"
        " JOIN order_documents d USING (order_id) ORDER BY o.order_id"
    )
    for stem, document, checks, total_minor, redacted_at in rows:
        try:
            order = order_documents.read(document)
        except (ValueError, TypeError):
            yield f"{stem}: cannot be read"
            continue
        noticed = json.loads(checks).get("codes", ()) if redacted_at is None else money_checks(order)
        if order.total_minor != total_minor or not set(money_checks(order)) <= set(noticed):
            yield f"{stem}: does not add up"


def _payloads(db: sqlite3.Connection) -> Iterator[str]:
    rows = db.execute(
        "SELECT e.key, e.payload, e.digest FROM effects e JOIN orders o USING (order_id) WHERE o.redacted_at IS NULL"
        " AND e.kind IN ('tracking', 'acknowledgment', 'cancel') ORDER BY e.effect_id"
    )
    yield from (key for key, payload, stated in rows if digest(payload) != stated)
