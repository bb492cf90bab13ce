"""A store on disk, and the steps of an order's way in one call each."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orderctl.core import answers, times
from orderctl.core.addresses import verdict
from orderctl.core.checks import Checks
from orderctl.core.confirmations import Confirmation
from orderctl.core.digests import digest
from orderctl.core.effects import Batch, Document, Receipt
from orderctl.core.order_document import document_of
from orderctl.core.orders import Line, Order
from orderctl.core.plans import Plan, PlannedLine, PlannedShipment
from orderctl.core.stamp import Stamp
from orderctl.core.stock import StockMove
from orderctl.store import (
    batches,
    care,
    connection,
    decisions,
    exceptions,
    handoffs,
    orders,
    packages,
    revisions,
    stock,
    waiting,
)
from orderctl.store.batches import Due
from orderctl.store.orders import ReadOrder
from orderctl.store.plans import Decided
from orderctl.store.transactions import transaction
from tests.builders import NOW, a_line, an_order

NOW_STAMP = Stamp(NOW, pass_id=1)
LIVE = "2026-11-01T00:00:00Z"
COUNTED = frozenset(("east", "west"))


def a_store(folder: Path) -> sqlite3.Connection:
    """An empty store; flushing it would only cost time here."""
    db = connection.open_for_writing(folder / "orderctl.db")
    db.execute("PRAGMA synchronous = OFF")
    return db


def stamp(minutes: int = 0, actor: str = "orderctl") -> Stamp:
    """So many minutes after now, in a pass of its own."""
    return Stamp(times.later(NOW, 60 * minutes), actor, 1 + minutes)


def looked_at(order: Order) -> Checks:
    return Checks(address=verdict(order.ship_to) if order.ship_to else "ok")


def as_read(order: Order) -> ReadOrder:
    raw = document_of(order).encode()
    return ReadOrder(order, raw, digest(raw)[:32], looked_at(order))


def save(db: sqlite3.Connection, *some: Order, short: str = "WEB", live_from: str = LIVE) -> list[int]:
    """New orders; their rows."""
    with transaction(db, "save"):
        orders.add(db, NOW_STAMP, [as_read(order) for order in some], short=short, live_from=live_from)
    found = [orders.id_of(db, order.channel, order.channel_order_id) for order in some]
    return [order_id for order_id in found if order_id is not None]


def from_location(location: str = "east", **units: int) -> PlannedShipment:
    """A shipment of lines that are called as their SKU in small letters."""
    lines = tuple(PlannedLine(name, name.upper(), quantity) for name, quantity in units.items())
    return PlannedShipment(location, lines)


def decide(db: sqlite3.Connection, order_id: int, plan: Plan, at: Stamp = NOW_STAMP, **changes: Any) -> None:
    """Apply `plan` to one order."""
    (one,) = waiting.load(db, [order_id])
    with transaction(db, "decide"):
        basis = decisions.basis(db, at, 1, ("rules", "text"), "places")
        decided = Decided(one, plan, b"record", **({"applied": True} | changes))
        decisions.apply(db, at, basis, [decided])


def ship_from(db: sqlite3.Connection, order_id: int, *shipments: PlannedShipment, at: Stamp = NOW_STAMP) -> None:
    decide(db, order_id, Plan(shipments=shipments), at)


def hand_over(
    db: sqlite3.Connection, location: str = "east", outcome: str = "accepted", at: Stamp = NOW_STAMP, **changes: Any
) -> str:
    """One batch of what is due at `location`, with that receipt; the name of its document."""
    due = batches.due(db, location, Due(at.at))
    number = batches.next_number(db, location)
    batch = Batch(location, number, at.at, at.at[:10], batches.gather(db, due))
    document = Document(f"{location}-{number}.csv", b"rows", rows=len(due), units=len(due))
    with transaction(db, "sending"):
        handoffs.begin(db, at, batch, document, due)
    if outcome != "killed":
        settle(db, location, document.name, outcome, at, **changes)
    return document.name


def settle(
    db: sqlite3.Connection, location: str, document: str, outcome: str, at: Stamp = NOW_STAMP, *, final: bool = False
) -> None:
    with transaction(db, "receipt"):
        receipt = Receipt(outcome, message="so it was")
        handoffs.settle(db, at, location, document, receipt, final=final, counted=COUNTED)


def answer(db: sqlite3.Connection, *rows: Confirmation, at: Stamp = NOW_STAMP) -> None:
    """What a location says of one shipment."""
    shipment = packages.asked(db, [rows[0].reference])[rows[0].reference]
    with transaction(db, "answer"):
        packages.apply(db, at, [(shipment, answers.read(shipment, rows))], COUNTED)


def shipped(reference: str = "WEB-1042-1", quantity: int | None = None, **changes: Any) -> Confirmation:
    fields = {"carrier": "UPS", "tracking_number": "1Z1"} | changes
    return Confirmation("shipped", reference, quantity=quantity, **fields)


def put_stock(db: sqlite3.Connection, location: str = "east", at: Stamp = NOW_STAMP, **units: int) -> None:
    with transaction(db, "stock"):
        moves = [
            StockMove(location, sku.upper(), delta, "received", "test", f"{location} {sku} {at.at}", "maria", at.at)
            for sku, delta in units.items()
        ]
        stock.post(db, moves)


def revise(db: sqlite3.Connection, order_id: int, *lines: Line, minutes: int = 1, **changes: Any) -> None:
    """A new version of three mugs and a tee comes from the channel; without lines they stay as they were."""
    new = an_order(*(lines or (a_line("MUG", 3), a_line("TEE"))), updated_at=stamp(minutes).at, **changes)
    with transaction(db, "revise"):
        revisions.revise(db, stamp(minutes), order_id, as_read(new), looked_at)


def counters(db: sqlite3.Connection, order_id: int) -> dict[str, dict[str, int]]:
    """Line -> its counters that are not zero."""
    names = (
        "ordered",
        "open",
        "planned",
        "backordered",
        "dispatched",
        "shipped",
        "cancelled",
        "overshipped",
        "called_back",
    )
    found = db.execute(
        f"SELECT channel_line_id, {', '.join(names)} FROM order_lines WHERE order_id = ? ORDER BY position",  # noqa: S608
        (order_id,),
    )
    return {line: {name: units for name, units in zip(names, values, strict=True) if units} for line, *values in found}


def shipments_of(db: sqlite3.Connection, order_id: int) -> dict[str, str]:
    """Reference -> state."""
    rows = db.execute("SELECT reference, state FROM shipments WHERE order_id = ? ORDER BY part", (order_id,))
    return dict(rows.fetchall())


def state(db: sqlite3.Connection, order_id: int) -> str:
    return str(db.execute("SELECT state FROM orders WHERE order_id = ?", (order_id,)).fetchone()[0])


def troubles(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """Code and subject of every open exception."""
    return [(one["code"], one["subject"]) for one in reversed(exceptions.find(db))]


def levels(db: sqlite3.Connection, sku: str = "MUG") -> dict[str, tuple[int, int]]:
    """Location -> on hand and reserved."""
    return {row["location"]: (row["on_hand"], row["reserved"]) for row in stock.levels(db, sku)}


def kinds_of_events(db: sqlite3.Connection, order_id: int) -> list[str]:
    rows = db.execute("SELECT kind FROM events WHERE order_id = ? ORDER BY event_id", (order_id,))
    return [row[0] for row in rows]


def assert_sound(db: sqlite3.Connection) -> None:
    assert {} == {name: wrong for name, wrong in care.check(db) if wrong}


def rows(db: sqlite3.Connection, query: str, values: Sequence[Any] = ()) -> list[tuple[Any, ...]]:
    return db.execute(query, values).fetchall()
