"""What becomes of the units that a location rule cannot ship, as `if_short` says.

1. once `max_wait` is over for a line, `after_wait` stands in for `if_short`
2. a pre-order waits: it is expected to be short. Only where more of it was sold than is on order, a person is told
3. what is cancelled no longer holds up the rest of its group, which is decided again without it
4. the rest is backordered, and where the rule says so a person is told; `next_rule` and `hold:REASON` are for the
   whole order, and nothing of the group is kept
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field

from orderctl.core import times
from orderctl.core.plans import Backorder, PlannedLine, Problem
from orderctl.core.purchasing import arrival
from orderctl.rules.compiled import LocationPolicy
from orderctl.rules.cover import LATER, NEVER, NONE, Cover, Group, cover, part_of
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts, is_marked, parts_of

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
    coming = _Coming(draft)
    actions = {
        line_id: _action(draft, policy, line_id, coming.arrival(line_id, lacking[line_id])) for line_id in lacking
    }
    for action in actions.values():
        if action == NEXT_RULE or action.startswith("hold:"):
            return found, action
    dropped = {line_id: units for line_id, units in lacking.items() if actions[line_id] == "cancel"}
    if dropped:
        found = _without(group, dropped)
    coming = _Coming(draft)
    for line_id, line in draft.lines.items():
        if line_id in dropped:
            draft.cancelled.append(PlannedLine(line_id, line.sku, dropped[line_id]))
        if found.short.get(line_id):
            expected_at = coming.arrival(line_id, found.short[line_id]) or _lead_time_over(group, line_id)
            draft.backorders.append(_backorder(draft, policy, line_id, found.short[line_id], expected_at))
        if actions.get(line_id) == "exception":
            code = "backorder_expired" if is_overdue(draft.facts, policy, line_id) else "short_stock"
            message = _WORDS[code].format(lacking[line_id], line.sku)
            draft.problems.append(Problem(code, message, line_id, policy.rule.id))
    return found, ""


def is_overdue(facts: Facts, policy: LocationPolicy, line_id: str) -> bool:
    """Whether the line has waited for stock as long as the rule lets it."""
    began = facts.backordered_at.get(line_id)
    return began is not None and policy.max_wait_s is not None and times.later(began, policy.max_wait_s) <= facts.now


def _action(draft: Draft, policy: LocationPolicy, line_id: str, arrival: str | None) -> str:
    """What the rule wants to happen to a line that is short: a value of `if_short`.

    `arrival` is None where more is wanted than is on order.
    """
    action = policy.after_wait if is_overdue(draft.facts, policy, line_id) else policy.if_short
    if action in {"exception", "cancel"} and is_marked(draft.facts, draft.lines[line_id], "preorder"):
        return "backorder" if arrival is not None else "exception"
    return action


@dataclass(slots=True)
class _Coming:
    """What is on order for the lines of an order, one after another: what one waits for is gone for the next."""

    draft: Draft
    promised: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for wait in self.draft.backorders:
            self._promise(wait.sku, wait.quantity)

    def _promise(self, sku: str, units: int) -> None:
        for part, each in parts_of(self.draft.facts, sku).items():
            self.promised[part] += units * each

    def arrival(self, line_id: str, units: int) -> str | None:
        """When `units` of a line will have come, empty where nobody knows; None when fewer are on order."""
        facts, sku = self.draft.facts, self.draft.lines[line_id].sku
        self._promise(sku, units)
        on_order = facts.incoming
        moments = [arrival(on_order[part], self.promised[part]) for part in parts_of(facts, sku) if part in on_order]
        known = [moment for moment in moments if moment is not None]
        if len(known) < len(moments):
            return None
        return max(known) if known and all(known) else ""


def _without(group: Group, dropped: Mapping[str, int]) -> Cover:
    """The cover of what is left of the group when the `dropped` units are cancelled."""
    left = [
        part_of(demand, demand.quantity - dropped.get(demand.line_id, 0))
        for demand in group.demands
        if demand.quantity > dropped.get(demand.line_id, 0)
    ]
    return cover(group._replace(demands=left), remainder_of(group.policy))


def _backorder(draft: Draft, policy: LocationPolicy, line_id: str, units: int, expected_at: str) -> Backorder:
    facts = draft.facts
    began = facts.backordered_at.get(line_id, facts.now)
    waits = policy.max_wait_s is not None and not is_overdue(facts, policy, line_id)
    return Backorder(
        line_id=line_id,
        sku=draft.lines[line_id].sku,
        quantity=units,
        rule=policy.rule.id,
        expected_at=expected_at,
        wait_until=times.later(began, policy.max_wait_s) if waits and policy.max_wait_s is not None else "",
        after_wait=policy.after_wait,
    )


def _lead_time_over(group: Group, line_id: str) -> str:
    """When the quickest location of the rule will have more since the line began to wait; empty where none says."""
    facts, places = group.draft.facts, group.compiled.places.locations
    names = group.policy.locations
    leads = [places[name].lead_time_s for name in names if name in places and places[name].lead_time_s]
    return times.later(facts.backordered_at.get(line_id, facts.now), min(leads)) if leads else ""
