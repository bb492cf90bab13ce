"""Kits that are kept assembled: decided as they lie there, and taken apart where too few of them do.

1. decide with the assembled units
2. where lines of such kits are left short, decide once more with just those kits taken from their parts
3. the plan that ships more units stands, the first when both ship the same
Its facts say which of the two it was, so that replaying them gives the same plan.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from orderctl.core.plans import Plan
from orderctl.core.skus import taken_apart
from orderctl.rules import engine
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts, lines_to_route


def decide(facts: Facts, ruleset: Compiled) -> tuple[Facts, Plan]:
    """The plan for one order, and the facts it follows from."""
    plan = engine.decide(facts, ruleset)
    short = _short(facts, plan)
    if not short:
        return facts, plan
    skus = {name: taken_apart(sku) if name in short else sku for name, sku in facts.skus.items()}
    apart = replace(facts, skus=skus)
    other = engine.decide(apart, ruleset)
    return (apart, other) if _units(other) > _units(plan) else (facts, plan)


def _short(facts: Facts, plan: Plan) -> set[str]:
    """The SKUs of kits kept assembled of which the plan ships fewer units than are to be routed."""
    kept = {name for name, sku in facts.skus.items() if sku.assembled_from}
    if not kept or plan.rejected is not None or plan.track_only:
        return set()
    shipped: Counter[str] = Counter()
    for shipment in plan.shipments:
        for part in shipment.lines:
            shipped[part.line_id] += part.quantity
    return {
        line.sku for line in lines_to_route(facts) if line.sku in kept and shipped[line.id] < facts.open_units[line.id]
    }


def _units(plan: Plan) -> int:
    return sum(shipment.units for shipment in plan.shipments)
