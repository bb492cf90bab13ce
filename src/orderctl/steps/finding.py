"""Finding orders: by filter, by a search, by who ordered them. Nothing here changes anything."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core import searching
from orderctl.core.errors import UsageError
from orderctl.core.order_filters import OrderFilter
from orderctl.steps import order_filters
from orderctl.steps.context import Context
from orderctl.store import order_list, orders, search

Row = dict[str, Any]

#: What is shown of orders that were found, besides what they were found by.
FOUND = ("order", "channel", "number", "state", "placed_at", "country", "currency", "total", "name", "customer")
#: So many orders that a search finds are counted, whatever its limit.
COUNTED = 500


@dataclass(frozen=True, slots=True)
class Found:
    """Orders that a search found, and how many there are; None when they are more than `COUNTED` and than its limit."""

    rows: list[Row]
    total: int | None


def orders_meant(ctx: Context, conditions: Sequence[str]) -> list[int]:
    """The rows of the orders that `NAME=VALUE` conditions choose. UsageError when they choose by nothing."""
    which = order_filters.made(ctx, order_filters.stated(conditions))
    if which.is_everything:
        raise UsageError("--where says nothing; nothing was done", next="orderctl orders list --where state=held")
    return order_list.matching(ctx.db, which)


def orders_search(ctx: Context, text: str, limit: int | None = None) -> Found:
    """The orders that `text` finds, those it is a name of first, then the newest, with what they were found by.

    UsageError when there is no letter or digit in it.
    """
    if searching.question(text) is None:
        raise UsageError(f"there is nothing to look for in '{text}'", next="orderctl orders search ana 10001")
    most = None if limit is None else max(limit, COUNTED)
    counted = search.find(ctx.db, text, None if most is None else most + 1)
    found = counted[:limit]
    rows = order_list.chosen(ctx.db, found, FOUND)
    with_reasons = [
        row | {"found_by": searching.found_by(orders.document(ctx.db, number), text) or ["shipment"]}
        for number, row in zip(found, rows, strict=True)
    ]
    return Found(with_reasons, len(counted) if most is None or len(counted) <= most else None)


def orders_history(ctx: Context, email: str, limit: int | None = None) -> list[Row]:
    """What an e-mail address ordered in all channels, newest first. UsageError when nothing is known of it."""
    known = order_list.emails_like(ctx.db, email)
    if not known:
        raise UsageError(f"there is no order of '{email}'", next=f"orderctl orders search {email.partition('@')[0]}")
    return order_list.listed(ctx.db, OrderFilter(emails=tuple(known)), columns=HISTORY, limit=limit)


HISTORY = ("order", "channel", "number", "state", "placed_at", "currency", "total", "units", "skus", "locations")
