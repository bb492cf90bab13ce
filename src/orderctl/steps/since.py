"""Since when: a day, a moment or a span before now, as it is typed."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.errors import UsageError
from orderctl.steps.context import Context

_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)


def moment_of(ctx: Context, text: str, option: str = "--since") -> str:
    """The moment that `text` means: where a day begins in the shop's time zone, a moment, or a span before now.

    UsageError when it is none of these, or lies in the future.
    """
    moment = _typed(ctx, text, option)
    if moment > ctx.now:
        raise UsageError(f"{text[:40]} lies in the future", where=option)
    return moment


def end_of(ctx: Context, text: str, option: str) -> str:
    """The same, but where a day ends, and the future is allowed."""
    moment = _typed(ctx, text, option)
    if not _DAY.fullmatch(text.strip()):
        return moment
    zone = ZoneInfo(ctx.config.places.timezone)
    after = times.as_datetime(moment).astimezone(zone).date() + timedelta(days=1)
    return _typed(ctx, after.isoformat(), option)


def moment_in(ctx: Context, text: str, option: str) -> str:
    """The moment that `text` means, which has to lie in the future: where a day begins in the shop's zone, a moment."""
    try:
        moment = _moment(text.strip(), ZoneInfo(ctx.config.places.timezone), ctx.now)
    except (ValueError, OverflowError):
        moment = ""
    if moment <= ctx.now:
        raise UsageError(f"'{text[:40]}' is no day such as 2026-12-24 and no moment to come", where=option)
    return moment


def span_before(ctx: Context, text: str, option: str) -> str:
    """The moment that lies the span `text` before now. UsageError for what is no span."""
    try:
        return times.later(ctx.now, -times.parse_duration(text))
    except ValueError as error:
        raise UsageError(str(error), where=option) from None


def _typed(ctx: Context, text: str, option: str) -> str:
    try:
        return _moment(text.strip(), ZoneInfo(ctx.config.places.timezone), ctx.now)
    except (ValueError, OverflowError):
        message = f"'{text[:40]}' is no day such as 2026-11-01, no moment, and no span such as 7d"
        raise UsageError(message, where=option) from None


def _moment(text: str, zone: ZoneInfo, now: str) -> str:
    if _DAY.fullmatch(text):
        day = date.fromisoformat(text)
        return times.moment(datetime(day.year, day.month, day.day, tzinfo=zone))
    try:
        return times.later(now, -times.parse_duration(text))
    except ValueError:
        return times.parse_moment(text, zone)
