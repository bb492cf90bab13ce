"""What is handed to a location in one go: what is due there, gathered with everything a document may show."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from orderctl.core.effects import BatchLine, BatchShipment
from orderctl.core.making import maker
from orderctl.core.orders import Address
from orderctl.core.papers import NO_GOODS, NOT_ASKED
from orderctl.store import numbers, order_documents, papers
from orderctl.store.order_documents import Shown

#: When the copy of the order `o` was read.
_READ_AT = "(SELECT read_at FROM order_revisions r WHERE r.order_id = o.order_id AND r.revision = o.revision)"

#: An address of which nothing is known.
_NOWHERE = dict.fromkeys(Address.__slots__, "")
_line, _handed = maker(BatchLine), maker(BatchShipment)


#: The order of the shipments `s` of the orders `o` in a batch.
TURN = "s.priority, CASE o.ship_by WHEN '' THEN '9999' ELSE o.ship_by END, s.shipment_id"


@dataclass(frozen=True, slots=True)
class Due:
    """What may leave at the moment `now`: not orders of the channels `unread` whose copy was read before `oldest`."""

    now: str
    unread: Sequence[str] = ()
    oldest: str = ""


def due(db: sqlite3.Connection, location: str, what: Due) -> list[int]:
    """Planned shipments that `location` can be asked for now, the urgent ones first.

    Left out: what may not leave before a later moment, and what a hold or a cancellation stops.
    """
    rows = db.execute(
        "SELECT s.shipment_id FROM shipments s INDEXED BY shipments_planned JOIN orders o USING (order_id)"
        " WHERE s.location = ? AND s.state = 'planned' AND s.not_before <= ?"
        " AND o.state NOT IN ('cancelled', 'rejected')"
        " AND NOT EXISTS (SELECT 1 FROM holds h WHERE h.order_id = s.order_id AND h.ended_at IS NULL)"
        f" AND (o.channel NOT IN (SELECT value FROM json_each(?)) OR {_READ_AT} >= ?)"
        f" ORDER BY {TURN}",
        (location, what.now, json.dumps(list(what.unread)), what.oldest),
    )
    return [row[0] for row in rows]


def still_planned(db: sqlite3.Connection, references: Collection[str]) -> list[tuple[str, int, str]]:
    """(reference, order, location) of those of these shipments that are planned."""
    return db.execute(
        "SELECT reference, order_id, location FROM shipments WHERE state = 'planned'"
        " AND reference IN (SELECT value FROM json_each(?)) ORDER BY shipment_id",
        (json.dumps(sorted(references)),),
    ).fetchall()


def channels_read_before(db: sqlite3.Connection, oldest: str) -> list[str]:
    """The channels of planned shipments whose order's copy was read before `oldest`."""
    rows = db.execute(
        "SELECT DISTINCT o.channel FROM shipments s INDEXED BY shipments_planned JOIN orders o USING (order_id)"
        f" WHERE s.state = 'planned' AND {_READ_AT} < ?",
        (oldest,),
    )
    return sorted(row[0] for row in rows)


def locations_with_work(db: sqlite3.Connection) -> list[str]:
    """Every location that has planned shipments."""
    return [row[0] for row in db.execute("SELECT DISTINCT location FROM shipments WHERE state = 'planned'")]


def next_number(db: sqlite3.Connection, location: str) -> int:
    """The number of the location's next batch."""
    row = db.execute("SELECT coalesce(max(number), 0) FROM batches WHERE location = ?", (location,)).fetchone()
    return numbers.after(db, numbers.BATCH, location, row[0])


def gather(
    db: sqlite3.Connection, shipment_ids: Sequence[int], needs: frozenset[str] = frozenset()
) -> tuple[BatchShipment, ...]:
    """These shipments with everything a document may show, in this order; of `core.papers.NEEDS` what `needs` names."""
    ids = json.dumps(shipment_ids)
    lines: dict[int, list[tuple[str, str, int, str]]] = {shipment_id: [] for shipment_id in shipment_ids}
    for shipment_id, name, sku, quantity, parts in db.execute(
        "SELECT s.shipment_id, l.channel_line_id, s.sku, s.quantity, s.parts FROM shipment_lines s JOIN order_lines l"
        " USING (line_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?)) ORDER BY s.shipment_id, l.position",
        (ids,),
    ):
        lines[shipment_id].append((name, sku, quantity, parts))
    found = {
        shipment_id: _shipment(
            order_documents.read_shown(document), reference, carrier, service, options, lines[shipment_id]
        )
        for shipment_id, document, reference, carrier, service, options in db.execute(
            "SELECT s.shipment_id, d.document, s.reference, s.carrier, s.service, s.options FROM shipments s"
            " JOIN order_documents d USING (order_id) WHERE s.shipment_id IN (SELECT value FROM json_each(?))",
            (ids,),
        )
    }
    if needs:
        found = papers.completed(db, found, needs)
    return tuple([found[shipment_id] for shipment_id in shipment_ids])


def _shipment(
    order: Shown,
    reference: str,
    carrier: str,
    service: str,
    said: str,  # what rules have chosen, as JSON
    lines: Sequence[tuple[str, str, int, str]],
) -> BatchShipment:
    titles = {line.id: line.title for line in order.lines}
    asked = [_line(name, sku, titles.get(name, ""), quantity, NO_GOODS) for name, sku, quantity, _ in lines]
    if any(line[3] for line in lines):
        asked = [taken for line, (*_, parts) in zip(asked, lines, strict=True) for taken in _taken(line, parts)]
    options = json.loads(said) if said != "{}" else {}
    if "add_items" in options:
        asked += [_line("", sku, "", units, NO_GOODS) for sku, units in options["add_items"].items()]
    return _handed(
        reference, order.number, order.channel, order.placed_at, order.ship_by, _NOWHERE | (order.ship_to or {}),
        order.customer.email, carrier, service, tuple(asked), options, order.gift_message, order.note, order.currency,
        NOT_ASKED,
    )  # fmt: skip


def _taken(line: BatchLine, parts: str) -> Sequence[BatchLine]:
    """What a location takes from its shelves for `line`: itself, or so many of each of its `parts` (JSON)."""
    if not parts:
        return (line,)
    found: dict[str, int] = json.loads(parts)
    title = line.title if list(found.values()) == [1] else f"for {line.quantity} x {line.title or line.sku}"
    return [BatchLine(line.line_id, part, title, each * line.quantity) for part, each in found.items()]
