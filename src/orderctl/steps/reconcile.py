"""Reconcile: a day's ledger against its counts, location by location, in each location's own day. Changes nothing."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from orderctl.core import reconcile as ledger
from orderctl.core import times
from orderctl.core.errors import Exit, UsageError
from orderctl.core.reconcile import Day
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import reconcile as rows
from orderctl.store import stock


def stock_reconcile(ctx: Context, day: str = "", location: str = "", threshold: str = "1") -> Report:
    """Compare the `day` (YYYY-MM-DD; yesterday when empty) at every location that is counted, or at `location`.

    A location whose differences are more than `threshold` percent of its units is a difference, and so is a level that
    its moves do not add up to: exit 7. UsageError for a day or percentage that is none.
    """
    percent = _percent(threshold)
    wanted = _day(day) if day else None
    if location:
        chosen([location], ctx.config.locations, "location")
    report = Report("stock reconcile")
    for name in sorted(ctx.counted) if not location else [location]:
        zone = ZoneInfo(ctx.config.places.locations[name].timezone)
        today = times.as_datetime(ctx.now).astimezone(zone).date()
        when = wanted or today - timedelta(days=1)
        if when > today:
            raise UsageError(f"{when} has not begun in {name}; say a day that has")
        days = rows.days(ctx.db, name, _start(when, zone), _start(when + timedelta(days=1), zone))
        report.items.append(_row(ctx, name, when, days, percent))
        _judge(report, name, when, days, percent)
        report.count("locations")
        report.count("differences", len(ledger.differences(days)))
    return report


def _row(ctx: Context, location: str, when: date, days: list[Day], percent: Decimal) -> Row:
    sums = ("opening", "received", "shipped", "adjusted", "expected", "found")
    return {
        "location": location,
        "date": when.isoformat(),
        **{name: sum(getattr(day, name) for day in days) for name in sums},
        "share": str(ledger.share(days)),
        "threshold": str(percent),
        "within": not ledger.is_out(days, percent),
        "feed_counted_at": stock.feed_time(ctx.db, location) or None,
        "differences": [
            {"sku": day.sku, "expected": day.expected, "found": day.found, "difference": day.counted}
            for day in ledger.differences(days)
        ],
        "wrong_levels": [
            {"sku": day.sku, "moves": day.ledger, "level": day.level} for day in days if day.ledger != day.level
        ],
    }


def _judge(report: Report, location: str, when: date, days: list[Day], percent: Decimal) -> None:
    if ledger.is_out(days, percent):
        found = ledger.differences(days)
        several = f"{len(found)} SKUs were" if len(found) > 1 else f"{found[0].sku} was"
        message = f"{several} counted otherwise on {when}, {ledger.share(days)} % of the units"
        hint = f"orderctl stock history {found[0].sku}"
        report.problem("stock_difference", location, message, next=hint, exit=Exit.CHECK)
    wrong = [day.sku for day in days if day.ledger != day.level]
    if wrong:
        message = f"what moves add up to is not the level of {wrong[0]}, one of {len(wrong)} such SKUs"
        report.problem("store_difference", location, message, next="orderctl db check", exit=Exit.CHECK)


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UsageError(f"'{text[:40]}' is not a day such as 2026-11-20") from None


def _percent(text: str) -> Decimal:
    number = text.strip().removesuffix("%").strip()
    if not number.replace(".", "", 1).isdecimal() or not number.isascii() or len(number) > 9:
        raise UsageError(f"'{text[:40]}' is not a percentage such as 1 or 0.5%")
    return Decimal(number)


def _start(day: date, zone: ZoneInfo) -> str:
    return times.moment(datetime(day.year, day.month, day.day, tzinfo=zone))
