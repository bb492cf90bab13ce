"""Planted mistakes are found, all of them and nothing else, at their lines; and how findings are said."""

from __future__ import annotations

import json
from collections.abc import Collection
from dataclasses import replace
from pathlib import Path

import pytest

from orderctl.config.load import load as load_config
from orderctl.core.errors import Finding
from orderctl.core.order_json import order_from_json
from orderctl.core.places import Location, Places
from orderctl.rules import codes
from orderctl.rules.analysis import analyze
from orderctl.rules.known import Known
from orderctl.rules.load import load
from tests.rules.small_world import HEAD, PLACES

PLANTED = Path(__file__).parent / "planted"
SKUS = frozenset((PLANTED / "skus.csv").read_text(encoding="utf-8").split()[1:])
ALL = '[[location]]\nname = "all"\nthen.ship_from = ["east", "west"]\n'


def planted(name: str) -> list[tuple[int, str]]:
    """What stands behind `#!` in a file, with its line."""
    lines = (PLANTED / name).read_text(encoding="utf-8").splitlines()
    return [(at, code) for at, line in enumerate(lines, 1) for code in line.partition("#!")[2].split()]


@pytest.mark.parametrize("name", ["rules.toml", "gap.toml", "catch_all.toml"])
def test_every_planted_mistake_is_found_at_its_line_and_nothing_else(name: str):
    places = load_config(PLANTED / "channels.toml", adapters=False).places
    rules = load((PLANTED / name).read_bytes(), name, Known.from_places(places))

    assert planted(name) == [(found.line, found.code) for found in analyze(rules, places, name, SKUS)]


def test_every_code_of_the_analysis_is_planted_somewhere_and_explained():
    every = {code for name in ("rules.toml", "gap.toml", "catch_all.toml") for _, code in planted(name)}

    assert {code for code in codes.MEANING if code.startswith("W") or code == codes.CONTRADICTION} == every
    assert len(planted("rules.toml")) >= 25


def findings(
    text: str, places: Places = PLACES, skus: Collection[str] | None = None, *, all_: bool = True
) -> list[Finding]:
    rules = load(HEAD.replace('[lists]\nwest = ["CA", "OR"]\n', "") + text + ALL * all_, "r", Known.from_places(places))
    return analyze(rules, places, "r", skus)


def found(text: str, places: Places = PLACES, skus: Collection[str] | None = None) -> list[str]:
    return [one.code for one in findings(text, places, skus)]


def a_rule(stage: str, *rows: str) -> str:
    return "\n".join((f"[[{stage}]]", 'name = "x"', *rows)) + "\n"


def test_good_rules_have_no_findings():
    assert [] == findings(
        a_rule("hold", 'when.risk = "high"', 'then.hold = "fraud"')
        + a_rule("location", 'when.ship_to.country = "US"', 'then.ship_from = "west"')
        + a_rule("enhance", 'when.shipment.value = ">= 250"', 'then.insure = "shipment.value"')
    )


def test_the_example_of_a_gap_is_an_order_as_json():
    (gap,) = findings(a_rule("location", 'when.ship_to.country = "DE"', 'then.ship_from = "west"'), all_=False)
    order = order_from_json(json.loads(gap.message[gap.message.index("{") :]))

    assert (codes.GAP, "warning", "location", "") == (gap.code, gap.severity, gap.stage, gap.rule)
    assert order.ship_to is not None
    assert "US" == order.ship_to.country


def test_an_unreachable_rule_names_the_rules_that_take_its_orders():
    (one,) = findings(
        a_rule("location", 'when.total = "< 10"', 'then.ship_from = "west"')
        + a_rule("location", 'when.total = ">= 10"', 'then.ship_from = "west"').replace('"x"', '"y"')
    )

    assert (codes.UNREACHABLE, "all") == (one.code, one.rule)
    assert "'x' (line 3) and 'y' (line 7); orders in a currency without a rate left aside" in one.message


def test_a_rule_for_orders_in_unknown_currencies_only_is_said_to_be_that():
    (one,) = findings(
        a_rule("location", 'unless.any = [{ total = "< 50" }, { total = ">= 50" }]', 'then.ship_from = "west"')
    )

    assert codes.UNREACHABLE == one.code
    assert "the rule gets nothing: it applies to no order in a currency that has a rate" == one.message


def test_a_redundant_rule_says_that_orders_in_unknown_currencies_were_left_aside():
    ship = 'then.ship_from = "west"'
    one, other = findings(
        a_rule("location", 'unless.total = "< 50"', ship)
        + a_rule("location", 'when.total = ">= 50"', ship).replace('"x"', '"y"')
    )

    assert [(codes.REDUNDANT, "x"), (codes.UNREACHABLE, "y")] == [(one.code, one.rule), (other.code, other.rule)]
    assert "by 'y' (line 7); orders in a currency without a rate left aside" in one.message


def test_a_contradiction_names_the_conditions_that_make_it_one():
    (one,) = findings(
        a_rule("hold", 'when.risk = "high"', 'when.total = ">= 5"', 'when.any = [{ total = "< 5" }]', 'then.hold = "a"')
    )

    assert ("error", 3) == (one.severity, one.line)
    assert "total >= 5; every block of any exclude each other" in one.message


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (("then.split.max_shipments = 2",), [codes.NO_EFFECT]),
        (("then.split.allow = true", "then.split.max_shipments = 2"), []),
        (("then.split.min_value = 5",), [codes.NO_EFFECT]),
        (('then.if_short = "backorder"', "then.backorder.ship_available_now = true", "then.split.min_value = 5"), []),
        (('then.if_short = "cancel"', "then.backorder.ship_available_now = true"), [codes.NO_EFFECT]),
        (("then.before_cutoff_only = true",), [codes.NO_EFFECT]),
        (('then.prefer = ["nearest", "listed"]',), [codes.NO_EFFECT]),
        (('then.prefer = ["lowest_cost"]',), []),
    ],
)
def test_an_action_that_nothing_comes_of_is_told(rows: tuple[str, ...], expected: list[str]):
    text = a_rule("location", "when.line.sku = 'MUG'", 'then.ship_from = ["west", "east"]', *rows)

    assert expected == found(text)


@pytest.mark.parametrize(
    ("condition", "expected"),
    [
        ("total = 500", [codes.EQUAL_AMOUNT]),
        ('total = ">= 500"', []),
        ("total = 0", []),
        ('line.value = "19.90"', [codes.EQUAL_AMOUNT]),
        ('line.price = "19.90"', []),
        ('total = ["500..600", 700]', []),
    ],
)
def test_an_amount_met_to_the_cent_is_told(condition: str, expected: list[str]):
    assert expected == found(a_rule("hold", f"when.{condition}", 'then.hold = "a"'))


def test_hazmat_cannot_ship_from_a_location_that_does_not_accept_it():
    places = replace(
        PLACES,
        locations={"east": Location("east", country="US", accepts=("hazmat",)), "west": Location("west", country="US")},
    )
    text = a_rule("location", "when.line.hazmat = true", 'then.ship_from = ["west", "east"]')

    assert [codes.CANNOT_SHIP] == found(text, places)


def test_skus_are_looked_up_only_where_they_are_known():
    text = a_rule("location", 'when.line.sku = ["MUG-*", "CUP"]', 'then.ship_from = "west"')

    assert [] == found(text)
    assert [] == found(text, skus={"MUG-1", "CUP"})
    assert ["no SKU is or matches 'CUP', 'MUG-*'"] == [one.message for one in findings(text, skus={"MUG"})]


def test_an_observing_rule_is_told_nothing_about_being_redundant():
    text = a_rule("location", 'mode = "observe"', "when.total = '> 5'", 'then.ship_from = ["east", "west"]')

    assert [] == found(text)


def test_what_took_too_long_is_said_once_for_all_rules():
    words = [f"*{one}{other}*" for one, other in zip("abcdefghijklmn", "nmlkjihgfedcba", strict=True)]
    text = "".join(
        a_rule("location", f'when.line.title = "{word}"', 'then.ship_from = "west"').replace('"x"', f'"r{at}"')
        for at, word in enumerate(words)
    )
    undecided = [one for one in findings(text) if one.code == codes.UNDECIDED]

    assert 1 == len(undecided)
    assert "'location/r0'" in undecided[0].message


def test_a_file_of_too_many_rules_to_compare_is_undecided_at_once():
    many = "".join(f'[[hold]]\nname = "{at}"\nwhen.total = ">= {at}"\nthen.hold = "x"\n' for at in range(3_000))

    (one,) = findings(many)

    assert (codes.UNDECIDED, "warning", 1) == (one.code, one.severity, one.line)
    assert "3001 rules; more than 1000" in one.message
