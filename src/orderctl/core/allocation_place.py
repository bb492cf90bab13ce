"""Place whole lines on the locations of one set, so that each location ships something.

Lines go in order, each to every location that reaches it, depth first and without recursion: an order may have many
lines. A half-made plan is left as soon as the least it can still be worth, then its placing, is beyond the best plan.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import accumulate

from orderctl.core.allocation_problem import Atom, Found, Problem, available
from orderctl.core.allocation_values import INFINITE, WHOLE, Value, is_late, remaining_share, total


class Placing:
    """One set of locations and where each line stands at the moment.

    `short` and `values` are the least its plans can be worth, `best` is the best plan known, of this set or another.
    """

    __slots__ = (
        *("atoms", "best", "left", "left_value", "members", "nowhere", "options", "problem", "rest_value", "short"),
        *("sure_cost", "sure_late", "sure_short", "taken", "units", "used", "value", "values", "weight", "where"),
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
        self.left = self.left_value = 0  # units left short so far, and their value in minor units
        count = self.nowhere = len(problem.places)
        self.used, self.units, self.weight, self.value = [0] * count, [0] * count, [0] * count, [0] * count
        self.taken: list[dict[str, int]] = [dict.fromkeys(problem.contested, 0) for _ in range(count)]
        self.where: list[int] = []
        self.options = [self._options(bit) for bit in range(len(self.atoms))]
        ways = list(zip(self.atoms, self.options, strict=True))
        self.rest_value = _from_here([atom.value_minor for atom in self.atoms])
        self.sure_short = _from_here([0 if way else atom.units for atom, way in ways])
        self.sure_cost = _from_here([self._sure_cost(atom, way) for atom, way in ways])
        self.sure_late = _from_here([self._sure_late(atom, way) for atom, way in ways])

    def _options(self, bit: int) -> list[int]:
        """The locations an atom may stand at, without those that alone make a plan worse than the best.

        Where stock matters most, those that keep the largest share come first: good plans are found early.
        """
        options = self.problem.reach_of(bit, self.members)
        if self.problem.prefer[:1] != ("most_stock",):
            return options
        share = {at: self.problem.share(self.atoms[bit], at) for at in options}
        if self.best and self.best.short <= self.short:
            least = self.best.values[0]
            options = [at for at in options if -share[at] <= least]  # type: ignore[operator]
        return sorted(options, key=lambda at: -share[at])

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

    def run(self, steps: int) -> int:
        """Look for better plans for at most so many steps; the steps that were taken, one more when they ran out."""
        reach = [sum(1 << bit for bit, way in enumerate(self.options) if at in way) for at in self.members]
        if not _each_has_one(reach) or not self._promising():
            return 0
        moves = [self._moves()]
        taken = 0
        while moves and taken <= steps:
            at = next(moves[-1], None)
            if at is None:
                moves.pop()
                if moves:
                    self._take_back()
                continue
            taken += 1
            self._put(at)
            if self._promising():
                if len(self.where) < len(self.atoms):
                    moves.append(self._moves())
                    continue
                self._keep()
            self._take_back()
        return taken

    def _moves(self) -> Iterator[int]:
        """Where the next line may stand."""
        depth = len(self.where)
        yield from self._free(depth)
        if self.problem.leaves or not self.options[depth]:
            yield self.nowhere

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

    def _put(self, at: int) -> None:
        self._count(at, self.atoms[len(self.where)], 1)
        self.where.append(at)

    def _take_back(self) -> None:
        at = self.where.pop()
        self._count(at, self.atoms[len(self.where)], -1)

    def _count(self, at: int, atom: Atom, sign: int) -> None:
        if at == self.nowhere:
            self.left += sign * atom.units
            self.left_value += sign * atom.value_minor
            return
        self.used[at] += sign
        self.units[at] += sign * atom.units
        self.weight[at] += sign * atom.weight_g
        self.value[at] += sign * atom.value_minor
        for sku in self.problem.contested:
            self.taken[at][sku] += sign * atom.needs.get(sku, 0)

    def _promising(self) -> bool:
        """Whether what is made so far can still become an allowed plan, and one better than the best."""
        depth = len(self.where)
        short = self.left + self.sure_short[depth]
        empty = [self.problem.reach[at] >> depth for at in self.members if not self.used[at]]
        if len(empty) > len(self.atoms) - depth or 0 in empty:
            return False
        if self.problem.limits.min_value_minor and not self._worth(depth, short):
            return False
        best = self.best
        if best is None:
            return True
        least = max(short, self.short), self.values if self.problem.by_set else self._least_values(depth)
        if least != best[:2]:
            return least < best[:2]
        return (self.members, tuple(self.where)) <= (best.members, best.placing[:depth])

    def _worth(self, depth: int, short: int) -> bool:
        """Whether the lines to come can lift every part, and the remainder, to the least value a part may have."""
        least, rest = self.problem.limits.min_value_minor, self.rest_value[depth]
        remainder = self.problem.limits.partial and short > 0
        if remainder and self.left_value + rest < least:
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
        stock, placed = self.problem.stock, zip(self.atoms[:depth], self.where, strict=False)
        shares = [self.problem.share(atom, at) for atom, at in placed if at != self.nowhere]
        for at in self.members:
            have = stock[at]
            for sku, units in self.taken[at].items():
                if units and have is not None:
                    shares.append(remaining_share(have[sku], units))
        return -min(shares, default=WHOLE)

    def _keep(self) -> None:
        """All lines stand where they may: keep the plan if it is better than the best."""
        problem = self.problem
        amounts = tuple(
            (line, at, problem.demands[line].quantity)
            for atom, at in zip(self.atoms, self.where, strict=True)
            if at != self.nowhere
            for line in atom.lines
        )
        values = self.values if problem.by_set else problem.plan_values(amounts)
        found = Found(self.left, values, self.members, tuple(self.where), amounts)
        if self.best is None or found < self.best:
            self.best = found


def _from_here(numbers: Sequence[int]) -> list[int]:
    """Per depth the sum of the numbers from there on."""
    return [*list(accumulate(reversed(numbers)))[::-1], 0]


def _each_has_one(reach: Sequence[int]) -> bool:
    """Whether every location can have an atom that no other one has: a matching, by augmenting paths."""
    owner: dict[int, int] = {}  # atom, as a bit -> location

    def find(at: int, tried: set[int]) -> bool:
        left = reach[at]
        while left:
            bit = left & -left
            left ^= bit
            if bit not in tried:
                tried.add(bit)
                if bit not in owner or find(owner[bit], tried):
                    owner[bit] = at
                    return True
        return False

    return all(find(at, set()) for at in range(len(reach)))
