from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.orders import Customer
from orderctl.rules import interpret
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.interpret import Verdict
from orderctl.rules.load import load
from orderctl.rules.model import Rule
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules import languages
from tests.rules.deciding import some_facts

_THEN = {"hold": 'then.hold = "x"', "location": 'then.ship_from = "east"', "service": 'then.duties = "ddp"'}


def a_rule(text: str, stage: str = "hold") -> Rule:
    rules = load(f'version = 1\n[[{stage}]]\nname = "x"\n{text}\n{_THEN[stage]}', "rules.toml", languages.KNOWN)
    return rules.stages[stage][0]


def facts(*lines: Any, **changes: Any) -> Facts:
    return some_facts(an_order(*lines, **changes), {}, languages.PLACES)


def verdict(text: str, about: Facts, stage: str = "hold", **part: Any) -> Verdict:
    return interpret.verdict(a_rule(text, stage), interpret.subject(about, stage, **part))


def applies(text: str, about: Facts, stage: str = "hold", **part: Any) -> bool:
    return interpret.applies(a_rule(text, stage), interpret.subject(about, stage, **part))


@pytest.mark.parametrize(
    ("truths", "both", "either"),
    [
        ([], True, False),
        ([True, True], True, True),
        ([True, None], None, True),
        ([False, None], False, None),
        ([False, False], False, False),
        ([None, None], None, None),
    ],
)
def test_unknown_stays_unknown_unless_the_rest_decides(truths: list[bool | None], both: Any, either: Any):
    assert both is interpret.conjunction(truths)
    assert either is interpret.disjunction(truths)


def test_a_rule_applies_only_when_its_condition_is_surely_true():
    assert applies('when.risk = "high"', facts(risk="high"))
    assert not applies('when.risk = "high"', facts(risk="low"))
    assert not applies('when.risk = "high"', facts())


def test_an_unknown_exception_does_not_hold_a_rule_back():
    assert applies('unless.risk = "high"', facts())
    assert not applies('unless.risk = "high"', facts(risk="high"))


def test_each_exception_excludes_on_its_own_but_a_block_only_as_a_whole():
    about = facts(risk="high", tags=("vip",))

    assert not applies('unless.risk = "high"\nunless.tags = "other"', about)
    assert applies('unless.any = [{ risk = "high", tags = "other" }]', about)
    assert not applies('unless.any = [{ risk = "high", tags = "vip" }]', about)


def test_one_block_of_any_is_enough_and_when_counts_too():
    text = 'when.channel = "web"\nwhen.any = [{ risk = "high" }, { total = ">= 50" }]'

    assert applies(text, facts(total_minor=5000))
    assert applies(text, facts(risk="high"))
    assert not applies(text, facts())
    assert not applies(text, facts(risk="high", channel="ebay"))


def test_conditions_on_a_line_hold_on_one_and_the_same_line():
    text = 'when.line.sku = "A"\nwhen.line.quantity = ">= 2"'

    assert not applies(text, facts(a_line("A", 1), a_line("B", 2)))
    assert applies(text, facts(a_line("A", 1), a_line("A", 2, id="other")))
    assert "no single line has line.sku A and line.quantity >= 2" == (
        verdict(text, facts(a_line("A", 1), a_line("B", 2))).reason
    )


def test_lines_of_when_and_of_any_may_be_different_ones():
    text = 'when.line.sku = "A"\nwhen.any = [{ line.quantity = 2 }]'

    assert applies(text, facts(a_line("A", 1), a_line("B", 2)))


def test_where_lines_ship_from_is_asked_line_by_line():
    about = facts(a_line("A"), a_line("B"))

    assert [True, False] == [applies('when.line.sku = "A"', about, "location", line=line) for line in about.order.lines]


def test_lines_that_do_not_ship_count_while_holding_and_not_after():
    about = facts(a_line("EBOOK", requires_shipping=False))

    assert applies('when.line.sku = "EBOOK"', about, "hold")
    assert not applies('when.line.sku = "EBOOK"', about, "service")


def test_a_shipment_can_be_asked_about_once_it_is_planned():
    light = ShipmentFacts("east", weight_g=400, value_minor=100, units=1)

    assert applies('when.shipment.weight = "< 0.45"', facts(), "service", shipment=light)
    assert not applies('when.shipment.weight = "< 0.45"', facts(), "service")


def test_money_in_another_currency_is_converted_and_without_a_rate_unknown():
    rich = 'when.total = ">= 100"'

    assert applies(rich, facts(currency="EUR", total_minor=9091))
    assert not applies(rich, facts(currency="EUR", total_minor=9090))
    assert "unknown: no rate from GBP to USD" == verdict(rich, facts(currency="GBP", total_minor=99999)).reason


def test_clock_conditions_are_in_the_time_zone_of_the_rules():
    late = a_rule('when.placed.time = "22:00..06:00"')
    about = facts(placed_at="2026-11-20T03:30:00Z")

    assert interpret.applies(late, interpret.subject(about, "hold", "America/New_York"))
    assert not interpret.applies(late, interpret.subject(about, "hold", "Asia/Tokyo"))


def test_a_hold_ends_when_all_its_conditions_are_true():
    until = a_rule('then.release_when = { payment = "paid", risk = "low" }').then["release_when"]

    assert interpret.all_true(until, facts(payment="paid", risk="low"))
    assert not interpret.all_true(until, facts(payment="paid"))


@pytest.mark.parametrize(
    ("text", "changes", "reason"),
    [
        ('when.total = ">= 250"', {"total_minor": 7900}, "total is 79.00, needs >= 250"),
        ('when.ship_to.region = "CA"', {"ship_to": None}, "unknown: no region"),
        ('when.risk = ["high", "medium"]', {"risk": "low"}, "risk is low, needs one of high, medium"),
        ('when.tags = "vip"', {}, "tags is (none), needs vip"),
        ('when.age = "< 30 min"', {}, "age is 5 h, needs < 30 min"),
        ('when.line.weight = "> 2 kg"', {}, "line.weight is 200 g, needs > 2 kg"),
        ('when.all_lines.sku = "A"', {"lines": ()}, "all_lines.sku: there is no line, needs A"),
        ('when.no_line.sku = "MUG"', {}, "no_line.sku is MUG, needs MUG"),
        ("when.first_order = true", {"customer": Customer(orders=1)}, "first_order is false, needs true"),
        ('unless.channel = "web"', {}, "excluded: channel is web"),
        (
            'unless.any = [{ channel = "web", payment = "paid" }]',
            {},
            "excluded: channel is web and payment is paid",
        ),
        (
            'when.any = [{ risk = "high" }, { total = ">= 800" }]',
            {"total_minor": 100},
            "none of `any`: unknown: no risk; or total is 1.00, needs >= 800",
        ),
    ],
)
def test_the_trace_says_what_failed_first_with_the_actual_value(text: str, changes: dict[str, Any], reason: str):
    found = verdict(text, facts(**changes))

    assert reason == found.reason
    assert found.condition is not None


def test_a_rule_that_applies_needs_no_reason():
    assert Verdict(applies=True) == verdict('when.ship_to.city = "New York"', facts(ship_to=NEW_YORK))
