from __future__ import annotations

from dataclasses import replace
from typing import Any

from orderctl.core.orders import Order
from orderctl.core.places import Location
from orderctl.core.plans import Plan
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules.deciding import EAST, codes, decided, reasons, shipped, some_places

VENLO = Location("venlo", country="NL")
PLACES = some_places(EAST, VENLO)
RULES = '[[location]]\nname = "all"\nthen.ship_from = ["east", "venlo"]\nthen.split.allow = true\n'
EVERYWHERE = {"east": {"MUG": 1}, "venlo": {"LAMP": 1}}


def to(country: str) -> Order:
    return an_order(a_line("MUG"), a_line("LAMP"), ship_to=replace(NEW_YORK, country=country))


def plan(country: str, missing: dict[str, str], **changes: Any) -> Plan:
    return decided(RULES, to(country), EVERYWHERE, PLACES, no_customs=missing, **changes)


def test_what_would_cross_the_border_undeclared_holds_the_whole_order():
    held = plan("DE", {"mug": "HS code, origin", "lamp": "origin"})

    assert (["missing_customs"], {}, ()) == (reasons(held), shipped(held), held.rules)
    assert ["MUG would leave east for DE without HS code, origin"] == [problem.message for problem in held.problems]


def test_what_stays_within_its_customs_territory_needs_no_papers():
    assert {"east": {"MUG": 1}, "venlo": {"LAMP": 1}} == shipped(plan("DE", {"lamp": "HS code"}))
    assert [] == reasons(plan("US", {"mug": "HS code"}))


def test_what_waits_for_stock_is_asked_when_it_leaves():
    rules = RULES + 'then.if_short = "backorder"\nthen.backorder.ship_available_now = true\n'
    waits = decided(rules, to("CA"), {"east": {"MUG": 1}}, PLACES, no_customs={"lamp": "HS code"})

    assert ({"east": {"MUG": 1}}, []) == (shipped(waits), reasons(waits))


def test_a_person_who_releases_the_hold_or_sends_it_by_hand_goes_before():
    assert [] == reasons(plan("DE", {"mug": "HS code"}, released=("missing_customs",)))
    by_hand = plan("DE", {"mug": "HS code"}, given={"location": "east", "lines": {"mug": 1}})
    assert ({"east": {"MUG": 1}}, []) == (shipped(by_hand), codes(by_hand))
