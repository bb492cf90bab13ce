"""Exceptions: what waits for a person, with the answers that person can give."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli.answers import Answer, Facts, Heading, Lines, Listing, Page, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Limit

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("exceptions", "What waits for a person.")

QUARANTINE = {
    "id": ">no.",
    "channel": "channel",
    "source": "stands in",
    "field": "field",
    "reason": "why",
    "put_aside_at": "since",
}
LIST = {
    "id": ">no.",
    "code": "code",
    "subject": "about",
    "message": "what",
    "owner": "owner",
    "opened_at": "since",
    "closed_at": "~closed",
}


@app.command("list", cls=Command)
@reading
def list_(
    ctx: Context,
    everything: Annotated[bool, Option("--all", help="Also those that are closed.")] = False,
    limit: Limit = None,
) -> Answer:
    """List what waits for a person, newest first.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    rows = views.exceptions_list(ctx, include_closed=everything, limit=limit)
    return Listing(table(LIST, rows, "Nothing waits for a person."))


@app.command("show", cls=Command)
@reading
def show(ctx: Context, number: Annotated[int, Argument(metavar="N", help="Its number in the list.")]) -> Answer:
    """Show one exception: what happened, since when, and where to look.

    Exit: 0 done, 2 no such exception or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    one = views.exception_show(ctx, number)
    names = ("subject", "order", "owner", "opened_at", "closed_at", "closed_by", "answer")
    facts = Facts(tuple((name.removesuffix("_at"), str(one[name] or "")) for name in names))
    look = (Lines((f"orderctl orders show {one['order']}",)),) if one["order"] else ()
    return Page(
        one, (Heading(f"{one['code']}: {one['message']}"), facts, *look), table(LIST | {"answer": "answer"}, [one], "")
    )


@app.command("quarantine", cls=Command)
@reading
def quarantine(ctx: Context) -> Answer:
    """List what came in and could not become an order or an answer, newest first.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import views

    return Listing(table(QUARANTINE, views.quarantine_list(ctx), "Everything that came in was understood."))
