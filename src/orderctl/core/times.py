"""Moments and durations as orderctl writes them.

A moment is text, ISO 8601 in UTC to the second (`2026-11-20T15:00:00Z`), so that it sorts as it reads.
A duration is whole seconds. Nothing here looks at a clock.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

_UNITS = {
    "s": 1,
    "sec": 1,
    "second": 1,
    "min": 60,
    "minute": 60,
    "h": 3600,
    "hour": 3600,
    "d": 86400,
    "day": 86400,
    "w": 604800,
    "week": 604800,
}
_DURATION = re.compile(r"\s*(\d{1,9})\s*([a-z]+?)s?\s*", re.IGNORECASE | re.ASCII)
_NORMAL = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
LONGEST_S = 100 * 366 * 86400
EPOCH = "1970-01-01T00:00:00Z"
LAST = "9999-12-31T23:59:59Z"


def moment(value: datetime) -> str:
    """`value` (aware) as normal text, UTC, cut to the second. ValueError outside the years 1 to 9999."""
    try:
        return value.astimezone(UTC).replace(tzinfo=None).isoformat(timespec="seconds") + "Z"
    except OverflowError:
        message = f"{value.isoformat()} lies outside the years 1 to 9999 in UTC"
        raise ValueError(message) from None


def parse_moment(text: str, zone: ZoneInfo | None = None) -> str:
    """Any ISO 8601 text as a moment. A text without offset is read in `zone`; without a zone it is a ValueError."""
    if _NORMAL.fullmatch(text):
        datetime.fromisoformat(text)
        return text
    value = datetime.fromisoformat(text)
    if value.tzinfo is None:
        if zone is None:
            message = f"'{text}' has no time zone; write it with Z or an offset such as -05:00"
            raise ValueError(message)
        value = value.replace(tzinfo=zone)
    return moment(value)


def as_datetime(text: str) -> datetime:
    """A moment as an aware datetime in UTC."""
    return datetime.fromisoformat(text)


def later(text: str, seconds: int) -> str:
    """The moment `seconds` after the moment `text`, at the latest the last one that can be written."""
    try:
        return moment(as_datetime(text) + timedelta(seconds=seconds))
    except OverflowError:
        return LAST


def seconds_between(start: str, end: str) -> int:
    """Whole seconds from moment `start` to moment `end`; negative when `end` comes first."""
    return (as_datetime(end) - as_datetime(start)) // timedelta(seconds=1)


def parse_duration(text: str) -> int:
    """`30 min`, `12 h`, `7d` or `2 weeks` as seconds. ValueError when it is none of these, or too long to be meant."""
    match = _DURATION.fullmatch(text)
    unit = _UNITS.get(match[2].lower()) if match else None
    if match is None or unit is None:
        message = f"'{text}' is not a duration; write for example '30 min', '12 h' or '7d'"
        raise ValueError(message)
    seconds = int(match[1]) * unit
    if seconds > LONGEST_S:
        message = f"'{text}' is longer than a hundred years"
        raise ValueError(message)
    return seconds


def duration_text(seconds: int) -> str:
    """Seconds as the largest unit that divides them: 1800 -> `30 min`."""
    for unit, size in (("d", 86400), ("h", 3600), ("min", 60)):
        if seconds and seconds % size == 0:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
