"""Taking persons out of orders, order by order: documents, payloads, decisions, and every free text about them.

Rows stay, so that states, sums and numbers do; what they say of a person goes. `orders.redacted_at` is the tombstone:
an order that has it is never filled again by what its channel sends. Events are append-only but for this: the mark
`redacting` stands in the small facts only inside the transaction.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Sequence

from orderctl.core.orders import Order
from orderctl.core.redaction import GONE, scrubbed, texts_of, without_person
from orderctl.core.stamp import Stamp
from orderctl.store import blocks, events, meta, order_documents, search

#: Before the first order is redacted until nothing of it is left in pages that nobody reads.
UNFINISHED = "privacy"
REDACTING = "redacting"
#: What people wrote or were told may be about anybody; of other events only what is known of the person goes.
_FREE = (
    "note",
    "noted",
    "edit",
    "edited",
    "exception",
    "quarantined",
    "cancelled",
    "asked to stop",
    "not stopped",
    "tagged",
    "untagged",
)
#: Orders in these states need their person no more.
OVER = ("cancelled", "rejected", "track_only", "closed", "shipped")
_OVER = ", ".join(f"'{state}'" for state in OVER)
#: Of the orders whose ids are a JSON list.
_SOME = "order_id IN (SELECT value FROM json_each(:ids))"
#: When an order was over, for the time it is kept.
ENDED = (
    "CASE WHEN state IN ('closed', 'shipped') THEN coalesce(delivered_at, shipped_at, updated_at) ELSE updated_at END"
)


def due(db: sqlite3.Connection, before: str, limit: int | None = None) -> list[int]:
    """Orders that were over before the moment `before` and have their person still, oldest first."""
    rows = db.execute(
        f"SELECT order_id FROM orders WHERE redacted_at IS NULL AND state IN ({_OVER}) AND {ENDED} < ?"
        " ORDER BY order_id LIMIT ?",
        (before, -1 if limit is None else limit),
    )
    return [row[0] for row in rows]


def count_due(db: sqlite3.Connection, before: str) -> int:
    """How many `due` are."""
    row = db.execute(
        f"SELECT count(*) FROM orders WHERE redacted_at IS NULL AND state IN ({_OVER}) AND {ENDED} < ?", (before,)
    ).fetchone()
    return int(row[0])


def oldest(db: sqlite3.Connection) -> str:
    """When the oldest order that has its person still was placed; empty when there is none."""
    return str(db.execute("SELECT coalesce(min(placed_at), '') FROM orders WHERE redacted_at IS NULL").fetchone()[0])


def counts(db: sqlite3.Connection) -> tuple[int, int]:
    """How many orders have their person still, and how many do not."""
    row = db.execute("SELECT count(*) FILTER (WHERE redacted_at IS NULL), count(redacted_at) FROM orders").fetchone()
    return row[0], row[1]


def by_email(db: sqlite3.Connection, email: str) -> list[int]:
    """Orders of the customer with this address that have their person still."""
    rows = db.execute(
        "SELECT order_id FROM orders WHERE email = ? COLLATE NOCASE AND email <> '' AND redacted_at IS NULL"
        " ORDER BY order_id",
        (email,),
    )
    return [row[0] for row in rows]


def still_needed(db: sqlite3.Connection, order_ids: Sequence[int]) -> list[str]:
    """The names of those of these orders that are not over yet."""
    rows = db.execute(
        f"SELECT channel || '/' || number FROM orders WHERE state NOT IN ({_OVER})"
        " AND order_id IN (SELECT value FROM json_each(?)) ORDER BY order_id",
        (json.dumps(list(order_ids)),),
    )
    return [row[0] for row in rows]


def begin(db: sqlite3.Connection, at: str) -> None:
    """From now on until `finished` something may lie in pages that nobody reads."""
    if not meta.get(db, UNFINISHED):
        meta.put(db, UNFINISHED, at)


def unfinished(db: sqlite3.Connection) -> str:
    """Since when something may lie in pages that nobody reads; empty when nothing does."""
    return meta.get(db, UNFINISHED)


def finished(db: sqlite3.Connection) -> None:
    """Nothing is left in pages that nobody reads."""
    meta.drop(db, UNFINISHED)


def known_of(db: sqlite3.Connection, order_ids: Iterable[int]) -> set[str]:
    """The texts by which the persons of these orders are known."""
    known: set[str] = set()
    for order_id in order_ids:
        known |= texts_of(_document(db, order_id)) | _edited(db, order_id)
    return known


def documents_of(db: sqlite3.Connection, order_ids: Iterable[int]) -> list[str]:
    """The names of the documents with which these orders were handed over."""
    rows = db.execute(
        f"SELECT DISTINCT document FROM batches JOIN shipments USING (batch_id) WHERE {_SOME} ORDER BY document",
        {"ids": json.dumps(list(order_ids))},
    )
    return [row[0] for row in rows]


def redact(db: sqlite3.Connection, stamp: Stamp, order_ids: Sequence[int]) -> None:
    """Take the persons out of these orders, inside the caller's transaction; best many: some tables have no index."""
    meta.put(db, REDACTING, stamp.at)
    known = {order_id: known_of(db, [order_id]) for order_id in order_ids}
    for order_id in order_ids:
        order = _document(db, order_id)
        search.forget(db, order_id)
        written = order_documents.written(without_person(order))
        db.execute("UPDATE order_documents SET document = ? WHERE order_id = ?", (written, order_id))
    values = {"ids": json.dumps(list(order_ids)), "free": json.dumps(_FREE), "gone": GONE, "at": stamp.at}
    _clear(db, values)
    for table, key, column, found in _TEXTS:
        texts = db.execute(found, {"ids": values["ids"]}).fetchall()
        changed = [(text, row) for row, whose, old in texts if (text := without(old, known[whose])) != old]
        db.executemany(f"UPDATE {table} SET {column} = ? WHERE {key} = ?", changed)
    for table, block_table in (("order_revisions", "payload_blocks"), ("decisions", "decision_blocks")):
        places = db.execute(f"SELECT block_id, first_byte, bytes FROM {table} WHERE {_SOME}", values).fetchall()
        blocks.blank(db, block_table, places)
    db.execute(f"UPDATE orders SET redacted_at = :at, email = '', checks = '{{}}' WHERE {_SOME}", values)
    events.add(db, stamp, [(order_id, "redacted", "") for order_id in order_ids])
    meta.drop(db, REDACTING)


def _document(db: sqlite3.Connection, order_id: int) -> Order:
    (text,) = db.execute("SELECT document FROM order_documents WHERE order_id = ?", (order_id,)).fetchone()
    return order_documents.read(text)


def _edited(db: sqlite3.Connection, order_id: int) -> set[str]:
    """What people have written over the channel's words."""
    rows = db.execute("SELECT value FROM overrides WHERE order_id = ? AND kind = 'edit'", (order_id,))
    values = [json.loads(row[0]) for row in rows]
    texts = {str(value[side]).strip() for value in values for side in ("was", "now") if side in value}
    return {text for text in texts if len(text) >= 4}


def _clear(db: sqlite3.Connection, values: dict[str, str]) -> None:
    """Free texts about the orders say nothing any more."""
    for table, changes in _CHANGES.items():
        for change in changes:
            db.execute(f"UPDATE {table} SET {change.replace(' WHERE ', f' WHERE {_SOME} AND ')}", values)


#: What is set in the rows of an order, by table.
_CHANGES = {
    "events": ("detail = '' WHERE kind IN (SELECT value FROM json_each(:free))",),
    "holds": ("note = '' WHERE note <> ''",),
    "overrides": (
        "reason = '' WHERE reason <> ''",
        'value = \'{"was": "", "now": ""}\' WHERE kind = \'edit\'',
        "value = '' WHERE kind = 'note'",
    ),
    "exceptions": ("message = :gone WHERE message <> ''", "answer = :gone WHERE answer <> ''"),
    "effects": (
        "content = NULL WHERE state NOT IN ('pending', 'sending', 'uncertain')",
        "payload = '{}' WHERE kind IN ('message', 'note')",
    ),
    "shipments": (
        "options = json_remove(options, '$.note', '$.notes', '$.pack_note', '$.pack_notes') WHERE options <> '{}'",
    ),
}


def _own(table: str, key: str, column: str) -> tuple[str, str, str, str]:
    found = f"SELECT {key}, order_id, {column} FROM {table} WHERE {_SOME} AND {column} IS NOT NULL"
    return table, key, column, found


_COPIED = "shadow_copies USING (copy_id) JOIN shipments USING (shipment_id)"
#: Where a text of the person may stand inside another one: table, its key, the column, what finds (key, order, text).
_TEXTS = (
    _own("events", "event_id", "detail"),
    _own("effects", "effect_id", "payload"),
    _own("effects", "effect_id", "message"),
    _own("shipments", "shipment_id", "options"),
    _own("shipments", "shipment_id", "reason"),
    _own("orders", "order_id", "tags"),
    _own("orders", "order_id", "rejection"),
    _own("overrides", "override_id", "value"),
    (
        *("unmatched_answers", "answer_id", "answer"),
        f"SELECT answer_id, order_id, answer FROM unmatched_answers JOIN shipments USING (reference) WHERE {_SOME}",
    ),
    (
        *("shadow_copies", "copy_id", "reason"),
        f"SELECT copy_id, order_id, c.reason FROM shadow_copies c JOIN shipments USING (shipment_id) WHERE {_SOME}",
    ),
    (
        *("shadow_answers", "answer_id", "answer"),
        f"SELECT answer_id, order_id, answer FROM shadow_answers JOIN {_COPIED} WHERE {_SOME}",
    ),
)


def without(text: str, known: set[str]) -> str:
    """`text` without what is known of the person, also where it is JSON and its letters are written as numbers."""
    written = {json.dumps(one)[1:-1] for one in known} | {json.dumps(one, ensure_ascii=False)[1:-1] for one in known}
    return scrubbed(text, known | written)
