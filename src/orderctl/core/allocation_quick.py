"""The common choices, quickly: everything from one location, or whole lines from the fewest locations.

Each gives exactly what the search gives, or None where the search has to decide.

1. one location covers everything, and no plan of several can be preferred to it: the best such location
2. else whole lines, each SKU on one line, fewest shipments first: the best of the smallest sets of locations that reach
   every line that any location reaches
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cache
from itertools import combinations, product
from math import prod
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
    known,
    plan_values,
    remaining_share,
    shipment_cost,
    split_cost,
)

MOST_TRIES = 100  # placings of lines; where there are more, the search is quicker
NOWHERE = -1
_NO_WAY = [NOWHERE]

Members = tuple[int, ...]  # locations by index, ascending
Placed = tuple[int, ...]  # per line its location by index
Stock = Mapping[str, Mapping[str, int]]


class Group(NamedTuple):
    """Lines that one location could ship: what they need in all, and what there is."""

    units: int
    weight_g: int
    needs: Mapping[str, int]
    stock: Stock
    terms: Terms


def from_one(
    demands: Sequence[Demand], candidates: Sequence[Candidate], stock: Stock, prefer: Sequence[str], limits: Limits
) -> Choice | None:
    """The best location that covers the whole group, where no plan of several locations can be better."""
    if not prefer or (limits.split and prefer[0] != "fewest_shipments"):
        return None
    needs = _needs(demands)
    if not needs:
        return None
    wanted = needs.items()
    listed = prefer[0] == "fewest_shipments" and (len(prefer) == 1 or prefer[1] == "listed")
    covers: list[Candidate] = []
    opened = False
    for place in candidates:
        if place.opened:
            if limits.split:
                return None
            opened = True
        elif listed and covers and covers[-1].position < place.position:
            continue  # one that is listed before it covers everything too
        if place.unlimited:
            covers.append(place)
        elif here := stock.get(place.name):
            for sku, units in wanted:
                if here.get(sku, 0) < units:
                    break
            else:
                covers.append(place)
    if not covers:
        return None
    place = covers[0]
    if listed and len(covers) == 1 and len(prefer) == 2:
        values: tuple[Value, ...] = 0 if place.opened else 1, (place.position,)
    else:
        units, weight_g = sum([demand.quantity for demand in demands]), sum([demand.weight_g for demand in demands])
        group = Group(units, weight_g, needs, stock, Terms(opened, limits.split_cost_minor))
        place, values = _best(covers, prefer, group)
    name = place.name
    return Choice(tuple([Take(name, demand.line_id, demand.sku, demand.quantity) for demand in demands]), {}, values)


def _needs(demands: Sequence[Demand]) -> dict[str, int] | None:
    """All that the demands take from stock; None when one of them asks for nothing."""
    needs: dict[str, int] = {}
    for demand in demands:
        sku, quantity = demand.sku, demand.quantity
        if quantity <= 0:
            return None
        if demand.components:
            for part, each in demand.components:
                needs[part] = needs.get(part, 0) + each * quantity
        else:
            needs[sku] = needs[sku] + quantity if sku in needs else quantity
    return needs


def _best(covers: list[Candidate], prefer: Sequence[str], group: Group) -> tuple[Candidate, tuple[Value, ...]]:
    """Of locations that each cover everything the preferred one, and what it is worth."""
    values: list[Value] = []
    for name in prefer:
        if len(covers) == 1:
            values.append(_worth(name, covers[0], group))
            continue
        worth = [_worth(name, place, group) for place in covers]
        least = min(worth)
        values.append(least)
        if worth.count(least) < len(worth):
            covers = [place for place, value in zip(covers, worth, strict=True) if value == least]
    place = covers[0] if len(covers) == 1 else min(covers, key=lambda place: (place.position, place.name))
    return place, tuple(values)


def _worth(name: str, place: Candidate, group: Group) -> Value:
    """What a preference is worth when one location ships everything."""
    if name == "fewest_shipments":
        return 0 if place.opened else 1
    if name == "nearest":
        return known(place.distance)
    units, weight_g, needs, stock, terms = group
    if name == "lowest_cost" and not terms.opened:
        return shipment_cost(place, units, weight_g)
    share = WHOLE
    if name == "most_stock" and not place.unlimited:
        here = stock[place.name]
        share = min([remaining_share(here[sku], taken) for sku, taken in needs.items()])
    return VALUES[name]([Part(place, units, weight_g, share)], terms)


def from_few(
    demands: Sequence[Demand], candidates: Sequence[Candidate], stock: Stock, prefer: Sequence[str], limits: Limits
) -> Choice | None:
    """The best plan over the smallest sets of locations that reach every line which any location reaches."""
    if limits.lines or not limits.split or not prefer or prefer[0] != "fewest_shipments":
        return None
    reach = _reach(demands, candidates, stock)
    wanted = [bits for bits in reach if bits]
    if not wanted or (len(wanted) < len(demands) and limits.partial and limits.min_value_minor):
        return None
    most = len(candidates) if limits.max_shipments is None else limits.max_shipments
    sets = _smallest(wanted, len(candidates), most)
    lines = Lines(demands, candidates, stock, Terms(False, limits.split_cost_minor))
    sets, names = _narrowed(lines, sets, prefer)
    where = _first_of_best(lines, sets, reach, names, limits.min_value_minor)
    return None if where is None else lines.choice(where, prefer)


class Lines(NamedTuple):
    """Single lines and the locations they may ship from."""

    demands: Sequence[Demand]
    places: Sequence[Candidate]
    stock: Stock
    terms: Terms

    def value(self, name: str, where: Placed) -> Value:
        """What a preference is worth when the lines stand at `where`."""
        if name != "lowest_cost":
            return VALUES[name](self.parts(where), self.terms)
        units: dict[int, int] = {}
        weight: dict[int, int] = {}
        for demand, at in zip(self.demands, where, strict=True):
            if at in units:
                units[at] += demand.quantity
                weight[at] += demand.weight_g
            else:
                units[at] = demand.quantity
                weight[at] = demand.weight_g
        units.pop(NOWHERE, 0)
        costs = [shipment_cost(self.places[at], units[at], weight[at]) for at in units]
        return INFINITE if INFINITE in costs else sum(costs) + split_cost(len(costs), self.terms)

    def value_of_set(self, name: str, members: Members) -> Value:
        """What a preference that looks at locations alone is worth for a set of them."""
        return VALUES[name]([Part(self.places[at], 0, 0, WHOLE) for at in members], self.terms)

    def parts(self, where: Placed) -> list[Part]:
        """What each location ships when the lines stand at `where`."""
        loads: dict[int, Part] = {}
        for demand, at in zip(self.demands, where, strict=True):
            if at == NOWHERE:
                continue
            place, share = self.places[at], WHOLE
            if not place.unlimited:
                share = remaining_share(self.stock[place.name][demand.sku], demand.quantity)
            if at in loads:
                _, units, weight_g, least = loads[at]
                loads[at] = Part(place, units + demand.quantity, weight_g + demand.weight_g, min(least, share))
            else:
                loads[at] = Part(place, demand.quantity, demand.weight_g, share)
        return list(loads.values())

    def least_value(self, where: Placed) -> int:
        """The value in minor units of the part that is worth least."""
        worth: dict[int, int] = {}
        for demand, at in zip(self.demands, where, strict=True):
            worth[at] = worth.get(at, 0) + demand.value_minor
        worth.pop(NOWHERE, 0)
        return min(worth.values())

    def choice(self, where: Placed, prefer: Sequence[str]) -> Choice:
        """The plan in which the lines stand at `where`."""
        takes: dict[int, list[Take]] = {}
        short = {}
        for demand, at in zip(self.demands, where, strict=True):
            if at == NOWHERE:
                short[demand.line_id] = demand.quantity
            else:
                take = Take(self.places[at].name, demand.line_id, demand.sku, demand.quantity)
                takes.setdefault(at, []).append(take)
        members = sorted(takes)
        return Choice(
            tuple([take for at in members for take in takes[at]]), short, plan_values(prefer, self.parts(where), self.terms)
        )


def _narrowed(lines: Lines, sets: list[Members], prefer: Sequence[str]) -> tuple[list[Members], Sequence[str]]:
    """The best sets by the preferences that look at locations alone, up to the first one that does not; and the rest.

    Sets come and go in ascending order; they are of one size and newly opened, so the first preference is through.
    """
    for depth, name in enumerate(prefer):
        if name in BY_ASSIGNMENT:
            return sets, prefer[depth:]
        if name == "listed":
            sets = sets[:1]
        elif depth and len(sets) > 1:
            worth = [lines.value_of_set(name, members) for members in sets]
            least = min(worth)
            sets = [members for members, value in zip(sets, worth, strict=True) if value == least]
    return sets, ()


def _first_of_best(
    lines: Lines, sets: Sequence[Members], reach: Sequence[int], names: Sequence[str], min_value_minor: int
) -> Placed | None:
    """Where each line ships from, best by the preferences `names`; None when there is too much to try, or no way."""
    tries = 0
    plans: list[Placed] = []
    for members in sets:
        ways = [[at for at in members if bits >> at & 1] or _NO_WAY for bits in reach]
        if not names and not min_value_minor:
            return tuple([way[0] for way in ways])
        tries += prod(map(len, ways))
        if tries > MOST_TRIES:
            return None
        plans += product(*ways)
    if min_value_minor and sets and len(sets[0]) > 1:
        plans = [where for where in plans if lines.least_value(where) >= min_value_minor]
    for name in names:
        if len(plans) > 1:
            worth = [lines.value(name, where) for where in plans]
            least = min(worth)
            plans = [where for where, value in zip(plans, worth, strict=True) if value == least]
    return plans[0] if plans else None


def _reach(demands: Sequence[Demand], places: Sequence[Candidate], stock: Stock) -> list[int]:
    """Per line one bit for every location that could ship it whole; empty where it is not as simple as that.

    Simple are single lines, each of another SKU, and locations in order of position that have no shipment yet.
    """
    shelves: list[tuple[int, Mapping[str, int] | None]] = []
    position = -1
    for at, place in enumerate(places):
        if place.opened or place.position <= position:
            return []
        position = place.position
        shelves.append((1 << at, None if place.unlimited else stock.get(place.name, {})))
    reach: dict[str, int] = {}
    for demand in demands:
        sku, quantity = demand.sku, demand.quantity
        if sku in reach or quantity <= 0 or demand.components or demand.together:
            return []
        bits = 0
        for bit, here in shelves:
            if here is None or here.get(sku, 0) >= quantity:
                bits |= bit
        reach[sku] = bits
    return list(reach.values())


def _smallest(wanted: Sequence[int], count: int, most: int) -> list[tuple[int, ...]]:
    """The smallest sets of at most `most` of `count` locations that reach every wanted line; empty without one."""
    for sets in _by_size(count)[:most]:
        found = []
        for chosen, members in sets:
            for bits in wanted:
                if not bits & chosen:
                    break
            else:
                found.append(members)
        if found:
            return found
    return []


@cache
def _by_size(count: int) -> tuple[tuple[tuple[int, tuple[int, ...]], ...], ...]:
    """The sets of 1, 2, .. of `count` locations, each as bits and as its members, in ascending order of members."""
    return tuple(
        tuple((sum(1 << at for at in members), members) for members in combinations(range(count), size))
        for size in range(1, count + 1)
    )
