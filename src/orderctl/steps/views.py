"""What reading commands show. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderctl.core.checks import checks_at
from orderctl.core.codes import EXCEPTIONS
from orderctl.core.errors import UsageError
from orderctl.core.money import to_text
from orderctl.core.money_entries import TYPES, account
from orderctl.core.order_filters import NOBODY
from orderctl.core.text import did_you_mean
from orderctl.steps import order_filters, since, tracking
from orderctl.steps.context import Context
from orderctl.steps.order_filters import Stated
from orderctl.store import exceptions, money_entries, order_list, order_views, orders, skus, stock
from orderctl.store.exceptions import ExceptionFilter

Row = dict[str, Any]


def orders_list(
    ctx: Context,
    said: Stated | None = None,
    *,
    columns: Sequence[str] = (),
    sort: str = "",
    limit: int | None = None,
) -> list[Row]:
    """The orders that `said` (name of a filter -> values) takes, newest first or in the order of `sort`.

    A column to sort by that has a minus before it lets the greatest stand first. UsageError for a name or a value
    that there is not.
    """
    by = sort.removeprefix("-") or "placed_at"
    _need_column([by], order_list.SORTABLE, "nothing to sort orders by called")
    _need_column(columns, order_list.COLUMNS, "no column")
    return order_list.listed(
        ctx.db,
        order_filters.made(ctx, said or {}),
        columns=columns or order_list.USUAL,
        sort=by,
        falling=not sort or sort.startswith("-"),
        limit=limit,
    )


def _need_column(names: Sequence[str], known: Sequence[str], what: str) -> None:
    for name in names:
        if name not in known:
            raise UsageError(f"there is {what} '{name}'{did_you_mean(name, known)}", next=f"one of: {', '.join(known)}")


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
    tracking.with_pages(ctx.config, row["shipments"])
    _, unknown = skus.unknown_of(ctx.db, row["order"])
    row["checks"]["codes"] += checks_at(orders.document(ctx.db, number), ctx.config.places, unknown)
    return row


def order_money(ctx: Context, name: str) -> Row:
    """Every entry of money of one order that counts, and what they come to in each currency."""
    number = order_id(ctx, name)
    order = orders.document(ctx.db, number)
    entries = account(order, money_entries.of_order(ctx.db, order.channel, order.channel_order_id))
    sums: dict[str, int] = {}
    for entry in entries:
        sums[entry.currency] = sums.get(entry.currency, 0) + entry.amount_minor
    return {
        "channel": order.channel,
        "number": order.number,
        "entries": [
            {
                "type": entry.type,
                "source": entry.source,
                "reference": entry.reference,
                "amount": to_text(entry.amount_minor, entry.currency),
                "currency": entry.currency,
                "estimate": entry.estimate,
                "at": entry.at or None,
            }
            for entry in sorted(entries, key=lambda one: (TYPES.index(one.type), one.at, one.source, one.reference))
        ],
        "sums": [{"amount": to_text(minor, currency), "currency": currency} for currency, minor in sums.items()],
    }


def exceptions_list(
    ctx: Context,
    *,
    include_closed: bool = False,
    snoozed: bool = False,
    owner: str | None = None,
    codes: Sequence[str] = (),
    age: str = "",
    limit: int | None = None,
) -> list[Row]:
    """What waits for a person, newest first, without what is put off; `snoozed`: only that.

    `owner` "nobody" or empty: what nobody looks after; `age`: longer than that. UsageError for a code there is not.
    """
    for code in codes:
        if code not in EXCEPTIONS:
            raise UsageError(
                f"there is no code of exceptions '{code}'{did_you_mean(code, EXCEPTIONS)}", next="orderctl help"
            )
    which = ExceptionFilter(
        closed=include_closed,
        now="" if include_closed else ctx.now,
        snoozed=snoozed,
        owner="" if owner == NOBODY else owner,
        codes=tuple(codes),
        opened_before=since.span_before(ctx, age, "--age") if age else "",
    )
    return exceptions.find(ctx.db, which, limit)


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
