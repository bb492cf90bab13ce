"""What others say against what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from orderctl.cli.answers import Answer, Block, Facts, Lines, table
from orderctl.cli.command import reading, reconciling
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("reconcile", "Compare what others say with what is stored; alone: after the store was put back.", "store")

DIFFERENCES = {
    "number": "order",
    "kind": "what differs",
    "there": "_the channel says",
    "here": "here it is",
    "newer": "newer there",
    "order_id": "id there",
}


SIDES = {"location": "location", "in_hand": ">in hand", "asked": ">asked", "differ": ">differ"}
APART = {
    "location": "location",
    "reference": "shipment",
    "here": "here it is",
    "there": "_the location says",
    "since": "since",
}


LOOKED_AT = {"what": "what", "subject": "_which", "why": "_why"}


@app.command("store", cls=Command)
@reconciling
def store(
    ctx: Context,
    until: Annotated[
        str,
        Option(
            "--until",
            metavar="WHEN",
            help="Where the journal is not here: when the host that had the store last stopped; default now.",
        ),
    ] = "",
) -> Answer:
    """Find out what was sent after the copy was made that the store is now; the same as reconcile alone.

    A store that is older than its journal, or was put here without it, sends nothing until this has been done.
    Documents that were handed over, and what channels and locations say they have, are taken over; what nobody can know
    becomes uncertain and waits for a person. Nothing is sent.

    Exit: 0 everything is certain, or nothing was to be found out, 2 a file is wrong, 4 another orderctl holds the
    store, 5 a channel could not be read and it is not finished, 6 the store cannot be used, 7 a person has to decide.
    """
    from orderctl.steps.going_back import reconcile

    report = reconcile(ctx, until)
    nothing = "The store is as new as its journal; there is nothing to find out."
    said: list[Block] = [table(LOOKED_AT, report.items, "Nothing was sent that the store does not know.")]
    if not report.items and not report.problems and not report.counts:
        said = [Lines((nothing,))]
    elif not report.exit:
        said.append(Lines(("Everything is certain; nothing goes out twice. Passes go on:", "orderctl run")))
    return Done([report], said=said, dry_run=ctx.dry_run, listed=table(LOOKED_AT, report.items))


@app.command("orders", cls=Command)
@reading
def orders(
    ctx: Context,
    channel: Annotated[str, Option("--channel", metavar="CHANNEL", help="The channel to ask.")],
    since: Annotated[
        str, Option("--since", metavar="WHEN", help="A day, a moment, or a span such as 7d; what changed from then on.")
    ] = "7d",
) -> Answer:
    """Ask a channel for its orders and list what differs from the store. Nothing is changed.

    An order that only one side has, or another total, payment, state or number of units, as far as the channel states
    it. What is newer there comes with the next pull.

    Exit: 0 no difference, 2 no such channel or moment, or a file is wrong, 5 the channel could not be read to its end,
    6 the store cannot be used, 7 something differs.
    """
    from orderctl.steps.order_reconcile import reconcile_orders

    report = reconcile_orders(ctx, channel, since)
    rows = [row for item in report.items for row in item["differences"]]
    said = [block for item in report.items for block in _said(item)]
    return Done([report], said=said, listed=table(DIFFERENCES, rows))


@app.command("shipments", cls=Command)
@reading
def shipments(
    ctx: Context,
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Only this one; default all.")] = "",
) -> Answer:
    """Ask locations what they have of the shipments handed to them, and list what differs. Nothing is changed.

    A location that cannot be asked (a file, a mail) is listed as such.

    Exit: 0 no difference, 2 no such location or a file is wrong, 5 a location could not be asked, 6 the store cannot be
    used, 7 something differs.
    """
    from orderctl.steps.shipment_reconcile import reconcile_shipments

    report = reconcile_shipments(ctx, location)
    rows = [{"location": item["location"], **row} for item in report.items for row in item["differences"]]
    summary = table(SIDES, report.items, "No location has anything in hand.")
    said: list[Block] = [summary, table(APART, rows)] if rows else [summary]
    return Done([report], said=said, listed=table(APART, rows))


def _said(item: Mapping[str, Any]) -> Iterable[Block]:
    yield Facts(
        (
            (item["channel"], f"{item['there']['orders']:,} orders since {item['since']}{_sums(item['there'])}"),
            ("the store", f"{item['here']['orders']:,} orders{_sums(item['here'])}"),
        )
    )
    yield table(DIFFERENCES, item["differences"], "Nothing differs.")


def _sums(side: Mapping[str, Any]) -> str:
    return "".join(f", {one['total']} {one['currency']}" for one in side["totals"])
