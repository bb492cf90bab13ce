"""The common choices, quickly: everything from one location, or whole lines from the fewest locations.

Each gives exactly what the search gives, or None where the search has to decide.

1. the best location that covers everything, where no plan of several can be preferred to it
2. else, each SKU on one line: the best of the smallest sets that reach every line which any location reaches
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import product
from math import prod
from typing import NamedTuple

from orderctl.core.allocation_field import Field, Members, Set
from orderctl.core.allocation_values import (
    INFINITE,
    VALUES,
    WHOLE,
    Choice,
    Demand,
    Limits,
    Part,
    Take,
    Value,
    remaining_share,
    shipment_cost,
    split_cost,
)

MOST_TRIES = 100  # placings of lines; where there are more, the search is quicker
NOWHERE = -1

Placed = tuple[int, ...]  # per line its location by index
Stock = Mapping[str, Mapping[str, int]]

_NO_WAY = [NOWHERE]
_new = tuple.__new__  # without the call of Take's own, which takes longer than all the rest of it
_NOTHING: Mapping[str, int] = {}


def from_one(field: Field, demands: Sequence[Demand], stock: Stock) -> Choice | None:
    """The best location that covers the whole group; None without one."""
    needs = _needs(demands)
    if not needs or not field.most:
        return None
    wanted = needs.items()
    names, rest = field.names, field.rest
    for sets in field.classes(1):
        covers: list[Members] = []
        for _, members in sets:
            name = names[members[0]]
            if name is not None:
                here = stock.get(name, _NOTHING)
                for sku, units in wanted:
                    if here.get(sku, 0) < units:
                        break
                else:
                    covers.append(members)
                    if not rest:
                        break
                continue
            covers.append(members)
            if not rest:
                break
        if covers:
            members, values = _best(field, demands, needs, stock, covers) if rest else (covers[0], ())
            name = field.places[members[0]].name
            takes = tuple([_new(Take, (name, demand.line_id, demand.sku, demand.quantity)) for demand in demands])
            return Choice(takes, {}, field.worth(members) + values)
    return None


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


def _best(
    field: Field, demands: Sequence[Demand], needs: Mapping[str, int], stock: Stock, covers: list[Members]
) -> tuple[Members, tuple[Value, ...]]:
    """Of locations that cover everything and tie so far the preferred one, and what the `rest` is worth there."""
    units, weight_g = sum([demand.quantity for demand in demands]), sum([demand.weight_g for demand in demands])
    values: list[Value] = []
    for name in field.rest:
        worth: list[Value] = []
        for (at,) in covers:
            place, share = field.places[at], WHOLE
            if name == "lowest_cost" and not field.terms.opened:
                worth.append(shipment_cost(place, units, weight_g))
                continue
            if name == "most_stock" and not place.unlimited:
                here = stock[place.name]
                share = min([remaining_share(here[sku], taken) for sku, taken in needs.items()])
            worth.append(VALUES[name]([Part(place, units, weight_g, share)], field.terms))
        least = min(worth)
        values.append(least)
        if len(worth) > 1:
            covers = [members for members, value in zip(covers, worth, strict=True) if value == least]
    return covers[0], tuple(values)


class Lines(NamedTuple):
    """Single lines, each of another SKU, and the locations they may ship from."""

    field: Field
    demands: Sequence[Demand]
    stock: Stock
    reach: Sequence[int]  # per line one bit for every location that could ship it whole


def from_few(field: Field, demands: Sequence[Demand], stock: Stock, limits: Limits) -> Choice | None:
    """The best plan over the smallest sets of locations that reach every line which any location reaches.

    Where a plan may have one location only: the best over those that reach most units.
    """
    if limits.lines or not field.most:
        return None
    reach = _reach(field, demands, stock)
    wanted = [bits for bits in reach if bits]
    if not wanted or (len(wanted) < len(demands) and limits.partial and limits.min_value_minor):
        return None
    lines = Lines(field, demands, stock, reach)
    for size in range(1, min(field.most, len(field.places)) + 1):
        for sets in field.classes(size):
            found = _reaching(sets, wanted, first=not field.rest)
            if found:
                return _over(lines, found, limits.min_value_minor if size > 1 else 0)
    if field.most > 1 or (limits.partial and limits.min_value_minor):
        return None
    return _from_most_units(lines)


def _reaching(sets: Sequence[Set], wanted: Sequence[int], *, first: bool) -> list[Members]:
    """Those of the sets, or the first of them, that reach every wanted line."""
    found = []
    for chosen, members in sets:
        for bits in wanted:
            if not bits & chosen:
                break
        else:
            found.append(members)
            if first:
                break
    return found


def _from_most_units(lines: Lines) -> Choice | None:
    """The best plan over single locations that reach most units."""
    units = [0] * len(lines.field.places)
    for demand, bits in zip(lines.demands, lines.reach, strict=True):
        for at in range(len(units)):
            if bits >> at & 1:
                units[at] += demand.quantity
    most = max(units)
    ranked = ([members for _, members in sets if units[members[0]] == most] for sets in lines.field.classes(1))
    return next((_over(lines, found, 0) for found in ranked if found), None)


def _reach(field: Field, demands: Sequence[Demand], stock: Stock) -> list[int]:
    """Per line one bit for every location that could ship it whole; empty where lines compete or ship together."""
    shelves = [(1 << at, None if name is None else stock.get(name, _NOTHING)) for at, name in enumerate(field.names)]
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


def _over(lines: Lines, sets: list[Members], least: int) -> Choice | None:
    """The best plan over sets that tie so far, each part worth `least`; None when there is too much to try, or none."""
    plans: list[Placed] = []
    tries = 0
    for members in sets:
        ways = [[at for at in members if bits >> at & 1] or _NO_WAY for bits in lines.reach]
        if not lines.field.rest:
            where = tuple([way[0] for way in ways])
            return _choice(lines, members, where, ()) if not least or _least_value(lines, where) >= least else None
        tries += prod(map(len, ways))
        if tries > MOST_TRIES:
            return None
        plans += product(*ways)
    if least:
        plans = [where for where in plans if _least_value(lines, where) >= least]
    values: list[Value] = []
    for name in lines.field.rest if plans else ():
        worth = _worths(lines, name, plans)
        values.append(min(worth))
        plans = [where for where, value in zip(plans, worth, strict=True) if value == values[-1]]
    return _choice(lines, tuple(sorted(set(plans[0]) - {NOWHERE})), plans[0], tuple(values)) if plans else None


def _least_value(lines: Lines, where: Placed) -> int:
    """The value in minor units of the part that is worth least."""
    worth: dict[int, int] = {}
    for demand, at in zip(lines.demands, where, strict=True):
        worth[at] = worth.get(at, 0) + demand.value_minor
    worth.pop(NOWHERE, 0)
    return min(worth.values())


def _worths(lines: Lines, name: str, plans: Sequence[Placed]) -> list[Value]:
    """What a preference is worth under each plan."""
    places, terms = lines.field.places, lines.field.terms
    loads = [(demand.quantity, demand.weight_g) for demand in lines.demands]
    worths: list[Value] = []
    for where in plans:
        units, weight_g = [0] * (len(places) + 1), [0] * (len(places) + 1)  # the last for lines that stay short
        for at, load in zip(where, loads, strict=True):
            units[at] += load[0]
            weight_g[at] += load[1]
        units[NOWHERE] = 0
        if name == "lowest_cost":
            costs = [shipment_cost(places[at], count, weight_g[at]) for at, count in enumerate(units) if count]
            worths.append(INFINITE if INFINITE in costs else sum(costs) + split_cost(len(costs), terms))
        else:
            share = _shares(lines, where) if name == "most_stock" else [WHOLE] * len(places)
            parts = [Part(places[at], count, weight_g[at], share[at]) for at, count in enumerate(units) if count]
            worths.append(VALUES[name](parts, terms))
    return worths


def _shares(lines: Lines, where: Placed) -> list[int]:
    """Per location the least share of a SKU's stock that stays there."""
    places = lines.field.places
    shares = [WHOLE] * len(places)
    for demand, at in zip(lines.demands, where, strict=True):
        if at != NOWHERE and not places[at].unlimited:
            left = remaining_share(lines.stock[places[at].name][demand.sku], demand.quantity)
            shares[at] = min(shares[at], left)
    return shares


def _choice(lines: Lines, members: Members, where: Placed, values: tuple[Value, ...]) -> Choice:
    """The plan in which the lines stand at `where`."""
    takes = []
    for at in members:
        name = lines.field.places[at].name
        for demand, to in zip(lines.demands, where, strict=True):
            if to == at:
                takes.append(Take(name, demand.line_id, demand.sku, demand.quantity))
    short = {demand.line_id: demand.quantity for demand, at in zip(lines.demands, where, strict=True) if at == NOWHERE}
    return Choice(tuple(takes), short, lines.field.worth(members) + values)
