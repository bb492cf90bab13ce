"""Orders as rows: those that a filter takes, those that were found, with the columns a person can ask for.

Names of columns come from tables here, values are always bound; `order_conditions` says what a filter comes to.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from orderctl.core import money
from orderctl.core.order_filters import OrderFilter
from orderctl.core.search_question import Token
from orderctl.core.searching import squeezed
from orderctl.store import order_conditions, search_volumes

_LOCATIONS = (
    "(SELECT json_group_array(location) FROM (SELECT DISTINCT location FROM shipments s"
    " WHERE s.order_id = o.order_id AND s.state NOT IN ('cancelled', 'rejected') ORDER BY part))"
)
_HOLDS = (
    "(SELECT json_group_array(reason) FROM (SELECT reason FROM holds h WHERE h.order_id = o.order_id"
    " AND h.ended_at IS NULL ORDER BY hold_id))"
)
_CODES = (
    "(SELECT json_group_array(code) FROM (SELECT code FROM exceptions e WHERE e.order_id = o.order_id"
    " AND e.closed_at IS NULL ORDER BY exception_id))"
)
_SKUS = (
    "(SELECT json_group_array(sku) FROM (SELECT DISTINCT sku FROM order_lines l WHERE l.order_id = o.order_id"
    " ORDER BY sku))"
)
_UNITS = "(SELECT coalesce(sum(ordered - cancelled), 0) FROM order_lines l WHERE l.order_id = o.order_id)"
_TAGS = (
    "(SELECT json_group_array(DISTINCT value) FROM (SELECT t.value FROM order_documents d, json_each(d.document,"
    " '$.tags') t WHERE d.order_id = o.order_id UNION ALL SELECT t.value FROM json_each(o.tags) t))"
)
_NAME = (
    "(SELECT coalesce(nullif(d.document ->> '$.ship_to.name', ''), d.document ->> '$.customer.name', '')"
    " FROM order_documents d WHERE d.order_id = o.order_id)"
)
#: Name of a column -> what it is of the order `o`. The first ones are there in every list.
_COLUMNS = {
    "order": "o.stem",
    "channel": "o.channel",
    "number": "o.number",
    "state": "o.state",
    "placed_at": "o.placed_at",
    "ship_by": "nullif(o.ship_by, '')",
    "country": "o.country",
    "currency": "o.currency",
    "total": "o.total_minor",
    "customer": "o.email",
    "locations": _LOCATIONS,
    "holds": _HOLDS,
    "watched": "o.watched",
    "channel_order_id": "o.channel_order_id",
    "name": _NAME,
    "units": _UNITS,
    "skus": _SKUS,
    "tags": _TAGS,
    "assigned": "o.assigned",
    "exceptions": _CODES,
    "imported_at": "o.imported_at",
    "routed_at": "o.routed_at",
    "dispatched_at": "o.dispatched_at",
    "shipped_at": "o.shipped_at",
    "delivered_at": "o.delivered_at",
}
USUAL = tuple(_COLUMNS)[:13]
COLUMNS = tuple(_COLUMNS)
#: What orders can be put in order by: whatever is one value.
SORTABLE = tuple(name for name, what in _COLUMNS.items() if not what.startswith("(") or what in {_UNITS, _NAME})
_LISTS = frozenset({"locations", "holds", "skus", "tags", "exceptions"})


def listed(
    db: sqlite3.Connection,
    which: OrderFilter,
    *,
    columns: Sequence[str] = USUAL,
    sort: str = "placed_at",
    falling: bool = True,
    limit: int | None = None,
) -> list[dict[str, Any]]:
    """The orders that `which` takes with `columns` (of `COLUMNS`), in the order of `sort` (of `SORTABLE`)."""
    conditions = order_conditions.of_filter(db, which)
    turn = "DESC" if falling else "ASC"
    by = f"+{_COLUMNS[sort]}" if conditions.few else _COLUMNS[sort]  # few are found first and then put in order
    rows = db.execute(
        f"SELECT {_shown(columns)} FROM orders o WHERE {conditions.sql}"
        f" ORDER BY {by} {turn}, o.order_id {turn} LIMIT :limit",
        {**conditions.values, "limit": -1 if limit is None else limit},
    )
    return list(_read(rows, columns))


def chosen(db: sqlite3.Connection, order_ids: Sequence[int], columns: Sequence[str] = USUAL) -> list[dict[str, Any]]:
    """These orders, in this order."""
    rows = db.execute(
        f"SELECT {_shown(columns)} FROM json_each(?) j JOIN orders o ON o.order_id = j.value ORDER BY j.key",
        (json.dumps(list(order_ids)),),
    )
    return list(_read(rows, columns))


def matching(db: sqlite3.Connection, which: OrderFilter) -> list[int]:
    """The rows of the orders that `which` takes, the first placed first."""
    conditions = order_conditions.of_filter(db, which)
    rows = db.execute(
        f"SELECT o.order_id FROM orders o WHERE {conditions.sql} ORDER BY +o.placed_at, o.order_id", conditions.values
    )
    return [row[0] for row in rows]


def emails_like(db: sqlite3.Connection, email: str) -> list[str]:
    """The e-mail addresses of orders that are `email` in whatever case."""
    rows = db.execute(
        "SELECT DISTINCT o.email FROM order_search x JOIN orders o ON o.order_id = x.rowid"
        " WHERE x.order_search MATCH ? AND lower(o.email) = lower(?) ORDER BY 1",
        (search_volumes.everywhere(db, Token(squeezed(email))), email),
    )
    return [row[0] for row in rows]


def _shown(columns: Sequence[str]) -> str:
    return ", ".join(["o.currency", *(_COLUMNS[name] for name in columns)])


def _read(rows: Iterable[tuple[Any, ...]], columns: Sequence[str]) -> Iterator[dict[str, Any]]:
    for currency, *values in rows:
        row = dict(zip(columns, values, strict=True))
        if "total" in row:
            row["total"] = money.to_text(row["total"], currency)
        if "watched" in row:
            row["watched"] = bool(row["watched"])
        for name in _LISTS.intersection(row):
            row[name] = json.loads(row[name])
        yield row
