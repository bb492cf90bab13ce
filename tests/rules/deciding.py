"""An order decided by a few lines of rules: builders for tests of the engine, and short views of a plan."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orderctl.core.orders import Order
from orderctl.core.places import Location, Places, Rate, Service
from orderctl.core.plans import Plan
from orderctl.core.stock import Sku
from orderctl.rules import engine
from orderctl.rules.facts import Facts
from orderctl.rules.known import Known
from orderctl.rules.load import load
from tests.builders import NOW, a_line, an_order

Stock = Mapping[str, Mapping[str, int]]

EAST = Location("east", country="US", region="NJ", pick_cost_minor=100)
WEST = Location("west", country="US", region="NV", pick_cost_minor=100)
NORTH = Location("north", country="US", region="IL", pick_cost_minor=100)
GROUND = Service("ups", "ground", days_min=1, days_max=5, rates=(Rate(1000, 500), Rate(20000, 900)))
AIR = Service("ups", "air", days_min=1, days_max=1, rates=(Rate(20000, 2500),))

#: Any of three locations ships.
ANYWHERE = """
[[location]]
name = "anywhere"
then.ship_from = ["east", "west", "north"]
"""
SPLIT = ANYWHERE + "then.split.allow = true\n"
TWO = an_order(a_line("MUG", 2), a_line("LAMP"))


def ship_from(*names: str, more: str = "") -> str:
    """One rule that ships from `names`; `more` are further actions."""
    listed = ", ".join(f'"{name}"' for name in names)
    return f'[[location]]\nname = "rule"\nthen.ship_from = [{listed}]\n{more}\n'


def some_places(*locations: Location, **changes: Any) -> Places:
    """The given locations, or east, west and north; a slow and a fast service."""
    fields: dict[str, Any] = {
        "currency": "USD",
        "locations": {location.name: location for location in locations or (EAST, WEST, NORTH)},
        "services": {service.id: service for service in (GROUND, AIR)},
        "packages": ("box",),
        "notify": ("ops",),
    }
    return Places(**(fields | changes))


def ready(rules: str, places: Places) -> engine.Compiled:
    """The rules in `rules`, in US dollars, ready for `places`."""
    text = f'version = 1\ncurrency = "USD"\n{rules}'
    return engine.prepare(load(text, "rules.toml", Known.from_places(places)), places)


def some_facts(order: Order, stock: Stock, places: Places, **changes: Any) -> Facts:
    """All units of `order` open, its SKUs known at 200 g each, at the builders' moment."""
    fields: dict[str, Any] = {
        "order": order,
        "now": NOW,
        "places": places,
        "stock": stock,
        "open_units": {line.id: line.quantity for line in order.lines},
        "skus": {line.sku: Sku(line.sku, weight_g=200) for line in order.lines},
    }
    return Facts(**(fields | changes))


def decided(rules: str, order: Order, stock: Stock, places: Places | None = None, **changes: Any) -> Plan:
    """The plan for `order` with `stock` (location -> SKU -> units); `changes` are other facts."""
    places = places or some_places()
    return engine.decide(some_facts(order, stock, places, **changes), ready(rules, places))


def shipped(plan: Plan) -> dict[str, dict[str, int]]:
    """Location -> SKU -> units, in the order of the shipments."""
    found: dict[str, dict[str, int]] = {}
    for shipment in plan.shipments:
        here = found.setdefault(shipment.location, {})
        for line in shipment.lines:
            here[line.sku] = here.get(line.sku, 0) + line.quantity
    return found


def reserved(plan: Plan) -> dict[str, dict[str, int]]:
    """Location -> SKU -> units taken from stock."""
    found: dict[str, dict[str, int]] = {}
    for shipment in plan.shipments:
        here = found.setdefault(shipment.location, {})
        for line in shipment.promised:
            here[line.sku] = here.get(line.sku, 0) + line.quantity
    return found


def waiting(plan: Plan) -> dict[str, int]:
    """SKU -> units backordered."""
    return {backorder.sku: backorder.quantity for backorder in plan.backorders}


def cancelled(plan: Plan) -> dict[str, int]:
    """SKU -> units cancelled."""
    return {line.sku: line.quantity for line in plan.cancelled}


def reasons(plan: Plan) -> list[str]:
    """Why the order is held."""
    return [hold.reason for hold in plan.holds]


def codes(plan: Plan) -> list[str]:
    """The codes of the plan's problems."""
    return [problem.code for problem in plan.problems]


def at(location: Location, **changes: Any) -> Location:
    """`location` with some things different."""
    return replace(location, **changes)
