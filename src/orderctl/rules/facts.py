"""Everything a rule may look at for one order, frozen, and what follows from it.

A decision is a function of its `Facts` and the rule set alone. The same facts give the same decision years later:
`facts_to_json` writes them, `facts_from_json` reads them back.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from orderctl.core import revisions
from orderctl.core.order_document import order_to_json
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Line, Order
from orderctl.core.places import Places
from orderctl.core.stock import Sku

NO_SKU = Sku(sku="")


@dataclass(frozen=True, slots=True)
class Facts:
    """One order at one moment. Moments are text as `core.times` writes them, units are whole numbers."""

    order: Order
    now: str
    places: Places
    stock: Mapping[str, Mapping[str, int]]  # location -> SKU -> available units, zeros left out
    open_units: Mapping[str, int]  # line id -> units to route; ids absent = nothing to route
    skus: Mapping[str, Sku]  # what is known of this order's SKUs and of their components
    unknown_skus: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()  # locations already open for this order
    excluded: tuple[str, ...] = ()  # locations that rejected this order
    paused: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()  # locations whose stock feed is too old
    capacity_used: Mapping[str, int] = field(default_factory=dict)  # orders already taken in the location's own day
    holds: Mapping[str, str] = field(default_factory=dict)  # open hold reason -> moment it began
    released: tuple[str, ...] = ()  # hold reasons a person released
    backordered_at: Mapping[str, str] = field(default_factory=dict)  # line id -> moment the backorder began
    incoming: Mapping[str, tuple[int, str]] = field(default_factory=dict)  # SKU -> units, expected moment
    attempts: int = 0
    address: str = "ok"  # the verdict on ship_to
    watch_only: bool = False
    derived: Mapping[str, Any] = field(default_factory=dict)  # field name -> value that wins over the computed one
    extra_tags: tuple[str, ...] = ()  # tags that rules gave the order
    given: Mapping[str, Any] = field(default_factory=dict)  # what a person decided: location, lines, service


@dataclass(frozen=True, slots=True)
class ShipmentFacts:
    """A planned shipment as the service and enhance stages see it. `value_minor` is after discount, before tax."""

    location: str
    weight_g: int
    value_minor: int
    units: int
    tags: tuple[str, ...] = ()
    international: bool = False
    backordered: bool = False


def lines_to_route(facts: Facts) -> tuple[Line, ...]:
    """The lines that are ours to ship and have open units, in the order of the order."""
    order, units = facts.order, facts.open_units
    return tuple(line for line in order.lines if units.get(line.id, 0) > 0 and revisions.to_ship(order, line))


def sku_of(facts: Facts, line: Line) -> Sku:
    """What is known of the line's SKU; a SKU without data when it is unknown."""
    return facts.skus.get(line.sku, NO_SKU)


def parts_of(facts: Facts, sku: str) -> Mapping[str, int]:
    """What one unit of `sku` takes from stock: the components of a kit, else itself."""
    known = facts.skus.get(sku)
    return known.components if known is not None and known.components else {sku: 1}


def available(facts: Facts, location: str, sku: str) -> int | None:
    """Units of `sku` at `location`; of a kit, as many as its scarcest component makes. None = without limit."""
    place = facts.places.locations.get(location)
    if place is not None and place.stock == "unlimited":
        return None
    here = facts.stock.get(location)
    if not here:
        return 0
    known = facts.skus.get(sku)
    if known is None or not known.components:
        return here.get(sku, 0)
    return min(here.get(part, 0) // units for part, units in known.components.items())


def line_tags(facts: Facts, line: Line) -> tuple[str, ...]:
    """The line's tags and its SKU's, and the word for each mark of the SKU: hazmat, oversize, preorder."""
    tags = list(line.tags)
    known = facts.skus.get(line.sku)
    if known is not None:
        tags += known.tags
        tags += [mark for mark in ("oversize", "preorder") if getattr(known, mark)]
        if known.hazmat or any(facts.skus.get(part, NO_SKU).hazmat for part in known.components):
            tags.append("hazmat")
    return tuple(dict.fromkeys(tags))


def is_marked(facts: Facts, line: Line, mark: str) -> bool:
    """Whether the line or its SKU says `hazmat`, `oversize` or `preorder`."""
    return any(tag.casefold() == mark for tag in line_tags(facts, line))


def unit_weight_g(facts: Facts, line: Line) -> int | None:
    """Grams of one unit: what the order says, else what is known of the SKU, else None."""
    return line.weight_g if line.weight_g is not None else sku_of(facts, line).weight_g


def line_value_minor(line: Line) -> int:
    """What the customer pays for all units of the line, after discount, before tax, in minor units."""
    return line.amount_minor - line.discount_minor


_TEXTS = ("unknown_skus", "opened", "excluded", "paused", "stale", "released", "extra_tags")
_TABLES = ("open_units", "capacity_used", "holds", "backordered_at", "derived", "given")
_PLAIN = tuple(
    (item.name, item.default)
    for item in dataclasses.fields(Facts)
    if item.name in {"attempts", "address", "watch_only"}
)
#: What is written of a SKU, with what is left out as its default.
_SKU = tuple(
    (item.name, {} if item.default is dataclasses.MISSING else item.default)
    for item in dataclasses.fields(Sku)
    if item.name != "sku"
)


def facts_to_json(facts: Facts, *, with_order: bool = True) -> dict[str, Any]:
    """`facts` as plain JSON values, without the places; the order has the shape of `orders show --json`."""
    row: dict[str, Any] = {"now": facts.now}
    if with_order:
        row["order"] = order_to_json(facts.order)
    if facts.stock:
        row["stock"] = {location: dict(units) for location, units in facts.stock.items()}
    if facts.skus:
        row["skus"] = {name: _sku_to_json(sku) for name, sku in facts.skus.items()}
    if facts.incoming:
        row["incoming"] = {sku: list(units) for sku, units in facts.incoming.items()}
    for name in (*_TEXTS, *_TABLES):
        value = getattr(facts, name)
        if value:
            row[name] = list(value) if isinstance(value, tuple) else dict(value)
    for name, default in _PLAIN:
        value = getattr(facts, name)
        if value != default:
            row[name] = value
    return row


def facts_from_json(row: Mapping[str, Any], places: Places) -> Facts:
    """The facts that `facts_to_json` wrote. RecordError when the order in it cannot be read."""
    stated: dict[str, Any] = {name: tuple(row.get(name, ())) for name in _TEXTS}
    stated |= {name: row.get(name, {}) for name in _TABLES}
    stated |= {name: row[name] for name, _ in _PLAIN if name in row}
    return Facts(
        order=order_from_json(row["order"]),
        now=row["now"],
        places=places,
        stock=row.get("stock", {}),
        skus={name: _sku_from_json(name, sku) for name, sku in row.get("skus", {}).items()},
        incoming={sku: (units, expected) for sku, (units, expected) in row.get("incoming", {}).items()},
        **stated,
    )


def _sku_to_json(sku: Sku) -> dict[str, Any]:
    row: dict[str, Any] = {}
    for name, default in _SKU:
        value = getattr(sku, name)
        if value != default:
            row[name] = list(value) if isinstance(value, tuple) else value
    return row


def _sku_from_json(name: str, row: Mapping[str, Any]) -> Sku:
    stated: dict[str, Any] = dict(row)
    if "tags" in stated:
        stated["tags"] = tuple(stated["tags"])
    return Sku(sku=name, **stated)
