"""Orders decided again together: never dearer than they were, never below what trying everything finds."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.batching import always
from orderctl.core.orders import Order
from orderctl.core.places import Location, Places, Rate, Service
from orderctl.rules import engine
from orderctl.rules.compiled import Compiled
from orderctl.rules.hindsight import Supply
from orderctl.rules.regret import Again, Chunk, Past, Regret
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules.deciding import ready, some_facts, some_places

#: What a parcel of any weight costs from each place, to New York and to Toronto.
COSTS = {"east": {"US": 500, "CA": 1000}, "west": {"US": 600, "CA": 2500}, "north": {"US": 900, "CA": 1200}}
RATES = tuple(Rate(20000, cost, to, origin) for origin, costs in COSTS.items() for to, cost in costs.items())
PLACES = some_places(
    *(Location(name, country="US") for name in COSTS),
    services={"ups:ground": Service("ups", "ground", rates=RATES)},
)
RULES = """
[[location]]
name = "all"
then.ship_from = ["east", "west", "north"]
then.prefer = ["lowest_cost"]
then.split.allow = true
then.if_short = "backorder"
then.backorder.ship_available_now = true
"""
SHORT = 3000
TORONTO = replace(NEW_YORK, city="Toronto", region="ON", country="CA")
Stock = dict[str, dict[str, int]]


def to(country: str, *skus: str, **changes: Any) -> Order:
    return an_order(*map(a_line, skus or ("MUG",)), ship_to=TORONTO if country == "CA" else NEW_YORK, **changes)


def period(
    orders: list[Order],
    stock: Stock,
    rules: str = RULES,
    places: Places = PLACES,
    arrivals: dict[int, Stock] | None = None,
    days: int = 0,
) -> tuple[list[Past], Supply]:
    """Orders decided one by one, an hour (or some days) between two of them; before some of them stock comes in."""
    compiled: Compiled = ready(rules, places)
    there = {name: Counter(here) for name, here in stock.items()}
    used: Counter[tuple[str, str]] = Counter()
    past, supply = [], Supply()
    for at, order in enumerate(orders):
        for name, here in (arrivals or {}).get(at, {}).items():
            there.setdefault(name, Counter()).update(here)
        seen = {name: {sku: units for sku, units in here.items() if units} for name, here in there.items()}
        now = f"2026-11-{20 + at * days:02}T{10 + at * (not days):02}:00:00Z"
        taken = {name: count for (name, day), count in used.items() if day == now[:10]}
        facts = some_facts(order, seen, places, now=now, capacity_used=taken)
        plan = engine.decide(facts, compiled)
        for shipment in plan.shipments:
            used[shipment.location, now[:10]] += 1
            for line in shipment.lines:
                there[shipment.location][line.sku] -= line.quantity
        past.append(Past(str(at), facts, plan, compiled, ("MUG", "LAMP")))
    for at, one in reversed(list(enumerate(past))):
        supply.add(at, one.facts, one.plan, is_first=True, again=True)
    return past, supply


def again(past: list[Past], supply: Supply) -> Chunk:
    return Regret(supply, 1000, SHORT, is_whole=True).decide(past, lambda: always)


def costs(found: list[Again]) -> tuple[int, int]:
    return sum(one.then.cost_minor for one in found), sum(one.hindsight.cost_minor for one in found)


def test_the_first_order_took_the_unit_that_only_the_second_should_have_had():
    found = again(*period([to("US"), to("CA")], {"east": {"MUG": 1}, "west": {"MUG": 1}}))

    assert (500 + 2500, 600 + 1000, 1600) == (*costs(found.orders), found.bound_minor)
    assert [("east",), ("west",)] == [one.then.locations for one in found.orders]
    assert [("west",), ("east",)] == [one.hindsight.locations for one in found.orders]
    assert [-100, 1500] == [one.regret_minor for one in found.orders]
    assert {("location/all",)} == {one.rules for one in found.orders}


def test_with_enough_for_all_nothing_is_to_be_regretted():
    found = again(*period([to("US"), to("CA")], {"east": {"MUG": 2}}))

    assert (1500, 1500, 1500) == (*costs(found.orders), found.bound_minor)
    assert not any(one.is_changed for one in found.orders)


def test_hindsight_knows_of_a_delivery():
    found = again(*period([to("CA"), to("US")], {"west": {"MUG": 1}}, arrivals={1: {"east": {"MUG": 1}}}))

    assert (2500 + 500, 1000 + 600) == costs(found.orders)


def test_units_short_are_counted_beside_what_parcels_cost():
    found = again(*period([to("US"), to("US", "MUG", "LAMP")], {"east": {"MUG": 1, "LAMP": 1}, "west": {"LAMP": 1}}))
    (_, second) = found.orders

    assert (1, 500, 500 + SHORT) == (second.then.short, second.then.parcels_minor, second.then.cost_minor)


def test_an_order_goes_on_the_day_it_was_decided_on():
    """East takes one order a day: two of one day cannot both have it, two of two days can."""
    places = replace(PLACES, locations={**PLACES.locations, "east": Location("east", country="US", capacity=1)})
    stock = {"east": {"MUG": 2}, "west": {"MUG": 2}}
    orders = [to("US"), to("CA")]

    assert (500 + 2500, 600 + 1000) == costs(again(*period(orders, stock, places=places)).orders)
    assert (1500, 1500) == costs(again(*period(orders, stock, places=places, days=1)).orders)


def test_where_a_rule_looks_at_stock_there_is_no_bound():
    rules = RULES.replace('name = "all"', 'name = "all"\nunless.line.stock = "nowhere"') + RULES.replace(
        '"all"', '"rest"'
    )

    assert again(*period([to("US")], {"east": {"MUG": 1}}, rules)).bound_minor is None


def test_more_than_are_decided_at_once_still_fit_together():
    """The first chunk gives east's mug to Toronto; the second one cannot have it as well."""
    past, supply = period([to("US"), to("CA"), to("CA")], {"east": {"MUG": 1}, "west": {"MUG": 2}})
    chunks = Regret(supply, 1000, SHORT, is_whole=False)
    first, second = chunks.decide(past[:2], lambda: always), chunks.decide(past[2:], lambda: always)

    assert [("west",), ("east",)] == [one.hindsight.locations for one in first.orders]
    assert [("west",)] == [one.hindsight.locations for one in second.orders]
    assert (1600, 1000) == (first.bound_minor, second.bound_minor)


@pytest.mark.parametrize("reason", ["held", "by hand"])
def test_an_order_without_a_choice_is_not_priced(reason: str):
    hold = '[[hold]]\nname = "all"\nthen.hold = "x"\n' if reason == "held" else ""
    past, supply = period([to("US")], {"east": {"MUG": 1}}, hold + RULES)
    if reason == "by hand":
        past = [past[0]._replace(facts=replace(past[0].facts, given={"location": "east"}))]

    assert [] == again(past, supply).orders


def least(past: list[Past], supply: Supply) -> int:
    """The least that all orders can cost, by trying every location, or none, for every line of each of them."""
    names = [*COSTS, ""]
    lines = [(one, line) for one in past for line in one.facts.order.lines]
    best = 10**9
    for chosen in product(names, repeat=len(lines)):
        taken: Counter[tuple[str, str]] = Counter()
        parcels: set[tuple[str, str]] = set()
        cost = 0
        for (one, line), name in zip(lines, chosen, strict=True):
            if not name:
                cost += SHORT
                continue
            taken[name, line.sku] += 1
            parcels.add((one.order, name))
        countries = {one.order: one.facts.order.ship_to.country for one in past if one.facts.order.ship_to}
        cost += sum(COSTS[name][countries[order]] for order, name in parcels)
        if cost < best and all(units <= supply.of(shelf) for shelf, units in taken.items()):
            best = cost
    return best


_ORDERS = st.lists(
    st.builds(
        lambda country, skus, priority: to(country, *skus, priority=priority),
        st.sampled_from(["US", "CA"]),
        st.sampled_from([("MUG",), ("LAMP",), ("MUG", "LAMP")]),
        st.sampled_from(["normal", "urgent"]),
    ),
    min_size=1,
    max_size=3,
)
_STOCK = st.dictionaries(
    st.sampled_from(sorted(COSTS)), st.dictionaries(st.sampled_from(["MUG", "LAMP"]), st.integers(1, 2))
)


@settings(max_examples=60, deadline=None)
@given(_ORDERS, _STOCK, st.dictionaries(st.integers(0, 2), _STOCK, max_size=2), st.booleans())
def test_the_bound_is_below_the_least_and_hindsight_between_that_and_what_it_cost(
    orders: list[Order], stock: Stock, arrivals: dict[int, Stock], one_at_a_time: bool
):
    past, supply = period(orders, stock, arrivals=arrivals)
    chunks = [past[at : at + 1] for at in range(len(past))] if one_at_a_time else [past]
    regret = Regret(supply, 1000, SHORT, is_whole=not one_at_a_time)
    found = [regret.decide(chunk, lambda: always) for chunk in chunks]
    again = [one for chunk in found for one in chunk.orders]

    then, hindsight = costs(again)
    bound = sum(chunk.bound_minor or 0 for chunk in found)
    assert len(past) == len(again)
    assert bound <= least(past, supply) <= hindsight <= then
    assert then - hindsight == sum(one.regret_minor for one in again)
