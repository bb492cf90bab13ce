from __future__ import annotations

from zoneinfo import ZoneInfo

import pytest

from orderctl.wire.cells import boolean, moment, whole

NEW_YORK = ZoneInfo("America/New_York")


def test_a_date_is_read_in_its_zone():
    assert "2026-11-20T05:00:00Z" == moment("2026-11-20", "", NEW_YORK)
    assert "2026-07-20T04:00:00Z" == moment(" 20/07/2026 ", "%d/%m/%Y", NEW_YORK)
    assert "2026-11-20T10:00:00Z" == moment("2026-11-20T12:00:00+02:00", "", NEW_YORK)


@pytest.mark.parametrize(
    ("cell", "dates"), [("20.11.2026", ""), ("2026-11-31", ""), ("x", "%d/%m/%Y"), ("0001-01-01T00:00:00+14:00", "")]
)
def test_what_is_no_date_is_refused(cell, dates):
    with pytest.raises(ValueError, match="is not a date written as"):
        moment(cell, dates, NEW_YORK)


def test_whole_numbers_are_digits_alone():
    assert [0, 7, 12] == [whole("0"), whole("007"), whole(" 12 ")]
    for cell in ("", "3.0", "-1", "+1", "1e3", "\u0663", "1_0", "true", "9" * 10):
        with pytest.raises(ValueError, match="is not a whole number"):
            whole(cell)


def test_yes_and_no_are_words_people_write():
    assert [True, True, True] == [boolean("Yes"), boolean("TRUE"), boolean("1")]
    assert [False, False, False] == [boolean("no"), boolean("false"), boolean("0")]
    with pytest.raises(ValueError, match="neither true nor false"):
        boolean("maybe")
