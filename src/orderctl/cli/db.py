"""The store itself: a copy of it, and whether it is sound."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

from typer import Argument, Option

from orderctl.cli.answers import Answer, Lines, filled, table
from orderctl.cli.command import reading, replacing, writing
from orderctl.cli.group import Command, noun
from orderctl.cli.options import Shared
from orderctl.cli.reports import Done

if TYPE_CHECKING:
    from orderctl.steps.context import Context

app = noun("db", "Copy the store, put a copy back, check that it is sound.")

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


@app.command("restore", cls=Command)
@replacing
def restore(said: Shared, file: Annotated[Path, Argument(metavar="FILE", help="A copy of the store.")]) -> Answer:
    """Put a copy into the place of the store. The copy is checked first; the old store stays beside it.

    If anything was sent since the copy was made, nothing is sent any more until `orderctl reconcile` has found out
    what.

    Exit: 0 done, 2 no such file, 4 another orderctl holds the store, 6 the copy is not sound, of a newer version or of
    another store, or it cannot be put there.
    """
    from orderctl.steps import restore as steps

    if said.dry_run:
        report = steps.looked_at(said.config, said.db, file)
    else:
        report = steps.db_restore(said.config, said.db, file, wait_s=said.wait)
    lines = []
    for item in report.items:
        lines.append(f"{item['file']}: {item['bytes']:,} bytes, checked.")
        if item["kept"]:
            lines.append(f"The old store is {item['kept']}.")
        if item["reconcile"]:
            lines.append("Effects were sent after the copy was made. Before the next pass: orderctl reconcile")
    return Done([report], said=[Lines(tuple(lines))], dry_run=said.dry_run)


@app.command("migrate", cls=Command)
@replacing
def migrate(said: Shared) -> Answer:
    """Bring the store to this version of orderctl, with a backup beside it first. The next pass does the same.

    Exit: 0 done, or nothing to do, 2 a file is wrong, 4 another orderctl holds the store, 6 the store is of a newer
    version or cannot be used.
    """
    from orderctl.cli.command import opened
    from orderctl.steps import care

    found = care.db_version(said.config, said.db)
    with opened(said, write=True) as ctx:
        report = care.db_migrate(found)
        words = [f"version {item['before']} -> {item['after']}" for item in report.items]
        return Done([report], said=[Lines(tuple(words))], dry_run=ctx.dry_run)


@app.command("vacuum", cls=Command)
@writing
def vacuum(ctx: Context) -> Answer:
    """Write the whole store anew, without the room that is free in it. It takes as much free disk as the store has.

    Exit: 0 done, 2 a file is wrong, 4 another orderctl holds the store, 6 the store cannot be used or the disk is full.
    """
    from orderctl.steps import care

    report = care.db_vacuum(ctx)
    words = [f"{item['before']:,} bytes -> {item['after']:,} bytes" for item in report.items]
    return Done([report], said=[Lines(tuple(words))], dry_run=ctx.dry_run)


@app.command("archive", cls=Command)
@writing
def archive(
    ctx: Context,
    before: Annotated[str, Option("--before", metavar="WHEN", help="A day, or a span such as 365d.")],
    file: Annotated[Path, Option("--to", metavar="FILE", help="The archive; made if it is not there.")],
) -> Answer:
    """Move what only people read of old orders to another file: persons, history, decisions, what channels sent.

    Orders that were over before then stay with their numbers, amounts, shipments and stock, so that no sum changes and
    none of them comes in as new. `orders show --archive FILE` shows what the archive has.

    Exit: 0 done, 2 no such moment, or FILE is no archive, 4 another orderctl holds the store, 6 the store or the
    archive cannot be used.
    """
    from orderctl.steps import archive as steps

    return Done([steps.archive(ctx, before, file)], dry_run=ctx.dry_run)


@app.command("check", cls=Command)
@reading
def check(
    ctx: Context,
    deep: Annotated[bool, Option("--deep", help="Every rule that can be checked; this reads every row.")] = False,
) -> Answer:
    """Check that the store is sound and that every sum in it holds. Nothing is changed.

    Exit: 0 all is well, 2 a file is wrong, 6 the store cannot be used, 7 a difference was found.
    """
    from orderctl.steps import care

    report = care.db_check(ctx, deep=deep)
    rows = [{**item, "found": f"{item['wrong']:,} wrong" if item["wrong"] else "well"} for item in report.items]
    return Done([report], said=[filled(table(CHECKS, rows))])
