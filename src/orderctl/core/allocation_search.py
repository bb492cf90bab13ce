"""Search the sets of locations for the best plan of a group of lines, exactly, by branch and bound.

1. sets come in the order of the least that a plan over them could be worth, worked out only as far as needed
2. the plans of one set place its lines whole; with `limits.lines` others fill them location by location, and filling
   wins where both are worth the same
3. filling puts lines that ship together first, at every location in turn, or short; the other lines in order, each from
   the locations in the order in which `prefer` ranks them when each had to ship the whole group, then by position,
   even if a later one could ship the line whole
4. sets that can no longer beat the best plan end the search
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from orderctl.core.allocation_place import Placing
from orderctl.core.allocation_problem import Amount, Found, Needs, Problem, available, most_units
from orderctl.core.allocation_values import WHOLE, Choice, Part, Value, plan_values, remaining_share
from orderctl.core.money import divide_half_up

MOST_STEPS = 50_000  # of one search; beyond them the best plan found stands
SET_STEPS = 10_000  # of them within one set of locations
FILLED = -1  # first in the placing of a plan: before one of whole lines that is worth the same

Left = dict[int, dict[str, int] | None]  # per location the units of each SKU that are still there, None = all


class Search:
    """The best plan so far, and the steps left to find a better one."""

    __slots__ = ("best", "exact", "order", "problem", "steps", "whole_may_help")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.best: Found | None = None
        self.exact = True
        self.steps = MOST_STEPS
        lines = problem.limits.lines
        self.order = _fill_order(problem) if lines else []
        kits = any(demand.components for demand in problem.demands)
        self.whole_may_help = lines and (problem.limits.min_value_minor > 0 or (kits and bool(problem.contested)))

    def run(self, sets: Sequence[int], without: int = 0) -> None:
        """Find the best plan that uses all locations of one of `sets`, not of `without`; there may be no such plan."""
        short = self.problem.fewest_short(sets)
        by_short: dict[int, list[int]] = {}
        for chosen in sets:
            if chosen != without:
                by_short.setdefault(short[chosen], []).append(chosen)
        for units in sorted(by_short):
            self._visit(by_short[units], units, ())

    def choice(self) -> Choice:
        """The best plan so far in the words of its order."""
        return self.problem.choice(self.best, exact=self.exact)

    def per_set(self, sets: Sequence[int]) -> list[tuple[Found, bool]]:
        """The best plan of each set that has an allowed one, and whether it is proven to be the best."""
        plans: list[tuple[Found, bool]] = []
        for chosen, short in self.problem.fewest_short(sets).items():
            self.best, self.exact, self.steps = None, True, SET_STEPS
            values = tuple(self.problem.least_value(name, chosen) for name in self.problem.prefer)
            self._try(self.problem.members(chosen), short, values)
            if self.best:
                plans.append((self.best, self.exact))
        return plans

    def _visit(self, sets: list[int], short: int, values: tuple[Value, ...]) -> None:
        """Try sets whose plans leave at least `short` units short and are worth at least `values`."""
        depth = len(values)
        if self.steps <= 0 or (self.best and (short, values) > (self.best.short, self.best.values[:depth])):
            self.exact = self.exact and self.steps > 0
            return
        if depth < len(self.problem.prefer):
            name = self.problem.prefer[depth]
            by_value: dict[Value, list[int]] = {}
            for chosen in sets:
                by_value.setdefault(self.problem.least_value(name, chosen), []).append(chosen)
            for value in sorted(by_value):
                self._visit(by_value[value], short, (*values, value))
            return
        for members in sorted(map(self.problem.members, sets)):
            if self.steps <= 0 or (self.best and (short, values, members) > self.best[:3]):
                self.exact = self.exact and self.steps > 0
                return
            self._try(members, short, values)

    def _try(self, members: tuple[int, ...], short: int, values: tuple[Value, ...]) -> None:
        if not self.problem.limits.lines:
            self._place(members, short, values)
            return
        filled = self._fill(members)
        if filled and (self.best is None or filled < self.best):
            self.best = filled
        covers = filled is not None and filled.short == short
        if not self.problem.by_set or filled is None or (self.whole_may_help and not covers):
            self._place(members, short, values)

    def _fill(self, members: tuple[int, ...]) -> Found | None:
        """The best of the plans that fill the lines from all these locations."""
        filled: Found | None = None
        for number, found in enumerate(_fillings(self.problem, members, self.order)):
            self.steps -= 1
            if number >= SET_STEPS or self.steps < 0:
                self.exact = False
                break
            if found and (filled is None or found < filled):
                filled = found
        return filled

    def _place(self, members: tuple[int, ...], short: int, values: tuple[Value, ...]) -> None:
        placing = Placing(self.problem, members, short, values, self.best)
        steps = max(0, min(SET_STEPS, self.steps))
        taken = placing.run(steps)
        self.exact = self.exact and taken <= steps
        self.steps -= taken
        self.best = placing.best


def _fill_order(problem: Problem) -> list[int]:
    """The locations in the order in which they are filled."""
    units = sum(atom.units for atom in problem.atoms)
    weight_g = sum(atom.weight_g for atom in problem.atoms)
    needs: dict[str, int] = {}
    for atom in problem.atoms:
        for sku, wanted in atom.needs.items():
            needs[sku] = needs.get(sku, 0) + wanted

    def alone(at: int) -> tuple[tuple[Value, ...], int]:
        have = problem.stock[at]
        share = WHOLE if have is None else min(remaining_share(have.get(sku, 0), needs[sku]) for sku in needs)
        return plan_values(problem.prefer, [Part(problem.places[at], units, weight_g, share)], problem.terms), at

    return sorted(range(len(problem.places)), key=alone)


def _fillings(problem: Problem, members: tuple[int, ...], order: Sequence[int]) -> Iterator[Found | None]:
    """Every plan that fills the lines from all these locations; None for a try that the limits do not allow."""
    ranked = [at for at in order if at in members]
    groups = [(atom, problem.reach_of(bit, members)) for bit, atom in enumerate(problem.atoms) if atom.together]
    for placed in product(*((*way, None) for _, way in groups)):
        left = {at: _left(problem, at) for at in members}
        amounts: list[Amount] = []
        for (atom, _), at in zip(groups, placed, strict=True):
            if at is not None and most_units(left[at], atom.needs, 1):
                _take(left[at], atom.needs, 1)
                amounts += [(line, at, problem.demands[line].quantity) for line in atom.lines]
        for atom in problem.atoms:
            if not atom.together:
                amounts += _fill_line(problem, atom.lines[0], ranked, left)
        yield _found(problem, members, sorted(amounts))


def _left(problem: Problem, at: int) -> dict[str, int] | None:
    have = problem.stock[at]
    return None if have is None else {sku: available(have, sku) for atom in problem.atoms for sku in atom.needs}


def _take(left: dict[str, int] | None, needs: Needs, times: int) -> None:
    if left is not None:
        for sku, units in needs.items():
            left[sku] -= units * times


def _fill_line(problem: Problem, line: int, ranked: Sequence[int], left: Left) -> Iterator[Amount]:
    """Take a line's units from one location after the other, as many as each still has."""
    wanted, needs = problem.demands[line].quantity, problem.unit_needs[line]
    for at in ranked:
        if units := most_units(left[at], needs, wanted):
            _take(left[at], needs, units)
            wanted -= units
            yield line, at, units


def _found(problem: Problem, members: tuple[int, ...], amounts: Sequence[Amount]) -> Found | None:
    """The plan of these amounts, if it uses every location and splits no further than it may."""
    taken = {(line, at): units for line, at, units in amounts}
    value = dict.fromkeys(members, 0)
    short = [demand.quantity for demand in problem.demands]
    for line, at, units in amounts:
        value[at] += _value_of(problem, line, units)
        short[line] -= units
    short_value = sum(_value_of(problem, line, units) for line, units in enumerate(short))
    remainder = problem.limits.partial and any(short)
    least = problem.limits.min_value_minor
    if len({at for _, at in taken}) < len(members) or (remainder and short_value < least):
        return None
    if (remainder or len(members) > 1) and min(value.values()) < least:
        return None
    placing = (FILLED, *(-taken.get((line, at), 0) for line in range(len(short)) for at in members))
    return Found(sum(short), problem.plan_values(amounts), members, placing, tuple(amounts))


def _value_of(problem: Problem, line: int, units: int) -> int:
    demand = problem.demands[line]
    return divide_half_up(demand.value_minor * units, demand.quantity)
