"""What customs want to know of the lines of orders that may cross a customs border, while orders are routed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orderctl.core import customs
from orderctl.core.customs import Declared
from orderctl.core.orders import Order
from orderctl.core.stock import Sku
from orderctl.steps.catalogue import Catalogue
from orderctl.steps.context import Context
from orderctl.store import skus


@dataclass(slots=True)
class Customs:
    """Where goods may leave from, and what is known of SKUs; nothing when nobody is to look."""

    origins: frozenset[str] = frozenset()
    declared: dict[str, Declared] = field(default_factory=dict)

    def may_cross(self, order: Order) -> bool:
        """Whether the order may go through customs, wherever it ships from."""
        country = order.ship_to.country if order.ship_to else ""
        return bool(country) and any(customs.is_border(origin, country) for origin in self.origins)


def opened(ctx: Context) -> Customs:
    """Nothing known yet."""
    if not ctx.config.routing.hold_missing_customs:
        return Customs()
    return Customs(frozenset(place.country for place in ctx.config.places.locations.values()))


def load(ctx: Context, known: Customs, catalogue: Catalogue, orders: Iterable[Order]) -> None:
    """Read what these orders need."""
    wanted: set[str] = set()
    for order in orders:
        if known.may_cross(order):
            for sku in catalogue.of(order.channel, [line.sku for line in order.lines]).values():
                wanted.update((sku.sku, *sku.components, *sku.assembled_from))
    known.declared |= skus.declared(ctx.db, wanted - known.declared.keys())


def lacking(known: Customs, order: Order, sold: Mapping[str, Sku]) -> dict[str, str]:
    """Line id -> what customs want to know and nobody has said, in words; of physical lines that may cross a border."""
    if not known.may_cross(order):
        return {}
    lines = [line for line in order.lines if line.requires_shipping and line.sku in sold]
    return {line.id: said for line in lines if (said := customs.lacking(line, sold[line.sku], known.declared))}
