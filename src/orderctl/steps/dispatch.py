"""Dispatch: hand each location the shipments that are due there, as one batch.

1. a channel whose orders would leave on an old copy is read once more; what cannot be read again does not leave
2. the batch is rendered and staged where nobody sees it
3. batch, effect and shipments are written down as `sending`; the journal is flushed
4. it is handed over; its receipt is written down
What a killed process began is finished first (`recover`), so that nothing is handed over twice.
"""

from __future__ import annotations

from collections.abc import Sequence
from zoneinfo import ZoneInfo

from orderctl.core import failpoints, times
from orderctl.core.adapters import Destination
from orderctl.core.effects import Batch, Document, Receipt
from orderctl.core.errors import Exit, RecordError, RemoteError, worst
from orderctl.steps import pull
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import batches, exceptions, passes, pauses
from orderctl.store.effects import Begun
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction

#: The largest batch: what it holds is in memory at once.
MOST_SHIPMENTS = 5_000


def dispatch(ctx: Context, named: Sequence[str] = ()) -> Report:
    """Hand over what is due at the locations `named` (all when none is)."""
    report = Report("dispatch")
    wanted = chosen(named, ctx.config.locations, "location")
    paused = pauses.paused(ctx.db, "location")
    oldest = times.later(ctx.now, -ctx.config.routing.max_age_s)
    unread = _read_again(ctx, oldest, report)
    for location in batches.locations_with_work(ctx.db):
        if location in paused or (location not in wanted and location in ctx.config.locations):
            continue
        try:
            due = batches.due(ctx.db, location, ctx.now, unread=unread, oldest=oldest)
            for start in range(0, len(due), MOST_SHIPMENTS):
                if not _location(ctx, location, due[start : start + MOST_SHIPMENTS], report):
                    break
        except (RemoteError, RecordError) as error:
            hint = error.next or f"orderctl dispatch {location}"
            report.problem(error.code, location, error.said, next=hint, exit=worst((error.exit, Exit.REMOTE)))
    return report


def _read_again(ctx: Context, oldest: str, report: Report) -> list[str]:
    """Read the channels once more of which planned orders were last read before `oldest`; those that cannot be."""
    unread = []
    for name in batches.channels_read_before(ctx.db, oldest):
        if name in ctx.fresh or name not in ctx.config.channels or passes.last_read(ctx.db, name) >= oldest:
            continue
        report.problems += pull.pull(ctx, [name]).problems
        if name not in ctx.fresh:
            unread.append(name)
    return unread


def _location(ctx: Context, location: str, due: Sequence[int], report: Report) -> bool:
    """Hand over one batch; whether the location took it."""
    destination = ctx.adapters.way(location, "send")
    if destination is None:
        _no_way(ctx, location, len(due), report)
        return False
    batch = Batch(
        location=location,
        number=batches.next_number(ctx.db, location),
        created_at=ctx.now,
        date=_local_date(ctx, location),
        shipments=batches.gather(ctx.db, due),
    )
    document = destination.render(batch)
    destination.stage(document)
    with transaction(ctx.db, "dispatch.sending"):
        key = batches.begin(ctx.db, ctx.stamp, batch, document, due)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = destination.deliver(document, key)
    failpoints.reached("dispatch.delivered")
    _settle(ctx, location, document.name, receipt)
    if receipt.outcome == "retry":
        destination.discard(document.name)
    _report(report, batch, document, receipt)
    return receipt.outcome == "accepted"


def _settle(ctx: Context, location: str, document: str, receipt: Receipt) -> None:
    configured = ctx.config.locations.get(location)
    with transaction(ctx.db, "dispatch.receipt"):
        batches.settle(
            ctx.db,
            ctx.stamp,
            location,
            document,
            receipt,
            final=configured is None or configured.confirm is None,
            counted=ctx.counted,
        )


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """Find out what became of a batch whose hand-over a killed process began."""
    location = begun.target.partition(":")[2]
    destination: Destination | None = ctx.adapters.way(location, "send")
    if destination is None:
        receipt = Receipt("uncertain", message="the location is no longer configured")
    else:
        try:
            receipt = destination.recover(Document(begun.document, begun.content), begun.key)
        except RemoteError as error:
            report.problem(error.code, location, error.said, next="orderctl run", exit=Exit.REMOTE)
            return
    _settle(ctx, location, begun.document, receipt)
    report.count("recovered")


def _local_date(ctx: Context, location: str) -> str:
    zone = ZoneInfo(ctx.config.places.locations[location].timezone)
    return times.as_datetime(ctx.now).astimezone(zone).date().isoformat()


def _no_way(ctx: Context, location: str, shipments: int, report: Report) -> None:
    if location in ctx.config.locations:
        message = f"{shipments} shipments wait, but the location has no `send` in channels.toml"
    else:
        message = f"{shipments} shipments wait, but channels.toml no longer has this location"
    with transaction(ctx.db, "dispatch.no_way"):
        exceptions.raise_all(ctx.db, ctx.stamp, [Trouble("no_way_to_send", location, message)])
    report.count("not handed over", shipments)


def _report(report: Report, batch: Batch, document: Document, receipt: Receipt) -> None:
    if receipt.outcome == "accepted":
        report.count("batches")
        report.count("shipments", len(batch.shipments))
    else:
        exit_code = Exit.REMOTE if receipt.outcome == "retry" else Exit.ATTENTION
        report.problem(
            receipt.outcome, batch.location, receipt.message, next=f"orderctl dispatch {batch.location}", exit=exit_code
        )
    report.items.append(
        {
            "location": batch.location,
            "batch": batch.number,
            "document": document.name,
            "orders": len({(shipment.channel, shipment.order_number) for shipment in batch.shipments}),
            "shipments": [shipment.reference for shipment in batch.shipments],
            "units": document.units,
            "outcome": receipt.outcome,
        }
    )
