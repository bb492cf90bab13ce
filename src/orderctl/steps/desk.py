"""The desk at which orders are decided: what is the same for all of them, and what each decision takes away.

1. rules, pauses, stale feeds and what the days of locations still hold are looked at once
2. articles, stock and what is on order are read a batch of orders at a time
3. an order's facts are frozen from it; what its plan takes is gone for the next
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

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
from orderctl.store import capacity, decisions, holds, locations, meta, pauses, stock
from orderctl.store.decisions import Basis
from orderctl.store.transactions import transaction
from orderctl.store.waiting import WaitingOrder

if TYPE_CHECKING:
    from orderctl.config.model import Config
    from orderctl.rules.compiled import Compiled


class Setting(Protocol):
    """Where orders are decided: a command's context, or a rehearsal, whose clock goes on from order to order."""

    @property
    def config(self) -> Config:
        """The configuration."""
        ...

    @property
    def rules(self) -> Compiled:
        """The rule set, made ready."""
        ...

    @property
    def now(self) -> str:
        """The moment that counts as now."""
        ...

    @property
    def counted(self) -> frozenset[str]:
        """The locations that keep a ledger."""
        ...


#: An order, the facts it was decided on, and its plan.
Decision = tuple[WaitingOrder, Facts, Plan]


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


def opened(ctx: Context) -> Desk:
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


def decide(ctx: Setting, desk: Desk, one: WaitingOrder) -> tuple[Facts, Plan]:
    """The order by its rules as the desk stands; what its plan takes is gone for the next."""
    facts, plan = kits.decide(facts_of(ctx, desk, one), ctx.rules)
    if not one.watched:
        take(ctx, desk, one, facts, plan)
    return facts, plan


def take(ctx: Setting, desk: Desk, one: WaitingOrder, facts: Facts, plan: Plan) -> None:
    """What a plan takes is gone for the next: stock, room in a location's day, what is on order."""
    purchasing.promise(desk.on_order, one, facts, plan)
    for shipment in plan.shipments:
        if shipment.location in ctx.counted:
            for line in shipment.promised:
                desk.stock.take(shipment.location, line.sku, line.quantity)
        if shipment.location in desk.capacity_used:
            desk.capacity_used[shipment.location] += 1


def facts_of(ctx: Setting, desk: Desk, one: WaitingOrder) -> Facts:
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
