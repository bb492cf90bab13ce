"""Locations in shadow: copies of what another location has taken are handed over, and nothing comes of them here.

1. what the location beside has taken was written down with its receipt (`store.shadows`); all that waits is handed
   over by the shadow's own way, marked so that nobody ships it (`core.copies`)
2. each hand-over is begun, delivered and settled as that of shipments is, so that a kill sends no copy twice
3. what cannot be handed over is put aside for the comparison; what was surely not processed goes again
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from orderctl.core import copies, failpoints
from orderctl.core.adapters import Destination
from orderctl.core.effects import Batch, BatchShipment, Receipt
from orderctl.core.errors import Exit, RecordError, RemoteError, worst
from orderctl.steps import batches, handoff
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import effects, pauses, shadow_answers, shadows
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction

#: After so many lost answers in a row a location is left alone for this pass.
_MOST_LOST = 3


def keep_running(ctx: Context) -> None:
    """Write down which locations are in shadow from now on; called before anything is handed over."""
    wanted = {name: configured.beside for name, configured in ctx.config.shadows.items()}
    if shadows.running(ctx.db) != wanted:
        with transaction(ctx.db, "shadow.running"):
            shadows.keep_running(ctx.db, ctx.stamp, wanted)


def hand_over(ctx: Context, named: Container[str], report: Report) -> None:
    """Hand the copies that wait to the locations in shadow among `named`."""
    paused = pauses.paused(ctx.db, "location")
    for location in ctx.config.shadows:
        if location not in named or location in paused:
            continue
        try:
            _location(ctx, location, report)
        except (RemoteError, RecordError) as error:
            hint = error.next or f"orderctl locations test {location}"
            report.problem(error.code, location, error.said, next=hint, exit=worst((error.exit, Exit.REMOTE)))


def _location(ctx: Context, location: str, report: Report) -> None:
    destination = ctx.adapters.way(location, "send")
    waiting = shadows.waiting(ctx.db, location)
    if destination is None or not waiting:
        return
    lost = 0
    for start in range(0, len(waiting), batches.MOST_SHIPMENTS):
        fit = _fit(ctx, location, destination, waiting[start : start + batches.MOST_SHIPMENTS], report)
        for together in [[one] for one in fit] if destination.alone else [fit] if fit else []:
            receipt = _hand_over(ctx, location, destination, together, report)
            lost = lost + 1 if receipt.outcome == "uncertain" else 0
            if receipt.outcome == "retry" or lost == _MOST_LOST:
                return


def _fit(
    ctx: Context, location: str, destination: Destination, waiting: Sequence[tuple[int, int]], report: Report
) -> list[tuple[int, BatchShipment]]:
    """(copy, shipment) of those among `waiting` that can be handed over."""
    ids = [copy_id for copy_id, _ in waiting]
    shipments = batches.gathered(ctx, location, [shipment_id for _, shipment_id in waiting], destination.needs)
    personal = ctx.config.shadows[location].shadow_personal_data
    shown = [copies.copied(shipment, personal=personal) for shipment in shipments]
    objected = destination.objections(shown)
    named = zip(ids, [one.reference for one in shown], strict=True)
    unfit = {copy_id: objected[reference] for copy_id, reference in named if reference in objected}
    if unfit:
        with transaction(ctx.db, "shadow.unfit"):
            shadows.put_aside(ctx.db, ctx.stamp, unfit)
        report.count("copies put aside", len(unfit))
    return [(copy_id, one) for copy_id, one in zip(ids, shipments, strict=True) if copy_id not in unfit]


def _hand_over(
    ctx: Context, location: str, destination: Destination, handed: Sequence[tuple[int, BatchShipment]], report: Report
) -> Receipt:
    batch = _batch(ctx, location, [shipment for _, shipment in handed])
    document = destination.render(batch)
    destination.stage(document)
    keep = document.kept and ctx.config.shadows[location].partner_class in handoff.READABLE
    with transaction(ctx.db, "shadow.sending"):
        ids = [copy_id for copy_id, _ in handed]
        key = shadows.begin(ctx.db, ctx.stamp, batch, document, ids, alone=destination.alone, keep=keep)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = destination.deliver(document, key)
    failpoints.reached("shadow.delivered")
    _settle(ctx, location, document.name, receipt)
    if receipt.outcome == "retry":
        destination.discard(document.name)
        report.problem("retry", location, receipt.message, next=f"orderctl dispatch {location}", exit=Exit.REMOTE)
    else:
        report.count({"accepted": "copies", "refused": "copies refused"}.get(receipt.outcome, "copies lost"), len(ids))
    report.items.append(handoff.item(batch, document, receipt))
    return receipt


def _batch(ctx: Context, location: str, shipments: Sequence[BatchShipment]) -> Batch:
    work = Batch(
        location=location,
        number=shadows.next_number(ctx.db, location),
        created_at=ctx.now,
        date=batches.today(ctx, location),
        shipments=tuple(shipments),
        sender=batches.sender(ctx, location),
    )
    return copies.batch_of(work, personal=ctx.config.shadows[location].shadow_personal_data)


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """Find out what became of copies whose hand-over a killed process began, or whose answer was lost."""
    location = begun.target.partition(":")[2]
    destination = ctx.adapters.way(location, "send")
    if destination is None:
        receipt, settle_s = Receipt("uncertain", message="the location is no longer configured"), 0
    else:
        try:
            receipt = handoff.found_out(ctx, location, destination, begun)
        except RemoteError as error:
            report.problem(error.code, location, error.said, next="orderctl run", exit=Exit.REMOTE)
            return
        settle_s = destination.settle_s
    with transaction(ctx.db, "shadow.judged"):
        receipt = effects.judged(ctx.db, ctx.stamp, begun.key, receipt, settle_s)
    if receipt.outcome == "uncertain" == begun.state:
        return  # as it was
    _settle(ctx, location, begun.document, receipt)
    report.count("recovered")


def _settle(ctx: Context, location: str, document: str, receipt: Receipt) -> None:
    with transaction(ctx.db, "shadow.receipt"):
        shadows.settle(ctx.db, ctx.stamp, location, document, receipt)
        if receipt.answers:
            shadow_answers.keep(ctx.db, ctx.stamp, location, receipt.answers)
