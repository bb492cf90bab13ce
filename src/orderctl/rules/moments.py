"""Rules without what depends on the moment: where they may apply at some moment, and where at every moment.

The checker proves what holds whenever it is asked. A rule that is to be shown dead is taken as large as it can become,
one that is to hide others as small.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from orderctl.rules import fields
from orderctl.rules.model import Block, Condition, Rule, RuleSet


def conditions(rule: Rule) -> Iterator[Condition]:
    """Every condition of a rule."""
    for block in (rule.when, rule.unless, *rule.any, *rule.unless_any):
        yield from block


def moments(rule: Rule) -> list[str]:
    """The fields of `rule` that depend on the moment, each once."""
    return list(dict.fromkeys(one.field for one in conditions(rule) if fields.find(one.field).moment))


def looks_at_stock(ruleset: RuleSet) -> bool:
    """Whether the stock there is may tell which rule takes an order: with other stock it may be another one."""
    stages = ruleset.stages
    return any("line.stock" in moments(rule) for stage in ("hold", "location") for rule in stages.get(stage, ()))


def at_some_moment(rule: Rule) -> Rule:
    """A rule without moments that applies wherever `rule` applies at some moment, and perhaps elsewhere."""
    return replace(
        rule,
        when=_timeless(rule.when),
        any=() if any(not _timeless(block) for block in rule.any) else tuple(map(_timeless, rule.any)),
        unless=_timeless(rule.unless),
        unless_any=tuple(block for block in rule.unless_any if len(_timeless(block)) == len(block)),
    )


def at_every_moment(rule: Rule) -> Rule | None:
    """A rule without moments that applies only where `rule` applies whatever the moment; None when there is none."""
    blocks = tuple(block for block in rule.any if len(_timeless(block)) == len(block))
    away = tuple(map(_timeless, rule.unless_any))
    timed = len(_timeless(rule.when)) < len(rule.when) or len(_timeless(rule.unless)) < len(rule.unless)
    if timed or (rule.any and not blocks) or not all(away):
        return None
    return replace(rule, any=blocks, unless_any=away)


def _timeless(block: Block) -> Block:
    return tuple(condition for condition in block if not fields.find(condition.field).moment)
