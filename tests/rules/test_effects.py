"""What is said to change nothing can be taken out, and nothing changes; rules in each other's way are shown meeting."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.plans import Plan
from orderctl.rules import effects, engine
from orderctl.rules.contradictions import contradiction
from orderctl.rules.model import Rule, RuleSet
from orderctl.rules.proofs import Prover
from tests.rules.small_world import PLACES, ruleset, worlds

ALL = '[[location]]\nname = "all"\nthen.ship_from = ["east", "west"]\n'


def without(rules: RuleSet, rule: Rule, actions: Sequence[str]) -> RuleSet:
    """The rule set without these actions of `rule`, and without the rule when none is left."""
    rest = {name: value for name, value in rule.then.items() if name not in actions}
    kept = [
        replace(one, then=rest) if one is rule else one for one in rules.stages[rule.stage] if rest or one is not rule
    ]
    return replace(rules, stages={**rules.stages, rule.stage: tuple(kept)})


def nameless(plan: Plan) -> Any:
    """A plan without the names of rules and without the order of what is united."""
    return replace(
        plan,
        rules=(),
        observed=(),
        holds=tuple(replace(hold, rule="") for hold in plan.holds),
        tags=tuple(sorted(plan.tags)),
        notes=tuple(sorted(plan.notes)),
        shipments=tuple(replace(one, rules=(), tags=tuple(sorted(one.tags))) for one in plan.shipments),
    )


@given(st.data(), st.sampled_from(effects.STAGES))
@settings(max_examples=80, deadline=None)
def test_an_action_said_to_be_idle_can_be_taken_out(data: st.DataObject, stage: str):
    world = data.draw(worlds(stage))
    rules = ruleset(ALL + world.ruleset.text.partition("[[")[1] + world.ruleset.text.partition("[[")[2])
    prover = Prover(rules, PLACES)
    before = engine.prepare(rules, PLACES)
    for rule in prover.in_force(stage):
        idle = effects.idle(prover, rule, ())
        if not idle or contradiction(prover, rule)[1].holds:
            continue
        after = engine.prepare(without(rules, rule, list(idle)), PLACES)
        for about in world.subjects[:: max(1, len(world.subjects) // 60)]:
            assert nameless(engine.decide(about.facts, before)) == nameless(engine.decide(about.facts, after))


@given(st.data(), st.sampled_from(effects.STAGES))
@settings(max_examples=80, deadline=None)
def test_two_rules_are_in_each_others_way_exactly_when_some_order_meets_both(data: st.DataObject, stage: str):
    world = data.draw(worlds(stage))
    rules = ruleset(ALL + world.ruleset.text.partition("[[")[1] + world.ruleset.text.partition("[[")[2])
    prover = Prover(rules, PLACES)
    taken = world.taken()
    for one, other, _, proof in effects.conflicts(prover, engine.prepare(rules, PLACES), stage):
        at = [next(at for at, rule in enumerate(world.rules) if rule.name == name) for name in (one.name, other.name)]

        assert any(applies[at[0]] and applies[at[1]] for applies in taken) == proof.holds
        assert proof.holds == (proof.case is not None)


def idle(text: str, name: str, stage: str = "hold") -> list[str]:
    prover = Prover(ruleset(ALL + text), PLACES)
    return list(effects.idle(prover, next(rule for rule in prover.rules(stage) if rule.name == name), ()))


def a_rule(stage: str, name: str, *rows: str) -> str:
    return "\n".join((f"[[{stage}]]", f'name = "{name}"', *rows)) + "\n"


def test_two_rules_together_make_a_third_redundant():
    text = (
        a_rule("hold", "vip", 'when.tags = "vip"', 'then.add_tags = ["seen"]')
        + a_rule("hold", "rest", 'unless.tags = "vip"', 'then.add_tags = ["seen", "rest"]')
        + a_rule("hold", "us", 'when.ship_to.country = "US"', 'then.add_tags = ["seen"]')
    )

    assert ["add_tags"] == idle(text, "us")
    assert [] == idle(text, "rest")


def test_a_hold_that_may_end_does_not_stand_in_for_a_tag_that_stays():
    text = a_rule("hold", "held", 'then.hold = "a"', 'then.release_after = "1 h"', 'then.add_tags = ["seen"]') + a_rule(
        "hold", "us", 'when.ship_to.country = "US"', 'then.add_tags = ["seen"]'
    )

    assert [] == idle(text, "us")


@pytest.mark.parametrize(
    ("action", "elsewhere", "expected"),
    [
        ('signature = "direct"', 'signature = "adult"', ["signature"]),
        ('signature = "adult"', 'signature = "direct"', []),
        ('priority = "high"', 'priority = "urgent"', ["priority"]),
        ('documents = ["packing_slip"]', 'documents = ["commercial_invoice", "packing_slip"]', ["documents"]),
        ("insure = 5", "insure = 7", ["insure"]),  # the earlier rule settles it
    ],
)
def test_the_stronger_and_the_earlier_settle_it(action: str, elsewhere: str, expected: list[str]):
    text = a_rule("enhance", "all", f"then.{elsewhere}") + a_rule("enhance", "us", "when.total = 5", f"then.{action}")

    assert expected == idle(text, "us", "enhance")


def conflicts(text: str, stage: str) -> list[tuple[str, str, str]]:
    rules = ruleset(ALL + text)
    found = effects.conflicts(Prover(rules, PLACES), engine.prepare(rules, PLACES), stage)
    return [(one.name, other.name, name) for one, other, name, proof in found if proof.case]


def test_holds_of_one_reason_that_end_differently_are_in_each_others_way():
    text = (
        a_rule("hold", "young", 'when.tags = "vip"', 'then.hold = "wait"', 'then.release_after = "1 h"')
        + a_rule("hold", "all", 'then.hold = "wait"')
        + a_rule("hold", "other", 'then.hold = "stock"')
    )

    assert [("young", "all", "hold 'wait'")] == conflicts(text, "hold")


def test_rules_that_a_hold_keeps_from_any_shipment_are_not_in_each_others_way():
    held = a_rule("hold", "vip", 'when.tags = "vip"', 'then.hold = "a"')
    pair = a_rule("enhance", "one", 'when.tags = "vip"', 'then.assign = "bo"') + a_rule(
        "enhance", "two", 'when.risk = "high"', 'then.assign = "al"'
    )

    assert [] == conflicts(held + pair, "enhance")
    assert [("one", "two", "assign")] == conflicts(pair, "enhance")
