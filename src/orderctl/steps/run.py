"""One pass: what a killed one left, then pull, collect, route, dispatch, push, in this order.

Each step also runs alone, as a pass of one. Rules and adapters are opened before anything is touched.
"""

from __future__ import annotations

import dataclasses
import gc
import json
from collections.abc import Callable, Sequence

from orderctl.core.errors import UsageError, worst
from orderctl.core.text import did_you_mean
from orderctl.steps import (
    call_backs,
    collect,
    context,
    deadlines,
    dispatch,
    handoff,
    news,
    pull,
    pull_one,
    push,
    reread,
    route,
    shadowing,
)
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.steps.pull_one import One
from orderctl.steps.report import Report
from orderctl.store import effects, exceptions, passes
from orderctl.store.transactions import transaction

_RECOVER = {"handoff": handoff.recover, "shadow": shadowing.recover, "cancel_request": call_backs.recover}
STEPS = ("pull", "collect", "route", "dispatch", "push")


@dataclasses.dataclass(frozen=True, slots=True)
class Subjects:
    """What single steps are limited to; empty = everything. `since` and `one` are what a pull reads again."""

    channels: Sequence[str] = ()
    since: str = ""
    one: One | None = None
    locations: Sequence[str] = ()
    orders: Sequence[int] = ()


EVERYTHING = Subjects()


def run(
    ctx: Context,
    only: Sequence[str] = (),
    skip: Sequence[str] = (),
    subjects: Subjects = EVERYTHING,
    command: str = "run",
    done: Callable[[Report], None] = lambda _: None,
) -> list[Report]:
    """One pass of the steps `only` (all when empty) without `skip`; `done` is told of each when it has ended.

    UsageError for a step that does not exist.
    """
    names = [step for step in STEPS if (not only or step in only) and step not in skip]
    for step in (*only, *skip):
        if step not in STEPS:
            message = f"there is no step '{step}'{did_you_mean(step, STEPS)}; steps are {', '.join(STEPS)}"
            raise UsageError(message, next="orderctl run --help")
    chosen(subjects.channels, ctx.config.channels, "channel")
    chosen(subjects.locations, ctx.config.partners, "location")
    gc.set_threshold(50_000, 20, 20)  # a pass makes millions of values and hardly a cycle: look for those rarely
    ctx.adapters.open_all()
    if "route" in names:
        _ = ctx.rules
    begun = passes.begin(ctx.db, command, ctx.stamp.actor, ctx.stamp.at)
    # whoever began the pass, what it does is the rules' doing: a hold by a person's name would be theirs to end
    ctx.stamp = dataclasses.replace(begun, actor="orderctl")
    with transaction(ctx.db, "run.wake"):
        exceptions.wake(ctx.db, ctx.stamp)
    reports = [report for report in (_recover(ctx),) if report.counts or report.problems]
    seen = news.tell(ctx, reports[-1]) if reports else 0
    for report in reports:
        done(report)
    for name in names:
        report = _step(name, subjects)(ctx)
        seen = news.tell(ctx, report, seen)
        reports.append(report)
        done(report)
    code = worst(report.exit for report in reports)
    summary = json.dumps({report.step: report.counts for report in reports} | {"read": sorted(ctx.fresh)})
    passes.end(ctx.db, ctx.stamp, context.now(), int(code), summary)
    return reports


def _step(name: str, subjects: Subjects) -> Callable[[Context], Report]:
    return {
        "pull": lambda ctx: _pull(ctx, subjects),
        "collect": lambda ctx: collect.collect(ctx, subjects.locations),
        "route": lambda ctx: route.route(ctx, subjects.orders),
        "dispatch": lambda ctx: _dispatch(ctx, subjects),
        "push": lambda ctx: _push(ctx, subjects),
    }[name]


def _pull(ctx: Context, subjects: Subjects) -> Report:
    if subjects.one is not None:
        return pull_one.pull_one(ctx, subjects.one)
    report = pull.pull(ctx, subjects.channels, subjects.since)
    reread.reread(ctx, report)
    return report


def _dispatch(ctx: Context, subjects: Subjects) -> Report:
    report = dispatch.dispatch(ctx, subjects.locations)
    deadlines.review(ctx)
    return report


def _push(ctx: Context, subjects: Subjects) -> Report:
    report = push.push(ctx, subjects.channels)
    deadlines.review_pushes(ctx)
    return report


def _recover(ctx: Context) -> Report:
    """Finish what a killed process began. Its rows can only be its own: we hold the lock."""
    report = Report("recover")
    unfinished = effects.begun(ctx.db)
    if unfinished:
        ctx.journal.note(ctx.db, ctx.now)  # the dead process may not have come to it
    for begun in unfinished:
        _RECOVER.get(begun.kind, push.recover)(ctx, begun, report)
    return report
