"""Stock: what lies where and why, the files that say so, and moves by hand."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli import stock_counts, stock_explain
from orderctl.cli.answers import Answer, Facts, Listing, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Limit
from orderctl.cli.reports import Done, sentence

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("stock", "What lies where, and why.")

SHOW = {
    "sku": "SKU",
    "location": "location",
    "on_hand": ">on hand",
    "reserved": ">reserved",
    "available": ">available",
    "incoming": ">incoming",
}
HISTORY = {
    "moved_at": "when",
    "location": "location",
    "delta": ">units",
    "reason": "reason",
    "actor": "who",
    "cause": "_cause",
}


@app.command("show", cls=Command)
@reading
def show(ctx: Context, sku: Annotated[str | None, Argument(metavar="[SKU]", help="Only this SKU.")] = None) -> Answer:
    """Show units on hand, reserved, available and incoming (on order) per SKU and location.

    Exit: 0 done, 2 no such SKU or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    return Listing(table(SHOW, views.stock_show(ctx, sku), "No stock is known."))


@app.command("history", cls=Command)
@reading
def history(ctx: Context, sku: Annotated[str, Argument(metavar="SKU")], limit: Limit = None) -> Answer:
    """List every change of what lies there of one SKU, newest first: when, where, how many, why, by whom.

    Exit: 0 done, 2 no such SKU or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    return Listing(table(HISTORY, views.stock_history(ctx, sku, limit), "Nothing of it was ever moved."))


@app.command("adjust", cls=Command)
@writing
def adjust(
    ctx: Context,
    sku: Annotated[str, Argument(metavar="SKU")],
    location: Annotated[str, Argument(metavar="LOCATION")],
    units: Annotated[int, Argument(metavar="±N", help="Units that came (5 or +5) or are gone (-5).")],
    reason: Annotated[str, Option("--reason", metavar="REASON", help="One of the stock reasons, such as damaged.")],
    note: Annotated[str, Option("--note", metavar="TEXT", help="More about it; stands in the SKU's history.")] = "",
) -> Answer:
    """Add units to what lies at a location, or take some away. A SKU that was not known becomes so.

    Exit: 0 done, 2 no such location or reason or a file is wrong, 3 what a location has in hand is no longer there,
    4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import stock_by_hand

    report = stock_by_hand.adjust(ctx, sku, location, units, reason, note)
    facts = [
        (f"{item['sku']} at {item['location']}", f"{item['on_hand'] - units} -> {item['on_hand']} on hand")
        for item in report.items
    ]
    facts += [(" ", f"{item['reserved']} reserved, {item['available']} available") for item in report.items]
    said = [Facts(tuple(facts)), *stock_counts.fallen(report.items)]
    return Done([report], dry_run=ctx.dry_run, said=said)


@app.command("import", cls=Command)
@writing
def import_(
    ctx: Context,
    file: Annotated[Path, Argument(metavar="FILE", help="CSV with sku, quantity and, without --location, location.")],
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Where all of it lies.")] = "",
) -> Answer:
    """Take what a file says lies there as counted: stock is moved to those numbers.

    Exit: 0 done, 2 the file is wrong and nothing was moved, 3 less is there than was promised, 4 another process holds
    the store, 6 the store cannot be used.
    """
    from orderctl.steps.stock import stock_import

    report = stock_import(ctx, file, location)
    facts = [
        (item["location"], f"{sentence({name: item[name] for name in ('rows', 'changes')})}: {item['outcome']}")
        for item in report.items
    ]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


app.command("count", cls=Command)(stock_counts.count)
app.command("move", cls=Command)(stock_counts.move)
app.command("reconcile", cls=Command)(stock_counts.reconcile)
app.command("explain", cls=Command)(stock_explain.explain)
