"""Route: decide every order that waits, and reserve its stock.

1. orders are taken in the order in which they compete for stock, a batch at a time
2. each is decided on frozen facts; what its plan takes is gone for the next
3. a batch is applied in one transaction; if one order spoils it, the batch is applied again one by one
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field

from orderctl.core.places import places_to_json
from orderctl.core.plans import Plan
from orderctl.core.stock import Sku, WorkingStock
from orderctl.rules import engine, record
from orderctl.rules.facts import Facts
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import capacity, decisions, duplicates, exceptions, holds, locations, meta, stock, waiting
from orderctl.store.decisions import Basis, Decided
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction
from orderctl.store.waiting import WaitingOrder

BATCH = 1000


@dataclass(slots=True)
class Desk:
    """What is the same for all orders of one run of this step; stock and capacity go down as plans are made."""

    basis: Basis
    paused: tuple[str, ...]
    stale: tuple[str, ...]
    capacity_used: dict[str, int]
    stock: WorkingStock = field(default_factory=lambda: WorkingStock({}))
    skus: dict[str, Sku] = field(default_factory=dict)
    repeats: dict[int, str] = field(default_factory=dict)  # order_id -> the earlier order it may repeat


def route(ctx: Context, orders: Sequence[int] = ()) -> Report:
    """Decide `orders` (row ids; all that are due when none is named)."""
    report = Report("route")
    desk = _desk(ctx)
    total = len(orders) or waiting.count_due(ctx.db, ctx.now)
    done = 0
    for due in [list(orders)] if orders else waiting.due(ctx.db, ctx.now):
        for start in range(0, len(due), BATCH):
            batch = waiting.load(ctx.db, due[start : start + BATCH])
            _route_batch(ctx, desk, batch, report)
            done += len(batch)
            ctx.progress("orders routed", done, total)
    return report


def _route_batch(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder], report: Report) -> None:
    _load_stock(ctx, desk, batch)
    window_s = ctx.config.places.duplicate_window_s
    desk.repeats = duplicates.of(ctx.db, batch, window_s) if window_s else {}
    decided = [_decide(ctx, desk, one) for one in batch if not _held_by_a_person(ctx, one)]
    _apply(ctx, desk, decided, report)


def _desk(ctx: Context) -> Desk:
    ruleset = ctx.rules.ruleset
    places = json.dumps(places_to_json(ctx.config.places), ensure_ascii=False, sort_keys=True)
    with transaction(ctx.db, "route.basis"):
        basis = decisions.basis(ctx.db, ctx.stamp, engine.ENGINE, (ruleset.digest, ruleset.text), places)
        if meta.get(ctx.db, "ruleset") != ruleset.digest:
            holds.wake_for_rules(ctx.db, ctx.now)
            meta.put(ctx.db, "ruleset", ruleset.digest)
    return Desk(
        basis=basis,
        paused=tuple(locations.paused(ctx.db)),
        stale=locations.stale(ctx.db, ctx.config.places, ctx.now),
        capacity_used=capacity.used(ctx.db, ctx.config.places, ctx.rules.limited, ctx.now),
    )


def _load_stock(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder]) -> None:
    wanted = {line.sku for one in batch for line in one.order.lines} | set(ctx.rules.added_skus)
    _load_skus(ctx, desk, wanted)
    parts = {part for sku in wanted if sku in desk.skus for part in desk.skus[sku].components}
    _load_skus(ctx, desk, parts)
    desk.stock = WorkingStock(stock.available(ctx.db, wanted | parts))


def _load_skus(ctx: Context, desk: Desk, wanted: set[str]) -> None:
    """Nothing changes a SKU while orders are routed, so that each is read once."""
    found = stock.known_skus(ctx.db, wanted - desk.skus.keys())
    desk.skus.update({sku: Sku(sku=sku, **data) for sku, data in found.items()})


def _decide(ctx: Context, desk: Desk, one: WaitingOrder) -> Decided:
    facts = facts_of(ctx, desk, one)
    plan = engine.decide(facts, ctx.rules)
    if one.watched:
        return Decided(one, plan, record.encode(facts, plan, one.document), applied=False)
    for shipment in plan.shipments:
        for line in shipment.promised:
            if shipment.location in ctx.counted:
                desk.stock.take(shipment.location, line.sku, line.quantity)
        if shipment.location in desk.capacity_used:
            desk.capacity_used[shipment.location] += 1
    pushes = ctx.config.places.channels[one.order.channel].push
    return Decided(one, plan, record.encode(facts, plan, one.document), applied=True, cancel_pushed="cancel" in pushes)


def _held_by_a_person(ctx: Context, one: WaitingOrder) -> bool:
    """Whether someone holds the order: then the rules have no say until it is released."""
    by_hand = any(hold.by_hand for hold in one.holds.values())
    if by_hand:
        with transaction(ctx.db, "route.held"):
            waiting.put_aside(ctx.db, one.order_id)
    return by_hand


def facts_of(ctx: Context, desk: Desk, one: WaitingOrder) -> Facts:
    """Everything a rule may look at for this order, frozen."""
    units = {name: line.open + line.backordered for name, line in one.lines.items() if line.open + line.backordered}
    skus = {line.sku for line in one.order.lines if line.id in units}
    known = {sku: desk.skus[sku] for sku in sorted(skus.union(ctx.rules.added_skus)) if sku in desk.skus}
    parts = {part for sku in known.values() for part in sku.components}
    added = ctx.rules.added_skus
    return Facts(
        order=one.order,
        now=ctx.now,
        places=ctx.config.places,
        stock=desk.stock.of(ctx.config.places.locations, sorted(skus | parts | set(added))),
        open_units=units,
        skus=known | {part: desk.skus[part] for part in sorted(parts) if part in desk.skus},
        unknown_skus=tuple(sorted(sku for sku in skus if sku not in desk.skus)),
        excluded=one.excluded,
        paused=desk.paused,
        stale=desk.stale,
        capacity_used={name: used for name, used in desk.capacity_used.items() if used},
        holds={reason: hold.placed_at for reason, hold in one.holds.items()},
        released=tuple(dict.fromkeys(one.released)),
        backordered_at={name: line.backordered_at for name, line in one.lines.items() if line.backordered_at},
        attempts=one.decisions,
        address=one.address,
        derived=_found_out(desk, one),
        extra_tags=one.tags,
        given=json.loads(one.given) if one.given else {},
    )


def _found_out(desk: Desk, one: WaitingOrder) -> dict[str, bool]:
    """What holds the order whatever its rules say."""
    found = {"money_mismatch": "money_mismatch" in one.checks, "possible_duplicate": one.order_id in desk.repeats}
    return {name: True for name, holds_it in found.items() if holds_it}


def _apply(ctx: Context, desk: Desk, decided: Sequence[Decided], report: Report) -> None:
    try:
        with transaction(ctx.db, "route.apply"):
            decisions.apply(ctx.db, ctx.stamp, desk.basis, decided)
    except sqlite3.IntegrityError as error:
        if len(decided) == 1:
            _put_aside(ctx, decided[0].waiting, error)
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
