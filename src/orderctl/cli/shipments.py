"""Shipments: what each location was asked to send, and what a person says became of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli import order_page, pairs
from orderctl.cli.answers import Answer, Block, Facts, Heading, Listing, Page, filled, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.items import by_carrier, units
from orderctl.cli.options import Limit
from orderctl.cli.pairs import Units
from orderctl.cli.reports import Done
from orderctl.core.confirmations import Confirmation
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("shipments", "What locations were asked to send, and what became of it.")

Reference = Annotated[str, Argument(metavar="REFERENCE", help="The shipment, such as WEB-1042-1.")]

LIST = {
    "reference": "shipment",
    "state": "state",
    "location": "from",
    "carrier_service": "service",
    "units": ">units",
    "packages": ">packages",
    "planned_at": "+planned",
    "batch": "+handed over in",
    "order": "~order",
    "carrier": "~carrier",
    "service": "~service",
}
LINES = {
    "id": "line",
    "sku": "SKU",
    "quantity": ">units",
    "packed": ">packed",
    "short": ">short",
    "taken": "taken from",
}
PACKAGES = {
    "carrier": "carrier",
    "tracking_number": "tracking number",
    "shipped_at": "shipped",
    "status": "status",
    "told_channel": "channel knows",
    "service": "+service",
    "units": "_units",
    "was": "_was before",
    "url": "_follow at",
}


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    state: Annotated[str, Option("--state", metavar="STATE", help="Only shipments in this state.")] = "",
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Only those of this location.")] = "",
    limit: Limit = None,
) -> Answer:
    """List shipments, newest first.

    Exit: 0 done, 2 no such state or location or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import shipments

    rows = shipments.shipments_list(ctx, state=state, location=location, limit=limit)
    shown = table(LIST, [{**row, "carrier_service": by_carrier(row)} for row in rows], "No shipments.")
    return Listing(shown, value=rows)


@app.command("show", cls=Command)
@reading
def show(ctx: Context, reference: Reference) -> Answer:
    """Show one shipment: its lines, its packages, and what happened to it.

    Exit: 0 done, 2 no such shipment or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import shipments

    value = shipments.shipment_show(ctx, reference)
    return Page(value, tuple(_page(value, ctx.config.places.timezone)), table(LINES, _lines(value)))


@app.command("confirm", cls=Command)
@writing
def confirm(
    ctx: Context,
    reference: Reference,
    *,
    line: Units = None,
    tracking: Annotated[str, Option("--tracking", metavar="NUMBER", help="The package's tracking number.")] = "",
    replaces: Annotated[
        str, Option("--replaces", metavar="NUMBER", help="The package's number until now; --tracking is its new one.")
    ] = "",
    carrier: Annotated[str, Option("--carrier", metavar="CARRIER", help="Who carries it.")] = "",
    service: Annotated[str, Option("--service", metavar="SERVICE", help="The carrier's service.")] = "",
    short: Annotated[bool, Option("--short", help="The location does not have it: it is routed elsewhere.")] = False,
    rejected: Annotated[bool, Option("--rejected", help="The location will not send it.")] = False,
    acknowledged: Annotated[bool, Option("--acknowledged", help="The location has the work in hand.")] = False,
    cancelled: Annotated[bool, Option("--cancelled", help="The location stopped it as it was asked.")] = False,
    voided: Annotated[
        bool, Option("--voided", help="The label --tracking was withdrawn, and has no successor.")
    ] = False,
    delivered: Annotated[
        bool, Option("--delivered", help="It has arrived: the package --tracking, or all of the shipment.")
    ] = False,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="What the location said.")] = "",
) -> Answer:
    """Write down what a location said of a shipment by phone or mail: it has shipped, unless an option says otherwise.

    Exit: 0 done, 2 no such shipment or line, not handed over, or a file is wrong, 3 something new needs a person, 4
    another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import shipments

    said = {"short": short, "rejected": rejected, "acknowledged": acknowledged, "cancelled": cancelled}
    said |= {"voided": voided, "delivered": delivered}
    kind = _kind([name for name, is_said in said.items() if is_said])
    if line and kind in {"acknowledged", "cancelled", "voided", "delivered"}:
        raise UsageError(f"--{kind} is about the whole shipment, --line is not; nothing was done")
    if kind != "shipped" and ((tracking and not (voided or delivered)) or carrier or service or replaces):
        raise UsageError(f"--{kind} has no package; nothing was done")
    if replaces and not tracking:
        raise UsageError(f"say --tracking, the number that replaces {replaces}; nothing was done")
    told = Confirmation(
        kind=kind,
        reference=reference.upper(),
        carrier=carrier,
        service=service,
        tracking_number=tracking,
        reason=reason,
        where=f"told by {ctx.stamp.actor}",
        replaces=replaces,
    )
    report = shipments.confirm(ctx, reference, told, pairs.units(line))
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(_standing(report.items[0], reference.upper())))])


@app.command("resolve", cls=Command)
@writing
def resolve(
    ctx: Context,
    name: Annotated[str, Argument(metavar="NAME", help="A shipment of the batch, or 'LOCATION batch NUMBER'.")],
    sent: Annotated[
        bool | None, Option("--sent/--not-sent", help="Whether the location has it.", show_default=False)
    ] = None,
) -> Answer:
    """Say what became of a batch that may or may not have reached its location.

    Sent: the location has it. Not sent: its shipments are planned as before, and leave with a later batch.

    Exit: 0 done, 2 nothing of that name is uncertain or a file is wrong, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.steps import shipments

    if sent is None:
        raise UsageError("say --sent or --not-sent; nothing was done", where=name, next="call the location and ask")
    report = shipments.resolve(ctx, name, sent=sent)
    facts = [
        ("batch", f"{item['location']} {item['batch']}: {'sent' if item['sent'] else 'not sent, planned as before'}")
        for item in report.items
    ]
    facts += [("shipments", ", ".join(item["shipments"])) for item in report.items]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


def _kind(said: list[str]) -> str:
    if len(said) > 1:
        raise UsageError(f"--{said[0]} and --{said[1]} contradict each other; nothing was done")
    return said[0] if said else "shipped"


def _lines(shipment: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The lines of a shipment, with what is taken from the shelf for one unit of a pack or kit."""
    return [
        {**line, "taken": ", ".join(f"{each} x {part}" for part, each in line["parts"].items())}
        for line in shipment["lines"]
    ]


def _package(package: Mapping[str, Any]) -> dict[str, Any]:
    was = [f"{one['carrier']} {one['tracking_number']} until {one['until']}".strip() for one in package["before"]]
    return {**package, "units": units(package["lines"]), "was": was}


def _page(shipment: Mapping[str, Any], timezone: str) -> Iterable[Block]:
    yield Heading(f"{shipment['reference']}  {shipment['state']}")
    yield Facts(
        (
            ("order", shipment["order"]),
            ("from", shipment["location"]),
            ("to", order_page.address(shipment["ship_to"] or {})),
            ("service", by_carrier(shipment)),
            ("handed over in", shipment["batch"] or ""),
            ("because", shipment["reason"]),
        )
    )
    yield filled(table(LINES, _lines(shipment)))
    if shipment["packages"]:
        yield Heading("Packages")
        yield filled(table(PACKAGES, list(map(_package, shipment["packages"]))))
    yield from order_page.story(shipment["history"], [shipment["reference"]], "", timezone)


def _standing(item: Mapping[str, Any], reference: str) -> Iterable[tuple[str, str]]:
    """How the shipment and its order stand now."""
    for shipment in item["shipments"]:
        if shipment["reference"] == reference:
            yield reference, shipment["state"]
    yield item["order"], item["state"]
