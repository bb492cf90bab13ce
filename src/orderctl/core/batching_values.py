"""What deciding many orders together takes in: the ways each order may ship, and what they use of what there is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

Uses = tuple[tuple[int, int], ...]  # (resource, units > 0), by resource ascending


class Way(NamedTuple):
    """One way an order may ship: what it costs, units left short included, and what it uses of each resource."""

    cost_minor: int
    uses: Uses


@dataclass(frozen=True, slots=True)
class Ask:
    """An order that waits, with the ways it may ship; exactly one of them is chosen.

    `rank` is its priority class, the smallest goes first. `ways` is never empty; of equally good ones the first is
    preferred. `alone` is which of them it gets when orders are decided one by one: those of all asks fit together.
    `relaxed` is empty where `ways` are all there are. Else it has parts, with ways of their own, each chosen by itself:
    at no prices is any way of the order, listed or not, cheaper than the cheapest of every part.
    """

    rank: int
    ways: tuple[Way, ...]
    alone: int
    relaxed: tuple[tuple[Way, ...], ...] = ()

    @property
    def least_minor(self) -> int:
        """What no way costs less than."""
        if self.relaxed:
            return sum(min(way.cost_minor for way in part) for part in self.relaxed)
        return min(way.cost_minor for way in self.ways)
