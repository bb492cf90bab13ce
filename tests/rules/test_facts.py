from __future__ import annotations

import json
from typing import Any

from hypothesis import given, settings

from orderctl.core.places import Location
from orderctl.core.plans import Plan
from orderctl.core.stock import Sku
from orderctl.rules import facts
from orderctl.rules.facts import Facts, facts_from_json
from orderctl.steps.records import Records
from orderctl.store import order_documents
from tests.builders import a_line, an_order
from tests.rules import languages
from tests.rules.deciding import EAST, some_facts, some_places


def written(some: Facts) -> dict[str, Any]:
    record = Records().text(some, Plan(), order_documents.written(some.order))
    row: dict[str, Any] = json.loads(record)["facts"]
    return row


@given(languages.facts())
@settings(max_examples=100, deadline=None)
def test_facts_come_back_from_json_as_they_were(given_facts: facts.Facts):
    assert given_facts == facts_from_json(written(given_facts), languages.PLACES)


def test_every_fact_survives_the_way_through_json():
    places = some_places()
    full = some_facts(
        an_order(a_line("KIT", tax_minor=5)),
        {"east": {"MUG": 3}},
        places,
        skus={"KIT": Sku("KIT", weight_g=0, category="x", tags=("a",), hazmat=True, components={"MUG": 2})},
        unknown_skus=("GONE",),
        opened=("east",),
        excluded=("west",),
        paused=("north",),
        stale=("east",),
        capacity_used={"east": 4},
        holds={"fraud": "2026-11-19T00:00:00Z"},
        released=("payment",),
        backordered_at={"kit": "2026-11-18T00:00:00Z"},
        incoming={"MUG": ((5, "2026-12-01T00:00:00Z"), (2, ""))},
        no_customs={"kit": "HS code"},
        attempts=2,
        address="suspect",
        watch_only=True,
        derived={"first_order": True},
        extra_tags=("vip",),
    )

    assert full == facts_from_json(written(full), places)


def test_what_has_its_default_is_left_out():
    row = written(some_facts(an_order(), {}, some_places()))

    assert ["now", "open_units", "order", "skus", "stock"] == sorted(row)


def test_lines_to_route_are_ours_physical_and_open():
    order = an_order(
        a_line("MUG"),
        a_line("EBOOK", requires_shipping=False),
        a_line("FBA", fulfilled_by="channel"),
        a_line("DONE"),
    )
    units = {"mug": 1, "ebook": 1, "fba": 1, "done": 0}

    assert ["MUG"] == [
        line.sku for line in facts.lines_to_route(some_facts(order, {}, some_places(), open_units=units))
    ]


def test_a_kit_is_as_available_as_its_scarcest_part():
    known = {"KIT": Sku("KIT", components={"MUG": 2, "LAMP": 1})}
    stock = {"east": {"MUG": 5, "LAMP": 9}, "west": {"MUG": 5}}
    unlimited = Location("endless", stock="unlimited")
    about = some_facts(an_order(a_line("KIT")), stock, some_places(EAST, unlimited), skus=known)

    assert 2 == facts.available(about, "east", "KIT")
    assert 0 == facts.available(about, "west", "KIT")
    assert 0 == facts.available(about, "north", "KIT")
    assert None is facts.available(about, "endless", "KIT")


def test_a_kit_with_a_hazardous_part_is_hazardous():
    known = {"KIT": Sku("KIT", components={"ACID": 1}), "ACID": Sku("ACID", hazmat=True)}
    about = some_facts(an_order(a_line("KIT")), {}, some_places(), skus=known)

    assert ("hazmat",) == facts.line_tags(about, about.order.lines[0])
    assert facts.is_marked(about, about.order.lines[0], "hazmat")


def test_the_orders_weight_counts_before_the_skus():
    about = some_facts(an_order(a_line("A", weight_g=0), a_line("B")), {}, some_places(), skus={"B": Sku("B", 70)})

    assert [0, 70] == [facts.unit_weight_g(about, line) for line in about.order.lines]
