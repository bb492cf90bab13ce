"""The SQL of a filter of orders, by what the store has for it.

1. of each part of the filter that an index knows the orders of, they are counted, up to `MANY`
2. few are taken as a set, and whatever is left of them is put in order
3. where all are many, orders are looked at one by one in the order in which they are wanted, until there are enough:
   no index of a part may then be used, which would have all of them collected first
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core import searching
from orderctl.core.order_filters import NOBODY, OrderFilter
from orderctl.core.search_question import Some, Token
from orderctl.core.searching import squeezed
from orderctl.store import search_volumes

#: So many orders are put in order as quickly as as many are looked at until there are enough.
MANY = 5_000


@dataclass(frozen=True, slots=True)
class Conditions:
    """What has to hold of the order `o`, the values that are bound, and whether few orders are looked at for it."""

    sql: str
    values: dict[str, Any]
    few: bool


@dataclass(frozen=True, slots=True)
class _Part:
    """`met`: what has to hold of the order `o`; `taken`: which orders these are, and `counted`: no fewer, more cheaply.

    `{0}` is where the values, a JSON list, are bound, `{1}` what the search index is asked for.
    """

    met: str
    taken: str = ""
    counted: str = ""


_SOME = "IN (SELECT value FROM json_each({0}))"
_INDEXED = "SELECT rowid AS order_id FROM order_search WHERE order_search MATCH {1}"
#: Attribute of a filter -> what it comes to. Names of columns stand here, values are always bound.
_PARTS = {
    "states": _Part(f"+o.state {_SOME}", f"SELECT order_id FROM orders WHERE state {_SOME}"),
    "channels": _Part(f"+o.channel {_SOME}", f"SELECT order_id FROM orders WHERE channel {_SOME}"),
    "emails": _Part(f"+o.email {_SOME}", f"SELECT order_id FROM orders WHERE email <> '' AND email {_SOME}"),
    "locations": _Part(
        "EXISTS (SELECT 1 FROM shipments s WHERE s.order_id = o.order_id AND s.state NOT IN ('cancelled', 'rejected')"
        f" AND s.location {_SOME})"
    ),
    "codes": _Part(
        f"EXISTS (SELECT 1 FROM exceptions e WHERE e.order_id = o.order_id AND e.closed_at IS NULL AND e.code {_SOME})",
        f"SELECT order_id FROM exceptions WHERE closed_at IS NULL AND code {_SOME}",
    ),
    "holds": _Part(
        f"EXISTS (SELECT 1 FROM holds h WHERE h.order_id = o.order_id AND h.ended_at IS NULL AND h.reason {_SOME})",
        f"SELECT order_id FROM holds WHERE ended_at IS NULL AND reason {_SOME}",
    ),
    "assigned": _Part(f"+o.assigned {_SOME}", f"SELECT order_id FROM orders WHERE assigned <> '' AND assigned {_SOME}"),
    "skus": _Part(
        f"EXISTS (SELECT 1 FROM order_lines l WHERE l.order_id = o.order_id AND l.sku {_SOME})",
        "SELECT l.order_id FROM order_search x JOIN order_lines l ON l.order_id = x.rowid"
        f" WHERE x.order_search MATCH {{1}} AND l.sku {_SOME}",
        _INDEXED,
    ),
    "tags": _Part(
        "(EXISTS (SELECT 1 FROM order_documents d, json_each(d.document, '$.tags') t WHERE d.order_id = o.order_id"
        f" AND lower(t.value) {_SOME})"
        f" OR (o.tags <> '[]' AND EXISTS (SELECT 1 FROM json_each(o.tags) t WHERE lower(t.value) {_SOME})))",
        "SELECT d.order_id FROM order_search x JOIN order_documents d ON d.order_id = x.rowid,"
        f" json_each(d.document, '$.tags') t WHERE x.order_search MATCH {{1}} AND lower(t.value) {_SOME}"
        " UNION ALL SELECT g.order_id FROM orders g, json_each(g.tags) t WHERE g.tags <> '[]'"
        f" AND lower(t.value) {_SOME}",
        f"{_INDEXED} UNION ALL SELECT order_id FROM orders WHERE tags <> '[]'",
    ),
}


def of_filter(db: sqlite3.Connection, which: OrderFilter) -> Conditions:
    """What the SQL of a filter is, in a store as `db` is now."""
    met, taken, values = [], [], {}
    for name, part in _PARTS.items():
        stated = _stated(name, getattr(which, name))
        if not stated:
            continue
        values[name] = json.dumps(stated)
        if "{1}" in part.taken:
            asked = [searching.tag(one) if name == "tags" else squeezed(one) for one in stated]
            values[f"asked_{name}"] = search_volumes.everywhere(db, Some(tuple(map(Token, asked))))
        places = f":{name}", f":asked_{name}"
        if part.taken and "" not in stated and _few(db, (part.counted or part.taken).format(*places), values):
            taken.append(f"o.order_id IN ({part.taken.format(*places)})")
        elif name == "states" and len(stated) == 1:
            met.append("o.state = :states ->> 0")  # an index has each state in the order of days
        else:
            met.append(part.met.format(*places))
    for name, sign in (("placed_from", ">="), ("placed_before", "<")):
        if moment := getattr(which, name):
            met.append(f"o.placed_at {sign} :{name}")
            values[name] = moment
    return Conditions(" AND ".join([*taken, *met]) or "1", values, few=bool(taken))


def _few(db: sqlite3.Connection, orders: str, values: dict[str, Any]) -> bool:
    query = f"SELECT count(*) FROM (SELECT 1 FROM ({orders}) LIMIT {MANY + 1})"
    return bool(db.execute(query, values).fetchone()[0] <= MANY)


def _stated(name: str, stated: Sequence[str]) -> list[str]:
    """The values as they are compared with what is stored."""
    if name == "tags":
        return [one.lower() for one in stated]
    if name == "assigned":
        return ["" if one == NOBODY else one for one in stated]
    return list(stated)
