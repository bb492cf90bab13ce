"""Since when: a day, a moment or a span before now, as it is typed."""

from __future__ import annotations

import re
from datetime import date, datetime
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.errors import UsageError
from orderctl.steps.context import Context

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def moment_of(ctx: Context, text: str, option: str = "--since") -> str:
    """The moment that `text` means: where a day begins in the shop's time zone, a moment, or a span before now.

    UsageError when it is none of these, or lies in the future.
    """
    try:
        moment = _moment(text.strip(), ZoneInfo(ctx.config.places.timezone), ctx.now)
    except ValueError:
        message = f"'{text[:40]}' is no day such as 2026-11-01, no moment, and no span such as 7d"
        raise UsageError(message, where=option) from None
    if moment > ctx.now:
        raise UsageError(f"{text[:40]} lies in the future", where=option)
    return moment


def _moment(text: str, zone: ZoneInfo, now: str) -> str:
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return times.moment(datetime(day.year, day.month, day.day, tzinfo=zone))
    try:
        return times.later(now, -times.parse_duration(text))
    except ValueError:
        return times.parse_moment(text, zone)
