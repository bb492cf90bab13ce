"""SKUs: what is known of them, kits, and what channels call them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli import pairs
from orderctl.cli.answers import Answer, Block, Facts, Heading, Lines, Listing, Page, table
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Limit
from orderctl.cli.reports import Done, sentence
from orderctl.core.errors import UsageError

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("skus", "What you sell: data, kits, what channels call it.")

Sku = Annotated[str, Argument(metavar="SKU")]
LIST = {
    "sku": "SKU",
    "title": "title",
    "weight_g": ">grams",
    "category": "category",
    "supplier": "supplier",
    "marks": "marks",
    "kit": "kit of",
    "called": "_on channels",
}
#: Columns for spreadsheets only.
QUIET = {
    **{name: f"~{name}" for name in ("barcode", "hs_code", "origin", "length_mm", "width_mm", "height_mm")},
    **{name: f"~{name}" for name in ("tags", "cost", "currency", "explode", "known_at")},
}
STOCK = {"location": "location", "on_hand": ">on hand", "reserved": ">reserved", "available": ">available"}
ALIASES = {"channel": "channel", "channel_sku": "its SKU", "times": ">units of this one"}


@app.command("list", cls=Command)
@reading
def list_(ctx: Context, limit: Limit = None) -> Answer:
    """List SKUs, newest first: weight, category, supplier, what a kit is made of, what channels call it.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import skus

    rows = skus.list_(ctx, limit)
    return Listing(table(LIST | QUIET, [_shown(row) for row in rows], "No SKU is known."), value=rows)


@app.command("show", cls=Command)
@reading
def show(ctx: Context, sku: Sku) -> Answer:
    """Show one SKU: all that is known of it, its parts, what channels call it, and where it lies.

    Exit: 0 done, 2 no such SKU or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import skus

    one = skus.show(ctx, sku)
    return Page(one, tuple(_page(one)), table(LIST | QUIET, [_shown(one)]))


@app.command("import", cls=Command)
@writing
def import_(
    ctx: Context,
    file: Annotated[
        Path,
        Argument(
            metavar="FILE",
            help="CSV with sku and any of title, barcode, weight, length, width, height, hs_code, origin, hazmat, "
            "oversize, preorder, category, supplier, tags, cost, currency, parts, explode, alias.CHANNEL.",
        ),
    ],
) -> Answer:
    """Take what a file says of SKUs, all of it or nothing. What it does not name stays; a cell `-` empties.

    Weights have a unit (`500 g`, `2 lb`, or a column weight_g); sizes are in cm unless they say else. `parts` makes a
    kit (`CUP=2; SAUCER=2`), `explode` says when it is taken apart (always, if_short). `alias.web` names what the
    channel web calls the SKU, with the units in one of it: `TEE-1; TEE-PACK=6`.

    Exit: 0 done, 2 the file is wrong and nothing was changed, 4 another process holds the store, 6 the store cannot be
    used.
    """
    from orderctl.steps import skus

    report = skus.import_(ctx, file)
    passed_over = report.items[0]["passed_over"]
    facts = [(str(file), sentence(report.counts)), ("passed over", ", ".join(passed_over))]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


@app.command("map", cls=Command)
@writing
def map_(
    ctx: Context,
    channel: Annotated[str, Argument(metavar="CHANNEL")],
    channel_sku: Annotated[str, Argument(metavar="CHANNEL_SKU", help="What the channel calls it.")],
    sku: Annotated[str | None, Argument(metavar="[SKU]", help="Which of your SKUs that is.")] = None,
    times: Annotated[
        int, Option("--times", metavar="N", min=1, max=100_000, help="Units in one of the channel's.")
    ] = 1,
    replace: Annotated[bool, Option("--replace", help="Also when it is mapped to another SKU.")] = False,
    remove: Annotated[bool, Option("--remove", help="Map it to nothing any more.")] = False,
) -> Answer:
    """Say which SKU a channel's SKU is, and how many units are in one: `--times 6` for a pack of six.

    Orders that wait for it are decided again at the next pass. What is planned already stays as it is.

    Exit: 0 done, 2 no such channel or SKU or it is mapped otherwise, 4 another process holds the store, 6 the store
    cannot be used.
    """
    from orderctl.steps import skus

    if remove == (sku is not None):
        raise UsageError("say either the SKU that it is or --remove; nothing was changed")
    if sku is None:
        report = skus.unmap(ctx, channel, channel_sku)
    else:
        report = skus.map_(ctx, channel, channel_sku, sku, times, replace=replace)
    facts = [(f"{channel} {channel_sku}", _meaning(item)) for item in report.items]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


@app.command("kit", cls=Command)
@writing
def kit(
    ctx: Context,
    sku: Sku,
    parts: Annotated[
        list[str] | None, Argument(metavar="[PART=QTY..]", help="What one of it is made of, e.g. CUP=2 SAUCER=2.")
    ] = None,
    if_short: Annotated[
        bool, Option("--if-short", help="It is kept assembled; its parts are used where too few lie there.")
    ] = False,
    remove: Annotated[bool, Option("--remove", help="It is a kit no longer.")] = False,
) -> Answer:
    """Make a SKU a kit. Its parts are what is reserved, handed over and taken off the stock, and ship together.

    Exit: 0 done, 2 no such SKU or not a part, 4 another process holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import skus

    if remove == bool(parts):
        raise UsageError("say either what it is made of or --remove; nothing was changed")
    explode = "if_short" if if_short else "always"
    report = skus.kit(ctx, sku, pairs.parts(parts or []), explode)
    facts = [(sku, _kit_of(item) or "not a kit") for item in report.items]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(facts))])


def _meaning(item: Mapping[str, Any]) -> str:
    def said(alias: Mapping[str, Any] | None) -> str:
        return f"{alias['times']} x {alias['sku']}" if alias and alias["sku"] is not None else "not mapped"

    return f"{said(item['before'])} -> {said(item)}"


def _shown(row: Mapping[str, Any]) -> dict[str, Any]:
    """A SKU as one line of a table."""
    marks = [mark for mark in ("hazmat", "oversize", "preorder") if row[mark]]
    called = [
        f"{one['channel']}: {one['channel_sku']}" + (f" = {one['times']}" if one["times"] > 1 else "")
        for one in row["aliases"]
    ]
    tags = ", ".join(row["tags"])
    return {**row, "marks": ", ".join(marks), "kit": _kit_of(row), "called": "; ".join(called), "tags": tags}


def _kit_of(row: Mapping[str, Any]) -> str:
    said = ", ".join(f"{each} x {part}" for part, each in row["parts"].items())
    return f"{said} if short" if said and row["explode"] == "if_short" else said


def _page(one: Mapping[str, Any]) -> Iterable[Block]:
    yield Heading(f"{one['sku']}  {one['title']}".strip())
    sides = [one[side] for side in ("length_mm", "width_mm", "height_mm") if one[side]]
    size = " x ".join(f"{side // 10}.{side % 10}" for side in sides)
    shown = _shown(one)
    yield Facts(
        (
            ("kit of", shown["kit"]),
            ("barcode", one["barcode"]),
            ("weight", f"{one['weight_g']:,} g" if one["weight_g"] is not None else ""),
            ("size", f"{size} cm" if size else ""),
            ("HS code", one["hs_code"]),
            ("origin", one["origin"]),
            ("category", one["category"]),
            ("supplier", one["supplier"]),
            ("marks", shown["marks"]),
            ("tags", shown["tags"]),
            ("cost", f"{one['cost']} {one['currency']}" if one["currency"] else ""),
        )
    )
    if one["aliases"]:
        yield Heading("On channels")
        yield table(ALIASES, one["aliases"])
    yield Heading("Stock") if one["stock"] else Lines(("It lies nowhere.",))
    if one["stock"]:
        yield table(STOCK, one["stock"])
