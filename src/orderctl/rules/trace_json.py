"""A trace and its plan as JSON values, for programs and for whoever draws them. Amounts are decimal text."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.core import money
from orderctl.core.plan_json import plan_to_json
from orderctl.core.plans import Plan
from orderctl.rules.facts import Facts
from orderctl.rules.trace import RuleTrace, Trace
from orderctl.rules.trace_group import GroupTrace, PlaceTrace, PlanTrace
from orderctl.rules.trace_if import If


def trace_to_json(traced: Trace, facts: Facts) -> dict[str, Any]:
    """`traced` as plain values: stages with their rules, groups with their locations, the plan."""
    return {
        "stages": [
            {"stage": stage, "rules": [_rule(rule) for rule in rules]} for stage, rules in traced.stages.items()
        ],
        "ended": traced.ended,
        "groups": [_group(group) for group in traced.groups],
        **({"together": _together(facts)} if facts.together else {}),
        "plan": plan_shown(traced.plan, facts),
    }


def _together(facts: Facts) -> dict[str, Any]:
    """What orders decided together with this one kept from it, and what more of anything would save them all."""
    left, currency = facts.together, facts.places.currency
    return {
        "closed": list(left.get("closed", ())),
        "kept": [
            {"location": name, "sku": sku, "units": units}
            for name, here in left.get("kept", {}).items()
            for sku, units in here.items()
        ],
        "worth": [
            {"location": name, "sku": sku, "saves": money.to_text(saved, currency), "currency": currency}
            for name, here in left.get("worth", {}).items()
            for sku, saved in here.items()
        ],
    }


def plan_shown(plan: Plan, facts: Facts) -> dict[str, Any]:
    """`plan` with amounts as text: costs in the configuration's currency, what is insured in the order's."""
    row = plan_to_json(plan)
    row["currency"] = facts.places.currency
    for shipment in row.get("shipments", ()):
        cost = shipment.pop("cost_minor", None)
        if cost is not None:
            shipment["cost"] = money.to_text(cost, facts.places.currency)
        if "options" in shipment:
            shipment["options"] = _options(shipment["options"], facts.order.currency)
    return row


def _options(options: Mapping[str, Any], currency: str) -> dict[str, Any]:
    shown = dict(options)
    insured = shown.pop("insure_minor", None)
    if insured is not None:
        shown["insure"] = f"{money.to_text(insured, currency)} {currency}"
    return shown


def _rule(traced: RuleTrace) -> dict[str, Any]:
    return {
        "rule": traced.rule.name,
        "why": traced.rule.why,
        "matched": traced.matched,
        "took": traced.took,
        "asked": [
            {"about": one.about, "matched": one.matched, "took": one.took, "reason": one.words} for one in traced.asked
        ],
    }


def _group(group: GroupTrace) -> dict[str, Any]:
    return {
        "rule": group.rule,
        "lines": [{"line": name, "quantity": quantity} for name, quantity in group.lines.items()],
        "locations": [_place(place) for place in group.places],
        "chosen": _plan(group.chosen),
        "runner_up": _plan(group.runner_up) if group.runner_up else None,
        "margin": group.margin,
        "wins_if": [_if(one) for one in group.wins_if],
        "covers_if": [_if(one) for one in group.covers_if],
        "outcome": group.outcome,
    }


def _if(one: If) -> dict[str, Any]:
    return {
        "change": one.change.what,
        "location": one.change.location,
        "item": one.change.item,
        "value": one.value,
        "words": one.words,
    }


def _place(place: PlaceTrace) -> dict[str, Any]:
    return {
        "location": place.location,
        "refused": place.refused,
        "available": dict(place.available),
        "numbers": dict(place.numbers),
        "ships": place.ships,
    }


def _plan(plan: PlanTrace) -> dict[str, Any]:
    return {"locations": list(plan.locations), "short": plan.short, "numbers": dict(plan.numbers)}
