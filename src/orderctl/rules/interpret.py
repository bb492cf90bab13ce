"""What a rule means, said plainly: the reference that the compiled form is tested against, and the trace of one order.

1. a condition is true, false, or unknown (None) because the order does not have what it asks about
2. a block is true when all its conditions are; false when one is false; else unknown (Kleene)
3. `line.*` conditions of one block hold on one and the same line; `all_lines.*` and `no_line.*` each on their own
4. a rule applies when `when` is true, one block of `any` is true, and nothing in `unless` is true

Lines are all lines in [[hold]] and the lines to route elsewhere; in [[location]] `line.*` is about the given line.
"""

from __future__ import annotations

import functools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core.orders import Line
from orderctl.rules import exchange, fields
from orderctl.rules.facts import Facts, ShipmentFacts, lines_to_route
from orderctl.rules.model import Block, Condition, Rule
from orderctl.rules.values import Kind, Test

Truth = bool | None


@dataclass(frozen=True, slots=True)
class Subject:
    """What a rule is put to: an order's facts, a line or a shipment where the stage has one, and the rules' zone."""

    facts: Facts
    stage: str
    zone: ZoneInfo
    line: Line | None = None
    shipment: ShipmentFacts | None = None

    def lines(self) -> tuple[Line, ...]:
        """The lines that conditions about lines range over."""
        return self.facts.order.lines if self.stage == "hold" else lines_to_route(self.facts)


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a rule applies, and why not: the condition that failed first, and the reason in words."""

    applies: bool
    reason: str = ""
    condition: Condition | None = None


def subject(
    facts: Facts, stage: str, timezone: str = "", line: Line | None = None, shipment: ShipmentFacts | None = None
) -> Subject:
    """A subject in the time zone named by the rule set, or in the places' zone when none is named."""
    return Subject(facts, stage, zone_of(timezone or facts.places.timezone), line, shipment)


@functools.lru_cache(maxsize=64)
def zone_of(name: str) -> ZoneInfo:
    """The time zone of this name."""
    return ZoneInfo(name)


def applies(rule: Rule, about: Subject) -> bool:
    """Whether `rule` applies."""
    if block(rule.when, about) is not True:
        return False
    if rule.any and not any(block(conditions, about) is True for conditions in rule.any):
        return False
    return not excluded(rule, about)


def excluded(rule: Rule, about: Subject) -> bool:
    """Whether one condition of `unless`, or one whole block of its `any`, is true."""
    return any(block((condition,), about) is True for condition in rule.unless) or any(
        block(conditions, about) is True for conditions in rule.unless_any
    )


def all_true(conditions: Block, facts: Facts, timezone: str = "") -> bool:
    """Whether every condition is true of the order; for what ends a hold."""
    return block(conditions, subject(facts, "hold", timezone)) is True


def block(conditions: Block, about: Subject) -> Truth:
    """Whether all conditions are true together."""
    ours = [condition for condition in conditions if fields.quantifier_of(condition.field) == "line"]
    truths = [_one(condition, about) for condition in conditions if condition not in ours]
    if ours:
        truths.append(_some_line(ours, about))
    return conjunction(truths)


def conjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's and."""
    found = tuple(truths)
    return False if False in found else None if None in found else True


def disjunction(truths: Iterable[Truth]) -> Truth:
    """Kleene's or."""
    found = tuple(truths)
    return True if True in found else None if None in found else False


def _some_line(conditions: list[Condition], about: Subject) -> Truth:
    lines = (about.line,) if about.line is not None else about.lines()
    return disjunction(conjunction(_value(condition, about, line) for condition in conditions) for line in lines)


def _one(condition: Condition, about: Subject) -> Truth:
    quantifier = fields.quantifier_of(condition.field)
    if not quantifier:
        return _value(condition, about, about.line)
    each = [_value(condition, about, line) for line in about.lines()]
    if quantifier == "all_lines":
        return conjunction(each) if each else False
    some = disjunction(each)
    return None if some is None else not some


def _value(condition: Condition, about: Subject, line: Line | None) -> Truth:
    found = fields.find(condition.field)
    value = fields.read(found, condition.field, about.facts, line, about.shipment, about.zone)
    return holds(condition.test, found.kind, value, about.facts)


def holds(test: Test, kind: Kind, value: Any, facts: Facts) -> Truth:
    """Whether `test` holds for a field's value; unknown when it is missing or has no exchange rate."""
    if value is None:
        return None
    if kind.many:
        return any(test.has(kind.key(one)) for one in value)
    if test.currency:
        value = exchange.converted(value, facts.order.currency, test.currency, facts.places)
        if value is None:
            return None
    return test.has(kind.key(value))


# --- the trace


def verdict(rule: Rule, about: Subject) -> Verdict:
    """Whether `rule` applies, and else the first condition in its way, with the actual value."""
    for condition in _line_conditions_last(rule.when):
        if block((condition,), about) is not True:
            return _failed(condition, about)
    if block(rule.when, about) is not True:
        together = " and ".join(f"{condition.field} {condition.text}" for condition in rule.when if _is_line(condition))
        return Verdict(applies=False, reason=f"no single line has {together}")
    if rule.any and not any(block(conditions, about) is True for conditions in rule.any):
        reasons = [_why_not(conditions, about) for conditions in rule.any]
        text = "; or ".join(reason.reason for reason in reasons)
        return Verdict(applies=False, reason=f"none of `any`: {text}", condition=reasons[0].condition)
    for condition in rule.unless:
        if block((condition,), about) is True:
            return Verdict(applies=False, reason=f"excluded: {_actual(condition, about)}", condition=condition)
    for conditions in rule.unless_any:
        if block(conditions, about) is True:
            return Verdict(
                applies=False,
                reason="excluded: " + " and ".join(_actual(one, about) for one in conditions),
                condition=conditions[0],
            )
    return Verdict(applies=True)


def _why_not(conditions: Block, about: Subject) -> Verdict:
    return verdict(Rule(about.stage, "", {}, when=conditions), about)


def _is_line(condition: Condition) -> bool:
    return fields.quantifier_of(condition.field) == "line"


def _line_conditions_last(conditions: Block) -> list[Condition]:
    return sorted(conditions, key=_is_line)


def _failed(condition: Condition, about: Subject) -> Verdict:
    if block((condition,), about) is None:
        return Verdict(applies=False, reason=f"unknown: {_unknown(condition, about)}", condition=condition)
    return Verdict(applies=False, reason=f"{_actual(condition, about)}, needs {_needs(condition)}", condition=condition)


def _unknown(condition: Condition, about: Subject) -> str:
    if any(value is not None for value in _values(condition, about)) and condition.test.currency:
        return f"no rate from {about.facts.order.currency} to {condition.test.currency}"
    return f"no {condition.field.rpartition('.')[2]}"


def _actual(condition: Condition, about: Subject) -> str:
    kind = fields.find(condition.field).kind
    found = _values(condition, about)
    if not found:
        return f"{condition.field}: there is no line"
    shown = dict.fromkeys(_shown(kind, value, about) for value in found)
    return f"{condition.field} is {' / '.join(list(shown)[:5])}"


def _shown(kind: Kind, value: Any, about: Subject) -> str:
    return "unknown" if value is None else kind.show(value, about.facts.order.currency)


def _values(condition: Condition, about: Subject) -> list[Any]:
    found = fields.find(condition.field)
    quantifier = fields.quantifier_of(condition.field)
    lines: tuple[Line | None, ...] = (about.line,)
    if quantifier and (about.line is None or quantifier != "line"):
        lines = about.lines()
    return [fields.read(found, condition.field, about.facts, line, about.shipment, about.zone) for line in lines]


def _needs(condition: Condition) -> str:
    test: Test = condition.test
    several = len(test.exact) + len(test.patterns) + len(test.ranges) > 1
    return f"one of {condition.text}" if several else condition.text
