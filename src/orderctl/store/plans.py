"""Plans made true: their shipments with lines, what these reserve, and where the order's units stand then.

Nearly every plan sends a new order away and does nothing else (`only_ships`). What that means for the order and its
lines is written here as well, in one go; of all other plans `decisions` sees to the rest.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from operator import attrgetter

from orderctl.core.digests import canonical
from orderctl.core.orders import PRIORITIES
from orderctl.core.plans import Plan
from orderctl.core.stamp import Stamp
from orderctl.store import events
from orderctl.store.waiting import WaitingOrder


@dataclass(frozen=True, slots=True)
class Decided:
    """One order with its plan. `record` is what `explain` replays, as text.

    `cancel_pushed` says whether its channel takes cancellations from us; `parts` what one unit of a line's SKU takes
    from stock where that is not itself.
    """

    waiting: WaitingOrder
    plan: Plan
    record: bytes
    applied: bool
    cancel_pushed: bool = False
    parts: Mapping[str, Mapping[str, int]] = field(default_factory=dict)


@dataclass(slots=True)
class _Rows:
    """Rows of several tables, in the order of their columns below."""

    shipments: list[tuple[object, ...]] = field(default_factory=list)
    lines: list[tuple[int, int, str, int]] = field(default_factory=list)
    kits: list[int] = field(default_factory=list)  # shipments that reserve something else than their lines
    promised: list[tuple[int, int, str, int, str]] = field(default_factory=list)
    parts: list[tuple[str, int, int]] = field(default_factory=list)
    sent_lines: list[tuple[int, int, int]] = field(default_factory=list)
    sent: list[tuple[int, str, int]] = field(default_factory=list)
    events: list[tuple[int, str, str]] = field(default_factory=list)


_more_of = attrgetter(
    *("holds", "rejected", "track_only", "backorders", "cancelled", "problems", "tags", "notes", "assigned"),
    *("priority", "events"),
)
_NO_MORE = _more_of(Plan())


def only_ships(one: Decided) -> bool:
    """Whether all that the plan does is to send a new order away, some or all of it."""
    waiting = one.waiting
    return (
        one.applied
        and waiting.state == "new"
        and bool(one.plan.shipments)
        and not (waiting.decisions or waiting.holds or waiting.given)
        and _more_of(one.plan) == _NO_MORE
    )


def ship(db: sqlite3.Connection, stamp: Stamp, plans: Iterable[tuple[int, Decided, bool]]) -> None:
    """Write down the shipments of `plans`: the decision's row, the decided order, and whether it `only_ships`."""
    first = next_id = db.execute("SELECT coalesce(max(shipment_id), 0) + 1 FROM shipments").fetchone()[0]
    rows = _Rows()
    for decision_id, one, plain in plans:
        _add(rows, stamp, next_id, decision_id, one, plain=plain)
        next_id += len(one.plan.shipments)
    db.executemany(
        "INSERT INTO shipments (shipment_id, order_id, part, reference, decision_id, location, carrier, service, state,"
        " priority, not_before, options, cost_minor, planned_at)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, 'planned', ?, ?, ?, ?, ?)",
        rows.shipments,
    )
    db.executemany("INSERT INTO shipment_lines (shipment_id, line_id, sku, quantity) VALUES (?, ?, ?, ?)", rows.lines)
    db.executemany("UPDATE shipment_lines SET parts = ? WHERE shipment_id = ? AND line_id = ?", rows.parts)
    _reserve(db, first, rows)
    _send(db, rows)
    events.add(db, stamp, rows.events)


def _add(rows: _Rows, stamp: Stamp, shipment_id: int, decision_id: int, one: Decided, *, plain: bool) -> None:
    waiting, shipments = one.waiting, one.plan.shipments
    order_id, ours, part = waiting.order_id, waiting.lines, waiting.parts
    for shipment in shipments:
        part += 1
        location, reference = shipment.location, f"{waiting.stem}-{part}"
        carrier, _, service = shipment.service.partition(":")
        options = json.dumps(shipment.options, ensure_ascii=False, sort_keys=True) if shipment.options else "{}"
        priority = PRIORITIES.index(shipment.priority)
        rows.shipments.append(
            (
                *(shipment_id, order_id, part, reference, decision_id, location, carrier, service),
                *(priority, shipment.not_before, options, shipment.cost_minor, stamp.at),
            )
        )
        lines = [(shipment_id, ours[line.line_id].line_id, line.sku, line.quantity) for line in shipment.lines]
        rows.lines += lines
        if plain:
            rows.sent_lines += [(units, units, line_id) for _, line_id, _, units in lines]
        if shipment.components is not None:
            rows.kits.append(shipment_id)
            rows.promised += [
                (shipment_id, ours[line.line_id].line_id, line.sku, line.quantity, location)
                for line in shipment.components
            ]
            rows.parts += [
                (canonical(one.parts[sku]), shipment_id, line_id) for _, line_id, sku, _ in lines if sku in one.parts
            ]
        contents = ", ".join([f"{units} x {sku}" for _, _, sku, units in lines])
        rows.events.append((order_id, "planned", f"{reference}: {contents} from {location}"))
        shipment_id += 1
    if plain:
        rows.sent.append((len(shipments), stamp.at, order_id))
        rows.events.append((order_id, "state", "new -> routed"))


def _reserve(db: sqlite3.Connection, first: int, rows: _Rows) -> None:
    """Promise what the shipments from `first` on take. One statement for many: each costs more than its row."""
    db.execute(
        "INSERT INTO reservations (shipment_id, line_id, sku, quantity, location)"
        " SELECT shipment_id, l.line_id, l.sku, l.quantity, s.location FROM shipments s JOIN shipment_lines l"
        " USING (shipment_id) WHERE shipment_id >= ? AND shipment_id NOT IN (SELECT value FROM json_each(?))"
        " ORDER BY shipment_id, l.line_id",
        (first, json.dumps(rows.kits)),
    )
    db.executemany(
        "INSERT INTO reservations (shipment_id, line_id, sku, quantity, location) VALUES (?, ?, ?, ?, ?)", rows.promised
    )


def _send(db: sqlite3.Connection, rows: _Rows) -> None:
    """New orders are on their way: their state is what `orders.refresh` would find."""
    db.executemany("UPDATE order_lines SET open = open - ?, planned = planned + ? WHERE line_id = ?", rows.sent_lines)
    db.executemany(
        "UPDATE orders SET state = 'routed', due_at = NULL, decisions = decisions + 1, parts = parts + ?,"
        " routed_at = coalesce(routed_at, ?) WHERE order_id = ?",
        rows.sent,
    )
