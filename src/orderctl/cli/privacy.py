"""Customers' data: what there is, what one is told of it, and taking it out for good."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Option

from orderctl.cli.answers import Answer, Block, Facts, Lines, Page, Table, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.questions import Yes, asking
from orderctl.cli.render import readable
from orderctl.cli.reports import Done, sentence

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("privacy", "Customers' data: what there is, and taking it out for good.")

OUTSIDE = {"what": "", "file": "_still there, and not ours to delete"}
_YOURS = "They are yours to delete. A copy of the store that is put back brings the persons back: do this again then."
_WHOLE = "With --json: all that is known, to hand to the customer."
ORDERS = {"channel": "channel", "number": "order", "placed_at": "~placed", "state": "state", "total": ">total"}

Email = Annotated[str, Option("--email", metavar="ADDRESS", help="All orders of the customer with this address.")]


@app.command("status", cls=Command)
@reading
def status(ctx: Context) -> Answer:
    """Show how much is known of customers, how old it is, and what is kept longer than `[privacy]` says.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import privacy

    value = privacy.status(ctx)
    rows = [{"what": name.replace("_", " "), "count": count} for name, count in value.items() if isinstance(count, int)]
    facts = Facts(
        (
            ("orders with a person", _counted(value)),
            ("redacted", f"{value['redacted']:,}"),
            ("overdue", f"{value['overdue']:,} (kept {value['keep_days']} days after delivery)"),
            ("payloads overdue", f"{value['raw_payloads_overdue']:,} (kept {value['raw_payload_days']} days)"),
            ("records put aside", f"{value['put_aside']:,}"),
            ("not finished since", value["unfinished_since"] or ""),
            ("copies of the store", ", ".join(value["copies"])),
        )
    )
    return Page(value, (facts,), table({"what": "what", "count": ">count"}, rows))


def _counted(status: Mapping[str, Any]) -> str:
    oldest = readable(status["oldest"]) if status["oldest"] else ""
    return f"{status['orders']:,}, the oldest of {oldest}" if oldest else f"{status['orders']:,}"


@app.command("export", cls=Command)
@reading
def export(ctx: Context, email: Annotated[str, Option("--email", metavar="ADDRESS", help="Whose.")]) -> Answer:
    """Give everything that is known of the orders of a customer, for the customer. With --json all of it.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import privacy

    found, aside = privacy.export(ctx, email)
    orders = table(ORDERS, found, "No order of this address.")
    more = "" if not aside else f"Besides, in {sentence({'records put aside': len(aside)})}."
    told = (orders, Lines((*((more,) if more else ()), _WHOLE))) if found or aside else (orders,)
    return Page({"email": email, "orders": found, "put_aside": aside}, told, orders)


def _ask_redact(ctx: Context, order: list[str] | None, email: str) -> tuple[str, Any] | None:
    from orderctl.steps import privacy

    found = privacy.chosen(ctx, order or (), email)
    return f"This takes the person out of {_orders(len(found))} for ever. Go on?", found


@app.command("redact", cls=Command)
@asking(_ask_redact)
def redact(
    ctx: Context,
    order: Annotated[
        list[str] | None, Option("--order", metavar="ORDER", help="This order; may be said again.")
    ] = None,
    email: Email = "",
    yes: Yes = False,  # noqa: ARG001
    meant: Any = None,
) -> Answer:
    """Take a person out of orders for ever: names, addresses, e-mail, phone, notes, what channels sent.

    Numbers, amounts, articles, countries and regions stay. No page of the store and of its log holds anything of the
    person afterwards. Copies of the store and files that still name the person are listed.

    Exit: 0 done, 2 no such order, one that is still to be sent, the answer was no, or a file is wrong, 3 another
    process kept the log from being emptied, 4 another orderctl holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import privacy

    found = privacy.chosen(ctx, order or (), email) if meant is None else meant
    return _done(ctx, privacy.redact(ctx, found, email))


def _ask_purge(ctx: Context, delivered_before: str) -> tuple[str, Any] | None:
    from orderctl.steps import privacy

    due = privacy.due(ctx, delivered_before)
    return (f"This takes the persons out of {_orders(due)} for ever. Go on?", None) if due else None


def _orders(count: int) -> str:
    return "1 order" if count == 1 else f"{count:,} orders"


@app.command("purge", cls=Command)
@asking(_ask_purge)
def purge(
    ctx: Context,
    delivered_before: Annotated[
        str,
        Option("--delivered-before", metavar="WHEN", help="A day, or a span such as 30d; default as [privacy] says."),
    ] = "",
    yes: Yes = False,  # noqa: ARG001
    meant: Any = None,  # noqa: ARG001
) -> Answer:
    """Take the persons out of all orders that were delivered long enough ago, and drop old payloads.

    Whatever a killed purge left is finished, too.

    Exit: 0 done, 2 no such moment, the answer was no, or a file is wrong, 3 another process kept the log from being
    emptied, 4 another orderctl holds the store, 6 the store cannot be used.
    """
    from orderctl.steps import privacy

    return _done(ctx, privacy.purge(ctx, delivered_before))


def _done(ctx: Context, report: Report) -> Answer:
    said: list[Block] = [Lines((f"{report.step}: {sentence(report.counts)}",))]
    outside: Table = table(OUTSIDE, report.items)
    if report.items:
        said += [outside, Lines((_YOURS,))]
    return Done([report], said=said, dry_run=ctx.dry_run, listed=outside)
