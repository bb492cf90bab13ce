"""The store in a browser, until a signal ends it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer
from typer import Option

from orderctl.cli import render
from orderctl.cli.answers import Answer, Lines, Page, table
from orderctl.cli.command import opened, storeless
from orderctl.cli.options import Shared

PORT, LAST_PORT = 8001, 65_535
_COLUMNS = {"url": "open", "database": "store"}


@storeless
def web(
    said: Shared,
    *,
    port: Annotated[
        int, Option("--port", metavar="N", min=0, max=LAST_PORT, help="The port of this machine; 0 = any free one.")
    ] = PORT,
) -> NoReturn:
    """Show orders, shipments, parcels, stock and answers to common questions in a browser, until Ctrl-C.

    It prints the address to open. Only this machine can open it (127.0.0.1), with the key that stands in the address;
    from elsewhere by `ssh -L 8001:127.0.0.1:8001`. Nothing can be changed there, and passes go on meanwhile. It needs
    `pip install "orderctl[web]"`.

    Exit: 0 ended by Ctrl-C or SIGTERM, 2 the extra is not installed, the port is taken or a file is wrong, 6 there is
    no store yet, or it cannot be used.
    """
    from orderctl.steps import web as steps

    with opened(said, write=False) as ctx:
        read_with = ctx
    with steps.opened(read_with, port) as site:
        render.show(started(site.url, read_with.database), said)
        site.serve()
    raise typer.Exit(0)  # there is nothing left to say


def started(url: str, database: Path) -> Answer:
    """What is said when pages of the store at `database` can be opened at `url`."""
    value = {"url": url, "database": str(database)}
    lines = Lines((f"Open {url}", "Ctrl-C ends it; nothing can be changed there."))
    return Page(value, (lines,), table(_COLUMNS, [value]))
