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
from typing import Any

from orderctl.core.distances import Point
from orderctl.core.places import places_to_json
from orderctl.core.plans import Plan
from orderctl.core.postcodes import found as lies_at
from orderctl.core.purchasing import OnOrder
from orderctl.core.stock import WorkingStock
from orderctl.rules import engine, kits
from orderctl.rules.facts import Facts
from orderctl.steps import customs, purchasing
from orderctl.steps.catalogue import Catalogue
from orderctl.steps.context import Context
from orderctl.steps.customs import Customs
from orderctl.steps.records import Records
from orderctl.steps.report import Report
from orderctl.store import (
    capacity,
    decisions,
    duplicates,
    exceptions,
    holds,
    locations,
    meta,
    pauses,
    postcodes,
    stock,
    waiting,
)
from orderctl.store.decisions import Basis
from orderctl.store.exceptions import Trouble
from orderctl.store.plans import Decided
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
    skus: Catalogue = field(default_factory=Catalogue)
    records: Records = field(default_factory=Records)
    stocked: set[str] = field(default_factory=set)  # SKUs whose stock has been read
    on_order: OnOrder | None = None  # None = nothing is
    customs: Customs = field(default_factory=Customs)
    repeats: dict[int, str] = field(default_factory=dict)  # order_id -> the earlier order it may repeat
    points: dict[tuple[str, str], Point] = field(default_factory=dict)  # where the batch's postcodes lie

    def forget_stock(self) -> None:
        """Read it again for the next batch: what was taken from it has not all been reserved."""
        self.stock = WorkingStock({})
        self.stocked = set()


def route(ctx: Context, orders: Sequence[int] = ()) -> Report:
    """Decide `orders` (row ids; all that are due when none is named)."""
    report = Report("route")
    at = desk(ctx)
    total = len(orders) or waiting.count_due(ctx.db, ctx.now)
    done = 0
    for due in [list(orders)] if orders else waiting.due(ctx.db, ctx.now):
        for start in range(0, len(due), BATCH):
            batch = waiting.load(ctx.db, due[start : start + BATCH])
            _route_batch(ctx, at, batch, report)
            done += len(batch)
            ctx.progress("orders routed", done, total)
    return report


def _route_batch(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder], report: Report) -> None:
    load_stock(ctx, desk, batch)
    window_s = ctx.config.places.duplicate_window_s
    desk.repeats = duplicates.of(ctx.db, batch, window_s) if window_s else {}
    if ctx.rules.by_distance:
        wanted = {(to.country, to.postcode) for one in batch if (to := one.order.ship_to)}
        desk.points = postcodes.points(ctx.db, wanted)
    decided = [(one, *_decide(ctx, desk, one)) for one in batch if not _held_by_a_person(ctx, one)]
    _apply(ctx, desk, [_frozen(ctx, desk, *each) for each in decided], report)


def desk(ctx: Context) -> Desk:
    """What is the same for all orders that are decided now."""
    ruleset = ctx.rules.ruleset
    places = json.dumps(places_to_json(ctx.config.places), ensure_ascii=False, sort_keys=True)
    with transaction(ctx.db, "route.basis"):
        basis = decisions.basis(ctx.db, ctx.stamp, engine.ENGINE, (ruleset.digest, ruleset.text), places)
        if meta.get(ctx.db, "ruleset") != ruleset.digest:
            holds.wake_for_rules(ctx.db, ctx.now)
            meta.put(ctx.db, "ruleset", ruleset.digest)
    return Desk(
        basis=basis,
        paused=tuple(pauses.paused(ctx.db, "location")),
        stale=locations.stale(ctx.db, ctx.config.places, ctx.now),
        capacity_used=capacity.used(ctx.db, ctx.config.places, ctx.rules.limited, ctx.now),
        on_order=purchasing.opened(ctx),
        customs=customs.opened(ctx),
    )


def load_stock(ctx: Context, desk: Desk, batch: Sequence[WaitingOrder]) -> None:
    """Have the articles and the stock of `batch` at hand."""
    orders = [one.order for one in batch]
    wanted = desk.skus.load(ctx.db, orders, ctx.rules.added_skus)
    customs.load(ctx, desk.customs, desk.skus, orders)
    desk.stock.add(stock.available(ctx.db, wanted - desk.stocked))
    purchasing.load(ctx, desk.on_order, wanted - desk.stocked)
    desk.stocked |= wanted


def _decide(ctx: Context, desk: Desk, one: WaitingOrder) -> tuple[Facts, Plan]:
    facts, plan = kits.decide(facts_of(ctx, desk, one), ctx.rules)
    if one.watched:
        return facts, plan
    purchasing.promise(desk.on_order, one, facts, plan)
    for shipment in plan.shipments:
        if shipment.location in ctx.counted:
            for line in shipment.promised:
                desk.stock.take(shipment.location, line.sku, line.quantity)
        if shipment.location in desk.capacity_used:
            desk.capacity_used[shipment.location] += 1
    return facts, plan


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


def facts_of(ctx: Context, desk: Desk, one: WaitingOrder) -> Facts:
    """Everything a rule may look at for this order, frozen."""
    units = {name: count for name, line in one.lines.items() if (count := line.open + line.backordered)}
    skus = sorted({line.sku for line in one.order.lines if line.id in units})
    added = ctx.rules.added_skus
    named = sorted({*skus, *added}) if added else skus
    known = desk.skus.of(one.order.channel, named)
    parts = desk.skus.parts(known.values())
    return Facts(
        order=one.order,
        now=ctx.now,
        places=ctx.config.places,
        stock=desk.stock.of(ctx.config.places.locations, sorted(parts.keys() | named) if parts else named),
        open_units=units,
        skus=parts | known if parts else known,
        unknown_skus=tuple([sku for sku in skus if sku not in known]),
        excluded=one.excluded,
        paused=desk.paused,
        stale=desk.stale,
        capacity_used={name: used for name, used in desk.capacity_used.items() if used},
        holds={reason: hold.placed_at for reason, hold in one.holds.items()} if one.holds else {},
        released=tuple(dict.fromkeys(one.released)) if one.released else (),
        incoming=purchasing.incoming(desk.on_order, one, sorted(parts.keys() | named) if parts else named),
        backordered_at={name: line.backordered_at for name, line in one.lines.items() if line.backordered_at},
        no_customs=customs.lacking(desk.customs, one.order, known),
        attempts=one.decisions,
        address=one.address,
        derived=_found_out(desk, one),
        extra_tags=one.tags,
        given=json.loads(one.given) if one.given else {},
    )


def _found_out(desk: Desk, one: WaitingOrder) -> dict[str, Any]:
    """What holds the order whatever its rules say, and where it goes as far as that is known."""
    found: dict[str, Any] = {"money_mismatch": True} if "money_mismatch" in one.checks else {}
    if desk.points and (to := one.order.ship_to) and (point := lies_at(desk.points, to.country, to.postcode)):
        found["coordinates"] = list(point)
    if one.order_id in desk.repeats:
        found["possible_duplicate"] = True
    return found


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
