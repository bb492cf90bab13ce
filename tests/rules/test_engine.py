from __future__ import annotations

import dataclasses
import json
from collections.abc import Mapping
from random import Random
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.places import Service
from orderctl.core.plans import Plan, PlannedLine
from orderctl.core.stock import Sku
from orderctl.rules import engine
from orderctl.rules.facts import Facts
from tests.builders import a_line, an_order
from tests.rules.deciding import AIR, EAST, GROUND, NORTH, WEST, Stock, at, ready, reserved, some_facts, some_places

PLACES = some_places(
    dataclasses.replace(EAST, capacity=5, zones={"US": 3}),
    at(WEST, accepts=("po_box", "international", "hazmat"), cutoffs={"fri": "09:00"}),
    dataclasses.replace(NORTH, unit_cost_minor=20, zones={"US": 1}),
    split_cost_minor=50,
)
SKUS = {
    "A": Sku("A", weight_g=100),
    "B": Sku("B", weight_g=900, tags=("set",)),
    "C": Sku("C", weight_g=50, hazmat=True),
    "KIT": Sku("KIT", components={"A": 2, "B": 1}),
}
TAIL = """
[[service]]
name = "cheap"
then.cheapest_of = ["ups:ground", "ups:air"]

[[enhance]]
name = "insert"
then.add_item = { sku = "A", quantity = 1 }
then.insure = "shipment.value"
"""

actions = st.fixed_dictionaries(
    {
        "prefer": st.lists(
            st.sampled_from(["fewest_shipments", "listed", "nearest", "lowest_cost", "fastest", "most_stock"]),
            min_size=1,
            max_size=3,
            unique=True,
        ),
        "split.allow": st.booleans(),
        "split.lines": st.booleans(),
        "split.max_shipments": st.integers(1, 3),
        "split.min_value": st.integers(0, 30),
        "if_short": st.sampled_from(["next_rule", "backorder", "exception", "cancel", "hold:stock"]),
        "if_full": st.sampled_from(["next_location", "exceed", "wait:1d"]),
        "backorder.ship_available_now": st.booleans(),
        "keep_stock": st.integers(0, 2),
        "failover_to": st.sampled_from([[], ["north"]]),
        "keep_together": st.sampled_from([[], ["set"]]),
    }
)
lines = st.lists(st.tuples(st.sampled_from(list(SKUS)), st.integers(1, 3)), min_size=1, max_size=4)
stocks = st.dictionaries(
    st.sampled_from(["east", "west", "north"]),
    st.dictionaries(st.sampled_from(["A", "B", "C"]), st.integers(1, 5), max_size=3),
)


def written(first: dict[str, Any], second: dict[str, Any]) -> str:
    """Two location rules with these actions, a service rule and an enhance rule."""
    text = ""
    for name, when, then in (("odd", '["A", "C", "KIT"]', first), ("rest", '"*"', second)):
        text += f'[[location]]\nname = "{name}"\nwhen.line.sku = {when}\nthen.ship_from = ["east", "west"]\n'
        text += "".join(f"then.{key} = {json.dumps(value)}\n" for key, value in then.items() if value != [])
    return text + TAIL


def facts_for(bought: list[tuple[str, int]], stock: Stock, **changes: Any) -> Facts:
    order = an_order(*(a_line(sku, units, id=str(at)) for at, (sku, units) in enumerate(bought)))
    return some_facts(order, stock, PLACES, skus=SKUS, **changes)


@settings(max_examples=300, deadline=None)
@given(actions, actions, lines, stocks, st.integers(3, 5))
def test_a_plan_keeps_its_promises(first, second, bought, stock, used):
    facts = facts_for(bought, stock, capacity_used={"east": used})

    plan = engine.decide(facts, ready(written(first, second), PLACES))

    nothing_is_sold_twice(plan, stock)
    every_unit_is_somewhere(plan, facts)
    splits_stay_within_their_limits(plan, {"odd": first, "rest": second})
    assert engine.plan_from_json(json.loads(engine.plan_text(plan))) == plan


def nothing_is_sold_twice(plan: Plan, stock: Stock) -> None:
    for location, units in reserved(plan).items():
        for sku, taken in units.items():
            assert taken <= stock.get(location, {}).get(sku, 0)


def every_unit_is_somewhere(plan: Plan, facts: Facts) -> None:
    if plan.holds:
        assert ((), (), ()) == (plan.shipments, plan.backorders, plan.cancelled)
        return
    found = dict.fromkeys(facts.open_units, 0)
    parts = [line for shipment in plan.shipments for line in shipment.lines]
    parts += [PlannedLine(wait.line_id, wait.sku, wait.quantity) for wait in plan.backorders]
    for part in (*parts, *plan.cancelled):
        assert part.quantity > 0
        found[part.line_id] += part.quantity
    assert facts.open_units == found


def splits_stay_within_their_limits(plan: Plan, rules: Mapping[str, dict[str, Any]]) -> None:
    for name, then in rules.items():
        mine = [shipment for shipment in plan.shipments if f"location/{name}" in shipment.rules]
        alone = [shipment for shipment in mine if len([rule for rule in shipment.rules if "location/" in rule]) == 1]
        assert len(alone) <= (then["split.max_shipments"] if then["split.allow"] else 1)


@settings(max_examples=60, deadline=None)
@given(actions, actions, lines, stocks, st.randoms(use_true_random=False))
def test_the_same_facts_in_another_order_give_the_same_plan_byte_for_byte(first, second, bought, stock, random):
    rules = written(first, second)
    facts = facts_for(bought, stock, backordered_at={"0": "2026-11-19T00:00:00Z", "1": "2026-11-18T00:00:00Z"})
    shuffled = dataclasses.replace(
        facts,
        stock=mixed({name: mixed(units, random) for name, units in stock.items()}, random),
        open_units=mixed(facts.open_units, random),
        skus=mixed(
            {name: dataclasses.replace(sku, components=mixed(sku.components, random)) for name, sku in SKUS.items()},
            random,
        ),
        backordered_at=mixed(facts.backordered_at, random),
    )
    compiled = ready(rules, PLACES)

    text = engine.plan_text(engine.decide(facts, compiled))

    assert text == engine.plan_text(engine.decide(shuffled, compiled))
    assert text == engine.plan_text(engine.decide(facts, ready(rules, PLACES)))


def mixed(table: Mapping[str, Any], random: Random) -> dict[str, Any]:
    """The same table in another order."""
    names = list(table)
    random.shuffle(names)
    return {name: table[name] for name in names}


def test_the_skus_that_rules_may_add_are_known_beforehand():
    assert ("A",) == ready(written({}, {}), PLACES).added_skus


def test_what_was_remembered_of_one_order_does_not_change_the_next():
    rules = '[[location]]\nname = "all"\nthen.ship_from = ["east", "west"]\nthen.prefer = ["fastest"]\n'
    places = some_places(at(EAST, cutoffs={"fri": "15:15"}), WEST, services={s.id: s for s in (GROUND, AIR)})
    compiled = ready(rules, places)
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}
    order = an_order()

    early = engine.decide(some_facts(order, stock, places), compiled)
    late = engine.decide(some_facts(order, stock, places, now="2026-11-20T15:30:00Z"), compiled)

    assert ["east", "west"] == [plan.shipments[0].location for plan in (early, late)]


def test_a_service_that_stops_at_po_boxes_makes_the_words_of_the_address_matter():
    places = some_places(services={"usps:x": Service("usps", "x", po_box=False)})

    assert [False, True] == [
        ready(written({}, {}).replace(TAIL, ""), some_places()).by_kind,
        ready(written({}, {}).replace(TAIL, ""), places).by_kind,
    ]
