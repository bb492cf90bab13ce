"""Answers for a person at a terminal: the same blocks as everywhere, with color and a width.

`render` prints what this page draws. Every piece of data goes in as `Text`, which rich does not read as markup.
"""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Literal

import rich.table
from rich import progress
from rich.cells import cell_len
from rich.console import Console, Group, RenderableType
from rich.padding import Padding
from rich.text import Text

from orderctl.cli.answers import Block, Column, Facts, Heading, Lines, Row, Table
from orderctl.cli.render import in_pieces, readable, visible
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

#: What the first word of a line of `doctor` looks like.
_VERDICTS = {"OK": "green", "WARN": "yellow", "FAIL": "red"}
_VERDICT = re.compile(f"({'|'.join(_VERDICTS)}) ")
#: What a rule or a location came to, where that is the first word of a column called `result`.
_TAKEN = re.compile(r"matched(:|$)|ships ")
#: Between two counts of a list: `3 held, 1,204 routed`.
_COUNT = re.compile(r", (?=\d)")

#: The cells of each column by its key.
Texts = Mapping[str, Sequence[str]]

_GAP = 2
#: A column keeps its longest word whole down to this width; a long one stands beside the others down to the second.
_LEAST, _LEAST_LONG = 8, 40
#: Work that is done within this many seconds draws no bar.
_PATIENCE_S = 1


@contextlib.contextmanager
def bars(console: Console) -> Iterator[Progress]:
    """A function (what, done, total) that draws one bar per `what` once work takes long; they are gone at the end."""
    columns = (progress.TextColumn("{task.description}", markup=False), progress.BarColumn(), _Count())
    shown = progress.Progress(*columns, console=console, transient=True)
    begun = shown.get_time()
    tasks: dict[str, progress.TaskID] = {}

    def draw(what: str, done: int, total: int | None) -> None:
        if what not in tasks:
            tasks[what] = shown.add_task(printable(what), total=total)
        shown.update(tasks[what], completed=done, total=total)
        if not shown.live.is_started and shown.get_time() - begun > _PATIENCE_S:
            shown.start()

    try:
        yield draw
    finally:
        if shown.live.is_started:
            shown.stop()


class _Count(progress.ProgressColumn):
    """How many are done, of how many where that is known."""

    def render(self, task: progress.Task) -> Text:
        total = "" if task.total is None else f" of {int(task.total):,}"
        return Text(f"{int(task.completed):,}{total}")


def drawn(block: Block, width: int) -> RenderableType:
    """`block` as rich draws it on a screen of `width` columns."""
    match block:
        case Heading(text):
            return Text(printable(text), style="bold")
        case Lines(texts, as_is):
            broken = [[text] if as_is else in_pieces(printable(text), width, _indent(text, texts)) for text in texts]
            return Text("\n").join(_sentence(printable(line)) for lines in broken for line in lines)
        case Facts(pairs):
            return _facts(pairs, width)
        case Table(columns, rows, empty):
            return _table(visible(columns), rows, width) if rows else Text(printable(empty), style="dim")


def _indent(text: str, texts: Sequence[str]) -> str:
    """What stands before the further lines of one of `texts`, so that it is told from the next."""
    return "      " if _VERDICT.match(text) else "  " if len(texts) > 1 else ""


def _sentence(line: str) -> Text:
    text = Text(line, style="cyan" if line.lstrip().startswith("orderctl ") else "")
    if verdict := _VERDICT.match(line):
        text.stylize(_VERDICTS[verdict[1]], 0, verdict.end(1))
    return text


def _facts(pairs: Sequence[tuple[str, str]], width: int) -> rich.table.Table:
    grid = rich.table.Table.grid(padding=(0, _GAP))
    told = [(name, value) for name, value in pairs if value]
    room = width - _GAP - max((cell_len(name) for name, _ in told), default=0)
    for name, value in told:
        grid.add_row(Text(name, style="dim"), Text(_counts(readable(value), room), style=STATES.get(value, "")))
    return grid


def _counts(value: str, room: int) -> str:
    """`value` with a line end before each count that has no room; what is no list of counts stays as it is."""
    counts = _COUNT.split(value)
    if len(value) <= room or not all(one[:1].isdecimal() for one in counts):
        return value
    lines = counts[:1]
    for count in counts[1:]:
        if len(lines[-1]) + len(count) + 3 > room:  # a comma and a space before it, a comma behind
            lines[-1] += ","
            lines.append(count)
        else:
            lines[-1] += f", {count}"
    return "\n".join(lines)


def _table(columns: Sequence[Column], rows: Sequence[Row], width: int) -> RenderableType:
    """One line a row where the screen has room; else without spare columns, and with long ones below their row."""
    texts = {column.key: [readable(row.get(column.key)) for row in rows] for column in columns}
    beside = _with_room(columns, texts, width)
    widths = _widths(beside, texts, width)
    below = [column for column in beside if column.long]
    if _total(widths) <= width or len(below) == len(beside):
        below = []
    else:
        beside = [column for column in beside if not column.long]
        widths = _widths(beside, texts, width)
    whole = _grid(beside, widths, header=True)
    parts: list[RenderableType] = [whole]
    for number in range(len(rows)):
        grid = _grid(beside, widths, header=False) if below else whole
        grid.add_row(*(_styled(column, texts[column.key][number]) for column in beside))
        if below:
            under = ((column, texts[column.key][number]) for column in below)
            parts += [grid, *(_under(column, text, len(below) > 1) for column, text in under if text)]
    return Group(*parts)


def _with_room(columns: Sequence[Column], texts: Texts, width: int) -> list[Column]:
    """The columns without as many spare ones, the last first, as it takes for all to fit in one line."""
    kept = list(columns)
    for column in reversed(columns):
        if column.spare and _total([_wide(one, texts) for one in kept]) > width:
            kept.remove(column)
    return kept


def _grid(columns: Sequence[Column], widths: Sequence[int], *, header: bool) -> rich.table.Table:
    grid = rich.table.Table(box=None, pad_edge=False, padding=(0, _GAP, 0, 0), header_style="dim", show_header=header)
    for column, wide in zip(columns, widths, strict=True):
        side: Literal["left", "right"] = "right" if column.right else "left"
        grid.add_column(Text(column.title), justify=side, overflow="fold", width=wide)
    return grid


def _under(column: Column, text: str, named: bool) -> Padding:
    said = Text.assemble((f"{column.title} ", "dim"), text) if named else Text(text)
    return Padding(said, (0, 0, 0, 4))


def _widths(columns: Sequence[Column], texts: Texts, width: int) -> list[int]:
    """How wide each column is: the widest give way first, down to their longest word, then down to `_LEAST`.

    Wider than `width` together when even that does not fit, or when a long column would be too narrow to read.
    """
    widths = [_wide(column, texts) for column in columns]
    least = [_narrowest(column, texts[column.key], wide) for column, wide in zip(columns, widths, strict=True)]
    room = width - _GAP * (len(widths) - 1)
    widths = _narrowed(widths, least, room)
    if any(column.long for column in columns):
        return widths
    return _narrowed(widths, [min(one, _LEAST) for one in least], room)


def _wide(column: Column, texts: Texts) -> int:
    return max(cell_len(column.title), *map(cell_len, texts[column.key]))


def _narrowest(column: Column, texts: Sequence[str], wide: int) -> int:
    words = max(cell_len(word) for text in (column.title, *texts) for word in (*text.split(), ""))
    return min(wide, max(words, _LEAST_LONG)) if column.long else wide if _is_moment(column) else words


def _total(widths: Sequence[int]) -> int:
    return sum(widths) + _GAP * (len(widths) - 1)


def _is_moment(column: Column) -> bool:
    """Whether the column holds moments, which are not broken where they have a space."""
    return column.key == "at" or column.key.endswith("_at")


def _narrowed(widths: list[int], least: Sequence[int], room: int) -> list[int]:
    widths = list(widths)
    while sum(widths) > room:
        spare = [wide if wide > low else 0 for wide, low in zip(widths, least, strict=True)]
        if not any(spare):
            break
        widths[spare.index(max(spare))] -= 1
    return widths


def _styled(column: Column, text: str) -> Text:
    if column.key == "result":
        return Text(text, style="green" if _TAKEN.match(text) else "")
    return Text(text, style=STATES.get(text, "") if column.key in {"state", "outcome"} else "")
