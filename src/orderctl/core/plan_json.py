"""A plan as JSON, both ways, and as the one text by which two plans are compared byte for byte.

Writing leaves defaults out; lists stand in the plan's own order, so the same plan gives the same text for ever.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from orderctl.core.digests import canonical
from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment, Problem


def _fields(kind: type, *apart: str) -> tuple[tuple[str, Any], ...]:
    """Name and default of every field that is written as it stands."""
    return tuple(
        (field.name, None if field.default is dataclasses.MISSING else field.default)
        for field in dataclasses.fields(kind)
        if field.name not in apart
    )


_PARTS: dict[str, type[Hold | Backorder | PlannedLine | Problem]] = {
    "holds": Hold,
    "backorders": Backorder,
    "cancelled": PlannedLine,
    "problems": Problem,
}
_PLAN = _fields(Plan, *_PARTS, "shipments")
_SHIPMENT = _fields(PlannedShipment, "lines", "components", "options")
_FIELDS: dict[type, tuple[tuple[str, Any], ...]] = {
    kind: _fields(kind) for kind in (Hold, Backorder, PlannedLine, Problem)
}


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """`plan` as plain JSON values; what has its default is left out."""
    row = _row(plan, _PLAN)
    for name, kind in _PARTS.items():
        parts = getattr(plan, name)
        if parts:
            row[name] = [_row(part, _FIELDS[kind]) for part in parts]
    if plan.shipments:
        row["shipments"] = [_shipment_row(shipment) for shipment in plan.shipments]
    return row


def plan_text(plan: Plan) -> str:
    """`plan` as canonical JSON; two plans are the same when their texts are the same, byte for byte."""
    return canonical(plan_to_json(plan))


def plan_from_json(row: Mapping[str, Any]) -> Plan:
    """The plan that `plan_to_json` wrote."""
    values = {name: _tupled(value) for name, value in row.items() if name not in _PARTS and name != "shipments"}
    for name, kind in _PARTS.items():
        if name in row:
            values[name] = tuple(kind(**part) for part in row[name])
    values["shipments"] = tuple(_shipment(part) for part in row.get("shipments", ()))
    return Plan(**values)


def _row(value: object, fields: tuple[tuple[str, Any], ...]) -> dict[str, Any]:
    row = {}
    for name, default in fields:
        stated = getattr(value, name)
        if stated != default:
            row[name] = list(stated) if isinstance(stated, tuple) else stated
    return row


def _shipment_row(shipment: PlannedShipment) -> dict[str, Any]:
    row = _row(shipment, _SHIPMENT)
    row["lines"] = [_row(line, _FIELDS[PlannedLine]) for line in shipment.lines]
    if shipment.components is not None:
        row["components"] = [_row(line, _FIELDS[PlannedLine]) for line in shipment.components]
    if shipment.options:
        row["options"] = {
            name: list(value) if isinstance(value, tuple) else value for name, value in shipment.options.items()
        }
    return row


def _shipment(row: Mapping[str, Any]) -> PlannedShipment:
    values = {name: _tupled(value) for name, value in row.items()}
    for name in ("lines", "components"):
        if name in row:
            values[name] = tuple(PlannedLine(**line) for line in row[name])
    if "options" in row:
        values["options"] = {name: _tupled(value) for name, value in row["options"].items()}
    return PlannedShipment(**values)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
