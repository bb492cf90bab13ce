"""The best choice of a small part, by branch and bound.

Orders are decided in turn, their ways by cost at the prices found. What the ones before pay at those prices, and the
ones after it at least, less what the supply is worth, is a bound; where it is no better than the best choice known,
nothing below is tried.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import accumulate
from operator import itemgetter

from orderctl.core.batching_parts import Part

MOST_ORDERS = 100
MOST_STEPS = 5_000

Priced = list[tuple[int, int]]  # the ways of an order as (priced, place in its row), the cheapest first


def exact(part: Part, chosen: Sequence[int], prices: Sequence[int], scale: int) -> tuple[list[int], bool]:
    """The best choice of a part, at worst `chosen`, which fits; and whether nothing is cheaper for sure.

    `prices` are in 1/`scale` of a minor unit.
    """
    if len(part.rows) > MOST_ORDERS:
        return list(chosen), False
    search = _Search(part, chosen, prices, scale)
    search.visit(0, -sum(price * units for price, units in zip(prices, part.supply, strict=True)))
    return search.best, search.steps < MOST_STEPS


class _Search:
    """The best choice so far, and what the one that is tried leaves."""

    def __init__(self, part: Part, chosen: Sequence[int], prices: Sequence[int], scale: int) -> None:
        self.steps = 0
        self.best = list(chosen)
        self._part, self._scale = part, scale
        self._least_minor = part.cost_minor(chosen)
        self._left = list(part.supply)
        self._tried = [0] * len(part.rows)
        self._rows: list[Priced] = []
        for row in part.rows:
            priced = [
                choice.cost_minor * scale + sum(prices[name] * units for name, units in choice.uses) for choice in row
            ]
            self._rows.append(sorted(zip(priced, range(len(row)), strict=True), key=itemgetter(0, 1)))
        after = accumulate((row[0][0] for row in reversed(self._rows)), initial=0)
        self._after = list(after)[::-1]

    def visit(self, order: int, paid: int) -> None:
        """Try all ways of an order and of those after it; those before pay `paid`, less what all supply is worth."""
        if order == len(self._rows):
            cost = self._part.cost_minor(self._tried)
            if cost < self._least_minor:
                self._least_minor, self.best = cost, list(self._tried)
            return
        left = self._left
        for priced, at in self._rows[order]:
            self.steps += 1
            reachable = paid + priced + self._after[order + 1] <= (self._least_minor - 1) * self._scale
            if not reachable or self.steps >= MOST_STEPS:
                return
            uses = self._part.rows[order][at].uses
            if all(units <= left[name] for name, units in uses):
                for name, units in uses:
                    left[name] -= units
                self._tried[order] = at
                self.visit(order + 1, paid + priced)
                for name, units in uses:
                    left[name] += units
