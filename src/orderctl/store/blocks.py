"""Texts kept many to a block: compressed together, because what is written together is alike.

Alone each would take twice the time and twice the room. A text is found by where it begins in its block and how long
it is, so that one of them can be blanked without touching the others.
"""

from __future__ import annotations

import sqlite3
import zlib
from collections.abc import Iterable, Sequence

try:
    from zlib_ng.zlib_ng import compressobj  # the same format in half the time
except ImportError:  # it is not made for this machine
    from zlib import compressobj  # type: ignore[assignment]

#: Where a text lies: block, first byte, bytes.
Place = tuple[int, int, int]

#: What the first text of a block will have much of, by the number that the block begins with. One that was used is
#: never changed.
_WORDS = {
    0: b"",
    1: (
        b'"attributes":{"tags":["weight_g":,"discount":"0.00","tax":"gift_message":"po_number":"note":"risk":"low",'
        b'"priority":"ship_by":"deliver_by":"requested_service":"standard","source":"online","type":"b2c",'
        b'"prices_include_tax":true,"shipping_price":"4.90","bill_to":{"name":"line1":"city":"region":"postcode":'
        b'"country":"US"},"ship_to":{"name":"company":"","line1":" Street","line2":"city":"New York","region":"NY",'
        b'"postcode":"10001","country":"US","phone":"+1"},"payment":"paid","customer":{"name":"email":"@example.com",'
        b'"orders":0,"spent":"0.00"},"lines":[{"id":"1","sku":"quantity":1,"amount":"20.00","title":"},{"id":"2",'
        b'"skus":{"stock":{"east":{"west":{"open_units":{"1":1}},"plan":{"rules":["hold/","location/","service/",'
        b'"enhance/"],"shipments":[{"location":"east","rules":["location/"],"service":"","cost_minor":"lines":'
        b'[{"line_id":"1","sku":"quantity":1}]}]}}{"facts":{"now":"2026-11-20T15:00:00Z","order":{"channel":"web",'
        b'"channel_order_id":"number":"placed_at":"2026-11-20T10:00:00Z","updated_at":"2026-11-20T10:00:00Z",'
        b'"currency":"USD","total":"'
    ),
}
PLAIN, DECISIONS = _WORDS


def keep(db: sqlite3.Connection, table: str, texts: Sequence[bytes], at_once: int, words: int = PLAIN) -> list[Place]:
    """Where each of `texts` lies in `table`, now that it is kept, `at_once` to a block."""
    places = []
    for start in range(0, len(texts), at_once):
        some = texts[start : start + at_once]
        packer = compressobj(2, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, _WORDS[words])
        content = bytes((words,)) + packer.compress(b"".join(some)) + packer.flush()
        row = db.execute(f"INSERT INTO {table} (content) VALUES (?) RETURNING block_id", (content,)).fetchone()
        first = 0
        for text in some:
            places.append((row[0], first, len(text)))
            first += len(text)
    return places


def blank(db: sqlite3.Connection, table: str, places: Iterable[Place]) -> None:
    """Nothing but spaces stands at `places` of `table` from now on; the texts beside them stay where they are."""
    by_block: dict[int, list[tuple[int, int]]] = {}
    for block_id, first, length in places:
        by_block.setdefault(block_id, []).append((first, length))
    for block_id, spans in by_block.items():
        (content,) = db.execute(f"SELECT content FROM {table} WHERE block_id = ?", (block_id,)).fetchone()
        if content is None:
            continue
        words = _WORDS[content[0]]
        text = bytearray(zlib.decompressobj(-15, zdict=words).decompress(content[1:]))
        for first, length in spans:
            text[first : first + length] = b" " * length
        packer = compressobj(2, zlib.DEFLATED, -15, 8, zlib.Z_DEFAULT_STRATEGY, words)
        packed = None if text.isspace() or not text else content[:1] + packer.compress(bytes(text)) + packer.flush()
        db.execute(f"UPDATE {table} SET content = ? WHERE block_id = ?", (packed, block_id))


def part(content: bytes, first: int, length: int) -> bytes:
    """`length` bytes from `first` of a block."""
    return zlib.decompressobj(-15, zdict=_WORDS[content[0]]).decompress(content[1:], first + length)[first:]
