"""Confirmations and stock counts out of one table, whatever way the table came in.

A table whose header, encoding or quotes are wrong is refused as a whole, before any of its rows counts; a row that is
wrong is put aside alone. In a feed a SKU that stands twice is put aside in every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO
from zoneinfo import ZoneInfo

from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.errors import RecordError
from orderctl.destinations import answer_rows
from orderctl.destinations.answer_rows import AnswerColumns
from orderctl.wire import tables
from orderctl.wire.inbox import MOST_ROWS
from orderctl.wire.repeats import repeats

Row = Confirmation | StockCount | BadRow


@dataclass(frozen=True, slots=True)
class AnswerTable:
    """How the tables of the location `location` are read: their form, columns, and how dates are written there."""

    location: str
    reader: tables.Reader
    columns: AnswerColumns
    dates: str
    zone: ZoneInfo

    def confirmations(self, file: BinaryIO, name: str, size: int, offset: int) -> Iterator[tuple[list[Row], int]]:  # noqa: ARG002
        """Answers after the byte `offset` of `file` called `name`, with the offset after each list.

        Those that stand together about one shipment stay together, so that they come on one page. RecordError for
        what refuses the table.
        """
        for _ in self._stated(file, name):
            pass  # refuses the file before any of its rows counts
        group: list[Row] = []
        reference, end = "", offset
        for row in self._rows(file, name, offset):
            answer = self._confirmation(row, f"{name} line {row.line}")
            about = answer.reference if isinstance(answer, Confirmation) else ""
            if group and (about != reference or len(group) == MOST_ROWS):
                yield group, end
                group = []
            group.append(answer)
            reference, end = about, row.end
        if group:
            yield group, end

    def counts(self, file: BinaryIO, name: str, size: int, offset: int) -> Iterator[tuple[list[Row], int]]:
        """The counts of this location, likewise; rows about other ones are theirs to read."""
        rows_of = repeats(lambda: self._counted_skus(file, name), size)
        found: list[Row] = []
        end = offset
        for row in self._rows(file, name, offset):
            stated = self.columns.ours(row.cells)
            if not row.problem and stated.get("location", "") not in {"", self.location}:
                continue
            found.append(self._count(row, stated, f"{name} line {row.line}", rows_of))
            end = row.end
            if len(found) == MOST_ROWS:
                yield found, end
                found = []
        if found:
            yield found, end

    def _header(self, file: BinaryIO, name: str) -> tables.Header:
        header = self.reader.header(file, name)
        if header.names:
            self.columns.found_in(header.names, f"{name} line {header.line} column 1")
        return header

    def _rows(self, file: BinaryIO, name: str, offset: int) -> Iterator[tables.Row]:
        return self.reader.rows(file, name, self._header(file, name), offset)

    def _stated(self, file: BinaryIO, name: str) -> Iterator[Mapping[str, str]]:
        """The cells of every row under our names. RecordError for what refuses the file."""
        return map(self.columns.ours, self.reader.cells(file, name, self._header(file, name)))

    def _confirmation(self, row: tables.Row, where: str) -> Row:
        if row.problem:
            return answer_rows.bad_row(row, row.problem, where)
        try:
            return answer_rows.confirmation(self.columns.ours(row.cells), where, self.dates, self.zone)
        except ValueError as error:
            return answer_rows.bad_row(row, str(error), where)

    def _counted_skus(self, file: BinaryIO, name: str) -> Iterator[str]:
        """The SKU of each row about this location. RecordError when there are rows, but none is."""
        others = ours = False
        for stated in self._stated(file, name):
            if stated.get("location", "") in {"", self.location}:
                ours = True
                yield stated.get("sku", "")
            else:
                others = True
        if others and not ours:
            raise RecordError(f"no row is about the location '{self.location}'", where=name)

    def _count(self, row: tables.Row, stated: Mapping[str, str], where: str, rows_of: Mapping[str, int]) -> Row:
        if row.problem:
            return answer_rows.bad_row(row, row.problem, where)
        sku = stated.get("sku", "")
        if sku in rows_of:
            reason = f"counts {sku[:40]} once more; it stands in {rows_of[sku]} rows of this file"
            return answer_rows.bad_row(row, reason, where)
        try:
            return answer_rows.stock_count(stated, where, self.location)
        except ValueError as error:
            return answer_rows.bad_row(row, str(error), where)
