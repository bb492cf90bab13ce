from __future__ import annotations

from datetime import date

from orderctl.core import times, workdays
from orderctl.core.places import Location

FRIDAY = date(2026, 11, 20)
NYC = Location("nyc", timezone="America/New_York", cutoffs={"fri": "15:00"}, holidays=("2026-11-23",))


def test_a_location_works_on_its_working_days_except_holidays():
    assert workdays.works_on(NYC, FRIDAY)
    assert not workdays.works_on(NYC, date(2026, 11, 21))
    assert not workdays.works_on(NYC, date(2026, 11, 23))


def test_the_cutoff_is_read_in_the_locations_own_zone():
    assert workdays.makes_today(NYC, "2026-11-20T19:59:59Z")
    assert not workdays.makes_today(NYC, "2026-11-20T20:00:00Z")


def test_a_worked_day_without_a_cutoff_is_open_until_its_end():
    assert workdays.makes_today(NYC, "2026-11-20T04:59:00Z")  # still Thursday there
    assert not workdays.makes_today(NYC, "2026-11-21T15:00:00Z")


def test_what_misses_the_cutoff_leaves_on_the_next_worked_day():
    assert FRIDAY == workdays.ship_day(NYC, "2026-11-20T19:00:00Z")
    assert date(2026, 11, 24) == workdays.ship_day(NYC, "2026-11-20T20:00:00Z")


def test_the_lead_time_comes_before_the_cutoff():
    slow = Location("slow", lead_time_s=2 * 86400)

    assert date(2026, 11, 23) == workdays.ship_day(slow, "2026-11-20T12:00:00Z")


def test_a_location_that_never_works_ships_on_no_day():
    assert workdays.ship_day(Location("shut", working_days=()), "2026-11-20T12:00:00Z") is None


def test_a_day_begins_at_midnight_of_the_location_also_when_clocks_change():
    assert "2026-03-08T05:00:00Z" == workdays.opening(NYC, date(2026, 3, 8))
    assert "2026-03-09T04:00:00Z" == workdays.opening(NYC, date(2026, 3, 9))


def test_carriers_do_not_travel_at_the_weekend():
    assert date(2026, 11, 23) == workdays.arrival(FRIDAY, 1)
    assert date(2026, 11, 27) == workdays.arrival(FRIDAY, 5)
    assert FRIDAY == workdays.arrival(FRIDAY, 0)


def test_time_on_worked_days_stands_still_over_a_weekend_and_a_holiday():
    place = Location("nyc", timezone="America/New_York", holidays=("2026-11-26",))

    assert "2026-11-23T15:00:00Z" == workdays.after(place, "2026-11-20T15:00:00Z", 24 * 3600)
    assert "2026-11-27T15:00:00Z" == workdays.after(place, "2026-11-25T15:00:00Z", 24 * 3600)
    assert "2026-11-20T16:00:00Z" == workdays.after(place, "2026-11-20T15:00:00Z", 3600)
    assert "2026-11-23T06:00:00Z" == workdays.after(place, "2026-11-21T15:00:00Z", 3600)


def test_a_location_that_never_works_is_never_overdue():
    assert times.LAST == workdays.after(Location("nyc", working_days=()), "2026-11-20T15:00:00Z", 1)


def test_a_day_of_the_clock_change_has_its_own_length():
    place = Location("nyc", timezone="America/New_York", working_days=("sun", "mon"))

    midnight, next_midnight = "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z"
    assert next_midnight == workdays.after(place, midnight, 25 * 3600)
