"""What is known of SKUs: their data, what kits are made of, what channels call them."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderctl.core import skus as catalogue
from orderctl.core.customs import Declared
from orderctl.core.skus import Alias
from orderctl.core.stock import Sku

_SOME = "(SELECT value FROM json_each(?))"
#: Whether there are kits and aliases at all: most moves of stock concern neither.
_ANY = "SELECT EXISTS (SELECT 1 FROM kit_components WHERE part > ''), EXISTS (SELECT 1 FROM sku_aliases WHERE sku > '')"


def known(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, Sku]:
    """SKU -> what rules see of it, of those that are known."""
    listed = json.dumps(sorted(names))
    parts = _parts(db, listed)
    weights: dict[str, int | None] = {}
    if parts:
        inside = json.dumps(sorted({part for of_kit in parts.values() for part in of_kit}))
        weights = dict(db.execute(f"SELECT sku, data ->> 'weight_g' FROM skus WHERE sku IN {_SOME}", (inside,)))
    return {
        sku: catalogue.known(sku, json.loads(data), parts.get(sku, {}), weights)
        if data != "{}" or sku in parts
        else Sku(sku)
        for sku, data in db.execute(f"SELECT sku, data FROM skus WHERE sku IN {_SOME}", (listed,))
    }


def declared(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, Declared]:
    """SKU -> what is known of it for customs, of those that are known."""
    rows = db.execute(
        "SELECT sku, coalesce(data ->> 'hs_code', '') <> '', coalesce(data ->> 'origin', '') <> '',"
        f" coalesce(data ->> 'cost_minor', 0) > 0 FROM skus WHERE sku IN {_SOME}",
        (json.dumps(sorted(names)),),
    )
    return {sku: Declared(*map(bool, known)) for sku, *known in rows}


def _parts(db: sqlite3.Connection, listed: str) -> dict[str, dict[str, int]]:
    found: dict[str, dict[str, int]] = {}
    for sku, part, quantity in db.execute(
        f"SELECT sku, part, quantity FROM kit_components WHERE sku IN {_SOME} ORDER BY sku, part", (listed,)
    ):
        found.setdefault(sku, {})[part] = quantity
    return found


def aliases(db: sqlite3.Connection, channels: Iterable[str], names: Iterable[str]) -> dict[tuple[str, str], Alias]:
    """(channel, its SKU) -> what that is, of those of `names` that `channels` call so."""
    rows = db.execute(
        f"SELECT channel, channel_sku, sku, times FROM sku_aliases WHERE channel IN {_SOME} AND channel_sku IN {_SOME}",
        (json.dumps(sorted(channels)), json.dumps(sorted(names))),
    )
    return {(row[0], row[1]): Alias(*row) for row in rows}


def sold(db: sqlite3.Connection, channel: str, names: Iterable[str]) -> dict[str, Sku]:
    """What `channel` calls it -> the SKU with what one unit takes from stock, of those of `names` that are known."""
    called = aliases(db, [channel], names)
    own = known(db, {*names, *(alias.sku for alias in called.values())})
    found = {name: own[name] for name in names if name in own}
    return found | {name: catalogue.as_sold(own[alias.sku], alias.times) for (_, name), alias in called.items()}


def sold_as(db: sqlite3.Connection, names: Iterable[str]) -> set[str]:
    """`names`, the kits that one of them is part of, and all that channels call any of these."""
    wanted = set(names)
    if not any(db.execute(_ANY).fetchone()):
        return wanted
    listed = json.dumps(sorted(wanted))
    wanted.update(row[0] for row in db.execute(f"SELECT sku FROM kit_components WHERE part IN {_SOME}", (listed,)))
    listed = json.dumps(sorted(wanted))
    wanted.update(row[0] for row in db.execute(f"SELECT channel_sku FROM sku_aliases WHERE sku IN {_SOME}", (listed,)))
    return wanted


def wake_unknown(db: sqlite3.Connection, names: Iterable[str], at: str) -> int:
    """Orders that wait because one of `names` was unknown are looked at again; how many they are."""
    return db.execute(
        "UPDATE orders SET due_at = ? WHERE order_id IN (SELECT e.order_id FROM exceptions e"
        " JOIN order_lines l USING (order_id) WHERE e.closed_at IS NULL AND e.code = 'unknown_sku'"
        f" AND l.sku IN {_SOME})",
        (at, json.dumps(sorted(names))),
    ).rowcount


def wake_undeclared(db: sqlite3.Connection, names: Iterable[str], at: str) -> None:
    """Orders held for what customs want to know of one of `names` are looked at again."""
    held = "FROM holds WHERE ended_at IS NULL AND reason = 'missing_customs'"
    if db.execute(f"SELECT EXISTS (SELECT 1 {held})").fetchone()[0]:
        db.execute(
            f"UPDATE orders SET due_at = ? WHERE order_id IN (SELECT order_id {held}) AND order_id IN"
            f" (SELECT order_id FROM order_lines WHERE sku IN {_SOME})",
            (at, json.dumps(sorted(sold_as(db, names)))),
        )


def unknown_of(db: sqlite3.Connection, stem: str) -> tuple[str, list[str]]:
    """The channel of an order, and the SKUs of its lines to ship that nobody knows."""
    row = db.execute("SELECT order_id, channel FROM orders WHERE stem = ?", (stem,)).fetchone()
    if row is None:
        return "", []
    rows = db.execute(
        "SELECT DISTINCT l.sku FROM order_lines l WHERE l.order_id = ? AND l.to_ship = 1 AND l.sku <> ''"
        " AND l.sku NOT IN (SELECT sku FROM skus) AND NOT EXISTS (SELECT 1 FROM sku_aliases a"
        " WHERE a.channel = ? AND a.channel_sku = l.sku) ORDER BY l.position",
        (row[0], row[1]),
    )
    return row[1], [one[0] for one in rows]


def keep(db: sqlite3.Connection, rows: Sequence[tuple[str, Mapping[str, Any]]]) -> list[str]:
    """Lay data over what is known of SKUs, None taking a value away; those in which that changed anything."""
    listed = json.dumps([sku for sku, _ in rows])
    have = {
        sku: json.loads(data) for sku, data in db.execute(f"SELECT sku, data FROM skus WHERE sku IN {_SOME}", (listed,))
    }
    changed = []
    for sku, data in rows:
        after = {name: value for name, value in (have[sku] | data).items() if value is not None}
        if after != have[sku]:
            changed.append((json.dumps(after, ensure_ascii=False, sort_keys=True), sku))
    db.executemany("UPDATE skus SET data = ? WHERE sku = ?", changed)
    return [sku for _, sku in changed]


def put_parts(db: sqlite3.Connection, sku: str, parts: Mapping[str, int]) -> bool:
    """`sku` is a kit of `parts` from now on, none when they are empty; whether that is a change."""
    if _parts(db, json.dumps([sku])).get(sku, {}) == parts:
        return False
    db.execute("DELETE FROM kit_components WHERE sku = ?", (sku,))
    db.executemany("INSERT INTO kit_components VALUES (?, ?, ?)", [(sku, part, each) for part, each in parts.items()])
    return True


def kits_within(db: sqlite3.Connection) -> list[tuple[str, str]]:
    """(kit, its part) of every part that is a kit itself."""
    return db.execute(
        "SELECT DISTINCT k.sku, k.part FROM kit_components k JOIN kit_components inside ON inside.sku = k.part"
        " ORDER BY k.sku, k.part"
    ).fetchall()


def put_alias(db: sqlite3.Connection, alias: Alias) -> Alias | None:
    """From now on `alias` says what its channel's SKU is; what did so before."""
    before = aliases(db, [alias.channel], [alias.channel_sku]).get((alias.channel, alias.channel_sku))
    db.execute(
        "INSERT INTO sku_aliases VALUES (?, ?, ?, ?) ON CONFLICT (channel, channel_sku)"
        " DO UPDATE SET sku = excluded.sku, times = excluded.times",
        (alias.channel, alias.channel_sku, alias.sku, alias.times),
    )
    return before


def remove_alias(db: sqlite3.Connection, channel: str, channel_sku: str) -> Alias | None:
    """The channel's SKU is mapped to nothing any more; what it was mapped to."""
    row = db.execute(
        "DELETE FROM sku_aliases WHERE channel = ? AND channel_sku = ? RETURNING channel, channel_sku, sku, times",
        (channel, channel_sku),
    ).fetchone()
    return Alias(*row) if row else None


def listed(db: sqlite3.Connection, sku: str | None = None, limit: int | None = None) -> list[dict[str, Any]]:
    """SKUs as rows, newest first: what is known of each, its parts and what channels call it."""
    rows = db.execute(
        "SELECT sku, data, known_at FROM skus WHERE (:sku IS NULL OR sku = :sku)"
        " ORDER BY known_at DESC, sku LIMIT :most",
        {"sku": sku, "most": -1 if limit is None else limit},
    ).fetchall()
    names = json.dumps([row[0] for row in rows])
    parts = _parts(db, names)
    called: dict[str, list[dict[str, Any]]] = {}
    for channel, channel_sku, own, times in db.execute(
        f"SELECT channel, channel_sku, sku, times FROM sku_aliases WHERE sku IN {_SOME} ORDER BY channel, channel_sku",
        (names,),
    ):
        called.setdefault(own, []).append({"channel": channel, "channel_sku": channel_sku, "times": times})
    return [
        {"sku": name, **json.loads(data), "parts": parts.get(name, {}), "aliases": called.get(name, []), "known_at": at}
        for name, data, at in rows
    ]
