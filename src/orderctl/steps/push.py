"""Push: tell the channels what happened: tracking, as far as a channel's `push` names it.

Packages are gathered per channel into one numbered document, written down as `sending`, handed over, settled.
"""

from __future__ import annotations

from collections.abc import Sequence

from orderctl.core import failpoints
from orderctl.core.effects import Document, Receipt, Tracking
from orderctl.core.errors import Exit, RecordError, RemoteError
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import effects
from orderctl.store.effects import Begun
from orderctl.store.transactions import transaction


def push(ctx: Context, channels: Sequence[str] = ()) -> Report:
    """Tell `channels` (all when none is named) what they do not know yet."""
    report = Report("push")
    left = ctx.config.safety.max_push_per_run
    for name in chosen(channels, ctx.config.channels, "channel"):
        configured = ctx.config.channels[name]
        if "tracking" not in configured.push or not configured.live_from:
            continue
        try:
            left -= _tracking(ctx, name, left, report)
        except (RemoteError, RecordError) as error:
            hint = error.next or f"orderctl push {name}"
            report.problem(error.code, name, error.said, next=hint, exit=Exit.REMOTE)
    return report


def _tracking(ctx: Context, name: str, limit: int, report: Report) -> int:
    """Hand over at most `limit` packages; how many it was."""
    packages = effects.pending_tracking(ctx.db, name, ctx.now, limit)
    if not packages:
        return 0
    channel = ctx.adapters.channel(name)
    number = effects.next_push(ctx.db, name)
    document = channel.render_tracking(number, packages)
    channel.stage(document)
    keys = [package.key for package in packages]
    with transaction(ctx.db, "push.sending"):
        effects.begin_push(ctx.db, ctx.stamp, name, number, document, keys)
    ctx.journal.note(ctx.db, ctx.now)
    receipt = channel.deliver(document, keys[0])
    failpoints.reached("push.delivered")
    _settle(ctx, name, document.name, receipt)
    _report(report, name, document, packages, receipt)
    return len(packages)


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


def _report(report: Report, name: str, document: Document, packages: Sequence[Tracking], receipt: Receipt) -> None:
    if receipt.outcome == "accepted":
        report.count("tracking", len(packages))
    else:
        exit_code = Exit.REMOTE if receipt.outcome == "retry" else Exit.ATTENTION
        report.problem(receipt.outcome, name, receipt.message, next=f"orderctl push {name}", exit=exit_code)
    report.items.append(
        {
            "channel": name,
            "document": document.name,
            "outcome": receipt.outcome,
            "tracking": [
                {"reference": one.reference, "carrier": one.carrier, "tracking_number": one.tracking_number}
                for one in packages
            ],
        }
    )
