"""Why one order was decided as it was: the same code once more, with every rule asked and every choice laid open.

1. the engine decides from the frozen facts; each group of lines is watched as it is decided
2. then every rule of each stage that was reached is put to what that stage asks about: the order, its lines, its
   shipments; it matched, or the first condition in its way is told with the actual value
3. of rules that matched, those that had no say are told apart: another came first, or the rule only observes
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from orderctl.core.allocation import Demand
from orderctl.core.plans import Plan
from orderctl.rules import engine, interpret, stage_hold
from orderctl.rules.compiled import Compiled
from orderctl.rules.draft import Draft
from orderctl.rules.facts import Facts
from orderctl.rules.interpret import Subject
from orderctl.rules.model import STAGES, Rule
from orderctl.rules.stage_service import shipment_facts
from orderctl.rules.trace_group import GroupTrace, group_trace


@dataclass(frozen=True, slots=True)
class Asked:
    """One rule put to one thing. `about` is a SKU or a location, empty for the order; `words` say what came of it.

    `took` = it matched and had its say.
    """

    about: str
    matched: bool
    took: bool
    words: str


@dataclass(frozen=True, slots=True)
class RuleTrace:
    """One rule and what it was put to; equal answers are told once. `took` = it had a say in the plan."""

    rule: Rule
    took: bool
    asked: tuple[Asked, ...]

    @property
    def matched(self) -> bool:
        """Whether it matched anything it was put to."""
        return any(one.matched for one in self.asked)


@dataclass(frozen=True, slots=True)
class Trace:
    """A decision laid open. `stages` has only those that were reached; `groups` are in the order they were decided."""

    plan: Plan
    stages: Mapping[str, tuple[RuleTrace, ...]]
    groups: tuple[GroupTrace, ...]
    ended: str = ""  # why later stages were not reached, empty when all were

    @property
    def matched(self) -> frozenset[str]:
        """The ids of all rules that matched, whether or not they had a say."""
        return frozenset(one.rule.id for rules in self.stages.values() for one in rules if one.matched)


def trace(facts: Facts, compiled: Compiled) -> Trace:
    """Decide once more and tell why."""
    draft = engine.begin(facts, compiled)
    groups: list[GroupTrace] = []

    def watch(index: int, demands: Sequence[Demand], action: str) -> None:
        groups.append(group_trace(draft, compiled, index, demands, action))

    draft.watch = watch
    plan = engine.carry_out(draft, compiled)
    stages = dict(_stages(facts, draft, compiled, plan, groups))
    return Trace(plan, stages, tuple(groups), _ended(facts, draft, plan, stages))


def _stages(
    facts: Facts, draft: Draft, compiled: Compiled, plan: Plan, groups: Sequence[GroupTrace]
) -> Iterator[tuple[str, tuple[RuleTrace, ...]]]:
    """The rules of each stage that was reached."""
    if facts.order.cancelled_at:
        return
    rules, timezone = compiled.ruleset.stages, compiled.ruleset.timezone
    if not facts.given:
        order = [("", interpret.subject(facts, "hold", timezone))]
        yield "hold", _asked(rules.get("hold", ()), order, plan, _after_hold(facts, timezone))
        if draft.demands:
            lines = [
                (_name(draft, line_id), interpret.subject(draft.facts, "location", timezone, line=line))
                for line_id, line in draft.lines.items()
            ]
            yield "location", _asked(rules.get("location", ()), lines, plan, _after_location(groups))
    if draft.parts:
        for stage in ("service", "enhance"):
            shipments = [
                (
                    part.location,
                    interpret.subject(draft.facts, stage, timezone, shipment=shipment_facts(draft, compiled, part)),
                )
                for part in draft.parts.values()
            ]
            after = _after_service(plan) if stage == "service" else _always
            yield stage, _asked(rules.get(stage, ()), shipments, plan, after)


#: A rule that matched, and what it matched -> whether it had its say, and what else is to be told of it.
Say = Callable[[Rule, str], tuple[bool, str]]


def _asked(
    rules: Iterable[Rule], subjects: Sequence[tuple[str, Subject]], plan: Plan, after: Say
) -> tuple[RuleTrace, ...]:
    return tuple(
        RuleTrace(rule, rule.id in plan.rules, _told([_ask(rule, about, it, after) for about, it in subjects]))
        for rule in rules
    )


def _ask(rule: Rule, about: str, it: Subject, after: Say) -> Asked:
    verdict = interpret.verdict(rule, it)
    if not verdict.applies:
        return Asked(about, matched=False, took=False, words=verdict.reason)
    if rule.observe:
        return Asked(about, matched=True, took=False, words="it only observes")
    took, words = after(rule, about)
    return Asked(about, matched=True, took=took, words=words)


def _told(asked: Sequence[Asked]) -> tuple[Asked, ...]:
    """`asked` with all that is the same for everything said once, about nothing in particular."""
    same = len({(one.matched, one.took, one.words) for one in asked}) == 1
    return (replace(asked[0], about=""),) if same else tuple(asked)


def _name(draft: Draft, line_id: str) -> str:
    """What a line is called: its SKU, with its id where several lines have the SKU."""
    sku = draft.lines[line_id].sku
    several = sum(line.sku == sku for line in draft.lines.values()) > 1
    return f"{sku} (line {line_id})" if several else sku


def _always(rule: Rule, about: str) -> tuple[bool, str]:  # noqa: ARG001
    return True, ""


def _after_hold(facts: Facts, timezone: str) -> Say:
    def after(rule: Rule, about: str) -> tuple[bool, str]:  # noqa: ARG001
        return (False, "its hold is over") if stage_hold.is_over(facts, rule, timezone) else (True, "")

    return after


def _after_location(groups: Sequence[GroupTrace]) -> Say:
    def after(rule: Rule, about: str) -> tuple[bool, str]:
        for group in groups:
            if about in group.lines:
                if group.rule == rule.id:
                    return not group.passed_on, group.outcome
                if not group.passed_on:
                    return False, f"'{group.rule.partition('/')[2]}' took it already"
        return False, "the order was held before"

    return after


def _after_service(plan: Plan) -> Say:
    chosen = {
        shipment.location: next((rule for rule in shipment.rules if rule.startswith("service/")), "")
        for shipment in plan.shipments
    }

    def after(rule: Rule, about: str) -> tuple[bool, str]:
        first = chosen.get(about, "")
        return (True, "") if first in {"", rule.id} else (False, f"'{first.partition('/')[2]}' came first")

    return after


def _ended(facts: Facts, draft: Draft, plan: Plan, stages: Mapping[str, Any]) -> str:
    """Why the stages that are missing were not reached."""
    if len(stages) == len(STAGES):
        return ""
    if facts.order.cancelled_at:
        return "the order is cancelled"
    if facts.given:
        return "a person said where it ships from"
    if plan.rejected is not None:
        return "the order is rejected"
    if plan.track_only:
        return "the order is only tracked"
    if plan.holds:
        return f"the order is held: {', '.join(hold.reason for hold in plan.holds)}"
    if not draft.lines:
        return "nothing of the order is to be shipped"
    return "nothing ships now" if draft.demands else "a SKU is not known"
