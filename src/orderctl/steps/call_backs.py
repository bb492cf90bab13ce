"""Asking locations to stop what they have in hand, after a cancellation or another address.

Each wish is written down, asked, and settled like a hand-over; whether the goods were stopped is only known once the
location says so. Where there is no way to ask, the exception about the order stays with a person.
"""

from __future__ import annotations

from collections.abc import Container, Sequence

from orderctl.core import failpoints
from orderctl.core.adapters import Destination
from orderctl.core.effects import CallBack, Document, Receipt
from orderctl.core.errors import Exit, RemoteError
from orderctl.steps import collect
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import call_backs
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction


def call_back(ctx: Context, wanted: Container[str], report: Report) -> None:
    """Ask the locations `wanted` to stop what has to be stopped."""
    with transaction(ctx.db, "call_backs.drop"):
        call_backs.drop_answered(ctx.db, ctx.stamp)
    for location in call_backs.locations(ctx.db, ctx.now):
        if location in ctx.config.locations and location not in wanted:
            continue
        try:
            _ask(ctx, location, call_backs.pending(ctx.db, location, ctx.now), report)
        except RemoteError as error:
            hint = error.next or f"orderctl dispatch {location}"
            report.problem(error.code, location, error.said, next=hint, exit=Exit.REMOTE)


def _ask(ctx: Context, location: str, wishes: Sequence[CallBack], report: Report) -> None:
    destination = ctx.adapters.way(location, "send")
    for wish in wishes:
        document = destination.render_call_back(wish) if destination else None
        if destination is None or document is None:
            with transaction(ctx.db, "call_backs.by_hand"):
                call_backs.by_hand(ctx.db, ctx.stamp, wish)
            continue
        receipt = _told(ctx, destination, wish, document, report)
        if receipt.outcome == "accepted":
            report.count("asked to stop")
            continue
        exit_code = Exit.ATTENTION if receipt.outcome == "refused" else Exit.REMOTE
        message = f"{wish.reference} was to be stopped: {receipt.message or receipt.outcome}"
        report.problem(
            receipt.outcome, location, message, next=f"orderctl shipments show {wish.reference}", exit=exit_code
        )
        if receipt.outcome == "retry":
            return


def _told(ctx: Context, destination: Destination, wish: CallBack, document: Document, report: Report) -> Receipt:
    destination.stage(document)
    with transaction(ctx.db, "call_backs.sending"):
        call_backs.begin(ctx.db, ctx.stamp, wish, document)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = destination.deliver(document, wish.key)
    failpoints.reached("call_backs.delivered")
    _settle(ctx, wish.location, wish.key, receipt, report)
    if receipt.outcome == "retry":
        destination.discard(document.name)
    return receipt


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """A killed process was asking, or the answer was lost: ask again, or finish what lies staged."""
    location = begun.target.partition(":")[2]
    destination = ctx.adapters.way(location, "send")
    document = Document(begun.document, begun.content, kept=bool(begun.content))
    try:
        if destination is None:
            receipt = Receipt("refused", message="the location is no longer configured")
        elif document.kept:
            receipt = destination.deliver(document, begun.key)
        else:
            receipt = destination.recover(document, begun.key)
    except RemoteError as error:
        report.problem(error.code, location, error.said, next="orderctl run", exit=Exit.REMOTE)
        return
    _settle(ctx, location, begun.key, receipt, report)
    report.count("recovered")


def _settle(ctx: Context, location: str, key: str, receipt: Receipt, report: Report) -> None:
    with transaction(ctx.db, "call_backs.receipt"):
        call_backs.settle(ctx.db, ctx.stamp, key, receipt)
        if receipt.answers:
            collect.take_confirmations(ctx, location, receipt.answers, report)
