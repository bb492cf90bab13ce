"""Every way in which an order may ship, with its price, for those who decide many orders together.

1. the order is decided by its rules as if it had all the stock there is; that says which rule takes which lines
2. each line, or lines that ship together, goes whole to one of the rule's locations that has it, or stays short where
   the rule ships the rest; the rule's limits on splitting hold for every way
3. a way costs its parcels as `lowest_cost` counts them, every further shipment `split_cost`, every unit left short
   `short_minor`, and half of that for every unit that `failover_to` has to ship
4. it takes units from shelves (a SKU at a location, less what the rule keeps there) and an order of a location's day
An order that no such list describes is not asked for its ways: its one-by-one plan stands.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import product
from math import prod

from orderctl.core.allocation import Demand
from orderctl.core.batching_values import Ask, Way
from orderctl.core.plans import Plan
from orderctl.rules import engine, shortage
from orderctl.rules.candidates import candidates_of
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.cover import LATER, NONE
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts
from orderctl.rules.stage_location import rule_after
from orderctl.rules.till import Till
from orderctl.rules.visible import visible
from orderctl.rules.way_values import Bounds, Group, Prices, Share, Shelves, Takes, allowed, atoms_of, has, heaviest_g
from orderctl.rules.ways_large import Relaxed, likely, parts_of

__all__ = ["Bounds", "Choices", "Prices", "Shelves", "Takes", "choices_of", "heaviest_g", "takes_of"]

MOST_WAYS = 256  # of one order that are listed one by one; of more, the likely ones


@dataclass(slots=True)
class Choices:
    """One order's ways, the cheapest first, and what each takes."""

    draft: Draft
    bounds: Bounds
    ways: list[Way]
    takes: list[Takes]
    relaxed: Relaxed | None  # of an order with more ways than these
    till: Till

    def find(self, takes: Takes) -> int:
        """Which of the ways takes just that; it becomes one when it was none."""
        if takes not in self.takes:
            self.ways.append(self.till.way(takes))
            self.takes.append(takes)
        return self.takes.index(takes)

    def ask(self, rank: int, alone: int) -> Ask:
        """The order as orders are decided together; `alone` is which way it goes one by one."""
        is_short = self.short(self.takes[alone]) > 0
        return Ask(rank, tuple(self.ways), alone, self.relaxed[is_short] if self.relaxed else ())

    def short(self, takes: Takes) -> int:
        """Units left short when just that is taken."""
        return self.till.units - sum(units for _, _, units in takes)

    def cost_minor(self, takes: Takes) -> int:
        """What it costs when just that is taken."""
        return self.till.cost_minor(takes)


def takes_of(plan: Plan, draft: Draft) -> Takes:
    """What a plan takes from where, line by line."""
    return tuple(
        sorted(
            (shipment.location, line.line_id, line.quantity)
            for shipment in plan.shipments
            for line in shipment.lines
            if line.line_id in draft.demands
        )
    )


def choices_of(facts: Facts, compiled: Compiled, prices: Prices, shelves: Shelves) -> Choices | None:
    """The ways of an order whose facts have all stock; None where it has nothing to choose or is decided alone."""
    if facts.given or facts.opened or any(sku.assembled_from for sku in facts.skus.values()):
        return None
    draft, groups, plan = _decided(facts, compiled)
    if not groups or plan.holds or plan.cancelled or _adds(compiled, draft):
        return None
    same = {frozenset(demand.line_id for demand in group.demands) for group in groups}
    chain = list(_chain(draft, compiled, groups)) if len(same) == 1 else []
    listed, is_all = _alone(chain, prices, draft) if chain else _joint(groups)
    if not listed:
        return None
    bounds = _bounds(chain, groups)
    till = Till(draft, bounds, prices, shelves)
    ways: dict[Takes, Way] = {}
    for parts in listed:
        takes = tuple(sorted(take for part in parts for take in part.takes))
        if takes not in ways:
            way = till.way(takes)
            if all(units <= shelves.supply[number] for number, units in way.uses):
                ways[takes] = way
    first = takes_of(plan, draft)
    order = sorted(ways, key=lambda takes: (ways[takes].cost_minor, takes != first, _places_in(takes), takes))
    relaxed = None if is_all else parts_of(draft, chain[0], prices, till.stock_used)
    return Choices(draft, bounds, [ways[takes] for takes in order], order, relaxed, till)


def _bounds(chain: Sequence[Group], groups: Sequence[Group]) -> Bounds:
    several = tuple(group.policy for group in chain)
    return Bounds({demand.line_id: several or (group.policy,) for group in groups for demand in group.demands})


def _decided(facts: Facts, compiled: Compiled) -> tuple[Draft, list[Group], Plan]:
    """The order decided as if it were alone, and its groups as they were met."""
    draft = engine.begin(facts, compiled)
    groups: list[Group] = []

    def watch(index: int, demands: Sequence[Demand], action: str) -> None:  # noqa: ARG001
        groups.append(_group(draft, compiled, compiled.policies[index], demands))

    draft.watch = watch
    return draft, groups, engine.carry_out(draft, compiled)


def _group(draft: Draft, compiled: Compiled, policy: LocationPolicy, demands: Sequence[Demand]) -> Group:
    places = candidates_of(draft, compiled, policy, policy.locations).candidates
    seen, stock = visible(draft, policy, places, demands, {})
    partial = shortage.remainder_of(policy) == LATER
    limits = compiled.limits_of(policy, draft.facts.order.currency, partial=partial)
    return Group(policy, demands, seen, stock, limits)


def _adds(compiled: Compiled, draft: Draft) -> bool:
    """Whether the order wants what rules may also put into others' shipments: nobody knows how much is left."""
    return any(line.sku in compiled.added_skus for line in draft.lines.values())


def _joint(groups: Sequence[Group]) -> tuple[list[tuple[Share, ...]], bool]:
    """Whatever the groups may do, each under its own rule, combined; nothing when that is too much to list."""
    if any(group.policy.if_short == shortage.NEXT_RULE or ":" in group.policy.if_short for group in groups):
        return [], False
    listed = [_listed(group) for group in groups]
    if any(shares is None for shares in listed) or prod(len(shares or ()) for shares in listed) > MOST_WAYS:
        return [], False
    return list(product(*(shares or () for shares in listed))), True


def _alone(chain: Sequence[Group], prices: Prices, draft: Draft) -> tuple[list[tuple[Share, ...]], bool]:
    """What one group may do under each rule it may come to; False when these are only the likely ones."""
    listed = [_listed(group) for group in chain]
    if all(shares is not None for shares in listed):
        return [(share,) for shares in listed for share in shares or ()], True
    return ([(share,) for share in likely(draft, chain[0], prices)] if len(chain) == 1 else []), False


def _chain(draft: Draft, compiled: Compiled, groups: list[Group]) -> Iterator[Group]:
    """The group under its rule and, where `if_short` goes on, under the rules after it that take all its lines."""
    yield groups[0]
    at = compiled.policies.index(groups[0].policy)
    while compiled.policies[at].if_short == shortage.NEXT_RULE:
        ahead = {rule_after(draft, compiled, demand.line_id, at) for demand in groups[0].demands}
        following = ahead.pop()
        if ahead or following is None:
            return
        at = following
        yield _group(draft, compiled, compiled.policies[at], groups[0].demands)


def _listed(group: Group) -> list[Share] | None:
    """Every share of a group; None when there are too many, or when single units may come from several places."""
    if group.limits.lines and group.limits.split and any(demand.quantity > 1 for demand in group.demands):
        return None
    atoms = atoms_of(group)
    worth = [sum(demand.value_minor for demand in atom) for atom in atoms]
    waits: list[_Option | None] = [None] if shortage.remainder_of(group.policy) != NONE else []
    options = [_options(group, atom) + waits for atom in atoms]
    if prod(map(len, options)) > MOST_WAYS:
        return None
    wanted = sum(demand.quantity for demand in group.demands)
    found = [Share((), wanted)]
    for chosen in product(*options):
        takes = tuple(take for option in chosen if option for take in option[1])
        short = wanted - sum(units for _, _, units in takes)
        parts: dict[str, int] = {}
        for option, value in zip(chosen, worth, strict=True):
            parts[option[0] if option else ""] = parts.get(option[0] if option else "", 0) + value
        if allowed(group.limits, parts, short=short):
            found.append(Share(takes, short))
    return found


#: Where lines that ship together may go, and what they take there.
_Option = tuple[str, Takes]


def _options(group: Group, atom: Sequence[Demand]) -> list[_Option | None]:
    return [
        (place.name, tuple((place.name, demand.line_id, demand.quantity) for demand in atom))
        for place in group.places
        if has(group, place, atom)
    ]


def _places_in(takes: Takes) -> int:
    return len({location for location, _, _ in takes})
