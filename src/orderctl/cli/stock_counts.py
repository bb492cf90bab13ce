"""Stock counted and carried by people, and a day of the ledger against its counts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Block, Facts, Heading, Lines, filled, table
from orderctl.cli.command import reading, writing
from orderctl.cli.reports import Done, sentence

if TYPE_CHECKING:
    from orderctl.steps.context import Context

Location = Annotated[str, Argument(metavar="LOCATION")]
DIFFERENCES = {
    "sku": "SKU",
    "on_hand": ">was",
    "counted": ">counted",
    "difference": ">difference",
    "reserved": ">reserved",
}
FALLEN = {"sku": "SKU", "reference": "shipment", "order": "order", "units": ">units", "outcome": "what becomes of it"}
DAYS = {
    "location": "location",
    "date": "day",
    "opening": ">opening",
    "received": ">came",
    "shipped": ">left",
    "adjusted": ">adjusted",
    "expected": ">expected",
    "found": ">found",
    "share": ">% off",
}
FOUND = {
    "location": "location",
    "sku": "SKU",
    "expected": ">expected",
    "found": ">found",
    "difference": ">difference",
}


@writing
def count(
    ctx: Context,
    location: Location,
    file: Annotated[Path, Argument(metavar="FILE", help="CSV with sku and quantity, each SKU once.")],
    full: Annotated[
        bool, Option("--full", help="The file names all there is: what it leaves out is not there.")
    ] = False,
) -> Answer:
    """Take a physical count of a location: what it found otherwise becomes moves with the reason count.

    Count what lies there now, parcels included that are packed and not reported as shipped. Where less is there than
    promised, the orders that compete last lose their promise: what is only planned is planned anew, what the location
    has in hand waits for a person. `--dry-run` shows all of it first. Stock feeds made before the count say nothing of
    its SKUs any more.

    Exit: 0 done, 2 no such location or the file is wrong and nothing was changed, 3 what a location has in hand is no
    longer there, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import stock_by_hand

    report = stock_by_hand.count(ctx, location, file, full=full)
    said: list[Block] = [Facts(((location, sentence(report.counts)),))]
    if report.items:
        said.append(table(DIFFERENCES, report.items))
    return Done([report], dry_run=ctx.dry_run, said=[*said, *fallen(report.items)])


@writing
def move(
    ctx: Context,
    sku: Annotated[str, Argument(metavar="SKU")],
    source: Annotated[str, Argument(metavar="FROM", help="The location it leaves.")],
    target: Annotated[str, Argument(metavar="TO", help="The location it comes to.")],
    units: Annotated[int, Argument(metavar="QTY")],
    note: Annotated[str, Option("--note", metavar="TEXT", help="More about it; stands in the SKU's history.")] = "",
) -> Answer:
    """Carry units from one location to another: out of the one and into the other, both or nothing.

    Exit: 0 done, 2 no such SKU or location or fewer lie there, 3 what the location has in hand is no longer there,
    4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import stock_by_hand

    report = stock_by_hand.move(ctx, sku, source, target, units, note)
    facts = [
        (f"{item['sku']} at {item['location']}", f"{item['on_hand']} on hand, {item['available']} available")
        for item in report.items
    ]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts)), *fallen(report.items)])


@reading
def reconcile(
    ctx: Context,
    day: Annotated[str, Option("--date", metavar="DAY", help="Such as 2026-11-20; default yesterday.")] = "",
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Only this one.")] = "",
    threshold: Annotated[
        str, Option("--threshold", metavar="PERCENT", help="How much of a location's units may be off.")
    ] = "1",
) -> Answer:
    """Compare a day's ledger with its counts: what lay there, came, left and was adjusted against what feeds counted.

    Every difference is listed. A location is out when they come to more than the threshold, each without its sign.

    Exit: 0 within the threshold, 2 no such day or location or a file is wrong, 6 the store cannot be used, 7 a location
    is out, or a level is not what its moves add up to.
    """
    from orderctl.steps.reconcile import stock_reconcile

    report = stock_reconcile(ctx, day, location, threshold)
    said: list[Block] = [table(DAYS, report.items, "No location is counted.")]
    off = [{"location": item["location"], **row} for item in report.items for row in item["differences"]]
    if off:
        said += [Heading("Counted otherwise"), table(FOUND, off)]
    wrong = [(item, row) for item in report.items for row in item["wrong_levels"]]
    if wrong:
        said.append(Lines(tuple(f"{row['sku']} at {item['location']}: {row['moves']}" for item, row in wrong)))
    return Done([report], said=said)


def fallen(items: Iterable[Mapping[str, Any]]) -> Iterable[Block]:
    """The promises that can no longer be kept, if any."""
    rows = [{"sku": item["sku"], **one} for item in items for one in item["unkept"]]
    if rows:
        yield Heading("No longer there for")
        yield filled(table(FALLEN, rows))
