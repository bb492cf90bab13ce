"""The ways of an order: whatever the others leave to it, its rules come to one of them, at the price it was given."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.batching_values import Way
from orderctl.core.places import Rate, Service
from orderctl.core.stock import Sku
from orderctl.rules import engine
from orderctl.rules.ways import Choices, Prices, Shelves, choices_of, takes_of
from tests.builders import a_line, an_order
from tests.rules.deciding import ANYWHERE, EAST, NORTH, SPLIT, TWO, WEST, at, ready, ship_from, some_facts, some_places

NEAR_AND_FAR = Service(
    *("ups", "ground"),
    rates=(Rate(1000, 500, origin="east"), Rate(20000, 700, origin="east"), Rate(20000, 900, origin="west")),
)
PLENTY = {name: {"MUG": 9, "LAMP": 9} for name in ("east", "west", "north")}


def ways(rules: str, order: Any = TWO, stock: Any = PLENTY, places: Any = None, **facts: Any) -> Choices | None:
    places = places or some_places()
    ruleset = ready(rules, places)
    return choices_of(some_facts(order, stock, places, **facts), ruleset, Prices(ruleset, 1000), Shelves())


def places_of(choices: Choices | None) -> list[tuple[str, ...]]:
    """Per way, in their order, the locations that ship."""
    assert choices
    return [tuple(dict.fromkeys(location for location, _, _ in takes)) for takes in choices.takes]


def test_an_order_that_may_not_split_goes_whole_from_each_place_or_stays():
    assert places_of(ways(ANYWHERE)) == [("east",), ("north",), ("west",), ()]


def test_an_order_that_may_split_has_every_line_go_from_every_place():
    found = ways(SPLIT)
    assert found
    assert len(found.takes) == 3 * 3 + 1


def test_a_way_costs_its_parcels_and_the_split():
    places = some_places(services={"ups:ground": NEAR_AND_FAR}, split_cost_minor=40)
    found = ways(SPLIT, places=places)
    assert found
    costs = dict(zip(found.takes, (way.cost_minor for way in found.ways), strict=True))
    assert costs[(("east", "lamp", 1), ("east", "mug", 2))] == 500 + 100
    assert costs[(("east", "lamp", 1), ("west", "mug", 2))] == 500 + 900 + 2 * 100 + 40
    assert costs[(("north", "lamp", 1), ("north", "mug", 2))] == 900 + 100, "no rate counts as the dearest"


def test_a_unit_left_short_costs_more_than_any_parcel_unless_it_is_said_otherwise():
    places = some_places()
    found = ways(ANYWHERE, places=places)
    assert found
    dear, short = found.ways[-2].cost_minor, found.ways[-1].cost_minor
    assert dear < short / 2
    assert Prices(ready(ANYWHERE, places), 1000, 250).short_minor == 250


def test_what_fails_over_counts_as_half_of_what_stays_short():
    rules = ship_from("east", more='then.failover_to = ["west"]')
    ruleset = ready(rules, some_places())
    found = ways(rules)
    assert found
    near, far = (way.cost_minor for way in found.ways[:2])
    assert far == near + 3 * Prices(ruleset, 1000).failover_minor


def test_a_way_takes_units_from_shelves_and_an_order_of_a_day():
    places, shelves = some_places(at(EAST, capacity=4), WEST), Shelves()
    ruleset = ready(ship_from("east", "west"), places)
    found = choices_of(
        some_facts(TWO, PLENTY, places, capacity_used={"east": 1}), ruleset, Prices(ruleset, 1000), shelves
    )
    assert found
    taken = {shelves.names[number]: (units, shelves.supply[number]) for number, units in found.ways[0].uses}
    assert taken == {("east", "MUG"): (2, 9), ("east", "LAMP"): (1, 9), ("east", ""): (1, 3)}


def test_a_kit_takes_its_parts():
    kit = Sku("SET", weight_g=200, components={"MUG": 2, "LAMP": 1})
    shelves, places = Shelves(), some_places(EAST)
    ruleset = ready(ship_from("east"), places)
    facts = some_facts(an_order(a_line("SET", 3)), PLENTY, places, skus={"SET": kit})
    found = choices_of(facts, ruleset, Prices(ruleset, 1000), shelves)
    assert found
    assert {shelves.names[number][1]: units for number, units in found.ways[0].uses} == {"MUG": 6, "LAMP": 3}


def test_what_a_rule_keeps_is_not_on_its_shelf():
    shelves, places = Shelves(), some_places(EAST)
    ruleset = ready(ship_from("east", more="then.keep_stock = 5"), places)
    assert choices_of(some_facts(TWO, PLENTY, places), ruleset, Prices(ruleset, 1000), shelves)
    assert sorted(zip(shelves.names, shelves.supply, strict=True)) == [
        *((("east", "LAMP"), 4), (("east", "LAMP"), 9), (("east", "MUG"), 4), (("east", "MUG"), 9)),
    ]


def test_an_order_that_a_person_routed_or_that_is_held_has_no_ways():
    assert ways(ANYWHERE, given={"location": "east", "lines": {"mug": 2}}) is None
    assert ways(ANYWHERE + '[[hold]]\nname = "all"\nthen.hold = "stop"\n') is None


def test_of_a_large_order_the_best_of_every_set_of_places_is_listed_with_a_floor():
    order = an_order(*(a_line(f"SKU-{number}") for number in range(9)))
    stock = {name: {line.sku: 9 for line in order.lines} for name in ("east", "west", "north")}
    found = ways(SPLIT, order, stock, some_places(services={"ups:ground": NEAR_AND_FAR}))
    assert found
    assert found.relaxed
    assert found.ask(0, 0).least_minor == found.ways[0].cost_minor


LIMITS = (
    "", "then.split.allow = true", "then.split.allow = true\nthen.split.max_shipments = 2",
    'then.split.allow = true\nthen.split.min_value = "15.00"', "then.split.allow = true\nthen.split.lines = true",
)  # fmt: skip
SHORT = (
    "", 'then.if_short = "backorder"', 'then.if_short = "backorder"\nthen.backorder.ship_available_now = true',
    'then.if_short = "cancel"', 'then.if_short = "hold:stock"', 'then.if_short = "next_rule"',
)  # fmt: skip
FULL = ("", 'then.if_full = "exceed"', 'then.if_full = "wait:1d"')
PREFER = ("", 'then.prefer = ["lowest_cost"]', 'then.prefer = ["fewest_shipments", "lowest_cost"]')


@st.composite
def rulesets(draw: st.DrawFn) -> str:
    def some(name: str, *places: str) -> str:
        more = [draw(st.sampled_from(pieces)) for pieces in (LIMITS, SHORT, FULL, PREFER)]
        more += [draw(st.sampled_from(["", "then.keep_stock = 1"]))]
        rule = ship_from(*places[:2], more="\n".join(filter(None, more))).replace('"rule"', f'"{name}"')
        return rule + (f'then.failover_to = ["{places[2]}"]\n' if draw(st.booleans()) else "")

    only = 'when.line.sku = "MUG"\n' if draw(st.booleans()) else ""
    return some("first", "east", "west", "north") + only + some("second", "north", "east", "west")


levels = st.fixed_dictionaries(
    {name: st.fixed_dictionaries({"MUG": st.integers(0, 4), "LAMP": st.integers(0, 2)}) for name in PLENTY}
)


worths = st.lists(st.integers(0, 3000), min_size=20, max_size=20)


@given(rulesets(), levels, levels, st.tuples(st.integers(0, 2), st.integers(0, 2)), st.integers(1, 3), worths)
@settings(max_examples=150, deadline=None)
def test_whatever_others_leave_the_rules_come_to_a_listed_way(rules, stock, gone, days, mugs, worth):
    places = some_places(at(EAST, capacity=2), WEST, NORTH, services={"ups:ground": NEAR_AND_FAR}, split_cost_minor=30)
    ruleset, shelves = ready(rules, places), Shelves()
    prices = Prices(ruleset, 1000)
    facts = some_facts(an_order(a_line("MUG", mugs), a_line("LAMP")), stock, places, capacity_used={"east": min(days)})
    found = choices_of(facts, ruleset, prices, shelves)
    if found is None:
        return
    listed = len(found.ways)
    left = {
        name: {sku: more for sku, units in here.items() if (more := units - gone[name][sku]) > 0}
        for name, here in stock.items()
    }
    plan = engine.decide(replace(facts, stock=left, capacity_used={"east": max(days)}), ruleset)
    takes = takes_of(plan, found.draft)
    way = found.ways[found.find(takes)]
    assert way.cost_minor == found.cost_minor(takes)
    if found.relaxed:
        for parts in found.relaxed:
            assert sum(min(priced(one, worth) for one in part) for part in parts) <= priced(way, worth)
    else:
        assert listed == len(found.ways), "nothing had to be added"


def priced(way: Way, worth: list[int]) -> int:
    """What a way costs when what it uses has a price."""
    return way.cost_minor + sum(worth[number % len(worth)] * units for number, units in way.uses)
