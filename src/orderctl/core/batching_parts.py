"""What is left to decide of many orders together: only what competes, in parts that do not touch each other.

1. a resource that has all that could ever be asked of it does not matter
2. nor does a way that can never fit, nor one that another way of its order beats: not dearer and using no more
3. an order with one way left has it, and what it uses is gone; then all of it again, until nothing changes
4. orders that share what they compete for are one part; parts are decided by themselves
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from orderctl.core.batching_values import Ask, Uses, Way


class Choice(NamedTuple):
    """A way that still matters: only what it uses of contended resources, and which of its order's ways it is."""

    cost_minor: int
    uses: Uses
    way: int


Row = list[Choice]  # the ways of one order, by cost, then by index


@dataclass(frozen=True, slots=True)
class Part:
    """Orders that compete with each other, and with nobody else.

    `rows` are their ways; uses number the resources from 0, `supply` is what there is of each. `start` is a choice
    that fits: per order its place in its row. `relaxed` are, for orders whose ways are not all there are, the rows of
    their parts, else nothing. `asks` and `resources` are the numbers they have outside. `exits` is per order and
    resource the place of the first way without it, if there is one.
    """

    rows: list[Row]
    supply: list[int]
    start: list[int]
    relaxed: list[list[Row]]
    asks: list[int]
    resources: list[int]
    exits: list[dict[int, int]]

    def cost_minor(self, chosen: Iterable[int]) -> int:
        """What a choice costs: per order a place in its row."""
        return sum(row[at].cost_minor for row, at in zip(self.rows, chosen, strict=True))


@dataclass(slots=True)
class _Open:
    """An order that is looked at: its ways that still matter, the place of the one it begins with, what it may use.

    `relaxed` are the rows of its parts where its ways are not all there are.
    """

    ask: int
    row: Row
    start: int
    relaxed: list[Row]
    used: set[int]


def reduce(
    asks: Sequence[Ask], numbers: Sequence[int], start: Sequence[int], supply: Sequence[int]
) -> tuple[dict[int, int], list[Part]]:
    """What is settled, per ask the index of its way, and the parts that are left, of the asks of these `numbers`.

    `start` has an index for each of them; those ways fit together. An ask whose ways are not all there are is settled
    only where that takes nothing from others: a bound must not count on what it uses.
    """
    left, settled = list(supply), {}
    open_ = [_opened(number, asks[number], index) for number, index in zip(numbers, start, strict=True)]
    look, scarce = open_, _scarce(open_, left)
    while look:
        for one in look:
            _look(one, scarce, left)
        gone: set[int] = set()
        for one in look:
            if _is_settled(one):
                settled[one.ask] = one.row[0].way
                for resource, units in one.row[0].uses:
                    left[resource] -= units
                    gone.add(resource)
        open_ = [one for one in open_ if one.ask not in settled]
        before, scarce = scarce, _scarce(open_, left)
        changed = (before - scarce) | gone
        look = [one for one in open_ if not changed.isdisjoint(one.used)]
    return settled, [_part(group, left) for group in _groups(open_)]


def _opened(number: int, ask: Ask, index: int) -> _Open:
    row = _row(ask.ways)
    return _Open(number, row, [choice.way for choice in row].index(index), list(map(_row, ask.relaxed)), set())


def _row(ways: Sequence[Way]) -> Row:
    return sorted((Choice(way.cost_minor, way.uses, at) for at, way in enumerate(ways)), key=itemgetter(0, 2))


def _is_settled(one: _Open) -> bool:
    return len(one.row) == 1 and not (one.relaxed and one.used)


def _scarce(open_: Iterable[_Open], left: Sequence[int]) -> set[int]:
    """The resources of which more could be asked than there is."""
    asked: dict[int, int] = {}
    for one in open_:
        most = most_used(one.row)
        parts: dict[int, int] = {}
        for row in one.relaxed:
            for resource, units in most_used(row).items():
                parts[resource] = parts.get(resource, 0) + units
        for resource, units in parts.items():
            most[resource] = max(units, most.get(resource, 0))
        for resource, units in most.items():
            asked[resource] = asked.get(resource, 0) + units
    return {resource for resource, units in asked.items() if units > left[resource]}


def most_used(row: Row) -> dict[int, int]:
    """The most of each resource that one of the ways uses."""
    most: dict[int, int] = {}
    for choice in row:
        for resource, units in choice.uses:
            if units > most.get(resource, 0):
                most[resource] = units
    return most


def _look(one: _Open, scarce: set[int], left: Sequence[int]) -> None:
    """Keep of an order what still matters; the way it begins with gives way to the first that beats it."""
    bits: dict[int, int] = {}
    kept: Row = []
    masks: list[int] = []
    begun, start = -1, one.row[one.start].way
    for cost, uses, way in one.row:
        mask, matter = 0, []
        for use in uses:
            if use[0] in scarce:
                mask |= bits.get(use[0]) or bits.setdefault(use[0], 1 << len(bits))
                matter.append(use)
        if any(units > left[resource] for resource, units in matter):
            continue
        less = [at for at, other in enumerate(masks) if other | mask == mask]
        beaten = next((at for at in less if _covers(matter, kept[at].uses)), len(kept))
        if beaten == len(kept):
            kept.append(Choice(cost, tuple(matter), way))
            masks.append(mask)
        if way == start:
            begun = beaten
    one.row, one.start, one.used = kept, begun, set(bits)
    if one.relaxed:
        one.relaxed = [[choice._replace(uses=_scarce_of(choice.uses, scarce)) for choice in row] for row in one.relaxed]
        one.used.update(resource for row in one.relaxed for choice in row for resource, _ in choice.uses)


def _scarce_of(uses: Uses, scarce: set[int]) -> Uses:
    return tuple(use for use in uses if use[0] in scarce)


def _covers(uses: Sequence[tuple[int, int]], less: Uses) -> bool:
    """Whether `uses` takes as many units of everything that `less` takes; it takes some of all of it."""
    units = dict(uses)
    return all(some <= units[resource] for resource, some in less)


def _groups(open_: Sequence[_Open]) -> list[list[_Open]]:
    """Orders that are joined by what they use, in the order of their first."""
    above: dict[int, int] = {}

    def top(resource: int) -> int:
        while above[resource] != resource:
            above[resource] = above[above[resource]]
            resource = above[resource]
        return resource

    for one in open_:
        for resource in one.used:
            above.setdefault(resource, resource)
        for resource in one.used:
            above[top(resource)] = top(min(one.used))
    groups: dict[int, list[_Open]] = {}
    for one in open_:
        groups.setdefault(top(min(one.used)), []).append(one)
    return list(groups.values())


def _part(group: Sequence[_Open], left: Sequence[int]) -> Part:
    numbers: dict[int, int] = {}
    for one in group:
        for row in (one.row, *one.relaxed):
            for choice in row:
                for resource, _ in choice.uses:
                    numbers.setdefault(resource, len(numbers))
    rows = [_renumbered(one.row, numbers) for one in group]
    resources = list(numbers)
    return Part(
        rows,
        [left[resource] for resource in resources],
        [one.start for one in group],
        [[_renumbered(row, numbers) for row in one.relaxed] for one in group],
        [one.ask for one in group],
        resources,
        [_exits(row) for row in rows],
    )


def _renumbered(row: Row, numbers: Mapping[int, int]) -> Row:
    return [Choice(cost, tuple((numbers[name], units) for name, units in uses), way) for cost, uses, way in row]


def _exits(row: Row) -> dict[int, int]:
    exits: dict[int, int] = {}
    open_ = {resource for choice in row for resource, _ in choice.uses}
    for at, choice in enumerate(row):
        without = open_.difference(resource for resource, _ in choice.uses)
        exits.update((resource, at) for resource in sorted(without))
        open_ -= without
    return exits
