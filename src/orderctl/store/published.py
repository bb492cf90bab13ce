"""What channels are told of stock, kept for all SKUs at once.

1. triggers mark what changed: levels, new SKUs, components of kits
2. `reckon` makes the numbers of the marked SKUs anew, or all of them where the terms of a channel are others, in SQL
3. a number is due while it is not the one that the channel took last; a push takes the first due ones
4. its receipt says what the channel has now; after a failure the numbers are due still, as they are by then
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection, Mapping, Sequence
from typing import Any

from orderctl.core.digests import canonical, digest
from orderctl.core.effects import Document, Receipt
from orderctl.core.publishing import Terms
from orderctl.core.stamp import Stamp
from orderctl.store import effects, exceptions, listings
from orderctl.store.exceptions import Trouble

REFUSED = "stock_refused"
#: How many refused SKUs an exception names.
MOST_NAMED = 3

#: The numbers of the SKUs for which `{scope}` is true. A kit has no stock of its own.
_NUMBERS = """
WITH places (location, open) AS (
    SELECT value, value IN (SELECT value FROM json_each(:open)) FROM json_each(:locations)),
sold (sku) AS (
    SELECT sku FROM stock_levels WHERE location IN (SELECT location FROM places) AND sku {scope}
    UNION SELECT k.sku FROM kit_components k JOIN stock_levels l ON l.sku = k.part
        WHERE l.location IN (SELECT location FROM places) AND k.sku {scope}
    UNION SELECT sku FROM published_stock WHERE channel = :channel AND sku {scope}
    UNION SELECT sku FROM skus WHERE :unlimited AND sku {scope}),
kits (sku, location, sets) AS (
    SELECT k.sku, p.location, min(coalesce(max(0, l.on_hand - l.reserved), 0) / k.quantity)
    FROM kit_components k JOIN places p ON p.open LEFT JOIN stock_levels l ON l.sku = k.part AND l.location = p.location
    WHERE k.sku {scope} GROUP BY k.sku, p.location),
units (sku, units) AS (
    SELECT sku, sum(sets) FROM kits GROUP BY sku
    UNION ALL SELECT sku, sum(max(0, on_hand - reserved)) FROM stock_levels l
        WHERE location IN (SELECT location FROM places WHERE open) AND sku {scope}
        AND NOT EXISTS (SELECT 1 FROM kit_components k WHERE k.sku = l.sku) GROUP BY sku)
INSERT INTO published_stock (channel, sku, quantity)
SELECT :channel, sku, min(:most, max(:least, CASE WHEN :unlimited THEN :most
    ELSE max(0, coalesce(units, 0) - :buffer) * :numerator / :denominator END))
FROM sold LEFT JOIN units USING (sku) WHERE true
ON CONFLICT (channel, sku) DO UPDATE SET quantity = excluded.quantity WHERE quantity <> excluded.quantity
"""
_ALL = _NUMBERS.format(scope="IS NOT NULL")
_SOME = _NUMBERS.format(scope="IN (SELECT value FROM json_each(:skus))")
#: Stands for a missing `max`: no number reaches it.
_NO_LIMIT = 2**62


def terms_of(db: sqlite3.Connection) -> dict[str, str]:
    """Channel -> the text of the terms that its numbers were made by; empty = they are to be made anew."""
    return dict(db.execute("SELECT channel, terms FROM published_channels"))


def is_changed(db: sqlite3.Connection) -> bool:
    """Whether anything changed that numbers are made of."""
    return bool(
        db.execute(
            "SELECT EXISTS (SELECT 1 FROM stock_levels WHERE changed = 1) OR EXISTS (SELECT 1 FROM changed_skus)"
        ).fetchone()[0]
    )


def reckon(db: sqlite3.Connection, terms: Mapping[str, Terms]) -> None:
    """Bring the numbers of these channels up to date; those of other channels are no longer kept so."""
    known = terms_of(db)
    changed = db.execute(
        "WITH marked (sku) AS (SELECT sku FROM stock_levels WHERE changed = 1 UNION SELECT sku FROM changed_skus)"
        " SELECT json_group_array(sku) FROM"
        " (SELECT sku FROM marked UNION SELECT k.sku FROM kit_components k JOIN marked m ON m.sku = k.part)"
    ).fetchone()[0]
    for channel, one in terms.items():
        scope = changed if known.get(channel) == one.text else None
        db.execute(_ALL if scope is None else _SOME, _values(channel, one, scope))
        db.execute(
            "INSERT INTO published_channels (channel, terms) VALUES (?, ?)"
            " ON CONFLICT (channel) DO UPDATE SET terms = excluded.terms",
            (channel, one.text),
        )
    db.execute(
        "UPDATE published_channels SET terms = '' WHERE channel NOT IN (SELECT value FROM json_each(?))",
        (json.dumps(list(terms)),),
    )
    db.execute("UPDATE stock_levels SET changed = 0 WHERE changed = 1")
    db.execute("DELETE FROM changed_skus")


def _values(channel: str, terms: Terms, scope: str | None) -> dict[str, object]:
    return {
        "channel": channel,
        "skus": scope,
        "locations": json.dumps(terms.locations),
        "open": json.dumps(terms.open),
        "unlimited": terms.unlimited,
        "buffer": terms.buffer,
        "numerator": terms.numerator,
        "denominator": terms.denominator,
        "least": terms.least,
        "most": _NO_LIMIT if terms.most is None else terms.most,
    }


def due(db: sqlite3.Connection, channel: str, limit: int, after: str = "") -> dict[str, tuple[int | None, int]]:
    """SKU -> (what `channel` took last, what it has to be told), of at most `limit` SKUs that come after `after`."""
    rows = db.execute(
        "SELECT sku, told, quantity FROM published_stock INDEXED BY published_stock_due"
        " WHERE channel = ? AND sku > ? AND told IS NOT quantity AND refused IS NOT quantity ORDER BY sku LIMIT ?",
        (channel, after, limit),
    )
    return {sku: (told, quantity) for sku, told, quantity in rows}


def totals(db: sqlite3.Connection, channel: str, locations: Sequence[str]) -> tuple[int, int, int]:
    """The sum of what `channel` was told, of what it has to be told, and what was sold since it was told all."""
    told, now = db.execute(
        "SELECT coalesce(sum(told), 0), coalesce(sum(quantity), 0) FROM published_stock WHERE channel = ?", (channel,)
    ).fetchone()
    sold = db.execute(
        "SELECT (SELECT coalesce(sum(r.quantity - r.released), 0) FROM reservations r"
        " WHERE r.reservation_id > c.reservation AND r.location IN (SELECT value FROM json_each(:locations)))"
        " - (SELECT coalesce(sum(m.delta), 0) FROM stock_moves m WHERE m.move_id > c.move AND m.reason = 'shipped'"
        " AND m.cause LIKE 'till:%' AND m.location IN (SELECT value FROM json_each(:locations)))"
        " FROM published_channels c WHERE c.channel = :channel",
        {"channel": channel, "locations": json.dumps(list(locations))},
    ).fetchone()
    return told, now, sold[0] if sold else 0


def is_under_way(db: sqlite3.Connection, channel: str) -> bool:
    """Whether a push of stock to `channel` is `sending`: a dead process began it and nobody can tell yet."""
    return bool(_open(db, channel, "sending"))


def _open(db: sqlite3.Connection, channel: str, *states: str) -> list[int]:
    rows = db.execute(
        f"SELECT effect_id FROM effects WHERE target = ? AND kind = 'stock' AND {effects.OPEN}"
        " AND state IN (SELECT value FROM json_each(?))",
        (f"channel:{channel}", json.dumps(states)),
    )
    return [row[0] for row in rows]


def is_waiting(db: sqlite3.Connection, channel: str) -> bool:
    """Whether an earlier push of stock to `channel` failed, or nobody knows whether it did."""
    return bool(_open(db, channel, "pending", "uncertain"))


def supersede(db: sqlite3.Connection, stamp: Stamp, channel: str) -> None:
    """What an earlier push of stock to `channel` wanted to say is said anew, with the numbers as they are by now."""
    db.executemany(
        "UPDATE effects SET state = 'superseded', settled_at = ?, message = 'made anew' WHERE effect_id = ?",
        [(stamp.at, effect_id) for effect_id in _open(db, channel, "pending", "uncertain")],
    )


def begin(
    db: sqlite3.Connection, stamp: Stamp, channel: str, number: int, document: Document, numbers: Mapping[str, int]
) -> str:
    """`channel` is about to be told these `numbers` in `document`, its push `number`; the key of that."""
    supersede(db, stamp, channel)
    payload = canonical(dict(numbers))
    effect_key = effects.key_of(db, "stock", channel, str(number))
    db.execute(
        "INSERT INTO effects (key, kind, target, payload, digest, state, next_try_at, created_at)"
        " VALUES (?, 'stock', ?, ?, ?, 'pending', ?, ?)",
        (effect_key, f"channel:{channel}", payload, digest(payload), stamp.at, stamp.at),
    )
    effects.begin_push(db, stamp, channel, number, document, [effect_key])
    return effect_key


def forget(db: sqlite3.Connection, channel: str, skus: Collection[str]) -> None:
    """What `channel` has of these of its SKUs is no longer what it took: it put units back itself. Tell them anew."""
    db.execute(
        "UPDATE published_stock SET told = NULL WHERE channel = :channel AND told IS NOT NULL AND sku IN"
        " (SELECT coalesce(a.sku, theirs.value) FROM json_each(:skus) theirs"
        " LEFT JOIN sku_aliases a ON a.channel = :channel AND a.channel_sku = theirs.value)",
        {"channel": channel, "skus": json.dumps(sorted(skus))},
    )


def settle(db: sqlite3.Connection, stamp: Stamp, channel: str, document: str, receipt: Receipt) -> int:
    """What `channel` said to the stock numbers in `document`; how many of them it took."""
    effect_id, payload = db.execute(
        f"SELECT effect_id, payload FROM effects WHERE state IN ('sending', 'uncertain') AND {effects.OPEN}"
        " AND kind = 'stock' AND target = ? AND document = ?",
        (f"channel:{channel}", document),
    ).fetchone()
    state = "pending" if receipt.outcome == "retry" else receipt.outcome
    db.execute(
        "UPDATE effects SET state = ?, reference = ?, message = ?, settled_at = ?, content = NULL WHERE effect_id = ?",
        (state, receipt.reference, receipt.message, stamp.at if state != "pending" else None, effect_id),
    )
    return _judge(db, stamp, channel, document, json.loads(payload), receipt)


def _judge(
    db: sqlite3.Connection, stamp: Stamp, channel: str, document: str, numbers: dict[str, int], receipt: Receipt
) -> int:
    """What becomes of each of `numbers`, as the whole document or as the channel judged it alone; how many it took."""
    alone = {listings.ours(db, channel, theirs): one for theirs, one in receipt.each.items()}
    by_outcome: dict[str, list[str]] = {}
    for sku in numbers:
        by_outcome.setdefault(alone.get(sku, receipt).outcome, []).append(sku)
    unsure = by_outcome.get("uncertain", [])  # it may have any of two numbers now
    db.executemany(
        "UPDATE published_stock SET told = NULL WHERE channel = ? AND sku = ?", [(channel, sku) for sku in unsure]
    )
    refused = by_outcome.get("refused", [])
    if alone:  # a document that is refused whole says nothing about any one number
        db.executemany(
            "UPDATE published_stock SET refused = ? WHERE channel = ? AND sku = ?",
            [(numbers[sku], channel, sku) for sku in refused],
        )
    if "accepted" in by_outcome:
        _took(db, stamp, channel, document, {sku: numbers[sku] for sku in by_outcome["accepted"]})
    if refused:
        said = [f"{sku}: {alone.get(sku, receipt).message or 'it does not say why'}" for sku in refused[:MOST_NAMED]]
        said += [f"and {len(refused) - MOST_NAMED} more"] if len(refused) > MOST_NAMED else []
        why = "; ".join(said) if alone else f"{document}: {receipt.message or 'it does not say why'}"
        exceptions.raise_all(db, stamp, [Trouble(REFUSED, channel, f"{channel} refused the stock of {why}")])
    return len(by_outcome.get("accepted", ()))


def _took(db: sqlite3.Connection, stamp: Stamp, channel: str, document: str, numbers: Mapping[str, int]) -> None:
    db.executemany(
        "UPDATE published_stock SET told = ?, refused = NULL, told_at = ?, document = ? WHERE channel = ? AND sku = ?",
        [(units, stamp.at, document, channel, sku) for sku, units in numbers.items()],
    )
    db.execute("UPDATE published_channels SET told_at = ? WHERE channel = ?", (stamp.at, channel))
    left = db.execute("SELECT 1 FROM published_stock WHERE channel = ? AND refused IS NOT NULL LIMIT 1", (channel,))
    if left.fetchone() is None:
        exceptions.settle(db, stamp, REFUSED, channel)


def told_all(db: sqlite3.Connection, channel: str) -> None:
    """`channel` knows every number: what is sold from here on is what was sold since."""
    db.execute(
        "UPDATE published_channels SET reservation = (SELECT coalesce(max(reservation_id), 0) FROM reservations),"
        " move = (SELECT coalesce(max(move_id), 0) FROM stock_moves) WHERE channel = ?",
        (channel,),
    )


def last(db: sqlite3.Connection, channel: str, sku: str) -> dict[str, Any] | None:
    """What `channel` was last told of `sku`, when, and in which document; None when it never was."""
    row = db.execute(
        "SELECT told, told_at, document FROM published_stock WHERE channel = ? AND sku = ? AND told_at IS NOT NULL",
        (channel, sku),
    ).fetchone()
    return dict(zip(("quantity", "told_at", "document"), row, strict=True)) if row else None


def summary(db: sqlite3.Connection, channel: str) -> dict[str, Any]:
    """How many SKUs `channel` is told of, how many numbers it does not know yet, the units it has, since when."""
    skus, waiting, units = db.execute(
        "SELECT count(*), count(*) FILTER (WHERE told IS NOT quantity), coalesce(sum(told), 0) FROM published_stock"
        " WHERE channel = ?",
        (channel,),
    ).fetchone()
    row = db.execute("SELECT told_at FROM published_channels WHERE channel = ?", (channel,)).fetchone()
    return {"skus": skus, "units": units, "waiting": waiting, "told_at": (row[0] if row else "") or None}
