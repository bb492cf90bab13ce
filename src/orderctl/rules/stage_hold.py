"""The hold stage: every matching rule applies, and an order that is held, rejected or only tracked goes no further.

1. a rule's hold stands unless a person released its reason, its `release_when` is true or its time is over;
   a rule whose hold is over has no say any more
2. orderctl holds on its own what no rule can mend: a physical order without an address, amounts that do not add up
3. several holds of one reason are one hold: the first rule's
4. a hold that has lasted for its `cancel_after` cancels what waits
"""

from __future__ import annotations

from orderctl.core import text, times
from orderctl.core.plans import Hold, PlannedLine
from orderctl.rules import interpret, texts
from orderctl.rules.compiled import Compiled
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts
from orderctl.rules.model import Rule

#: What was found out about an order before it is decided; true in `facts.derived` holds the order by that name.
CHECKED = ("money_mismatch", "possible_duplicate", "missing_customs")


def hold(draft: Draft, compiled: Compiled) -> bool:
    """Apply the stage to `draft`; True when the order goes on to the location stage."""
    facts = draft.facts
    for rule in compiled.matcher.all("hold", facts):
        if is_over(facts, rule, compiled.ruleset.timezone):
            continue
        if rule.observe:
            draft.observed[rule.id] = None
            continue
        _apply(draft, compiled, rule)
    if draft.rejected is None and not draft.track_only:
        _own_holds(draft)
        _cancel_overdue(draft)
    return not draft.holds and draft.rejected is None and not draft.track_only and not draft.cancelled


def _apply(draft: Draft, compiled: Compiled, rule: Rule) -> None:
    then = rule.then
    draft.tell(rule)
    if "note" in then:
        known = texts.values(then["note"], draft.facts, compiled.ruleset.timezone)
        draft.say(text.render_template(then["note"], known))
    if "reject" in then and draft.rejected is None:
        draft.rejected = then["reject"]
    if then.get("track_only"):
        draft.track_only = True
    reason = then.get("hold")
    if reason and reason not in draft.holds:
        began = draft.facts.holds.get(reason, draft.facts.now)
        draft.holds[reason] = Hold(
            reason=reason,
            rule=rule.id,
            release_at=_after(began, then.get("release_after")),
            cancel_at=_after(began, then.get("cancel_after")),
            helpdesk=then.get("helpdesk", False),
        )


def is_over(facts: Facts, rule: Rule, timezone: str) -> bool:
    """Whether the rule would hold, but its hold has ended."""
    reason = rule.then.get("hold")
    if not reason:
        return False
    if reason in facts.released:
        return True
    until = rule.then.get("release_when")
    if until and interpret.all_true(until, facts, timezone):
        return True
    began, seconds = facts.holds.get(reason), rule.then.get("release_after")
    return began is not None and seconds is not None and times.later(began, seconds) <= facts.now


def _own_holds(draft: Draft) -> None:
    facts = draft.facts
    ship_to = facts.order.ship_to
    if draft.lines and (ship_to is None or not ship_to.country):
        draft.holds.setdefault("no_address", Hold("no_address"))
    for reason in CHECKED:
        if facts.derived.get(reason) and reason not in facts.released:
            draft.holds.setdefault(reason, Hold(reason))


def _cancel_overdue(draft: Draft) -> None:
    """A hold that lasted as long as its rule's `cancel_after` allows cancels what waits, and with that it is over."""
    overdue = [hold for hold in draft.holds.values() if hold.cancel_at and hold.cancel_at <= draft.facts.now]
    if overdue:
        draft.holds.clear()
        draft.cancelled += [
            PlannedLine(line.id, line.sku, draft.facts.open_units[line.id]) for line in draft.lines.values()
        ]
        draft.say(f"cancelled: the hold '{overdue[0].reason}' lasted until {overdue[0].cancel_at}")


def _after(began: str, seconds: int | None) -> str:
    return "" if seconds is None else times.later(began, seconds)
