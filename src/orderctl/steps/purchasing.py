"""What is on order while orders are routed: read once per SKU, and only where anything is on order at all."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

from orderctl.core.plans import Plan
from orderctl.core.purchasing import Arrivals, OnOrder, Waiter
from orderctl.rules.facts import Facts, parts_of
from orderctl.steps.context import Context
from orderctl.store import purchasing
from orderctl.store.waiting import WaitingOrder


def opened(ctx: Context) -> OnOrder | None:
    """What is on order, nothing of it read yet; None when nothing is."""
    return OnOrder() if purchasing.is_any_open(ctx.db) else None


def load(ctx: Context, on_order: OnOrder | None, skus: Iterable[str]) -> None:
    """Read what is on order of `skus`, and who waits for it."""
    arrivals = purchasing.arrivals(ctx.db, skus) if on_order is not None else {}
    if on_order is not None and arrivals:
        on_order.add(arrivals, purchasing.waiting(ctx.db, arrivals))


def incoming(on_order: OnOrder | None, one: WaitingOrder, skus: Iterable[str]) -> Mapping[str, Arrivals]:
    """What is on order of `skus`, and not for orders that waited before this one."""
    return on_order.left_for(one.order_id, skus) if on_order is not None and on_order.arrivals else {}


def promise(on_order: OnOrder | None, one: WaitingOrder, facts: Facts, plan: Plan) -> None:
    """What the plan lets wait has its place among those that wait; an order that waits no longer gives it up."""
    if on_order is None or not on_order.arrivals:
        return
    units: Counter[str] = Counter()
    for wait in plan.backorders:
        for part, each in parts_of(facts, wait.sku).items():
            units[part] += each * wait.quantity
    since = min(facts.backordered_at.values(), default=facts.now)
    on_order.wait(Waiter(since, one.order.placed_at, one.order_id), units)
