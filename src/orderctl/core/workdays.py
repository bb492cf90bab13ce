"""The days on which a location works, in its own time zone.

1. a day is worked when its weekday is a working day and it is no holiday
2. what is ready before the cut-off of a worked day leaves on that day; everything else leaves on the next worked day
3. carriers travel Monday to Friday
"""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.places import WEEKDAYS, Location

#: How far ahead a worked day is looked for; a location that is closed longer has none.
HORIZON_DAYS = 370


def local(location: Location, now: str) -> datetime:
    """The moment `now` in the location's own zone."""
    return times.as_datetime(now).astimezone(ZoneInfo(location.timezone))


def works_on(location: Location, day: date) -> bool:
    """Whether the location works on `day`."""
    return WEEKDAYS[day.weekday()] in location.working_days and day.isoformat() not in location.holidays


def makes_today(location: Location, now: str) -> bool:
    """Whether something ready at the moment `now` still leaves on that day. A worked day without a cut-off is open."""
    here = local(location, now)
    if not works_on(location, here.date()):
        return False
    cutoff = location.cutoffs.get(WEEKDAYS[here.weekday()])
    return cutoff is None or here.strftime("%H:%M") < cutoff


def next_worked(location: Location, day: date) -> date | None:
    """The first day after `day` on which the location works, or None when there is none within `HORIZON_DAYS`."""
    for ahead in range(1, HORIZON_DAYS):
        later = day + timedelta(days=ahead)
        if works_on(location, later):
            return later
    return None


def ship_day(location: Location, now: str) -> date | None:
    """The day on which something ordered at the moment `now` leaves, after the location's lead time."""
    ready = times.later(now, location.lead_time_s) if location.lead_time_s else now
    today = local(location, ready).date()
    return today if makes_today(location, ready) else next_worked(location, today)


def opening(location: Location, day: date) -> str:
    """The moment at which `day` begins at the location."""
    return times.moment(datetime.combine(day, time(), ZoneInfo(location.timezone)))


def after(location: Location, since: str, seconds: int) -> str:
    """When `seconds` of the time on worked days have passed since the moment `since`; the last moment if never."""
    at = local(location, since)
    for _ in range(HORIZON_DAYS):
        midnight = datetime.combine(at.date() + timedelta(days=1), time(), at.tzinfo)
        if works_on(location, at.date()):
            here = (midnight.astimezone(UTC) - at.astimezone(UTC)) // timedelta(seconds=1)
            if seconds <= here:
                return times.later(times.moment(at), seconds)
            seconds -= here
        at = midnight
    return times.LAST


def arrival(left: date, days: int) -> date:
    """The day on which a carrier that needs `days` of Monday to Friday arrives with what left on `left`."""
    day = left
    while days > 0:
        day += timedelta(days=1)
        if day.weekday() < 5:
            days -= 1
    return day
