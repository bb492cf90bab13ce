"""What a browser shows of the store: views in the words of the people who ask, each with what its columns mean.

Each is made in the connection that reads (`store.web`), newest first, with moments by the shop's clock and amounts in
major units. Columns called `order` and `shipment` hold names that every command and every search takes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: The column that numbers rows in the order in which they came; no people look at it. SQLite finds the newest by it
#: without reading the others, and counts rows without making them, which it cannot where the view itself is in order.
ROW = "row"


@dataclass(frozen=True, slots=True)
class View:
    """One view: its name in addresses and SQL, what people call it, its query, columns with what they mean.

    `facets` are the columns that are counted beside it; `searched` = it has an order that a search may find. A list
    stands in the order of the column `sort`, with a minus before it the greatest first.
    """

    name: str
    title: str
    description: str
    sql: str
    columns: Mapping[str, str]
    facets: tuple[str, ...]
    searched: bool = True
    sort: str = f"-{ROW}"


_NAME = "coalesce(nullif(d.document ->> '$.ship_to.name', ''), d.document ->> '$.customer.name', '')"
_LOCATIONS = (
    "(SELECT group_concat(location, ', ') FROM (SELECT DISTINCT s.location FROM shipments s"
    " WHERE s.order_id = o.order_id AND s.state NOT IN ('cancelled', 'rejected') ORDER BY s.part))"
)
_HOLDS = (
    "(SELECT group_concat(reason, ', ') FROM (SELECT h.reason FROM holds h WHERE h.order_id = o.order_id"
    " AND h.ended_at IS NULL ORDER BY h.hold_id))"
)
_CODES = (
    "(SELECT group_concat(code, ', ') FROM (SELECT e.code FROM exceptions e WHERE e.order_id = o.order_id"
    " AND e.closed_at IS NULL ORDER BY e.exception_id))"
)
_UNITS = "(SELECT coalesce(sum(l.ordered - l.cancelled), 0) FROM order_lines l WHERE l.order_id = o.order_id)"
_CONTENTS = (
    "(SELECT group_concat(quantity || ' x ' || sku, ', ') FROM (SELECT x.quantity, x.sku FROM shipment_lines x"
    " JOIN order_lines l USING (line_id) WHERE x.shipment_id = s.shipment_id ORDER BY l.position))"
)
_TRACKING = (
    "(SELECT group_concat(p.tracking_number, ', ') FROM packages p"
    " WHERE p.shipment_id = s.shipment_id AND p.status <> 'voided' AND p.tracking_number <> '')"
)

_ORDER = {"order": "what orderctl calls it: the first part of its shipments' names"}

ORDERS = View(
    "all_orders",
    "Orders",
    "Every order of every channel, newest first.",
    "SELECT o.order_id AS row,"
    f' o.stem AS "order", o.state, o.channel, local_time(o.placed_at) AS placed, {_NAME} AS customer, o.email,'
    f" coalesce(d.document ->> '$.ship_to.postcode', '') AS postcode, o.country, {_UNITS} AS units,"
    f" amount(o.total_minor, o.currency) || ' ' || o.currency AS total, {_LOCATIONS} AS ships_from,"
    f" {_HOLDS} AS held_for, {_CODES} AS waits_for, local_time(o.ship_by) AS ship_by,"
    " local_time(o.shipped_at) AS shipped, o.number, o.assigned"
    " FROM orders o LEFT JOIN order_documents d USING (order_id)",
    {
        **_ORDER,
        "number": "what its channel and the customer call it",
        "state": "held waits for something, routed for being handed over, dispatched is in a location's hand",
        "customer": "who gets it, else who ordered it",
        "ships_from": "the locations that ship it",
        "held_for": "why it waits",
        "waits_for": "what a person has to see to: codes of exceptions",
        "ship_by": "when it has to have left",
        "assigned": "who looks after it",
    },
    ("channel", "state", "ships_from", "country"),
)

LINES = View(
    "all_lines",
    "Lines of orders",
    "What was ordered, line by line, and what became of its units.",
    'SELECT l.line_id AS row, o.stem AS "order", o.channel, o.state, local_time(o.placed_at) AS placed, l.sku,'
    " coalesce((SELECT t.value ->> '$.title' FROM order_documents d, json_each(d.document, '$.lines') t"
    " WHERE d.order_id = l.order_id AND t.value ->> '$.id' = l.channel_line_id), '') AS title,"
    " l.ordered, l.open, l.planned, l.backordered, l.dispatched, l.shipped, l.cancelled, l.returned,"
    " local_time(l.expected_at) AS expected"
    " FROM order_lines l JOIN orders o USING (order_id)",
    {
        **_ORDER,
        "state": "where the whole order stands",
        "open": "units that nothing was decided about",
        "planned": "units that wait to be handed over",
        "backordered": "units that wait for stock",
        "dispatched": "units in a location's hand",
        "expected": "when goods for what waits are expected",
    },
    ("state", "channel", "sku"),
)

SHIPMENTS = View(
    "all_shipments",
    "Shipments",
    "What each location was asked to send, newest first.",
    'SELECT s.shipment_id AS row, s.reference AS shipment, o.stem AS "order", s.state, s.location,'
    f" {_CONTENTS} AS contents, s.carrier, s.service, {_TRACKING} AS tracking_numbers,"
    f" local_time(s.planned_at) AS planned, local_time(s.dispatched_at) AS handed_over,"
    " local_time(s.acknowledged_at) AS acknowledged, local_time(s.shipped_at) AS shipped,"
    " local_time(s.delivered_at) AS delivered, coalesce(b.document, '') AS handed_over_in, s.reason AS because"
    " FROM shipments s JOIN orders o USING (order_id) LEFT JOIN batches b USING (batch_id)",
    {
        "shipment": "its reference: it stands on every document and comes back in every confirmation",
        "state": "planned waits to be handed over, dispatched and acknowledged are in the location's hand",
        "acknowledged": "when the location said that it has it",
        "handed_over_in": "the file, mail or upload that it was handed over in",
        "because": "why it was rejected, cancelled or is uncertain",
    },
    ("location", "state", "carrier"),
)

PARCELS = View(
    "all_parcels",
    "Parcels",
    "Every parcel that a location told of, by its tracking number, newest first.",
    "SELECT p.package_id AS row,"
    ' p.tracking_number, p.carrier, p.service, p.status, s.reference AS shipment, o.stem AS "order", s.location,'
    f" {_NAME} AS customer, coalesce(d.document ->> '$.ship_to.postcode', '') AS postcode, o.country,"
    " (SELECT group_concat(quantity || ' x ' || sku, ', ') FROM package_lines x WHERE x.package_id = p.package_id)"
    " AS contents, local_time(p.shipped_at) AS shipped, local_time(p.recorded_at) AS heard_of,"
    " coalesce((SELECT group_concat(c.tracking_number, ', ') FROM package_changes c"
    " WHERE c.package_id = p.package_id), '') AS called_before"
    " FROM packages p JOIN shipments s USING (shipment_id) JOIN orders o USING (order_id)"
    " LEFT JOIN order_documents d USING (order_id)",
    {
        "status": "shipped, delivered, or voided where its label was withdrawn",
        "heard_of": "when orderctl was told of it",
        "called_before": "tracking numbers that its label had before",
    },
    ("carrier", "status", "location"),
)

EXCEPTIONS = View(
    "all_exceptions",
    "Exceptions",
    "What waits, or waited, for a person.",
    "SELECT e.exception_id AS row, e.exception_id AS no, CASE WHEN e.closed_at IS NOT NULL THEN 'closed'"
    " WHEN e.snoozed_until > asked_at() THEN 'put off' ELSE 'open' END AS state, e.code,"
    " coalesce(o.stem, '') AS \"order\", CASE WHEN e.subject IS o.stem THEN '' ELSE e.subject END AS subject,"
    " e.message, meaning_of(e.code) AS meaning, e.owner,"
    " local_time(e.opened_at) AS opened, local_time(e.snoozed_until) AS put_off_until,"
    " local_time(e.closed_at) AS closed, e.closed_by, e.answer"
    " FROM exceptions e LEFT JOIN orders o USING (order_id)",
    {
        "no": "its number: orderctl exceptions show NO prints the answers there are",
        "subject": "what it is about, where that is no order",
        "meaning": "what its code means",
        "owner": "who looks after it",
    },
    ("state", "code", "owner"),
)

HOLDS = View(
    "all_holds",
    "Holds",
    "Why orders wait or waited, newest first.",
    "SELECT h.hold_id AS row,"
    " o.stem AS \"order\", CASE WHEN h.ended_at IS NULL THEN 'open' ELSE 'ended' END AS state, h.reason AS hold,"
    " h.rule, h.actor AS placed_by, h.note, local_time(h.placed_at) AS since,"
    " local_time(h.release_at) AS released_by_itself, local_time(h.ended_at) AS ended, h.ended_by"
    " FROM holds h JOIN orders o USING (order_id)",
    {**_ORDER, "rule": "the rule that placed it; empty where a person or orderctl did"},
    ("state", "hold", "rule"),
)

STOCK = View(
    "all_stock",
    "Stock",
    "Units of each SKU at each location.",
    "SELECT l.sku, coalesce(k.data ->> '$.title', '') AS title, l.location, l.on_hand, l.reserved,"
    " max(0, l.on_hand - l.reserved) AS available, coalesce((SELECT sum(u.on_order) FROM purchase_lines u"
    " JOIN purchase_orders v USING (po_number) WHERE u.on_order > 0 AND u.sku = l.sku AND v.location = l.location), 0)"
    " AS incoming FROM stock_levels l LEFT JOIN skus k USING (sku)",
    {
        "on_hand": "what lies there",
        "reserved": "promised to shipments that have not left",
        "available": "on hand and not reserved",
        "incoming": "on order with suppliers for there",
    },
    ("location",),
    searched=False,
    sort="sku",
)

MOVES = View(
    "all_stock_moves",
    "Stock moves",
    "Every change of what lies somewhere, newest first: what a location has is the sum of its moves.",
    "SELECT m.move_id AS row,"
    " local_time(m.moved_at) AS moved, m.sku, m.location, m.delta AS units, m.reason, m.cause, m.actor AS by_whom"
    " FROM stock_moves m",
    {"units": "how many more; fewer with a minus", "cause": "the shipment, feed or person behind it"},
    ("location", "reason"),
    searched=False,
)

INCOMING = View(
    "all_incoming",
    "Goods on order",
    "What suppliers are to deliver, newest first.",
    "SELECT p.po_number AS purchase_order, p.supplier, p.location, l.sku, l.ordered, l.received, l.rejected,"
    " l.cancelled, l.on_order, local_time(p.ordered_at) AS ordered_on,"
    " local_time(coalesce(nullif(l.expected_at, ''), p.expected_at)) AS expected"
    " FROM purchase_lines l JOIN purchase_orders p USING (po_number)",
    {"on_order": "still to come", "rejected": "arrived, and not taken in"},
    ("location", "supplier"),
    searched=False,
    sort="-ordered_on",
)

ANSWERS = View(
    "all_unmatched_answers",
    "Answers about unknown shipments",
    "What locations told of shipments that orderctl does not know, newest first.",
    "SELECT u.answer_id AS row,"
    " CASE WHEN u.matched_at IS NULL THEN 'open' ELSE 'matched since' END AS state, u.location, u.reference,"
    " coalesce(u.answer ->> '$.tracking_number', '') AS tracking_number, u.source,"
    " local_time(u.received_at) AS received, local_time(u.matched_at) AS matched, u.answer"
    " FROM unmatched_answers u",
    {"reference": "the shipment as the location calls it", "source": "the file, mail or request that said so"},
    ("state", "location"),
    searched=False,
)

EVENTS = View(
    "all_events",
    "What happened",
    "Everything that changed, newest first.",
    "SELECT e.event_id AS row,"
    " local_time(e.at) AS at, coalesce(o.stem, '') AS \"order\", e.kind, e.detail, e.actor AS by_whom"
    " FROM events e LEFT JOIN orders o USING (order_id)",
    {"kind": "what kind of change", "by_whom": "a person, or the user that passes run as"},
    ("kind",),
)

VIEWS = (ORDERS, SHIPMENTS, PARCELS, LINES, EXCEPTIONS, HOLDS, STOCK, MOVES, INCOMING, ANSWERS, EVENTS)
