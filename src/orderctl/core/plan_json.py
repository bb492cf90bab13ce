"""A plan as JSON, both ways, and as the one text by which two plans are compared byte for byte.

Writing leaves defaults out; lists stand in the plan's own order, so the same plan gives the same text for ever.
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable, Mapping
from operator import attrgetter
from typing import Any

from orderctl.core.digests import canonical
from orderctl.core.json_text import quoted, stated, value
from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment, Problem

#: Reads some fields of a value; per field how its name is written, and the value that is left out.
_Fields = tuple[Callable[[Any], tuple[Any, ...]], tuple[str, ...], tuple[Any, ...]]


def _fields(kind: type, *apart: str) -> _Fields:
    """Every field of `kind` but those `apart`."""
    fields = [field for field in dataclasses.fields(kind) if field.name not in apart]
    return (
        attrgetter(*[field.name for field in fields]),
        tuple(f'"{field.name}":' for field in fields),
        tuple(None if field.default is dataclasses.MISSING else field.default for field in fields),
    )


_PARTS: dict[str, type[Hold | Backorder | PlannedLine | Problem]] = {
    "holds": Hold,
    "backorders": Backorder,
    "cancelled": PlannedLine,
    "problems": Problem,
}
_PLAN = _fields(Plan, *_PARTS, "rules", "shipments")
_SHIPMENT = _fields(PlannedShipment, "location", "rules", "lines", "components", "options")
_FIELDS = {kind: _fields(kind) for kind in (Hold, Backorder, PlannedLine, Problem)}
_parts_of = attrgetter(*_PARTS)
_NO_PARTS = _parts_of(Plan())


def plan_document(plan: Plan) -> str:
    """`plan` as JSON text; what has its default is left out."""
    parts = [f'"rules":{value(plan.rules)}'] if plan.rules else []
    parts += _stated(plan, _PLAN)
    rows = _parts_of(plan)
    if rows != _NO_PARTS:
        for (name, kind), some in zip(_PARTS.items(), rows, strict=True):
            if some:
                texts = [f"{{{','.join(_stated(one, _FIELDS[kind]))}}}" for one in some]
                parts.append(f'"{name}":[{",".join(texts)}]')
    if plan.shipments:
        parts.append(f'"shipments":[{",".join([_shipment_text(shipment) for shipment in plan.shipments])}]')
    return f"{{{','.join(parts)}}}"


def plan_to_json(plan: Plan) -> dict[str, Any]:
    """`plan` as plain JSON values; what has its default is left out."""
    row: dict[str, Any] = json.loads(plan_document(plan))
    return row


def plan_text(plan: Plan) -> str:
    """`plan` as canonical JSON; two plans are the same when their texts are the same, byte for byte."""
    return canonical(plan_to_json(plan))


def plan_from_json(row: Mapping[str, Any]) -> Plan:
    """The plan whose fields `row` holds; what has its default may be left out."""
    values = {name: _tupled(value) for name, value in row.items() if name not in _PARTS and name != "shipments"}
    for name, kind in _PARTS.items():
        if name in row:
            values[name] = tuple(kind(**part) for part in row[name])
    values["shipments"] = tuple(_shipment(part) for part in row.get("shipments", ()))
    return Plan(**values)


def _stated(thing: object, fields: _Fields) -> list[str]:
    read, labels, defaults = fields
    return stated(labels, read(thing), defaults)


def _shipment_text(shipment: PlannedShipment) -> str:
    parts = [f'"location":{quoted(shipment.location)},"lines":{_lines_text(shipment.lines)}']
    if shipment.rules:
        parts.append(f'"rules":{value(shipment.rules)}')
    parts += _stated(shipment, _SHIPMENT)
    if shipment.components is not None:
        parts.append(f'"components":{_lines_text(shipment.components)}')
    if shipment.options:
        parts.append(f'"options":{value(shipment.options)}')
    return f"{{{','.join(parts)}}}"


def _lines_text(lines: tuple[PlannedLine, ...]) -> str:
    texts = [
        f'{{"line_id":{quoted(line.line_id)},"sku":{quoted(line.sku)},"quantity":{line.quantity}}}' for line in lines
    ]
    return f"[{','.join(texts)}]"


def _shipment(row: Mapping[str, Any]) -> PlannedShipment:
    values = {name: _tupled(value) for name, value in row.items()}
    for name in ("lines", "components"):
        if row.get(name) is not None:
            values[name] = tuple(PlannedLine(**line) for line in row[name])
    if "options" in row:
        values["options"] = {name: _tupled(value) for name, value in row["options"].items()}
    return PlannedShipment(**values)


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
