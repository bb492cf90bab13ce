"""What a batch of orders decided together leaves to one of them, so that its own rules come to the way chosen for it.

Tried in this order until the rules' plan is that way, least said first:
1. the stock there is when its turn comes
2. the same without the locations that are kept for others (`closed`)
3. of the locations that are left, just the units the way takes (`kept` says how many are kept for others)
A decision says what more of its goods would be worth to the batch (`worth`): it replays from its facts like any other.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from orderctl.core.plans import Plan
from orderctl.rules import engine
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts
from orderctl.rules.ways import Choices, Takes, takes_of

#: Location -> SKU -> minor units that one more would save; the SKU is empty for one more order of its day.
Worth = Mapping[str, Mapping[str, int]]


def settle(facts: Facts, compiled: Compiled, choices: Choices, takes: Takes, worth: Worth) -> tuple[Facts, Plan, bool]:
    """The order's facts and plan when it is to ship by the way that takes `takes`.

    `facts` are those of its turn; they have all that the way takes. False where its rules come to another plan
    whatever they see.
    """
    facts = replace(facts, together={"worth": worth}) if worth else facts
    plan = engine.decide(facts, compiled)
    if takes_of(plan, choices.draft) == takes:
        return facts, plan, True
    for narrowed in _narrowed(facts, choices, takes):
        facts, plan = narrowed, engine.decide(narrowed, compiled)
        if takes_of(plan, choices.draft) == takes:
            return facts, plan, True
    return facts, plan, False


def _narrowed(facts: Facts, choices: Choices, takes: Takes) -> Iterator[Facts]:
    used = {location for location, _, _ in takes}
    named = dict.fromkeys(name for policy in choices.bounds.all() for name in policy.locations)
    left: dict[str, Any] = {**facts.together, "closed": [name for name in named if name not in used]}
    yield replace(facts, together=left)
    needs = _needs(choices, takes)
    stock: dict[str, dict[str, int]] = {}
    kept: dict[str, dict[str, int]] = {}
    for location, here in facts.stock.items():
        wanted = needs.get(location, {})
        stock[location] = {sku: min(units, wanted[sku]) for sku, units in here.items() if sku in wanted}
        away = {sku: units - wanted.get(sku, 0) for sku, units in here.items() if units > wanted.get(sku, 0)}
        if away:
            kept[location] = away
    yield replace(facts, stock={name: here for name, here in stock.items() if here}, together={**left, "kept": kept})


def _needs(choices: Choices, takes: Takes) -> dict[str, dict[str, int]]:
    """Location -> SKU -> the units the rules have to see, so that they may take what `takes` takes."""
    needs: dict[str, dict[str, int]] = {}
    kept: dict[str, dict[str, int]] = {}
    for location, line_id, count in takes:
        demand, keep = choices.draft.demands[line_id], choices.bounds.keeps(location, line_id)
        for sku, each in demand.components or ((demand.sku, 1),):
            here, stays = needs.setdefault(location, {}), kept.setdefault(location, {})
            here[sku] = here.get(sku, 0) + each * count
            stays[sku] = max(keep, stays.get(sku, 0))
    return {name: {sku: units + kept[name][sku] for sku, units in here.items()} for name, here in needs.items()}
