"""When a location works: weekdays, the hour after which an order waits for the next day, holidays.

Weekdays are written `mon` to `sun` or as a range, `mon_fri`. A single day beats a range that holds it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from orderctl.config.findings import NOT_AVAILABLE, WRONG_TYPE, WRONG_VALUE, Refusal, near
from orderctl.core.places import WEEKDAYS

_TIME = re.compile(r"([01]\d|2[0-3]):[0-5]\d", re.ASCII)
_HOW = 'write for example ["mon_fri", "sat"]'


def weekdays(value: Any) -> tuple[str, ...]:
    """`["mon_fri", "sat"]` as single days in the order of the week. Refusal for what is none."""
    if not isinstance(value, list):
        raise Refusal(WRONG_TYPE, "is not a list of weekdays", _HOW)
    chosen = {day for word in value for day in _days(word)}
    return tuple(day for day in WEEKDAYS if day in chosen)


def cutoffs(value: Any) -> dict[str, str]:
    """`{ mon_fri = "15:00", sat = "11:00" }` as weekday -> time; a bare time is for every day of the week."""
    if isinstance(value, str):
        return dict.fromkeys(WEEKDAYS, _time(value))
    if not isinstance(value, Mapping):
        raise Refusal(
            WRONG_TYPE, "is neither a time nor a table", 'write for example { mon_fri = "15:00", sat = "11:00" }'
        )
    found: dict[str, tuple[int, str]] = {}
    for word, written in value.items():
        days = _days(word)
        for day in days:
            if day in found and found[day][0] == len(days):
                raise Refusal(WRONG_VALUE, f"names {day} twice")
            if day not in found or len(days) < found[day][0]:
                found[day] = (len(days), _time(written))
    return {day: found[day][1] for day in WEEKDAYS if day in found}


def holidays(value: Any) -> tuple[str, ...]:
    """A list of dates as sorted texts. A country's calendar is refused: orderctl has no table of them."""
    if isinstance(value, str):
        raise Refusal(
            NOT_AVAILABLE, f"'{value[:40]}' names a calendar, and orderctl has none", "list the dates: [2026-12-25]"
        )
    if not isinstance(value, list):
        raise Refusal(WRONG_TYPE, "is not a list of dates", "write for example [2026-12-25, 2027-01-01]")
    return tuple(sorted({_date(item) for item in value}))


def _days(word: Any) -> tuple[str, ...]:
    first, _, last = word.partition("_") if isinstance(word, str) else ("", "", "")
    for day in (first, last or first):
        if day not in WEEKDAYS:
            guess = near(str(day), WEEKDAYS)
            raise Refusal(WRONG_VALUE, f"'{str(word)[:40]}' is neither a weekday nor a range of them", guess or _HOW)
    start, end = WEEKDAYS.index(first), WEEKDAYS.index(last or first)
    if end < start:
        raise Refusal(WRONG_VALUE, f"'{word}' ends before it begins", "a week begins on mon; name both parts")
    return WEEKDAYS[start : end + 1]


def _time(value: Any) -> str:
    if not isinstance(value, str) or not _TIME.fullmatch(value):
        raise Refusal(WRONG_VALUE, f"'{str(value)[:40]}' is not a time of day", 'write for example "15:00"')
    return value


def _date(value: Any) -> str:
    if isinstance(value, date) and not isinstance(value, datetime):
        return value.isoformat()
    try:
        return date.fromisoformat(value).isoformat()
    except (TypeError, ValueError):
        raise Refusal(WRONG_VALUE, f"'{str(value)[:40]}' is not a date", "write for example 2026-12-25") from None
