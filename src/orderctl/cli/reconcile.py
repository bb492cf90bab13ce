"""What others say against what is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from orderctl.cli.answers import Answer, Block, Facts, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("reconcile", "Compare what others say with what is stored.")

DIFFERENCES = {
    "number": "order",
    "kind": "what differs",
    "there": "_the channel says",
    "here": "here it is",
    "newer": "newer there",
    "order_id": "id there",
}


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
