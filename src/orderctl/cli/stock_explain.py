"""Why a channel is told a number of stock, as lines that add up to it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Block, Facts, Heading, Page, filled, table
from orderctl.cli.command import reading
from orderctl.cli.render import readable

if TYPE_CHECKING:
    from orderctl.steps.context import Context

LINES = {"location": "location", "what": "what", "units": ">units"}
COMPONENTS = {"location": "location", "sku": "component", "per_kit": ">in a kit", "available": ">available"}


@reading
def explain(
    ctx: Context,
    sku: Annotated[str, Argument(metavar="SKU", help="Ours, or what the channel calls it.")],
    channel: Annotated[str, Option("--channel", metavar="NAME", help="The channel that is told.")],
) -> Answer:
    """Show what a channel is told of a SKU by now: moves, reservations and settings as lines that add up to the number.

    Exit: 0 done, 2 no such SKU or channel or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import stock_explain

    one = stock_explain.explain(ctx, sku, channel)
    return Page(one, tuple(_page(one)), table(LINES, one["lines"]))


def _page(one: Mapping[str, Any]) -> Iterable[Block]:
    last, listings = one["last_told"], [level for level in one["listings"] if level["sku"] != one["sku"]]
    yield Heading(f"{one['sku']} on {one['channel']}: {one['published']:,}")
    yield filled(table(LINES, [*one["lines"], {"what": "published", "units": one["published"]}]))
    if one["components"]:
        yield Heading("Components")
        yield table(COMPONENTS, one["components"])
    told = "never"
    if last:
        units = "nobody knows what it has" if last["quantity"] is None else f"{last['quantity']:,}"
        told = f"{units}, {readable(last['told_at'])} in {last['document']}"
    yield Facts(
        (
            ("last told", told if one["is_told"] or last else "the channel is not told of stock"),
            ("told as", ", ".join(f"{level['sku']} {level['quantity']:,}" for level in listings)),
        )
    )
