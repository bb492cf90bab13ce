from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.rules import interpret
from orderctl.rules.facts import Facts, lines_to_route
from orderctl.rules.load import load
from orderctl.rules.matching import compile_rules
from tests.builders import a_line, an_order
from tests.rules import languages
from tests.rules.deciding import some_facts, some_places

MODEST = settings(max_examples=150, deadline=None)


def reading(facts: Facts, field: str) -> bool:
    """Whether the one rule that asks for `field` applies."""
    rules = load(f'version = 1\n[[hold]]\nname = "x"\nwhen.{field}\nthen.hold = "x"', "rules.toml", languages.KNOWN)
    return bool(compile_rules(rules).all("hold", facts))


@given(st.data(), st.sampled_from(("hold", "service", "enhance")))
@MODEST
def test_compiled_rules_mean_what_the_plain_interpreter_says(data: st.DataObject, stage: str):
    rules = load(data.draw(languages.rule_files(stage)), "rules.toml", languages.KNOWN)
    matcher = compile_rules(rules)
    for facts in data.draw(st.lists(languages.facts(), min_size=1, max_size=4)):
        shipment = None if stage == "hold" else data.draw(st.none() | languages.shipments)
        about = interpret.subject(facts, stage, rules.timezone, shipment=shipment)
        expected = [rule for rule in rules.stages[stage] if interpret.applies(rule, about)]

        assert expected == list(matcher.all(stage, facts, shipment=shipment))


@given(st.data())
@MODEST
def test_the_first_rule_of_each_line_is_the_interpreters_first(data: st.DataObject):
    rules = load(data.draw(languages.rule_files("location")), "rules.toml", languages.KNOWN)
    matcher = compile_rules(rules)
    facts = data.draw(languages.facts())
    for line in (*lines_to_route(facts), None):
        about = interpret.subject(facts, "location", rules.timezone, line=line)
        expected = [
            (index, rule) for index, rule in enumerate(rules.stages["location"]) if interpret.applies(rule, about)
        ]
        found, after = [], -1
        while (one := matcher.first("location", facts, line=line, after=after)) is not None:
            found.append(one)
            after = one[0]

        assert expected == found


@given(st.data(), st.sampled_from(("hold", "location", "service", "enhance")))
@MODEST
def test_the_trace_agrees_with_what_applies(data: st.DataObject, stage: str):
    rules = load(data.draw(languages.rule_files(stage)), "rules.toml", languages.KNOWN)
    facts = data.draw(languages.facts())
    line = next(iter(lines_to_route(facts)), None) if stage == "location" else None
    about = interpret.subject(facts, stage, rules.timezone, line=line)
    for rule in rules.stages[stage]:
        verdict = interpret.verdict(rule, about)

        assert interpret.applies(rule, about) == verdict.applies
        assert verdict.applies or verdict.reason


def test_a_rule_with_two_true_blocks_applies_once():
    text = 'version = 1\n[[hold]]\nname = "x"\nwhen.any = [{ channel = "web" }, { total = 10 }]\nthen.hold = "x"'
    rules = load(text, "rules.toml", languages.KNOWN)
    facts = some_facts(an_order(), {}, some_places())

    assert ["x"] == [rule.name for rule in compile_rules(rules).all("hold", facts)]


def test_the_same_matcher_tells_orders_apart_whatever_came_before():
    rules = load('version = 1\n[[hold]]\nname = "x"\nwhen.tags = "b"\nthen.hold = "x"', "rules.toml", languages.KNOWN)
    matcher = compile_rules(rules)
    found = [
        bool(matcher.all("hold", some_facts(an_order(tags=tags), {}, some_places())))
        for tags in ((), ("b",), ("a",), ("a", "B"), ())
    ]

    assert [False, True, False, True, False] == found


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ('line.sku = "A"', True),
        ('line.sku = "C"', False),
        ('all_lines.quantity = ">= 1"', True),
        ('all_lines.sku = "A"', False),
        ('no_line.sku = "C"', True),
        ('no_line.sku = "B"', False),
    ],
)
def test_lines_are_asked_for_some_all_or_none(field: str, expected: bool):
    facts = some_facts(an_order(a_line("A"), a_line("B")), {}, some_places())

    assert expected == reading(facts, field)


def test_an_order_without_lines_has_no_line_and_not_all_lines():
    facts = some_facts(an_order(lines=()), {}, some_places())

    assert reading(facts, 'no_line.sku = "A"')
    assert not reading(facts, 'all_lines.sku = "A"')
    assert not reading(facts, 'line.sku = "A"')
