"""Route: decide every order that waits, and reserve its stock.

1. orders are taken in the order in which they compete for stock, a batch at a time
2. each is decided on frozen facts; what its plan takes is gone for the next. With `strategy = "batch"` many are decided
   together (`steps.route_together`)
3. a batch is applied in one transaction; if one order spoils it, the batch is applied again one by one
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from orderctl.core.plans import Plan
from orderctl.rules.facts import Facts
from orderctl.steps import desk as desks
from orderctl.steps import full_days, route_together
from orderctl.steps.context import Context
from orderctl.steps.desk import Decision, Desk
from orderctl.steps.report import Report
from orderctl.store import decisions, duplicates, exceptions, postcodes, waiting
from orderctl.store.exceptions import Trouble
from orderctl.store.plans import Decided
from orderctl.store.transactions import transaction
from orderctl.store.waiting import WaitingOrder

BATCH = 1000


def route(ctx: Context, orders: Sequence[int] = ()) -> Report:
    """Decide `orders` (row ids; all that are due when none is named)."""
    report = Report("route")
    full_days.wake(ctx)
    desk = desks.opened(ctx)
    at_once = route_together.MOST if _is_together(ctx) else BATCH
    total = len(orders) or waiting.count_due(ctx.db, ctx.now)
    done = 0
    for due in [list(orders)] if orders else waiting.due(ctx.db, ctx.now):
        for start in range(0, len(due), at_once):
            batch = waiting.load(ctx.db, due[start : start + at_once])
            _route_batch(ctx, desk, batch, report)
            done += len(batch)
            ctx.progress("orders routed", done, total)
    full_days.remember(ctx, desk.capacity_used)
    return report


def _is_together(ctx: Context) -> bool:
    return ctx.config.routing.strategy == "batch"


def _route_batch(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder], report: Report) -> None:
    desks.load_stock(ctx, desk, batch)
    window_s = ctx.config.places.duplicate_window_s
    desk.repeats = duplicates.of(ctx.db, batch, window_s) if window_s else {}
    if ctx.rules.by_distance:
        wanted = {(to.country, to.postcode) for one in batch if (to := one.order.ship_to)}
        desk.points = postcodes.points(ctx.db, wanted)
    waits = [one for one in batch if not _held_by_a_person(ctx, one)]
    if _is_together(ctx) and len(waits) > 1:
        decided = route_together.decide(ctx, desk, waits, report)
    else:
        decided = [(one, *desks.decide(ctx, desk, one)) for one in waits]
    for some in _parted(decided):
        _apply(ctx, desk, [_frozen(ctx, desk, *each) for each in some], report)


def _parted(decided: Sequence[Decision]) -> Iterator[Sequence[Decision]]:
    """So many as one transaction takes."""
    return (decided[start : start + BATCH] for start in range(0, len(decided), BATCH))


def _frozen(ctx: Context, desk: Desk, one: WaitingOrder, facts: Facts, plan: Plan) -> Decided:
    """The decision as it is written down; made once all of a batch are decided, which is faster than in between."""
    frozen = desk.records.text(facts, plan, one.document)
    if one.watched:
        return Decided(one, plan, frozen, applied=False)
    pushes = ctx.config.places.channels[one.order.channel].push
    parts = {name: sku.components for name, sku in facts.skus.items() if sku.components}
    return Decided(one, plan, frozen, applied=True, cancel_pushed="cancel" in pushes, parts=parts)


def _held_by_a_person(ctx: Context, one: WaitingOrder) -> bool:
    """Whether someone holds the order: then the rules have no say until it is released."""
    by_hand = any(hold.by_hand for hold in one.holds.values())
    if by_hand:
        with transaction(ctx.db, "route.held"):
            waiting.put_aside(ctx.db, one.order_id)
    return by_hand


def _apply(ctx: Context, desk: Desk, decided: Sequence[Decided], report: Report) -> None:
    try:
        with transaction(ctx.db, "route.apply"):
            decisions.apply(ctx.db, ctx.stamp, desk.basis, decided)
    except sqlite3.IntegrityError as error:
        if len(decided) == 1:
            _put_aside(ctx, decided[0].waiting, error)
            desk.forget_stock()  # what this order took
        else:
            for one in decided:
                _apply(ctx, desk, [one], report)
    else:
        for one in decided:
            _report(report, one.waiting, one.plan, applied=one.applied)


def _put_aside(ctx: Context, one: WaitingOrder, error: sqlite3.IntegrityError) -> None:
    """The order that spoils its batch waits with what the store said."""
    with transaction(ctx.db, "route.refused"):
        waiting.put_aside(ctx.db, one.order_id)
        trouble = Trouble("refused_by_store", one.stem, f"cannot be saved: {error}", one.order_id)
        exceptions.raise_all(ctx.db, ctx.stamp, [trouble])


def _report(report: Report, one: WaitingOrder, plan: Plan, *, applied: bool) -> None:
    outcome = outcome_of(plan, watched=not applied)
    report.count(outcome)
    if not report.has_room():
        return
    report.items.append(
        {
            "order": one.stem,
            "outcome": outcome,
            "holds": [hold.reason for hold in plan.holds],
            "shipments": [
                {
                    "location": shipment.location,
                    "service": shipment.service,
                    "lines": [{"sku": line.sku, "quantity": line.quantity} for line in shipment.lines],
                }
                for shipment in plan.shipments
            ],
            "backorders": [{"sku": wait.sku, "quantity": wait.quantity} for wait in plan.backorders],
            "rules": list(plan.rules),
        }
    )


def outcome_of(plan: Plan, *, watched: bool = False) -> str:
    """One word for what a plan came to."""
    if watched:
        return "watched"
    if plan.rejected is not None:
        return "rejected"
    if plan.track_only:
        return "track_only"
    if plan.holds:
        return "held"
    if plan.shipments:
        return "split" if len(plan.shipments) > 1 else "routed"
    if plan.backorders:
        return "backordered"
    if plan.problems:
        return "put aside"
    return "nothing to ship"
