"""Explain: decide an order once more from what was frozen with its decision, and tell why it came out so.

1. the decision, its rule set and its places are read as they were written down
2. the same pure code decides again, with a trace; nothing of today's configuration, stock or clock has a say
3. with the same engine the plan must be the same byte for byte; with another one both plans are told
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from orderctl.core.errors import UsageError
from orderctl.core.places import places_from_json
from orderctl.core.text import did_you_mean
from orderctl.rules import engine, record, why_not
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.trace import Trace, trace
from orderctl.rules.trace_json import plan_shown, trace_to_json
from orderctl.steps.context import Context
from orderctl.steps.views import order_id
from orderctl.store import decision_views
from orderctl.store.decision_views import StoredDecision


@dataclass(frozen=True, slots=True)
class Explained:
    """One decision made again. `replay` is `same`, `differs` (a bug), or `other engine` (it may differ)."""

    document: dict[str, Any]
    replay: str
    warning: str
    traced: Trace
    places: tuple[str, ...]  # the names of its locations

    @property
    def is_wrong(self) -> bool:
        """Whether the same engine decided otherwise, which it never may."""
        return self.replay == "differs"


def explain(ctx: Context, name: str, number: int | None = None) -> Explained:
    """The newest decision of the order `name`, or its decision `number`, made again.

    UsageError when there is no such order or decision or it was redacted, ConfigError when its rules cannot be read
    any more.
    """
    stored = _decision(ctx, name, number)
    if not stored.record:
        message = f"{stored.order}: what decision {stored.sequence} was made of was redacted; what it led to stands"
        raise UsageError(message, next=f"orderctl orders show {stored.order}")
    places = places_from_json(json.loads(stored.places))
    label = f"the rules of decision {stored.sequence}"
    ruleset = load(stored.ruleset, label, Known.from_places(places))
    facts, before = record.decode(stored.record, places)
    traced = trace(facts, engine.prepare(ruleset, places))
    same = engine.plan_text(before) == engine.plan_text(traced.plan)
    replay = "same" if same else "differs" if stored.engine == engine.ENGINE else "other engine"
    document = {
        "order": stored.order,
        "decision": _head(stored),
        "replay": {"result": replay, "engine": engine.ENGINE},
        "now": facts.now,
        **trace_to_json(traced, facts),
    }
    if not same:
        document |= {"plan": plan_shown(before, facts), "plan_now": plan_shown(traced.plan, facts)}
    return Explained(document, replay, _warning(stored, replay), traced, tuple(places.locations))


def why(explained: Explained, name: str) -> list[str]:
    """Why the rule or location `name` had no part, or which it had. UsageError when the decision knew neither."""
    found = why_not.of_rule(explained.traced, name)
    if name in explained.places:
        found += why_not.of_location(explained.traced, name)
    if found:
        return found
    rules = [rule.rule.name for stage in explained.traced.stages.values() for rule in stage]
    ended = f" among the stages that were reached ({explained.traced.ended})" if explained.traced.ended else ""
    near = did_you_mean(name, (*rules, *explained.places))
    raise UsageError(f"the decision knew no rule or location '{name}'{ended}{near}", next="orderctl rules list")


def _decision(ctx: Context, name: str, number: int | None) -> StoredDecision:
    found = decision_views.decision(ctx.db, order_id(ctx, name), number)
    if found is not None:
        return found
    if number is None:
        raise UsageError(f"{name} has not been decided yet", next=f"orderctl route {name}")
    raise UsageError(f"{name} has no decision {number}", next=f"orderctl explain {name}")


def _head(stored: StoredDecision) -> dict[str, Any]:
    return {
        "sequence": stored.sequence,
        "newest": stored.newest,
        "decided_at": stored.decided_at,
        "actor": stored.actor,
        "applied": stored.applied,
        "engine": stored.engine,
        "ruleset": stored.ruleset_digest,
        "places": stored.places_digest,
    }


def _warning(stored: StoredDecision, replay: str) -> str:
    if replay == "differs":
        return (
            f"{stored.order}: decision {stored.sequence} comes out otherwise when it is made again; this is a bug in"
            f" orderctl. Nothing was changed; next: orderctl explain {stored.order} --json, for orderctl's maintainers"
        )
    if replay == "other engine":
        return (
            f"{stored.order}: decision {stored.sequence} was made by engine {stored.engine}; engine {engine.ENGINE}"
            " decides otherwise. What was decided stands as the plan; the trace is of the newer engine"
        )
    return ""
