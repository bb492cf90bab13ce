"""Choose for many orders from the same candidates: what is common quickly, everything else by the search.

Whatever the way, the choice is the one that the search would make.

1. the first of the ranked locations that has everything ships it, where no plan of several can be preferred to it
2. else each line is one bit for every location that could ship it whole; one location that reaches every line which
   any location reaches, else the first of the ranked sets that do
3. where cost decides between pairs, the lines that only one of a pair has are placed at once, the others in every way,
   until no later pair can be cheaper; beside the one location that is opened already, each other one is tried
4. the search decides where lines compete for stock, split, ship together, or where other values are compared
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from orderctl.core.allocation_field import BITS, Field, Pair, Single
from orderctl.core.allocation_problem import Problem
from orderctl.core.allocation_search import Search
from orderctl.core.allocation_values import INFINITE, WHOLE, Choice, Demand, Take, Value, remaining_share

MOST_LINES = 10  # that are placed in every way; where there are more, the search is quicker
NOWHERE = -1
_GRAMS = (1 << BITS) - 1
_UNKNOWN = INFINITE >> 1  # no sum of known costs reaches it
_NO_WAY = INFINITE << BITS

Stock = Mapping[str, Mapping[str, int]]

_NOTHING: Mapping[str, int] = {}
_new = tuple.__new__  # without the call of the tuple's own, which takes longer than all the rest of it


def choose_from(field: Field, demands: Sequence[Demand], stock: Stock) -> Choice:
    """The best plan; without any location that can help, one with no takes and everything short.

    `stock` is location -> SKU -> units that may be taken.
    """
    needs, units, weight_g = _load(demands)
    if not needs or not field.singles:
        return _searched(field, demands, stock)
    wanted = needs.items()
    ranked = _by_stock(field, needs, (units, weight_g), stock) if field.by_stock else field.ranked(units, weight_g)
    for values, _, name, shelf in ranked:
        if shelf is not None:
            here = stock.get(shelf, _NOTHING)
            for sku, quantity in wanted:
                if here.get(sku, 0) < quantity:
                    break
            else:
                shelf = None  # noqa: PLW2901 - it has all of these
        if shelf is None:
            takes = tuple([_new(Take, (name, line, sku, quantity)) for line, sku, quantity, _, _, _, _ in demands])
            return _new(Choice, (takes, {}, values, True))
    return _from_few(field, demands, needs, stock) or _searched(field, demands, stock)


def _searched(field: Field, demands: Sequence[Demand], stock: Stock) -> Choice:
    problem = Problem(demands, field.candidates, stock, field.prefer, field.limits)
    search = Search(problem)
    search.run(problem.sets())
    return search.choice()


def _load(demands: Sequence[Demand]) -> tuple[dict[str, int], int, int]:
    """All that the demands take from stock, their units and their grams; nothing when one of them asks for nothing."""
    needs: dict[str, int] = {}
    units = weight_g = 0
    for _, sku, quantity, _, grams, components, _ in demands:
        if quantity <= 0:
            return {}, 0, 0
        units += quantity
        weight_g += grams
        if components:
            for part, each in components:
                needs[part] = needs.get(part, 0) + each * quantity
        else:
            needs[sku] = needs[sku] + quantity if sku in needs else quantity
    return needs, units, weight_g


def _by_stock(field: Field, needs: Mapping[str, int], load: tuple[int, int], stock: Stock) -> list[Single]:
    """`Field.ranked` of those that have everything, where it matters which share of the stock stays there."""
    ranked = []
    for at in field.singles:
        shelf = field.shelves[at][1]
        here = needs if shelf is None else stock.get(shelf, _NOTHING)
        if all(here.get(sku, 0) >= units for sku, units in needs.items()):
            shares = (remaining_share(here[sku], units) for sku, units in needs.items())
            ranked.append(field.single(at, *load, share=WHOLE if shelf is None else min(shares)))
    return sorted(ranked)


class Lines(NamedTuple):
    """Single lines that do not compete, and per line one bit for every location that could ship it whole."""

    field: Field
    demands: Sequence[Demand]
    reach: Sequence[int]


def _from_few(field: Field, demands: Sequence[Demand], needs: Mapping[str, int], stock: Stock) -> Choice | None:
    """The best plan over the smallest sets of locations that reach every line which any location reaches.

    Where a plan may have one location only: the best over those that reach most units. None where neither is plain.
    """
    limits = field.limits
    if limits.lines or field.by_stock or not (field.most or field.sole >= 0):
        return None
    reach = _reach(field, demands, needs, stock)
    if not reach or not any(reach):
        return None
    lines = Lines(field, demands, reach)
    if field.sole >= 0:
        return _beside(lines) if field.by_pairs and 0 not in reach and not limits.min_value_minor else None
    if limits.partial and limits.min_value_minor and (field.most == 1 or 0 in reach):
        return None
    if 0 in reach or field.most == 1:
        single = _single(lines)
        if single is not None:
            return _choice(lines, [single.at if bits >> single.at & 1 else NOWHERE for bits in reach], single.values)
    if limits.min_value_minor or field.most == 1:
        return None
    if not field.rest:
        return _from_first(lines)
    two = _cheapest(lines) if field.by_pairs else None
    return _choice(lines, two.where, two.values) if two else None


def _beside(lines: Lines) -> Choice | None:
    """The best that ships from one location that is not opened, alone or with the one that is."""
    field, demands = lines.field, lines.demands
    both = ~0
    for bits in lines.reach:
        both &= bits
    units, grams = sum([one.quantity for one in demands]), sum([one.weight_g for one in demands])
    alone = min((field.single(at, units, grams) for at in range(len(field.places)) if both >> at & 1), default=None)
    apart = all(not bits >> field.sole & 1 for bits in lines.reach)  # it has nothing to ship beside another one
    two = None if apart else _cheapest(lines)
    if two is None:
        return _choice(lines, [alone.at] * len(demands), alone.values) if apart and alone is not None else None
    if alone is not None and (alone.values, (alone.at,)) < (two.values, two.members):
        return _choice(lines, [alone.at] * len(demands), alone.values)
    return _choice(lines, two.where, two.values)


class Two(NamedTuple):
    """A plan of two locations."""

    values: tuple[Value, ...]
    members: tuple[int, int]
    where: Sequence[int]  # per line


def _reach(field: Field, demands: Sequence[Demand], needs: Mapping[str, int], stock: Stock) -> list[int] | None:
    """Per line one bit for every location that could ship it whole; None where lines compete or ship together."""
    shelves = [(bit, needs if name is None else stock.get(name, _NOTHING)) for bit, name in field.shelves]
    reach = []
    for _, sku, quantity, _, _, components, together in demands:
        if components or together:
            return None
        bits, wanted = 0, needs[sku]
        for bit, here in shelves:
            units = here.get(sku, 0)
            if units >= wanted:
                bits |= bit
            elif units >= quantity:
                return None
        reach.append(bits)
    return reach


def _single(lines: Lines) -> Single | None:
    """The best of the locations that reach most units; None where a plan of several leaves fewer units short."""
    field = lines.field
    units, grams = [0] * len(field.places), [0] * len(field.places)
    for demand, bits in zip(lines.demands, lines.reach, strict=True):
        for at in range(len(units)):
            if bits >> at & 1:
                units[at] += demand.quantity
                grams[at] += demand.weight_g
    most = max(units)
    if field.most > 1 and most < sum(
        one.quantity for one, bits in zip(lines.demands, lines.reach, strict=True) if bits
    ):
        return None
    return min(field.single(at, count, grams[at]) for at, count in enumerate(units) if count == most)


def _from_first(lines: Lines) -> Choice | None:
    """The first set that reaches every line, where only the locations of a plan are compared."""
    field, wanted = lines.field, [bits for bits in lines.reach if bits]
    for size in range(2, field.most + 1):
        for chosen, members in field.sets(size):
            if all(bits & chosen for bits in wanted):
                where = [next((at for at in members if bits >> at & 1), NOWHERE) for bits in lines.reach]
                return _choice(lines, where, field.worth(members))
    return None


def _cheapest(lines: Lines) -> Two | None:
    """The cheapest plan of a pair that reaches every line; None without one, or where there is too much to try."""
    field, demands, reach = lines
    if len(demands) > MOST_LINES:
        return None
    loads = [(bits, one.weight_g, one.quantity) for one, bits in zip(demands, reach, strict=True) if bits]
    weight_g = sum([load[1] for load in loads])
    cuts, best = field.cuts, None
    for pair in field.pairs(weight_g):
        if best is not None and pair[:2] > best[:2]:
            break
        placings = _placings(loads, pair)
        if placings:
            here, there = pair.tariffs
            costs = [
                here[bisect_left(cuts, placed & _GRAMS)]
                + there[bisect_left(cuts, weight_g - (placed & _GRAMS))]
                + (placed >> BITS)
                for placed in placings
            ]
            cost = min(costs)
            if best is None or (pair.worth, cost, pair.later, pair.members) < best[:4]:
                best = pair.worth, cost, pair.later, pair.members, costs.index(cost), pair.split
    if best is None or best[1] >= _UNKNOWN:
        return None
    worth, cost, later, members, nth, split = best
    return Two((*worth, cost + split, *later), members, _placed(reach, members, nth))


def _placings(loads: Sequence[tuple[int, int, int]], pair: Pair) -> list[int]:
    """Every way to place loads (reach, grams, units) on two locations, the first line at the first location first.

    A way is the grams at the first location, and above them what handling costs at both. One that leaves a location
    empty is as good as unknown; none when a load has no place.
    """
    (one, other), (each, of_other) = pair.bits, pair.charges
    sure, free, only = 0, [], 0
    for bits, grams, units in loads:
        if bits & one:
            if bits & other:
                free.append((grams + units * each, units * of_other))
            else:
                sure += grams + units * each
                only |= one
        elif bits & other:
            sure += units * of_other
            only |= other
        else:
            return []
    found = [sure]
    for puts in free:
        found = [placed + put for placed in found for put in puts]
    if not only & other:
        found[0] = _NO_WAY
    if not only & one:
        found[-1] = _NO_WAY
    return found


def _placed(reach: Sequence[int], members: tuple[int, int], placing: int) -> list[int]:
    """Per line its location, where those that both have stand as the bits of `placing` say, the last line lowest."""
    one, other = members
    where = []
    for bits in reversed(reach):
        both = bits >> one & bits >> other & 1
        at = one if bits >> one & 1 else other if bits >> other & 1 else NOWHERE
        if both:
            at = other if placing & 1 else one
            placing >>= 1
        where.append(at)
    return where[::-1]


def _choice(lines: Lines, where: Sequence[int], values: tuple[Value, ...]) -> Choice:
    """The plan in which each line stands at its location by index."""
    placed = list(zip(lines.demands, where, strict=True))
    takes = []
    for at in sorted(set(where)):
        if at != NOWHERE:
            name = lines.field.places[at].name
            takes += [_new(Take, (name, one.line_id, one.sku, one.quantity)) for one, to in placed if to == at]
    short = {one.line_id: one.quantity for one, to in placed if to == NOWHERE}
    return Choice(tuple(takes), short, values)
