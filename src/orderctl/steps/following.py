"""Following up: shipments that a location has had for too long without a word.

`acknowledge_within` counts the time of the location's own worked days since it got the shipment. Silence beyond it is
an exception until the location answers, or counts as a rejection where `on_no_ack` says so and the rules find another
way for these units: the location is then asked to stop, and the order is routed again without it.
"""

from __future__ import annotations

import json

from orderctl.core import times, workdays
from orderctl.rules import kits
from orderctl.steps import desk as desks
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import call_backs, deadlines, exceptions, orders, shipments, waiting
from orderctl.store.deadlines import Unanswered
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

CODE = "not_acknowledged"


def follow(ctx: Context, report: Report) -> None:
    """Tell of shipments that nobody acknowledged in time, or have their orders routed again."""
    known = exceptions.open_subjects(ctx.db, CODE, "")
    silent = _silent(ctx)
    if not silent and not known:
        return
    given_up = [one for one in silent if _may_go_elsewhere(ctx, one)]
    with transaction(ctx.db, "collect.silence"):
        for one in given_up:
            _give_up(ctx, one)
        waits = {one.reference: one for one in silent if one not in given_up}
        for reference in sorted(known.difference(waits)):
            exceptions.settle(ctx.db, ctx.stamp, CODE, reference)
        troubles = [Trouble(CODE, one.reference, _said(ctx, one), one.order_id) for one in waits.values()]
        exceptions.raise_all(ctx.db, ctx.stamp, troubles)
    report.count("given up after silence", len(given_up))


def _silent(ctx: Context) -> list[Unanswered]:
    found = []
    for location, configured in ctx.config.locations.items():
        within = configured.acknowledge_within_s
        if within is None:
            continue
        place = ctx.config.places.locations[location]
        found += [
            one
            for one in deadlines.unacknowledged(ctx.db, location, times.later(ctx.now, -within))
            if workdays.after(place, one.since, within) <= ctx.now
        ]
    return found


def _may_go_elsewhere(ctx: Context, one: Unanswered) -> bool:
    """Whether silence counts as a rejection here, and the rules would send these units from somewhere else now."""
    if ctx.config.places.locations[one.location].on_no_ack != "failover":
        return False
    (order,) = waiting.load(ctx.db, [one.order_id])
    for line in order.lines.values():
        line.open, line.backordered = one.units.get(line.line_id, 0), 0
    order.excluded = (*order.excluded, one.location)
    desk = desks.opened(ctx)
    desks.load_stock(ctx, desk, [order])
    plan = kits.decide(desks.facts_of(ctx, desk, order), ctx.rules)[1]
    return bool(plan.shipments) and not plan.backorders and not plan.holds


def _give_up(ctx: Context, one: Unanswered) -> None:
    why = f"no acknowledgment within {_limit(ctx, one.location)}"
    decided_anew = shipments.move(ctx.db, ctx.stamp, [one.shipment_id], "rejected", why)
    call_backs.add(ctx.db, ctx.stamp, json.dumps([one.shipment_id]), why)
    orders.refresh(ctx.db, ctx.stamp, decided_anew)


def _said(ctx: Context, one: Unanswered) -> str:
    configured = ctx.config.locations[one.location]
    whom = f"; ask {configured.contact}" if configured.contact else ""
    above = f"; {configured.escalate_to} decides" if configured.escalate_to else ""
    return f"{one.location} has not acknowledged {one.reference} within {_limit(ctx, one.location)}{whom}{above}"


def _limit(ctx: Context, location: str) -> str:
    return times.duration_text(ctx.config.locations[location].acknowledge_within_s or 0)
