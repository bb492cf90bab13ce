"""The single steps of a pass as commands: each calls its step and shows what it did."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer
from orderctl.cli.command import writing
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context

Channels = Annotated[list[str] | None, Argument(metavar="[CHANNEL]...", help="Only these channels; default all.")]
Locations = Annotated[list[str] | None, Argument(metavar="[LOCATION]...", help="Only these locations; default all.")]
Orders = Annotated[
    list[str] | None,
    Argument(metavar="[ORDER]...", help="Only these: reference, CHANNEL/NUMBER, channel order id or number."),
]
Since = Annotated[
    str, Option("--since", metavar="WHEN", help="Read again what changed since a day, a moment, or a span such as 7d.")
]
One = Annotated[str, Option("--order", metavar="ORDER", help="Read this one order again; of CHANNEL, by its id there.")]


@writing
def pull(ctx: Context, channels: Channels = None, since: Since = "", order: One = "") -> Answer:
    """Bring in the orders that channels have; with --since or --order, once more what was read already.

    Reading once more moves no position: the next pull goes on where the last one ended. Orders that are stored just so
    are passed over.

    Exit: 0 done, 2 a file is wrong, or the channel has no such order, 3 a payload was put aside, 4 another process
    holds the store, 5 a channel could not be completed, 6 the store cannot be used.
    """
    from orderctl.steps import pull_one
    from orderctl.steps.since import moment_of

    again = moment_of(ctx, since) if since else ""
    one = pull_one.named(ctx, channels or (), order, since) if order else None
    return _one(ctx, "pull", channels=channels or (), since=again, one=one)


@writing
def collect(ctx: Context, locations: Locations = None) -> Answer:
    """Bring in what locations answered: acknowledgments, rejections, packages, stock counts.

    Exit: 0 done, 2 a file is wrong, 3 an answer needs a person, 4 another process holds the store, 5 a location could
    not be completed, 6 the store cannot be used.
    """
    return _one(ctx, "collect", locations=locations or ())


@writing
def route(ctx: Context, orders: Orders = None) -> Answer:
    """Decide where each waiting order ships from, and reserve its stock.

    Exit: 0 all planned, 2 a file is wrong, 3 some orders need a person, 4 another process holds the store, 6 the
    store cannot be used.
    """
    from orderctl.steps import views

    return _one(ctx, "route", orders=[views.order_id(ctx, name) for name in orders or ()])


@writing
def dispatch(ctx: Context, locations: Locations = None) -> Answer:
    """Hand planned shipments to their locations.

    Exit: 0 done, 2 a file is wrong, 3 a hand-off needs a person, 4 another process holds the store, 5 a location could
    not be completed, 6 the store cannot be used.
    """
    return _one(ctx, "dispatch", locations=locations or ())


@writing
def push(ctx: Context, channels: Channels = None) -> Answer:
    """Tell channels of tracking and stock.

    Exit: 0 done, 2 a file is wrong, 3 a channel refused something, 4 another process holds the store, 5 a channel
    could not be completed, 6 the store cannot be used.
    """
    return _one(ctx, "push", channels=channels or ())


def _one(ctx: Context, step: str, **subjects: Any) -> Done:
    """A pass of the one step, limited to `subjects`."""
    from orderctl.steps.run import Subjects, run

    return Done(run(ctx, only=[step], subjects=Subjects(**subjects), command=step), dry_run=ctx.dry_run)
