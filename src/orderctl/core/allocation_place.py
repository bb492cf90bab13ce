"""Place whole lines on the locations of one set, so that each location ships something.

Lines go in order, each to the locations that reach it, depth first. A half-made plan is left as soon as the least it
can still be worth, then its placing, is beyond the best plan known.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate

from orderctl.core.allocation_problem import Atom, Found, Problem, available
from orderctl.core.allocation_values import INFINITE, WHOLE, Value, is_late, total


class Placing:
    """One set of locations and where each line stands at the moment.

    `short` and `values` are the least its plans can be worth, `best` is the best plan known, of this set or another.
    """

    __slots__ = (
        *("atoms", "best", "members", "options", "problem", "rest_value", "short", "steps", "sure_cost"),
        *("sure_late", "sure_short", "taken", "units", "used", "value", "values", "weight", "where"),
    )

    def __init__(
        self,
        problem: Problem,
        members: tuple[int, ...],
        short: int,
        values: tuple[Value, ...],
        best: Found | None,
    ) -> None:
        self.problem, self.atoms, self.members = problem, problem.atoms, members
        self.short, self.values, self.best = short, values, best
        self.steps = 0
        count = len(problem.places)
        self.used, self.units, self.weight, self.value = [0] * count, [0] * count, [0] * count, [0] * count
        self.taken: list[dict[str, int]] = [dict.fromkeys(problem.contested, 0) for _ in range(count)]
        self.where = [count] * len(self.atoms)
        self.options = [problem.reach_of(bit, members) for bit in range(len(self.atoms))]
        ways = list(zip(self.atoms, self.options, strict=True))
        self.rest_value = _from_here([atom.value_minor for atom in self.atoms])
        self.sure_short = _from_here([0 if way else atom.units for atom, way in ways])
        self.sure_cost = _from_here([self._sure_cost(atom, way) for atom, way in ways])
        self.sure_late = _from_here([self._sure_late(atom, way) for atom, way in ways])

    def _sure_cost(self, atom: Atom, way: Sequence[int]) -> int:
        """The least that handling the units of an atom costs; nothing where it may stay short."""
        if not way or self.problem.leaves or not self.problem.floors:
            return 0
        return atom.units * min(self.problem.places[at].unit_cost_minor for at in way)

    def _sure_late(self, atom: Atom, way: Sequence[int]) -> int:
        """The units of an atom that arrive late wherever they ship from; none where it may stay short."""
        if not way or self.problem.leaves or self.problem.by_set:
            return 0
        return atom.units if all(is_late(self.problem.places[at]) for at in way) else 0

    def run(self, steps: int) -> bool:
        """Look for better plans; False when `steps` did not suffice to try all."""
        self.steps = steps
        self._descend(0, 0, 0)
        return self.steps >= 0

    def _descend(self, depth: int, short: int, short_value: int) -> None:
        self.steps -= 1
        if self.steps < 0 or not self._promising(depth, short, short_value):
            return
        if depth == len(self.atoms):
            self._finish(short)
            return
        atom = self.atoms[depth]
        for at in self._free(depth):
            self._put(depth, at, 1)
            self._descend(depth + 1, short, short_value)
            self._put(depth, at, -1)
        if self.problem.leaves or not self.options[depth]:
            self.where[depth] = len(self.used)
            self._descend(depth + 1, short + atom.units, short_value + atom.value_minor)

    def _free(self, depth: int) -> list[int]:
        """The locations that still have room for an atom; where cost matters, the cheapest addition first."""
        atom, free = self.atoms[depth], self.options[depth]
        for sku in self.problem.contested:
            if units := atom.needs.get(sku, 0):
                stock = self.problem.stock
                free = [at for at in free if self.taken[at][sku] + units <= available(stock[at], sku)]
        return sorted(free, key=lambda at: self._added_cost(atom, at)) if self.problem.floors else free

    def _added_cost(self, atom: Atom, at: int) -> int:
        before = self.problem.cost_floor(at, self.weight[at])
        after = self.problem.cost_floor(at, self.weight[at] + atom.weight_g)
        return after - before + self.problem.places[at].unit_cost_minor * atom.units

    def _put(self, depth: int, at: int, sign: int) -> None:
        atom = self.atoms[depth]
        self.where[depth] = at
        self.used[at] += sign
        self.units[at] += sign * atom.units
        self.weight[at] += sign * atom.weight_g
        self.value[at] += sign * atom.value_minor
        for sku in self.problem.contested:
            self.taken[at][sku] += sign * atom.needs.get(sku, 0)

    def _promising(self, depth: int, short: int, short_value: int) -> bool:
        """Whether what is made so far can still become an allowed plan, and one better than the best."""
        short += self.sure_short[depth]
        if sum(not self.used[at] for at in self.members) > len(self.atoms) - depth:
            return False
        if self.problem.limits.min_value_minor and not self._worth(depth, short, short_value):
            return False
        best = self.best
        if best is None:
            return True
        least = max(short, self.short), self.values if self.problem.by_set else self._least_values(depth)
        if least != best[:2]:
            return least < best[:2]
        return (self.members, tuple(self.where[:depth])) <= (best.members, best.placing[:depth])

    def _worth(self, depth: int, short: int, short_value: int) -> bool:
        """Whether the lines to come can lift every part, and the remainder, to the least value a part may have."""
        least, rest = self.problem.limits.min_value_minor, self.rest_value[depth]
        remainder = self.problem.limits.partial and short > 0
        if remainder and short_value + rest < least:
            return False
        if len(self.members) == 1 and not remainder:
            return True
        return sum(max(0, least - self.value[at]) for at in self.members) <= rest

    def _least_values(self, depth: int) -> tuple[Value, ...]:
        """The least each preference can be worth for what is made so far."""
        values = list(self.values)
        for at, name in enumerate(self.problem.prefer):
            if name == "lowest_cost":
                values[at] = self._least_cost(depth)
            elif name == "deadline":
                late = sum(self.units[place] for place in self.members if is_late(self.problem.places[place]))
                values[at] = late + self.sure_late[depth]
            elif name == "most_stock":
                values[at] = self._least_taken(depth)
        return tuple(values)

    def _least_cost(self, depth: int) -> int:
        places = self.problem.places
        shipping = total([self.problem.cost_floor(at, self.weight[at]) for at in self.members])
        handling = sum(places[at].unit_cost_minor * self.units[at] for at in self.members)
        return min(INFINITE, shipping + handling + self.sure_cost[depth] + self.problem.penalty(self.members))

    def _least_taken(self, depth: int) -> int:
        placed = zip(self.atoms[:depth], self.where, strict=False)
        return -min((self.problem.share(atom, at) for atom, at in placed if at < len(self.used)), default=WHOLE)

    def _finish(self, short: int) -> None:
        """All lines are placed, and as they may be: keep the plan if it is better than the best."""
        problem = self.problem
        amounts = tuple(
            (line, at, problem.demands[line].quantity)
            for atom, at in zip(self.atoms, self.where, strict=True)
            if at < len(self.used)
            for line in atom.lines
        )
        values = self.values if problem.by_set else problem.plan_values(amounts)
        found = Found(short, values, self.members, tuple(self.where), amounts)
        if self.best is None or found < self.best:
            self.best = found


def _from_here(numbers: Sequence[int]) -> list[int]:
    """Per depth the sum of the numbers from there on."""
    return [*list(accumulate(reversed(numbers)))[::-1], 0]
