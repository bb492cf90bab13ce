"""What one order's ways cost and use: worked out line by line and place by place, once, and then added up."""

from __future__ import annotations

from typing import NamedTuple

from orderctl.core.batching_values import Uses, Way
from orderctl.rules.candidates import capacity_free
from orderctl.rules.draft import Draft
from orderctl.rules.way_values import Bounds, Prices, Shelves, Takes


class _Taken(NamedTuple):
    """Units of one line from one place: their weight, how many of them fail over, the shelves they leave.

    `day` is the shelf of orders in the place's day, where the line may ship only while there is room; else None.
    """

    weight_g: int
    failed_over: int
    shelves: Uses
    day: int | None


class Till:
    """Adds up the ways of one order. What a rule keeps is on a shelf of its own, beside the whole one."""

    def __init__(self, draft: Draft, bounds: Bounds, prices: Prices, shelves: Shelves) -> None:
        self.units = sum(demand.quantity for demand in draft.demands.values())
        self._draft, self._bounds, self._prices, self._shelves = draft, bounds, prices, shelves
        self._known: dict[tuple[str, str, int], _Taken] = {}

    def way(self, takes: Takes) -> Way:
        """What it costs to take just that, and from which shelves."""
        return Way(self.cost_minor(takes), self._uses(takes, in_days=True))

    def stock_used(self, takes: Takes) -> Uses:
        """What the takes use but for room in a day: that an order needs once, whatever its lines do."""
        return self._uses(takes, in_days=False)

    def cost_minor(self, takes: Takes) -> int:
        """What it costs to take just that."""
        loads: dict[str, tuple[int, int]] = {}
        units = failed_over = 0
        for take in takes:
            known = self._taken(take)
            count, weight_g = loads.get(take[0], (0, 0))
            loads[take[0]] = count + take[2], weight_g + known.weight_g
            units, failed_over = units + take[2], failed_over + known.failed_over
        return self._prices.of(self._draft.target, loads, self.units - units, failed_over)

    def _uses(self, takes: Takes, *, in_days: bool) -> Uses:
        uses: dict[int, int] = {}
        rooms: dict[str, int | None] = {}
        for take in takes:
            known = self._taken(take)
            for shelf, units in known.shelves:
                uses[shelf] = uses.get(shelf, 0) + units
            rooms[take[0]] = known.day if take[0] not in rooms or rooms[take[0]] is not None else None
        if in_days:
            uses |= {day: 1 for day in rooms.values() if day is not None}
        return tuple(sorted(uses.items()))

    def _taken(self, take: tuple[str, str, int]) -> _Taken:
        known = self._known.get(take)
        if known is None:
            known = self._known[take] = self._look(*take)
        return known

    def _look(self, location: str, line_id: str, units: int) -> _Taken:
        facts, demand = self._draft.facts, self._draft.demands[line_id]
        place, here = facts.places.locations[location], facts.stock.get(location, {})
        uses: dict[int, int] = {}
        for sku, each in (demand.components or ((demand.sku, 1),)) if place.stock == "counted" else ():
            for keep in {0: None, self._bounds.keeps(location, line_id): None}:
                shelf = self._shelves.number(location, sku, keep, here.get(sku, 0))
                uses[shelf] = uses.get(shelf, 0) + each * units
        free = capacity_free(self._draft, place) if self._bounds.needs_room(location, line_id) else None
        return _Taken(
            weight_g=-(-demand.weight_g * units // demand.quantity),
            failed_over=units if self._bounds.fails_over(location, line_id) else 0,
            shelves=tuple(uses.items()),
            day=None if free is None else self._shelves.number(location, "", 0, free),
        )
