"""The volumes of the search index: what is asked of one after another, the newest first, until there is enough.

A beginning of a word is looked for by collecting every order that has such a word, before the first one is known. So
that this stays short however many there are, the index is kept in volumes of `SIZE` orders: every word begins with the
mark of its order's volume, one character that counts the volumes.

Where a search has several words, one that many have and one that few have, collecting the common one in every volume
would cost more than all the rest:

1. the newest volume is asked for everything at once
2. the next one is asked how many orders have each part, which tells the rare from the common
3. from there on a volume is asked for the rarest part alone, and the words of the few orders that have it are looked
   at; where that would cost more than collecting, the volume is asked for everything
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection, Iterator

from orderctl.core.search_question import Node, Question

#: Orders in a volume. A word that all of them have takes 5 ms to collect; of a rare word each volume takes 0.1.
SIZE = 32_768
_FIRST_MARK = 0x100  # and one character more for each volume, up to 1.8 thousand million orders
#: Looking at the words of one order costs what collecting so many does.
_LOOKED_AT = 160

Words = Callable[[int], Collection[str]]


def mark_of(order_id: int) -> str:
    """The mark of the volume that has the words of an order."""
    return chr(_FIRST_MARK + order_id // SIZE)


def everywhere(db: sqlite3.Connection, node: Node) -> str:
    """`node` as one question to the whole index."""
    return " OR ".join(node.written(mark) for mark in _marks(db))


def matching(db: sqlite3.Connection, question: Question, words_of: Words) -> Iterator[int]:
    """The orders that meet `question`, newest first, as far as one reads on; `words_of` tells the words of an order."""
    first, *further = _marks(db)
    yield from _having(db, question.whole, first)
    sizes = [_how_many(db, part, further[0]) for part in question.parts] if further and len(question.parts) > 1 else [0]
    rarest = question.parts[sizes.index(min(sizes))]
    for mark in further:
        yield from _in_volume(db, question, mark, rarest, (sum(sizes) - min(sizes)) // _LOOKED_AT, words_of)


def _in_volume(
    db: sqlite3.Connection, question: Question, mark: str, rarest: Node, most: int, words_of: Words
) -> Iterator[int]:
    """The same of one volume, by looking at the orders that have the rarest part where those are `most` at most."""
    few = list(_having(db, question.led_by(rarest), mark, most + 1)) if most else []
    if most and len(few) <= most:
        yield from (order_id for order_id in few if question.whole.met_by(words_of(order_id)))
    else:
        yield from _having(db, question.whole, mark)


def _having(db: sqlite3.Connection, node: Node, mark: str, most: int = -1) -> Iterator[int]:
    rows = db.execute(
        "SELECT rowid FROM order_search WHERE order_search MATCH ? ORDER BY rowid DESC LIMIT ?",
        (node.written(mark), most),
    )
    return (row[0] for row in rows)


def _how_many(db: sqlite3.Connection, node: Node, mark: str) -> int:
    asked = (node.written(mark),)
    return int(db.execute("SELECT count(*) FROM order_search WHERE order_search MATCH ?", asked).fetchone()[0])


def _marks(db: sqlite3.Connection) -> list[str]:
    """The marks of the volumes that there are, the newest first; of the first one also while there is no order."""
    newest = db.execute("SELECT coalesce(max(id), 0) FROM order_search_docsize").fetchone()[0]
    return [mark_of(order_id) for order_id in range(newest // SIZE * SIZE, -1, -SIZE)]
