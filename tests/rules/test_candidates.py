from __future__ import annotations

import dataclasses
from typing import Any

from orderctl.core.stock import Sku
from orderctl.rules import engine
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules.deciding import (
    ANYWHERE,
    EAST,
    NORTH,
    SPLIT,
    TWO,
    WEST,
    at,
    decided,
    ready,
    shipped,
    some_facts,
    some_places,
)


def test_a_location_that_cannot_ship_there_is_no_candidate():
    for location in (at(EAST, serves=("CA",)), at(EAST, country="CA", accepts=("po_box",))):
        plan = decided(
            ANYWHERE, an_order(), {"east": {"MUG": 1}, "west": {"MUG": 1}}, some_places(location, WEST, NORTH)
        )
        assert {"west": {"MUG": 1}} == shipped(plan)


def test_a_po_box_is_left_to_locations_that_accept_them():
    order = an_order(ship_to=dataclasses.replace(NEW_YORK, line1="P.O. Box 7"))
    places = some_places(at(EAST, accepts=()), WEST, NORTH)

    assert {"west": {"MUG": 1}} == shipped(decided(ANYWHERE, order, {"east": {"MUG": 1}, "west": {"MUG": 1}}, places))


def test_paused_stale_and_rejecting_locations_are_no_candidates():
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}
    for name in ("paused", "stale", "excluded"):
        facts: dict[str, Any] = {name: ("east",)}
        assert {"west": {"MUG": 1}} == shipped(decided(ANYWHERE, an_order(), stock, **facts))


def test_hazmat_ships_only_where_it_is_accepted_and_the_rest_may_ship_elsewhere():
    skus = {"ACID": Sku("ACID", weight_g=1, hazmat=True), "MUG": Sku("MUG", weight_g=1)}
    places = some_places(EAST, at(WEST, accepts=("hazmat",)), NORTH)
    stock = {"east": {"ACID": 1, "MUG": 1}, "west": {"ACID": 1}}

    plan = decided(SPLIT, an_order(a_line("ACID"), a_line("MUG")), stock, places, skus=skus)

    assert {"east": {"MUG": 1}, "west": {"ACID": 1}} == shipped(plan)


def test_an_unlimited_location_that_takes_no_hazmat_ships_everything_else():
    skus = {"ACID": Sku("ACID", weight_g=1, hazmat=True), "MUG": Sku("MUG", weight_g=1)}
    places = some_places(at(EAST, stock="unlimited"), at(WEST, accepts=("hazmat",)), NORTH)

    plan = decided(SPLIT, an_order(a_line("ACID"), a_line("MUG", 7)), {"west": {"ACID": 1}}, places, skus=skus)

    assert {"east": {"MUG": 7}, "west": {"ACID": 1}} == shipped(plan)


def test_past_its_cutoff_a_location_is_passed_over_only_where_the_rule_says_so():
    places = some_places(at(EAST, timezone="America/New_York", cutoffs={"fri": "10:00"}), WEST, NORTH)  # it is 10:00
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert {"east": {"MUG": 1}} == shipped(decided(ANYWHERE, an_order(), stock, places))
    rules = ANYWHERE + "then.before_cutoff_only = true"
    assert {"west": {"MUG": 1}} == shipped(decided(rules, an_order(), stock, places))
    assert {"east": {"MUG": 1}} == shipped(decided(rules, an_order(), stock, places, now="2026-11-20T14:59:00Z"))
    assert {"west": {"MUG": 1}} == shipped(decided(rules, an_order(), {"west": {"MUG": 1}}, places))


def test_a_location_on_holiday_makes_nothing_today():
    places = some_places(at(EAST, holidays=("2026-11-20",)), WEST, NORTH)
    rules = ANYWHERE + "then.before_cutoff_only = true"

    plan = decided(rules, an_order(), {"east": {"MUG": 1}, "west": {"MUG": 1}}, places)

    assert {"west": {"MUG": 1}} == shipped(plan)


def test_a_full_location_is_no_candidate_or_free_or_ships_on_its_next_working_day():
    places = some_places(at(EAST, capacity=3, timezone="America/New_York"), WEST, NORTH)
    full: dict[str, Any] = {"capacity_used": {"east": 3}}
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert ["west"] == list(shipped(decided(ANYWHERE, an_order(), stock, places, **full)))
    exceed = decided(ANYWHERE + 'then.if_full = "exceed"', an_order(), stock, places, **full)
    assert [("east", "")] == [(shipment.location, shipment.not_before) for shipment in exceed.shipments]
    wait = decided(ANYWHERE + 'then.if_full = "wait:1d"', an_order(), stock, places, **full)
    assert [("east", "2026-11-23T05:00:00Z")] == [
        (shipment.location, shipment.not_before) for shipment in wait.shipments
    ]
    assert ["east"] == list(shipped(decided(ANYWHERE, an_order(), stock, places, capacity_used={"east": 2})))


def test_a_location_that_waits_for_a_day_with_room_arrives_later():
    """Otherwise the full one would be taken for the fastest, being named first."""
    places = some_places(at(EAST, capacity=3), WEST, NORTH)
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}
    rules = ANYWHERE + 'then.prefer = ["fastest", "listed"]\nthen.if_full = "wait:1d"\n'

    assert ["west"] == list(shipped(decided(rules, an_order(), stock, places, capacity_used={"east": 3})))
    assert ["east"] == list(shipped(decided(rules, an_order(), stock, places, capacity_used={"east": 2})))


def test_a_full_location_still_takes_more_of_an_order_it_has_already():
    places = some_places(at(EAST, capacity=3), WEST, NORTH)

    plan = decided(ANYWHERE, an_order(), {"east": {"MUG": 1}}, places, capacity_used={"east": 3}, opened=("east",))

    assert {"east": {"MUG": 1}} == shipped(plan)


def test_candidates_that_come_again_are_prepared_once_and_each_order_gets_its_own_plan():
    places = some_places(EAST, at(WEST, capacity=3), NORTH)
    ruleset = ready(SPLIT, places)
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1, "LAMP": 1}}
    different: list[dict[str, Any]] = [{}, {"paused": ("east",)}, {"capacity_used": {"west": 3}}]
    for changes in different * 2:
        for order in (an_order(), TWO):
            facts = some_facts(order, stock, places, **changes)
            assert engine.decide(facts, ready(SPLIT, places)) == engine.decide(facts, ruleset)

    sets = {tuple(one.name for one in field.candidates) for field in ruleset.fields.values()}
    assert {("east", "west", "north"), ("west", "north"), ("east", "north")} == sets
    assert 3 == len(ruleset.fields)
