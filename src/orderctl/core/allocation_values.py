"""The values of an allocation: what is wanted, who may ship it, how far it may split, and what each plan is worth.

A preference is one function of a plan's parts that returns an integer (a tuple of integers for `listed`); smaller
wins. What is unknown is infinite, never zero.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

INFINITE = 2**62  # of kilometers, minor units, days, orders
WHOLE = 1_000_000  # a share of stock is counted in millionths
ENDLESS = 10**15  # so many units stand for stock without limit

Value = int | tuple[int, ...]


class Demand(NamedTuple):
    """Units of one line that need a location. A kit has `components` (SKU, units per kit); others have none.

    Lines with the same non-empty `together` ship whole and from one location.
    """

    line_id: str
    sku: str
    quantity: int
    value_minor: int = 0  # of all units, after discount
    weight_g: int = 0  # of all units
    components: tuple[tuple[str, int], ...] = ()
    together: str = ""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A location that may ship the group, with the numbers the preferences compare. None = unknown = infinite."""

    name: str
    position: int
    opened: bool = False  # the order already has a shipment there: it costs no further one
    unlimited: bool = False
    distance: int | None = None  # km, or zone number where no coordinates are known
    capacity_free: int | None = None  # orders; None = no limit
    order_cost_minor: int = 0
    unit_cost_minor: int = 0
    rates: tuple[tuple[int, int], ...] = ()  # (up to grams, minor units), cheapest service per weight, ascending
    arrives_day: int | None = None  # promised day as a day number
    deliver_by_day: int | None = None  # the day the customer was promised
    opened_weight_g: int = 0  # already in the shipment that is opened there


@dataclass(frozen=True, slots=True)
class Limits:
    """How far a plan may split. `partial` = units may stay short (shipped now, remainder later).

    `min_value_minor` binds every part of a plan with several locations; with `partial` also the part and the remainder
    of a plan that leaves units short. Without `partial` what is short is no remainder that ships later, and its value
    does not matter.
    """

    split: bool = False
    max_shipments: int | None = None
    min_value_minor: int = 0
    lines: bool = False  # units of one line may come from several locations
    partial: bool = False
    split_cost_minor: int = 0


class Take(NamedTuple):
    """Units of one line taken at one location. A tuple, since one is made for every line of every order."""

    location: str
    line_id: str
    sku: str
    quantity: int


class Choice(NamedTuple):
    """A plan for the group. `short` is units per line that no location takes; `values` is one per preference.

    `takes` stand by location in order of position, then by line in order. `short` names only lines that are short.
    `exact` is False when the search was stopped after its most steps: the best found, not proven to be the best.
    """

    takes: tuple[Take, ...]
    short: Mapping[str, int]
    values: tuple[object, ...]
    exact: bool = True

    @property
    def covering(self) -> bool:
        """Whether it covers the whole group."""
        return not self.short

    @property
    def locations(self) -> tuple[str, ...]:
        """The locations it ships from, in order of position."""
        return tuple(dict.fromkeys(take.location for take in self.takes))


class Part(NamedTuple):
    """What one location ships under a plan. `share` is the least share of a SKU's stock that stays there."""

    place: Candidate
    units: int
    weight_g: int
    share: int


class Terms(NamedTuple):
    """What the preferences need to know beyond the parts of a plan."""

    opened: bool  # the order already has a shipment somewhere
    split_cost_minor: int


def known(number: int | None) -> int:
    """`number`, or infinite when it is unknown."""
    return INFINITE if number is None else number


def total(numbers: Sequence[int]) -> int:
    """The sum of `numbers`; infinite as soon as one of them is."""
    return INFINITE if INFINITE in numbers else sum(numbers)


def remaining_share(available: int, taken: int) -> int:
    """The share of `available` units that stays when `taken` leave, in millionths, rounded down.

    All of it where the stock is without limit.
    """
    if available >= ENDLESS:
        return WHOLE
    return (available - taken) * WHOLE // available if available > 0 else -INFINITE


def carrier_cost(rates: Sequence[tuple[int, int]], weight_g: int) -> int:
    """Minor units for a parcel of `weight_g`; infinite when no rate reaches that weight."""
    at = bisect_left(rates, (weight_g,))
    return rates[at][1] if at < len(rates) else INFINITE


def shipment_cost(place: Candidate, units: int, weight_g: int) -> int:
    """Carrier and handling in minor units; at an opened location only what is added to the shipment there."""
    if not place.opened:
        cost = carrier_cost(place.rates, weight_g)
        return cost if cost == INFINITE else cost + place.order_cost_minor + place.unit_cost_minor * units
    before = carrier_cost(place.rates, place.opened_weight_g)
    cost = carrier_cost(place.rates, place.opened_weight_g + weight_g)
    return INFINITE if INFINITE in (before, cost) else cost - before + place.unit_cost_minor * units


def is_late(place: Candidate) -> bool:
    """Whether its parcel arrives after the promised day; an unknown arrival is late, without a promise nothing is."""
    return place.deliver_by_day is not None and known(place.arrives_day) > place.deliver_by_day


def split_cost(new_shipments: int, terms: Terms) -> int:
    """The penalty for every newly opened location beyond the first shipment of the order."""
    return terms.split_cost_minor * max(0, new_shipments - (not terms.opened))


def _new(parts: Sequence[Part]) -> int:
    return sum(not part.place.opened for part in parts)


def _fewest_shipments(parts: Sequence[Part], _: Terms) -> Value:
    return _new(parts)


def _listed(parts: Sequence[Part], _: Terms) -> Value:
    return tuple(sorted(part.place.position for part in parts))


def _nearest(parts: Sequence[Part], _: Terms) -> Value:
    return total([known(part.place.distance) for part in parts])


def _lowest_cost(parts: Sequence[Part], terms: Terms) -> Value:
    cost = total([shipment_cost(part.place, part.units, part.weight_g) for part in parts])
    return cost if cost == INFINITE else cost + split_cost(_new(parts), terms)


def _fastest(parts: Sequence[Part], _: Terms) -> Value:
    return max((known(part.place.arrives_day) for part in parts), default=0)


def _deadline(parts: Sequence[Part], _: Terms) -> Value:
    return sum(part.units for part in parts if is_late(part.place))


def _most_stock(parts: Sequence[Part], _: Terms) -> Value:
    return -min((part.share for part in parts), default=WHOLE)


def _most_capacity(parts: Sequence[Part], _: Terms) -> Value:
    return -min((known(part.place.capacity_free) for part in parts), default=INFINITE)


VALUES: Mapping[str, Callable[[Sequence[Part], Terms], Value]] = {
    "fewest_shipments": _fewest_shipments,
    "listed": _listed,
    "nearest": _nearest,
    "lowest_cost": _lowest_cost,
    "fastest": _fastest,
    "deadline": _deadline,
    "most_stock": _most_stock,
    "most_capacity": _most_capacity,
}
#: Their value depends on what each location ships; that of the others on which locations ship at all.
BY_ASSIGNMENT = frozenset(("lowest_cost", "deadline", "most_stock"))
PREFERENCES = tuple(VALUES)


def plan_values(prefer: Sequence[str], parts: Sequence[Part], terms: Terms) -> tuple[Value, ...]:
    """One value per preference for a plan of `parts`; smaller is better. KeyError for an unknown preference."""
    return tuple(VALUES[name](parts, terms) for name in prefer)
