"""Rows as the bytes of a file: CSV, TSV, JSONL or JSON; the same rows give the same bytes for ever.

CSV follows RFC 4180. For people who open it in a spreadsheet, a cell that would be taken for a formula gets an
apostrophe in front, reversibly (`core.text.spreadsheet_text`); for machines every cell stays as it is.
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from orderctl.core import text
from orderctl.wire.tables import Format

#: `utf-8-sig` starts with a byte order mark, which spreadsheets need to see that it is UTF-8.
OutEncoding = Literal["utf-8", "utf-8-sig", "latin-1", "cp1252"]
Cell = str | int
_NEWLINES = re.compile(r"[\r\n]+")


@dataclass(frozen=True, slots=True)
class Writer:
    """How to write one configured kind of file.

    A character that `encoding` lacks becomes `?`. With `one_line`, line ends inside a cell become a space.
    """

    format: Format = "csv"
    encoding: OutEncoding = "utf-8"
    delimiter: str = ","
    for_people: bool = False
    one_line: bool = False

    def content(
        self, columns: Sequence[str], rows: Iterable[Sequence[Cell]], about: Mapping[str, Any] | None = None
    ) -> bytes:
        """`rows`, each as long as `columns`, as the bytes of a file. `about` stands beside the rows in JSON alone."""
        if self.format in {"csv", "tsv"} and not self.one_line:
            return self._encoded(self._csv(columns, rows))
        clean = ([self._clean(cell) for cell in row] for row in rows)
        if self.format == "jsonl":
            written = "".join(_json(dict(zip(columns, row, strict=True))) + "\n" for row in clean)
        elif self.format == "json":
            named = [dict(zip(columns, row, strict=True)) for row in clean]
            written = json.dumps({**(about or {}), "rows": named}, ensure_ascii=False, indent=1) + "\n"
        else:
            written = self._csv(columns, clean)
        return self._encoded(written)

    def _csv(self, columns: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
        out = io.StringIO()
        writer = csv.writer(out, delimiter="\t" if self.format == "tsv" else self.delimiter, lineterminator="\r\n")
        writer.writerow(columns)
        if self.for_people:
            rows = ([text.spreadsheet_text(cell) if isinstance(cell, str) else cell for cell in row] for row in rows)
        writer.writerows(rows)
        return out.getvalue()

    def _encoded(self, written: str) -> bytes:
        if "\0" not in written:
            with contextlib.suppress(UnicodeEncodeError):
                return written.encode(self.encoding)
        return text.storable(written).encode(self.encoding, "replace")

    def _clean(self, cell: Cell) -> Cell:
        if isinstance(cell, int):
            return cell
        value = cell if cell.isprintable() else text.storable(cell)
        return _NEWLINES.sub(" ", value) if self.one_line else value


def _json(row: Mapping[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False, separators=(",", ":"))
