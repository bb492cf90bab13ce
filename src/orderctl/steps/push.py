"""Push: tell the channels what happened: tracking and cancellations, as far as a channel's `push` names them.

What is due is gathered per channel into one numbered document, written down as `sending`, handed over, settled.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.core import failpoints
from orderctl.core.effects import Cancellation, Document, Receipt, Tracking
from orderctl.core.errors import Exit, RecordError, RemoteError, worst
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import cancellations, effects
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction

#: What a channel can be told, in this order, by the names that its `push` list uses.
KINDS = ("tracking", "cancel")


def push(ctx: Context, channels: Sequence[str] = ()) -> Report:
    """Tell `channels` (all when none is named) what they do not know yet."""
    report = Report("push")
    left = ctx.config.safety.max_push_per_run
    for name in chosen(channels, ctx.config.channels, "channel"):
        configured = ctx.config.channels[name]
        for kind in KINDS:
            if kind not in configured.push or not configured.live_from:
                _leave_untold(ctx, name, kind)
                continue
            try:
                left -= _kind(ctx, name, kind, left, report)
            except (RemoteError, RecordError) as error:
                hint = error.next or f"orderctl push {name}"
                report.problem(error.code, name, error.said, next=hint, exit=worst((error.exit, Exit.REMOTE)))
    return report


def _leave_untold(ctx: Context, name: str, kind: str) -> None:
    """What the channel is not to be told waits for nothing: its orders close without it."""
    if effects.pending(ctx.db, name, kind, ctx.now, 1):
        with transaction(ctx.db, "push.untold"):
            effects.drop(ctx.db, ctx.stamp, name, kind)


def _kind(ctx: Context, name: str, kind: str, limit: int, report: Report) -> int:
    """Hand over at most `limit` packages or cancellations; how many it was."""
    channel = ctx.adapters.channel(name)
    number = effects.next_push(ctx.db, name)
    if kind == "tracking":
        packages = effects.pending_tracking(ctx.db, name, ctx.now, limit)
        told: list[Row] = [_tracking_row(one) for one in packages]
        keys = [one.key for one in packages]
        document = channel.render_tracking(number, packages)
    else:
        stopped = cancellations.pending(ctx.db, name, ctx.now, limit)
        told = [_cancel_row(one) for one in stopped]
        keys = [one.key for one in stopped]
        document = channel.render_cancellations(number, stopped)
    if keys:
        _hand_over(ctx, name, number, document, keys, report)
        report.count(kind, len(keys) if report.items[-1]["outcome"] == "accepted" else 0)
        report.items[-1][kind] = told
    return len(keys)


def _hand_over(ctx: Context, name: str, number: int, document: Document, keys: Sequence[str], report: Report) -> None:
    channel = ctx.adapters.channel(name)
    channel.stage(document)
    with transaction(ctx.db, "push.sending"):
        effects.begin_push(ctx.db, ctx.stamp, name, number, document, keys)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = channel.deliver(document, keys[0])
    failpoints.reached("push.delivered")
    _settle(ctx, name, document.name, receipt)
    if receipt.outcome == "retry":
        channel.discard(document.name)
    if receipt.outcome != "accepted":
        exit_code = Exit.REMOTE if receipt.outcome == "retry" else Exit.ATTENTION
        report.problem(receipt.outcome, name, receipt.message, next=f"orderctl push {name}", exit=exit_code)
    report.items.append({"channel": name, "document": document.name, "outcome": receipt.outcome})


def _tracking_row(one: Tracking) -> Row:
    return {"reference": one.reference, "carrier": one.carrier, "tracking_number": one.tracking_number}


def _cancel_row(one: Cancellation) -> Row:
    return {"order": one.order_number, "reason": one.reason, "units": sum(line.quantity for line in one.lines)}


def _settle(ctx: Context, name: str, document: str, receipt: Receipt) -> None:
    with transaction(ctx.db, "push.receipt"):
        effects.settle_push(ctx.db, ctx.stamp, name, document, receipt)


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """Find out what became of a push that a killed process began."""
    name = begun.target.partition(":")[2]
    if name not in ctx.config.channels:
        receipt = Receipt("uncertain", message="the channel is no longer configured")
    else:
        try:
            receipt = ctx.adapters.channel(name).recover(begun.document, begun.key)
        except RemoteError as error:
            report.problem(error.code, name, error.said, next="orderctl run", exit=Exit.REMOTE)
            return
    _settle(ctx, name, begun.document, receipt)
    report.count("recovered")
