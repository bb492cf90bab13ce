"""Excel workbooks as tables of texts: the first sheet that is not hidden, its first row with anything in it the header.

1. a workbook is read whole, so it has bounds: what it unpacks to, and how many cells
2. a number is written as a person would: `3`, not `3.0`; one with more digits than Excel keeps is marked as rounded
   (`1.234E+18`), so that whoever reads it as a name or number of a parcel refuses it; a date is ISO 8601
3. positions are ordinals of rows, as in JSON
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, BinaryIO

from orderctl.core.errors import RecordError
from orderctl.wire import tables
from orderctl.wire.tables import Header, Row

LARGEST_UNPACKED = 256 * 1024 * 1024
MOST_CELLS = 20_000_000
#: From here on a spreadsheet no longer keeps every digit.
_ROUNDED_FROM = 10**15


@dataclass(frozen=True, slots=True)
class WorkbookReader(tables.Reader):
    """Reads the rows of a workbook as `tables.Reader` reads those of a text."""

    def header(self, file: BinaryIO, name: str) -> Header:
        """The header row of `file`. RecordError when there is none, or it is wrong."""
        first, rows = _sheet(file, name)
        if not rows:
            raise RecordError("there is no header row", where=f"{name} line 1 column 1")
        names = [cell.strip() for cell in rows[0]]
        while names and not names[-1]:
            names.pop()
        tables.check_names(names, name, first)
        return Header(tuple(names), "", "utf-8", 1, first)

    def rows(self, file: BinaryIO, name: str, header: Header, offset: int = 0) -> Iterator[Row]:
        """The rows after the one with the ordinal `offset`."""
        first, rows = _sheet(file, name)
        wanted = len(header.names)
        for ordinal in range(max(offset, header.end), len(rows)):
            cells = rows[ordinal]
            if not any(cells):
                continue
            more = any(cells[wanted:])
            problem = f"the row has cells beyond the {wanted} of the header" if more else ""
            stated = dict(zip(header.names, cells, strict=False))
            yield Row(stated, first + ordinal, " | ".join(cells), ordinal + 1, problem)

    def cells(self, file: BinaryIO, name: str, header: Header) -> Iterator[Mapping[str, str]]:
        """The cells of all rows, without where they stand."""
        return (row.cells for row in self.rows(file, name, header))


def _sheet(file: BinaryIO, name: str) -> tuple[int, list[list[str]]]:
    """The number of the first row with anything in it, and the rows from there on."""
    from python_calamine import CalamineError, SheetTypeEnum, SheetVisibleEnum, load_workbook

    _check_size(file, name)
    file.seek(0)
    try:
        workbook = load_workbook(file)
        shown = [
            sheet.name
            for sheet in workbook.sheets_metadata
            if sheet.visible is SheetVisibleEnum.Visible and sheet.typ is SheetTypeEnum.WorkSheet
        ]
        if not shown:
            raise RecordError("the workbook has no sheet that is shown", where=name)
        sheet = workbook.get_sheet_by_name(shown[0])
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise RecordError(f"the sheet has more than {MOST_CELLS:,} cells", where=name)
        rows = [[_text(cell) for cell in row] for row in sheet.to_python(skip_empty_area=True)]
        first = sheet.start[0] + 1 if sheet.start else 1
    except (CalamineError, ValueError, OSError) as error:
        raise RecordError(f"is not a workbook that can be read: {str(error)[:200]}", where=name) from None
    return first, rows


def _check_size(file: BinaryIO, name: str) -> None:
    file.seek(0)
    try:
        with zipfile.ZipFile(file) as packed:
            unpacked = sum(part.file_size for part in packed.infolist())
    except (zipfile.BadZipFile, OSError):
        raise RecordError("is not an Excel workbook (.xlsx)", where=f"{name} line 1 column 1") from None
    if unpacked > LARGEST_UNPACKED:
        raise RecordError(f"unpacks to more than {LARGEST_UNPACKED:,} bytes", where=name)


def _text(cell: Any) -> str:
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == time() else cell.isoformat()
    if isinstance(cell, date | time):
        return cell.isoformat()
    if isinstance(cell, timedelta):
        return str(cell)
    number = Decimal(repr(cell))
    if abs(number) >= _ROUNDED_FROM:
        return f"{number:.6E}"
    return format(number.to_integral_value() if number == number.to_integral_value() else number, "f")
