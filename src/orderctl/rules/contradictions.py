"""Rules that can never apply: no order makes `when` true, or `unless` excludes every order that does.

1. the boxes in which `when` and one block of its `any` are true; none that an order can lie in: `when` is to blame
2. the same less what `unless` excludes
3. which conditions are enough for it: each is taken out on trial, and stays out when the rule is impossible without it
"""

from __future__ import annotations

from dataclasses import replace

from orderctl.rules.model import Condition, Rule
from orderctl.rules.moments import at_some_moment, moments
from orderctl.rules.proofs import UNDECIDED, Proof, Prover
from orderctl.rules.strings import TooMany


def contradiction(prover: Prover, rule: Rule) -> tuple[str, Proof]:
    """Whether the rule can never apply, and which of its parts is to blame: `when` or `unless`."""
    try:
        part = next((part for part in ("when", "unless") if _is_dead(prover, rule, part)), "")
        if not part:
            return "", Proof(holds=False)
        if not _is_dead(prover, at_some_moment(rule), "unless"):
            return part, Proof(None, fields=tuple(moments(rule)))
    except TooMany:
        return "", UNDECIDED
    return part, Proof(holds=True)


def core(prover: Prover, rule: Rule, part: str) -> list[str]:
    """The conditions that are enough to make a rule impossible that is, in words."""
    kept = rule
    for condition in rule.when:
        less = replace(kept, when=tuple(one for one in kept.when if one is not condition))
        kept = less if _is_still_dead(prover, less, part) else kept
    if kept.any and _is_still_dead(prover, replace(kept, any=()), part):
        kept = replace(kept, any=())
    for condition in rule.unless:
        less = replace(kept, unless=tuple(one for one in kept.unless if one is not condition))
        kept = less if _is_still_dead(prover, less, part) else kept
    named = [_in_words(one) for one in kept.when]
    named += ["every block of any"] if kept.any else []
    if part == "unless":
        named += [f"unless {_in_words(one)}" for one in kept.unless]
        named += ["unless.any"] if kept.unless_any else []
    return named


def _is_dead(prover: Prover, rule: Rule, part: str) -> bool:
    """Whether no order is taken by `when`, or none by the whole rule."""
    boxes = prover.space.taken(rule) if part == "when" else prover.space.rule(rule)
    return not prover.any_possible(boxes, rule.stage)


def _is_still_dead(prover: Prover, rule: Rule, part: str) -> bool:
    try:
        return _is_dead(prover, rule, part)
    except TooMany:
        return False


def _in_words(condition: Condition) -> str:
    return f"{condition.field} {'' if condition.test.ranges else '= '}{condition.text}"
