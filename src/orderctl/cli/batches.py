"""Batches: what was handed to each location in one go."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Facts, Heading, Lines, Listing, Page, Printout, Row, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.options import LARGEST, Limit

if TYPE_CHECKING:
    from orderctl.core.effects import Document
    from orderctl.steps.context import Context

app = noun("batches", "What was handed to each location in one go.")

Location = Annotated[str, Argument(metavar="LOCATION", help="The location it was handed to.")]
Number = Annotated[int, Argument(metavar="NUMBER", min=1, max=LARGEST, help="Its number there.")]
Named = Annotated[
    str,
    Option(
        "--document",
        metavar="NAME",
        help="Another document: KIND.FORMAT such as packing-slip.pdf, or a template's path.",
    ),
]
Output = Annotated[Path | None, Option("--output", metavar="FILE", help="Write it here; default stdout.")]

LIST = {
    "location": "location",
    "number": ">no.",
    "state": "state",
    "shipments": ">shipments",
    "units": ">units",
    "created_at": "+made",
    "document": "document",
    "rows": "~rows",
    "digest": "~digest",
}


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    location: Annotated[str, Option("--location", metavar="LOCATION", help="Only those of this location.")] = "",
    limit: Limit = None,
) -> Answer:
    """List batches, newest first, with what became of their hand-over.

    Exit: 0 done, 2 no such location or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import shipments

    rows = shipments.batches_list(ctx, location=location, limit=limit)
    return Listing(table(LIST, rows, "Nothing was handed over yet."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, location: Location, number: Number) -> Answer:
    """Show one batch with its shipments.

    Exit: 0 done, 2 no such batch or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import shipments

    one = shipments.batch_show(ctx, location, number)
    facts = Facts(
        (
            ("made", one["created_at"]),
            ("document", one["document"]),
            ("holds", f"{one['shipments']:,} shipments, {one['rows']:,} rows, {one['units']:,} units"),
            ("SHA-256", one["digest"]),
            ("shipments", ", ".join(one["references"])),
        )
    )
    return Page(one, (Heading(f"{location} batch {number}  {one['state']}"), facts), table(LIST, [one]))


@app.command("preview", cls=Command)
@reading
def preview(ctx: Context, location: Location, named: Named = "", output: Output = None) -> Answer:
    """Show the document of what a location would be handed now. Nothing is handed over or numbered.

    Channels are not read for it: orders count as they are known.

    Exit: 0 done, 2 nothing is due there, a file is wrong or FILE is there already, 6 the store cannot be used.
    """
    from orderctl.steps import batches

    batch, document = batches.preview(ctx, location, named)
    value: dict[str, Any] = {
        "location": location,
        "number": batch.number,
        **_about(document),
        "shipments": [shipment.reference for shipment in batch.shipments],
        "file": None,
    }
    return _shown(document, value, output, _said(document))


@app.command("reprint", cls=Command)
@reading
def reprint(ctx: Context, location: Location, number: Number, named: Named = "", output: Output = None) -> Answer:
    """Make the document of a batch once more. It is not handed over again.

    Says so when its bytes are others than those handed over, because an order of the batch was changed since. Of a
    document that is asked for with --document, and of one that went beside the main one, nobody kept that.

    Exit: 0 done, 2 no such batch, a file is wrong or FILE is there already, 6 the store cannot be used.
    """
    from orderctl.steps import batches

    document, same = batches.reprint(ctx, location, number, named)
    other = f"orderctl: {location} batch {number}: these are not the bytes that were handed over"
    notes = (*((other,) if same is False else ()), *_said(document))
    value = {"location": location, "number": number, **_about(document), "as_handed_over": same, "file": None}
    return _shown(document, value, output, notes)


def _about(document: Document) -> dict[str, Any]:
    return {
        "document": document.name,
        "media_type": document.media_type,
        "digest": document.digest,
        "rows": document.rows,
        "units": document.units,
        "beside": [one.name for one in document.beside],
    }


def _said(document: Document) -> tuple[str, ...]:
    return tuple(f"orderctl: {document.name}: {note}" for note in document.notes)


def _shown(document: Document, value: dict[str, Any], output: Path | None, notes: tuple[str, ...]) -> Answer:
    from orderctl.steps import shipments

    if output is None:
        return Printout(document.content, value | _content(document), _row(value), notes)
    value["file"] = shipments.save(document, output)
    said = Lines((f"{document.name} is written to {output}, {len(document.content):,} bytes.",))
    return Page(value, (said,), _row(value), notes=notes)


def _row(value: Row) -> Any:
    return table({name: name for name in value}, [value])


def _content(document: Document) -> dict[str, str | None]:
    """The document's text, or base64 of its bytes where they are no text."""
    import base64

    try:
        return {"content": document.content.decode(), "content_base64": None}
    except UnicodeDecodeError:
        return {"content": None, "content_base64": base64.b64encode(document.content).decode()}
