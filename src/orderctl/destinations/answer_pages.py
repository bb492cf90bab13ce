"""Pages of what was asked of a partner, for every way that asks: their positions, and where they may be cut.

Rows about one shipment stay together; only the last page of what was read moves the position. A feed has a stream of
its own, its digest and moment, as files have, and `stock` says which it was: the same counts once more are the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from orderctl.core.adapters import AnswerPage
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.digests import digest

Row = Confirmation | StockCount | BadRow
MOST_ROWS = 500
MOST_COUNTS = 5_000
STOCK = "stock"


def position(positions: Mapping[str, str], stream: str) -> dict[str, str]:
    """What was kept; nothing where it cannot be read, so that everything is asked for again."""
    try:
        kept = json.loads(positions.get(stream, "{}"))
    except ValueError:
        return {}
    return kept if isinstance(kept, dict) and all(isinstance(value, str) for value in kept.values()) else {}


def cut(stream: str, reached: str, rows: Sequence[Row], before: str, most: int = MOST_ROWS) -> Iterator[AnswerPage]:
    """Pages of at most `most` rows; those about one shipment stay together; only the last page moves the position."""
    pages: list[list[Row]] = [[]]
    group: list[Row] = []
    for row in rows:
        about = row.reference if isinstance(row, Confirmation) else ""
        last = group[-1].reference if group and isinstance(group[-1], Confirmation) else ""
        if group and (about != last or len(group) >= most):
            _add(pages, group, most)
            group = []
        group.append(row)
    _add(pages, group, most)
    for page in pages[:-1]:
        yield AnswerPage(stream, before, page)
    yield AnswerPage(stream, reached, pages[-1])


def counted(rows: Sequence[StockCount | BadRow], positions: Mapping[str, str], now: str) -> Iterator[AnswerPage]:
    """`rows`, all that was counted at the moment `now`, and the position after them."""
    before = position(positions, STOCK)
    mark = digest(repr(sorted(repr(replace(row, where="")) for row in rows)))
    stream = before.get("stream", "")
    if before.get("digest") != mark or not stream:
        stream = f"{mark}@{now}"
    for start in range(0, len(rows), MOST_COUNTS):
        last = start + MOST_COUNTS >= len(rows)
        some = rows[start : start + MOST_COUNTS]
        yield AnswerPage(stream, "end" if last else str(start), some, closes=last, counts_at=now)
    kept = {"at": now, "digest": mark, "stream": stream}
    yield AnswerPage(STOCK, json.dumps(kept, sort_keys=True), ())


def _add(pages: list[list[Row]], group: Sequence[Row], most: int) -> None:
    if len(pages[-1]) + len(group) > most:
        pages.append([])
    pages[-1] += group
