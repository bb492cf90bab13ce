"""Decide one order: a pure function of its facts and the rule set.

1. hold stage; an order that is held, rejected or only tracked goes no further
2. an order with an unknown SKU among the lines to route waits whole for a person
3. location stage: groups of lines to locations; it may hold the order after all, and so may what customs want
4. service stage per shipment, enhance stage per shipment
What a person decided about an order goes before its rules.

The same facts, rule set and places give the same plan, byte for byte, for as long as `ENGINE` is the same.
"""

from __future__ import annotations

from dataclasses import replace

from orderctl.core.plan_json import plan_from_json, plan_text, plan_to_json
from orderctl.core.plans import Plan, Problem
from orderctl.rules import customs
from orderctl.rules import draft as drafts
from orderctl.rules.compiled import Compiled, prepare
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts
from orderctl.rules.given import obey
from orderctl.rules.stage_enhance import enhance
from orderctl.rules.stage_hold import hold
from orderctl.rules.stage_location import locate
from orderctl.rules.stage_service import serve
from orderctl.rules.targets import target_of

__all__ = ["ENGINE", "Compiled", "decide", "plan_from_json", "plan_text", "plan_to_json", "prepare"]

#: Raised by hand whenever the same input may decide otherwise; a decision of another engine is not expected to repeat.
ENGINE = 1


def decide(facts: Facts, ruleset: Compiled) -> Plan:
    """What should happen with one order. A cancelled order routes nothing."""
    return carry_out(begin(facts, ruleset), ruleset)


def begin(facts: Facts, ruleset: Compiled) -> Draft:
    """A draft of the order's plan, for `carry_out`; a trace sets its `watch` between the two."""
    return drafts.begin(facts, target_of(facts, by_kind=ruleset.by_kind, needs=ruleset.needs))


def carry_out(draft: Draft, ruleset: Compiled) -> Plan:
    """The plan that an empty `draft` comes to."""
    facts = draft.facts
    if facts.order.cancelled_at:
        return Plan()
    if facts.given:
        return _as_told(draft, ruleset)
    if not hold(draft, ruleset) or not draft.lines:
        return draft.plan()
    if _unknown(draft):
        return draft.plan()
    if draft.tags:
        draft.facts = replace(facts, extra_tags=tuple(dict.fromkeys((*facts.extra_tags, *draft.tags))))
    drafts.weigh(draft, ruleset.ruleset.default_weight_g)
    if locate(draft, ruleset) and not customs.hold(draft, ruleset):
        enhance(draft, ruleset, serve(draft, ruleset))
    return draft.plan()


def _as_told(draft: Draft, compiled: Compiled) -> Plan:
    """What a person decided, with the service they named or else the rules' one, and the enhance stage."""
    drafts.weigh(draft, compiled.ruleset.default_weight_g)
    if obey(draft, compiled):
        shipments = serve(draft, compiled)
        service = str(draft.facts.given.get("service", ""))
        if service:
            draft.shipments = [replace(shipment, service=service) for shipment in draft.shipments]
        enhance(draft, compiled, shipments)
    return draft.plan()


def _unknown(draft: Draft) -> bool:
    """Whether a line to route has a SKU nobody knows; each such line is a problem."""
    unknown = draft.facts.unknown_skus
    if not unknown:
        return False
    for line in draft.lines.values():
        if line.sku in unknown:
            draft.problems.append(Problem("unknown_sku", f"SKU {line.sku or '(none)'} is not known", line_id=line.id))
    return bool(draft.problems)
