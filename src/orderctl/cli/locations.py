"""Locations: what can ship, and whether it works now."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli.answers import Answer, Facts, Listing, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done, sentence

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("locations", "What can ship, and whether it works now.")

Name = Annotated[str, Argument(metavar="LOCATION")]

LIST = {
    "location": "location",
    "kind": "kind",
    "stock": "+stock",
    "send": "+sent by",
    "confirm": "+answers by",
    "planned": ">planned",
    "in_hand": ">in hand",
    "uncertain": ">uncertain",
    "paused_at": "paused since",
}


@app.command("list", cls=Command)
@reading
def list_(ctx: Context) -> Answer:
    """List locations: how each is reached, what waits there, what it has in hand, whether it is paused.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import care

    rows = care.locations_list(ctx)
    return Listing(table(LIST, rows, "channels.toml has no locations."))


@app.command("pause", cls=Command)
@writing
def pause(
    ctx: Context,
    location: Name,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it.")],
) -> Answer:
    """Plan and hand over nothing more at a location until it is resumed; what is only planned there is planned anew.

    Exit: 0 done, 2 no such location or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import care

    return _done(ctx, care.location_pause(ctx, location, reason), "paused")


@app.command("resume", cls=Command)
@writing
def resume(ctx: Context, location: Name) -> Answer:
    """Let a paused location work again.

    Exit: 0 done, 2 no such location or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import care

    return _done(ctx, care.location_resume(ctx, location), "works")


@app.command("postcodes", cls=Command)
@writing
def postcodes(
    ctx: Context,
    file: Annotated[
        Path, Argument(metavar="FILE", help="CSV: country, postcode, latitude, longitude; or of GeoNames.")
    ],
) -> Answer:
    """Learn where postcodes lie, so that `nearest` counts kilometers between a location and an address.

    Exit: 0 done, 2 the file is wrong, 3 rows of it were left out, 4 another process holds the store, 6 the store cannot
    be used.
    """
    from orderctl.steps import postcodes as step

    report = step.postcodes_import(ctx, file)
    facts = tuple((str(item["file"]), f"{item['known']} postcodes are known now") for item in report.items)
    return Done([report], dry_run=ctx.dry_run, said=[Facts(facts)])


def _done(ctx: Context, report: Report, state: str) -> Done:
    facts = [(item["location"], state) for item in report.items]
    if report.counts:
        facts.append(("shipments", sentence(report.counts)))
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])
