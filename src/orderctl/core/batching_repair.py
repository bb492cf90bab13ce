"""A choice that fits, from prices that do not quite.

1. the orders that would lose most by their second best way at these prices choose first, each the best way that fits
2. at true costs: an order moves to a cheaper way that fits, or to one that fits once another order has moved away,
   where both together save; again, until nothing saves
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from operator import itemgetter

from orderctl.core.batching_parts import Choice, Part

TRIES = 24  # orders that are asked to make room for a way, those that would lose least first


def built(part: Part, values: Sequence[int], starts: Sequence[int]) -> list[int] | None:
    """A choice that fits, at the `values` of all ways in turn, an order's from `starts`; None = one finds nothing."""
    rows, left = part.rows, list(part.supply)
    ranked = []
    for order, (start, end) in enumerate(pairwise(starts)):
        row = values[start:end]
        least = min(row)
        others = [value for value in row if value != least]
        ranked.append((least - min(others, default=least), order, row))
    ranked.sort(key=itemgetter(0, 1))
    chosen = [0] * len(rows)
    for _, order, row in ranked:
        ways = rows[order]
        for _, at in sorted(zip(row, range(len(row)), strict=True)):
            if all(units <= left[resource] for resource, units in ways[at].uses):
                break
        else:
            return None
        chosen[order] = at
        for resource, units in ways[at].uses:
            left[resource] -= units
    return chosen


def improved(part: Part, chosen: Sequence[int]) -> list[int]:
    """The choice after all moves that save."""
    moves = _Moves(part, chosen)
    waiting = list(range(len(part.rows)))
    while waiting:
        waiting = [order for order in waiting if moves.better(order)]
    return moves.chosen


class _Moves:
    """A choice that changes: what it leaves of each resource, and who uses which."""

    def __init__(self, part: Part, chosen: Sequence[int]) -> None:
        self._rows = part.rows
        self._exits = part.exits
        self.chosen = list(chosen)
        self._left = list(part.supply)
        self._users: list[dict[int, None]] = [{} for _ in part.supply]
        for order, row in enumerate(part.rows):
            self._take(order, row[chosen[order]])

    def better(self, order: int) -> bool:
        """Give an order the cheapest way it can have, alone or by one other order's moving; whether there was one."""
        row, left = self._rows[order], self._left
        now = row[self.chosen[order]]
        own = dict(now.uses)
        for at in range(self.chosen[order]):
            saved = now.cost_minor - row[at].cost_minor
            if not saved:
                break
            lacking = [name for name, units in row[at].uses if units > left[name] + own.get(name, 0)]
            if not lacking or (len(lacking) == 1 and self._make_room(order, row[at], lacking[0], saved)):
                self._move(order, at)
                return True
        return False

    def _make_room(self, order: int, way: Choice, lacking: int, saved: int) -> bool:
        """Move the other order that frees what `way` lacks at the least cost below `saved`, if there is one."""
        others = []
        for other in self._users[lacking]:
            exit_ = self._exits[other].get(lacking, -1)
            if exit_ >= 0 and other != order:
                row = self._rows[other]
                more = row[exit_].cost_minor - row[self.chosen[other]].cost_minor
                if more < saved:
                    others.append((more, other))
        if not others:
            return False
        before = self._rows[order][self.chosen[order]]
        self._change(before, 1)
        self._change(way, -1)
        found = self._least(sorted(others)[:TRIES], lacking, saved)
        self._change(way, 1)
        self._change(before, -1)
        if found:
            self._move(*found)
        return found is not None

    def _least(self, others: Sequence[tuple[int, int]], lacking: int, saved: int) -> tuple[int, int] | None:
        """Which of `others` to move where; `others` are least first by what leaving costs them at least."""
        left = self._left
        found: tuple[int, int] | None = None
        for least, other in others:
            if least >= saved:
                break
            row = self._rows[other]
            now = row[self.chosen[other]]
            self._change(now, 1)
            if left[lacking] >= 0:
                for at in range(self._exits[other][lacking], len(row)):
                    more = row[at].cost_minor - now.cost_minor
                    if more >= saved:
                        break
                    if all(units <= left[name] for name, units in row[at].uses):
                        found, saved = (other, at), more
                        break
            self._change(now, -1)
        return found

    def _move(self, order: int, at: int) -> None:
        now = self._rows[order][self.chosen[order]]
        self._change(now, 1)
        for resource, _ in now.uses:
            del self._users[resource][order]
        self.chosen[order] = at
        self._take(order, self._rows[order][at])

    def _take(self, order: int, way: Choice) -> None:
        self._change(way, -1)
        for resource, _ in way.uses:
            self._users[resource][order] = None

    def _change(self, way: Choice, times: int) -> None:
        for resource, units in way.uses:
            self._left[resource] += times * units
