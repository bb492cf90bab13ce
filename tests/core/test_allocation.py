"""Where a group of lines ships from, sentence by sentence of the routing rules."""

from __future__ import annotations

import pytest

from orderctl.core.allocation import INFINITE, Candidate, Choice, Demand, Limits, Take, choose, ranked

DEFAULT = ("fewest_shipments", "listed")
ONE = Limits()
SPLIT = Limits(split=True)
LINES = Limits(split=True, lines=True)


def want(sku, quantity=1, each=10, **changes):
    """A line of `quantity` units worth `each` minor units a piece; its id is its SKU in small letters."""
    fields = {"line_id": sku.lower(), "sku": sku, "quantity": quantity, "value_minor": each * quantity}
    return Demand(**(fields | {"weight_g": 100 * quantity} | changes))


def at(*names, **changes):
    """Candidates in this order."""
    return tuple(Candidate(name=name, position=position, **changes) for position, name in enumerate(names))


def place(name, position=0, **changes):
    return Candidate(name=name, position=position, **changes)


def plan(demands, candidates, stock, prefer=DEFAULT, limits=SPLIT):
    """What ships: location -> line -> units."""
    shipped: dict[str, dict[str, int]] = {}
    for take in choose(demands, candidates, stock, prefer, limits).takes:
        shipped.setdefault(take.location, {})[take.line_id] = take.quantity
    return shipped


EAST_WEST = at("east", "west")


def test_the_first_listed_location_that_has_everything_ships_it():
    stock = {"east": {"MUG": 1}, "west": {"MUG": 9}}

    assert {"east": {"mug": 1}} == plan([want("MUG")], EAST_WEST, stock)


def test_one_parcel_from_the_second_choice_beats_two_parcels():
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1, "LAMP": 1}}

    assert {"west": {"mug": 1, "lamp": 1}} == plan([want("MUG"), want("LAMP")], EAST_WEST, stock)


def test_two_things_that_no_single_place_has_ship_from_two():
    stock = {"east": {"MUG": 10}, "west": {"MUG": 1, "LAMP": 4}}

    assert {"east": {"mug": 2}, "west": {"lamp": 1}} == plan([want("MUG", 2), want("LAMP")], EAST_WEST, stock)


def test_fewer_units_short_beats_every_preference():
    stock = {"east": {"MUG": 1}, "west": {"LAMP": 3}}
    choice = choose([want("MUG"), want("LAMP", 3)], EAST_WEST, stock, ("listed",), ONE)

    assert (Take("west", "lamp", "LAMP", 3),) == choice.takes
    assert {"mug": 1} == choice.short
    assert not choice.covering


def test_without_any_location_that_can_help_nothing_is_taken_and_everything_is_short():
    choice = choose([want("MUG", 2)], EAST_WEST, {}, DEFAULT, SPLIT)

    assert Choice((), {"mug": 2}, (0, ())) == choice


def test_an_unlimited_location_has_all():
    assert {"acme": {"mug": 500}} == plan([want("MUG", 500)], (place("acme", unlimited=True),), {})


def test_stock_below_zero_counts_as_none():
    assert {} == plan([want("MUG")], at("east"), {"east": {"MUG": -3}}, limits=LINES)


# a line stays whole unless lines may split


def test_a_line_stays_whole():
    stock = {"east": {"MUG": 3}, "west": {"MUG": 2}}

    assert {} == plan([want("MUG", 5)], EAST_WEST, stock)
    assert {"east": {"mug": 3}, "west": {"mug": 2}} == plan([want("MUG", 5)], EAST_WEST, stock, limits=LINES)


def test_units_are_filled_in_listed_order_even_if_a_later_location_could_ship_the_line_whole():
    stock = {"east": {"MUG": 3, "LAMP": 1}, "west": {"MUG": 5}}
    demands = [want("MUG", 5), want("LAMP")]

    assert {"east": {"mug": 3, "lamp": 1}, "west": {"mug": 2}} == plan(demands, EAST_WEST, stock, limits=LINES)
    assert {"east": {"lamp": 1}, "west": {"mug": 5}} == plan(demands, EAST_WEST, stock)


def test_units_are_filled_from_the_location_that_prefer_puts_first():
    candidates = (place("east", 0, distance=900), place("west", 1, distance=20))
    stock = {"east": {"MUG": 3, "LAMP": 1}, "west": {"MUG": 4}}

    shipped = plan([want("MUG", 5), want("LAMP")], candidates, stock, ("fewest_shipments", "nearest"), LINES)

    assert {"east": {"mug": 1, "lamp": 1}, "west": {"mug": 4}} == shipped


def test_lines_that_may_split_still_ship_whole_where_that_costs_less():
    rates = ((100, 500), (1000, 510))
    candidates = (place("east", 0, rates=rates, unit_cost_minor=9), place("west", 1, rates=rates, unit_cost_minor=1))
    stock = {"east": {"MUG": 2, "LAMP": 1}, "west": {"MUG": 2}}

    shipped = plan([want("LAMP"), want("MUG", 2)], candidates, stock, ("lowest_cost",), LINES)

    assert {"east": {"lamp": 1, "mug": 2}} == shipped


def test_two_lines_of_one_sku_compete_for_its_stock_in_order():
    demands = [want("MUG", 2, line_id="1"), want("MUG", 2, line_id="2")]
    stock = {"east": {"MUG": 3}, "west": {"MUG": 2}}

    assert {"east": {"1": 2}, "west": {"2": 2}} == plan(demands, EAST_WEST, stock)
    assert {"east": {"1": 2, "2": 1}, "west": {"2": 1}} == plan(demands, EAST_WEST, stock, limits=LINES)


def test_of_two_lines_that_compete_the_one_with_more_units_ships_where_only_one_can():
    demands = [want("MUG", 2, line_id="1"), want("MUG", 3, line_id="2")]

    assert {"east": {"2": 3}} == plan(demands, at("east"), {"east": {"MUG": 4}})


# preferences: integers, smaller wins


def test_fewest_shipments_counts_newly_opened_locations():
    candidates = (place("east", 0), place("west", 1, opened=True))
    choice = choose([want("MUG")], candidates, {"east": {"MUG": 1}, "west": {"MUG": 1}}, DEFAULT, SPLIT)

    assert ("west",) == choice.locations
    assert (0, (1,)) == choice.values


def test_an_opened_location_costs_no_further_shipment_beside_a_new_one():
    candidates = (place("east", 0), place("north", 1), place("west", 2, opened=True))
    stock = {"east": {"MUG": 1}, "north": {"LAMP": 1, "MUG": 1}, "west": {"LAMP": 1}}

    assert {"east": {"mug": 1}, "west": {"lamp": 1}} == plan([want("MUG"), want("LAMP")], candidates, stock)


def test_listed_compares_ascending_positions_and_a_prefix_wins():
    stock = {"east": {"MUG": 1, "LAMP": 1}, "north": {"LAMP": 1}, "west": {"MUG": 1, "LAMP": 1}}
    both = [want("MUG"), want("LAMP")]

    assert {"east": {"mug": 1, "lamp": 1}} == plan(both, at("east", "north", "west"), stock, ("listed",))
    stock["east"].pop("LAMP")
    assert {"east": {"mug": 1}, "north": {"lamp": 1}} == plan(both, at("east", "north", "west"), stock, ("listed",))


def test_nearest_sums_whole_kilometers_and_an_unknown_distance_is_infinite_never_zero():
    candidates = (place("east", 0), place("north", 1, distance=800), place("west", 2, distance=30))
    choice = choose([want("MUG")], candidates, {p.name: {"MUG": 1} for p in candidates}, ("nearest",), SPLIT)
    unknown = choose([want("MUG")], candidates, {"east": {"MUG": 1}}, ("nearest",), SPLIT)

    assert (("west",), (30,)) == (choice.locations, choice.values)
    assert (("east",), (INFINITE,)) == (unknown.locations, unknown.values)


def test_lowest_cost_adds_carrier_handling_per_order_and_unit_and_the_split_penalty():
    rates = ((100, 300), (500, 420))
    candidates = at("east", "west", rates=rates, order_cost_minor=50, unit_cost_minor=7)
    stock = {"east": {"MUG": 3}, "west": {"LAMP": 1}}
    limits = Limits(split=True, split_cost_minor=99)

    choice = choose([want("MUG", 3), want("LAMP")], candidates, stock, ("lowest_cost",), limits)

    assert ((420 + 50 + 3 * 7) + (300 + 50 + 7) + 99,) == choice.values


def test_a_cheaper_second_parcel_beats_one_expensive_parcel_where_cost_comes_first():
    prices = {"east": 900, "west": 200, "north": 300}
    candidates = tuple(place(name, at, rates=((1000, price),)) for at, (name, price) in enumerate(prices.items()))
    stock = {"east": {"MUG": 1, "LAMP": 1}, "west": {"MUG": 1}, "north": {"LAMP": 1}}
    both = [want("MUG"), want("LAMP")]

    assert {"west": {"mug": 1}, "north": {"lamp": 1}} == plan(both, candidates, stock, ("lowest_cost",))
    assert {"east": {"mug": 1, "lamp": 1}} == plan(both, candidates, stock, ("fewest_shipments", "lowest_cost"))


def test_a_location_without_a_rate_for_the_weight_costs_infinitely_much():
    candidates = (place("east", 0, rates=((50, 10),)), place("west", 1, rates=((1000, 9000),)))
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert {"west": {"mug": 1}} == plan([want("MUG")], candidates, stock, ("lowest_cost",))
    assert (INFINITE,) == choose([want("MUG")], candidates[:1], stock, ("lowest_cost",), SPLIT).values


def test_more_in_an_opened_shipment_costs_what_its_weight_adds_and_no_handling_per_order():
    rates = ((500, 300), (1000, 340))
    candidates = (place("east", 0, rates=rates, order_cost_minor=80, opened=True, opened_weight_g=450),)

    assert (40,) == choose([want("MUG")], candidates, {"east": {"MUG": 1}}, ("lowest_cost",), SPLIT).values


def test_fastest_is_the_latest_promised_day_of_all_parts():
    candidates = (place("east", 0, arrives_day=9), place("west", 1, arrives_day=4), place("north", 2, arrives_day=3))
    stock = {"east": {"MUG": 1, "LAMP": 1}, "west": {"MUG": 1}, "north": {"LAMP": 1}}
    choice = choose([want("MUG"), want("LAMP")], candidates, stock, ("fastest",), SPLIT)

    assert (("west", "north"), (4,)) == (choice.locations, choice.values)


def test_deadline_counts_units_that_arrive_late_and_an_unknown_arrival_is_late():
    candidates = (place("east", 0, deliver_by_day=5), place("west", 1, deliver_by_day=5, arrives_day=5))
    stock = {"east": {"MUG": 2, "LAMP": 1}, "west": {"MUG": 2}}
    choice = choose([want("MUG", 2), want("LAMP")], candidates, stock, ("deadline", "listed"), SPLIT)

    assert (Take("east", "lamp", "LAMP", 1), Take("west", "mug", "MUG", 2)) == choice.takes
    assert (1, (0, 1)) == choice.values


def test_most_stock_keeps_the_least_remaining_share_large():
    stock = {"east": {"MUG": 4}, "west": {"MUG": 10}}
    choice = choose([want("MUG", 2)], EAST_WEST, stock, ("most_stock",), SPLIT)

    assert (("west",), (-800_000,)) == (choice.locations, choice.values)


def test_most_capacity_keeps_the_least_free_capacity_large_and_no_limit_is_most():
    candidates = (place("east", 0, capacity_free=3), place("west", 1, capacity_free=8))
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}, "north": {"MUG": 1}}

    assert {"west": {"mug": 1}} == plan([want("MUG")], candidates, stock, ("most_capacity",))
    assert {"north": {"mug": 1}} == plan([want("MUG")], (*candidates, place("north", 2)), stock, ("most_capacity",))


def test_later_preferences_decide_where_earlier_ones_tie():
    candidates = (place("east", 0, distance=10), place("west", 1, distance=10, capacity_free=3))
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert {"east": {"mug": 1}} == plan([want("MUG")], candidates, stock, ("nearest", "most_capacity"))


def test_what_still_ties_goes_to_the_lowest_position_then_the_first_name():
    stock = {name: {"MUG": 1} for name in ("east", "north", "west")}

    assert {"east": {"mug": 1}} == plan([want("MUG")], (place("west", 1), place("east", 0)), stock, ("fastest",))
    assert {"north": {"mug": 1}} == plan([want("MUG")], (place("west"), place("north")), stock, ("fastest",))


def test_within_the_same_locations_earlier_lines_ship_from_earlier_ones():
    stock = {"east": {"MUG": 1, "LAMP": 1, "TEE": 1}, "west": {"MUG": 1, "LAMP": 1, "CUP": 1}}
    demands = [want("TEE"), want("CUP"), want("MUG"), want("LAMP")]

    assert {"east": {"tee": 1, "mug": 1, "lamp": 1}, "west": {"cup": 1}} == plan(demands, EAST_WEST, stock)


# kits and lines that stay together

KIT = want("KIT", 2, components=(("CUP", 1), ("LID", 2)))


def test_a_kit_needs_all_its_components_at_one_location():
    stock = {"east": {"CUP": 2, "LID": 3}, "west": {"LID": 9}}

    assert {} == plan([KIT], EAST_WEST, stock)
    assert {"east": {"kit": 2}} == plan([KIT], EAST_WEST, {"east": {"CUP": 2, "LID": 4}})


def test_kits_of_one_line_may_come_from_two_locations_where_lines_may_split():
    stock = {"east": {"CUP": 5, "LID": 3}, "west": {"CUP": 1, "LID": 9}}

    assert {"east": {"kit": 1}, "west": {"kit": 1}} == plan([KIT], EAST_WEST, stock, limits=LINES)


def test_a_kit_competes_with_lines_that_order_its_components():
    stock = {"east": {"CUP": 2, "LID": 4}, "west": {"LID": 1}}

    assert {"east": {"kit": 2}, "west": {"lid": 1}} == plan([want("LID"), KIT], EAST_WEST, stock)


def test_lines_that_stay_together_ship_whole_and_from_one_location():
    demands = [want("BASE", together="set"), want("SHADE", 2, together="set"), want("MUG")]
    stock = {"east": {"BASE": 1, "SHADE": 1, "MUG": 1}, "west": {"BASE": 1, "SHADE": 2}}

    assert {"east": {"mug": 1}, "west": {"base": 1, "shade": 2}} == plan(demands, EAST_WEST, stock)
    assert {"east": {"mug": 1}, "west": {"base": 1, "shade": 2}} == plan(demands, EAST_WEST, stock, limits=LINES)


def test_a_group_that_no_location_has_whole_stays_short_whole():
    demands = [want("BASE", together="set"), want("SHADE", together="set"), want("MUG")]
    stock = {"east": {"BASE": 1, "MUG": 1}, "west": {"SHADE": 1}}

    assert {"base": 1, "shade": 1} == choose(demands, EAST_WEST, stock, DEFAULT, LINES).short


# limits of a split

TWO_PLACES = {"east": {"MUG": 1}, "west": {"LAMP": 1}}


def test_without_split_a_plan_uses_one_location_and_an_opened_one_counts():
    opened = (place("east", 0, opened=True), place("west", 1))

    assert {"east": {"mug": 1}} == plan([want("MUG"), want("LAMP")], EAST_WEST, TWO_PLACES, limits=ONE)
    assert {"east": {"mug": 1}} == plan([want("MUG"), want("LAMP")], opened, TWO_PLACES, limits=ONE)


def test_a_plan_has_at_most_max_shipments():
    demands = [want("MUG", 2), want("LAMP", 3), want("TEE", 1)]
    stock = {"east": {"MUG": 2}, "west": {"LAMP": 3}, "north": {"TEE": 1}}
    limits = Limits(split=True, max_shipments=2)
    choice = choose(demands, at("north", "east", "west"), stock, DEFAULT, limits)

    assert (("east", "west"), {"tee": 1}) == (choice.locations, choice.short)


def test_every_part_of_a_split_is_worth_min_value():
    demands = [want("MUG", each=40), want("LAMP", each=20)]

    assert 2 == len(plan(demands, EAST_WEST, TWO_PLACES, limits=Limits(split=True, min_value_minor=20)))
    assert {"east": {"mug": 1}} == plan(demands, EAST_WEST, TWO_PLACES, limits=Limits(split=True, min_value_minor=21))


def test_lines_move_to_a_part_that_would_be_worth_too_little():
    demands = [want("MUG", each=10), want("LAMP", each=5), want("TEE", each=10)]
    stock = {"east": {"MUG": 1, "TEE": 1}, "west": {"LAMP": 1, "TEE": 1}}
    limits = Limits(split=True, min_value_minor=10)

    assert {"east": {"mug": 1}, "west": {"lamp": 1, "tee": 1}} == plan(demands, EAST_WEST, stock, limits=limits)


def test_a_single_shipment_that_covers_everything_is_no_split():
    limits = Limits(split=True, min_value_minor=1000, partial=True)

    assert {"east": {"mug": 1}} == plan([want("MUG", each=5)], EAST_WEST, {"east": {"MUG": 1}}, limits=limits)


@pytest.mark.parametrize(("mug", "lamp"), [(24, 80), (80, 24)])
def test_a_part_now_and_a_remainder_later_are_each_worth_min_value(mug, lamp):
    demands = [want("MUG", each=mug), want("LAMP", each=lamp)]
    limits = Limits(min_value_minor=25, partial=True)

    assert {} == plan(demands, EAST_WEST, {"east": {"MUG": 1}}, limits=limits)
    assert {"east": {"mug": 1}} == plan(demands, EAST_WEST, {"east": {"MUG": 1}}, limits=Limits(partial=True))


def test_the_plan_that_keeps_most_units_leaves_more_behind_where_the_remainder_would_be_too_small():
    demands = [want("MUG", each=90), want("LAMP", each=30), want("TEE", each=5)]
    stock = {"east": {"MUG": 1, "LAMP": 1}}
    choice = choose(demands, EAST_WEST, stock, DEFAULT, Limits(min_value_minor=25, partial=True))

    assert (Take("east", "mug", "MUG", 1),) == choice.takes
    assert {"lamp": 1, "tee": 1} == choice.short


def test_units_that_do_not_ship_later_need_no_value():
    limits = Limits(min_value_minor=25)

    assert {"east": {"mug": 1}} == plan([want("MUG"), want("LAMP")], EAST_WEST, {"east": {"MUG": 1}}, limits=limits)


def test_more_candidates_than_can_be_tried_are_refused():
    with pytest.raises(ValueError, match="13 candidates"):
        choose([want("MUG")], at(*"abcdefghijklm"), {}, DEFAULT, SPLIT)


def test_twelve_locations_and_ten_lines_that_need_four_of_them_are_decided_exactly():
    names = [f"l{number:02}" for number in range(12)]
    demands = [want(f"SKU{number}") for number in range(10)]
    stock = {name: {f"SKU{number}": 1 for number in range(10) if number % 4 == at % 4} for at, name in enumerate(names)}
    choice = choose(demands, at(*names, rates=((5000, 100),)), stock, ("fewest_shipments", "lowest_cost"), SPLIT)

    assert (("l00", "l01", "l02", "l03"), (4, 400), True) == (choice.locations, choice.values, choice.exact)


def test_an_order_with_a_thousand_lines_is_decided():
    demands = [want(f"SKU{number}") for number in range(1000)]
    stock = {name: {demand.sku: 1 for demand in demands[start:]} for start, name in ((1, "east"), (500, "west"))}

    assert {"sku0": 1} == choose(demands, EAST_WEST, stock, ("lowest_cost", "listed"), SPLIT).short


# runner-ups


def test_ranked_has_the_best_plan_of_every_set_of_locations_best_first():
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1, "LAMP": 1}, "north": {"TEE": 1}}
    plans = ranked([want("MUG"), want("LAMP")], at("east", "west", "north"), stock, DEFAULT, SPLIT)

    assert [("west",), ("east", "west"), ("east",)] == [choice.locations for choice in plans]
    assert [{}, {}, {"lamp": 1}] == [choice.short for choice in plans]
    assert [(1, (1,)), (2, (0, 1)), (1, (0,))] == [choice.values for choice in plans]


def test_ranked_without_any_plan_is_the_one_that_takes_nothing():
    assert [Choice((), {"mug": 1}, (0, ()))] == ranked([want("MUG")], EAST_WEST, {}, DEFAULT, SPLIT)
