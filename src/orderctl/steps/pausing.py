"""Leaving a channel or a location alone until it is resumed."""

from __future__ import annotations

from collections.abc import Callable

from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import passes, pauses
from orderctl.store.transactions import transaction


def pause(ctx: Context, kind: str, name: str, reason: str, also: Callable[[Report], None] = lambda _: None) -> Report:
    """`name` of `kind` (channel or location) is left alone from now on; `also` is done in the same transaction."""
    return _switch(ctx, kind, name, reason, also, begins=True)


def resume(ctx: Context, kind: str, name: str, also: Callable[[Report], None] = lambda _: None) -> Report:
    """`name` of `kind` works again; `also` is done in the same transaction."""
    return _switch(ctx, kind, name, "", also, begins=False)


def _switch(ctx: Context, kind: str, name: str, reason: str, also: Callable[[Report], None], *, begins: bool) -> Report:
    report = Report(f"{kind}s {'pause' if begins else 'resume'}")
    ctx.stamp = passes.begin(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
    with transaction(ctx.db, f"{kind}s.switch"):
        if begins:
            pauses.pause(ctx.db, ctx.stamp, kind, name, reason)
        else:
            pauses.resume(ctx.db, ctx.stamp, kind, name)
        also(report)
    report.items.append({kind: name, "paused": begins, "reason": reason})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
