"""How candidates and sets of them rank, prepared once for all orders that a rule gives to them.

1. single locations rank by their worth for a load, which is the same for all loads on one step of the rate tables
2. sets rank by the preferences that look at locations alone, then by their members
3. pairs of which cost decides rank by the least that a load can cost from them, whatever each of the two ships
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from itertools import accumulate, combinations, takewhile
from typing import NamedTuple

from orderctl.core.allocation_values import (
    BY_ASSIGNMENT,
    INFINITE,
    WHOLE,
    Candidate,
    Limits,
    Part,
    Terms,
    Value,
    plan_values,
    shipment_cost,
    split_cost,
)

MOST_CANDIDATES = 12
MOST_KEPT = 1_000  # rankings of one field
MOST_CUTS = 16  # of rates, up to which pairs are sorted anew for every load that two parcels may reach
BITS = 40  # for grams: more than any parcel has


class Single(NamedTuple):
    """A location that ships a load by itself. `shelf` is its name, None where it has all."""

    values: tuple[Value, ...]
    at: int
    name: str
    shelf: str | None


class Pair(NamedTuple):
    """Two locations, by index and as bits: their worth to the preferences before and after cost, the least they cost.

    `tariffs` are what a parcel costs on each step between the cuts, `charges` what handling a unit costs, above the
    bits of grams, `split` what it costs that they are two.
    """

    worth: tuple[Value, ...]
    floor: int
    later: tuple[Value, ...]
    members: tuple[int, int]
    bits: tuple[int, ...]
    tariffs: tuple[list[int], ...]
    charges: tuple[int, ...]
    split: int


class Field:
    """Candidates in order of (position, name), and how they and sets of them rank under one rule.

    `head` are the leading preferences that look at locations alone, `rest` those after them. `most` is the number of
    locations that a plan may have where the smallest set wins, and 0 where a larger one might; even then a `sole`
    location that is opened already wins when it has everything. `singles` are those of which the best that has
    everything wins. `cuts` are the loads in grams up to which no rate changes.
    """

    __slots__ = (
        *("_loads", "_pairs", "_ranked", "_sets", "_twos", "by_pairs", "by_stock", "by_units", "candidates", "cuts"),
        *("head", "limits", "most", "places", "prefer", "rest", "shelves", "singles", "sole", "terms"),
    )

    def __init__(self, candidates: Sequence[Candidate], prefer: Sequence[str], limits: Limits) -> None:
        if len(candidates) > MOST_CANDIDATES:
            message = f"{len(candidates)} candidates are more than {MOST_CANDIDATES}"
            raise ValueError(message)
        self.candidates, self.prefer, self.limits = candidates, prefer, limits
        self.places = sorted(candidates, key=lambda place: (place.position, place.name))
        self.shelves = [(1 << at, None if one.unlimited else one.name) for at, one in enumerate(self.places)]
        self.head = tuple(takewhile(lambda name: name not in BY_ASSIGNMENT, prefer))
        self.rest = tuple(prefer[len(self.head) :])
        self.terms = Terms(any(place.opened for place in candidates), limits.split_cost_minor)
        count = len(self.places)
        self.most, self.singles, self.sole = 1, list(range(count)), -1
        if limits.split:
            opened = [at for at, place in enumerate(self.places) if place.opened]
            smallest_wins = self.head[:1] == ("fewest_shipments",)
            most = count if limits.max_shipments is None else min(limits.max_shipments, count)
            self.most = most if smallest_wins and not opened else 0
            if smallest_wins and len(opened) == 1 and most > 1:
                self.sole = opened[0]
            if not self.most:
                self.singles = [self.sole] if self.sole >= 0 else []
        self.by_pairs = self.rest[:1] == ("lowest_cost",) and BY_ASSIGNMENT.isdisjoint(self.rest[1:])
        priced = self.places if "lowest_cost" in self.rest else []
        self.cuts = sorted({cut for place in priced for cut in _cuts(place)})
        self.by_stock = "most_stock" in self.rest
        self.by_units = "deadline" in self.rest or any(place.unit_cost_minor for place in priced)
        self._ranked: dict[int | tuple[int, int], list[Single]] = {}
        self._sets: dict[int, list[tuple[int, tuple[int, ...]]]] = {}
        self._pairs: dict[int, list[Pair]] = {}
        self._twos: list[Pair] = []
        self._loads: list[int] = []

    def ranked(self, units: int, weight_g: int) -> list[Single]:
        """The locations, the best first, each with what it is worth when it ships so much and nobody else ships."""
        step = bisect_left(self.cuts, weight_g)
        key = (step, units) if self.by_units else step
        ranked = self._ranked.get(key)
        if ranked is None:
            if len(self._ranked) >= MOST_KEPT:
                self._ranked.clear()
            ranked = self._ranked[key] = sorted(self.single(at, units, weight_g) for at in self.singles)
        return ranked

    def single(self, at: int, units: int, weight_g: int, share: int = WHOLE) -> Single:
        """What one location is worth when it ships so much and nobody else ships."""
        place = self.places[at]
        values = plan_values(self.prefer, [Part(place, units, weight_g, share)], self.terms)
        return Single(values, at, place.name, self.shelves[at][1])

    def sets(self, size: int) -> list[tuple[int, tuple[int, ...]]]:
        """The sets of `size` locations, as bits and by index, in the order of `head`, then of their members."""
        sets = self._sets.get(size)
        if sets is None:
            members = sorted(combinations(range(len(self.places)), size), key=lambda some: (self.worth(some), some))
            sets = self._sets[size] = [(sum(1 << at for at in some), some) for some in members]
        return sets

    def worth(self, members: Sequence[int]) -> tuple[Value, ...]:
        """What `head` is worth for a set."""
        return self._of_set(self.head, members)

    def _of_set(self, names: Sequence[str], members: Sequence[int]) -> tuple[Value, ...]:
        return plan_values(names, [Part(self.places[at], 0, 0, WHOLE) for at in members], self.terms)

    def pairs(self, weight_g: int) -> list[Pair]:
        """Two locations each, in the order of `head`, then of the least that `weight_g` can cost from them.

        Where there is a `sole` location it is one of the two.
        """
        if not self._twos:
            every = combinations(range(len(self.places)), 2)
            self._twos = [self._pair(two) for two in every if self.sole < 0 or self.sole in two]
            few = len(self.cuts) <= MOST_CUTS
            self._loads = sorted({one + other for one in (0, *self.cuts) for other in self.cuts}) if few else self.cuts
        step = bisect_left(self._loads, weight_g)
        pairs = self._pairs.get(step)
        if pairs is None:
            least_g = self._loads[step - 1] + 1 if step else 0
            rest = [bisect_left(self.cuts, least_g - cut) for cut in self.cuts]
            pairs = self._pairs[step] = sorted(pair._replace(floor=_least(pair, rest)) for pair in self._twos)
        return pairs

    def _pair(self, members: tuple[int, int]) -> Pair:
        places = [self.places[at] for at in members]
        tariffs = [[*(shipment_cost(place, 0, cut) for cut in self.cuts), INFINITE] for place in places]
        bits, charges = (1 << at for at in members), (place.unit_cost_minor << BITS for place in places)
        later, split = (
            self._of_set(self.rest[1:], members),
            split_cost(sum(not one.opened for one in places), self.terms),
        )
        return Pair(self.worth(members), 0, later, members, tuple(bits), tuple(tariffs), tuple(charges), split)


def _least(pair: Pair, rest: Sequence[int]) -> int:
    """The least that a load costs when the second location ships, per step of the first one, the `rest` of it."""
    here, there = pair.tariffs
    least = list(accumulate(reversed(there), min))[::-1]
    return min((cost + least[step] for cost, step in zip(here, rest, strict=False)), default=INFINITE)


def _cuts(place: Candidate) -> Iterator[int]:
    return (grams - place.opened_weight_g if place.opened else grams for grams, _ in place.rates)
