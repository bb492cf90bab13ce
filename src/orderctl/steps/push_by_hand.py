"""A push by hand: a person says whether a channel was told what nobody else can know."""

from __future__ import annotations

from orderctl.core.effects import Receipt
from orderctl.core.errors import UsageError
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import effects, passes
from orderctl.store.transactions import transaction


def resolve(ctx: Context, channel: str, document: str, *, told: bool) -> Report:
    """Say what became of the uncertain push `document` to `channel`.

    Told: the channel has it. Not told: what stands in it leaves with a later push. UsageError where nothing of that
    name is uncertain.
    """
    units = effects.uncertain_in(ctx.db, channel, document)
    if not units:
        message = f"nothing that '{channel}' may have been told in '{document}' is uncertain"
        raise UsageError(message, next="orderctl exceptions list")
    report = Report("channels resolve")
    ctx.stamp = passes.begin(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
    receipt = Receipt("accepted" if told else "retry", message=f"{ctx.stamp.actor} says so")
    with transaction(ctx.db, "channels.resolve"):
        effects.settle_push(ctx.db, ctx.stamp, channel, document, receipt)
    if not told and channel in ctx.config.channels:
        ctx.adapters.channel(channel).discard(document)
    report.count("told" if told else "not told", units)
    report.items.append({"channel": channel, "document": document, "told": told, "effects": units})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
