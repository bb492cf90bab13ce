"""What came of a rehearsal in numbers, counted order by order.

Every unit that customers want ends in one place: planned for a location, backordered, cancelled by a rule, held, or
aside (rejected, of an unknown SKU, or left to a person), so that the five add up to what was wanted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.plans import Plan

#: A day of which more than one unit in so many cannot be planned for want of stock is short of stock.
SHORT_SHARE = 50
_LOCATION_RULE = "location/"


@dataclass(slots=True)
class LocalDay:
    """The days of one time zone, for moments that never go back. `of` costs one comparison within a day."""

    zone: ZoneInfo
    _day: int = 0
    _until: str = ""

    def of(self, moment: str) -> int:
        """The day number of `moment`."""
        if moment >= self._until:
            here = times.as_datetime(moment).astimezone(self.zone)
            self._day = here.date().toordinal()
            midnight = datetime.combine(here.date() + timedelta(days=1), datetime.min.time(), self.zone)
            self._until = times.moment(midnight)
        return self._day


@dataclass(slots=True)
class Units:
    """Units of one day that were wanted, and those that could not be planned for want of stock."""

    wanted: int = 0
    short: int = 0
    first_short_at: str = ""
    skus: Counter[str] = field(default_factory=Counter)  # short, by SKU

    @property
    def is_short(self) -> bool:
        """Whether more than one in `SHORT_SHARE` was short."""
        return self.short * SHORT_SHARE > self.wanted


@dataclass(slots=True)
class Tally:
    """Orders and units so far. `cost_minor` is over the shipments of which a cost is known, all but `unpriced`."""

    orders: int = 0
    wanted: int = 0
    planned: int = 0
    backordered: int = 0
    cancelled: int = 0
    held: int = 0
    aside: int = 0
    held_orders: int = 0
    backordered_orders: int = 0
    shipped_orders: int = 0  # of which something is planned
    one_parcel: int = 0  # planned whole, in one shipment
    splits: int = 0
    shipments: int = 0
    cost_minor: int = 0
    unpriced: int = 0
    no_service: int = 0
    no_service_at: str = ""
    no_room: int = 0  # of the units not planned, those that would have been if no location were full
    came_later: int = 0  # backordered units for which goods on order came meanwhile
    last_at: str = ""
    days: dict[int, Units] = field(default_factory=dict)
    short: Counter[str] = field(default_factory=Counter)

    def begin(self, units: int) -> None:
        """An order of so many units is decided for the first time."""
        self.orders += 1
        self.wanted += units

    def hold(self, units: int, *, is_first: bool) -> None:
        """An order is held, for the first time or once more."""
        self.held_orders += is_first
        self.held += units

    def release(self, units: int) -> None:
        """An order that was held is decided again."""
        self.held -= units

    def settle(self, plan: Plan, units: int, now: str) -> None:
        """Count the plan of an order with `units` to route that is not held."""
        shipments = plan.shipments
        planned = sum([shipment.units for shipment in shipments])
        backordered = sum([wait.quantity for wait in plan.backorders])
        cancelled = sum([line.quantity for line in plan.cancelled])
        self.planned += planned
        self.backordered += backordered
        self.cancelled += cancelled
        self.aside += units - planned - backordered - cancelled
        self.backordered_orders += backordered > 0
        self.shipments += len(shipments)
        if shipments:
            self.shipped_orders += 1
            self.splits += len(shipments) > 1
            self.one_parcel += len(shipments) == 1 and planned == units
        for shipment in shipments:
            if shipment.cost_minor is None:
                self.unpriced += 1
            else:
                self.cost_minor += shipment.cost_minor
        lost = sum([problem.code == "no_service" for problem in plan.problems])
        if lost:
            self.no_service += lost
            self.no_service_at = self.no_service_at or now

    def look_at_stock(self, day: int, now: str, units: int, short: Mapping[str, int]) -> None:
        """On this day an order wanted `units`, of which `short` (SKU -> units) were not to be had."""
        here = self.days.get(day)
        if here is None:
            here = self.days[day] = Units()
        here.wanted += units
        self.last_at = now
        if short:
            here.first_short_at = here.first_short_at or now
            here.short += sum(short.values())
            here.skus.update(short)
            self.short.update(short)


def short_of(plan: Plan, open_units: Mapping[str, int], skus: Mapping[str, str]) -> dict[str, int]:
    """SKU -> units that `plan` leaves short. An order that a location rule holds is short as a whole.

    `open_units` are by line, `skus` what each line is of.
    """
    short: Counter[str] = Counter()
    for wait in plan.backorders:
        short[wait.sku] += wait.quantity
    for line in plan.cancelled:
        short[line.sku] += line.quantity
    if any(hold.rule.startswith(_LOCATION_RULE) for hold in plan.holds):
        for line_id, units in open_units.items():
            short[skus[line_id]] += units
    return dict(short)


def tenths(part: int, of: int) -> str:
    """`part` of `of` in percent with one decimal, as decimal text; `100.0` of nothing."""
    share = 1000 if of == 0 else part * 1000 // of
    return f"{share // 10}.{share % 10}"
