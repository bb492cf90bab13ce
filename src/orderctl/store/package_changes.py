"""Corrections of packages: the old label is kept, the package gets the new one, and its channel is told anew.

Contents, counters and stock stay as they are: it is the same parcel.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping
from typing import Any

from orderctl.core.answers import Asked
from orderctl.core.labels import Change, Known, Label
from orderctl.core.stamp import Stamp
from orderctl.store import effects, events, exceptions

#: When it was shipped is the moment it was recorded, where nobody said when.
_STATED = "iif(p.shipped_at = p.recorded_at, '', p.shipped_at)"


def known(db: sqlite3.Connection, shipment_ids: str) -> dict[int, dict[str, Known]]:
    """Shipment -> tracking number -> what stands on the package, of these shipments (a JSON list of ids)."""
    some = "p.shipment_id IN (SELECT value FROM json_each(?))"
    before: dict[int, list[Label]] = {}
    for package_id, *label in db.execute(
        "SELECT c.package_id, c.tracking_number, c.carrier, c.service, c.shipped_at FROM packages p"
        f" JOIN package_changes c USING (package_id) WHERE {some} ORDER BY c.change_id",
        (shipment_ids,),
    ):
        before.setdefault(package_id, []).append(Label(*label))
    found: dict[int, dict[str, Known]] = {}
    for shipment_id, package_id, status, *label in db.execute(
        f"SELECT p.shipment_id, p.package_id, p.status, p.tracking_number, p.carrier, p.service, {_STATED}"
        f" FROM packages p WHERE {some}",
        (shipment_ids,),
    ):
        stands = Known(Label(*label), tuple(before.get(package_id, ())), status == "voided")
        found.setdefault(shipment_id, {})[stands.label.tracking_number] = stands
    return found


def apply(db: sqlite3.Connection, stamp: Stamp, shipment: Asked, changes: Mapping[str, Change]) -> None:
    """Write down `changes` of packages of `shipment`, by the number each was known under."""
    for number, change in changes.items():
        package_id, status, *words = db.execute(
            "SELECT package_id, status, tracking_number, carrier, service FROM packages"
            " WHERE shipment_id = ? AND tracking_number = ?",
            (shipment.shipment_id, number),
        ).fetchone()
        _absorb(db, shipment, change.absorbed)
        keep(db, stamp, package_id, change.before)
        label = change.label
        db.execute(
            "UPDATE packages SET tracking_number = ?, carrier = ?, service = ?,"
            " shipped_at = coalesce(nullif(?, ''), shipped_at),"
            " status = CASE WHEN ? THEN 'voided' WHEN status = 'voided' THEN 'shipped' ELSE status END"
            " WHERE package_id = ?",
            (label.tracking_number, label.carrier, label.service, label.shipped_at, change.voided, package_id),
        )
        if change.voided and status != "voided":
            events.add(
                db, stamp, [(shipment.order_id, "package voided", f"{shipment.reference}: {_said(words[1], number)}")]
            )
        elif [label.tracking_number, label.carrier, label.service] != words:
            told = (
                f"{shipment.reference}: {_said(words[1], number)} is now {_said(label.carrier, label.tracking_number)}"
            )
            events.add(db, stamp, [(shipment.order_id, "package changed", told)])
            effects.tell_anew(db, stamp, package_id)
    if (
        changes
        and not db.execute(
            "SELECT 1 FROM packages WHERE shipment_id = ? AND status = 'voided'", (shipment.shipment_id,)
        ).fetchone()
    ):
        exceptions.settle(db, stamp, "label_voided", shipment.reference)


def keep(db: sqlite3.Connection, stamp: Stamp, package_id: int, before: Iterable[Label]) -> None:
    """What the label of a package said until now, oldest first."""
    db.executemany(
        "INSERT INTO package_changes (package_id, tracking_number, carrier, service, shipped_at, changed_at, actor)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        [
            (package_id, one.tracking_number, one.carrier, one.service, one.shipped_at, stamp.at, stamp.actor)
            for one in before
        ],
    )


def of_package(db: sqlite3.Connection, package_id: int) -> list[dict[str, Any]]:
    """What the label of a package said before, oldest first, and until when."""
    names = ("tracking_number", "carrier", "service", "shipped_at", "until", "changed_by")
    rows = db.execute(
        "SELECT tracking_number, carrier, service, shipped_at, changed_at, actor FROM package_changes"
        " WHERE package_id = ? ORDER BY change_id",
        (package_id,),
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def _absorb(db: sqlite3.Connection, shipment: Asked, numbers: Iterable[str]) -> None:
    """Packages that were a number and nothing else: the number is another one's."""
    db.executemany(
        "DELETE FROM packages WHERE shipment_id = ? AND tracking_number = ?"
        " AND package_id NOT IN (SELECT package_id FROM package_lines)",
        [(shipment.shipment_id, number) for number in numbers],
    )


def _said(carrier: str, number: str) -> str:
    return f"{carrier} {number or 'without tracking number'}".strip()
