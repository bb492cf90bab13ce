"""Locations: what can ship, and whether it works now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Facts, Heading, Lines, Listing, Page, Printout, table
from orderctl.cli.command import reading, trying, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done, sentence
from orderctl.core.places import WEEKDAYS
from orderctl.core.times import duration_text

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("locations", "What can ship, and whether it works now.")

Name = Annotated[str, Argument(metavar="LOCATION")]

TEST = {"way": "way", "what": "what", "verdict": "verdict", "found": "_found", "next": "_what to do"}
LIST = {
    "location": "location",
    "kind": "kind",
    "stock": "+stock",
    "send": "+sent by",
    "confirm": "+answers by",
    "beside": "shadow of",
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
    from orderctl.steps import locations

    rows = locations.locations_list(ctx)
    return Listing(table(LIST, rows, "channels.toml has no locations."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, location: Name) -> Answer:
    """Show one location: how it is reached, what is promised after a lost answer, its times, whom to ask.

    Exit: 0 done, 2 no such location or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import locations

    one = locations.location_show(ctx, location)
    return Page(one, (Heading(location), Facts(tuple(_facts(one)))), table(LIST, [one]))


@app.command("test", cls=Command)
@trying
def test(ctx: Context, location: Name) -> Answer:
    """Try the ways to and from a location out without handing anything over: whether they let us in, read and write.

    Exit: 0 all is well, 2 no such location or a file is wrong, 6 the store cannot be used, 7 something of it fails.
    """
    from orderctl.steps import locations

    report = locations.location_test(ctx, location)
    return Done([report], said=[table(TEST, report.items, "There is nothing to try out.")])


@app.command("spec", cls=Command)
@trying
def spec(
    ctx: Context,
    location: Name,
    output: Annotated[Path | None, Option("--output", metavar="FILE", help="Write it here; default stdout.")] = None,
) -> Answer:
    """Write what a partner has to know before the first live order: format, fields, samples, answers, errors, class.

    Exit: 0 done, 2 no such location, a file is wrong or FILE is there already, 6 the store cannot be used.
    """
    from orderctl.steps import location_spec, shipments

    document = location_spec.location_spec(ctx, location)
    value = {"location": location, "document": document.name, "content": document.content.decode(), "file": None}
    known = table({"location": "location", "document": "document", "file": "file"}, [value])
    if output is None:
        return Printout(document.content, value, known)
    value["file"] = shipments.save(document, output)
    return Page(value, (Lines((f"{document.name} is written to {output}.",)),), known)


@app.command("compare", cls=Command)
@reading
def compare(
    ctx: Context,
    location: Annotated[str, Argument(metavar="NEW", help="A location in shadow.")],
    since: Annotated[
        str, Option("--since", metavar="WHEN", help="A day, a moment, or a span such as 7d; copies made from then on.")
    ] = "7d",
) -> Answer:
    """Compare what a location in shadow made of its copies with what was asked of it: go or no-go by [targets].

    Exit: 0 go, 2 no such location in shadow, no such moment or a file is wrong, 6 the store cannot be used, 7 no-go.
    """
    from orderctl.cli.trial_page import page
    from orderctl.steps.shadow_compare import locations_compare

    report = locations_compare(ctx, location, since)
    return page(report)


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
    from orderctl.steps import locations

    return _done(ctx, locations.location_pause(ctx, location, reason), "paused")


@app.command("resume", cls=Command)
@writing
def resume(ctx: Context, location: Name) -> Answer:
    """Let a paused location work again.

    Exit: 0 done, 2 no such location or a file is wrong, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import locations

    return _done(ctx, locations.location_resume(ctx, location), "works")


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


def _facts(one: Mapping[str, Any]) -> Iterable[tuple[str, str]]:
    yield from (("kind", one["kind"]), ("stock", one["stock"]), ("shadow of", one["beside"]))
    yield from (("sent by", one["send"]), ("answers by", one["confirm"]), ("counts by", one["stock_feed"]))
    yield "class", f"{one['class']}: {one['promise']}"
    for what in ("acknowledge_within", "ship_within"):
        seconds = one[f"{what}_s"]
        yield what.replace("_", " "), duration_text(seconds) if seconds else ""
    yield "silence is", one["on_no_ack"] if one["acknowledge_within_s"] else ""
    yield "works", f"{_days(one['working_days'])} in {one['timezone']}"
    yield "cut-off", _cutoffs(one["cutoff"])
    yield from (("contact", one["contact"]), ("who decides", one["escalate_to"]))
    yield from ((state.replace("_", " "), f"{one[state]:,}") for state in ("planned", "in_hand", "uncertain"))
    yield "paused since", one["paused_at"] or ""


def _cutoffs(cutoff: Mapping[str, str]) -> str:
    """`mon-fri 15:00, sat 11:00`."""
    alike = groupby(cutoff, key=lambda day: cutoff[day])
    return ", ".join(f"{_days(list(days))} {at}" for at, days in alike)


def _days(days: Sequence[str]) -> str:
    """Days of the week as people say them: three or more in a row as the first and the last."""
    runs: list[list[str]] = []
    for day in days:
        if runs and WEEKDAYS.index(day) == WEEKDAYS.index(runs[-1][-1]) + 1:
            runs[-1].append(day)
        else:
            runs.append([day])
    return ", ".join(f"{run[0]}-{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)


def _done(ctx: Context, report: Report, state: str) -> Done:
    facts = [(item["location"], state) for item in report.items]
    if report.counts:
        facts.append(("shipments", sentence(report.counts)))
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])
