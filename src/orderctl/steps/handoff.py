"""Handing one batch over, and finding out what became of one.

1. the document is rendered and staged where nobody sees it
2. batch, effect and shipments are written down as `sending`; the journal is flushed
3. it is delivered; its receipt is written down, with what the location answered at once
After a lost answer what is known depends on the location's class (`core.partners`): a keyed one is asked the same
once more under the same key while it remembers keys, a readable one whether it has it, of a file its staging name
tells, and of a blind one a person has to say.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from orderctl.core import failpoints, times
from orderctl.core.adapters import Destination
from orderctl.core.effects import Batch, BatchShipment, Document, Receipt
from orderctl.core.errors import Exit, RemoteError
from orderctl.steps import collect
from orderctl.steps.batches import next_batch
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import effects, handoffs
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction

#: Of these a lost answer can be found out about; where that takes the document's content, it is kept.
READABLE = ("A", "B", "F")


def hand_over(
    ctx: Context,
    location: str,
    destination: Destination,
    shipments: Sequence[tuple[int, BatchShipment]],
    report: Report,
) -> Receipt:
    """Hand `shipments` (id and what documents show of it) to `location` as its next batch."""
    batch = next_batch(ctx, location, [shipment for _, shipment in shipments])
    document = destination.render(batch)
    destination.stage(document)
    readable = ctx.config.locations[location].partner_class in READABLE
    with transaction(ctx.db, "dispatch.sending"):
        ids = [shipment_id for shipment_id, _ in shipments]
        key = handoffs.begin(
            ctx.db, ctx.stamp, batch, document, ids, alone=destination.alone, keep=readable and document.kept
        )
        if document.todo:
            handoffs.to_upload(ctx.db, ctx.stamp, batch, document.todo)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = destination.deliver(document, key)
    failpoints.reached("dispatch.delivered")
    _settle(ctx, location, document.name, receipt, report)
    if receipt.outcome == "retry":
        destination.discard(document.name)
    _report(report, batch, document, receipt)
    return receipt


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """Find out what became of a batch whose hand-over a killed process began, or whose answer was lost."""
    location = begun.target.partition(":")[2]
    destination = ctx.adapters.way(location, "send")
    if destination is None:
        receipt, settle_s = Receipt("uncertain", message="the location is no longer configured"), 0
    else:
        try:
            receipt = found_out(ctx, location, destination, begun)
        except RemoteError as error:
            report.problem(error.code, location, error.said, next="orderctl run", exit=Exit.REMOTE)
            return
        settle_s = destination.settle_s
    with transaction(ctx.db, "dispatch.judged"):
        receipt = effects.judged(ctx.db, ctx.stamp, begun.key, receipt, settle_s)
    if receipt.outcome == "uncertain" == begun.state:
        return  # as it was
    _settle(ctx, location, begun.document, receipt, report)
    report.count("recovered")


def found_out(ctx: Context, location: str, destination: Destination, begun: Begun) -> Receipt:
    """What became of `begun`, as far as the class of `location` lets it be known; it is only sent again under its key.

    RemoteError when nothing can be said yet.
    """
    partner_class = ctx.config.partners[location].partner_class
    document = Document(begun.document, begun.content, kept=bool(begun.content))
    if partner_class == "C":
        return Receipt("uncertain", message="the answer was lost, and the location cannot be asked")
    if partner_class == "A" and document.kept:
        age_s = times.seconds_between(begun.sent_at, ctx.now)
        if age_s < destination.key_life_s:
            again = destination.deliver(document, begun.key)
            if again.outcome in {"accepted", "uncertain"}:
                return again
            # not processed now: that says nothing about the first time, so it is asked for
    return destination.recover(document, begun.key)


def _settle(ctx: Context, location: str, document: str, receipt: Receipt, report: Report) -> None:
    configured = ctx.config.locations.get(location)
    with transaction(ctx.db, "dispatch.receipt"):
        handoffs.settle(
            ctx.db,
            ctx.stamp,
            location,
            document,
            receipt,
            final=configured is None or configured.confirm is None,
            counted=ctx.counted,
        )
        if receipt.answers:
            collect.take_confirmations(ctx, location, receipt.answers, report)


def _report(report: Report, batch: Batch, document: Document, receipt: Receipt) -> None:
    if receipt.outcome == "accepted":
        report.count("batches")
        report.count("shipments", len(batch.shipments))
    else:
        exit_code = Exit.REMOTE if receipt.outcome == "retry" else Exit.ATTENTION
        report.problem(
            receipt.outcome, batch.location, receipt.message, next=f"orderctl dispatch {batch.location}", exit=exit_code
        )
    report.items.append(item(batch, document, receipt))


def item(batch: Batch, document: Document, receipt: Receipt) -> dict[str, Any]:
    """What a report says of a batch that was handed over; `shadow` = copies that nobody is to ship."""
    return {
        "location": batch.location,
        "shadow": batch.test,
        "batch": batch.number,
        "document": document.name,
        "to": document.to,
        "orders": len({(shipment.channel, shipment.order_number) for shipment in batch.shipments}),
        "shipments": [shipment.reference for shipment in batch.shipments],
        "units": document.units,
        "outcome": receipt.outcome,
    }
