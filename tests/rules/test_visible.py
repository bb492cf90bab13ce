from __future__ import annotations

from orderctl.core.stock import Sku
from tests.builders import a_line, an_order
from tests.rules.deciding import (
    ANYWHERE,
    EAST,
    NORTH,
    SPLIT,
    TWO,
    WEST,
    at,
    decided,
    reserved,
    shipped,
    some_places,
)


def test_keep_stock_stays_at_the_location():
    rules = ANYWHERE + "then.keep_stock = 2"

    assert ["west"] == list(shipped(decided(rules, an_order(), {"east": {"MUG": 2}, "west": {"MUG": 3}})))


def test_a_kit_is_as_available_as_its_scarcest_component_and_reserves_its_components():
    skus = {"SET": Sku("SET", weight_g=500, components={"MUG": 2, "BOX": 1}), "LAMP": Sku("LAMP", weight_g=1)}
    order = an_order(a_line("SET", 2), a_line("LAMP"))
    stock = {"east": {"MUG": 3, "BOX": 9, "SET": 9, "LAMP": 1}, "west": {"MUG": 4, "BOX": 2, "LAMP": 1}}

    plan = decided(ANYWHERE, order, stock, skus=skus)

    assert {"west": {"SET": 2, "LAMP": 1}} == shipped(plan)
    assert {"west": {"BOX": 2, "MUG": 4, "LAMP": 1}} == reserved(plan)


def test_a_kit_and_its_component_in_one_order_never_take_the_same_unit():
    skus = {"SET": Sku("SET", weight_g=1, components={"MUG": 2}), "MUG": Sku("MUG", weight_g=1)}
    order = an_order(a_line("SET"), a_line("MUG", 2))

    plan = decided(SPLIT, order, {"east": {"MUG": 3}, "west": {"MUG": 2}}, skus=skus)

    assert {"east": 2, "west": 2} == {name: sum(units.values()) for name, units in reserved(plan).items()}


def test_an_unlimited_location_has_all():
    places = some_places(at(EAST, stock="unlimited"), WEST, NORTH)

    assert {"east": {"MUG": 2, "LAMP": 1}} == shipped(decided(ANYWHERE, TWO, {}, places))


def test_what_an_unlimited_location_may_not_ship_leaves_the_rest_unlimited():
    """Ten mugs would otherwise count as the last ten that the supplier has."""
    skus = {"ACID": Sku("ACID", weight_g=1, hazmat=True), "MUG": Sku("MUG", weight_g=1)}
    places = some_places(at(EAST, stock="unlimited"), WEST, NORTH)
    rules = (
        SPLIT + 'then.prefer = ["most_stock"]\nthen.if_short = "backorder"\nthen.backorder.ship_available_now = true'
    )
    order = an_order(a_line("MUG", 10), a_line("ACID"))

    plan = decided(rules, order, {"west": {"MUG": 20}}, places, skus=skus)

    assert {"east": {"MUG": 10}} == shipped(plan)
