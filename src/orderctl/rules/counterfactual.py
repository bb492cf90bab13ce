"""What would have to differ for other locations to win a group of lines: single changes, each tried before it is said.

1. proposed is what plans are compared by: units, cost, distance, arrival, room, the rule's order and preferences
2. the group is covered once more as if it were so, by the code that decides; only a change that wins is told
3. of units the least change is searched for by halving; where no single change does it, nothing is told
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from orderctl.core.allocation import INFINITE, Candidate
from orderctl.rules.as_if import Spent, World, put
from orderctl.rules.cover import Cover

_DOUBLINGS = 24  # of units, for `most_stock`, which compares shares of all that is there

Wins = Callable[[Cover], bool]


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that would have to differ, all else as it was.

    `what` says how `number` is meant: `more_stock` units more, `less_stock` units that are left, `lower_cost` minor
    units less, `rate` minor units, `distance` km or zone, `arrival` a day number, `room` orders more; `listed` and
    `prefer` have none. `location` is whose it is, empty for the rule's own; `item` is the SKU, the preference, or the
    location to stand before.
    """

    what: str
    location: str
    item: str
    number: int = 0


@dataclass(frozen=True, slots=True)
class Rivals:
    """Two plans for one group: the locations of each, and what each preference made of them.

    Without values, where a plan was put together tier by tier, numbers are not compared.
    """

    won: tuple[str, ...]
    other: tuple[str, ...]
    won_values: Mapping[str, Any]
    other_values: Mapping[str, Any]

    def behind(self, name: str) -> int | None:
        """By how much the other is worse in a preference; None where nothing compares them by it."""
        if name not in self.won_values or name not in self.other_values:
            return None
        return int(self.other_values[name]) - int(self.won_values[name])


def changes_to_win(world: World, rivals: Rivals) -> tuple[Change, ...]:
    """Every single change with which the other plan's locations win: of them, of the rule, of those that won."""
    return tuple(_told(_winning(world, rivals, partial(_ships_from, set(rivals.other)))))


def _winning(world: World, rivals: Rivals, wins: Wins) -> Iterator[Change]:
    for name in rivals.other:
        yield from _numbers(world, rivals, name, wins)
    yield from _listed(world, rivals, wins)
    yield from _preferred(world, wins)
    yield from _room(world, rivals, wins)
    for name in rivals.other:
        yield from _more_stock(world, name, wins)
    for name in rivals.won:
        yield from _less_stock(world, name, wins)


def changes_to_cover(world: World, names: Iterable[str]) -> tuple[Change, ...]:
    """The least stock at one of the locations with which a group that is short is not short any more."""
    found = list(_told(change for name in names for change in _more_stock(world, name, _covers)))
    least = min((change.number for change in found), default=0)
    return tuple(change for change in found if change.number == least)


def _told(changes: Iterator[Change]) -> Iterator[Change]:
    """The changes that were found before the tries were used up."""
    with suppress(Spent):
        yield from changes


def _ships_from(names: set[str], found: Cover) -> bool:
    return {take.location for take in found.takes} == names


def _covers(found: Cover) -> bool:
    return bool(found.takes) and not found.short


def _more_stock(world: World, location: str, wins: Wins) -> Iterator[Change]:
    if world.is_unlimited(location):
        return
    for sku, needs in world.needs.items():
        left = world.left(location, sku)
        tries = [units - left for units in (*needs, sum(needs))]
        if "most_stock" in world.group.policy.prefer:
            tries += [sum(needs) << bit for bit in range(_DOUBLINGS)]
        number = _least(partial(_with_stock, world, wins, location, sku, 1), tries)
        if number:
            yield Change("more_stock", location, sku, number)


def _less_stock(world: World, location: str, wins: Wins) -> Iterator[Change]:
    if world.is_unlimited(location):
        return
    for sku, needs in world.needs.items():
        left = world.left(location, sku)
        tries = [left - units + 1 for units in (*needs, sum(needs))] if left > 0 else []
        number = _least(partial(_with_stock, world, wins, location, sku, -1), tries)
        if number:
            yield Change("less_stock", location, sku, left - number)


def _with_stock(world: World, wins: Wins, location: str, sku: str, sign: int, units: int) -> bool:
    return wins(world.with_stock(location, sku, sign * units))


def _least(works: Callable[[int], bool], tries: Iterable[int]) -> int:
    """The first of `tries` that works, made smaller while it does; 0 when none works."""
    low = 0
    for high in sorted({one for one in tries if one > 0}):
        if not works(high):
            low = high
            continue
        while high - low > 1:
            middle = (low + high) // 2
            low, high = (low, middle) if works(middle) else (middle, high)  # noqa: PLW2901
        return high
    return 0


def _numbers(world: World, rivals: Rivals, location: str, wins: Wins) -> Iterator[Change]:
    """The first other value of each number of a location with which it wins."""
    here = world.candidate(location)
    if here is None:
        return
    for what, numbers in (
        ("lower_cost", _cheaper(rivals)),
        ("rate", _rates(world, rivals, here)),
        ("distance", _nearer(rivals, here)),
        ("arrival", _sooner(world, rivals, here)),
    ):
        for number in numbers:
            if wins(world.with_number(location, partial(put, what, number))):
                yield Change(what, location, "", number)
                break


def _cheaper(rivals: Rivals) -> Sequence[int]:
    behind = rivals.behind("lowest_cost")
    return [by for by in (behind, behind + 1) if by > 0] if behind is not None and behind < INFINITE // 2 else []


def _rates(world: World, rivals: Rivals, here: Candidate) -> Sequence[int]:
    """What a carrier may ask, where no rate is known, so that one location costs as much as those that won, or less."""
    if rivals.other != (here.name,) or rivals.other_values.get("lowest_cost") != INFINITE:
        return []
    handling = here.order_cost_minor + here.unit_cost_minor * sum(demand.quantity for demand in world.group.demands)
    most = int(rivals.won_values["lowest_cost"]) - handling
    return [rate for rate in (most, most - 1) if 0 <= rate < INFINITE // 2]


def _nearer(rivals: Rivals, here: Candidate) -> Sequence[int]:
    behind = rivals.behind("nearest")
    if behind is None:
        return []
    if here.distance is None:
        to = int(rivals.won_values["nearest"]) if rivals.other == (here.name,) else -1
    else:
        to = here.distance - behind
    return [one for one in (to, to - 1) if 0 <= one < (INFINITE if here.distance is None else here.distance)]


def _sooner(world: World, rivals: Rivals, here: Candidate) -> Sequence[int]:
    """Days on which its parcel could arrive instead, the latest first, none before the day of the decision."""
    if not {"fastest", "deadline"} & set(rivals.won_values):
        return []
    best = int(rivals.won_values.get("fastest", 0))
    now = INFINITE if here.arrives_day is None else here.arrives_day
    today = date.fromisoformat(world.group.draft.facts.now[:10]).toordinal()
    return sorted({day for day in (best, best - 1, here.deliver_by_day or 0) if today <= day < now}, reverse=True)


def _room(world: World, rivals: Rivals, wins: Wins) -> Iterator[Change]:
    behind = rivals.behind("most_capacity")
    if behind is None or not 0 <= behind < INFINITE // 2:
        return
    for location in rivals.other:
        for more in (behind, behind + 1):
            if more and wins(world.with_room(location, more)):
                yield Change("room", location, "", more)
                break


def _listed(world: World, rivals: Rivals, wins: Wins) -> Iterator[Change]:
    """The least way up in the list of the rule, right before one of those that won."""
    names = world.group.policy.locations
    for location in rivals.other:
        for before in reversed(names[: names.index(location)]):
            if before in rivals.won and wins(world.with_order(location, before)):
                yield Change("listed", location, before)
                break


def _preferred(world: World, wins: Wins) -> Iterator[Change]:
    prefer = world.group.policy.prefer
    for name in prefer[1:]:
        if wins(world.with_policy(prefer=(name, *(one for one in prefer if one != name)))):
            yield Change("prefer", "", name)
