"""The store itself: a copy of it, and whether it is sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument

from orderctl.cli.answers import Answer, Lines, filled, table
from orderctl.cli.command import reading
from orderctl.cli.group import Command, noun
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("db", "Copy the store, check that it is sound.")

CHECKS = {"check": "what must hold", "found": "found", "examples": "_such as"}


@app.command("backup", cls=Command)
@reading
def backup(ctx: Context, file: Annotated[Path, Argument(metavar="FILE", help="A new file for the copy.")]) -> Answer:
    """Copy the store to a new file while others use it, and check the copy.

    Exit: 0 done, 2 the file is there already or another file is wrong, 6 the store or the copy cannot be used.
    """
    from orderctl.steps import care

    report = care.db_backup(ctx, file)
    said = Lines(tuple(f"{item['file']}: {item['bytes']:,} bytes, checked." for item in report.items))
    return Done([report], said=[said])


@app.command("check", cls=Command)
@reading
def check(ctx: Context) -> Answer:
    """Check that the store is sound and that every sum in it holds. Nothing is changed.

    Exit: 0 all is well, 2 a file is wrong, 6 the store cannot be used, 7 a difference was found.
    """
    from orderctl.steps import care

    report = care.db_check(ctx)
    rows = [{**item, "found": f"{item['wrong']:,} wrong" if item["wrong"] else "well"} for item in report.items]
    return Done([report], said=[filled(table(CHECKS, rows))])
