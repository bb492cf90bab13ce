"""What there was to be had in a period, from what its decisions saw and took."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.places import Location
from orderctl.core.plans import Plan, PlannedLine, PlannedShipment
from orderctl.rules.facts import Facts
from orderctl.rules.hindsight import Supply, day_of
from tests.builders import a_line, an_order
from tests.rules.deciding import EAST, some_facts, some_places

EASY = {"east": {"MUG": 5}}
MUG = ("east", "MUG")


def at(hour: int, stock: Mapping[str, Mapping[str, int]], mugs: int = 1, **changes: Any) -> Facts:
    places = changes.pop("places", some_places())
    return some_facts(an_order(a_line("MUG", mugs)), stock, places, now=f"2026-11-20T{hour:02}:00:00Z", **changes)


def ships(units: int, location: str = "east") -> Plan:
    return Plan(shipments=(PlannedShipment(location, (PlannedLine("mug", "MUG", units),)),) if units else ())


def supply(*decisions: tuple[Facts, Plan], again: bool = True) -> Supply:
    """Of decisions about an order each, the oldest first."""
    found = Supply()
    for order, (facts, plan) in reversed(list(enumerate(decisions))):
        found.add(order, facts, plan, is_first=True, again=again)
    return found


def test_what_was_seen_and_what_was_taken_before_was_all_there():
    found = supply((at(8, EASY, 2), ships(2)), (at(9, {"east": {"MUG": 3}}), ships(1)))

    assert (5, {"east": {"MUG": 5}}) == (found.of(MUG), found.stock(["east", "west"], ["MUG", "LAMP"]))


def test_a_delivery_in_between_is_known_to_every_order():
    found = supply(
        (at(8, {"east": {"MUG": 1}}), ships(1)), (at(9, {}), ships(0)), (at(10, {"east": {"MUG": 4}}), ships(1))
    )

    assert 5 == found.of(MUG)


def test_what_was_lost_after_a_decision_saw_it_was_to_be_had_until_then():
    assert 5 == supply((at(8, EASY), ships(1)), (at(9, {"east": {"MUG": 1}}), ships(1))).of(MUG)


def test_decisions_of_one_moment_see_each_other_in_whatever_order_they_are_written_down():
    """The second one was decided first: it saw all five."""
    assert 5 == supply((at(8, {"east": {"MUG": 3}}), ships(1)), (at(8, EASY, 2), ships(2))).of(MUG)


def test_what_a_batch_kept_for_others_was_there():
    kept = {"kept": {"east": {"MUG": 4}}}

    assert 5 == supply((at(8, {"east": {"MUG": 1}}, together=kept), ships(1))).of(MUG)


def test_what_is_not_decided_again_keeps_what_it_took():
    found = Supply()
    found.add(2, at(9, {"east": {"MUG": 3}}), ships(1), is_first=True, again=True)
    found.add(1, at(8, EASY, 2), ships(2), is_first=True, again=False)

    assert 3 == found.of(MUG)


def test_what_was_only_watched_took_nothing():
    found = Supply()
    found.add(2, at(9, EASY), ships(1), is_first=True, again=True)
    found.add(1, at(8, EASY, 2), ships(2), is_first=True, again=False, took=False)

    assert 5 == found.of(MUG)


def test_an_order_that_is_decided_again_has_given_back_what_is_open_once_more():
    found = Supply()
    found.add(1, at(9, EASY, 2), ships(2, "west"), is_first=False, again=True)
    found.add(1, at(8, EASY, 2), ships(2), is_first=True, again=False)

    assert (5, 0) == (found.of(MUG), found.taken[MUG])


def test_the_part_that_had_left_stays_where_it_was_taken():
    """Of three mugs two were shipped; the third came later."""
    found = Supply()
    found.add(1, replace(at(9, {"east": {"MUG": 1}}, 3), open_units={"mug": 1}), ships(1), is_first=False, again=True)
    found.add(1, at(8, {"east": {"MUG": 2}}, 3), ships(2), is_first=True, again=False)

    assert (1, 3) == (found.of(MUG), found.taken[MUG])


def test_a_location_that_rejected_the_order_has_its_stock_back():
    found = Supply()
    later = replace(at(9, EASY, 3), open_units={"mug": 1}, excluded=("east",))
    found.add(1, later, ships(1, "west"), is_first=False, again=True)
    found.add(1, at(8, EASY, 3), ships(2), is_first=True, again=False)

    assert 0 == found.taken[MUG]


def test_a_location_s_day_is_a_shelf_of_orders():
    east = replace(EAST, capacity=3, timezone="America/New_York")
    places = some_places(east)
    found = supply(
        (at(8, EASY, places=places, capacity_used={"east": 1}), ships(1)),
        (at(9, EASY, places=places, capacity_used={"east": 2}), ships(1)),
    )

    assert 2 == found.of(("east", day_of(east, "2026-11-20T12:00:00Z")))
    assert 0 == found.of(("east", day_of(east, "2026-11-21T12:00:00Z")))


def test_the_day_is_the_location_s_own():
    assert "\n2026-11-19" == day_of(Location("east", timezone="America/New_York"), "2026-11-20T03:00:00Z")


_EVENTS = st.lists(
    st.tuples(st.sampled_from(["come", "order", "person", "watch"]), st.integers(0, 3), st.booleans()), max_size=12
)


@settings(max_examples=200, deadline=None)
@given(_EVENTS, st.integers(0, 4))
def test_it_is_what_came_in_before_the_last_look_and_never_less_than_was_taken(events: Any, stock: int):
    """A shelf on which things arrive and from which orders take what they find, at moments of one or more."""
    there = came = stock
    seen_last, apart, hour = 0, 0, 0
    decisions = []
    for kind, units, is_later in events:
        hour += is_later
        if kind == "come":
            if is_later:
                there, came = there + units, came + units
            continue
        took = min(units, there)
        decisions.append((kind, at(hour, {"east": {"MUG": there}} if there else {}, units or 1), ships(took)))
        seen_last = came
        there -= 0 if kind == "watch" else took
        apart += took if kind == "person" else 0
    found = Supply()
    for order, (kind, facts, plan) in reversed(list(enumerate(decisions))):
        found.add(order, facts, plan, is_first=True, again=kind == "order", took=kind != "watch")

    assert seen_last - apart == found.of(MUG)
