"""Orders of the past decided again together, with the stock there was to be had: what each cost, and would have cost.

1. each order's ways are listed as for a batch, under the rules and places it was decided with, with all that was ever
   to be had on the shelves and the day it was decided on; what was decided then is one of the ways
2. they are chosen together; what was decided then fits by definition, so that the answer is never dearer; it stays
   where another way costs the same and it fits beside the others
3. of more orders than are decided at once, those that had their turn keep what they got, the others what they had
4. an order that no list of ways describes (held, of kits kept assembled, ...) keeps what it had and is not priced
No choice within what there was costs less than the bound, all orders at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import NamedTuple

from orderctl.core import batching
from orderctl.core.batching import Ask
from orderctl.core.orders import PRIORITIES
from orderctl.core.places import Places
from orderctl.core.plans import Plan
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts
from orderctl.rules.hindsight import Supply, day_of
from orderctl.rules.moments import looks_at_stock
from orderctl.rules.ways import Choices, Prices, Shelves, Takes, choices_of, takes_of


class Past(NamedTuple):
    """An order as it was decided: its name, facts, plan, and the rules of then made ready for the places of then."""

    order: str
    facts: Facts
    plan: Plan
    rules: Compiled
    skus: Sequence[str]  # whose stock the decision may look at


@dataclass(frozen=True, slots=True)
class Side:
    """How an order went, or would have gone: where it ships from, what that costs, units left short.

    `cost_minor` is as batches compare it, `parcels_minor` without what stands for units short and failed over.
    """

    locations: tuple[str, ...]
    cost_minor: int
    parcels_minor: int
    short: int


@dataclass(frozen=True, slots=True)
class Again:
    """One order decided again: the location rules it went by, how it went, and how it would have gone.

    `is_changed`: any unit would ship from elsewhere.
    """

    order: str
    rules: tuple[str, ...]
    then: Side
    hindsight: Side
    is_changed: bool

    @property
    def regret_minor(self) -> int:
        """How much more it cost than it would have."""
        return self.then.cost_minor - self.hindsight.cost_minor


class Chunk(NamedTuple):
    """Orders that were decided again at once. `bound_minor` is None where nobody knows one."""

    orders: list[Again]
    bound_minor: int | None
    finished: bool


@dataclass(slots=True)
class _OfDay(Shelves):
    """Shelves as a period had them: the orders of a location are those of the day an order was decided on."""

    there: Supply = field(default_factory=Supply)
    places: Places = field(default_factory=lambda: Places(""))
    now: str = ""

    def number(self, location: str, sku: str, keep: int, units: int) -> int:  # noqa: ARG002 - of then, not of the period
        """The shelf of all that was to be had, less what is kept there."""
        name = sku or day_of(self.places.locations[location], self.now)
        return Shelves.number(self, location, name, keep, self.there.of((location, name)))


class _Asked(NamedTuple):
    past: Past
    choices: Choices
    alone: int
    prices: Prices


@dataclass(slots=True)
class Regret:
    """Decides the orders of a period again, chunk by chunk; `is_whole` where one chunk is all of them.

    `heaviest_g` is what the heaviest unit of all of them weighs, `short_minor` what a unit left short counts as; None =
    more than any parcel.
    """

    supply: Supply
    heaviest_g: int
    short_minor: int | None
    is_whole: bool
    held: Counter[tuple[str, str]] = field(init=False)  # what everybody has, as far as it has been decided again
    _prices: dict[int, tuple[Compiled, Prices]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.held = self.supply.taken.copy()

    def decide(self, orders: Iterable[Past], timer: Callable[[], Callable[[], bool]]) -> Chunk:
        """What becomes of `orders`, of those that had something to choose.

        `timer` starts a watch that says whether there is time left to look for something better.
        """
        shelves = _OfDay(there=self.supply)
        asked = [one for past in orders if (one := self._asked(past, shelves)) is not None]
        asks = [one.choices.ask(_rank(one.past), one.alone) for one in asked]
        then = _used(asks, (ask.alone for ask in asks), len(shelves.supply))
        left = self._left(shelves, then)
        best = batching.together(asks, left, go_on=timer())
        bound: int | None = best.bound_minor
        if any(looks_at_stock(one.past.rules.ruleset) for one in asked):
            bound = None
        elif not self.is_whole:
            most = list(map(max, shelves.supply, then))
            bound = batching.together(asks, most, go_on=timer()).bound_minor
        chosen = _as_it_was(asks, best.chosen, left)
        for name, was, now in zip(_names(shelves), then, _used(asks, chosen, len(left)), strict=True):
            if name is not None:
                self.held[name] += now - was
        return Chunk([_again(one, way) for one, way in zip(asked, chosen, strict=True)], bound, best.finished)

    def _asked(self, past: Past, shelves: _OfDay) -> _Asked | None:
        """The ways of an order; what was decided then becomes one if it was none."""
        places = past.facts.places
        shelves.places, shelves.now = places, past.facts.now
        stock = self.supply.stock(places.locations, past.skus)
        facts = replace(past.facts, stock=stock, capacity_used={}, together={})
        prices = self._prices_of(past.rules)
        choices = choices_of(facts, past.rules, prices, shelves)
        if choices is None:
            return None
        return _Asked(past, choices, choices.find(takes_of(past.plan, choices.draft)), prices)

    def _prices_of(self, rules: Compiled) -> Prices:
        found = self._prices.get(id(rules))
        if found is None:
            found = self._prices[id(rules)] = rules, Prices(rules, self.heaviest_g, self.short_minor)
        return found[1]

    def _left(self, shelves: _OfDay, then: Sequence[int]) -> list[int]:
        """What these orders may use: theirs of then, and what nobody else has."""
        whole = {name: used for name, used in zip(_names(shelves), then, strict=True) if name is not None}
        left = []
        for name, units, used in zip(shelves.names, shelves.supply, then, strict=True):
            others = self.held[name] - whole.get(name, 0)
            left.append(max(used, units - others))
        return left


def _rank(past: Past) -> int:
    return PRIORITIES.index(past.facts.order.priority)


def _names(shelves: Shelves) -> Iterator[tuple[str, str] | None]:
    """What each shelf is called; None for one that only leaves away what is kept of another."""
    return (None if keep else name for name, keep in zip(shelves.names, shelves.keeps, strict=True))


def _used(asks: Sequence[Ask], ways: Iterator[int] | Sequence[int], shelves: int) -> list[int]:
    """What the orders use of every shelf by these ways."""
    used = [0] * shelves
    for ask, way in zip(asks, ways, strict=True):
        for number, units in ask.ways[way].uses:
            used[number] += units
    return used


def _as_it_was(asks: Sequence[Ask], chosen: Sequence[int], supply: Sequence[int]) -> list[int]:
    """`chosen`, but what was decided then wherever that costs the same and fits beside the others."""
    used = _used(asks, chosen, len(supply))
    found = list(chosen)
    for at, ask in enumerate(asks):
        now, was = ask.ways[found[at]], ask.ways[ask.alone]
        if now.cost_minor != was.cost_minor:
            continue
        free = dict(now.uses)
        if all(used[number] - free.get(number, 0) + units <= supply[number] for number, units in was.uses):
            for number, units in now.uses:
                used[number] -= units
            for number, units in was.uses:
                used[number] += units
            found[at] = ask.alone
    return found


def _again(one: _Asked, way: int) -> Again:
    choices, plan = one.choices, one.past.plan
    rules = tuple(name for name in plan.rules if name.startswith("location/"))
    held = tuple(hold.rule for hold in plan.holds if hold.rule)
    return Again(
        one.past.order,
        rules or held,
        _side(one, choices.takes[one.alone]),
        _side(one, choices.takes[way]),
        choices.takes[one.alone] != choices.takes[way],
    )


def _side(one: _Asked, takes: Takes) -> Side:
    choices, prices = one.choices, one.prices
    cost, short = choices.cost_minor(takes), choices.short(takes)
    failed_over = sum(units for location, line, units in takes if choices.bounds.fails_over(location, line))
    return Side(
        tuple(dict.fromkeys(location for location, _, _ in takes)),
        cost,
        cost - short * prices.short_minor - failed_over * prices.failover_minor,
        short,
    )
