"""Looking back at what was done: what it cost, and what would have been better."""

from __future__ import annotations

from typing import Annotated

from typer import Option

from orderctl.cli.answers import Answer
from orderctl.cli.command import storeless
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Shared
from orderctl.cli.regret_page import RegretPage

app = noun("report", "Look back: what was decided, and what would have been better.")


@app.command("regret", cls=Command)
@storeless
def regret(
    said: Shared,
    since: Annotated[str, Option("--since", metavar="SPAN", help="Orders decided in the last SPAN.")] = "7d",
) -> Answer:
    """Show what deciding orders one by one cost against deciding all of them together with hindsight.

    The orders of the period are decided again together, with the stock that turned out to be there: what they cost,
    what would have done, and what nothing could have gone below, by rule and by location. Then each rule is left out
    alone: how many orders would be decided otherwise without it, and what that would change. Nothing is written.

    Exit: 0 done, 2 SPAN or a file is wrong, 6 the store cannot be used.
    """
    from orderctl.cli import render
    from orderctl.steps import regret as steps
    from orderctl.steps.context import open_context

    with (
        render.progress(wanted=not said.quiet) as draw,
        open_context(said.config, said.rules, said.db, write=False, progress=draw) as ctx,
    ):
        return RegretPage(steps.regret(ctx, since).to_json())
