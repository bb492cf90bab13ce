"""Orders that no rule takes, each tried with the engine before it is told; and channels that reach only the catch-all.

1. what is left of all orders without those that are held and those that some location rule takes
2. else what only rules with `if_short = "next_rule"` take: without stock such an order ends the same
3. for carriers: what is left of all shipments that location rules can make without those that some service rule takes
An example counts when the engine decides it so: held as `unrouted`, or a shipment without a service.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace

from orderctl.core.plans import Plan
from orderctl.rules.boxes import Box, meets
from orderctl.rules.compiled import Compiled, location_policy
from orderctl.rules.engine import decide
from orderctl.rules.facts import Facts
from orderctl.rules.model import Rule
from orderctl.rules.moments import conditions, moments
from orderctl.rules.proofs import MOST_TRIES, MOST_TRIES_EACH, Proof, Prover, Takers
from orderctl.rules.serving import can_ship
from orderctl.rules.stage_location import UNROUTED
from orderctl.rules.strings import TooMany
from orderctl.rules.witness import PLENTY, Case

_ENDS = ("hold", "reject", "track_only")


@dataclass(frozen=True, slots=True)
class Gap:
    """An order that no rule of `stage` takes; `facts` as it was tried. None = it is not known whether there is one.

    `short` = only rules that pass on what they lack take it. `location` is where the shipment leaves.
    """

    stage: str
    facts: Facts | None
    short: bool = False
    location: str = ""
    fields: tuple[str, ...] = ()


def holding(prover: Prover) -> list[Rule]:
    """The hold rules after which an order does not go on."""
    return [rule for rule in prover.in_force("hold") if any(rule.then.get(name) for name in _ENDS)]


def location_gap(prover: Prover, compiled: Compiled) -> Gap | None:
    """An order that no location rule takes, None when there is none."""
    holds, rules = holding(prover), prover.in_force("location")
    sure = [rule for rule in rules if prover.hides(rule)]
    timed = tuple(dict.fromkeys(name for rule in (*holds, *rules) for name in moments(rule)))
    steps: list[tuple[Takers, list[Rule], bool, tuple[str, ...]]] = [(prover.ever(), rules, False, ())]
    if timed:
        steps.append((prover.as_written(), rules, False, timed))
    if len(sure) < len(rules):
        steps.append((prover.as_written(), sure, True, timed))
    open_ = None
    for takers, taking, short, fields in steps:
        using = takers.of([*holds, *taking])

        def tried(case: Case, *, short: bool = short) -> bool:
            return _ends_unrouted(_without_stock(case.facts) if short else case.facts, compiled)

        proof = _found(prover, takers, [{}], using, "location", tried)
        if proof.case is not None:
            facts = _without_stock(proof.case.facts) if short else proof.case.facts
            return Gap("location", facts, short=short, fields=fields)
        if proof.holds is None:
            open_ = Gap("location", None, fields=fields)
    return open_


def _found(
    prover: Prover,
    takers: Takers,
    boxes: list[Box],
    using: int,
    stage: str,
    tried: Callable[[Case], bool],
) -> Proof:
    try:
        most = MOST_TRIES if stage == "location" else MOST_TRIES_EACH
        return prover.find(prover.pieces(takers, boxes, using, stage), stage, tried, most=most)
    except TooMany:
        return Proof(None)


def _without_stock(facts: Facts) -> Facts:
    """The same order when no location has anything."""
    endless = tuple(name for name, place in facts.places.locations.items() if place.stock == "unlimited")
    return replace(facts, stock={}, paused=endless)


def _ends_unrouted(facts: Facts, compiled: Compiled) -> bool:
    return any(hold.reason == UNROUTED for hold in decide(facts, compiled).holds)


def service_gap(prover: Prover, compiled: Compiled) -> Gap | None:
    """A shipment that no service rule takes, None when there is none or no service rule at all."""
    rules = prover.in_force("service")
    if not rules:
        return None
    holds = holding(prover)
    timed = tuple(dict.fromkeys(name for rule in (*holds, *rules) for name in moments(rule)))
    steps: list[tuple[Takers, tuple[str, ...]]] = [(prover.ever(), ())]
    if timed:
        steps.append((prover.as_written(), timed))
    open_ = None
    for takers, fields in steps:
        using = takers.of([*holds, *rules])
        try:
            if prover.is_covered(takers, [{}], using, "service"):
                continue
            ways = list(shipping(prover))
        except TooMany:
            return Gap("service", None, fields=fields)
        for rule, location, boxes in ways:
            above = prover.always().of(prover.before(rule)) if takers is prover.always() else 0

            def tried(case: Case, *, location: str = location) -> bool:
                return bool(_unserved(decide(only_at(case.facts, location), compiled)))

            proof = _found(prover, takers, boxes, using | above, "service", tried)
            if proof.case is not None:
                facts = only_at(proof.case.facts, location)
                return Gap("service", facts, location=_unserved(decide(facts, compiled)), fields=fields)
            if proof.holds is None:
                open_ = Gap("service", None, fields=fields)
    return open_


def shipping(prover: Prover) -> Iterator[tuple[Rule, str, list[Box]]]:
    """The shipments that each location rule can make, by location. TooMany when they cannot be told."""
    location = prover.space.axes.one("shipment.location")
    for rule in prover.in_force("location"):
        boxes = prover.some[rule.id]
        if boxes is None:
            raise TooMany
        for name in location_policy(rule, prover.places).locations:
            there: list[Box] = [{location.index: location.at(name)}]
            able = can_ship(prover.space, prover.places.locations[name])
            yield rule, name, meets(meets(boxes, there), able)


def only_at(facts: Facts, location: str) -> Facts:
    """The same order when only one location has anything."""
    return replace(facts, stock={location: dict.fromkeys(facts.skus, PLENTY)})


def _unserved(plan: Plan) -> str:
    """Where a shipment leaves that no service rule took."""
    for shipment in plan.shipments:
        if not shipment.service and not any(name.startswith("service/") for name in shipment.rules):
            return shipment.location
    return ""


def only_catch_all(prover: Prover) -> list[tuple[str, Rule]]:
    """The channels of which no order is taken by any location rule but one without conditions, and that rule."""
    rules = prover.in_force("location")
    last = next((rule for rule in rules if not any(conditions(rule))), None)
    special = [rule for rule in rules if any(conditions(rule))]
    if last is None or not special:
        return []
    axis = prover.space.axes.one("channel")
    return [
        (name, last)
        for name in prover.places.channels
        if not any(_takes(prover, rule, {axis.index: axis.at(name)}) for rule in special)
    ]


def _takes(prover: Prover, rule: Rule, channel: Box) -> bool:
    """Whether `rule` may get an order of a channel; what cannot be told counts as yes."""
    boxes = prover.some[rule.id]
    if boxes is None:
        return True
    try:
        using = prover.always().of(prover.before(rule))
        return not prover.is_covered(prover.always(), meets(boxes, [channel]), using, "location", foreign=True)
    except TooMany:
        return True
