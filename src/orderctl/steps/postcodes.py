"""Import where postcodes lie, from a CSV with a header or a file of GeoNames (tab, twelve columns, no header).

The file is read as a stream and taken a transaction at a time; taking it again changes nothing. A row that is wrong is
named and left out.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path

from orderctl.core import postcodes as codes
from orderctl.core.countries import COUNTRIES
from orderctl.core.errors import Exit, RecordError, UsageError
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import postcodes
from orderctl.store.transactions import transaction
from orderctl.wire import tables

_COLUMNS = ("country", "postcode", "latitude", "longitude")
#: Columns of GeoNames' postal code files, counted from 0 (download.geonames.org/export/zip, readme.txt).
_GEONAMES = {"country": 0, "postcode": 1, "latitude": 9, "longitude": 10}
_GEONAMES_TABS = 11
AT_ONCE = 20_000
#: How many wrong rows are named one by one.
MOST_NAMED = 20

Place = tuple[str, str, int, int]


def postcodes_import(ctx: Context, file: Path) -> Report:
    """Learn where the postcodes in `file` lie. UsageError for a file that cannot be read at all."""
    report = Report("postcodes")
    rows = _rows(file, report)
    while batch := list(islice(rows, AT_ONCE)):
        with transaction(ctx.db, "postcodes.import"):
            postcodes.put(ctx.db, batch)
        report.count("postcodes", len(batch))
        ctx.progress("postcodes", report.counts["postcodes"], None)
    report.items.append({"file": str(file), "known": postcodes.count(ctx.db)})
    return report


def _rows(file: Path, report: Report) -> Iterator[Place]:
    try:
        with file.open("rb") as opened:
            first = opened.readline(1000)
            opened.seek(0)
            if first.count(b"\t") == _GEONAMES_TABS:
                named = ((_of_geonames(line), number) for number, line in enumerate(opened, 1))
                yield from _places(named, file, report)
            else:
                reader = tables.Reader("tsv" if file.suffix == ".tsv" else "csv")
                header = reader.header(opened, str(file))
                missing = [name for name in _COLUMNS if name not in header.names]
                if missing:
                    message = f"has no column {', '.join(missing)}; nothing was taken"
                    raise UsageError(message, where=f"{file} line {header.line}")
                stated = ((row.cells, row.line) for row in reader.rows(opened, str(file), header))
                yield from _places(stated, file, report)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}", where=str(file)) from None
    except RecordError as error:
        raise UsageError(error.message, where=error.where or str(file)) from None


def _of_geonames(line: bytes) -> dict[str, str]:
    cells = line.decode("utf-8", "replace").rstrip("\r\n").split("\t")
    return {name: cells[at] for name, at in _GEONAMES.items() if at < len(cells)}


def _places(rows: Iterable[tuple[Mapping[str, str], int]], file: Path, report: Report) -> Iterator[Place]:
    for cells, line in rows:
        try:
            yield _place(cells)
        except ValueError as error:
            report.count("left out")
            if report.counts["left out"] <= MOST_NAMED:
                report.problem("row_left_out", f"{file} line {line}", str(error), exit=Exit.ATTENTION)


def _place(cells: Mapping[str, str]) -> Place:
    country = cells.get("country", "").strip().upper()
    postcode = codes.normal(cells.get("postcode", ""))
    if country not in COUNTRIES:
        message = f"'{country[:20]}' is no country"
        raise ValueError(message)
    if not postcode:
        raise ValueError("has no postcode")
    return country, postcode, codes.degrees(cells.get("latitude", ""), 0), codes.degrees(cells.get("longitude", ""), 1)
