"""One choice of locations as numbers: lines and locations by index, sets of locations as bits.

1. lines that ship together are one atom, every other line is an atom of its own
2. locations stand in order of (position, name); those that could ship nothing of the group are left out
3. per set of locations the fewest units that must stay short, and the least that each preference can be worth there
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from itertools import accumulate
from typing import NamedTuple

from orderctl.core.allocation_values import (
    BY_ASSIGNMENT,
    INFINITE,
    VALUES,
    WHOLE,
    Candidate,
    Choice,
    Demand,
    Limits,
    Part,
    Take,
    Terms,
    Value,
    carrier_cost,
    is_late,
    plan_values,
    remaining_share,
    split_cost,
    total,
)

Needs = Mapping[str, int]  # SKU -> units
Amount = tuple[int, int, int]  # line, location, units


class Atom(NamedTuple):
    """Lines that one location ships whole: one line, or all lines of a group that ships together."""

    lines: tuple[int, ...]
    needs: Needs
    units: int
    value_minor: int
    weight_g: int
    together: bool


class Problem:
    """What was asked, prepared.

    Per location `stock` is None where it has all, `reach` has a bit for every atom that it could ship alone.
    `leaves` says that an atom may be better left short although a location reaches it, `by_set` that no preference
    depends on what each location ships.
    """

    __slots__ = (
        *("atoms", "blank", "by_set", "contested", "demands", "floors", "leaves", "limits", "places", "prefer"),
        *("reach", "stock", "terms", "unit_needs"),
    )

    def __init__(
        self,
        demands: Sequence[Demand],
        candidates: Sequence[Candidate],
        stock: Mapping[str, Needs],
        prefer: Sequence[str],
        limits: Limits,
    ) -> None:
        self.prefer = tuple(prefer)
        self.limits = limits
        self.terms = Terms(any(place.opened for place in candidates), limits.split_cost_minor)
        self.demands = [demand for demand in demands if demand.quantity > 0]
        self.unit_needs = [unit_needs(demand) for demand in self.demands]
        self.atoms = _atoms(self.demands, self.unit_needs)
        self.places: list[Candidate] = []
        self.stock: list[Needs | None] = []
        self.reach: list[int] = []
        for place in sorted(candidates, key=lambda place: (place.position, place.name)):
            have = None if place.unlimited else stock.get(place.name, {})
            reach = sum(1 << bit for bit, atom in enumerate(self.atoms) if most_units(have, atom.needs, 1))
            if reach or (limits.lines and any(most_units(have, needs, 1) for needs in self.unit_needs)):
                self.places.append(place)
                self.stock.append(have)
                self.reach.append(reach)
        self.contested = _contested(self.atoms, self.stock)
        self.leaves = bool(self.contested) or (limits.partial and limits.min_value_minor > 0)
        self.by_set = BY_ASSIGNMENT.isdisjoint(self.prefer)
        self.blank = [Part(place, 0, 0, WHOLE) for place in self.places]
        self.floors = [_floors(place) for place in self.places] if "lowest_cost" in self.prefer else []

    def sets(self) -> tuple[int, ...]:
        """Every set of locations that a plan may use, as bits, in ascending order."""
        most = len(self.places) if self.limits.lines else min(len(self.places), len(self.atoms))
        if not self.limits.split:
            most = min(most, 1)
        elif self.limits.max_shipments is not None:
            most = min(most, self.limits.max_shipments)
        return sets_of(len(self.places), most)

    def members(self, chosen: int) -> tuple[int, ...]:
        """The locations of a set, by index, ascending."""
        return members_of(len(self.places))[chosen]

    def fewest_short(self, sets: Sequence[int]) -> dict[int, int]:
        """Per set of locations the units that stay short whatever is tried with them; a plan may leave more."""
        if self.limits.lines:
            return self._fewest_short_of_units(sets)
        reached = _united(sets, self.reach)
        units: dict[int, int] = {}
        for got in set(reached.values()):
            units[got] = sum(atom.units for bit, atom in enumerate(self.atoms) if not got >> bit & 1)
        if not self.contested:
            return {chosen: units[reached[chosen]] for chosen in sets}
        return {chosen: units[reached[chosen]] + self._deficit(chosen, reached[chosen]) for chosen in sets}

    def _deficit(self, chosen: int, reached: int) -> int:
        """The fewest units of the reached atoms that stay short because a SKU that several need runs out."""
        most = 0
        for sku in self.contested:
            askers = [atom for bit, atom in enumerate(self.atoms) if reached >> bit & 1 and sku in atom.needs]
            missing = sum(atom.needs[sku] for atom in askers)
            missing -= sum(available(self.stock[at], sku) for at in self.members(chosen))
            if missing > 0:
                most = max(most, min(-(-missing * atom.units // atom.needs[sku]) for atom in askers))
        return most

    def _fewest_short_of_units(self, sets: Sequence[int]) -> dict[int, int]:
        short = dict.fromkeys(sets, 0)
        for atom in self.atoms:
            if atom.together:
                room = [atom.units * most_units(have, atom.needs, 1) for have in self.stock]
            else:
                room = [most_units(have, self.unit_needs[atom.lines[0]], atom.units) for have in self.stock]
            bits = {1 << at: units for at, units in enumerate(room)}
            units = {0: 0}
            for chosen in sets:
                rest = chosen & (chosen - 1)
                units[chosen] = got = units[rest] + bits[chosen ^ rest]
                if got < atom.units:
                    short[chosen] += atom.units - got
        return short

    def least_value(self, name: str, chosen: int) -> Value:
        """The least that a preference can be worth for a plan that uses all locations of a set."""
        members = self.members(chosen)
        if name not in BY_ASSIGNMENT:
            return VALUES[name]([self.blank[at] for at in members], self.terms)
        ways = [] if self.leaves or self.limits.lines else self._ways(members)
        if name == "deadline":
            return sum(atom.units for atom, way in ways if all(is_late(self.places[at]) for at in way))
        if name == "most_stock":
            return -min((max(self.share(atom, at) for at in way) for atom, way in ways), default=WHOLE)
        cost = total([self.cost_floor(at, 0) for at in members])
        cost += sum(min(self.places[at].unit_cost_minor for at in way) * atom.units for atom, way in ways)
        return min(INFINITE, cost + self.penalty(members))

    def _ways(self, members: Sequence[int]) -> list[tuple[Atom, list[int]]]:
        """The atoms that the members reach, each with those that do."""
        ways = ((atom, self.reach_of(bit, members)) for bit, atom in enumerate(self.atoms))
        return [(atom, way) for atom, way in ways if way]

    def reach_of(self, bit: int, members: Sequence[int]) -> list[int]:
        """The members that could ship an atom."""
        return [at for at in members if self.reach[at] >> bit & 1]

    def penalty(self, members: Iterable[int]) -> int:
        """What splitting over these locations costs in minor units."""
        return split_cost(sum(not self.places[at].opened for at in members), self.terms)

    def share(self, atom: Atom, at: int) -> int:
        """The share of stock that stays at a location when it ships an atom and nothing else of the group."""
        have = self.stock[at]
        if have is None:
            return WHOLE
        return min(remaining_share(have.get(sku, 0), units) for sku, units in atom.needs.items())

    def cost_floor(self, at: int, weight_g: int) -> int:
        """The least that a shipment of `weight_g` or more costs at a location, without handling per unit."""
        limits, floors = self.floors[at]
        return floors[bisect_left(limits, weight_g)]

    def plan_values(self, amounts: Iterable[Amount]) -> tuple[Value, ...]:
        """What a plan is worth, one value per preference."""
        loads: dict[int, list[tuple[int, int]]] = {}
        for line, at, units in amounts:
            loads.setdefault(at, []).append((line, units))
        return plan_values(self.prefer, [self._part(at, load) for at, load in loads.items()], self.terms)

    def choice(self, found: Found | None, *, exact: bool) -> Choice:
        """A plan in the words of its order; None is the plan that takes nothing."""
        short = {demand.line_id: demand.quantity for demand in self.demands}
        takes = []
        for line, at, units in sorted(found.amounts, key=lambda amount: (amount[1], amount[0])) if found else ():
            demand = self.demands[line]
            takes.append(Take(self.places[at].name, demand.line_id, demand.sku, units))
            short[demand.line_id] -= units
        return Choice(
            takes=tuple(takes),
            short={line: units for line, units in short.items() if units},
            values=found.values if found else plan_values(self.prefer, (), self.terms),
            exact=exact,
        )

    def _part(self, at: int, load: list[tuple[int, int]]) -> Part:
        weight_g = sum(-(-self.demands[line].weight_g * units // self.demands[line].quantity) for line, units in load)
        share = WHOLE
        have = self.stock[at]
        if have is not None and "most_stock" in self.prefer:
            taken = Counter[str]()
            for line, units in load:
                taken.update({sku: each * units for sku, each in self.unit_needs[line].items()})
            share = min(remaining_share(have.get(sku, 0), units) for sku, units in taken.items())
        return Part(self.places[at], sum(units for _, units in load), weight_g, share)


class Found(NamedTuple):
    """A plan, its fields in the order in which plans are compared: smaller wins."""

    short: int  # units
    values: tuple[Value, ...]
    members: tuple[int, ...]  # the locations it uses
    placing: tuple[int, ...]  # lines in order: at an earlier location first, short last
    amounts: tuple[Amount, ...]


def unit_needs(demand: Demand) -> dict[str, int]:
    """The SKUs that one unit of a line takes from stock: its own, or a kit's components."""
    if not demand.components:
        return {demand.sku: 1}
    needs: dict[str, int] = {}
    for sku, units in demand.components:
        needs[sku] = needs.get(sku, 0) + units
    return needs


def available(have: Needs | None, sku: str) -> int:
    """The units of a SKU that a location has, never below zero."""
    return INFINITE if have is None else max(0, have.get(sku, 0))


def most_units(have: Needs | None, needs: Needs, wanted: int) -> int:
    """How many of `wanted` units a location can ship when each takes `needs`."""
    if have is None:
        return wanted
    for sku, units in needs.items():
        if (here := have.get(sku, 0)) < units * wanted:
            wanted = max(0, here // units)
    return wanted


@cache
def members_of(count: int) -> tuple[tuple[int, ...], ...]:
    """Per set of `count` locations its members, ascending."""
    return tuple(tuple(at for at in range(count) if chosen >> at & 1) for chosen in range(1 << count))


@cache
def sets_of(count: int, most: int) -> tuple[int, ...]:
    """The sets of one to `most` of `count` locations as bits, in ascending order."""
    return tuple(chosen for chosen in range(1, 1 << count) if chosen.bit_count() <= most)


def _united(sets: Sequence[int], reach: Sequence[int]) -> dict[int, int]:
    """Per set the union of what its locations reach; `sets` is ascending, so a set stands after its own subsets."""
    bits = {1 << at: reached for at, reached in enumerate(reach)}
    united = {0: 0}
    for chosen in sets:
        rest = chosen & (chosen - 1)
        united[chosen] = united[rest] | bits[chosen ^ rest]
    return united


def _atoms(demands: Sequence[Demand], needs: Sequence[Needs]) -> list[Atom]:
    groups: dict[tuple[str, int], list[int]] = {}
    for at, demand in enumerate(demands):
        groups.setdefault((demand.together, -1 if demand.together else at), []).append(at)
    atoms = []
    for (together, _), lines in groups.items():
        wanted = Counter[str]()
        for at in lines:
            wanted.update({sku: units * demands[at].quantity for sku, units in needs[at].items()})
        picked = [demands[at] for at in lines]
        atoms.append(
            Atom(
                lines=tuple(lines),
                needs=dict(wanted),
                units=sum(demand.quantity for demand in picked),
                value_minor=sum(demand.value_minor for demand in picked),
                weight_g=sum(demand.weight_g for demand in picked),
                together=bool(together),
            )
        )
    return atoms


def _contested(atoms: Sequence[Atom], stock: Sequence[Needs | None]) -> tuple[str, ...]:
    """The SKUs that several atoms need and of which some location has too few for all of them, in order of need."""
    askers = Counter(sku for atom in atoms for sku in atom.needs)
    wanted = Counter[str]()
    for atom in atoms:
        wanted.update({sku: units for sku, units in atom.needs.items() if askers[sku] > 1})
    return tuple(sku for sku, units in wanted.items() if any(available(have, sku) < units for have in stock))


def _floors(place: Candidate) -> tuple[list[int], list[int]]:
    """Up to which added grams a shipment costs at least what: per rate the least of it and of all heavier ones."""
    weight, before, base = 0, 0, place.order_cost_minor
    if place.opened:
        weight, before, base = place.opened_weight_g, carrier_cost(place.rates, place.opened_weight_g), 0
    limits = [grams - weight for grams, _ in place.rates]
    costs = [INFINITE if INFINITE in (cost, before) else cost - before + base for _, cost in place.rates]
    return limits, [*list(accumulate(reversed(costs), min))[::-1], INFINITE]
