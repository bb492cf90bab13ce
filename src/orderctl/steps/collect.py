"""Collect: what locations answer, and what they have in stock.

1. a page of rows is read from a location, outside any transaction
2. what it makes of each shipment is decided (`core.answers`), then applied together with the position after it
3. an answer about something unknown is kept, and matched once it is known
4. what locations in shadow say is only kept
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence

from orderctl.core import failpoints
from orderctl.core.adapters import AnswerPage
from orderctl.core.answers import Answer, Asked
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.steps import feeds, following, shadow_answers, tracking
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.refusals import refuse_inputs
from orderctl.steps.report import Report
from orderctl.store import counts as physical_counts
from orderctl.store import cursors, exceptions, handoffs, in_hand, oversold, packages, quarantine, stock
from orderctl.store import feeds as counted_feeds
from orderctl.store.exceptions import Trouble
from orderctl.store.quarantine import PutAside
from orderctl.store.transactions import transaction

_NOT_SENT = ("planned", "sending")


def collect(ctx: Context, locations: Sequence[str] = ()) -> Report:
    """Take in what `locations` (all when none is named) have answered and counted."""
    report = Report("collect")
    named = chosen(locations, ctx.config.partners, "location")
    for location in named:
        if location in ctx.config.shadows:
            continue
        for role in ("stock_feed", "confirm"):
            subject = f"{location} {role}"
            try:
                _way(ctx, location, role, report)
            except RemoteError as error:
                hint = error.next or f"orderctl collect {location}"
                report.problem(error.code, location, error.said, next=hint, exit=Exit.REMOTE)
            except RecordError as error:
                refuse_inputs(ctx, subject, [error])
            else:
                refuse_inputs(ctx, subject, [])
    _match_again(ctx, report)
    following.follow(ctx, report)
    shadow_answers.collect(ctx, named, report)
    if oversold.is_to_review(ctx.db, ctx.counted):
        with transaction(ctx.db, "collect.oversold"):
            oversold.review(ctx.db, ctx.stamp, ctx.counted)
    return report


def _way(ctx: Context, location: str, role: str, report: Report) -> None:
    way = ctx.adapters.way(location, role)
    if way is None:
        return
    source = f"location:{location}:{role}"
    done = 0
    positions = cursors.positions(ctx.db, source)
    judge = feeds.Judge(ctx, location, positions)
    pages = way.collect(positions, lambda: in_hand.at(ctx.db, location))
    for page in judge.believed(pages) if role == "stock_feed" and location in ctx.counted else pages:
        with transaction(ctx.db, "collect.page"):
            _apply(ctx, location, page, report)
            judge.applied(page)
            cursors.move(ctx.db, source, page.stream, page.position, ctx.now)
        if page.closes:
            way.finished(page.stream)
            failpoints.reached("collect.finished")
        done += len(page.rows)
        ctx.progress(f"answers from {location}", done, None)


def _apply(ctx: Context, location: str, page: AnswerPage, report: Report) -> None:
    confirmations = [row for row in page.rows if isinstance(row, Confirmation)]
    counts = [row for row in page.rows if isinstance(row, StockCount)]
    aside = [
        PutAside(f"location:{location}", row.raw.encode(), row.where, "", row.reason)
        for row in page.rows
        if isinstance(row, BadRow)
    ]
    report.count("rows put aside", quarantine.put(ctx.db, ctx.stamp, aside))
    if counts:
        report.count("stock changes", take_counts(ctx, location, counts, page.stream, page.counts_at))
    take_confirmations(ctx, location, confirmations, report)


def take_counts(ctx: Context, location: str, counts: Sequence[StockCount], cause: str, counted_at: str) -> int:
    """Bring the ledger of `location` to absolute `counts`, inside a transaction; the number of moves it took.

    A count older than the newest one applied changes nothing, nor does one of a SKU that a person has counted since.
    An unlimited location only makes its SKUs known.
    """
    newest = stock.feed_time(ctx.db, location)
    if counted_at and counted_at < newest:
        return 0
    stock.know(ctx.db, {count.sku for count in counts}, ctx.now)
    if location not in ctx.counted:
        return 0
    counted_since = physical_counts.since(ctx.db, location, counted_at or ctx.now)
    counts = [count for count in counts if count.sku not in counted_since] if counted_since else counts
    counted_feeds.list_counted(ctx.db, location, {count.sku for count in counts if not count.quantity})
    stock.note_feed(ctx.db, ctx.stamp, location, counted_at or ctx.now)
    units = {count.sku: count.quantity for count in reversed(counts)}  # of a SKU that stands twice the first one counts
    moved = stock.count(ctx.db, ctx.stamp, location, units, f"feed:{cause[:16]}:{counted_at}")
    oversold.review(ctx.db, ctx.stamp, ctx.counted)
    return len(moved)


def take_confirmations(ctx: Context, location: str, rows: Sequence[Confirmation], report: Report) -> None:
    """Apply what `location` answered about its shipments, inside a transaction."""
    by_reference: dict[str, list[Confirmation]] = {}
    for row in rows:
        by_reference.setdefault(row.reference.strip().upper(), []).append(row)
    asked = packages.asked(ctx.db, by_reference)
    settled = []
    for reference, its_rows in by_reference.items():
        shipment = asked.get(reference)
        why = _not_ours(shipment, location)
        if shipment is None or why:
            _keep(ctx, location, reference, its_rows, why or "no shipment has this reference", report)
            continue
        if shipment.state == "uncertain":
            handoffs.answered(ctx.db, ctx.stamp, shipment.shipment_id, ctx.counted)
            shipment = packages.asked(ctx.db, [reference])[reference]
        settled.append((shipment, tracking.read(ctx, shipment, its_rows)))
    packages.apply(ctx.db, ctx.stamp, settled, ctx.counted)
    tracking.review(ctx, settled)
    _report(report, settled)


def _not_ours(shipment: Asked | None, location: str) -> str:
    if shipment is None:
        return ""
    if shipment.location != location:
        return f"this shipment was asked of {shipment.location}"
    return "this shipment was never handed over" if shipment.state in _NOT_SENT else ""


def _keep(ctx: Context, location: str, reference: str, rows: Sequence[Confirmation], why: str, report: Report) -> None:
    for row in rows:
        answer = json.dumps(dataclasses.asdict(row), ensure_ascii=False, sort_keys=True)
        if packages.keep_unmatched(ctx.db, ctx.stamp, location, reference, answer, row.where):
            report.count("unmatched")
            message = f"{location} answers '{row.kind}' about {reference or 'nothing'}: {why} ({row.where})"
            subject = f"{location} {reference}".strip()
            exceptions.raise_all(ctx.db, ctx.stamp, [Trouble("unmatched_answer", subject, message)])


def _match_again(ctx: Context, report: Report) -> None:
    """Answers that were kept because nobody knew what they were about, and whose shipment exists by now."""
    kept = packages.matchable(ctx.db)
    if not kept:
        return
    with transaction(ctx.db, "collect.match"):
        rows: dict[str, list[Confirmation]] = {}
        for _, location, answer in kept:
            rows.setdefault(location, []).append(Confirmation(**json.loads(answer)))
        for location, its_rows in rows.items():
            take_confirmations(ctx, location, its_rows, report)
            for row in its_rows:
                subject = f"{location} {row.reference.strip().upper()}"
                exceptions.settle(ctx.db, ctx.stamp, "unmatched_answer", subject)
        packages.matched(ctx.db, ctx.stamp, [answer_id for answer_id, _, _ in kept])


def _report(report: Report, settled: Sequence[tuple[Asked, Answer]]) -> None:
    for shipment, answer in settled:
        report.count("packages", len(answer.packages))
        if answer.state != shipment.state:
            report.count(answer.state)
            report.items.append(
                {
                    "reference": shipment.reference,
                    "location": shipment.location,
                    "state": answer.state,
                    "packages": sorted(answer.packages),
                }
            )
