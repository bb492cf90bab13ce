from __future__ import annotations

import tomllib
from typing import Any

import pytest
from hypothesis import given, settings

from orderctl.core.orders import Address, Customer
from orderctl.core.places import ChannelFacts, Location
from orderctl.core.stock import Sku
from orderctl.rules import fields, interpret, values
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.known import Known, Refused, Setup
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules import languages
from tests.rules.deciding import EAST, WEST, some_facts, some_places

SHIPMENT = ShipmentFacts("east", weight_g=450, value_minor=25000, units=3, tags=("hazmat",), international=True)
ZONE = interpret.zone_of("America/New_York")
#: Every name that an example in the reference mentions.
MENTIONED = Known(
    "USD",
    locations=("store-nyc", "reno", "newark"),
    channels={"shopify-main": "shopify", "amazon-us": "amazon", "ebay": "ebay"},
)


def value(name: str, facts: Facts) -> Any:
    """The field's value for the first line and a shipment."""
    line = facts.order.lines[0] if facts.order.lines else None
    return fields.read(fields.find(name), name, facts, line, SHIPMENT, ZONE)


def facts(*lines: Any, **changes: Any) -> Facts:
    return some_facts(an_order(*lines, **changes), {}, some_places())


@pytest.mark.parametrize("name", fields.FIELDS)
def test_every_field_says_what_it_is_and_its_example_loads(name: str):
    field = fields.FIELDS[name]
    raw = tomllib.loads(f"value = {field.example}")["value"]

    assert field.doc.endswith(".")
    assert isinstance(values.parse(field.kind, raw, Setup(MENTIONED, "USD")), values.Test)


@given(languages.facts())
@settings(max_examples=150, deadline=None)
def test_only_fields_that_say_so_are_ever_missing(given_facts: Facts):
    for name, field in fields.FIELDS.items():
        if field.scope == "line" and not given_facts.order.lines:
            continue
        found = value(name, given_facts)

        assert field.missing or found is not None, name
        if found is not None and not field.kind.many:
            assert field.kind.key(found) is not None
            assert field.kind.show(found, given_facts.order.currency)


@pytest.mark.parametrize(
    ("name", "changes", "expected"),
    [
        ("total", {"total_minor": 1990}, 1990),
        ("payment", {"payment": ""}, None),
        ("line_count", {"lines": (a_line("A"), a_line("B", 3))}, 2),
        ("unit_count", {"lines": (a_line("A"), a_line("B", 3))}, 4),
        ("first_order", {"customer": Customer()}, None),
        ("first_order", {"customer": Customer(orders=0)}, True),
        ("first_order", {"customer": Customer(orders=2)}, False),
        ("customer.spent", {"customer": Customer(spent_minor=5)}, 5),
        ("age", {"placed_at": "2026-11-20T14:30:00Z"}, 1800),
        ("ship_by", {"ship_by": "2026-11-20T14:00:00Z"}, -3600),
        ("deliver_by", {}, None),
        ("placed.weekday", {"placed_at": "2026-11-22T03:00:00Z"}, "sat"),
        ("placed.time", {"placed_at": "2026-11-22T03:05:59Z"}, 22 * 60 + 5),
        ("now.weekday", {}, "fri"),
        ("now.time", {}, 600),
        ("attributes.gift", {"attributes": {"gift": "yes"}}, "yes"),
        ("attributes.gift", {}, None),
        ("attributes.a.b", {"attributes": {"a.b": "x"}}, "x"),
        ("ship_to.country", {"ship_to": None}, None),
        ("ship_to.region", {"ship_to": Address(country="DE")}, None),
        ("ship_to.kind", {"ship_to": Address(line1="PO Box 1", country="US")}, "po_box"),
        ("ship_to.kind", {"ship_to": None}, None),
        ("billing_matches_shipping", {}, None),
        ("billing_matches_shipping", {"bill_to": NEW_YORK}, True),
        ("billing_matches_shipping", {"bill_to": Address(line1="2 Side St", country="US")}, False),
        ("shipping_paid", {"shipping_minor": 499}, 499),
        ("channel_type", {}, None),
        ("has", {"note": "x", "customer": Customer(email="a@b.c")}, ("note", "email")),
        ("lacks", {"note": "x", "po_number": "1"}, ("gift_message", "phone", "weight", "email")),
    ],
)
def test_an_order_is_read_as_it_is(name: str, changes: dict[str, Any], expected: Any):
    unweighed = some_facts(an_order(**{"customer": Customer()} | changes), {}, some_places(), skus={})

    assert expected == value(name, unweighed)


def test_a_channel_has_the_type_it_is_configured_with():
    places = some_places(channels={"web": ChannelFacts("web", "shopify", "WEB")})

    assert "shopify" == value("channel_type", some_facts(an_order(), {}, places))


def test_tags_of_rules_are_tags_of_the_order():
    tagged = some_facts(an_order(tags=("a",)), {}, some_places(), extra_tags=("b",))

    assert ("a", "b") == value("tags", tagged)


def test_a_line_is_read_with_what_is_known_of_its_sku():
    known = {
        "MUG": Sku("MUG", weight_g=300, category="Kitchen", supplier="acme", tags=("glass",), oversize=True),
        "KIT": Sku("KIT", components={"MUG": 2}),
    }
    line = a_line("MUG", 4, amount_minor=4000, discount_minor=1000, tags=("new",))
    mug = some_facts(an_order(line), {}, some_places(), skus=known)
    kit = some_facts(an_order(a_line("KIT")), {}, some_places(), skus=known)

    assert ("new", "glass", "oversize") == value("line.tags", mug)
    assert [300, 1000, 3000, 4] == [value(f"line.{name}", mug) for name in ("weight", "price", "value", "quantity")]
    assert ["Kitchen", "acme", True] == [value(f"line.{name}", mug) for name in ("category", "supplier", "oversize")]
    assert [False, True] == [value("line.kit", mug), value("line.kit", kit)]
    assert None is value("line.weight", kit)


@pytest.mark.parametrize(
    ("stock", "expected"),
    [
        ({}, ("nowhere",)),
        ({"east": {"MUG": 1}}, ()),
        ({"east": {"MUG": 1}, "west": {"MUG": 1}}, ("anywhere",)),
        ({"west": {"MUG": 2}}, ("anywhere", "one_location")),
        ({"north": {"MUG": 9}}, ("nowhere",)),
    ],
)
def test_a_line_is_in_stock_where_its_open_units_are(stock: dict[str, dict[str, int]], expected: tuple[str, ...]):
    about = some_facts(an_order(a_line("MUG", 2)), stock, some_places(), paused=("north",))

    assert expected == value("line.stock", about)


def test_a_location_without_limit_has_everything():
    places = some_places(EAST, WEST, Location("acme", stock="unlimited"))

    assert ("anywhere", "one_location") == value("line.stock", some_facts(an_order(), {}, places))


def test_a_fact_that_a_test_sets_wins_over_the_computed_one():
    about = some_facts(an_order(bill_to=NEW_YORK), {}, some_places(), derived={"billing_matches_shipping": False})

    assert False is value("billing_matches_shipping", about)
    assert "billing_matches_shipping" in fields.DERIVED


def test_fields_of_lines_can_be_asked_of_all_or_none_of_them():
    assert fields.find("line.sku") is fields.find("all_lines.sku") is fields.find("no_line.sku")
    assert "no_line" == fields.quantifier_of("no_line.sku")


@pytest.mark.parametrize(
    ("name", "stage", "code", "hint"),
    [
        ("ship_to.contry", "hold", "E111", "did you mean 'ship_to.country'?"),
        ("line.skus", "hold", "E111", "did you mean 'line.sku'?"),
        ("shipment.weight", "location", "E131", ""),
        ("ship_to.zone", "hold", "E137", "zones are known per location only"),
    ],
)
def test_a_field_that_is_not_there_is_refused_with_a_hint(name: str, stage: str, code: str, hint: str):
    with pytest.raises(Refused) as refused:
        fields.for_stage(name, stage)

    assert (code, hint) == (refused.value.code, refused.value.hint)


def test_past_the_hold_stage_every_order_has_a_country():
    assert fields.may_be_missing("ship_to.country", "hold")
    assert not fields.may_be_missing("ship_to.country", "location")
    assert fields.may_be_missing("ship_to.region", "location")
