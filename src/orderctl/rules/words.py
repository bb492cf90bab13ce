"""Rules in words: what each asks for and does, with the defaults of the language in force."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from orderctl.core import money, times
from orderctl.core.places import Places
from orderctl.rules.compiled import location_policy
from orderctl.rules.model import Block, Condition, Rule, RuleSet
from orderctl.rules.values import Test

_AMOUNTS = ("split.min_value", "insure")
_SPANS = ("release_after", "cancel_after", "backorder.max_wait")


def rule_to_json(rule: Rule, ruleset: RuleSet, places: Places) -> dict[str, Any]:
    """One rule as `rules list` shows it: `when` in words, `then` with every default that is in force."""
    return {
        "stage": rule.stage,
        "name": rule.name,
        "when": when(rule),
        "then": then(rule, ruleset, places),
        "observe": rule.observe,
        "why": rule.why,
        "line": rule.line,
    }


def when(rule: Rule) -> str:
    """The conditions of `rule` as one sentence; empty when it has none."""
    parts = [_condition(condition) for condition in rule.when]
    if rule.any:
        parts.append(f"({_blocks(rule.any)})")
    excluded = [_condition(condition) for condition in rule.unless]
    if rule.unless_any:
        excluded.append(_blocks(rule.unless_any))
    unless = f"unless {' or '.join(excluded)}" if excluded else ""
    return " ".join(filter(None, (" and ".join(parts), unless)))


def then(rule: Rule, ruleset: RuleSet, places: Places) -> dict[str, Any]:
    """What `rule` does, action by action: lists, flags, numbers and texts; amounts and spans of time as text."""
    stated = {name: _action(name, value, ruleset) for name, value in rule.then.items()}
    return {**_defaults(rule, places), **stated} if rule.stage == "location" else stated


def _defaults(rule: Rule, places: Places) -> dict[str, Any]:
    policy = location_policy(rule, places)
    later = {"failover_to": list(policy.failover_to)} if policy.failover_to else {}
    return {
        "ship_from": list(policy.ship_from),
        **later,
        "prefer": list(policy.prefer),
        "split.allow": policy.limits.split,
        "split.lines": policy.limits.lines,
        "if_short": policy.if_short,
        "if_full": policy.if_full,
        "keep_stock": policy.keep_stock,
        "backorder.ship_available_now": policy.available_now,
    }


def _action(name: str, value: Any, ruleset: RuleSet) -> Any:
    if isinstance(value, tuple) and value and isinstance(value[0], Condition):
        return _block(value)
    if name in _AMOUNTS and isinstance(value, int):
        return f"{money.to_text(value, ruleset.currency)} {ruleset.currency}"
    if name in _SPANS:
        return times.duration_text(value)
    if name == "if_full" and value.startswith("wait:"):
        return f"wait:{times.duration_text(int(value.removeprefix('wait:')))}"
    return list(value) if isinstance(value, tuple) else value


def _blocks(blocks: Iterable[Block]) -> str:
    return " or ".join(f"({_block(block)})" if len(block) > 1 else _block(block) for block in blocks)


def _block(block: Block) -> str:
    return " and ".join(_condition(condition) for condition in block)


def _condition(condition: Condition) -> str:
    test: Test = condition.test
    several = len(test.exact) + len(test.patterns) + len(test.ranges) > 1
    if several:
        return f"{condition.field} is one of {condition.text}"
    return f"{condition.field} {condition.text}" if test.ranges else f"{condition.field} is {condition.text}"
