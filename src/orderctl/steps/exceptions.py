"""What a person says of exceptions: dealt with, put off, somebody's. Several at once, all or none of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from orderctl.core import times
from orderctl.core.errors import UsageError
from orderctl.steps import since
from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.store import exceptions, passes
from orderctl.store.transactions import transaction


def resolve(ctx: Context, numbers: Sequence[int], reason: str) -> Report:
    """A person's answer closes exceptions."""
    return _each(
        ctx, "resolve", "resolved", numbers, lambda number: exceptions.close(ctx.db, ctx.stamp, number, reason)
    )


def snooze(ctx: Context, numbers: Sequence[int], until: str = "", span: str = "") -> Report:
    """Nobody is told of exceptions until a day begins, a moment or the end of `span`; then they are new once more.

    UsageError unless just one of the two is said and it lies in the future.
    """
    if bool(until) == bool(span):
        raise UsageError("say either --until or --for; nothing was done")
    moment = since.moment_in(ctx, until, "--until") if until else _after(ctx, span)
    return _each(ctx, "snooze", "put off", numbers, lambda number: exceptions.snooze(ctx.db, ctx.stamp, number, moment))


def assign(ctx: Context, numbers: Sequence[int], whom: str) -> Report:
    """Someone looks after exceptions from now on; nobody when `whom` is empty."""
    return _each(ctx, "assign", "assigned", numbers, lambda number: exceptions.assign(ctx.db, ctx.stamp, number, whom))


def _after(ctx: Context, span: str) -> str:
    try:
        return times.later(ctx.now, times.parse_duration(span))
    except ValueError as error:
        raise UsageError(str(error), where="--for") from None


def _each(ctx: Context, command: str, done: str, numbers: Sequence[int], work: Callable[[int], bool]) -> Report:
    """Do `work` to each, which says whether it was open. UsageError when one is not; then nothing was done to any."""
    report = Report(f"exceptions {command}")
    with transaction(ctx.db, "exceptions.by_hand"):
        ctx.stamp = passes.add(ctx.db, report.step, ctx.stamp.actor, ctx.stamp.at)
        for number in dict.fromkeys(numbers):
            if not work(number):
                state = "closed already" if exceptions.one(ctx.db, number) else "not there"
                raise UsageError(f"exception {number} is {state}; nothing was done", next="orderctl exceptions list")
            report.count(done)
            report.items.append(exceptions.one(ctx.db, number) or {})
    passes.end(ctx.db, ctx.stamp, ctx.now, int(report.exit), "")
    return report
