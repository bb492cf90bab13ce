from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import times

NEW_YORK = ZoneInfo("America/New_York")
MOMENTS = st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30), timezones=st.just(UTC))  # noqa: DTZ001


@given(MOMENTS, st.integers(-14, 14))
def test_one_instant_is_one_text_whatever_offset_it_came_with(value, hours):
    elsewhere = value.astimezone(timezone(timedelta(hours=hours)))

    assert times.moment(value) == times.parse_moment(elsewhere.isoformat())


@given(MOMENTS, MOMENTS)
def test_moments_sort_as_they_read(one, other):
    one, other = one.replace(microsecond=0), other.replace(microsecond=0)
    assert (one < other) == (times.moment(one) < times.moment(other))


@given(MOMENTS, st.integers(0, 10**9))
def test_later_and_between_are_each_others_opposite(value, seconds):
    start = times.moment(value)
    end = times.later(start, seconds)
    assert end == times.LAST or seconds == times.seconds_between(start, end)


@pytest.mark.parametrize(
    ("expected", "text"),
    [
        ("2026-11-20T15:00:00Z", "2026-11-20T15:00:00Z"),
        ("2026-11-20T15:00:00Z", "2026-11-20T10:00:00-05:00"),
        ("2026-11-20T15:00:00Z", "2026-11-20T15:00:00.999+00:00"),
        ("2026-11-20T15:00:00Z", "2026-11-20 10:00"),
        ("2026-11-20T05:00:00Z", "2026-11-20"),
        ("2026-11-01T05:30:00Z", "2026-11-01T01:30:00"),  # the hour that comes twice: its first time
    ],
)
def test_a_moment_without_offset_is_read_in_the_zone_it_was_written_in(expected, text):
    assert expected == times.parse_moment(text, NEW_YORK)


@pytest.mark.parametrize(
    "text",
    [
        *("", "yesterday", "2026-11-20T15:00:00", "2026-13-01T00:00:00Z", "2026-11-20T25:00:00Z"),
        *("٢٠٢٦-11-20T15:00:00Z", "0001-01-01T00:00:00+14:00", "9999-12-31T23:59:59-14:00"),
    ],
)
def test_what_is_no_moment_is_refused(text):
    with pytest.raises(ValueError, match=r"\w"):
        times.parse_moment(text)


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(1800, "30 min"), (43200, "12 h"), (604800, "7d"), (1209600, "2 weeks"), (1, "1 second"), (90, " 90 S ")],
)
def test_durations_are_written_as_people_do(seconds, text):
    assert seconds == times.parse_duration(text)


@pytest.mark.parametrize("text", ["", "30", "min", "-1 h", "1.5 h", "1 month", "\uff130 min", "999999999 weeks"])
def test_what_is_no_duration_is_refused(text):
    with pytest.raises(ValueError, match=r"duration|hundred years"):
        times.parse_duration(text)


@given(st.integers(0, 10**7))
def test_a_duration_comes_back_from_its_text(seconds):
    assert seconds == times.parse_duration(times.duration_text(seconds))


def test_the_largest_unit_that_fits_is_shown():
    assert ["7 d", "36 h", "30 min", "90 s", "0 s"] == [
        times.duration_text(seconds) for seconds in (604800, 129600, 1800, 90, 0)
    ]
