"""What there was to be had in a period, known from its decisions alone.

A decision froze the stock it saw. That, and what decisions of the period had taken there before and not given back, was
all there at some time: what the period began with, and what came in until then. The most of it over all decisions is
what its orders could have had, deliveries known beforehand:

1. what came in after the last decision that looked there does not matter: no order could have wanted it
2. what was lost or left otherwise after a decision had seen it was to be had until then, and counts
3. decisions of one moment see each other's takings whatever their order: the one that saw most came first
4. an order that is decided again gives back what is open once more; of each line, as much as was not stays where its
   newest decisions took it, but not where it was rejected
5. orders that are not decided again keep what they took: it stands apart
The orders of a location's day are a shelf like any other: a decision saw how many were free.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from orderctl.core import workdays
from orderctl.core.places import Location
from orderctl.core.plans import Plan, PlannedShipment
from orderctl.rules.facts import Facts

#: A location and what it has: a SKU, or the orders of one of its days (`day_of`).
Shelf = tuple[str, str]


def day_of(location: Location, now: str) -> str:
    """The name of the location's own day at the moment `now`; no SKU is called like that."""
    return f"\n{workdays.local(location, now).date().isoformat()}"


@dataclass(slots=True)
class _Newer:
    """What the newer decisions of an order leave to its older ones: units per line that were not open any more."""

    left: dict[str, int]
    rejected: tuple[str, ...]


@dataclass(slots=True)
class Supply:
    """What there was on every shelf, in units or orders, once all decisions of a period were added, the newest first.

    `taken` is what they took and kept.
    """

    taken: Counter[Shelf] = field(default_factory=Counter)
    _apart: Counter[Shelf] = field(default_factory=Counter)  # of it, by orders that are not decided again
    _more: dict[Shelf, int] = field(default_factory=dict)  # beyond all that was taken
    _seen: dict[Shelf, int] = field(default_factory=dict)  # by the decisions of one moment
    _moment: str = ""
    _newer: dict[int, _Newer] = field(default_factory=dict)  # of orders with older decisions

    def add(self, order: int, facts: Facts, plan: Plan, *, is_first: bool, again: bool, took: bool = True) -> None:
        """A decision of `order`: `is_first` of all there are about it, `again` = it is the one that is decided again.

        `took` is False where a decision was only watched.
        """
        if facts.now != self._moment:
            self._close()
            self._moment = facts.now
        for shelf, units in _seen(facts):
            self._seen[shelf] = max(units, self._seen.get(shelf, 0))
        if not took:
            return
        for shelf, units in _takes(facts, plan, self._newer.get(order)):
            self.taken[shelf] += units
            if not again:
                self._apart[shelf] += units
        if is_first:
            self._newer.pop(order, None)
        else:
            self._newer[order] = _left(facts, self._newer.get(order))

    def of(self, shelf: Shelf) -> int:
        """All that orders decided again could have had there."""
        self._close()
        return self.taken[shelf] + self._more.get(shelf, 0) - self._apart[shelf]

    def stock(self, locations: Iterable[str], skus: Iterable[str]) -> dict[str, dict[str, int]]:
        """The same by location and SKU, zeros left out."""
        wanted = list(skus)
        found = {name: {sku: units for sku in wanted if (units := self.of((name, sku)))} for name in locations}
        return {name: here for name, here in found.items() if here}

    def _close(self) -> None:
        """Nothing more is known of the moment: all it saw was there beside what was taken before it."""
        if self._seen:
            for shelf, units in self._seen.items():
                self._more[shelf] = max(self._more.get(shelf, 0), units - self.taken[shelf])
            self._seen.clear()


def _seen(facts: Facts) -> Iterator[tuple[Shelf, int]]:
    """What a decision saw, with what was there and kept for the orders decided together with it."""
    kept = facts.together.get("kept", {})
    for location in {**facts.stock, **kept}:
        here, away = facts.stock.get(location, {}), kept.get(location, {})
        for sku in {**here, **away}:
            yield (location, sku), here.get(sku, 0) + away.get(sku, 0)
    for location in facts.places.locations.values():
        if location.capacity is not None:
            free = max(0, location.capacity - facts.capacity_used.get(location.name, 0))
            yield (location.name, day_of(location, facts.now)), free


def _takes(facts: Facts, plan: Plan, newer: _Newer | None) -> Iterator[tuple[Shelf, int]]:
    """What a plan took from shelves and kept."""
    for shipment in plan.shipments:
        kept = _kept(shipment, newer)
        place = facts.places.locations.get(shipment.location)
        if not kept or place is None:
            continue
        if place.capacity is not None:
            yield (place.name, day_of(place, facts.now)), 1
        if place.stock != "unlimited":
            units = {line.line_id: line.quantity for line in shipment.lines}
            for line in shipment.promised:
                yield (place.name, line.sku), line.quantity * kept.get(line.line_id, 0) // units[line.line_id]


def _kept(shipment: PlannedShipment, newer: _Newer | None) -> dict[str, int]:
    """Line -> units of a shipment that newer decisions did not find open again; they are gone for older ones."""
    if newer is None:
        return {line.line_id: line.quantity for line in shipment.lines}
    if shipment.location in newer.rejected:
        return {}
    kept = {}
    for line in shipment.lines:
        units = min(line.quantity, newer.left.get(line.line_id, 0))
        if units:
            kept[line.line_id] = units
            newer.left[line.line_id] -= units
    return kept


def _left(facts: Facts, newer: _Newer | None) -> _Newer:
    """What is left to the decisions before this one."""
    left = {line.id: line.quantity - facts.open_units.get(line.id, 0) for line in facts.order.lines}
    if newer is not None:
        left = {line: min(units, newer.left.get(line, units)) for line, units in left.items()}
    return _Newer({line: units for line, units in left.items() if units > 0}, facts.excluded)
