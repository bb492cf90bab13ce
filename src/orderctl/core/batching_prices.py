"""A price for each unit of what is short, so that orders that choose by themselves ask for little more than there is.

At any prices, what the orders would pay at least, less what all of the supply is worth, is a lower bound on what any
choice that fits can cost (Lagrange). Every round prices all ways, lets each order take its cheapest, and moves the
prices along what is asked too much and too little, averaged over the last rounds and in shares of what could be asked
of each. A step aims at a bound higher by a share, which is cut where the bound stands still, and never beyond what a
known choice costs. All numbers are integers: prices are in 1/4096 of a minor unit, and a bound is rounded up, because
costs are whole.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import add, mul, sub

from orderctl.core.batching_parts import Choice, Part, Row, most_used

SCALE = 4096
FINE = 1024  # of a direction, so that averages lose nothing that counts
SHARE = 65_536
FIRST_SHARE, LAST_SHARE = SHARE // 20, SHARE // 20_000
PATIENCE = 3  # rounds without a clearly better bound before a step is cut


class Prices:
    """The prices of a part, the best ones so far, and the bound those prove.

    `bound` is scaled and only grows. An order whose ways are not all there are is priced by its parts.
    """

    def __init__(self, part: Part) -> None:
        self._supply = part.supply
        self._part = part
        rows = [row for order, row in enumerate(part.rows) for row in part.relaxed[order] or [row]]
        self._table = _Table(rows)
        self._weights = [FINE * FINE // (1 + most) + 1 for most in _most(rows, len(part.supply))]
        self._direction = [0] * len(part.supply)
        self._share, self._stale = FIRST_SHARE, 0
        self._reached: int | None = None
        self.now = [0] * len(part.supply)
        self.best = self.now
        self._looked: tuple[list[int], list[int]] = [], self.now  # what every way costs, and at which prices
        self.bound = sum(row[0].cost_minor for row in rows) * SCALE

    def round(self, known_minor: int) -> None:
        """Look at the prices there are, then move them; a choice is known that costs `known_minor`."""
        paid, asked, values = self._table.at(self.now)
        self._looked = values, self.now
        reached = sum(paid) - sum(map(mul, self.now, self._supply))
        if reached > self.bound:
            self.best, self.bound = self.now, reached
        if self._reached is None or reached > self._reached + abs(self._reached) // 2048:
            self._reached, self._stale = reached, 0
        else:
            self._stale += 1
            if self._stale >= PATIENCE:
                self._share, self._stale = self._share * 7 // 10, 0
        left = max(known_minor * SCALE - reached, SCALE)
        aim = max(abs(self._reached), 8 * left, SCALE) * self._share // SHARE
        self._move(asked, min(aim, left))

    def ways(self) -> tuple[list[int], list[int]]:
        """What all ways of the orders in turn cost at the prices of the last round, and where each order's begin."""
        values, at = self._looked
        if not any(self._part.relaxed):
            return values, self._table.starts
        table = _Table(self._part.rows)
        return table.at(at)[2], table.starts

    @property
    def settled(self) -> bool:
        """Whether steps have become too small to matter."""
        return self._share < LAST_SHARE

    @property
    def bound_minor(self) -> int:
        """No choice of ways that fits costs less."""
        return -(-self.bound // SCALE)

    def worth_minor(self) -> list[int]:
        """What one more unit of each resource would save at the best prices, rounded."""
        return [(2 * price + SCALE) // (2 * SCALE) for price in self.best]

    def _move(self, asked: Sequence[int], distance: int) -> None:
        """Step to new prices, none below zero."""
        excess = map(sub, asked, self._supply)
        ways = [(7 * before + 3 * FINE * over) // 10 for before, over in zip(self._direction, excess, strict=True)]
        ways = [0 if way < 0 and not price else way for way, price in zip(ways, self.now, strict=True)]
        self._direction = ways
        weighed = list(map(mul, ways, self._weights))
        norm = sum(map(mul, ways, weighed))
        if norm:
            length = distance * FINE
            self.now = [
                max(0, price + way * length // norm) if way else price
                for price, way in zip(self.now, weighed, strict=True)
            ]


class _Table:
    """Ways of many orders laid out flat, so that pricing them is a few passes."""

    def __init__(self, rows: Sequence[Sequence[Choice]]) -> None:
        flat = [choice for row in rows for choice in row]
        terms: dict[tuple[int, int], int] = {}
        self._terms = [terms.setdefault(use, len(terms)) for choice in flat for use in choice.uses]
        self._resources = [resource for resource, _ in terms]
        self._units = [units for _, units in terms]
        self._costs = [choice.cost_minor * SCALE for choice in flat]
        self._uses = [choice.uses for choice in flat]
        self._ends = list(accumulate(len(choice.uses) for choice in flat))
        self.starts = list(accumulate((len(row) for row in rows), initial=0))

    def at(self, prices: list[int]) -> tuple[list[int], list[int], list[int]]:
        """What each order pays for its cheapest way, what is asked then, and what every way costs at these prices."""
        terms = list(map(mul, map(prices.__getitem__, self._resources), self._units))
        summed = list(accumulate(map(terms.__getitem__, self._terms), initial=0))
        ends = list(map(summed.__getitem__, self._ends))
        values = list(map(add, self._costs, map(sub, ends, [0, *ends])))
        paid, asked = [], [0] * len(prices)
        uses, start = self._uses, 0
        for end in self.starts[1:]:
            row = values[start:end]
            least = min(row)
            for resource, units in uses[start + row.index(least)]:
                asked[resource] += units
            paid.append(least)
            start = end
        return paid, asked, values


def _most(rows: Sequence[Row], resources: int) -> list[int]:
    """The most that could be asked of each resource."""
    asked = [0] * resources
    for row in rows:
        for resource, units in most_used(row).items():
            asked[resource] += units
    return asked
