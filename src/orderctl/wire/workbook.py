"""Rows as the bytes of an Excel workbook; the same rows and moment give the same bytes for ever.

1. every text is written as text, so that `00123` keeps its zeros and `=1+1` is no formula; whole numbers are numbers
2. for people, a text that would become a formula once somebody edits it is marked as text (`quotePrefix`)
3. rows are written one by one and not kept; the only moment in the file is the one that is passed in
"""

from __future__ import annotations

import io
import re
from collections.abc import Iterable, Sequence
from itertools import chain, islice
from typing import Any

from orderctl.core import text
from orderctl.core.times import as_datetime
from orderctl.wire.table_text import Cell

#: More than this Excel does not take in one cell.
LONGEST_CELL = 32_767
#: From here on a spreadsheet keeps a whole number only roughly.
_ROUNDED_FROM = 10**15
_NARROWEST, _WIDEST, _LOOKED_AT = 8, 60, 200
_NEWLINES = re.compile(r"[\r\n]+")
#: What cannot stand in XML, not even escaped.
_NOT_XML = re.compile("[\ufffe\uffff]")


def content(
    columns: Sequence[str], rows: Iterable[Sequence[Cell]], *, at: str, for_people: bool = False, one_line: bool = False
) -> bytes:
    """`rows`, each as long as `columns`, as a workbook made at the moment `at`.

    A cell that is too long for Excel ends in an ellipsis. With `one_line`, line ends inside a cell become a space.
    """
    import xlsxwriter

    out = io.BytesIO()
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    workbook = xlsxwriter.Workbook(out, options)
    workbook.set_properties({"created": as_datetime(at).replace(tzinfo=None)})
    quoted = workbook.add_format({"quote_prefix": True})
    sheet = workbook.add_worksheet("Sheet1")
    feed = iter(rows)
    first = list(islice(feed, _LOOKED_AT))
    _lay_out(workbook, sheet, columns, first)
    for number, row in enumerate(chain(first, feed), 1):
        for place, cell in enumerate(row):
            if isinstance(cell, int) and abs(cell) < _ROUNDED_FROM:
                sheet.write_number(number, place, cell)
            elif cell != "":
                written = _fitting(str(cell), one_line=one_line)
                runs = for_people and text.spreadsheet_text(written) != written
                sheet.write_string(number, place, written, quoted if runs else None)
    workbook.close()
    return out.getvalue()


def _lay_out(workbook: Any, sheet: Any, columns: Sequence[str], first: Sequence[Sequence[Cell]]) -> None:
    """The header, which stays in sight, and columns as wide as what stands in them."""
    bold = workbook.add_format({"bold": True, "bottom": 1})
    for place, column in enumerate(columns):
        longest = max((len(str(row[place])) for row in first), default=0)
        sheet.set_column(place, place, min(max(longest, len(column), _NARROWEST - 2) + 2, _WIDEST))
    sheet.freeze_panes(1, 0)
    for place, column in enumerate(columns):
        sheet.write_string(0, place, _fitting(column, one_line=True), bold)


def _fitting(value: str, *, one_line: bool) -> str:
    value = value if value.isprintable() else _NOT_XML.sub("\ufffd", text.storable(value))
    value = _NEWLINES.sub(" ", value) if one_line else value
    return value if len(value) <= LONGEST_CELL else value[: LONGEST_CELL - 1] + "\u2026"
