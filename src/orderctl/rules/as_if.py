"""A group of lines covered once more as if one thing were different, by the code that decides.

Nothing is written anywhere: the draft, the facts and the rule are copied with the change, and what is remembered of
candidates is made anew.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from orderctl.core.allocation import INFINITE, Candidate
from orderctl.rules.candidates import candidates_of
from orderctl.rules.compiled import Compiled
from orderctl.rules.cover import Cover, Group, cover
from orderctl.rules.facts import Facts

#: How often a group is covered anew at most: with one line and one location, and in any case a few times.
MOST_TRIES, FEWEST_TRIES = 3_000, 20


class Spent(Exception):
    """The tries for this group are used up."""


class World:
    """The group as it stands when it is decided, and as it would be. `needs` are the units per line of each SKU.

    The more lines and locations a group has, the longer each try takes and the fewer there are; then they raise Spent.
    """

    def __init__(self, group: Group, remainder: str) -> None:
        self.group = group
        self.remainder = remainder
        self.tries = max(FEWEST_TRIES, MOST_TRIES // max(1, len(group.demands) * len(group.policy.locations)))
        self.needs: dict[str, list[int]] = {}
        for demand in group.demands:
            for sku, each in demand.components or ((demand.sku, 1),):
                self.needs.setdefault(sku, []).append(each * demand.quantity)

    def left(self, location: str, sku: str) -> int:
        """Units the group may take there, negative where more is kept back than there is."""
        draft = self.group.draft
        units = draft.facts.stock.get(location, {}).get(sku, 0) - draft.taken.get(location, {}).get(sku, 0)
        return units - self.group.policy.keep_stock

    def is_unlimited(self, location: str) -> bool:
        """Whether the location has all without counting."""
        return self.group.compiled.places.locations[location].stock == "unlimited"

    def candidate(self, location: str) -> Candidate | None:
        """The location with the numbers it is compared by; None when it is no candidate."""
        group = self.group
        field = candidates_of(group.draft, group.compiled, group.policy, group.policy.locations)
        return next((one for one in field.candidates if one.name == location), None)

    def with_stock(self, location: str, sku: str, more: int) -> Cover:
        """As if there were `more` units of a SKU; negative for fewer."""
        facts = self.group.draft.facts
        here = dict(facts.stock.get(location, {}))
        here[sku] = here.get(sku, 0) + more
        return self._with_facts(replace(facts, stock={**facts.stock, location: here}))

    def with_room(self, location: str, more: int) -> Cover:
        """As if the location could take `more` orders today."""
        facts = self.group.draft.facts
        used = facts.capacity_used.get(location, 0) - more
        return self._with_facts(replace(facts, capacity_used={**facts.capacity_used, location: used}))

    def with_order(self, location: str, before: str) -> Cover:
        """As if the rule listed `location` right before another one, in the same list."""
        policy = self.group.policy
        tiers = []
        for tier in (policy.ship_from, policy.failover_to):
            names = [name for name in tier if name != location]
            if before in names:
                names.insert(names.index(before), location)
            tiers.append(tuple(names))
        return self.with_policy(ship_from=tiers[0], failover_to=tiers[1])

    def with_policy(self, **changes: Any) -> Cover:
        """As if the rule said something else."""
        group = self.group
        return self._cover(group._replace(policy=replace(group.policy, **changes), compiled=_fresh(group.compiled)))

    def with_number(self, location: str, change: Callable[[Candidate], Candidate]) -> Cover:
        """As if a number that the location is compared by were another one."""
        draft, policy = self.group.draft, self.group.policy
        compiled = _fresh(self.group.compiled)
        for names in (policy.ship_from, policy.locations):
            candidates_of(draft, compiled, policy, names)
        for key, templates in compiled.candidates.items():
            compiled.candidates[key] = tuple(change(one) if one.name == location else one for one in templates)
        return self._cover(self.group._replace(compiled=compiled))

    def _with_facts(self, facts: Facts) -> Cover:
        return self._cover(self.group._replace(draft=replace(self.group.draft, facts=facts)))

    def _cover(self, group: Group) -> Cover:
        self.tries -= 1
        if self.tries < 0:
            raise Spent
        return cover(group, self.remainder)


def put(what: str, number: int, candidate: Candidate) -> Candidate:
    """The candidate with another number: `lower_cost`, `rate` (minor units), `distance` or `arrival` (a day number)."""
    if what == "lower_cost":
        return replace(candidate, order_cost_minor=candidate.order_cost_minor - number)
    if what == "rate":
        return replace(candidate, rates=((INFINITE, number),))
    return replace(candidate, distance=number) if what == "distance" else replace(candidate, arrives_day=number)


def _fresh(compiled: Compiled) -> Compiled:
    """The same, with no candidate remembered."""
    return replace(compiled, candidates={})
