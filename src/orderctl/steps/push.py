"""Push: tell the channels what happened, as far as a channel's `push` names it.

What is due is gathered per channel into one numbered document, written down as `sending`, handed over, settled.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import cast

from orderctl.core import failpoints
from orderctl.core.adapters import Acknowledging
from orderctl.core.effects import Acknowledgment, Cancellation, Document, Receipt, Tracking
from orderctl.core.errors import Exit, RecordError, RemoteError, worst
from orderctl.steps import publish, tracking
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import acknowledgments, cancellations, effects, pauses
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction

#: What a channel can be told, in this order, by the names that its `push` list uses.
KINDS = ("acknowledgments", "tracking", "cancel", "stock")
#: The effects behind a name, where they are called otherwise.
_EFFECTS = {"acknowledgments": "acknowledgment"}


def push(ctx: Context, channels: Sequence[str] = ()) -> Report:
    """Tell `channels` (all when none is named) what they do not know yet."""
    report = Report("push")
    left = ctx.config.safety.max_push_per_run
    publish.reckon(ctx)
    publish.tell_of_gaps(ctx)
    paused = pauses.paused(ctx.db, "channel")
    for name in chosen(channels, ctx.config.channels, "channel"):
        if name in paused:
            continue
        configured = ctx.config.channels[name]
        for kind in KINDS:
            if kind not in configured.push or not configured.live_from or not _hears(ctx, name, kind):
                _leave_untold(ctx, name, kind)
                continue
            try:
                tell = publish.publish if kind == "stock" else partial(_kind, kind=kind)
                left -= tell(ctx, name, limit=left, report=report)
            except (RemoteError, RecordError) as error:
                hint = error.next or f"orderctl push {name}"
                report.problem(error.code, name, error.said, next=hint, exit=worst((error.exit, Exit.REMOTE)))
    return report


def _hears(ctx: Context, name: str, kind: str) -> bool:
    """Whether there is a way to tell the channel; only some want to hear that we have an order."""
    return kind != "acknowledgments" or isinstance(ctx.adapters.channel(name), Acknowledging)


def _leave_untold(ctx: Context, name: str, kind: str) -> None:
    """What the channel is not to be told waits for nothing: its orders close without it."""
    effect = _EFFECTS.get(kind, kind)
    if effects.pending(ctx.db, name, effect, ctx.now, 1):
        with transaction(ctx.db, "push.untold"):
            effects.drop(ctx.db, ctx.stamp, name, effect)


def _kind(ctx: Context, name: str, limit: int, report: Report, *, kind: str) -> int:
    """Hand over at most `limit` effects of `kind`, as many in one document as the channel takes; how many."""
    at_once = ctx.adapters.channel(name).at_once.get(kind, 0) or limit
    told = 0
    while told < limit:
        handed = _document(ctx, name, min(at_once, limit - told), report, kind)
        told += handed
        if handed < at_once or report.items[-1]["outcome"] == "retry":
            break
    return told


def _document(ctx: Context, name: str, limit: int, report: Report, kind: str) -> int:
    """Hand over one document of at most `limit` effects of `kind`; how many it was."""
    keys, told, render = due(ctx, name, limit, kind)
    if keys:
        number = effects.next_push(ctx.db, name)
        _hand_over(ctx, name, number, render(number), keys, report)
        report.count(kind, len(keys) if report.items[-1]["outcome"] == "accepted" else 0)
        report.items[-1][kind] = told
    return len(keys)


def due(ctx: Context, name: str, limit: int, kind: str) -> tuple[list[str], list[Row], Callable[[int], Document]]:
    """The keys of what is due, a row about each, and what makes the document of them, given its number."""
    channel = ctx.adapters.channel(name)
    if kind == "tracking":
        packages = tracking.to_follow(ctx.config, effects.pending_tracking(ctx.db, name, ctx.now, limit))
        rows = [_tracking_row(one) for one in packages]
        return [one.key for one in packages], rows, lambda number: channel.render_tracking(number, packages)
    if kind == "cancel":
        stopped = cancellations.pending(ctx.db, name, ctx.now, limit)
        rows = [_cancel_row(one) for one in stopped]
        return [one.key for one in stopped], rows, lambda number: channel.render_cancellations(number, stopped)
    seen = acknowledgments.pending(ctx.db, name, ctx.now, limit)
    acknowledging = cast("Acknowledging", channel)  # whoever cannot take them was left untold before
    rows = [_acknowledgment_row(one) for one in seen]
    return [one.key for one in seen], rows, lambda number: acknowledging.render_acknowledgments(number, seen)


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
    told = {"reference": one.reference, "carrier": one.carrier, "tracking_number": one.tracking_number}
    return told | {"replaces": one.replaces}


def _acknowledgment_row(one: Acknowledgment) -> Row:
    return {"order": one.order_number}


def _cancel_row(one: Cancellation) -> Row:
    return {"order": one.order_number, "reason": one.reason, "units": sum(line.quantity for line in one.lines)}


def _settle(ctx: Context, name: str, document: str, receipt: Receipt) -> None:
    with transaction(ctx.db, "push.receipt"):
        effects.settle_push(ctx.db, ctx.stamp, name, document, receipt)


def recover(ctx: Context, begun: Begun, report: Report) -> None:
    """Find out what became of a push that a killed process began."""
    name = begun.target.partition(":")[2]
    if name not in ctx.config.channels:
        receipt, settle_s = Receipt("uncertain", message="the channel is no longer configured"), 0
    else:
        try:
            channel = ctx.adapters.channel(name)
            document = Document(begun.document, begun.content, kept=bool(begun.content))
            receipt = channel.recover(document, begun.key)
            settle_s = channel.settle_s
        except RemoteError as error:
            report.problem(error.code, name, error.said, next="orderctl run", exit=Exit.REMOTE)
            return
    if receipt.outcome == "retry" and begun.kind != "stock":  # not asked: that says nothing about what was sent before
        report.problem(RemoteError.code, name, receipt.message, next=f"orderctl push {name}", exit=Exit.REMOTE)
        return
    with transaction(ctx.db, "push.judged"):
        receipt = effects.judged(ctx.db, ctx.stamp, begun.key, receipt, settle_s)
    (publish.settle if begun.kind == "stock" else _settle)(ctx, name, begun.document, receipt)
    report.count("recovered")
