"""Orders: the list, the page of one with everything that happened to it, and what a person does with one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli import order_page, pairs
from orderctl.cli.answers import Answer, Facts, Listing, Page, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.items import units
from orderctl.cli.options import Limit
from orderctl.cli.pairs import Units
from orderctl.cli.reports import Done, sentence

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("orders", "List orders, show one with everything about it, and decide by hand.")

Name = Annotated[str, Argument(metavar="ORDER", help="Reference, CHANNEL/NUMBER, channel order id, or a number.")]
Why = Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it and when.")]

LIST = {
    "state": "state",
    "channel": "channel",
    "number": "number",
    "placed_at": "placed",
    "ship_by": "~ship by",
    "country": "to",
    "total": ">total",
    "currency": "",
    "locations": "from",
    "holds": "held by",
    "customer": "+customer",
    "order": "~order",
}

#: What a command does to an order at most once.
_ONCE = ("held", "held already", "released", "noted", "routed", "split", "backordered", "put aside", "nothing to ship")


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    state: Annotated[
        list[str] | None, Option("--state", metavar="STATE", help="Only orders in this state; may be said again.")
    ] = None,
    channel: Annotated[str, Option("--channel", metavar="CHANNEL", help="Only orders of this channel.")] = "",
    at_risk: Annotated[
        bool, Option("--at-risk", help="Only orders that cannot leave in time any more, as the last pass saw it.")
    ] = False,
    limit: Limit = None,
) -> Answer:
    """List orders, newest first.

    Exit: 0 done, 2 no such state or channel or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    rows = views.orders_list(ctx, states=state or (), channel=channel, at_risk=at_risk, limit=limit)
    return Listing(table(LIST, rows, "No orders."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, order: Name) -> Answer:
    """Show one order: its lines, shipments, holds, exceptions, and what happened to it.

    Exit: 0 done, 2 no such order or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    value = views.order_show(ctx, order)
    return Page(value, tuple(order_page.page(value)), table(order_page.LINES, order_page.lines(value)))


@app.command("hold", cls=Command)
@writing
def hold(
    ctx: Context,
    order: Name,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="What it waits for, in a word or two.")],
    note: Annotated[str, Option("--note", metavar="TEXT", help="More about it.")] = "",
) -> Answer:
    """Let an order wait until a person releases it. What is planned stays reserved and does not leave.

    Exit: 0 done, 2 no such order or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.hold(ctx, order, reason, note))


@app.command("release", cls=Command)
@writing
def release(
    ctx: Context,
    order: Name,
    hold: Annotated[
        list[str] | None, Option("--hold", metavar="REASON", help="Only this hold; may be said again. Default: all.")
    ] = None,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it.")] = "",
) -> Answer:
    """End holds of an order. Rules place them again only when the order changes.

    Exit: 0 done, 2 no such order or hold or a file is wrong, 4 another process holds the store, 6 the store cannot be
    used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.release(ctx, order, hold or (), reason))


@app.command("cancel", cls=Command)
@writing
def cancel(ctx: Context, order: Name, reason: Why, line: Units = None) -> Answer:
    """Cancel an order or some of its units, as far as no location has them in hand.

    Exit: 0 done, 2 no such order, line or so many units, or a file is wrong, 3 something new needs a person, 4 another
    process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    report = by_hand.cancel(ctx, order, pairs.units(line), reason)
    return _done(ctx, report, nothing="nothing that no location has in hand already")


@app.command("route", cls=Command)
@writing
def route(
    ctx: Context,
    order: Name,
    location: Annotated[str, Option("--from", metavar="LOCATION", help="Where it ships from.")],
    reason: Why,
    line: Units = None,
    service: Annotated[str, Option("--service", metavar="CARRIER:SERVICE", help="What it ships with.")] = "",
) -> Answer:
    """Ship what waits of an order from one location, whatever the rules say.

    Exit: 0 done, 2 no such order, location, line or service, or a file is wrong, 3 something new needs a person, 4
    another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.route_to(ctx, order, location, pairs.units(line), service, reason))


@app.command("reroute", cls=Command)
@writing
def reroute(ctx: Context, order: Name) -> Answer:
    """Take back what is only planned of an order and decide it anew by the rules.

    Exit: 0 done, 2 no such order or a file is wrong, 3 something new needs a person, 4 another process holds the store,
    6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.reroute(ctx, order))


@app.command("edit", cls=Command)
@writing
def edit(
    ctx: Context,
    order: Name,
    changes: Annotated[list[str], Argument(metavar="FIELD=VALUE...", help="Such as ship_to.city=Boston.")],
    reason: Why,
) -> Answer:
    """Change fields of an order over what its channel states; it is decided anew.

    The value is kept until the channel itself changes that field, which is an exception.

    Exit: 0 done, 2 no such order or field, a value that cannot be, or a file is wrong, 4 another process holds the
    store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.edit(ctx, order, pairs.changes(changes), reason))


@app.command("note", cls=Command)
@writing
def note(ctx: Context, order: Name, text: Annotated[str, Argument(metavar="TEXT")]) -> Answer:
    """Write a line into the history of an order.

    Exit: 0 done, 2 no such order or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return _done(ctx, by_hand.note(ctx, order, text))


def _done(ctx: Context, report: Report, nothing: str = "nothing") -> Done:
    """What was done, and how the order stands after it."""
    done = _said(report.counts) if report.counts else nothing
    facts = [("done", done), *(pair for item in report.items for pair in _standing(item))]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


def _said(counts: Mapping[str, int]) -> str:
    """What was done, without the number where there can be only one."""
    one = [what for what, count in counts.items() if count == 1 and what in _ONCE]
    rest = {what: count for what, count in counts.items() if what not in one}
    return ", ".join([*one, *([sentence(rest)] if rest or not one else [])])


def _standing(item: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield item["order"], item["state"]
    yield "held by", ", ".join(item["holds"])
    for shipment in item["shipments"]:
        yield shipment["reference"], f"{shipment['state']} at {shipment['location']}"
    yield "backordered", units(item["backorders"])
