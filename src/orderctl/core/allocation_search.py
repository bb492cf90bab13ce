"""Search the sets of locations for the best plan of a group of lines, exactly, by branch and bound.

1. sets come in the order of the least that a plan over them could be worth, worked out only as far as needed
2. the plans of one set place its lines whole; with `limits.lines` others fill them location by location, and filling
   wins where both are worth the same
3. sets that can no longer beat the best plan end the search
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.core.allocation_fill import fill_order, fillings
from orderctl.core.allocation_place import Placing
from orderctl.core.allocation_problem import Found, Problem
from orderctl.core.allocation_values import Value

MOST_STEPS = 50_000  # of one search; beyond them the best plan found stands
SET_STEPS = 10_000  # of them within one set of locations


class Search:
    """The best plan so far, and the steps left to find a better one."""

    __slots__ = ("best", "exact", "order", "problem", "steps", "whole_may_help")

    def __init__(self, problem: Problem) -> None:
        self.problem = problem
        self.best: Found | None = None
        self.exact = True
        self.steps = MOST_STEPS
        lines = problem.limits.lines
        self.order = fill_order(problem) if lines else []
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
        if not self.problem.by_set or (self.whole_may_help and not covers):
            self._place(members, short, values)

    def _fill(self, members: tuple[int, ...]) -> Found | None:
        """The best of the plans that fill the lines from all these locations."""
        filled: Found | None = None
        for number, found in enumerate(fillings(self.problem, members, self.order)):
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
