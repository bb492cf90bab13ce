"""Parcels: recorded with their lines, taken off the stock they were reserved from, and told to their channels."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from orderctl.core.answers import Answer, Asked, AskedLine, NewPackage
from orderctl.core.digests import digest, key
from orderctl.core.stamp import Stamp
from orderctl.core.stock import StockMove
from orderctl.store import (
    effects,
    events,
    exceptions,
    orders,
    package_changes,
    reservations,
    search,
    shipments,
    stock,
    tracking,
)
from orderctl.store.exceptions import Trouble
from orderctl.store.reservations import Counted


def asked(db: sqlite3.Connection, references: Iterable[str]) -> dict[str, Asked]:
    """Reference -> the shipment as it stands, of those that exist."""
    wanted = json.dumps(sorted(set(references)))
    heads = db.execute(
        "SELECT shipment_id, order_id, reference, location, state, options FROM shipments"
        " WHERE reference IN (SELECT value FROM json_each(?))",
        (wanted,),
    ).fetchall()
    ids = json.dumps([head[0] for head in heads])
    lines: dict[int, list[AskedLine]] = {}
    for shipment_id, *line, parts in db.execute(
        "SELECT s.shipment_id, s.line_id, l.channel_line_id, s.sku, s.quantity, s.packed, s.short, s.parts"
        " FROM shipment_lines s JOIN order_lines l USING (line_id)"
        " WHERE s.shipment_id IN (SELECT value FROM json_each(?)) ORDER BY s.shipment_id, l.position",
        (ids,),
    ):
        asked_line = AskedLine(*line)
        known = replace(asked_line, parts=json.loads(parts)) if parts else asked_line
        lines.setdefault(shipment_id, []).append(known)
    parcels: dict[int, dict[str, dict[int, int]]] = {}
    arrived: dict[int, set[str]] = {}
    for shipment_id, number, status, line_id, quantity in db.execute(
        "SELECT p.shipment_id, p.tracking_number, p.status, l.line_id, l.quantity FROM packages p"
        " LEFT JOIN package_lines l USING (package_id) WHERE p.shipment_id IN (SELECT value FROM json_each(?))",
        (ids,),
    ):
        parcel = parcels.setdefault(shipment_id, {}).setdefault(number, {})
        if line_id is not None:
            parcel[line_id] = quantity
        if status == "delivered":
            arrived.setdefault(shipment_id, set()).add(number)
    labels = package_changes.known(db, ids)
    return {
        reference: Asked(
            shipment_id,
            order_id,
            reference,
            location,
            state,
            lines=tuple(lines.get(shipment_id, ())),
            packages=parcels.get(shipment_id, {}),
            added=frozenset(json.loads(options).get("add_items", ())) if options != "{}" else frozenset(),
            labels=labels.get(shipment_id, {}),
            delivered=frozenset(arrived.get(shipment_id, ())),
        )
        for shipment_id, order_id, reference, location, state, options in heads
    }


def apply(db: sqlite3.Connection, stamp: Stamp, answers: Sequence[tuple[Asked, Answer]], counted: Counted) -> None:
    """Write down what locations answered, inside the caller's transaction."""
    touched: list[int] = []
    for shipment, answer in answers:
        touched.append(shipment.order_id)
        package_changes.apply(db, stamp, shipment, answer.changes)
        for package in answer.packages.values():
            package_id = _record(db, stamp, shipment, package, counted)
            effects.add_tracking(db, stamp, package_id, package.lines)
        _mark_short(db, stamp, shipment, answer.short)
        if answer.state in {"rejected", "cancelled"} and answer.state != shipment.state:
            shipments.move(db, stamp, [shipment.shipment_id], answer.state, answer.reason)
        elif answer.state != shipment.state:
            _advance(db, stamp, shipment, answer, counted)
        tracking.arrived(db, stamp, shipment, answer.delivered)
        if answer.acknowledged:
            _note_time(db, stamp, shipment, "acknowledged_at")
        exceptions.raise_all(
            db,
            stamp,
            [
                Trouble(problem.code, shipment.reference, problem.message, shipment.order_id)
                for problem in answer.problems
            ],
        )
    shipments.settle_called_back(db, stamp, touched)
    orders.refresh(db, stamp, touched)
    arrived = [shipment.order_id for shipment, answer in answers if answer.state == "delivered" != shipment.state]
    tracking.note_delivered(db, stamp, arrived)
    search.add_packages(db, _numbers(answers))


def _numbers(answers: Sequence[tuple[Asked, Answer]]) -> Iterator[tuple[int, str]]:
    """(order id, tracking number) of what these answers say that packages are or were called."""
    for shipment, answer in answers:
        for package in answer.packages.values():
            numbers = (package.tracking_number, *(label.tracking_number for label in package.before))
            yield from ((shipment.order_id, number) for number in numbers)
        for change in answer.changes.values():
            yield shipment.order_id, change.label.tracking_number


def _advance(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, answer: Answer, counted: Counted) -> None:
    if answer.state == "acknowledged":
        shipments.move(db, stamp, [shipment.shipment_id], "acknowledged")
        return
    # A gift that went along with a line of which some units were short is not counted by those units.
    reservations.take_all(db, stamp, [shipment.shipment_id], counted)
    for state in ("shipped", "delivered"):
        if state == shipment.state:
            continue
        db.execute("UPDATE shipments SET state = ? WHERE shipment_id = ?", (state, shipment.shipment_id))
        _note_time(db, stamp, shipment, f"{state}_at")
        told = f"{shipment.reference} at {shipment.location}"
        events.add(db, stamp, [(shipment.order_id, f"shipment {state}", told)])
        if state == answer.state:
            break


def _note_time(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, column: str) -> None:
    """When it first happened to the shipment. An order is acknowledged by its first one."""
    values = (stamp.at, shipment.shipment_id)
    db.execute(f"UPDATE shipments SET {column} = coalesce({column}, ?) WHERE shipment_id = ?", values)
    values = (stamp.at, shipment.order_id)
    if column == "acknowledged_at":
        db.execute("UPDATE orders SET acknowledged_at = coalesce(acknowledged_at, ?) WHERE order_id = ?", values)


def _record(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, package: NewPackage, counted: Counted) -> int:
    shipped_at = package.shipped_at or stamp.at
    package_id: int = db.execute(
        "INSERT INTO packages (shipment_id, tracking_number, carrier, service, shipped_at, recorded_at, status)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (shipment_id, tracking_number) DO UPDATE SET recorded_at = recorded_at RETURNING package_id",
        (
            *(shipment.shipment_id, package.tracking_number, package.carrier, package.service),
            *(shipped_at, stamp.at, "voided" if package.voided else "shipped"),
        ),
    ).fetchone()[0]
    package_changes.keep(db, stamp, package_id, package.before)
    for line_id, units in package.lines.items():
        total = units.quantity + units.overshipped
        line = next(line for line in shipment.lines if line.line_id == line_id)
        db.execute(
            "INSERT INTO package_lines (package_id, line_id, sku, quantity, overshipped) VALUES (?, ?, ?, ?, ?)",
            (package_id, line_id, line.sku, total, units.overshipped),
        )
        if units.quantity:
            _pack(db, stamp, shipment, line_id, units.quantity, package.tracking_number, counted)
        if units.overshipped:
            _overship(db, stamp, shipment, line, units.overshipped, package.tracking_number, counted)
    number = package.tracking_number or "without tracking number"
    events.add(db, stamp, [(shipment.order_id, "package", f"{shipment.reference}: {package.carrier} {number}".strip())])
    return package_id


def _pack(
    db: sqlite3.Connection, stamp: Stamp, shipment: Asked, line_id: int, units: int, number: str, counted: Counted
) -> None:
    asked_units, left = db.execute(
        "UPDATE shipment_lines SET packed = packed + ? WHERE shipment_id = ? AND line_id = ?"
        " RETURNING quantity, quantity - packed - short",
        (units, shipment.shipment_id, line_id),
    ).fetchone()
    db.execute(
        "UPDATE order_lines SET dispatched = dispatched - :units, shipped = shipped + :units,"
        " called_back = min(called_back, planned + dispatched - :units) WHERE line_id = :line",
        {"units": units, "line": line_id},
    )
    rows = db.execute(
        "SELECT reservation_id, location, sku, quantity, quantity - shipped - released FROM reservations"
        " WHERE shipment_id = ? AND line_id = ? AND shipped + released < quantity",
        (shipment.shipment_id, line_id),
    ).fetchall()
    # The last units of a line take all that is reserved for it: an added gift is not a multiple of the line's units.
    taken = [
        (row[0], row[1], row[2], row[4] if left == 0 else min(row[4], units * row[3] // asked_units)) for row in rows
    ]
    reservations.take(db, stamp, [(*row, shipment.reference, number) for row in taken if row[3]], counted)


def _overship(
    db: sqlite3.Connection,
    stamp: Stamp,
    shipment: Asked,
    line: AskedLine,
    units: int,
    number: str,
    counted: Counted,
) -> None:
    """Units beyond the order left the house: counted apart, and off the stock; of a kit, its parts are."""
    db.execute("UPDATE order_lines SET overshipped = overshipped + ? WHERE line_id = ?", (units, line.line_id))
    if shipment.location not in counted:
        return
    parts = db.execute(
        "SELECT sku, quantity / ? FROM reservations WHERE shipment_id = ? AND line_id = ? AND quantity >= ?",
        (line.quantity, shipment.shipment_id, line.line_id, line.quantity),
    ).fetchall()
    moves = [
        StockMove(
            location=shipment.location,
            sku=sku,
            delta=-units * each,
            reason="shipped",
            cause=f"shipment:{shipment.reference}",
            key=key("overshipped", shipment.reference, number, str(line.line_id), sku),
            actor=stamp.actor,
            moved_at=stamp.at,
        )
        for sku, each in parts or [(line.sku, 1)]
    ]
    stock.post(db, moves)


def _mark_short(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, short: Mapping[int, int]) -> None:
    """Units that the location cannot ship go back to be routed elsewhere, and their promise is released."""
    for line_id, units in short.items():
        asked_units = next(line.quantity for line in shipment.lines if line.line_id == line_id)
        db.execute(
            "UPDATE shipment_lines SET short = short + ? WHERE shipment_id = ? AND line_id = ?",
            (units, shipment.shipment_id, line_id),
        )
        shipments.give_back(db, line_id, "dispatched", units)
        db.execute(
            "UPDATE reservations SET released = min(quantity - shipped, released + ? * quantity / ?)"
            " WHERE shipment_id = ? AND line_id = ?",
            (units, asked_units, shipment.shipment_id, line_id),
        )
    if short:
        orders.make_due(db, [shipment.order_id], stamp.at)


def keep_unmatched(
    db: sqlite3.Connection, stamp: Stamp, location: str, reference: str, answer: str, where: str
) -> bool:
    """An answer about something unknown is kept until it is known; True when it is new."""
    return (
        db.execute(
            "INSERT INTO unmatched_answers (key, location, reference, answer, source, received_at)"
            " VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT (key) DO NOTHING",
            (digest(f"{location}\x1f{answer}"), location, reference, answer, where, stamp.at),
        ).rowcount
        > 0
    )


def matchable(db: sqlite3.Connection) -> list[tuple[int, str, str]]:
    """Kept answers whose shipment is known by now: (answer_id, location, answer).

    Whoever answers about a shipment that may have been handed over has it.
    """
    return db.execute(
        "SELECT u.answer_id, u.location, u.answer FROM unmatched_answers u INDEXED BY unmatched_answers_open"
        " JOIN shipments s USING (reference)"
        " WHERE u.matched_at IS NULL AND s.location = u.location AND s.state NOT IN ('planned', 'sending')"
        " ORDER BY u.answer_id"
    ).fetchall()


def matched(db: sqlite3.Connection, stamp: Stamp, answer_ids: Iterable[int]) -> None:
    """These kept answers have been applied."""
    db.executemany(
        "UPDATE unmatched_answers SET matched_at = ? WHERE answer_id = ?",
        [(stamp.at, answer_id) for answer_id in answer_ids],
    )
