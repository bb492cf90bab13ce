"""What reading commands show. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderctl.core.checks import checks_at
from orderctl.core.errors import UsageError
from orderctl.core.states import ORDER_STATES
from orderctl.core.text import did_you_mean
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.store import exceptions, order_views, orders, skus, stock

Row = dict[str, Any]


def orders_list(
    ctx: Context, *, states: Sequence[str] = (), channel: str = "", at_risk: bool = False, limit: int | None = None
) -> list[Row]:
    """Orders newest first. `at_risk`: only those that cannot leave in time any more, as the last pass saw it."""
    for state in states:
        if state not in ORDER_STATES:
            message = f"there is no state '{state}'{did_you_mean(state, ORDER_STATES)}"
            raise UsageError(message, next=f"one of: {', '.join(ORDER_STATES)}")
    if channel:
        chosen([channel], {**ctx.config.channels, **orders.by_channel(ctx.db)}, "channel")
    return order_views.listed(ctx.db, states=states, channel=channel, at_risk=at_risk, limit=limit)


def order_id(ctx: Context, name: str) -> int:
    """The one order that `name` means. UsageError when there is none, or more than one."""
    found = order_views.find(ctx.db, name)
    if not found:
        raise UsageError(f"there is no order '{name}'", next="orderctl orders list")
    if len(found) > 1:
        names = ", ".join(label for _, label in found)
        raise UsageError(f"'{name}' may be any of {names}", next=f"orderctl orders show {found[0][1]}")
    return found[0][0]


def order_show(ctx: Context, name: str) -> Row:
    """One order with everything that belongs to it."""
    number = order_id(ctx, name)
    row = order_views.one(ctx.db, number)
    _, unknown = skus.unknown_of(ctx.db, row["order"])
    row["checks"]["codes"] += checks_at(orders.document(ctx.db, number), ctx.config.places, unknown)
    return row


def exceptions_list(ctx: Context, *, include_closed: bool = False, limit: int | None = None) -> list[Row]:
    """What waits for a person, newest first."""
    return exceptions.find(ctx.db, include_closed=include_closed, limit=limit)


def stock_show(ctx: Context, sku: str | None = None) -> list[Row]:
    """Units on hand, reserved and available per SKU and location. UsageError for a SKU that is not known."""
    if sku is not None:
        need_sku(ctx, sku)
    return stock.levels(ctx.db, sku)


def stock_history(ctx: Context, sku: str, limit: int | None = None) -> list[Row]:
    """Every move of one SKU, newest first. UsageError for a SKU that is not known."""
    need_sku(ctx, sku)
    return stock.history(ctx.db, sku, limit)


def need_sku(ctx: Context, sku: str) -> None:
    """UsageError for a SKU that is not known."""
    if skus.known(ctx.db, [sku]):
        return
    like = stock.skus_like(ctx.db, sku)
    same = next((f"; did you mean '{one}'?" for one in like if one.casefold() == sku.casefold()), "")
    raise UsageError(f"there is no SKU '{sku}'{same or did_you_mean(sku, like)}", next="orderctl stock show")
