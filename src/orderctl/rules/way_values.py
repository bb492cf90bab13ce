"""What ways are made of: shelves that orders compete for, what parcels cost, and what rules let a group of lines do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from orderctl.core.allocation import ENDLESS, Candidate, Demand, Limits
from orderctl.core.orders import Line
from orderctl.rules import lanes
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.facts import Facts, unit_weight_g
from orderctl.rules.visible import Stock

#: (location, line, units), in order.
Takes = tuple[tuple[str, str, int], ...]


@dataclass(slots=True)
class Shelves:
    """What orders compete for, by number. The stock is that of the beginning, the same for every order."""

    supply: list[int] = field(default_factory=list)
    names: list[tuple[str, str]] = field(default_factory=list)  # location and SKU; the SKU empty = orders of its day
    keeps: list[int] = field(default_factory=list)  # units that stay there for others
    _numbers: dict[tuple[str, str, int], int] = field(default_factory=dict)

    def number(self, location: str, sku: str, keep: int, units: int) -> int:
        """The shelf of `units` less what is kept there."""
        key = (location, sku, keep)
        found = self._numbers.get(key)
        if found is None:
            found = self._numbers[key] = len(self.supply)
            self.supply.append(max(0, units - keep))
            self.names.append((location, sku))
            self.keeps.append(keep)
        return found

    def taken(self, location: str, sku: str, units: int) -> None:
        """Units that somebody has taken who is not asked: they are gone from the whole shelf."""
        found = self._numbers.get((location, sku, 0))
        if found is not None:
            self.supply[found] -= units


class Prices:
    """What parcels and short units cost, in minor units of the configuration's currency."""

    def __init__(self, compiled: Compiled, heaviest_g: int, short_minor: int | None = None) -> None:
        """`heaviest_g` is what the heaviest unit weighs: by default `short_minor` is what two parcels of it cost."""
        places = compiled.places
        costs = [rate.cost_minor for service in places.services.values() for rate in service.rates]
        self.unknown_minor = max(costs, default=0)  # what has no rate counts as the dearest there is
        handling = max((one.pick_cost_minor + one.unit_cost_minor for one in places.locations.values()), default=0)
        self.split_minor = places.split_cost_minor
        base = _dearest(compiled, heaviest_g) + handling + self.split_minor + 1
        self.short_minor = 2 * base if short_minor is None else short_minor
        self.failover_minor = self.short_minor // 2
        self._places = places
        self._steps: dict[tuple[str, lanes.Target], lanes.Steps] = {}

    def steps(self, location: str, target: lanes.Target) -> lanes.Steps:
        """The cheapest service by weight, without end: what has no rate costs as much as the dearest."""
        key = location, target
        found = self._steps.get(key)
        if found is None:
            known = lanes.cheapest_steps(self._places.services.values(), self._places.locations[location], target)
            found = self._steps[key] = (*known, (ENDLESS, self.unknown_minor))
        return found

    def of(self, target: lanes.Target, loads: Mapping[str, tuple[int, int]], short: int, failed_over: int) -> int:
        """What one way costs: per location the units and grams that ship, units left short, units that fail over."""
        cost = short * self.short_minor + failed_over * self.failover_minor
        cost += self.split_minor * max(0, len(loads) - 1)
        for location, (units, weight_g) in loads.items():
            cost += self.parcel(location, target, weight_g, units)
        return cost

    def parcel(self, location: str, target: lanes.Target, weight_g: int, units: int) -> int:
        """What a parcel of so many units costs, with the handling at its location."""
        place = self._places.locations[location]
        carried = lanes.cost_at(self.steps(location, target), weight_g) or 0
        return carried + place.pick_cost_minor + place.unit_cost_minor * units


def _dearest(compiled: Compiled, weight_g: int) -> int:
    """What the dearest parcel of that weight costs, of all there are rates for."""
    lanes_of: dict[tuple[str, ...], list[tuple[int, int]]] = {}
    for service in compiled.places.services.values():
        for rate in service.rates:
            key = (service.id, rate.country, rate.origin, str(rate.zone))
            lanes_of.setdefault(key, []).append((rate.max_weight_g, rate.cost_minor))
    costs = (
        min(((limit, cost) for limit, cost in rates if limit >= weight_g), default=max(rates))[1]
        for rates in lanes_of.values()
    )
    return max(costs, default=0)


def heaviest_g(facts: Facts, default_g: int) -> int:
    """What the heaviest unit of an order weighs that is still to be routed; 0 where there is none."""
    lines = (line for line in facts.order.lines if line.id in facts.open_units)
    return max((_unit_g(facts, line, default_g) for line in lines), default=0)


def _unit_g(facts: Facts, line: Line, default_g: int) -> int:
    known = unit_weight_g(facts, line)
    return default_g if known is None else known


class Share(NamedTuple):
    """What one group of lines does in a way: what it takes, and units left short."""

    takes: Takes
    short: int


@dataclass(frozen=True, slots=True)
class Bounds:
    """The rules that each line of an order may come to.

    Where several might ship it from a place the mildest counts: no way is then cheaper, or takes less, than it says.
    """

    policies: Mapping[str, tuple[LocationPolicy, ...]]  # by line

    def all(self) -> list[LocationPolicy]:
        """Each of them once."""
        return list({id(one): one for some in self.policies.values() for one in some}.values())

    def fails_over(self, location: str, line_id: str) -> bool:
        """Whether the location is a resort only, for this line."""
        return not any(location in one.ship_from for one in self.policies[line_id])

    def keeps(self, location: str, line_id: str) -> int:
        """Units of a SKU that stay there whatever the line wants."""
        return min((one.keep_stock for one in self.policies[line_id] if location in one.locations), default=0)

    def needs_room(self, location: str, line_id: str) -> bool:
        """Whether the line may ship from there only while there is room in the location's day."""
        return all(one.if_full == "next_location" for one in self.policies[line_id] if location in one.locations)


class Group(NamedTuple):
    """Lines under one location rule, with the locations that may ship them and the stock these have."""

    policy: LocationPolicy
    demands: Sequence[Demand]
    places: Sequence[Candidate]
    stock: Stock
    limits: Limits


def atoms_of(group: Group) -> list[list[Demand]]:
    """Lines that ship together, and every other line by itself."""
    atoms: dict[tuple[str, int], list[Demand]] = {}
    for at, demand in enumerate(group.demands):
        atoms.setdefault((demand.together, -1 if demand.together else at), []).append(demand)
    return list(atoms.values())


def has(group: Group, place: Candidate, atom: Sequence[Demand]) -> bool:
    """Whether a place has all that the lines take."""
    if place.unlimited:
        return True
    here = group.stock.get(place.name, {})
    return all(here.get(sku, 0) >= units for sku, units in needs_of(atom).items())


def needs_of(demands: Iterable[Demand]) -> dict[str, int]:
    """SKU -> units that the lines take from stock."""
    needs: dict[str, int] = {}
    for demand in demands:
        for sku, each in demand.components or ((demand.sku, 1),):
            needs[sku] = needs.get(sku, 0) + each * demand.quantity
    return needs


def allowed(limits: Limits, worth: Mapping[str, int], *, short: int) -> bool:
    """Whether a group may ship in parts of this worth, by location; under "" stands what is left `short`."""
    shipped = len(worth) - ("" in worth)
    if not shipped:
        return False  # nothing at all is listed apart
    if shipped > 1 and (not limits.split or shipped > (limits.max_shipments or shipped)):
        return False
    parts = [value for location, value in worth.items() if location or (short and limits.partial)]
    return len(parts) == 1 or min(parts) >= limits.min_value_minor
