from __future__ import annotations

from orderctl.core.orders import Order
from orderctl.core.plans import Plan
from orderctl.core.skus import as_sold
from orderctl.core.stock import Sku
from orderctl.rules import engine, kits
from orderctl.rules.facts import Facts
from tests.builders import a_line, an_order
from tests.rules.deciding import ANYWHERE, Stock, decided, ready, shipped, some_facts, some_places

PARTS = {"CUP": 2, "SAUCER": 1}
SET = Sku("SET", weight_g=500, assembled_from=PARTS)
SKUS = {"SET": SET, "CUP": Sku("CUP"), "SAUCER": Sku("SAUCER"), "MUG": Sku("MUG", weight_g=300)}
BACKORDER = ANYWHERE + 'then.if_short = "backorder"\n'


def decide(stock: Stock, order: Order, rules: str = BACKORDER) -> tuple[Facts, Plan]:
    places = some_places()
    facts = some_facts(order, stock, places, skus=SKUS)
    compiled = ready(rules, places)
    found, plan = kits.decide(facts, compiled)
    assert plan == engine.decide(found, compiled), "the facts say which of the two plans it was"
    return found, plan


def reserved(plan: Plan) -> dict[str, int]:
    return {line.sku: line.quantity for shipment in plan.shipments for line in shipment.promised}


def test_a_kit_kept_assembled_ships_as_it_lies_there():
    _, plan = decide({"east": {"SET": 2, "CUP": 9, "SAUCER": 9}}, an_order(a_line("SET", 2)))

    assert {"SET": 2} == reserved(plan)


def test_it_is_taken_from_its_parts_where_too_few_are_assembled():
    _, plan = decide({"east": {"SET": 1}, "west": {"CUP": 4, "SAUCER": 2}}, an_order(a_line("SET", 2)))

    assert {"west": {"SET": 2}} == shipped(plan)
    assert {"CUP": 4, "SAUCER": 2} == reserved(plan)


def test_parts_that_do_not_ship_more_are_left_alone():
    facts, plan = decide({"east": {"SET": 1, "CUP": 2, "SAUCER": 1}}, an_order(a_line("SET", 2)))

    assert PARTS == facts.skus["SET"].assembled_from
    assert [2] == [wait.quantity for wait in plan.backorders]


def test_other_lines_do_not_change_by_it():
    order = an_order(a_line("MUG", 1), a_line("SET", 1))
    _, plan = decide({"east": {"MUG": 1, "CUP": 2, "SAUCER": 1}}, order)

    assert {"east": {"MUG": 1, "SET": 1}} == shipped(plan)
    assert {"MUG": 1, "CUP": 2, "SAUCER": 1} == reserved(plan)


def test_an_order_without_such_a_kit_is_decided_once():
    facts, _ = decide({}, an_order(a_line("MUG", 1)))

    assert facts.skus is SKUS


def test_rules_see_our_name_of_what_a_channel_calls_otherwise():
    rules = '[[location]]\nname = "shirts"\nwhen.line.sku = "TEE*"\nthen.ship_from = ["east"]\n'
    sold = as_sold(Sku("TEE", weight_g=200), 6)
    order = an_order(a_line("B00PACK", 2))
    plan = decided(rules, order, {"east": {"TEE": 13}}, skus={"B00PACK": sold, "TEE": Sku("TEE")})

    assert {"east": {"B00PACK": 2}} == shipped(plan)
    assert {"TEE": 12} == reserved(plan)


def test_a_pack_of_one_sku_is_no_kit_to_rules():
    rules = '[[location]]\nname = "kits"\nwhen.line.kit = true\nthen.ship_from = ["east"]\n'
    order = an_order(a_line("X", 1))

    pack, kit = as_sold(Sku("TEE"), 6), as_sold(Sku("SET", components=PARTS), 1)
    stock = {"east": {"TEE": 9, "CUP": 9, "SAUCER": 9}}
    assert {} == shipped(decided(rules, order, stock, skus={"X": pack}))
    assert {"east": {"X": 1}} == shipped(decided(rules, order, stock, skus={"X": kit}))


def test_half_a_pack_is_no_stock():
    sold = as_sold(Sku("TEE", weight_g=200), 6)
    plan = decided(BACKORDER, an_order(a_line("X", 2)), {"east": {"TEE": 11}}, skus={"X": sold})

    assert [2] == [wait.quantity for wait in plan.backorders]
