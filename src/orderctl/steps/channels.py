"""Looking after channels: which there are, how each stands, whether it lets us in, whether it is left alone."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Sequence
from datetime import UTC, datetime

from orderctl.core import times
from orderctl.core.adapters import Probe
from orderctl.core.channel_map import ChannelMap, fields_of
from orderctl.core.errors import RemoteError
from orderctl.steps import money_entries, pausing, probing, quiet
from orderctl.steps.choice import chosen
from orderctl.steps.context import BUDGET, Context
from orderctl.steps.report import Report
from orderctl.steps.stock_explain import stock_of_channel
from orderctl.steps.views import Row
from orderctl.store import cursors, effects, meta, orders, pauses


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
    streams = cursors.listed(ctx.db, f"channel:{name}")
    return row | {
        "streams": streams,
        "read_to": _read_to([stream["position"] for stream in streams if stream["stream"] != money_entries.STREAM]),
        "budget": _budget(meta.get(ctx.db, f"{BUDGET}channel:{name}")),
        "failures": [
            {"step": told.failure.step, "code": told.failure.code, "message": told.failure.message, "since": told.since}
            for told in quiet.remembered(ctx.db)
            if told.failure.subject == name
        ],
        "waiting_effects": effects.open_counts(ctx.db).get(f"channel:{name}", 0),
        "stock": stock_of_channel(ctx, name),
    }


def channel_map(ctx: Context, name: str) -> Row:
    """What a channel's words are here, what it is told of ours, who owns each field and what a change of it does."""
    chosen([name], ctx.config.channels, "channel")
    return map_rows(ctx.adapters.channel(name).meanings) | {"channel": name, "type": ctx.config.channels[name].type}


def map_rows(stated: ChannelMap) -> Row:
    """The same of a channel that states `stated`."""
    return {
        "comes_in": [{"theirs": theirs, "ours": ours} for theirs, ours in stated.comes_in.items()],
        "goes_out": [{"ours": ours, "theirs": theirs} for ours, theirs in stated.goes_out.items()],
        "fields": [
            {"fields": list(one.names), "owner": one.owner, "after_import": one.after_import}
            for one in fields_of(stated)
        ],
    }


def _read_to(positions: Sequence[str]) -> str | None:
    """The moment up to which everything was read: of several streams the one that is behind; None where none says."""
    moments = []
    for position in positions:
        with contextlib.suppress(ValueError):
            moments.append(times.parse_moment(position))
    return min(moments, default=None)


def _budget(text: str) -> list[Row]:
    """What was left of each bucket of requests, and when; whole tokens."""
    kept: dict[str, list[float]] = json.loads(text or "{}")
    return [
        {"bucket": bucket, "left": int(left), "at": times.moment(datetime.fromtimestamp(at, UTC))}
        for bucket, (left, at) in sorted(kept.items())
    ]


def channel_test(ctx: Context, name: str) -> Report:
    """Try out what can be tried without changing anything. Exit 7 when something of it fails."""
    chosen([name], ctx.config.channels, "channel")
    report = Report("channels test")
    try:
        probes = ctx.adapters.channel(name).probe()
    except RemoteError as error:
        probes = [Probe("reach", "fail", error.said, error.next)]
    probing.tell(report, name, probes)
    return report


def channel_pause(ctx: Context, name: str, reason: str) -> Report:
    """Nothing is read from a channel and it is told nothing until it is resumed."""
    chosen([name], ctx.config.channels, "channel")
    return pausing.pause(ctx, "channel", name, reason)


def channel_resume(ctx: Context, name: str) -> Report:
    """A paused channel is read and told again."""
    chosen([name], ctx.config.channels, "channel")
    return pausing.resume(ctx, "channel", name)
