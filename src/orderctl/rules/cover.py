"""Cover a group of lines from the locations of its rule, tier by tier.

1. the locations of `ship_from`
2. what they leave short: those and `failover_to`, for the short units when the rule lets the group split
3. where that covers less than the whole group decided over both tiers at once, the latter
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from orderctl.core.allocation import Demand, Limits, Take, choose_from
from orderctl.core.money import divide_half_up
from orderctl.rules.candidates import Field, candidates_of
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.draft import Draft
from orderctl.rules.visible import visible

#: What may become of units that stay short while others ship: nothing may stay short, they ship later, or never.
NONE, LATER, NEVER = "none", "later", "never"


class Group(NamedTuple):
    """The lines that one location rule takes, as demands, and where they are decided."""

    draft: Draft
    compiled: Compiled
    policy: LocationPolicy
    demands: Sequence[Demand]


class Cover(NamedTuple):
    """What a group takes from where, and the units per line that it lacks."""

    takes: tuple[Take, ...]
    short: Mapping[str, int]
    not_before: Mapping[str, str] = {}

    @property
    def lacking(self) -> int:
        """Units short in all."""
        return sum(self.short.values())


def cover(group: Group, remainder: str) -> Cover:
    """The best cover of the group; `remainder` says what a cover that leaves units short is good for."""
    policy = group.policy
    limits = group.compiled.limits_of(policy, group.draft.facts.order.currency, partial=remainder == LATER)
    near = candidates_of(group.draft, group.compiled, policy, policy.ship_from)
    found = _best(group, near, limits)
    return nothing(group.demands) if found.short and remainder == NONE else found


def _best(group: Group, near: Field, limits: Limits) -> Cover:
    """The cover with the fewest units short, the earlier tier first."""
    policy = group.policy
    first = _choose(group, near, limits)
    if not first.short or not policy.failover_to:
        return first
    every = candidates_of(group.draft, group.compiled, policy, policy.locations)
    if len(every.candidates) == len(near.candidates):
        return first
    found = [first]
    if limits.split:
        found += _in_tiers(group, near, every, limits)
    if all(choice.short for choice in found):
        found.append(_choose(group, every, limits))
    return min(found, key=lambda choice: choice.lacking)


def nothing(demands: Sequence[Demand]) -> Cover:
    """The cover that takes nothing."""
    return Cover((), {demand.line_id: demand.quantity for demand in demands})


def part_of(demand: Demand, units: int) -> Demand:
    """The same demand for fewer units."""
    if units == demand.quantity:
        return demand
    return demand._replace(
        quantity=units,
        value_minor=divide_half_up(demand.value_minor * units, demand.quantity),
        weight_g=demand.weight_g // demand.quantity * units,
    )


def _choose(
    group: Group, near: Field, limits: Limits, demands: Sequence[Demand] = (), kept: Sequence[Take] = ()
) -> Cover:
    """`choose` for the group, or for `demands` of it after `kept`, with what it may see of the stock."""
    demands = demands or group.demands
    if not near.candidates or not demands:
        return nothing(demands)
    candidates, stock = visible(group.draft, group.policy, near.candidates, demands, _gone(group, kept))
    choice = choose_from(group.compiled.field_of(candidates, group.policy.prefer, limits), demands, stock)
    return Cover(choice.takes, choice.short, near.not_before)


def _in_tiers(group: Group, near: Field, every: Field, limits: Limits) -> list[Cover]:
    """What the first tier can ship, and the rest of it from both tiers; empty when the limits forbid that."""
    kept = _choose(group, near, replace(limits, partial=False))
    room = None if limits.max_shipments is None else limits.max_shipments - len({take.location for take in kept.takes})
    if not kept.takes or room == 0:
        return []
    opened = {take.location for take in kept.takes}
    later = every._replace(
        candidates=tuple(
            replace(candidate, opened=True) if candidate.name in opened else candidate for candidate in every.candidates
        ),
    )
    demands = [
        part_of(demand, kept.short[demand.line_id]) for demand in group.demands if kept.short.get(demand.line_id)
    ]
    rest = _choose(group, later, replace(limits, max_shipments=room), demands, kept.takes)
    both = Cover(kept.takes + rest.takes, rest.short, every.not_before)
    return [both] if _within(limits, group.demands, both) else []


def _within(limits: Limits, demands: Sequence[Demand], both: Cover) -> bool:
    """Whether every part and the remainder are worth `min_value`, and there are no more parts than allowed."""
    by_id = {demand.line_id: demand for demand in demands}
    worth: dict[str, int] = {}
    for take in both.takes:
        worth[take.location] = worth.get(take.location, 0) + part_of(by_id[take.line_id], take.quantity).value_minor
    if limits.max_shipments is not None and len(worth) > limits.max_shipments:
        return False
    if both.short and limits.partial:
        worth[""] = sum(part_of(by_id[line_id], units).value_minor for line_id, units in both.short.items())
    return len(worth) == 1 or min(worth.values()) >= limits.min_value_minor


def _gone(group: Group, kept: Sequence[Take]) -> Mapping[str, Mapping[str, int]]:
    """Location -> SKU -> units that this order has taken already, `kept` included."""
    taken = group.draft.taken
    if not kept:
        return taken
    gone = {location: dict(units) for location, units in taken.items()}
    for take in kept:
        here = gone.setdefault(take.location, {})
        for sku, each in group.draft.demands[take.line_id].components or ((take.sku, 1),):
            here[sku] = here.get(sku, 0) + each * take.quantity
    return gone
