"""Stock: what lies where, and the files that say so."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli.answers import Answer, Listing, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done

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


@app.command("show", cls=Command)
@reading
def show(ctx: Context, sku: Annotated[str | None, Argument(metavar="[SKU]", help="Only this SKU.")] = None) -> Answer:
    """Show on hand, reserved and available units per SKU and location.

    Exit: 0 done, 2 no such SKU or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    return Listing(table(SHOW, views.stock_show(ctx, sku), "No stock is known."))


@app.command("import", cls=Command)
@writing
def import_(
    ctx: Context,
    file: Annotated[Path, Argument(metavar="FILE", help="CSV with sku, quantity and, without --location, location.")],
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Where all of it lies.")] = "",
) -> Answer:
    """Take what a file says lies there as counted: stock is moved to those numbers.

    Exit: 0 done, 2 the file is wrong and nothing was moved, 3 some rows need a person, 4 another process holds the
    store, 6 the store cannot be used.
    """
    from orderctl.steps.stock import stock_import

    return Done([stock_import(ctx, file, location)], dry_run=ctx.dry_run)
