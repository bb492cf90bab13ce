"""What locations in shadow answer and count is collected like that of others, and only kept.

Their positions in files and mailboxes of answers are the location's own and go on once it ships; those of its stock
feeds are not, so that its stock is known from the first feed on.
"""

from __future__ import annotations

from collections.abc import Container

from orderctl.core import failpoints
from orderctl.core.adapters import AnswerPage
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import cursors, shadow_answers, shadows
from orderctl.store.transactions import transaction

_SOURCES = {"stock_feed": "shadow:{}:stock_feed", "confirm": "location:{}:confirm"}


def collect(ctx: Context, named: Container[str], report: Report) -> None:
    """Keep what the locations in shadow among `named` have answered and counted."""
    for location in ctx.config.shadows:
        if location not in named:
            continue
        for role in _SOURCES:
            try:
                _way(ctx, location, role, report)
            except RemoteError as error:
                hint = error.next or f"orderctl collect {location}"
                report.problem(error.code, location, error.said, next=hint, exit=Exit.REMOTE)
            except RecordError as error:
                _refused(ctx, location, error, report)


def _way(ctx: Context, location: str, role: str, report: Report) -> None:
    way = ctx.adapters.way(location, role)
    if way is None:
        return
    source = _SOURCES[role].format(location)
    positions = cursors.positions(ctx.db, source)
    for page in way.collect(positions, lambda: shadows.in_hand(ctx.db, location)):
        with transaction(ctx.db, "shadow.page"):
            _keep(ctx, location, page, report)
            cursors.move(ctx.db, source, page.stream, page.position, ctx.now)
        if page.closes:
            way.finished(page.stream)
            failpoints.reached("shadow.finished")


def _keep(ctx: Context, location: str, page: AnswerPage, report: Report) -> None:
    answers = [row for row in page.rows if isinstance(row, Confirmation)]
    counts = [row for row in page.rows if isinstance(row, StockCount)]
    aside = [row for row in page.rows if isinstance(row, BadRow)]
    report.count("answers to copies", shadow_answers.keep(ctx.db, ctx.stamp, location, answers))
    report.count("unreadable answers to copies", shadow_answers.keep_unreadable(ctx.db, ctx.stamp, location, aside))
    shadow_answers.take_counts(ctx.db, ctx.stamp, location, counts, page.counts_at)


def _refused(ctx: Context, location: str, error: RecordError, report: Report) -> None:
    """Whole files that could not be read are kept as one row each, once."""
    rows = [BadRow("", one.message, one.where) for one in getattr(error, "errors", (error,))]
    with transaction(ctx.db, "shadow.refused"):
        report.count("unreadable answers to copies", shadow_answers.keep_unreadable(ctx.db, ctx.stamp, location, rows))
