from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from typing import Any

from orderctl.core.stock import Sku
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules.deciding import ANYWHERE, EAST, SPLIT, WEST, at, decided, reserved, shipped, some_places

STOCK = {"east": {"MUG": 9, "INSERT": 2}, "west": {"LAMP": 9}}


def enhance(*thens: str, when: str = "") -> str:
    """One enhance rule per argument, called one, two, three."""
    names = ("one", "two", "three")
    return "".join(f'[[enhance]]\nname = "{name}"\n{when}\n{then}\n' for name, then in zip(names, thens, strict=False))


def enhanced(*thens: str, when: str = "", **changes: Any) -> Mapping[str, object]:
    """The options of the one shipment of a mug."""
    (shipment,) = decided(ANYWHERE + enhance(*thens, when=when), an_order(**changes), STOCK).shipments
    return shipment.options


def test_every_matching_rule_applies_to_a_shipment_and_lists_are_united():
    rules = ANYWHERE + enhance(
        'then.documents = ["packing_slip"]\nthen.add_tags = ["a", "b"]',
        'then.documents = ["commercial_invoice", "packing_slip"]\nthen.add_tags = ["b", "c"]',
    )

    plan = decided(rules, an_order(), STOCK)
    (shipment,) = plan.shipments

    assert ("packing_slip", "commercial_invoice") == shipment.options["documents"]
    assert (("a", "b", "c"), ("a", "b", "c")) == (shipment.tags, plan.tags)
    assert ("location/anywhere", "enhance/one", "enhance/two") == plan.rules == shipment.rules


def test_of_a_single_value_the_first_rules_stands():
    plan = decided(
        ANYWHERE
        + enhance('then.insure = 5\nthen.assign = "sam"\nthen.pack_note = "first"', 'then.insure = "shipment.value"'),
        an_order(),
        STOCK,
    )

    assert {"insure_minor": 500, "pack_note": "first"} == plan.shipments[0].options
    assert "sam" == plan.assigned


def test_insurance_for_the_value_is_what_the_customer_paid_for_the_units():
    assert {"insure_minor": 1000} == enhanced('then.insure = "shipment.value"')


def test_an_insured_amount_is_converted_to_the_orders_currency():
    rules = ANYWHERE + enhance("then.insure = 13")

    plan = decided(rules, an_order(currency="AUD"), STOCK, some_places(rates={"AUD": "0.65"}))

    assert {"insure_minor": 2000} == plan.shipments[0].options


def test_signature_and_priority_take_the_stronger():
    thens = ('then.signature = "direct"\nthen.priority = "high"', 'then.signature = "adult"\nthen.priority = "low"')

    plan = decided(ANYWHERE + enhance(*thens), an_order(), STOCK)

    assert ("adult", "high", "high") == (
        plan.shipments[0].options["signature"],
        plan.shipments[0].priority,
        plan.priority,
    )


def test_a_rule_lowers_a_normal_order_but_not_an_urgent_one():
    for stated, wanted in (("normal", "low"), ("urgent", "urgent")):
        plan = decided(ANYWHERE + enhance('then.priority = "low"'), an_order(priority=stated), STOCK)
        assert wanted == plan.shipments[0].priority


def test_an_order_keeps_its_own_priority_without_a_rule():
    plan = decided(ANYWHERE, an_order(priority="high"), STOCK)

    assert ("high", "") == (plan.shipments[0].priority, plan.priority)


def test_a_text_is_filled_in_from_the_order_and_waits_for_what_only_a_batch_knows():
    note = "Gift for {ship_to.name}: {gift_message} ({shipment.reference}, {total}, {line_count} lines, {po_number})"

    options = enhanced(f'then.pack_note = "{note}"', gift_message="Hi {you}!")

    assert "Gift for Ana Diaz: Hi {{you}}! ({shipment.reference}, 10.00, 1 lines, )" == options["pack_note"]


def test_a_note_goes_to_the_shipment_and_to_the_order():
    plan = decided(ANYWHERE + enhance('then.note = "Order {number}"', when='when.has = "email"'), an_order(), STOCK)

    assert ("Order 1042", ("Order 1042",)) == (plan.shipments[0].options["note"], plan.notes)


def test_prices_are_hidden_where_a_rule_says_so():
    assert {"hide_prices": True} == enhanced("then.hide_prices = true")


ITEM = enhance('then.add_item = { sku = "INSERT", quantity = 1 }')
BOTH = an_order(a_line("MUG"), a_line("LAMP"))


def test_an_added_item_goes_once_into_the_first_shipment_and_is_reserved_there():
    plan = decided(SPLIT + ITEM + ITEM.replace("one", "two"), BOTH, STOCK)

    assert [{"add_items": {"INSERT": 1}}, {}] == [shipment.options for shipment in plan.shipments]
    assert {"east": {"MUG": 1, "INSERT": 1}, "west": {"LAMP": 1}} == reserved(plan)
    assert {"east": {"MUG": 1}, "west": {"LAMP": 1}} == shipped(plan)


def test_an_added_item_that_is_not_there_is_left_out_with_an_event_and_changes_no_choice():
    plan = decided(SPLIT + ITEM, BOTH, {"east": {"MUG": 9}, "west": {"LAMP": 9, "INSERT": 9}})

    assert {"east": {"MUG": 1}, "west": {"LAMP": 1}} == reserved(plan)
    assert ("INSERT was left out: east does not have 1",) == plan.events


def test_an_added_item_never_takes_the_unit_the_customer_bought():
    item = ITEM.replace("INSERT", "MUG")

    assert {"east": {"MUG": 1}} == reserved(decided(ANYWHERE + item, an_order(), {"east": {"MUG": 1}}))
    assert {"east": {"MUG": 2}} == reserved(decided(ANYWHERE + item, an_order(), {"east": {"MUG": 2}}))


def test_an_order_that_has_a_shipment_already_gets_no_second_item():
    plan = decided(ANYWHERE + ITEM, an_order(), STOCK, opened=("east",))

    assert {"east": {"MUG": 1}} == reserved(plan)


def test_an_unlimited_location_always_has_the_item_and_a_kit_item_reserves_its_parts():
    places = some_places(at(EAST, stock="unlimited"), WEST, at(EAST, name="north"))
    skus = {"INSERT": Sku("INSERT", components={"CARD": 1, "PEN": 2})}

    plan = decided(ANYWHERE + ITEM, an_order(), {}, places, skus=skus)

    assert {"east": {"MUG": 1, "CARD": 1, "PEN": 2}} == reserved(plan)


def test_conditions_look_at_the_shipment_not_at_the_order():
    rules = SPLIT + enhance('then.signature = "direct"', when='when.shipment.location = "west"')

    plan = decided(rules, BOTH, STOCK)

    assert [{}, {"signature": "direct"}] == [shipment.options for shipment in plan.shipments]


def test_a_shipment_carries_the_tags_of_its_lines():
    plan = decided(ANYWHERE, an_order(a_line("MUG", tags=("fragile",)), ship_to=dataclasses.replace(NEW_YORK)), STOCK)

    assert (("fragile",), ()) == (plan.shipments[0].tags, plan.tags)


def test_an_enhance_rule_that_only_observes_changes_nothing():
    rules = ANYWHERE + enhance('mode = "observe"\nthen.signature = "direct"')

    plan = decided(rules, an_order(), STOCK)

    assert ({}, ("enhance/one",)) == (plan.shipments[0].options, plan.observed)
