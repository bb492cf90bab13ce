"""The fields of a line, of a planned shipment, and of the clock."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from orderctl.core import skus, times
from orderctl.core.orders import Line
from orderctl.core.places import WEEKDAYS
from orderctl.rules.facts import (
    Facts,
    ShipmentFacts,
    available,
    is_marked,
    line_tags,
    line_value_minor,
    sku_of,
    unit_weight_g,
)
from orderctl.rules.kinds import Choice, Flag, LocationName, SkuCode, Tags, Text, Weekday
from orderctl.rules.numbers import Clock, Count, Date, Money, Weight
from orderctl.rules.registry import field


@field("line.sku", SkuCode, example='["CUSTOM-*", "ENGRAVE-*"]')
def line_sku(facts: Facts, line: Line) -> str:
    """The line's SKU, case included: yours, where the channel's is mapped to one."""
    return sku_of(facts, line).sku or line.sku


@field("line.title", Text, example='"*engraved*"', missing=True)
def line_title(facts: Facts, line: Line) -> str | None:  # noqa: ARG001
    """The line's title in the shop."""
    return line.title or None


@field("line.quantity", Count, example='">= 10"')
def line_quantity(facts: Facts, line: Line) -> int:  # noqa: ARG001
    """How many units the customer ordered on the line."""
    return line.quantity


@field("line.price", Money, example='">= 100"')
def line_price(facts: Facts, line: Line) -> int:  # noqa: ARG001
    """The price of one unit before discount."""
    return line.unit_price_minor


@field("line.value", Money, example='">= 250"')
def line_value(facts: Facts, line: Line) -> int:  # noqa: ARG001
    """What the customer pays for all units of the line, after discount, before tax."""
    return line_value_minor(line)


@field("line.weight", Weight, example='"> 20 kg"', missing=True)
def line_weight(facts: Facts, line: Line) -> int | None:
    """The weight of one unit, from the order or the SKU; missing when neither says."""
    return unit_weight_g(facts, line)


@field("line.oversize", Flag, example="true")
def line_oversize(facts: Facts, line: Line) -> bool:
    """Whether the line or its SKU is marked oversize."""
    return is_marked(facts, line, "oversize")


@field("line.tags", Tags, example='"hazmat"')
def line_tags_(facts: Facts, line: Line) -> tuple[str, ...]:
    """The tags of the line and of its SKU, with hazmat, oversize and preorder where the SKU is marked so."""
    return line_tags(facts, line)


@field("line.category", Text, example='"apparel"', missing=True)
def line_category(facts: Facts, line: Line) -> str | None:
    """The SKU's category."""
    return sku_of(facts, line).category or None


@field("line.supplier", Text, example='"acme"', missing=True)
def line_supplier(facts: Facts, line: Line) -> str | None:
    """The SKU's supplier."""
    return sku_of(facts, line).supplier or None


@field("line.hazmat", Flag, example="true")
def line_hazmat(facts: Facts, line: Line) -> bool:
    """Whether the line, its SKU or a part of a kit is marked hazmat."""
    return is_marked(facts, line, "hazmat")


@field("line.requires_shipping", Flag, example="false")
def line_requires_shipping(facts: Facts, line: Line) -> bool:  # noqa: ARG001
    """Whether the line is a thing to ship."""
    return line.requires_shipping


@field("line.preorder", Flag, example="true")
def line_preorder(facts: Facts, line: Line) -> bool:
    """Whether the line or its SKU is marked as sold before it is in stock."""
    return is_marked(facts, line, "preorder")


@field("line.kit", Flag, example="true")
def line_kit(facts: Facts, line: Line) -> bool:
    """Whether the SKU is made of others."""
    return skus.is_kit(sku_of(facts, line))


@field(
    "line.stock",
    Choice(("anywhere", "one_location", "nowhere"), many=True, name="one of anywhere, one_location, nowhere"),
    example='"nowhere"',
    moment=True,
)
def line_stock(facts: Facts, line: Line) -> tuple[str, ...]:
    """Where the line's open units are in stock.

    `anywhere`: all locations together have enough. `one_location`: a single one has. `nowhere`: none has a unit.
    Locations that are paused, rejected the order or have a stock feed that is too old do not count.
    """
    wanted = facts.open_units.get(line.id, line.quantity)
    out = {*facts.paused, *facts.stale, *facts.excluded}
    seen = [available(facts, name, line.sku) for name in facts.places.locations if name not in out]
    if any(units is None for units in seen):
        return ("anywhere", "one_location")
    units = [found for found in seen if found]
    if not units:
        return ("nowhere",)
    enough = ("anywhere",) if sum(units) >= wanted else ()
    return (*enough, "one_location") if max(units) >= wanted else enough


@field("shipment.location", LocationName, example='["reno", "newark"]')
def shipment_location(facts: Facts, shipment: ShipmentFacts) -> str:  # noqa: ARG001
    """The location that ships it."""
    return shipment.location


@field("shipment.weight", Weight, example='"< 0.45 kg"')
def shipment_weight(facts: Facts, shipment: ShipmentFacts) -> int:  # noqa: ARG001
    """What its units weigh together; a unit without weight counts as the file's default_weight."""
    return shipment.weight_g


@field("shipment.value", Money, example='">= 250"')
def shipment_value(facts: Facts, shipment: ShipmentFacts) -> int:  # noqa: ARG001
    """What the customer pays for its units, after discount, before tax."""
    return shipment.value_minor


@field("shipment.units", Count, example='">= 20"')
def shipment_units(facts: Facts, shipment: ShipmentFacts) -> int:  # noqa: ARG001
    """How many units it has."""
    return shipment.units


@field("shipment.tags", Tags, example='"hazmat"')
def shipment_tags(facts: Facts, shipment: ShipmentFacts) -> tuple[str, ...]:  # noqa: ARG001
    """The tags of its lines and their SKUs."""
    return shipment.tags


@field("shipment.international", Flag, example="true")
def shipment_international(facts: Facts, shipment: ShipmentFacts) -> bool:  # noqa: ARG001
    """Whether it crosses a border."""
    return shipment.international


@field("shipment.backordered", Flag, example="true")
def shipment_backordered(facts: Facts, shipment: ShipmentFacts) -> bool:  # noqa: ARG001
    """Whether it ships what was backordered before."""
    return shipment.backordered


def _at(moment: str, zone: ZoneInfo) -> dt.datetime:
    return times.as_datetime(moment).astimezone(zone)


@field("now.weekday", Weekday, example='["sat", "sun"]', moment=True)
def now_weekday(facts: Facts, zone: ZoneInfo) -> str:
    """The day of the week in the file's time zone, mon to sun."""
    return WEEKDAYS[_at(facts.now, zone).weekday()]


@field("now.time", Clock, example='">= 15:00"', moment=True)
def now_time(facts: Facts, zone: ZoneInfo) -> int:
    """The time of day in the file's time zone, to the minute."""
    local = _at(facts.now, zone)
    return local.hour * 60 + local.minute


@field("now.date", Date, example='"2026-12-01..2026-12-24"', moment=True)
def now_date(facts: Facts, zone: ZoneInfo) -> int:
    """The date in the file's time zone."""
    return _at(facts.now, zone).toordinal()


@field("placed.weekday", Weekday, example='"fri..sun"', moment=True)
def placed_weekday(facts: Facts, zone: ZoneInfo) -> str:
    """The day of the week the order was placed on, in the file's time zone."""
    return WEEKDAYS[_at(facts.order.placed_at, zone).weekday()]


@field("placed.time", Clock, example='"< 11:00"', moment=True)
def placed_time(facts: Facts, zone: ZoneInfo) -> int:
    """The time of day the order was placed at, in the file's time zone, to the minute."""
    local = _at(facts.order.placed_at, zone)
    return local.hour * 60 + local.minute
