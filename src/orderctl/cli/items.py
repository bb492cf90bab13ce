"""What a step did or would do, one row each, as a person reads it: who gets what, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderctl.cli.answers import Block, Heading, Row, table

if TYPE_CHECKING:
    from orderctl.steps.report import Report

#: step -> the columns of its rows; a step that is not here shows all that its rows have.
_COLUMNS = {
    "pull": {"channel": "channel", "number": "number", "placed_at": "placed"},
    "collect": {"reference": "shipment", "location": "location", "state": "state", "packages": "packages"},
    "route": {
        "order": "order",
        "outcome": "outcome",
        "ships": "ships",
        "waits": "waits for",
        "held": "held by",
        "rules": "rules",
    },
    "dispatch": {
        "location": "location",
        "orders": ">orders",
        "units": ">units",
        "document": "document",
        "shipments": "shipments",
    },
    "push": {"channel": "channel", "told": "told", "document": "document"},
}


def blocks(report: Report) -> Iterable[Block]:
    """A heading and the rows of `report`, nothing when it has none."""
    if not report.items:
        return
    rows = [_readable(item) for item in report.items]
    columns = _COLUMNS.get(report.step) or {name: name.replace("_", " ") for row in rows for name in row}
    shown = {key: title for key, title in columns.items() if any(row.get(key) for row in rows)}
    yield Heading(report.step)
    yield table(shown, rows, "")


def units(lines: Sequence[Mapping[str, Any]]) -> str:
    """`2 MUG + 1 LAMP`."""
    return " + ".join(f"{line['quantity']} {line['sku']}" for line in lines)


def _readable(item: Row) -> Row:
    """`item` with its nested parts as sentences beside them."""
    said: dict[str, Any] = {"held": item.get("holds"), "waits": units(item.get("backorders", ()))}
    said["ships"] = [one if isinstance(one, str) else _shipment(one) for one in item.get("shipments", ())]
    said["told"] = [f"{one['reference']} {one['carrier']} {one['tracking_number']}" for one in item.get("tracking", ())]
    return {**item, **said}


def _shipment(shipment: Mapping[str, Any]) -> str:
    by = f" by {shipment['service']}" if shipment["service"] else ""
    return f"{units(shipment['lines'])} from {shipment['location']}{by}"
