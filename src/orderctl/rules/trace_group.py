"""Why a group of lines ships from where it does: each location with its numbers or the reason it was refused.

1. the locations of `ship_from`; where they leave something short, those of `failover_to` beside them
2. the best plan over them as it was when the group was decided, and the best that uses other locations
3. the margin is the first of these in which the runner-up was worse
4. single changes, each tried, with which the runner-up would win, or nothing would be short
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core import money
from orderctl.core.allocation import INFINITE, Choice, Demand, alone, choose, runner_up
from orderctl.rules import shortage
from orderctl.rules.as_if import World
from orderctl.rules.candidates import candidates_of, capacity_free, refusal, refusal_now
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.counterfactual import Rivals
from orderctl.rules.cover import LATER, Cover, Group, cover
from orderctl.rules.draft import Draft
from orderctl.rules.trace_if import If, covers_if, wins_if
from orderctl.rules.visible import Stock, visible

Units = dict[str, int]


@dataclass(frozen=True, slots=True)
class PlaceTrace:
    """One location of the rule. `available` is None per SKU without limit; `numbers` are its own, per preference.

    `refused` says why it was no candidate, empty when it was one; `ships` is what the plan takes there.
    """

    location: str
    refused: str
    available: Mapping[str, int | None]
    numbers: Mapping[str, str]
    ships: Units


@dataclass(frozen=True, slots=True)
class PlanTrace:
    """One way to ship the group: from where, units left short, and what each preference makes of it."""

    locations: tuple[str, ...]
    short: int
    numbers: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class GroupTrace:
    """The lines that one location rule took, as they were decided. `lines` are called as the trace calls them.

    `wins_if` is what makes the runner-up win, `covers_if` what leaves nothing short; empty where no single change does.
    """

    rule: str
    lines: Units
    places: tuple[PlaceTrace, ...]
    chosen: PlanTrace
    runner_up: PlanTrace | None
    margin: str
    wins_if: tuple[If, ...]
    covers_if: tuple[If, ...]
    outcome: str  # why the plan is not the last word, empty when it is
    passed_on: bool  # to the lines' next rules


def group_trace(draft: Draft, compiled: Compiled, index: int, demands: Sequence[Demand], action: str) -> GroupTrace:
    """What was to be seen when the group was decided. `draft` stands as it stood then."""
    policy = compiled.policies[index]
    group = Group(draft, compiled, policy, demands)
    found = cover(group, shortage.remainder_of(policy))
    looked = _Look(group)
    ships: dict[str, Units] = {}
    for take in found.takes:
        here = ships.setdefault(take.location, {})
        here[take.sku] = here.get(take.sku, 0) + take.quantity
    best = looked.best()
    other = looked.runner_up(ships) if ships else None
    return GroupTrace(
        rule=policy.rule.id,
        lines={_name(draft, demand): demand.quantity for demand in demands},
        places=tuple(looked.place(name, ships.get(name, {})) for name in policy.locations),
        chosen=PlanTrace(tuple(ships), found.lacking, looked.numbers(best) if _is(best, found) else {}),
        runner_up=looked.plan(other) if other else None,
        margin=_margin(looked, found, best, other) if ships else _best_of_nothing(best),
        wins_if=_wins_if(looked, found, best, other) if other else (),
        covers_if=covers_if(looked.world(), looked.usable) if found.short and best.exact else (),
        outcome=_outcome(found.lacking, policy, action),
        passed_on=action == shortage.NEXT_RULE,
    )


def _name(draft: Draft, demand: Demand) -> str:
    several = sum(line.sku == demand.sku for line in draft.lines.values()) > 1
    return f"{demand.sku} (line {demand.line_id})" if several else demand.sku


def _is(choice: Choice, found: Cover) -> bool:
    """Whether `found` is this plan; one put together tier by tier is not."""
    return sorted(choice.takes) == sorted(found.takes)


def _margin(looked: _Look, found: Cover, best: Choice, other: Choice | None) -> str:
    """In what the runner-up was worse; nothing where there is none, or the plan was put together tier by tier."""
    return looked.margin(best, other) if other and _is(best, found) else ""


def _wins_if(looked: _Look, found: Cover, best: Choice, other: Choice) -> tuple[If, ...]:
    """What would make the runner-up win; nothing where a search was stopped, since then nothing is certain."""
    if not best.exact or not other.exact:
        return ()
    won = tuple(dict.fromkeys(take.location for take in found.takes))
    values = looked.values(best) if _is(best, found) else {}
    return wins_if(looked.world(), Rivals(won, other.locations, values, looked.values(other)))


def _best_of_nothing(best: Choice) -> str:
    """What came nearest when nothing of the group ships."""
    if not best.takes:
        return "no location that may ship has enough for a whole line"
    return f"the best, {', '.join(best.locations)}, would leave {_short(sum(best.short.values()))}"


def _outcome(lacking: int, policy: LocationPolicy, action: str) -> str:
    if action == shortage.NEXT_RULE:
        return f"{_short(lacking)}, so the next rule was asked"
    if action:
        return f"{_short(lacking)}, so the order is held"
    return f"{_short(lacking)}: {policy.if_short}" if lacking else ""


def _short(units: int) -> str:
    return "1 unit short" if units == 1 else f"{units} units short"


class _Look:
    """What the group could see: candidates and stock, in the tier that decided."""

    def __init__(self, group: Group) -> None:
        self.group = group
        self.draft, self.compiled, self.policy = group.draft, group.compiled, group.policy
        self.limits = self.compiled.limits_of(
            self.policy, self.draft.facts.order.currency, partial=shortage.remainder_of(self.policy) == LATER
        )
        near = candidates_of(self.draft, self.compiled, self.policy, self.policy.ship_from)
        self.both_tiers = bool(self.policy.failover_to) and self._leaves_short(near.candidates)
        field = candidates_of(self.draft, self.compiled, self.policy, self.policy.locations)
        self.field = field if self.both_tiers else near
        self.usable = {candidate.name for candidate in field.candidates}
        self.candidates, self.stock = self._seen(self.field.candidates)
        self.alone = alone(group.demands, self.candidates, self.stock, self.policy.prefer, self.limits)

    def _seen(self, candidates: Sequence[Any]) -> tuple[Sequence[Any], Stock]:
        return visible(self.draft, self.policy, candidates, self.group.demands, self.draft.taken)

    def _leaves_short(self, candidates: Sequence[Any]) -> bool:
        if not candidates:
            return True
        seen, stock = self._seen(candidates)
        return bool(choose(self.group.demands, seen, stock, self.policy.prefer, self.limits).short)

    def best(self) -> Choice:
        """The best plan over the candidates."""
        return choose(self.group.demands, self.candidates, self.stock, self.policy.prefer, self.limits)

    def runner_up(self, chosen: Collection[str]) -> Choice | None:
        """The best plan over the candidates that uses others than the `chosen` locations."""
        return runner_up(self.group.demands, self.candidates, self.stock, self.policy.prefer, self.limits, chosen)

    def world(self) -> World:
        """The group, to be covered anew with one thing different."""
        return World(self.group, shortage.remainder_of(self.policy))

    def values(self, choice: Choice) -> dict[str, Any]:
        """What each preference makes of a plan, as it is compared."""
        return dict(zip(self.policy.prefer, choice.values, strict=True))

    def plan(self, choice: Choice) -> PlanTrace:
        """`choice` in words."""
        return PlanTrace(choice.locations, sum(choice.short.values()), self.numbers(choice))

    def numbers(self, choice: Choice) -> dict[str, str]:
        """What each preference makes of a plan."""
        return {name: self._number(name, value) for name, value in self.values(choice).items()}

    def place(self, name: str, ships: Units) -> PlaceTrace:
        """One location of the rule, whether it was a candidate or not."""
        own = self.alone.get(name)
        return PlaceTrace(
            location=name,
            refused=self._refused(name),
            available={sku: self._available(name, sku) for demand in self.group.demands for sku in _skus(demand)},
            numbers=self.numbers(own) if own else {},
            ships=ships,
        )

    def _available(self, name: str, sku: str) -> int | None:
        """Units of `sku` that the rule may use there: reserved, kept back and taken ones are gone."""
        location = self.compiled.places.locations[name]
        candidate = next((one for one in self.candidates if one.name == name), None)
        if candidate is not None:
            return None if candidate.unlimited else self.stock.get(name, {}).get(sku, 0)
        if location.stock == "unlimited":
            return None
        gone = self.draft.taken.get(name, {}).get(sku, 0) + self.policy.keep_stock
        return max(0, self.draft.facts.stock.get(name, {}).get(sku, 0) - gone)

    def _refused(self, name: str) -> str:
        location = self.compiled.places.locations[name]
        why = refusal(location, self.draft.target) or refusal_now(self.draft, self.policy, location)
        if why:
            return why
        if name not in self.usable:
            full = capacity_free(self.draft, location) == 0
            return f"has no room left today ({location.capacity} orders)" if full else "was not looked at"
        if not self.both_tiers and name in self.policy.failover_to:
            return "was not needed: ship_from has all"
        return ""

    def margin(self, best: Choice, other: Choice) -> str:
        """The first thing in which `other` is worse than `best`."""
        short, more = sum(best.short.values()), sum(other.short.values())
        if short != more:
            return f"{_short(short)} against {more}"
        for name, value, worse in zip(self.policy.prefer, best.values, other.values, strict=True):
            if value != worse:
                return f"{name}: {self._number(name, value)} against {self._number(name, worse)}"
        return f"equal in all; {', '.join(best.locations)} is named first"

    def _number(self, name: str, value: Any) -> str:
        if name == "listed":
            return ", ".join(self.policy.locations[position] for position in value)
        if abs(value) >= INFINITE:
            return "no limit" if name == "most_capacity" else "unknown"
        if name == "lowest_cost":
            return money.to_text(value, self.compiled.places.currency)
        if name == "fastest":
            return dt.date.fromordinal(value).isoformat() if value else "at once"
        if name == "nearest":
            return f"{value} km" if self.draft.target.coordinates else f"zone {value}"
        if name == "deadline":
            return f"{value} units late"
        if name == "most_stock":
            return f"{-value * 100 // 1_000_000}% stays"
        return f"{-value} free" if name == "most_capacity" else str(value)


def _skus(demand: Demand) -> list[str]:
    return [sku for sku, _ in demand.components] or [demand.sku]
