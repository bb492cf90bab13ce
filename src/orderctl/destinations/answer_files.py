"""Files with answers or counts, whatever way they come in: how those of a location are read, and what cannot be."""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from orderctl.core import text
from orderctl.core.adapters import AnswerPage
from orderctl.destinations import answer_rows
from orderctl.destinations.answer_rows import AnswerColumns
from orderctl.destinations.answer_table import AnswerTable, Row
from orderctl.destinations.documents import PAPERS, TEXTS, DocumentSettings
from orderctl.destinations.way import Role
from orderctl.wire import cells, extras, tables
from orderctl.wire.inbox import MOST_ROWS, After, Piece, Source

_COLUMNS_OF = {"confirm": answer_rows.CONFIRM, "stock_feed": answer_rows.STOCK_FEED}
#: So many counts are one transaction: each of them writes into several indexes, whose pages are written once for all.
_MOST_COUNTS = 5_000


class AnswerSettings(DocumentSettings):
    """What a way by files says of those that it reads."""

    after: After = "keep"
    """`confirm`, `stock_feed`: whether a file that was taken stays or moves to `done/` beside it."""
    dates: cells.Dates = ""
    """`confirm`: how dates are written, e.g. `%d-%m-%Y`; ISO 8601 when empty."""


def problem_of(settings: AnswerSettings, role: str) -> str:
    """What keeps files from being read by `settings` for `role`; empty when nothing does."""
    if settings.format in PAPERS:
        return f"format: {settings.format} is not a form that can be read"
    if settings.format == "xlsx" and (lacking := extras.lacking("xlsx")):
        return f"xlsx {lacking}"
    known = _COLUMNS_OF[role]
    unknown = next((name for name in settings.columns if name not in known), None)
    if unknown is not None:
        return f"'{unknown[:40]}' is not a column here{text.did_you_mean(unknown, known)}; there are {', '.join(known)}"
    return ""


class AnswerFiles:
    """How the files of `location` are read for `role`. Moments without a zone are of `timezone`."""

    def __init__(self, location: str, settings: AnswerSettings, role: Role, timezone: str) -> None:
        self.is_feed = role == "stock_feed"
        self.most_rows = _MOST_COUNTS if self.is_feed else MOST_ROWS
        self.columns = AnswerColumns(_COLUMNS_OF.get(role, answer_rows.CONFIRM), settings.columns)
        self._table = AnswerTable(location, _reader(settings), self.columns, settings.dates, ZoneInfo(timezone))

    def items(self, source: Source, offset: int) -> Iterator[tuple[list[Row], int]]:
        """The rows of `source` after the byte `offset`, with the offset after each list."""
        read = self._table.counts if self.is_feed else self._table.confirmations
        return read(source.file, source.name, source.incoming.size, offset)

    def page(self, piece: Piece[Row]) -> AnswerPage:
        """`piece` as a page of answers."""
        moment = piece.moment if self.is_feed else ""
        return AnswerPage(piece.stream, piece.position, piece.items, piece.closes, moment)


def _reader(settings: AnswerSettings) -> tables.Reader:
    if settings.format == "xlsx":
        from orderctl.wire.workbook_rows import WorkbookReader

        return WorkbookReader()
    written = next((known for known in TEXTS if known == settings.format), TEXTS[0])
    encoding: tables.Encoding = "utf-8" if settings.encoding == "utf-8-sig" else settings.encoding
    return tables.Reader(written, encoding, settings.delimiter)
