"""Answers for a person at a terminal: the same blocks as everywhere, with color and a width.

`render` prints what this page draws. Every piece of data goes in as `Text`, which rich does not read as markup.
"""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Literal

import rich.table
from rich import progress
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from orderctl.cli.answers import Block, Column, Facts, Heading, Lines, Row, Table
from orderctl.cli.render import cell, visible
from orderctl.core.text import printable

if TYPE_CHECKING:
    from orderctl.steps.context import Progress

#: What a word in a column called `state` looks like; words that are not here look plain.
STATES = {
    **dict.fromkeys(("held", "uncertain", "backordered", "cancel_requested", "partly_shipped", "open"), "yellow"),
    **dict.fromkeys(("rejected", "refused", "failed"), "red"),
    **dict.fromkeys(("shipped", "closed", "delivered", "accepted", "done"), "green"),
    **dict.fromkeys(("routed", "planned", "dispatched", "acknowledged", "sending"), "cyan"),
    **dict.fromkeys(("cancelled", "track_only", "superseded"), "dim"),
}

_SHORT = 20
_LEAST = 12


@contextlib.contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """A function (what, done, total) that draws one bar per `what`; they are gone at the end."""
    tasks: dict[str, progress.TaskID] = {}
    with progress.Progress(console=console, transient=True) as shown:

        def draw(what: str, done: int, total: int | None) -> None:
            if what not in tasks:
                tasks[what] = shown.add_task(escape(printable(what)), total=total)
            shown.update(tasks[what], completed=done, total=total)

        yield draw


def drawn(block: Block, width: int) -> Text | rich.table.Table:
    """`block` as rich draws it on a screen of `width` columns."""
    match block:
        case Heading(text):
            return Text(printable(text), style="bold")
        case Lines(texts):
            return Text("\n".join(map(printable, texts)))
        case Facts(pairs):
            return _facts(pairs)
        case Table(columns, rows, empty):
            return _table(visible(columns), rows, width) if rows else Text(printable(empty), style="dim")


def _facts(pairs: Sequence[tuple[str, str]]) -> rich.table.Table:
    grid = rich.table.Table.grid(padding=(0, 2))
    for name, value in pairs:
        if value:
            grid.add_row(Text(name, style="dim"), Text(printable(value), style=STATES.get(value, "")))
    return grid


def _table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> rich.table.Table:
    drawn = rich.table.Table(box=None, pad_edge=False, padding=(0, 2, 0, 0), header_style="dim")
    texts = [[cell(row.get(column.key)) for column in columns] for row in rows]
    whole = _whole([[column.title for column in columns], *texts], width)
    for column, is_whole in zip(columns, whole, strict=True):
        side: Literal["left", "right"] = "right" if column.right else "left"
        drawn.add_column(Text(column.title), justify=side, overflow="fold", no_wrap=is_whole)
    for row in texts:
        drawn.add_row(*(_styled(column, text) for column, text in zip(columns, row, strict=True)))
    return drawn


def _whole(texts: Sequence[Sequence[str]], width: int) -> list[bool]:
    """For each column whether it is kept in one line: short ones are, where that leaves the others room."""
    widths = [max(map(len, column)) for column in zip(*texts, strict=True)]
    short = [one for one in widths if one <= _SHORT]
    room = width - sum(short) - 2 * len(widths)
    fits = room >= (len(widths) - len(short)) * _LEAST
    return [fits and one <= _SHORT for one in widths]


def _styled(column: Column, text: str) -> Text:
    return Text(text, style=STATES.get(text, "") if column.key in {"state", "outcome"} else "")
