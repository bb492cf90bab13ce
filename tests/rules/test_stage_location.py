from __future__ import annotations

from tests.builders import NOW, a_line, an_order
from tests.rules.deciding import (
    ANYWHERE,
    TWO,
    decided,
    shipped,
)


def test_only_the_merchants_physical_lines_ship():
    order = an_order(
        a_line("MUG"),
        a_line("EBOOK", requires_shipping=False),
        a_line("FBA", fulfilled_by="channel"),
        a_line("LAMP", 0),
    )

    plan = decided(ANYWHERE, order, {"east": {"MUG": 9, "EBOOK": 9, "FBA": 9, "LAMP": 9}})

    assert {"east": {"MUG": 1}} == shipped(plan)


def test_each_line_takes_the_first_rule_that_matches_it():
    rules = """
[[location]]
name = "custom"
when.line.sku = "RING"
then.ship_from = ["west"]

[[location]]
name = "rest"
then.ship_from = ["east"]
"""
    plan = decided(rules, an_order(a_line("MUG"), a_line("RING")), {"east": {"MUG": 1, "RING": 1}, "west": {"RING": 1}})

    assert {"west": {"RING": 1}, "east": {"MUG": 1}} == shipped(plan)
    assert ("location/custom", "location/rest") == plan.rules
    assert [("location/custom",), ("location/rest",)] == [shipment.rules for shipment in plan.shipments]


def test_stock_taken_by_an_earlier_group_is_gone_for_a_later_one():
    rules = """
[[location]]
name = "first"
when.line.title = "a"
then.ship_from = ["east"]

[[location]]
name = "second"
then.ship_from = ["east"]
"""
    order = an_order(a_line("MUG", id="2", title="b"), a_line("MUG", id="1", title="a"))

    plan = decided(rules, order, {"east": {"MUG": 1}})

    assert ["1"] == [line.line_id for line in plan.shipments[0].lines]
    assert ["2"] == [backorder.line_id for backorder in plan.backorders]


def test_parts_at_one_location_are_one_shipment_whatever_rules_they_came_from():
    rules = """
[[location]]
name = "lamps"
when.line.sku = "LAMP"
then.ship_from = ["east"]

[[location]]
name = "rest"
then.ship_from = ["west", "east"]
"""
    plan = decided(rules, TWO, {"east": {"LAMP": 1, "MUG": 2}, "west": {"MUG": 2}})

    assert {"east": {"MUG": 2, "LAMP": 1}} == shipped(plan)
    assert ("location/lamps", "location/rest") == plan.shipments[0].rules


def test_a_location_already_open_for_the_order_costs_no_further_shipment():
    plan = decided(ANYWHERE, an_order(), {"east": {"MUG": 1}, "north": {"MUG": 1}}, opened=("north",))

    assert {"north": {"MUG": 1}} == shipped(plan)


def test_the_same_sku_on_two_lines_is_kept_apart():
    plan = decided(ANYWHERE, an_order(a_line("MUG", id="1"), a_line("MUG", 2, id="2")), {"east": {"MUG": 3}})

    assert [("1", 1), ("2", 2)] == [(line.line_id, line.quantity) for line in plan.shipments[0].lines]


def test_a_backordered_line_is_routed_again_with_what_is_open():
    plan = decided(ANYWHERE, TWO, {"east": {"MUG": 9, "LAMP": 9}}, open_units={"mug": 1}, backordered_at={"mug": NOW})

    assert {"east": {"MUG": 1}} == shipped(plan)
