from __future__ import annotations

from orderctl.core.plans import PlannedLine, PlannedShipment

SET = PlannedLine("1", "SET", 2)
PARTS = (PlannedLine("1", "MUG", 4), PlannedLine("1", "TEE", 2))


def test_a_shipment_promises_its_lines_and_of_a_kit_its_parts():
    assert (SET,) == PlannedShipment("east", (SET,)).promised
    assert PARTS == PlannedShipment("east", (SET,), components=PARTS).promised


def test_units_are_those_the_customer_bought():
    assert 2 == PlannedShipment("east", (SET,), components=PARTS).units
