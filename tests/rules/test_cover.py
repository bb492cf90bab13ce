from __future__ import annotations

from tests.builders import a_line, an_order
from tests.rules.deciding import (
    ANYWHERE,
    EAST,
    SPLIT,
    TWO,
    WEST,
    at,
    decided,
    ship_from,
    shipped,
    some_places,
)


def test_one_shipment_from_the_second_choice_beats_two_shipments():
    plan = decided(SPLIT, TWO, {"west": {"MUG": 9}, "east": {"MUG": 9, "LAMP": 4}})

    assert {"east": {"MUG": 2, "LAMP": 1}} == shipped(plan)


def test_an_order_splits_only_where_the_rule_allows_it():
    stock = {"east": {"MUG": 2}, "west": {"LAMP": 1}}

    assert {"east": {"MUG": 2}, "west": {"LAMP": 1}} == shipped(decided(SPLIT, TWO, stock))
    assert {} == shipped(decided(ANYWHERE, TWO, stock))


def test_every_part_of_a_split_and_the_remainder_must_be_worth_min_value():
    rules = SPLIT + "then.split.min_value = 15"  # a lamp is worth 10

    assert {} == shipped(decided(rules, TWO, {"east": {"MUG": 2}, "west": {"LAMP": 1}}))
    now = rules + '\nthen.if_short = "backorder"\nthen.backorder.ship_available_now = true'
    assert {} == shipped(decided(now, TWO, {"east": {"MUG": 2}}))
    assert {"east": {"MUG": 2, "LAMP": 1}} == shipped(decided(rules, TWO, {"east": {"MUG": 2, "LAMP": 1}}))


def test_min_value_is_an_amount_of_the_rules_currency():
    rules = SPLIT + "then.split.min_value = 9"
    stock = {"east": {"MUG": 2}, "west": {"LAMP": 1}}
    order = an_order(*TWO.lines, currency="AUD")

    assert {} == shipped(decided(rules, order, stock, some_places(rates={"AUD": "0.65"})))
    assert ["east", "west"] == list(shipped(decided(rules, order, stock, some_places(rates={"AUD": "0.95"}))))
    assert {} == shipped(decided(rules, order, stock))


def test_a_line_stays_whole_unless_the_rule_splits_lines():
    stock = {"east": {"MUG": 2}, "west": {"MUG": 2}}
    order = an_order(a_line("MUG", 3))

    assert {} == shipped(decided(SPLIT, order, stock))
    plan = decided(SPLIT + "then.split.lines = true", order, stock)
    assert {"east": {"MUG": 2}, "west": {"MUG": 1}} == shipped(plan)


def test_lines_with_a_common_tag_stay_together_along_a_chain_of_tags():
    rules = SPLIT + 'then.keep_together = ["pair", "set"]'
    order = an_order(
        a_line("A", tags=("pair",)), a_line("B", tags=("pair", "SET")), a_line("C", tags=("set",)), a_line("D")
    )
    stock = {"east": {"A": 1, "B": 1, "C": 1}, "west": {"A": 1, "C": 1, "D": 1}}

    assert {"east": {"A": 1, "B": 1, "C": 1}, "west": {"D": 1}} == shipped(decided(rules, order, stock))


def test_the_cheapest_location_counts_carrier_and_handling():
    rules = ship_from("east", "west", more='then.prefer = ["lowest_cost"]')
    places = some_places(at(EAST, pick_cost_minor=400), WEST)

    assert ["west"] == list(shipped(decided(rules, an_order(), {"east": {"MUG": 1}, "west": {"MUG": 1}}, places)))


def test_the_nearest_location_counts_kilometers_where_they_are_known_else_zones():
    rules = ship_from("east", "west", more='then.prefer = ["nearest"]')
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}
    zoned = some_places(at(EAST, zones={"US": 4}), at(WEST, zones={"US": 7, "US-NY": 3}))
    assert ["west"] == list(shipped(decided(rules, an_order(), stock, zoned)))

    known = some_places(
        at(EAST, coordinates=(40_735_700, -74_172_400)), at(WEST, coordinates=(39_529_600, -119_813_800))
    )
    reno = {"coordinates": (39_500_000, -119_800_000)}
    assert ["west"] == list(shipped(decided(rules, an_order(), stock, known, derived=reno)))
    assert ["east"] == list(shipped(decided(rules, an_order(), stock, known)))


def test_the_fastest_location_is_the_one_that_still_ships_today():
    rules = ship_from("east", "west", more='then.prefer = ["fastest"]')
    places = some_places(at(EAST, cutoffs={"fri": "09:00"}), at(WEST, cutoffs={"fri": "23:00"}))

    assert ["west"] == list(shipped(decided(rules, an_order(), {"east": {"MUG": 1}, "west": {"MUG": 1}}, places)))


def test_the_deadline_counts_units_that_arrive_after_the_promise():
    rules = ship_from("east", "west", more='then.prefer = ["deadline", "listed"]')
    places = some_places(at(EAST, lead_time_s=5 * 86400), WEST)
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert ["west"] == list(shipped(decided(rules, an_order(deliver_by="2026-11-24T22:00:00Z"), stock, places)))
    assert ["east"] == list(shipped(decided(rules, an_order(), stock, places)))


def test_failover_is_asked_only_for_what_ship_from_leaves_short():
    rules = ship_from("east", more='then.failover_to = ["west", "north"]\nthen.split.allow = true')

    plan = decided(rules, TWO, {"east": {"MUG": 2}, "west": {"MUG": 2, "LAMP": 1}})

    assert {"east": {"MUG": 2}, "west": {"LAMP": 1}} == shipped(plan)


def test_without_split_the_whole_group_fails_over():
    rules = ship_from("east", more='then.failover_to = ["west"]')

    assert {"west": {"MUG": 2, "LAMP": 1}} == shipped(
        decided(rules, TWO, {"east": {"MUG": 2}, "west": {"MUG": 2, "LAMP": 1}})
    )


def test_a_split_over_two_tiers_keeps_the_limits_of_the_group():
    stock = {"east": {"MUG": 2}, "west": {"LAMP": 1}, "north": {"MUG": 2, "LAMP": 1}}
    more = 'then.failover_to = ["west", "north"]\nthen.split.allow = true\n'

    assert ["east", "west"] == list(shipped(decided(ship_from("east", more=more), TWO, stock)))
    one = ship_from("east", more=more + "then.split.max_shipments = 1")
    assert ["north"] == list(shipped(decided(one, TWO, stock)))
    worth = ship_from("east", more=more + "then.split.min_value = 15")
    assert ["north"] == list(shipped(decided(worth, TWO, stock)))


def test_after_a_rejection_the_next_location_ships():
    rules = ship_from("east", more='then.failover_to = ["west"]')

    assert ["west"] == list(
        shipped(decided(rules, an_order(), {"east": {"MUG": 9}, "west": {"MUG": 9}}, excluded=("east",)))
    )
