"""Stock by hand: absolute counts of one location or of several, from a CSV file.

The file is taken whole or not at all. It counts as taken when it was last written, like a location's own feed: the
same file again changes nothing, and one that is older than the newest count of a location is left out there.
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from pathlib import Path

from orderctl.core import times
from orderctl.core.confirmations import StockCount
from orderctl.core.errors import ConfigError, Finding, RecordError, UsageError
from orderctl.destinations import answer_rows
from orderctl.destinations.answer_rows import AnswerColumns
from orderctl.steps import news
from orderctl.steps.choice import chosen
from orderctl.steps.collect import take_counts
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import passes, stock
from orderctl.store.transactions import transaction
from orderctl.wire import tables

BAD_ROW = "E301"


def stock_import(ctx: Context, file: Path, location: str = "") -> Report:
    """Bring the ledger to the counts in `file` (columns sku, quantity, and location unless `location` is given).

    ConfigError lists every row that is wrong; UsageError for a file that cannot be read or a location not configured.
    """
    if location:
        chosen([location], ctx.config.locations, "location")
    counts, mark, counted_at = counts_in(file, location)
    chosen(list(counts), ctx.config.locations, "location")
    report = Report("stock import")
    ctx.stamp = passes.begin(ctx.db, "stock import", ctx.stamp.actor, ctx.stamp.at)
    with transaction(ctx.db, "stock.import"):
        for name, rows in counts.items():
            late = counted_at < stock.feed_time(ctx.db, name)
            moved = take_counts(ctx, name, rows, mark, counted_at)
            report.count("rows", len(rows))
            report.count("stock changes", moved)
            outcome = "older than the newest count, left out" if late else "counted"
            report.items.append({"location": name, "rows": len(rows), "changes": moved, "outcome": outcome})
    news.tell(ctx, report)
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report


def counts_in(file: Path, location: str = "") -> tuple[dict[str, list[StockCount]], str, str]:
    """Location -> counts, the file's digest, and when it was written. Raises what `stock_import` does for a file."""
    counts: dict[str, list[StockCount]] = {}
    lines: dict[tuple[str, str], int] = {}
    findings: list[Finding] = []
    try:
        with file.open("rb") as opened:
            reader = tables.Reader("tsv" if file.suffix == ".tsv" else "csv")
            header = reader.header(opened, str(file))
            columns = AnswerColumns(answer_rows.STOCK_FEED, {})
            columns.found_in(header.names, f"{file} line {header.line}")
            for row in reader.rows(opened, str(file), header):
                try:
                    count = _count(columns.ours(row.cells), row, location, str(file))
                    _need_first(count, lines.setdefault((count.location, count.sku), row.line), row.line)
                    counts.setdefault(count.location, []).append(count)
                except ValueError as error:
                    findings.append(Finding(BAD_ROW, str(error), str(file), row.line))
            opened.seek(0)
            mark = hashlib.file_digest(opened, "sha256").hexdigest()
            written = datetime.fromtimestamp(int(file.stat().st_mtime), UTC)
    except OSError as error:
        raise UsageError(f"cannot be read: {error.strerror}; nothing was changed", where=str(file)) from None
    except RecordError as error:
        raise UsageError(f"{error.message}; nothing was changed", where=error.where or str(file)) from None
    if findings:
        raise ConfigError(findings)
    return counts, mark, times.moment(written)


def _need_first(count: StockCount, first: int, line: int) -> None:
    if first != line:
        message = f"counts {count.sku[:40]} once more; it stands in line {first} already"
        raise ValueError(message)


def _count(stated: dict[str, str], row: tables.Row, location: str, file: str) -> StockCount:
    if row.problem:
        raise ValueError(row.problem)
    where = stated.get("location") or location
    if not where:
        raise ValueError("names no location; add a column 'location' or say --location NAME")
    return answer_rows.stock_count(stated, f"{file} line {row.line}", where)
