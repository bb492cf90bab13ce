"""The full-text index of orders: which words stand in which, kept by whatever saves an order or a package.

The index holds no texts (`schema_search`), so a word is taken out by saying which order it was in: what an order was
indexed by is made again from its document, its packages and `search_nameless`. Rows go in in the order of their
numbers: going back and forth makes the index write a part of itself each time.

Every word stands in the index with the mark of its volume (`store.search_volumes`).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterable, Sequence
from itertools import chain, islice

from orderctl.core import searching
from orderctl.core.orders import Order
from orderctl.core.searching import marked, squeezed, words_of, words_without_persons
from orderctl.store import order_documents, search_volumes

_ADD = "INSERT INTO order_search (rowid, words) VALUES (?, ?)"
_TAKE_OUT = "INSERT INTO order_search (order_search, rowid, words) VALUES ('delete', ?, ?)"
_AT_ONCE = 5_000


def add(db: sqlite3.Connection, orders: Iterable[tuple[int, Order]]) -> None:
    """Orders that were never indexed, by ascending order id."""
    mark_of = search_volumes.mark_of
    db.executemany(_ADD, [(order_id, marked(words_of(order), mark_of(order_id))) for order_id, order in orders])


def add_packages(db: sqlite3.Connection, numbers: Iterable[tuple[int, str]]) -> None:
    """(order id, tracking number) of packages, so that their orders are found by the number."""
    rows = sorted({(order_id, code) for order_id, number in numbers if (code := squeezed(number))})
    db.executemany(_ADD, [_entry(order_id, [code]) for order_id, code in rows])


def change(db: sqlite3.Connection, order_id: int, before: str, after: Order) -> None:
    """The order's document, which was `before`, is now `after`."""
    words = _telling(nameless=_nameless(db, order_id))
    old, new = words(order_documents.read(before)), words(after)
    if old != new:
        db.execute(_TAKE_OUT, _entry(order_id, old))
        db.execute(_ADD, _entry(order_id, new))


def forget(db: sqlite3.Connection, order_id: int) -> None:
    """The order is found by nothing about a person any more: by its numbers and SKUs alone, now and later.

    To be called while its document is still what it was. `settle` removes the last trace.
    """
    order = _document(db, order_id)
    if order is None or _nameless(db, order_id):
        return
    db.execute(_TAKE_OUT, _entry(order_id, [*words_of(order), *_tracking(db, order_id)]))
    db.execute("INSERT INTO search_nameless VALUES (?)", (order_id,))
    db.execute(_ADD, _entry(order_id, words_without_persons(order)))


def settle(db: sqlite3.Connection) -> None:
    """Write the index anew without what was taken out, which until then may lie in pages that no search reads."""
    db.execute("INSERT INTO order_search (order_search) VALUES ('optimize')")


def rebuild(db: sqlite3.Connection) -> int:
    """Make the whole index from the orders and packages there are; how many orders."""
    db.execute("INSERT INTO order_search (order_search) VALUES ('delete-all')")
    last = done = 0
    nameless = {row[0] for row in db.execute("SELECT order_id FROM search_nameless")}
    while rows := db.execute(
        "SELECT order_id, document FROM order_documents WHERE order_id > ? ORDER BY order_id LIMIT ?", (last, _AT_ONCE)
    ).fetchall():
        entries = [
            _entry(order_id, _telling(nameless=order_id in nameless)(order_documents.read(document)))
            for order_id, document in rows
        ]
        db.executemany(_ADD, entries)
        last, done = rows[-1][0], done + len(rows)
    add_packages(db, [row for row in db.execute(_ALL_NUMBERS) if row[0] not in nameless])
    return done


def find(db: sqlite3.Connection, text: str, limit: int | None = None) -> list[int]:
    """The orders that `text` finds: first those it names, then the newest. At most `limit`."""
    named = _named(db, text)
    question = searching.question(text)
    found = search_volumes.matching(db, question, lambda order_id: _words(db, order_id)) if question else ()
    return list(islice(dict.fromkeys(chain(named, islice(found, limit))), limit))


def _entry(order_id: int, words: Iterable[str]) -> tuple[int, str]:
    return order_id, marked(words, search_volumes.mark_of(order_id))


def _words(db: sqlite3.Connection, order_id: int) -> Collection[str]:
    """Every word that the order is found by."""
    order = _document(db, order_id)
    if order is None:
        return ()
    if _nameless(db, order_id):
        return words_without_persons(order)
    return [*words_of(order), *_tracking(db, order_id)]


#: What `text` may be the whole name of, besides what stands in the index.
_NAMES = (
    "SELECT order_id FROM shipments WHERE reference = upper(:text)",
    "SELECT order_id FROM orders WHERE stem = upper(:text)",
    "SELECT order_id FROM orders WHERE channel = :channel AND (number = :rest OR channel_order_id = :rest)",
    "SELECT order_id FROM shipments WHERE partner_reference = :text AND partner_reference <> ''",
    (
        "SELECT order_id FROM shipments WHERE batch_id IN (SELECT batch_id FROM batches WHERE document = :text"
        " OR document LIKE '%/' || :text OR (location = :channel AND number = CAST(:rest AS INTEGER)))"
    ),
)


def _named(db: sqlite3.Connection, text: str) -> list[int]:
    """The orders that `text` is a name of: a shipment's reference, an order's, a location's own, a batch."""
    text = text.strip()
    channel, _, rest = text.partition("/")
    said = {"text": text, "channel": channel, "rest": rest}
    rows = [row[0] for query in _NAMES for row in db.execute(f"{query} ORDER BY order_id DESC", said)]
    return list(dict.fromkeys(rows))


_ALL_NUMBERS = (
    "SELECT s.order_id, p.tracking_number FROM packages p JOIN shipments s USING (shipment_id)"
    " UNION SELECT s.order_id, c.tracking_number FROM package_changes c JOIN packages p USING (package_id)"
    " JOIN shipments s USING (shipment_id)"
)


def _tracking(db: sqlite3.Connection, order_id: int) -> Sequence[str]:
    """The tracking numbers that packages of the order have or had, as they are indexed."""
    rows = db.execute(
        "SELECT p.tracking_number FROM packages p JOIN shipments s USING (shipment_id) WHERE s.order_id = :order"
        " UNION SELECT c.tracking_number FROM package_changes c JOIN packages p USING (package_id)"
        " JOIN shipments s USING (shipment_id) WHERE s.order_id = :order",
        {"order": order_id},
    )
    return [code for row in rows if (code := squeezed(row[0]))]


def _telling(*, nameless: bool) -> Callable[[Order], list[str]]:
    return words_without_persons if nameless else words_of


def _nameless(db: sqlite3.Connection, order_id: int) -> bool:
    return db.execute("SELECT 1 FROM search_nameless WHERE order_id = ?", (order_id,)).fetchone() is not None


def _document(db: sqlite3.Connection, order_id: int) -> Order | None:
    row = db.execute("SELECT document FROM order_documents WHERE order_id = ?", (order_id,)).fetchone()
    return order_documents.read(row[0]) if row else None
