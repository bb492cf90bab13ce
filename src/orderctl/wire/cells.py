"""Cells of tables read as what they must be, without guessing."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

from pydantic import AfterValidator

from orderctl.core import times

_MOST_DIGITS = 9
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def whole(cell: str) -> int:
    """`cell` as a whole number, 0 or more, written in digits alone. ValueError when it is not: `3.0`, `-1`, `1e3`."""
    digits = cell.strip()
    if not (digits.isascii() and digits.isdecimal() and len(digits) <= _MOST_DIGITS):
        message = f"is not a whole number: '{cell[:40]}'"
        raise ValueError(message)
    return int(digits)


def boolean(cell: str) -> bool:
    """`cell` as true, yes or 1, or as false, no or 0. ValueError when it is none of them."""
    value = _BOOLEANS.get(cell.strip().lower())
    if value is None:
        message = f"is neither true nor false: '{cell[:40]}'"
        raise ValueError(message)
    return value


def moment(cell: str, dates: str, zone: ZoneInfo) -> str:
    """`cell`, written in the strptime format `dates` or, when that is empty, in ISO 8601, as a moment.

    Without an offset it is read in `zone`. ValueError when it is not a date.
    """
    cell = cell.strip()
    try:
        if not dates:
            return times.parse_moment(cell, zone)
        value = datetime.strptime(cell, dates)  # noqa: DTZ007 - the zone follows
        return times.moment(value if value.tzinfo else value.replace(tzinfo=zone))
    except (ValueError, OverflowError):
        message = f"is not a date written as {dates or '2026-11-20 or 2026-11-20T10:00:00'}: '{cell[:40]}'"
        raise ValueError(message) from None


def in_format(moment: str, dates: str, zone: ZoneInfo) -> str:
    """`moment` in the strptime format `dates`, as it is where that is empty: what `moment` reads back."""
    return times.as_datetime(moment).astimezone(zone).strftime(dates) if dates else moment


def _dates(dates: str) -> str:
    """`dates` itself. ValueError unless it is a strptime format that states a whole day."""
    zone = ZoneInfo("UTC")
    day = datetime(2026, 11, 20, tzinfo=zone)
    try:
        whole_day = not dates or moment(day.strftime(dates), dates, zone) == times.moment(day)
    except ValueError:
        whole_day = False
    if not whole_day:
        message = f"'{dates}' does not state day, month and year; write for example '%d/%m/%Y'"
        raise ValueError(message)
    return dates


#: How dates are written, as a setting: a strptime format, empty for ISO 8601.
Dates = Annotated[str, AfterValidator(_dates)]
