"""Orders: the page of one with everything that happened to it, its money, and what a person decides about one."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import order_changes, order_lists, order_page, pairs
from orderctl.cli.answers import Answer, Facts, Heading, Page, filled, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.order_changes import Why, done
from orderctl.cli.pairs import Units

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("orders", "Find orders, show one with everything about it, and decide by hand.")

Name = Annotated[str, Argument(metavar="ORDER", help="Reference, CHANNEL/NUMBER, channel order id, or a number.")]

MONEY = {
    "type": "what",
    "amount": ">amount",
    "currency": "",
    "kind": "",
    "reference": "of",
    "source": "~said by",
    "at": "~booked",
}


app.command("list", cls=Command)(order_lists.list_)
app.command("search", cls=Command)(order_lists.search)


@app.command("show", cls=Command)
@reading
def show(
    ctx: Context,
    order: Name,
    archive: Annotated[
        Path | None, Option("--archive", metavar="FILE", help="An archive that has it, made by `db archive`.")
    ] = None,
) -> Answer:
    """Show one order: its lines, shipments, holds, exceptions, and what happened to it.

    Exit: 0 done, 2 no such order or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import archive as archives
    from orderctl.steps import views

    value = archives.archived(ctx, archive, order) if archive else views.order_show(ctx, order)
    page = tuple(order_page.page(value, ctx.config.places.timezone))
    return Page(value, page, table(order_page.LINES, order_page.lines(value)))


@app.command("money", cls=Command)
@reading
def money(ctx: Context, order: Name) -> Answer:
    """Show what an order brought in and what it cost, as far as it is known: fees, refunds, estimates.

    What goes out is negative.

    Exit: 0 done, 2 no such order or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    value = views.order_money(ctx, order)
    rows = [
        {**entry, "type": entry["type"].replace("_", " "), "kind": "estimate" if entry["estimate"] else ""}
        for entry in value["entries"]
    ]
    heading = Heading(f"{value['channel']}/{value['number']}")
    sums = Facts(tuple(("together", f"{one['amount']} {one['currency']}") for one in value["sums"]))
    return Page(value, (heading, filled(table(MONEY, rows, "Nothing.")), sums), table(MONEY, value["entries"]))


app.command("history", cls=Command)(order_lists.history)
for change in (order_changes.hold, order_changes.release, order_changes.cancel):
    app.command(change.__name__, cls=Command)(change)


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

    return done(ctx, by_hand.route_to(ctx, order, location, pairs.units(line), service, reason))


app.command("reroute", cls=Command)(order_changes.reroute)


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

    return done(ctx, by_hand.edit(ctx, order, pairs.changes(changes), reason))


@app.command("note", cls=Command)
@writing
def note(ctx: Context, order: Name, text: Annotated[str, Argument(metavar="TEXT")]) -> Answer:
    """Write a line into the history of an order.

    Exit: 0 done, 2 no such order or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import by_hand

    return done(ctx, by_hand.note(ctx, order, text))


for mark in (order_changes.tag, order_changes.untag, order_changes.assign):
    app.command(mark.__name__, cls=Command)(mark)
