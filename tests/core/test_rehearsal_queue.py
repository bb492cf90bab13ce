"""What a location picks day by day, whatever comes."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.places import Location
from orderctl.core.rehearsal_queue import Cohort, LocationQueue

MONDAY = date(2026, 11, 23).toordinal()
LEEDS = Location("leeds", capacity=10)


def cohort(ready: int, carrier: str = "post") -> Cohort:
    return Cohort(ready, ready, "web", carrier)


def a_queue(capacity: int | None = 10, **pickups: int) -> LocationQueue:
    return LocationQueue(replace(LEEDS, capacity=capacity), pickups)


#: (day on which they come, days until they are ready, shipments), in order of time.
ARRIVING = st.lists(st.tuples(st.integers(0, 20), st.integers(0, 4), st.integers(1, 30)), max_size=25).map(sorted)


def played(capacity: int | None, arriving: list[tuple[int, int, int]], **pickups: int) -> LocationQueue:
    queue = a_queue(capacity, **pickups)
    for day, wait, shipments in arriving:
        queue.add(cohort(MONDAY + day + wait), MONDAY + day, shipments)
    queue.drain()
    return queue


def test_what_is_too_much_for_a_day_is_picked_on_the_next_and_is_late():
    queue = played(10, [(0, 0, 25)])

    assert [(25, 10, 15), (0, 10, 5), (0, 5, 0)] == [(day.ready, day.picked, day.backlog) for day in queue.days]
    assert (15, 15, 36) == (queue.late, queue.worst_backlog(), queue.hours_to_clear())


def test_nothing_is_picked_on_a_weekend():
    queue = played(10, [(4, 0, 12), (5, 0, 3)])

    assert [(10, 2), (0, 5), (0, 5), (5, 0)] == [(day.picked, day.backlog) for day in queue.days]


def test_without_a_capacity_everything_leaves_on_its_day():
    queue = played(None, [(0, 0, 500), (0, 1, 500)])

    assert ([500, 500], 0, 0) == ([day.picked for day in queue.days], queue.worst_backlog(), queue.hours_to_clear())


def test_what_a_carrier_does_not_take_stands_there_until_the_next_day():
    queue = played(None, [(0, 0, 7), (1, 0, 2)], post=4)

    assert [(7, 3), (5, 1), (1, 0)] == [(day.parcels["post"], day.left_standing["post"]) for day in queue.days]


def test_a_location_that_picks_nothing_never_gets_rid_of_its_backlog():
    queue = a_queue(0)
    queue.add(cohort(MONDAY), MONDAY, 3)
    queue.drain(horizon=30)

    assert (3, 3, None) == (queue.never_picked, queue.late, queue.hours_to_clear())


@given(ARRIVING, st.one_of(st.none(), st.integers(0, 40)), st.integers(1, 50))
@settings(max_examples=60)
def test_all_that_came_is_picked_or_waits_and_nothing_is_ever_below_zero(arriving, capacity, pickup):
    queue = played(capacity, arriving, post=pickup)

    assert queue.arrived == queue.picked + sum(queue.waiting.values())
    assert queue.arrived == sum(day.ready for day in queue.days)
    for day in queue.days:
        assert min(day.ready, day.picked, day.backlog, day.left_standing["post"]) >= 0
        assert capacity is None or day.picked <= capacity
    assert queue.picked == sum(day.picked for day in queue.days)


@given(ARRIVING, st.integers(1, 20))
@settings(max_examples=60)
def test_twice_the_capacity_never_makes_a_backlog_longer(arriving, capacity):
    one, two = played(capacity, arriving), played(2 * capacity, arriving)

    assert two.worst_backlog() <= one.worst_backlog()
    assert two.late <= one.late
    hours = one.hours_to_clear()
    assert hours is None or (two.hours_to_clear() or 0) <= hours
