"""What becomes of the units that a location rule cannot ship, as `if_short` says.

1. once `max_wait` is over for a line, `after_wait` stands in for `if_short`
2. a pre-order always waits: it is expected to be short
3. what is cancelled no longer holds up the rest of its group, which is decided again without it
4. the rest is backordered, and where the rule says so a person is told; `next_rule` and `hold:REASON` are for the
   whole order, and nothing of the group is kept
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.core import times
from orderctl.core.plans import Backorder, PlannedLine, Problem
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.cover import LATER, NEVER, NONE, Cover, Group, cover, part_of
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts, parts_of, sku_of

NEXT_RULE = "next_rule"
_WORDS = {
    "short_stock": "{} of {} cannot be shipped from any location the rule names",
    "backorder_expired": "{} of {} have waited for stock as long as the rule allows",
}


def remainder_of(policy: LocationPolicy) -> str:
    """What the rule makes of units that stay short while others ship; NONE = then the others do not ship either."""
    if policy.if_short == "cancel":
        return NEVER
    return LATER if policy.if_short in {"backorder", "exception"} and policy.available_now else NONE


def settle(group: Group, found: Cover) -> tuple[Cover, str]:
    """What ships of a group that `found` leaves short, with "" or the action that is for the whole order.

    Backorders, cancellations and problems of the group go into its draft.
    """
    draft, policy = group.draft, group.policy
    lacking = found.short if remainder_of(policy) == NEVER else cover(group, NEVER).short
    actions = {line_id: _action(draft, policy, line_id) for line_id in lacking}
    for action in actions.values():
        if action == NEXT_RULE or action.startswith("hold:"):
            return found, action
    dropped = {line_id: units for line_id, units in lacking.items() if actions[line_id] == "cancel"}
    if dropped:
        found = _without(group, dropped)
    for line_id, line in draft.lines.items():
        if line_id in dropped:
            draft.cancelled.append(PlannedLine(line_id, line.sku, dropped[line_id]))
        if found.short.get(line_id):
            draft.backorders.append(_backorder(draft, group.compiled, policy, line_id, found.short[line_id]))
        if actions.get(line_id) == "exception":
            code = "backorder_expired" if is_overdue(draft.facts, policy, line_id) else "short_stock"
            message = _WORDS[code].format(lacking[line_id], line.sku)
            draft.problems.append(Problem(code, message, line_id, policy.rule.id))
    return found, ""


def is_overdue(facts: Facts, policy: LocationPolicy, line_id: str) -> bool:
    """Whether the line has waited for stock as long as the rule lets it."""
    began = facts.backordered_at.get(line_id)
    return began is not None and policy.max_wait_s is not None and times.later(began, policy.max_wait_s) <= facts.now


def _action(draft: Draft, policy: LocationPolicy, line_id: str) -> str:
    """What the rule wants to happen to a line that is short: a value of `if_short`."""
    action = policy.after_wait if is_overdue(draft.facts, policy, line_id) else policy.if_short
    waits = action in {"exception", "cancel"} and sku_of(draft.facts, draft.lines[line_id]).preorder
    return "backorder" if waits else action


def _without(group: Group, dropped: Mapping[str, int]) -> Cover:
    """The cover of what is left of the group when the `dropped` units are cancelled."""
    left = [
        part_of(demand, demand.quantity - dropped.get(demand.line_id, 0))
        for demand in group.demands
        if demand.quantity > dropped.get(demand.line_id, 0)
    ]
    return cover(group._replace(demands=left), remainder_of(group.policy))


def _backorder(draft: Draft, compiled: Compiled, policy: LocationPolicy, line_id: str, units: int) -> Backorder:
    facts = draft.facts
    sku = draft.lines[line_id].sku
    began = facts.backordered_at.get(line_id, facts.now)
    waits = policy.max_wait_s is not None and not is_overdue(facts, policy, line_id)
    return Backorder(
        line_id=line_id,
        sku=sku,
        quantity=units,
        rule=policy.rule.id,
        expected_at=_expected_at(facts, compiled, policy, sku, began),
        wait_until=times.later(began, policy.max_wait_s) if waits and policy.max_wait_s is not None else "",
        after_wait=policy.after_wait,
    )


def _expected_at(facts: Facts, compiled: Compiled, policy: LocationPolicy, sku: str, began: str) -> str:
    """When stock should be there: the last open purchase order it needs, else the quickest location's lead time."""
    moments = [facts.incoming[part][1] for part in parts_of(facts, sku) if part in facts.incoming]
    if any(moments):
        return max(moments)
    places = compiled.places.locations
    leads = [places[name].lead_time_s for name in policy.locations if name in places and places[name].lead_time_s]
    return times.later(began, min(leads)) if leads else ""
