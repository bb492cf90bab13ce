"""What gives way, in which order, in which words."""

from __future__ import annotations

from collections import Counter
from datetime import date

from orderctl.core import bottlenecks
from orderctl.core.bottlenecks import Bottleneck
from orderctl.core.places import Location
from orderctl.core.rehearsal import Tally
from orderctl.core.rehearsal_queue import Cohort, LocationQueue

MONDAY = date(2026, 11, 23).toordinal()
NOON = "2026-11-23T12:00:00Z"


def a_limit(kind: str, since: str, subject: str = "x") -> Bottleneck:
    return Bottleneck(kind, subject, since, 2, 1, "text", "relief")


def a_queue(shipments: int, capacity: int | None = 10, ready: int = MONDAY) -> LocationQueue:
    queue = LocationQueue(Location("leeds", capacity=capacity), {"ups": 8})
    queue.add(Cohort(ready, ready, "web", "ups"), MONDAY, shipments)
    queue.drain()
    return queue


def test_limits_stand_in_the_order_in_which_they_are_reached_and_known_ones_are_marked():
    first, second, third = a_limit("stock", NOON), a_limit("channel", NOON), a_limit("capacity", "2026-11-24T00:00:00Z")

    found = bottlenecks.in_order([third, None, second, first], [a_limit("channel", "2026-11-25T00:00:00Z")])

    assert [("stock", False), ("channel", True), ("capacity", False)] == [(one.kind, one.in_baseline) for one in found]


def test_a_location_is_full_at_the_moment_its_day_has_no_room():
    found = bottlenecks.capacity(a_queue(10), Counter({MONDAY: 25}), NOON)

    assert found is not None
    assert (NOON, 25, 10) == (found.since, found.needed, found.has)
    assert "leeds is full from 2026-11-23 12:00: up to 25 orders a day against a capacity of 10" == found.text
    assert found.relief.startswith("room for 25 orders a day (--capacity leeds=25)")


def test_what_piles_up_over_days_off_is_named_at_the_end_of_the_day():
    found = bottlenecks.capacity(a_queue(12), Counter({MONDAY: 6, MONDAY - 1: 6}), "")

    assert found is not None
    assert ("2026-11-24T00:00:00Z", 12) == (found.since, found.needed)
    assert "leeds leaves 2 of 12 orders unpicked on 2026-11-23 with a capacity of 10 orders a day" == found.text


def test_a_location_without_capacity_or_with_enough_is_no_bottleneck():
    assert None is bottlenecks.capacity(a_queue(500, None), Counter({MONDAY: 500}), "")
    assert None is bottlenecks.capacity(a_queue(9), Counter({MONDAY: 9}), "")


def test_a_carrier_that_takes_too_little_is_named_with_the_pickup_it_would_take():
    (found,) = bottlenecks.pickups(a_queue(9))

    assert ("2026-11-24T00:00:00Z", 9, 8) == (found.since, found.needed, found.has)
    assert "ups leaves 1 of 9 parcels behind at leeds on 2026-11-23; it takes 8 a day" == found.text


def test_stock_is_named_by_the_sku_that_most_is_missing_of():
    tally = Tally()
    tally.look_at_stock(MONDAY, NOON, 100, {"MUG": 3, "TEE": 1})
    tally.look_at_stock(MONDAY + 1, "2026-11-24T12:00:00Z", 10, {"MUG": 4})

    found = bottlenecks.stock(tally, {"MUG": NOON}, "Europe/Berlin")

    assert found is not None
    assert ("MUG", NOON, 100, 96) == (found.subject, found.since, found.needed, found.has)
    assert found.text.endswith(
        "4 of 100 units wanted on 2026-11-23 cannot be planned, 3 of them MUG, gone at 2026-11-23 13:00"
    )
    assert "8 more units of 2 SKUs in all, 7 of them MUG" == found.relief
