"""What a plan comes to, in words, and in what two plans differ."""

from __future__ import annotations

from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment
from orderctl.rules.outcomes import Coins, Difference, cost_minor, differences, sentence

COINS = Coins("USD", "EUR")


def ships(location: str = "east", *lines: str, **changes: object) -> PlannedShipment:
    planned = tuple(PlannedLine(sku.lower(), sku, 1) for sku in lines or ("MUG",))
    return PlannedShipment(location, planned, **changes)  # type: ignore[arg-type]


def found(old: Plan, new: Plan) -> list[tuple[str, str, str]]:
    return [(one.what, one.old, one.new) for one in differences(old, new, COINS)]


def test_a_plan_is_one_sentence():
    split = Plan(shipments=(ships("west", "LAMP"), ships("east", "MUG", service="ups:ground")))
    waits = Plan(shipments=(ships(cost_minor=890),), backorders=(Backorder("lamp", "LAMP", 2, "location/all"),))

    assert "1 LAMP from west + 1 MUG from east by ups:ground" == sentence(split, COINS)
    assert "east, 8.90; 2 LAMP backordered" == sentence(waits, COINS)
    assert "held: fraud, vip" == sentence(Plan(holds=(Hold("fraud"), Hold("vip"))), COINS)
    assert "rejected" == sentence(Plan(rejected="no"), COINS)
    assert "only tracked" == sentence(Plan(track_only=True), COINS)
    assert "nothing to ship" == sentence(Plan(), COINS)


def test_of_many_skus_only_the_first_are_named():
    waits = tuple(Backorder(str(number), f"SKU-{number}", number, "location/all") for number in range(1, 7))

    assert "1 SKU-1 + 2 SKU-2 + 3 SKU-3 + 15 of 3 other SKUs backordered" == sentence(Plan(backorders=waits), COINS)
    assert "1 SKU-1 + 2 SKU-2 + 3 SKU-3 + 4 SKU-4 backordered" == sentence(Plan(backorders=waits[:4]), COINS)


def test_which_rule_said_so_makes_no_difference():
    old = Plan(shipments=(ships(rules=("location/a",)),), holds=(Hold("x", "hold/a"),), rules=("location/a",))
    new = Plan(shipments=(ships(rules=("location/b",)),), holds=(Hold("x", "hold/b"),), rules=("location/b",))

    assert () == differences(old, new, COINS)


def test_parcels_in_another_order_are_the_same_parcels():
    one, other = ships("east", "MUG", options={"signature": "direct"}), ships("west", "LAMP")

    assert () == differences(Plan(shipments=(one, other)), Plan(shipments=(other, one)), COINS)


def test_every_part_that_differs_is_named():
    old = Plan(shipments=(ships("east", service="ups:ground", cost_minor=890),))
    new = Plan(shipments=(ships("west", service="usps:priority", options={"insure_minor": 5000, "hide_prices": True}),))

    assert [
        ("location", "east", "west"),
        ("cost", "8.90", "unknown"),
        ("service", "ups:ground", "usps:priority"),
        ("insure", "none", "50.00"),
        ("hide prices", "none", "yes"),
    ] == found(old, new)


def test_an_order_that_is_held_instead_has_no_parcels_to_speak_of():
    old = Plan(shipments=(ships(service="ups:ground", options={"signature": "direct"}),))

    assert [("hold", "none", "fraud"), ("location", "east", "none"), ("hold ends", "none", "by a person")] == found(
        old, Plan(holds=(Hold("fraud"),))
    )


def test_a_hold_that_ends_otherwise_is_a_difference():
    old, new = (Plan(holds=(Hold("payment", cancel_at=at),)) for at in ("2026-11-27T00:00:00Z", ""))

    assert [Difference("hold ends", "cancelled at 2026-11-27T00:00:00Z", "by a person")] == list(
        differences(old, new, COINS)
    )


def test_the_cost_is_known_when_that_of_every_shipment_is():
    assert 900 == cost_minor(Plan(shipments=(ships(cost_minor=400), ships("west", cost_minor=500))))
    assert cost_minor(Plan(shipments=(ships(cost_minor=400), ships("west")))) is None
    assert cost_minor(Plan()) is None
