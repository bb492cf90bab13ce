"""A decision laid open: every rule with its reason, every location with its numbers, the runner-up and its margin."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.orders import Order
from orderctl.core.places import Location, Places
from orderctl.rules import engine, why_not
from orderctl.rules.facts import Facts
from orderctl.rules.load import load
from orderctl.rules.trace import Trace, trace
from orderctl.rules.trace_group import GroupTrace, PlaceTrace
from orderctl.rules.trace_json import trace_to_json
from tests.builders import a_line, an_order
from tests.rules import languages
from tests.rules.deciding import (
    ANYWHERE,
    EAST,
    GROUND,
    NORTH,
    SPLIT,
    TWO,
    WEST,
    Stock,
    at,
    ready,
    ship_from,
    some_facts,
    some_places,
)

EVERYWHERE = {name: {"MUG": 9, "LAMP": 9} for name in ("east", "west", "north")}


def traced(
    rules: str, order: Order | None = None, stock: Stock | None = None, places: Places | None = None, **changes: Any
) -> Trace:
    places = places or some_places()
    facts = some_facts(order or an_order(), EVERYWHERE if stock is None else stock, places, **changes)
    return trace(facts, ready(rules, places))


def reasons(found: Trace, stage: str) -> dict[str, list[tuple[str, bool, str]]]:
    """Rule -> what it was put to, whether it matched, and what is told of it."""
    return {
        one.rule.name: [(asked.about, asked.matched, asked.words) for asked in one.asked] for one in found.stages[stage]
    }


def places_of(group: GroupTrace) -> dict[str, PlaceTrace]:
    return {place.location: place for place in group.places}


HOLDS = """
[[hold]]
name = "dear"
when.total = ">= 250"
then.hold = "fraud"
[[hold]]
name = "unpaid"
when.payment = "pending"
then.hold = "payment"
then.release_when.customer.tags = "friend"
[[hold]]
name = "watched"
mode = "observe"
then.hold = "watch"
"""


def test_a_rule_that_did_not_match_says_what_it_found_and_what_it_needs():
    found = reasons(traced(HOLDS + ANYWHERE), "hold")

    assert [("", False, "total is 10.00, needs >= 250")] == found["dear"]
    assert [("", True, "it only observes")] == found["watched"]


def test_an_order_that_is_held_goes_no_further_and_says_so():
    found = traced(HOLDS + ANYWHERE, an_order(payment="pending"))

    assert [("", True, "")] == reasons(found, "hold")["unpaid"]
    assert (["hold"], "the order is held: payment") == (list(found.stages), found.ended)


def test_a_hold_that_is_over_is_told_apart_from_one_that_never_was():
    found = traced(HOLDS + ANYWHERE, an_order(payment="pending"), released=("payment",))

    assert [("", True, "its hold is over")] == reasons(found, "hold")["unpaid"]
    assert not next(one for one in found.stages["hold"] if one.rule.name == "unpaid").took


def test_lines_that_take_different_rules_are_told_one_by_one():
    lamps = '[[location]]\nname = "lamps"\nwhen.line.sku = "LAMP*"\nthen.ship_from = ["west"]\n'
    found = reasons(traced(lamps + SPLIT, TWO), "location")

    assert [("MUG", False, "line.sku is MUG, needs LAMP*"), ("LAMP", True, "")] == found["lamps"]
    assert [("MUG", True, ""), ("LAMP", True, "'lamps' took it already")] == found["anywhere"]


def test_two_lines_of_one_sku_are_told_apart_by_their_ids():
    order = an_order(a_line("MUG", 1, id="a"), a_line("MUG", 2, id="b"))
    found = traced(ANYWHERE, order)

    assert {"MUG (line a)": 1, "MUG (line b)": 2} == found.groups[0].lines


def test_a_rule_that_was_short_and_passed_the_lines_on_says_so():
    first = ship_from("east", more='then.if_short = "next_rule"')
    found = traced(first + ANYWHERE, stock={"west": {"MUG": 1}})

    assert [("", True, "1 unit short, so the next rule was asked")] == reasons(found, "location")["rule"]
    assert ["location/rule", "location/anywhere"] == [group.rule for group in found.groups]
    assert "no location that may ship has enough for a whole line" == found.groups[0].margin
    assert {"location/rule", "location/anywhere"} == found.matched


def test_each_location_has_its_numbers_or_the_reason_it_was_refused():
    places = some_places(
        EAST, at(WEST, serves=("CA",)), at(NORTH, capacity=5), Location("slow", country="US", serves=("US",))
    )
    rules = ship_from("east", "west", "north", "slow", more='then.prefer = ["lowest_cost"]\nthen.keep_stock = 2')
    found = traced(rules, stock=EVERYWHERE, places=places, paused=("slow",), capacity_used={"north": 5})
    place = places_of(found.groups[0])

    assert ("", {"MUG": 7}, {"lowest_cost": "6.00"}, {"MUG": 1}) == (
        place["east"].refused,
        place["east"].available,
        place["east"].numbers,
        place["east"].ships,
    )
    assert "does not serve US" == place["west"].refused
    assert "has no room left today (5 orders)" == place["north"].refused
    assert "is paused" == place["slow"].refused


def test_a_location_without_limit_has_all_and_a_later_tier_is_not_needed():
    places = some_places(EAST, Location("acme", stock="unlimited"))
    found = traced(ship_from("acme", more='then.failover_to = ["east"]'), places=places)
    place = places_of(found.groups[0])

    assert {"MUG": None} == place["acme"].available
    assert "was not needed: ship_from has all" == place["east"].refused


def test_when_the_first_tier_is_short_both_are_compared():
    found = traced(ship_from("east", more='then.failover_to = ["west"]'), stock={"west": {"MUG": 1}})

    assert ("west",) == found.groups[0].chosen.locations
    assert "" == places_of(found.groups[0])["west"].refused


def test_the_runner_up_is_named_with_the_first_thing_in_which_it_is_worse():
    cheap, dear = replace(EAST, pick_cost_minor=100), replace(WEST, pick_cost_minor=250)
    rules = ship_from("east", "west", more='then.prefer = ["lowest_cost"]')
    group = traced(rules, places=some_places(cheap, dear)).groups[0]

    assert group.runner_up is not None
    assert (("east",), ("west",)) == (group.chosen.locations, group.runner_up.locations)
    assert "lowest_cost: 6.00 against 7.50" == group.margin


def test_a_plan_that_leaves_less_short_wins_by_that():
    stock = {"east": {"MUG": 2}, "west": {"MUG": 2, "LAMP": 1}}
    rules = ship_from("east", "west", more='then.if_short = "backorder"\nthen.backorder.ship_available_now = true')
    group = traced(rules, an_order(a_line("MUG", 2), a_line("LAMP", 2)), stock).groups[0]

    assert ("east",) == group.chosen.locations
    assert "listed: east against west" == group.margin
    assert "2 units short: backorder" == group.outcome


def test_what_a_preference_counts_is_shown_in_its_own_unit():
    prefer = ("nearest", "fastest", "deadline", "most_stock", "most_capacity", "listed")
    names = ", ".join(f'"{name}"' for name in prefer)
    places = some_places(at(EAST, zones={"US": 4}), at(WEST, capacity=7))
    found = traced(ship_from("east", "west", more=f"then.prefer = [{names}]"), places=places)
    place = places_of(found.groups[0])

    assert {
        "nearest": "zone 4",
        "fastest": "2026-11-23",
        "deadline": "0 units late",
        "most_stock": "88% stays",
        "most_capacity": "no limit",
        "listed": "east",
    } == place["east"].numbers
    assert ("unknown", "7 free") == (place["west"].numbers["nearest"], place["west"].numbers["most_capacity"])


def test_shipments_are_asked_about_one_by_one():
    rules = SPLIT + (
        '[[service]]\nname = "heavy"\nwhen.shipment.units = ">= 2"\nthen.service = "ups:air"\n'
        '[[service]]\nname = "rest"\nthen.service = "ups:ground"\n'
        '[[enhance]]\nname = "lamp"\nwhen.shipment.location = "west"\nthen.signature = "direct"\n'
    )
    found = traced(rules, TWO, {"east": {"MUG": 2}, "west": {"LAMP": 1}})

    assert [("east", True, ""), ("west", False, "shipment.units is 1, needs >= 2")] == reasons(found, "service")[
        "heavy"
    ]
    assert [("east", True, "'heavy' came first"), ("west", True, "")] == reasons(found, "service")["rest"]
    assert "" == found.ended


def test_what_a_person_decided_needs_no_rule():
    found = traced(ANYWHERE, given={"location": "west", "lines": {"mug": 1}, "service": ""})

    assert (["service", "enhance"], "a person said where it ships from") == (list(found.stages), found.ended)


def test_every_way_to_end_early_is_named():
    digital = an_order(a_line(requires_shipping=False))
    reject = '[[hold]]\nname = "no"\nthen.reject = "no"\n' + ANYWHERE
    only = '[[hold]]\nname = "fba"\nthen.track_only = true\n' + ANYWHERE

    assert "the order is cancelled" == traced(ANYWHERE, an_order(cancelled_at="2026-11-20T12:00:00Z")).ended
    assert "nothing of the order is to be shipped" == traced(ANYWHERE, digital).ended
    assert "the order is rejected" == traced(reject).ended
    assert "the order is only tracked" == traced(only).ended
    assert "a SKU is not known" == traced(ANYWHERE, unknown_skus=("MUG",)).ended
    assert "nothing ships now" == traced(ANYWHERE, stock={}).ended
    assert "the order is held: unrouted" == traced("").ended


def test_why_not_answers_for_a_rule_and_for_a_location():
    west = '[[location]]\nname = "west coast"\nwhen.ship_to.region = "CA"\nthen.ship_from = ["west"]\n'
    found = traced(west + ship_from("east", "north"), places=some_places(EAST, WEST, at(NORTH, serves=("CA",))))

    assert ["location/west coast did not match: ship_to.region is NY, needs CA"] == why_not.of_rule(found, "West Coast")
    assert why_not.of_rule(found, "west coast") == why_not.of_rule(found, "location/west coast")
    assert ["location/rule matched"] == why_not.of_rule(found, "rule")
    assert [] == why_not.of_rule(found, "nothing")
    assert ["west: 'rule', which took MUG, does not name it"] == why_not.of_location(found, "west")
    assert ["north: does not serve US, so it was no candidate for MUG"] == why_not.of_location(found, "north")
    assert ["east: it ships 1 MUG"] == why_not.of_location(found, "east")


def test_why_not_says_what_the_runner_up_was_worse_in():
    found = traced(ship_from("east", "west"))
    held = traced(HOLDS + ANYWHERE, an_order(payment="pending"))

    assert [
        "west: it could use 9 MUG for MUG; chosen was east (listed: east against west)",
        "west would win if it were listed right before east",
        "west would win if east had no MUG",
    ] == why_not.of_location(found, "west")
    assert ["west: no location was looked at, the order is held: payment"] == why_not.of_location(held, "west")


def test_the_json_of_a_trace_has_amounts_as_text():
    rules = ship_from("east") + (
        '[[service]]\nname = "ground"\nthen.service = "ups:ground"\n'
        '[[enhance]]\nname = "dear"\nthen.insure = "shipment.value"\n'
    )
    places = some_places(services={GROUND.id: GROUND})
    facts = some_facts(an_order(), EVERYWHERE, places)
    row = trace_to_json(trace(facts, ready(rules, places)), facts)

    (shipment,) = row["plan"]["shipments"]
    assert ("6.00", "10.00 USD", "USD") == (shipment["cost"], shipment["options"]["insure"], row["plan"]["currency"])
    assert ["hold", "location", "service", "enhance"] == [stage["stage"] for stage in row["stages"]]


@settings(max_examples=60, deadline=None)
@given(st.tuples(*map(languages.rule_files, ("hold", "location", "service", "enhance"))), languages.facts())
def test_a_trace_decides_as_the_engine_does_and_knows_every_rule_of_the_plan(files: tuple[str, ...], facts: Facts):
    head, *_ = files[0].partition("[[")
    rules = head + "\n".join(text.removeprefix(head) for text in files)
    compiled = engine.prepare(load(rules, "rules.toml", languages.KNOWN), languages.PLACES)

    found = trace(facts, compiled)

    took = {one.rule.id for stage in found.stages.values() for one in stage if one.took}
    assert engine.plan_text(engine.decide(facts, compiled)) == engine.plan_text(found.plan)
    assert set(found.plan.rules) <= found.matched
    assert set(found.plan.rules) == took
