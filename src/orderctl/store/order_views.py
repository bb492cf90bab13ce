"""Orders as people and programs read them: one order by any of its names, with everything that belongs to it."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from orderctl.core import money
from orderctl.core.order_document import order_to_full_json
from orderctl.store import events, exceptions, order_documents, package_changes

_CALLED = (
    "WHERE tracking_number = ? OR package_id IN (SELECT package_id FROM package_changes WHERE tracking_number = ?)"
)


def find(db: sqlite3.Connection, name: str) -> list[tuple[int, str]]:
    """(order_id, `CHANNEL/NUMBER`) of every order that `name` may mean, the surest kind of name first.

    A name is a shipment's reference, its first part, CHANNEL/NUMBER, a channel's order id, a number, or the tracking
    number that a package has or had.
    """
    channel, _, number = name.partition("/")
    for query, values in (
        ("order_id IN (SELECT order_id FROM shipments WHERE reference = upper(?))", (name,)),
        ("stem = upper(?)", (name,)),
        ("channel = ? AND (number = ? OR channel_order_id = ?)", (channel, number, number)),
        ("channel_order_id = ? OR number = ?", (name, name)),
        (f"order_id IN (SELECT order_id FROM shipments JOIN packages USING (shipment_id) {_CALLED})", (name, name)),
    ):
        rows = db.execute(
            f"SELECT order_id, channel || '/' || number FROM orders WHERE {query} ORDER BY order_id LIMIT 9",
            values,
        ).fetchall()
        if rows:
            return rows
    return []


def summary(db: sqlite3.Connection, order_id: int) -> dict[str, Any]:
    """How one order stands, in a line: what a command that changed it answers."""
    stem, state = db.execute("SELECT stem, state FROM orders WHERE order_id = ?", (order_id,)).fetchone()
    return {
        "order": stem,
        "state": state,
        "holds": [hold["reason"] for hold in _holds(db, order_id)],
        "shipments": [
            {"reference": shipment["reference"], "location": shipment["location"], "state": shipment["state"]}
            for shipment in _shipments(db, order_id)
        ],
        "backorders": _backorders(db, order_id),
    }


def one(db: sqlite3.Connection, order_id: int) -> dict[str, Any]:
    """One order in the shape of `orders show --json`."""
    document, stem, state, address, checks, tags, assigned = db.execute(
        "SELECT document, stem, state, address, checks, tags, assigned FROM orders"
        " JOIN order_documents USING (order_id) WHERE order_id = ?",
        (order_id,),
    ).fetchone()
    row = order_to_full_json(order_documents.read(document))
    counters = _counters(db, order_id)
    for line in row["lines"]:
        line["counters"] = counters.pop(line["id"], None)
    row["tags"] = list(dict.fromkeys((*row["tags"], *json.loads(tags))))
    row |= {
        "order": stem,
        "state": state,
        "assigned": assigned,
        "checks": {"address": address, **_checks(checks)},
        "holds": _holds(db, order_id),
        "shipments": _shipments(db, order_id),
        "backorders": _backorders(db, order_id),
        "exceptions": exceptions.of_order(db, order_id),
        "history": events.of_order(db, order_id),
    }
    return row


def _checks(text: str) -> dict[str, Any]:
    stated = json.loads(text)
    return {
        "address_problems": stated.get("address", []),
        "address_hints": stated.get("hints", []),
        "codes": stated.get("codes", []),
    }


_COUNTERS = (
    *("ordered", "open", "planned", "backordered", "dispatched", "shipped", "cancelled", "returned", "overshipped"),
)


def _counters(db: sqlite3.Connection, order_id: int) -> dict[str, dict[str, int]]:
    rows = db.execute(
        f"SELECT channel_line_id, {', '.join(_COUNTERS)} FROM order_lines WHERE order_id = ?",
        (order_id,),
    )
    return {name: dict(zip(_COUNTERS, counters, strict=True)) for name, *counters in rows}


def _holds(db: sqlite3.Connection, order_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT reason, rule, actor, note, placed_at, release_at FROM holds WHERE order_id = ? AND ended_at IS NULL"
        " ORDER BY hold_id",
        (order_id,),
    )
    names = ("reason", "rule", "placed_by", "note", "placed_at", "release_at")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _shipments(db: sqlite3.Connection, order_id: int) -> list[dict[str, Any]]:
    heads = db.execute(
        "SELECT shipment_id, reference, s.location, carrier, service, s.state, options, b.document, s.reason,"
        " o.currency FROM shipments s JOIN orders o USING (order_id) LEFT JOIN batches b USING (batch_id)"
        " WHERE s.order_id = ? ORDER BY part",
        (order_id,),
    ).fetchall()
    return [
        {
            "reference": reference,
            "location": location,
            "carrier": carrier,
            "service": service,
            "state": state,
            "reason": reason,
            "options": _options(options, currency),
            "batch": document,
            "lines": _lines(db, shipment_id),
            "packages": _packages(db, shipment_id),
        }
        for shipment_id, reference, location, carrier, service, state, options, document, reason, currency in heads
    ]


def _options(stated: str, currency: str) -> dict[str, Any]:
    """What a shipment is to be sent with; amounts as decimal text in the order's currency."""
    options: dict[str, Any] = json.loads(stated)
    if "insure_minor" in options:
        options["insure"] = money.to_text(options.pop("insure_minor"), currency)
    return options


def _lines(db: sqlite3.Connection, shipment_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT s.parts, l.channel_line_id, s.sku, s.quantity, s.packed, s.short FROM shipment_lines s"
        " JOIN order_lines l USING (line_id) WHERE s.shipment_id = ? ORDER BY l.position",
        (shipment_id,),
    )
    names = ("id", "sku", "quantity", "packed", "short")
    return [dict(zip(names, row, strict=True)) | {"parts": json.loads(parts or "{}")} for parts, *row in rows]


#: Whether a channel has taken everything it was told of a package since its label was changed last.
_TOLD_CHANNEL = (
    "coalesce((SELECT min(e.state = 'accepted') FROM effects e WHERE e.kind = 'tracking'"
    " AND e.subject_id = p.package_id AND e.effect_id >= coalesce((SELECT max(c.effect_id) FROM effects c"
    " WHERE c.kind = 'tracking' AND c.subject_id = p.package_id AND c.payload ->> 'replaces' IS NOT NULL), 0)), 0)"
)


def _packages(db: sqlite3.Connection, shipment_id: int) -> list[dict[str, Any]]:
    heads = db.execute(
        f"SELECT p.package_id, p.carrier, p.service, p.tracking_number, p.shipped_at, p.status, {_TOLD_CHANNEL}"
        " FROM packages p WHERE p.shipment_id = ? ORDER BY p.package_id",
        (shipment_id,),
    ).fetchall()
    found = []
    for package_id, carrier, service, number, shipped_at, status, pushed in heads:
        lines = db.execute(
            "SELECT l.channel_line_id, p.sku, p.quantity FROM package_lines p JOIN order_lines l USING (line_id)"
            " WHERE p.package_id = ? ORDER BY l.position",
            (package_id,),
        )
        found.append(
            {
                "carrier": carrier,
                "service": service,
                "tracking_number": number,
                "shipped_at": shipped_at,
                "status": status,
                "told_channel": bool(pushed),
                "lines": [dict(zip(("id", "sku", "quantity"), line, strict=True)) for line in lines],
                "before": package_changes.of_package(db, package_id),
            }
        )
    return found


def _backorders(db: sqlite3.Connection, order_id: int) -> list[dict[str, Any]]:
    rows = db.execute(
        "SELECT sku, backordered, expected_at, backordered_at FROM order_lines WHERE order_id = ? AND backordered > 0"
        " ORDER BY position",
        (order_id,),
    )
    return [dict(zip(("sku", "quantity", "expected_at", "since"), row, strict=True)) for row in rows]
