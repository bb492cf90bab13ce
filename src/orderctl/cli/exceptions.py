"""Exceptions: what waits for a person, with the answers that person can give."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Annotated, Any

from typer import Argument, Option

from orderctl.cli.answers import Answer, Block, Facts, Heading, Lines, Listing, Page, table
from orderctl.cli.codes import answers
from orderctl.cli.command import reading, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.options import LARGEST, Limit
from orderctl.cli.render import readable
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context
    from orderctl.steps.report import Report

app = noun("exceptions", "What waits for a person.")

Number = Annotated[int, Argument(metavar="N", min=1, max=LARGEST, help="Its number in the list.")]
Numbers = Annotated[
    list[int], Argument(metavar="N", min=1, max=LARGEST, help="Their numbers in the list: all of them, or none.")
]

LIST = {
    "id": ">no.",
    "code": "code",
    "subject": "about",
    "owner": "owner",
    "opened_at": "since",
    "closed_at": "~closed",
    "message": "_what",
}
#: As much of a payload as a person needs to recognize it; JSON has all of it.
_FIRST_LINES, _FIRST_CHARACTERS = 12, 1500


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    everything: Annotated[bool, Option("--all", help="Also those that are closed or put off.")] = False,
    code: Annotated[
        list[str] | None, Option("--code", metavar="CODE", help="Only of this code; may be said again.")
    ] = None,
    owner: Annotated[str | None, Option("--owner", metavar="WHO", help="Only those of WHO, or of nobody.")] = None,
    age: Annotated[str, Option("--age", metavar="SPAN", help="Only what waits longer than SPAN, such as 2d.")] = "",
    snoozed: Annotated[bool, Option("--snoozed", help="Only what is put off, with until when.")] = False,
    limit: Limit = None,
) -> Answer:
    """List what waits for a person, newest first, without what was put off.

    Exit: 0 done, 2 no such code or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    rows = views.exceptions_list(
        ctx, include_closed=everything, snoozed=snoozed, owner=owner, codes=code or (), age=age, limit=limit
    )
    columns = LIST | {"opened_at": "+since", "closed_at": "closed"} if everything else LIST
    columns |= {"snoozed_until": "put off until"} if everything or snoozed else {}
    return Listing(table(columns, rows, "Nothing is put off." if snoozed else "Nothing waits for a person."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, number: Number) -> Answer:
    """Show one exception: what it means, since when, and the answers to it, ready to paste.

    Of a record that was put aside it shows the record.

    Exit: 0 done, 2 no such exception or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import care

    one = care.exception_show(ctx, number)
    return Page(one, tuple(_page(one)), table(LIST | {"answer": "answer"}, [one]))


@app.command("resolve", cls=Command)
@writing
def resolve(
    ctx: Context,
    numbers: Numbers,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="How it was dealt with; kept with who said it.")],
) -> Answer:
    """Close exceptions that a person has dealt with. Most close themselves when their cause is gone.

    Exit: 0 done, 2 no open exception of such a number or a file is wrong, 4 another process holds the store, 6 the
    store cannot be used.
    """
    from orderctl.steps import exceptions

    return _done(ctx, exceptions.resolve(ctx, numbers, reason), lambda _: "closed")


@app.command("snooze", cls=Command)
@writing
def snooze(
    ctx: Context,
    numbers: Numbers,
    until: Annotated[str, Option("--until", metavar="DAY", help="When it begins, or a moment.")] = "",
    span: Annotated[str, Option("--for", metavar="SPAN", help="So long from now, such as 2h or 3d.")] = "",
) -> Answer:
    """Put exceptions off: until then no list and no pass tells of them, and then they are new once more.

    Exit: 0 done, 2 no open exception of such a number, no moment to come, or a file is wrong, 4 another process holds
    the store, 6 the store cannot be used.
    """
    from orderctl.steps import exceptions

    report = exceptions.snooze(ctx, numbers, until, span)
    return _done(ctx, report, lambda item: f"put off until {readable(item['snoozed_until'])}")


@app.command("assign", cls=Command)
@writing
def assign(
    ctx: Context,
    numbers: Numbers,
    to: Annotated[str, Option("--to", metavar="WHO", help="Who looks after it; nobody to give it up.")],
) -> Answer:
    """Say who looks after exceptions.

    Exit: 0 done, 2 no open exception of such a number or a file is wrong, 4 another process holds the store, 6 the
    store cannot be used.
    """
    from orderctl.core.order_filters import NOBODY
    from orderctl.steps import exceptions

    report = exceptions.assign(ctx, numbers, "" if to == NOBODY else to)
    return _done(ctx, report, lambda item: f"for {item['owner'] or NOBODY}")


@app.command("confirm", cls=Command)
@writing
def confirm(
    ctx: Context,
    number: Number,
    reason: Annotated[str, Option("--reason", metavar="TEXT", help="Why; it is kept with who said it.")] = "",
) -> Answer:
    """Let go on what an exception holds back, a stock feed or a push of stock, at the next pass. It closes with that.

    Exit: 0 done, 2 no open exception of that number, it holds nothing back, or a file is wrong, 4 another process holds
    the store, 6 the store cannot be used.
    """
    from orderctl.steps import confirm as confirming

    report = confirming.exception_confirm(ctx, number, reason)
    said = tuple((f"exception {item['id']}", f"confirmed: {item['code']} {item['subject']}") for item in report.items)
    return Done([report], dry_run=ctx.dry_run, said=[Facts(said)])


def _done(ctx: Context, report: Report, became: Callable[[Mapping[str, Any]], str]) -> Done:
    """A line per exception: what became of it, and what it is about."""
    lines = [(f"exception {item['id']}", f"{became(item)}: {item['code']} {item['subject']}") for item in report.items]
    return Done([report], dry_run=ctx.dry_run, said=[Facts(tuple(lines))])


def _page(one: Mapping[str, Any]) -> Iterable[Block]:
    yield Heading(f"{one['code']}: {one['message']}")
    names = ("subject", "order", "owner", "opened_at", "snoozed_until", "closed_at", "closed_by", "answer")
    told = [name for name in names if name != "order" or one["order"] != one["subject"]]
    yield Facts(tuple((name.removesuffix("_at").replace("_", " "), str(one[name] or "")) for name in told))
    if one["meaning"]:
        yield Lines((one["meaning"],))
    if one["record"]:
        yield from _record(one["record"])
    if one["answers"] and not one["closed_at"]:
        yield Heading("Answers")
        yield answers(one["answers"])


def _record(record: Mapping[str, Any]) -> Iterable[Block]:
    yield Heading(f"The record, as {record['channel']} has it")
    text = record["payload"][:_FIRST_CHARACTERS]
    lines = text.splitlines()[:_FIRST_LINES]
    if len("\n".join(lines)) < len(record["payload"].rstrip()):
        lines.append("... (whole with --json)")
    yield Lines(tuple(lines), as_is=True)
