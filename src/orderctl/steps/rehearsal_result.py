"""What came of a rehearsal as one document: totals of both side by side, limits reached, places, carriers, channels.

Days are dates of a location's own calendar, moments UTC, shares decimal text in percent, amounts decimal text.
"""

from __future__ import annotations

from collections import Counter
from datetime import date
from typing import TYPE_CHECKING, Any

from orderctl.core import bottlenecks, money, rehearsal, times
from orderctl.core.bottlenecks import Bottleneck, hour_moment
from orderctl.core.rehearsal_calls import PASS_S, Use, merged
from orderctl.steps.rehearsing import Rehearsal, hour_of

if TYPE_CHECKING:
    from orderctl.steps.simulate import Run

Row = dict[str, Any]
MOST_SKUS = 10


def result(run: Run) -> Row:
    """The document of `run`."""
    before = _limits(run.baseline, [])
    found = before if run.changed is run.baseline else _limits(run.changed, before)
    changed = run.changed
    return {
        "source": run.source,
        "times": run.what.times_text,
        "changes": run.words,
        "begins_at": changed.first_at,
        "ends_at": changed.tally.last_at,
        "moved": times.duration_text(run.moved_s) if run.moved_s else "",
        "currency": changed.setting.config.places.currency,
        "timezone": changed.setting.config.places.timezone,
        "baseline": _totals(run.baseline),
        "rehearsal": _totals(changed),
        "first_bottleneck": _limit(found[0]) if found else None,
        "bottlenecks": [_limit(one) for one in found],
        "locations": _locations(changed),
        "carriers": _carriers(changed),
        "channels": [_use(name, use) for name, use in _uses(changed)],
        "skus": _skus(changed),
        "days": _days(changed),
        "stock_days": _stock_days(changed),
        "assumed": [*run.assumed, f"a pass every {times.duration_text(PASS_S)}"],
        "refused": run.refused,
        "refused_lines": run.refused_lines,
    }


def _limits(one: Rehearsal, baseline: list[Bottleneck]) -> list[Bottleneck]:
    zone = one.setting.config.places.timezone
    yards = one.yards.values()
    return bottlenecks.in_order(
        [
            *(bottlenecks.capacity(yard.queue, yard.wanted, yard.exceeded_at) for yard in yards),
            bottlenecks.stock(one.tally, one.out_at, zone),
            *(found for yard in yards for found in bottlenecks.pickups(yard.queue)),
            *(bottlenecks.channel(name, use, zone) for name, use in _uses(one)),
            bottlenecks.service(one.tally, zone),
        ],
        baseline,
    )


def _limit(one: Bottleneck) -> Row:
    names = ("kind", "subject", "since", "needed", "has", "text", "relief", "in_baseline")
    return {name: getattr(one, name) for name in names}


def _totals(one: Rehearsal) -> Row:
    tally, queues = one.tally, [yard.queue for yard in one.yards.values()]
    currency = one.setting.config.places.currency
    priced = tally.shipments - tally.unpriced
    each = money.divide_half_up(tally.cost_minor, tally.shipped_orders) if priced else None
    return {
        "orders": tally.orders,
        "units": tally.wanted,
        "planned_units": tally.planned,
        "backordered_units": tally.backordered,
        "cancelled_units": tally.cancelled,
        "held_units": tally.held,
        "aside_units": tally.aside,
        "fill_rate": rehearsal.tenths(tally.planned, tally.wanted),
        "one_parcel": rehearsal.tenths(tally.one_parcel, tally.shipped_orders),
        "no_room_units": tally.no_room,
        "held_orders": tally.held_orders,
        "backordered_orders": tally.backordered_orders,
        "shipped_orders": tally.shipped_orders,
        "splits": tally.splits,
        "shipments": tally.shipments,
        "late_shipments": sum(queue.late for queue in queues),
        "worst_backlog": max((queue.worst_backlog() for queue in queues), default=0),
        "filled_later_units": tally.came_later,
        "cost": money.to_text(tally.cost_minor, currency) if priced else None,
        "cost_per_order": money.to_text(each, currency) if each is not None else None,
        "without_cost": tally.unpriced,
    }


def _locations(one: Rehearsal) -> list[Row]:
    rows = []
    for name, yard in one.yards.items():
        queue, peak = yard.queue, yard.queue.peak()
        worked = sum(day.worked for day in queue.days)
        capacity = yard.location.capacity
        rows.append(
            {
                "location": name,
                "shipments": queue.arrived,
                "capacity": capacity,
                "closed": name in one.desk.paused,
                "peak_day": date.fromordinal(peak.day).isoformat() if peak and peak.ready else "",
                "peak_due": peak.ready if peak else 0,
                "most_wanted": max(yard.wanted.values(), default=0),
                "turned_away": yard.turned_away,
                "utilization": rehearsal.tenths(queue.picked, capacity * worked) if capacity and worked else None,
                "worst_backlog": queue.worst_backlog(),
                "late": queue.late,
                "never_picked": queue.never_picked,
                "hours_to_clear": queue.hours_to_clear(),
            }
        )
    return rows


def _carriers(one: Rehearsal) -> list[Row]:
    rows = []
    for name, yard in one.yards.items():
        total, most, standing = Counter[str](), dict[str, tuple[int, int]](), Counter[str]()
        before = Counter[str]()
        for day in yard.queue.days:
            for carrier, parcels in day.parcels.items():
                total[carrier] += parcels - before[carrier]
                most[carrier] = max(most.get(carrier, (0, 0)), (parcels, -day.day))
                standing[carrier] = max(standing[carrier], day.left_standing[carrier])
            if day.worked:
                before = day.left_standing
        rows += [
            {
                "carrier": carrier,
                "location": name,
                "parcels": total[carrier],
                "peak_day": date.fromordinal(-most[carrier][1]).isoformat(),
                "peak_parcels": most[carrier][0],
                "pickup": yard.queue.pickups.get(carrier),
                "most_left": standing[carrier],
            }
            for carrier in sorted(total)
        ]
    return rows


def _uses(one: Rehearsal) -> list[tuple[str, Use]]:
    if not one.first_at:
        return []
    first, last = hour_of(one.first_at), hour_of(one.tally.last_at or one.first_at)
    return merged({name: calls.uses(first, last) for name, calls in one.calls.items()})


def _use(name: str, use: Use) -> Row:
    quota = use.quota
    return {
        "channel": name,
        "quota": quota.name,
        "unit": quota.unit,
        "busiest_hour": hour_moment(use.busiest),
        "calls": use.calls,
        "needed": use.tokens,
        "per_hour": quota.per_hour,
        "burst": quota.burst,
        "exceeded_at": "" if use.exceeded is None else hour_moment(use.exceeded),
        "most_waiting": use.waiting,
    }


def _skus(one: Rehearsal) -> list[Row]:
    out = sorted(one.out_at.items(), key=lambda each: (each[1], each[0]))[:MOST_SKUS]
    return [{"sku": sku, "gone_at": moment, "short_units": one.tally.short[sku]} for sku, moment in out]


def _days(one: Rehearsal) -> list[Row]:
    """Every day of every location."""
    rows = []
    for name, yard in one.yards.items():
        known = {day.day: day for day in yard.queue.days}
        rows += [
            {
                "location": name,
                "day": date.fromordinal(number).isoformat(),
                "wanted": yard.wanted[number],
                "picked": known[number].picked if number in known else 0,
                "backlog": known[number].backlog if number in known else 0,
            }
            for number in sorted({*known, *yard.wanted})
        ]
    return rows


def _stock_days(one: Rehearsal) -> list[Row]:
    days = sorted(one.tally.days.items())
    return [
        {"day": date.fromordinal(number).isoformat(), "wanted": units.wanted, "short": units.short}
        for number, units in days
    ]
