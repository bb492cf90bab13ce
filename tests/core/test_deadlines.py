from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.deadlines import OpenOrder, OpenShipment, Yard, next_handoff, risk
from orderctl.core.places import Location

FRIDAY_NOON = "2026-11-20T17:00:00Z"  # 12:00 in New York
EAST = Location(
    "east", timezone="America/New_York", cutoffs=dict.fromkeys(("mon", "tue", "wed", "thu", "fri"), "15:00")
)
SLOW = Location("slow", timezone="America/New_York", lead_time_s=3 * 86_400)
NEVER = Location("never", working_days=())


@pytest.mark.parametrize(
    ("leaves", "location", "ready"),
    [
        (FRIDAY_NOON, EAST, FRIDAY_NOON),
        ("2026-11-23T05:00:00Z", EAST, "2026-11-20T20:00:00Z"),
        ("2026-11-23T05:00:00Z", EAST, "2026-11-21T17:00:00Z"),
        ("2026-11-23T17:00:00Z", SLOW, FRIDAY_NOON),
        (
            "2026-11-24T05:00:00Z",
            Location("h", timezone="America/New_York", holidays=("2026-11-23",)),
            "2026-11-21T17:00:00Z",
        ),
        ("9999-12-31T23:59:59Z", NEVER, FRIDAY_NOON),
    ],
)
def test_the_next_hand_off_knows_cut_off_weekend_holiday_and_lead_time(leaves, location, ready):
    assert leaves == next_handoff(location, ready)


def order(ship_by: str, *shipments: OpenShipment, waits: bool = False) -> OpenOrder:
    return OpenOrder(1, "WEB-1", ship_by, waits, list(shipments))


def a_yard(now: str = FRIDAY_NOON, *locations: Location, **more: Any) -> Yard:
    return Yard(now, {one.name: one for one in locations or (EAST,)}, **more)


def planned(not_before: str = "") -> OpenShipment:
    return OpenShipment("WEB-1-1", "east", not_before)


def in_hand(since: str) -> OpenShipment:
    return OpenShipment("WEB-1-1", "east", dispatched_at=since)


def test_what_leaves_today_is_in_time():
    assert "" == risk(order("2026-11-20T20:00:00Z", planned()), a_yard())


def test_what_misses_its_cut_off_is_late():
    one = order("2026-11-21T12:00:00Z", planned())

    assert "" == risk(one, a_yard())
    assert ("has to leave by 2026-11-21T12:00:00Z; WEB-1-1 leaves east on 2026-11-23 at the earliest") == risk(
        one, a_yard("2026-11-20T20:00:00Z")
    )


def test_what_may_not_leave_before_the_next_free_day_is_late():
    assert risk(order("2026-11-21T12:00:00Z", planned("2026-11-23T05:00:00Z")), a_yard())


def test_what_is_in_hand_since_before_the_cut_off_is_late_once_its_time_is_over():
    one = order("2026-11-20T23:00:00Z", in_hand("2026-11-20T16:00:00Z"))

    assert "" == risk(one, a_yard("2026-11-20T22:00:00Z"))
    assert risk(one, a_yard("2026-11-20T23:00:01Z")).endswith("east has WEB-1-1 and has not said that it left")


def test_what_came_into_hand_after_the_cut_off_is_late_at_once():
    assert risk(order("2026-11-20T23:00:00Z", in_hand("2026-11-20T20:30:00Z")), a_yard("2026-11-20T20:30:00Z"))


def test_a_location_that_never_answers_is_believed_to_send():
    one = order("2026-11-19T23:00:00Z", in_hand("2026-11-19T16:00:00Z"))

    assert "" == risk(one, a_yard(silent=frozenset({"east"})))


def test_what_waits_is_late_when_no_location_can_make_it():
    one = order("2026-11-21T12:00:00Z", waits=True)

    assert "" == risk(one, a_yard())
    assert risk(one, a_yard(FRIDAY_NOON, SLOW))
    assert "" == risk(one, a_yard(FRIDAY_NOON, SLOW, EAST))
    assert risk(one, a_yard(full=frozenset({"east"})))
    assert risk(one, a_yard(paused=frozenset({"east"}))).endswith("every location is paused")


def test_an_order_that_has_left_is_at_no_risk():
    assert "" == risk(order("2026-11-01T12:00:00Z"), a_yard())


def test_a_location_that_is_no_longer_configured_says_nothing():
    assert "" == risk(order("2026-11-01T12:00:00Z", OpenShipment("WEB-1-1", "gone")), a_yard())
