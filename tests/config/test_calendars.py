from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.config.calendars import cutoffs, holidays, weekdays
from orderctl.config.findings import Refusal
from orderctl.core.places import WEEKDAYS


def test_a_range_of_weekdays_holds_both_its_ends():
    assert ("mon", "tue", "wed", "thu", "fri", "sun") == weekdays(["sun", "mon_fri"])


def test_a_single_day_beats_the_range_that_holds_it():
    assert {"thu": "15:00", "fri": "12:00"} == cutoffs({"fri": "12:00", "thu_fri": "15:00"})


def test_a_bare_time_is_the_cutoff_of_every_day():
    assert dict.fromkeys(WEEKDAYS, "15:00") == cutoffs("15:00")


@pytest.mark.parametrize(
    "written", [{"mon_wed": "15:00", "tue_thu": "14:00"}, {"sat_mon": "15:00"}, {"mon": "3pm"}, 15]
)
def test_cutoffs_that_could_mean_two_things_or_none_are_refused(written):
    with pytest.raises(Refusal):
        cutoffs(written)


def test_holidays_are_sorted_and_kept_once():
    assert ("2026-01-01", "2026-12-25") == holidays([date(2026, 12, 25), "2026-01-01", "2026-12-25"])


@pytest.mark.parametrize("written", ["US", 7, ["25.12."], [3], [None]])
def test_holidays_that_are_no_dates_are_refused(written):
    with pytest.raises(Refusal):
        holidays(written)


@given(st.sets(st.sampled_from(WEEKDAYS)))
def test_weekdays_come_out_in_the_order_of_the_week(days):
    assert tuple(day for day in WEEKDAYS if day in days) == weekdays(sorted(days))
