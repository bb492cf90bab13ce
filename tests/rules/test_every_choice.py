"""The engine's choice of locations against trying everything, by every preference, pair and triple of preferences."""

from __future__ import annotations

from collections import Counter
from itertools import permutations

import pytest

from orderctl.core.allocation import PREFERENCES
from orderctl.rules import engine
from tests.rules.deciding import ready
from tests.rules.naive_world import Expected, a_world, facts_of

COMBINATIONS = [prefer for size in (1, 2, 3) for prefer in permutations(PREFERENCES, size)]
SEEN = ("split", "short", "waits for a day with room", "kit", "hazmat", "po box", "together", "lines split", "abroad")


@pytest.mark.parametrize("first", PREFERENCES)
def test_the_engine_ships_from_where_trying_everything_would(first: str):
    seen = Counter[str]()
    for prefer in (one for one in COMBINATIONS if one[0] == first):
        for number in range(10):
            world = a_world(f"{prefer} {number}", prefer)
            expected = Expected(world)
            _, plan = expected.best()
            if expected.short(plan) and not world.then["backorder.ship_available_now"]:
                plan = {}
            units: dict[str, dict[str, int]] = {}
            for (line, at), taken in plan.items():
                units.setdefault(expected.places[at].name, {})[expected.demands[line].line_id] = taken

            found = engine.decide(facts_of(world), ready(world.rules, world.places))

            shipped = {one.location: {line.line_id: line.quantity for line in one.lines} for one in found.shipments}
            assert (world.rules, units) == (world.rules, shipped)
            assert expected.short(plan) == {wait.line_id: wait.quantity for wait in found.backorders}
            starts = {one.location: one.not_before for one in found.shipments if one.not_before}
            assert {name: day for name, day in expected.not_before.items() if name in units} == starts
            seen.update(what_happened(expected, units, starts))

    assert not [name for name in SEEN if not seen[name]], seen


def what_happened(expected: Expected, units: dict[str, dict[str, int]], starts: dict[str, str]) -> list[str]:
    """What was special about a case in which something ships."""
    if not units:
        return []
    order = expected.world.order
    assert order.ship_to is not None
    lines = [line for here in units.values() for line in here]
    skus = {line.sku for line in order.lines if line.id in lines}
    home = [expected.world.places.locations[name].country == order.ship_to.country for name in units]
    special = {
        "split": len(units) > 1,
        "short": len(set(lines)) < len(order.lines),
        "waits for a day with room": bool(starts),
        "kit": "SET" in skus,
        "hazmat": "ACID" in skus,
        "po box": "PO Box" in order.ship_to.line1,
        "together": sum(bool(demand.together) for demand in expected.demands) > 1,
        "lines split": len(lines) > len(set(lines)),
        "abroad": not all(home),
    }
    return [name for name, there in special.items() if there]
