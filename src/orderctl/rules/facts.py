"""Everything a rule may look at for one order, frozen, and what follows from it.

A decision is a function of its `Facts` and the rule set alone. The same facts give the same decision years later:
they are written into its record, and `facts_from_json` reads them back.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from orderctl.core import revisions
from orderctl.core.order_kept import order_from_kept
from orderctl.core.orders import Line, Order
from orderctl.core.places import Places
from orderctl.core.purchasing import Arrivals
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
    skus: Mapping[str, Sku]  # what is known of this order's SKUs, as its channel calls them, and of their components
    unknown_skus: tuple[str, ...] = ()
    opened: tuple[str, ...] = ()  # locations already open for this order
    excluded: tuple[str, ...] = ()  # locations that rejected this order
    paused: tuple[str, ...] = ()
    stale: tuple[str, ...] = ()  # locations whose stock feed is too old
    capacity_used: Mapping[str, int] = field(default_factory=dict)  # orders already taken in the location's own day
    holds: Mapping[str, str] = field(default_factory=dict)  # open hold reason -> moment it began
    released: tuple[str, ...] = ()  # hold reasons a person released
    backordered_at: Mapping[str, str] = field(default_factory=dict)  # line id -> moment the backorder began
    incoming: Mapping[str, Arrivals] = field(default_factory=dict)  # SKU -> on order and not promised to others
    no_customs: Mapping[str, str] = field(default_factory=dict)  # line id -> what customs want and nobody has said
    attempts: int = 0
    address: str = "ok"  # the verdict on ship_to
    watch_only: bool = False
    derived: Mapping[str, Any] = field(default_factory=dict)  # field name -> value that wins over the computed one
    extra_tags: tuple[str, ...] = ()  # tags that rules gave the order
    given: Mapping[str, Any] = field(default_factory=dict)  # what a person decided: location, lines, service
    together: Mapping[str, Any] = field(default_factory=dict)  # what orders decided with it leave: `rules.together`


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
    return tuple([line for line in order.lines if units.get(line.id, 0) > 0 and revisions.to_ship(order, line)])


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
    known = facts.skus.get(line.sku)
    if known is None or not (known.tags or known.hazmat or known.oversize or known.preorder or known.components):
        return line.tags if len(line.tags) < 2 else tuple(dict.fromkeys(line.tags))
    tags = list(line.tags)
    if known is not None:
        tags += known.tags
        tags += [mark for mark in ("oversize", "preorder") if getattr(known, mark)]
        if known.hazmat or any(facts.skus.get(part, NO_SKU).hazmat for part in known.components):
            tags.append("hazmat")
    return tuple(dict.fromkeys(tags))


def is_marked(facts: Facts, line: Line, mark: str) -> bool:
    """Whether the line or its SKU says `hazmat`, `oversize` or `preorder`."""
    return says(line_tags(facts, line), mark)


@lru_cache(maxsize=4096)
def says(tags: tuple[str, ...], mark: str) -> bool:
    """Whether one of `tags` is the word `mark`, in small or large letters."""
    return any(tag.casefold() == mark for tag in tags)


def unit_weight_g(facts: Facts, line: Line) -> int | None:
    """Grams of one unit: what the order says, else what is known of the SKU, else None."""
    return line.weight_g if line.weight_g is not None else sku_of(facts, line).weight_g


def line_value_minor(line: Line) -> int:
    """What the customer pays for all units of the line, after discount, before tax, in minor units."""
    return line.amount_minor - line.discount_minor


_TEXTS = ("unknown_skus", "opened", "excluded", "paused", "stale", "released", "extra_tags")
_TABLES = ("capacity_used", "holds", "backordered_at", "no_customs", "derived", "given", "together")
_PLAIN = ("attempts", "address", "watch_only")


def facts_from_json(row: Mapping[str, Any], places: Places) -> Facts:
    """The facts that a record holds: each by its name, what has its default left out."""
    seldom: dict[str, Any] = {name: tuple(row[name]) for name in _TEXTS if name in row}
    seldom |= {name: row[name] for name in (*_TABLES, *_PLAIN) if name in row}
    return Facts(
        order=order_from_kept(row["order"]),
        now=row["now"],
        places=places,
        stock=row.get("stock", {}),
        skus={name: _sku_from_json(name, sku) for name, sku in row.get("skus", {}).items()},
        open_units=row.get("open_units", {}),
        incoming={sku: tuple(map(tuple, arrivals)) for sku, arrivals in row.get("incoming", {}).items()},
        **seldom,
    )


def _sku_from_json(name: str, row: Mapping[str, Any]) -> Sku:
    known: dict[str, Any] = {"sku": name, **row}
    if "tags" in known:
        known["tags"] = tuple(known["tags"])
    return Sku(**known)
