"""What a step did or would do, one row each, as a person reads it: who gets what, and where it goes."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderctl.cli import render
from orderctl.cli.answers import Block, Heading, Lines, Row, filled, table

if TYPE_CHECKING:
    from orderctl.steps.report import Report

_TITLES = {"dispatch": "Would be handed over", "push": "Would be told"}
#: The steps that someone outside notices.
_OUTSIDE = frozenset(_TITLES)
_IN_DETAIL = frozenset({"shipments", "told"})
#: How many numbers of stock stand beside their document; --json has all.
MOST_LEVELS = 20
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
        "shipments": "_shipments",
    },
    "push": {
        "channel": "channel",
        "packages": ">packages",
        "numbers": ">stock",
        "document": "document",
        "told": "_told",
    },
}


def blocks(report: Report, *, whole_pass: bool = False) -> Iterable[Block]:
    """A heading and the rows of `report`, nothing when it has none; of a whole pass only what would leave the house."""
    if not report.items or (whole_pass and report.step not in _OUTSIDE):
        return
    rows = [_readable(item) for item in report.items]
    columns = _COLUMNS.get(report.step) or {name: name.replace("_", " ") for row in rows for name in row}
    if whole_pass:
        columns = {name: title for name, title in columns.items() if name not in _IN_DETAIL}
    most = render.most_rows(None)
    yield Heading(_TITLES.get(report.step, report.step))
    yield filled(table(columns, rows[:most]))
    if most and len(rows) > most:
        yield Lines((f"and {len(rows) - most:,} more; --json shows all",))


def units(lines: Sequence[Mapping[str, Any]]) -> str:
    """`2 MUG + 1 LAMP`."""
    return " + ".join(f"{line['quantity']} {line['sku']}" for line in lines)


def by_carrier(shipment: Mapping[str, Any]) -> str:
    """`usps:priority`, as far as it is known."""
    return ":".join(filter(None, (shipment.get("carrier"), shipment.get("service"))))


def _readable(item: Row) -> Row:
    """`item` with its nested parts as sentences beside them."""
    said: dict[str, Any] = {"held": item.get("holds"), "waits": units(item.get("backorders", ()))}
    if "tracking" in item:
        said["packages"] = len(item["tracking"])
    said["ships"] = [one if isinstance(one, str) else _shipment(one) for one in item.get("shipments", ())]
    if "stock" in item:
        said["numbers"] = len(item["stock"])
    said["told"] = [_parcel(one) for one in item.get("tracking", ())]
    said["told"] += [f"{one['order']} has arrived" for one in item.get("acknowledgments", ())]
    said["told"] += [_level(one) for one in item.get("stock", ())[:MOST_LEVELS]]
    return {**item, **said}


def _parcel(one: Mapping[str, Any]) -> str:
    """`WEB-1-1 UPS 1Z2 (was 1Z1)`."""
    was = f" (was {one['replaces']})" if one["replaces"] not in {"", one["tracking_number"]} else ""
    return f"{one['reference']} {one['carrier']} {one['tracking_number']}{was}"


def _level(one: Mapping[str, Any]) -> str:
    """`MUG 4 -> 3`."""
    before = "none" if one["before"] is None else f"{one['before']:,}"
    return f"{one['sku']} {before} -> {one['quantity']:,}"


def _shipment(shipment: Mapping[str, Any]) -> str:
    by = f" by {shipment['service']}" if shipment["service"] else ""
    return f"{units(shipment['lines'])} from {shipment['location']}{by}"
