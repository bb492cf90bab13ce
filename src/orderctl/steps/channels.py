"""Looking after channels: which there are, how each stands, whether it lets us in, whether it is left alone."""

from __future__ import annotations

from orderctl.core.adapters import Probe
from orderctl.core.errors import Exit, RemoteError
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.stock_explain import stock_of_channel
from orderctl.steps.views import Row
from orderctl.store import cursors, effects, orders, passes, pauses
from orderctl.store.transactions import transaction


def channels_list(ctx: Context) -> list[Row]:
    """Every channel, whether it is live or only watched, what it is told, what it has."""
    counts = orders.by_channel(ctx.db)
    paused = pauses.paused(ctx.db, "channel")
    return [
        {
            "channel": name,
            "type": one.type,
            "short": one.short,
            "live_from": one.live_from or None,
            "push": list(one.push),
            "orders": counts.get(name, 0),
            "paused_at": paused.get(name),
        }
        for name, one in ctx.config.channels.items()
    ]


def channel_show(ctx: Context, name: str) -> Row:
    """One channel with how far it has been read, what it is still to be told, and what it is told of stock."""
    chosen([name], ctx.config.channels, "channel")
    row = next(row for row in channels_list(ctx) if row["channel"] == name)
    return row | {
        "streams": cursors.listed(ctx.db, f"channel:{name}"),
        "waiting_effects": effects.open_counts(ctx.db).get(f"channel:{name}", 0),
        "stock": stock_of_channel(ctx, name),
    }


def channel_test(ctx: Context, name: str) -> Report:
    """Try out what can be tried without changing anything. Exit 7 when something of it fails."""
    chosen([name], ctx.config.channels, "channel")
    report = Report("channels test")
    try:
        probes = ctx.adapters.channel(name).probe()
    except RemoteError as error:
        probes = [Probe("reach", "fail", error.said, error.next)]
    for one in probes:
        report.items.append({"what": one.what, "verdict": one.verdict, "found": one.found, "next": one.next})
        report.count(one.verdict)
        if one.verdict == "fail":
            hint = one.next or f"orderctl channels test {name}"
            report.problem("probe_failed", f"{name} {one.what}", one.found, next=hint, exit=Exit.CHECK)
    return report


def channel_pause(ctx: Context, name: str, reason: str) -> Report:
    """Nothing is read from a channel and it is told nothing until it is resumed."""
    return _switch(ctx, name, reason, pause=True)


def channel_resume(ctx: Context, name: str) -> Report:
    """A paused channel is read and told again."""
    return _switch(ctx, name, "", pause=False)


def _switch(ctx: Context, name: str, reason: str, *, pause: bool) -> Report:
    chosen([name], ctx.config.channels, "channel")
    report = Report("channels pause" if pause else "channels resume")
    ctx.stamp = passes.begin(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
    with transaction(ctx.db, "channels.switch"):
        if pause:
            pauses.pause(ctx.db, ctx.stamp, "channel", name, reason)
        else:
            pauses.resume(ctx.db, ctx.stamp, "channel", name)
    report.items.append({"channel": name, "paused": pause, "reason": reason})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
