"""What gives way first in a rehearsal, each limit in one sentence with number, moment and what would relieve it.

- capacity: the moment a location's day is asked for more orders than it takes, or a worked day ends with some unpicked
- stock: the first unit short on a day of which more than 2% of the units are
- pickup: the end of the first day on which a carrier leaves parcels behind
- channel: the first hour that needs more requests than the channel allows
- service: the first parcel that no carrier takes
They stand in the order in which they are reached; of those reached at one moment in the order above.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

from orderctl.core import times, workdays
from orderctl.core.rehearsal import Tally
from orderctl.core.rehearsal_calls import Use
from orderctl.core.rehearsal_queue import LocationQueue

KINDS = ("capacity", "stock", "pickup", "channel", "service")


@dataclass(frozen=True, slots=True)
class Bottleneck:
    """A limit that was reached at the moment `since`: `needed` against `has`, in words, and what would relieve it."""

    kind: str
    subject: str
    since: str
    needed: int
    has: int
    text: str
    relief: str
    in_baseline: bool = False


def in_order(found: Iterable[Bottleneck | None], baseline: Iterable[Bottleneck] = ()) -> list[Bottleneck]:
    """Those that are any, the first one first; what `baseline` has too is marked."""
    known = {(one.kind, one.subject) for one in baseline}
    marked = [replace(one, in_baseline=(one.kind, one.subject) in known) for one in found if one is not None]
    return sorted(marked, key=lambda one: (one.since, KINDS.index(one.kind), one.subject))


def capacity(queue: LocationQueue, wanted: Mapping[int, int], exceeded_at: str) -> Bottleneck | None:
    """`wanted` are the orders that each day would bring if there were room; `exceeded_at` when a day had no more."""
    location = queue.location
    if location.capacity is None:
        return None
    behind = next((day for day in queue.days if day.backlog), None)
    if behind is None and not exceeded_at:
        return None
    late_at = workdays.opening(location, date.fromordinal(behind.day + 1)) if behind else times.LAST
    since = min(exceeded_at or times.LAST, late_at)
    most = max(wanted.values(), default=0)
    if exceeded_at and exceeded_at <= late_at:
        words = f"is full from {_local(since, location.timezone)}"
        words += f": up to {most:,} orders a day against a capacity of {location.capacity:,}"
        return _full(queue, since, most, words)
    assert behind is not None  # noqa: S101 - one of the two is there
    due = behind.backlog + behind.picked
    words = f"leaves {behind.backlog:,} of {due:,} orders unpicked on {date.fromordinal(behind.day).isoformat()}"
    words += f" with a capacity of {location.capacity:,} orders a day"
    return _full(queue, since, max(most, *(day.ready for day in queue.days)), words)


def _full(queue: LocationQueue, since: str, needed: int, words: str) -> Bottleneck:
    name, has = queue.location.name, queue.location.capacity or 0
    relief = f"room for {needed:,} orders a day (--capacity {name}={needed}), or another location that takes the rest"
    return Bottleneck("capacity", name, since, needed, has, f"{name} {words}", relief)


def stock(tally: Tally, out_at: Mapping[str, str], timezone: str) -> Bottleneck | None:
    """The first day that is short of stock; `out_at` says when each SKU ran out, as far as one did."""
    found = next(((day, units) for day, units in sorted(tally.days.items()) if units.is_short), None)
    if found is None:
        return None
    day, units = found
    sku, most = max(units.skus.items(), key=lambda one: (one[1], one[0]))
    gone = out_at.get(sku, "")
    about = f", gone at {_local(gone, timezone)}" if gone else ""
    words = f"stock runs short from {_local(units.first_short_at, timezone)}: {units.short:,} of {units.wanted:,} units"
    words += f" wanted on {date.fromordinal(day).isoformat()} cannot be planned, {most:,} of them {sku}{about}"
    missing = tally.short.total()
    others = f" of {len(tally.short):,} SKUs in all, {tally.short[sku]:,} of them {sku}"
    relief = f"{missing:,} more units{others if len(tally.short) > 1 else f' of {sku}'}"
    return Bottleneck("stock", sku, units.first_short_at, units.wanted, units.wanted - units.short, words, relief)


def pickups(queue: LocationQueue) -> list[Bottleneck]:
    """Carriers that leave parcels behind at the location."""
    found = []
    name = queue.location.name
    for carrier, takes in queue.pickups.items():
        behind = next((day for day in queue.days if day.left_standing[carrier]), None)
        if behind is None:
            continue
        most = max(day.parcels[carrier] for day in queue.days)
        words = f"{carrier} leaves {behind.left_standing[carrier]:,} of {behind.parcels[carrier]:,} parcels behind"
        words += f" at {name} on {date.fromordinal(behind.day).isoformat()}; it takes {takes:,} a day"
        relief = f"a pickup of {most:,} parcels a day, a second one, or another carrier's service"
        since = workdays.opening(queue.location, date.fromordinal(behind.day + 1))
        found.append(Bottleneck("pickup", f"{carrier} at {name}", since, most, takes, words, relief))
    return found


def channel(name: str, use: Use, timezone: str) -> Bottleneck | None:
    """A channel that has to be asked more than its quota allows."""
    quota = use.quota
    if use.exceeded is None or quota.per_hour is None:
        return None
    since = hour_moment(use.exceeded)
    words = f"{name} has to be asked more than it allows from {_local(since, timezone)}: {use.needed:,} {quota.unit}"
    words += f" of '{quota.name}' in that hour against {quota.per_hour:,} an hour"
    words += f" and a reserve of {quota.burst:,}" * (quota.burst > 0)
    relief = f"a higher limit from {name}; nothing is lost, up to {use.waiting:,} {quota.unit} wait for later hours"
    return Bottleneck("channel", f"{name} {quota.name}", since, use.needed, quota.per_hour, words, relief)


def service(tally: Tally, timezone: str) -> Bottleneck | None:
    """Parcels for which the rules find no carrier."""
    if not tally.no_service:
        return None
    words = f"no carrier takes {tally.no_service:,} of {tally.shipments:,} parcels,"
    words += f" the first planned at {_local(tally.no_service_at, timezone)}"
    relief = "a service rule that names another carrier for them"
    has = tally.shipments - tally.no_service
    return Bottleneck("service", "", tally.no_service_at, tally.shipments, has, words, relief)


def hour_moment(hour: int) -> str:
    """The moment at which an hour, counted from 1970, begins."""
    return times.moment(datetime(1970, 1, 1, tzinfo=UTC) + timedelta(hours=hour))


def _local(moment: str, timezone: str) -> str:
    return times.as_datetime(moment).astimezone(ZoneInfo(timezone)).strftime("%Y-%m-%d %H:%M")
