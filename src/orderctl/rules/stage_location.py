"""The location stage: which location ships which units.

1. each line takes the first location rule that matches it; the lines of one rule are a group
2. groups are decided in file order; what one group takes is gone for the next, a location it opened stays open
3. a group that its rule cannot cover goes by `if_short`; with `next_rule` each of its lines goes on to its next rule
4. a line without a rule holds the whole order as `unrouted`, and nothing of it is reserved
"""

from __future__ import annotations

from orderctl.core.allocation import Demand
from orderctl.core.plans import Hold
from orderctl.rules import shortage
from orderctl.rules.compiled import Compiled, LocationPolicy
from orderctl.rules.cover import Cover, Group, cover
from orderctl.rules.draft import Draft

UNROUTED = "unrouted"


def locate(draft: Draft, compiled: Compiled) -> bool:
    """Apply the stage to `draft`; False when the whole order is held instead."""
    waiting: dict[int, list[str]] = {}
    if not _send_on(draft, compiled, waiting, list(draft.lines), after=-1):
        return False
    while waiting:
        index = min(waiting)  # a line only ever moves on to a later rule, so this ends
        chosen = set(waiting.pop(index))
        group = [line_id for line_id in draft.lines if line_id in chosen]
        action = _decide(draft, compiled, index, group)
        if action == shortage.NEXT_RULE:
            if not _send_on(draft, compiled, waiting, group, after=index):
                return False
        elif action:
            draft.hold_whole(Hold(action.removeprefix("hold:"), rule=compiled.policies[index].rule.id))
            return False
    return True


def _send_on(draft: Draft, compiled: Compiled, waiting: dict[int, list[str]], lines: list[str], after: int) -> bool:
    """Put each line to the first rule after `after` that takes it; False when there is none and the order is held."""
    for line_id in lines:
        index = rule_after(draft, compiled, line_id, after)
        if index is None:
            draft.hold_whole(Hold(UNROUTED))
            return False
        waiting.setdefault(index, []).append(line_id)
    return True


def rule_after(draft: Draft, compiled: Compiled, line_id: str, after: int) -> int | None:
    """The index of the first rule after `after` that takes the line; those that only observe are noted on the way."""
    first = compiled.matcher.stages["location"].first
    line = draft.lines[line_id]
    found = first(draft.facts, line, None, after)
    while found is not None and found[1].observe:
        draft.observed[found[1].id] = None
        found = first(draft.facts, line, None, found[0])
    return None if found is None else found[0]


def _decide(draft: Draft, compiled: Compiled, index: int, lines: list[str]) -> str:
    """Decide one group; "" when that is done, else `next_rule` or `hold:REASON`."""
    policy = compiled.policies[index]
    group = Group(draft, compiled, policy, _demands(draft, policy, lines))
    found, action = cover(group, shortage.remainder_of(policy)), ""
    if found.short:
        found, action = shortage.settle(group, found)
    if draft.watch:
        draft.watch(index, group.demands, action)
    if action:
        return action
    draft.rules[policy.rule.id] = None
    _keep(draft, policy, found)
    return ""


def _keep(draft: Draft, policy: LocationPolicy, found: Cover) -> None:
    draft.take(policy.rule, found.takes)
    for take in found.takes if found.not_before else ():
        later = found.not_before.get(take.location, "")
        if later:
            part = draft.parts[take.location]
            part.not_before = max(part.not_before, later)


def _demands(draft: Draft, policy: LocationPolicy, lines: list[str]) -> list[Demand]:
    """The demands of the lines, with those that must stay together marked by a common word."""
    demands = [draft.demands[line_id] for line_id in lines]
    if not policy.keep_together:
        return demands
    marks = _together(draft, policy, lines)
    return [demand._replace(together=marks.get(demand.line_id, "")) for demand in demands]


def _together(draft: Draft, policy: LocationPolicy, lines: list[str]) -> dict[str, str]:
    """Line -> the word its companions share; lines are companions when a chain of common tags joins them."""
    roots = {tag.casefold(): tag.casefold() for tag in policy.keep_together}
    first: dict[str, str] = {}
    for line_id in lines:
        for tag in draft.line_tags.get(line_id, ()):
            word = tag.casefold()
            if word in roots:
                kept, other = roots[first.setdefault(line_id, word)], roots[word]
                roots = {tag: kept if root == other else root for tag, root in roots.items()}
    return {line_id: roots[word] for line_id, word in first.items()}
