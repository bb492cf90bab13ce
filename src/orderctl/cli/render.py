"""The one place that prints.

1. data goes to stdout in the format that was asked for; words about it go to stderr
2. text that came from outside is never read as markup, and its control characters are made visible
3. a person at a terminal gets colors and a table that fits; everyone else gets plain text that is never cut
4. a reader that has gone away (`| head`) ends the output and nothing else
"""

from __future__ import annotations

import contextlib
import csv
import io
import json
import os
import re
import shutil
import sys
import textwrap
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from orderctl.cli.answers import Answer, Block, Column, Facts, Heading, Lines, Printout, Table
from orderctl.cli.options import Format, Shared
from orderctl.core.secrets import redacted
from orderctl.core.text import printable, spreadsheet_text

if TYPE_CHECKING:
    from rich.console import Console

    from orderctl.steps.context import Progress

ROWS_AT_A_TERMINAL = 50

_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d):\d\dZ")
_NEXT = "; next: "


class Unwritten(Exception):
    """The answer could not be written to stdout; what the command was asked to do is done."""


def prepare() -> None:
    """Whatever the locale: a character that it cannot write becomes its escape, not an error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")


def show(answer: Answer, said: Shared) -> None:
    """Write `answer` as the shared options ask."""
    wanted = said.format or Format.TABLE
    unattended = answer.unattended() if nobody_watches(said) else None
    if wanted is not Format.TABLE:
        _write(sys.stdout, _MACHINE[wanted](answer))
    elif isinstance(answer, Printout) and not at_a_terminal():
        _write_bytes(answer.content)
    elif not said.quiet and unattended is None:
        show_blocks(answer.blocks())
    for line in answer.warnings(verbose=said.verbose) if unattended is None else unattended:
        note(line)


def show_blocks(blocks: Iterable[Block]) -> None:
    """Write what a person reads to stdout."""
    if at_a_terminal():
        draw(blocks, sys.stdout)
    else:
        _write(sys.stdout, "".join(_spaced((block, _plain(block)) for block in blocks)))


def draw(blocks: Iterable[Block], stream: TextIO) -> None:
    """Write `blocks` as a terminal shows them, with an empty line between them but not below a heading."""
    from orderctl.cli.terminal import drawn

    console = _console(stream)
    above: Block = Heading("")
    try:
        for block in blocks:
            if not isinstance(above, Heading):
                console.print()
            console.print(drawn(block, console.width), soft_wrap=isinstance(block, Lines))
            above = block
    except OSError as error:
        _unwritten(stream, error)


def _console(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, highlight=False, markup=False, emoji=False)


def note(text: str) -> None:
    """Write a line for a person to stderr; it may hold text from outside."""
    lines = [printable(line) for line in text.split("\n")]
    if at_a_terminal(sys.stderr):
        width = shutil.get_terminal_size().columns
        lines = [piece for line in lines for piece in in_pieces(line, width, "    ")]
    _write(sys.stderr, "".join(f"{line}\n" for line in lines))


def can_ask() -> bool:
    """Whether a person sits at a terminal who can be asked."""
    return bool(sys.stdin and sys.stdin.isatty() and at_a_terminal(sys.stderr))


def answer(question: str, usual: str) -> str:
    """What a person answers to `question`; `usual` when that is nothing. KeyboardInterrupt when they went away."""
    note(f"{question}{f' [{usual}]' if usual else ''}")
    line = sys.stdin.readline()
    if not line:
        raise KeyboardInterrupt
    return line.strip() or usual


def agreed(question: str) -> bool:
    """Whether a person at a terminal answers `question` with yes. Where nobody sits at one, the answer is no."""
    if not can_ask():
        return False
    note(f"{question} [y/N]")
    return sys.stdin.readline().strip().casefold() in {"y", "yes"}


def in_pieces(line: str, width: int, indent: str = "") -> list[str]:
    """`line` as it fits a screen; the command at its end stays whole, so that it can be pasted."""
    if len(line) <= width:
        return [line]
    words, mark, command = line.rpartition(_NEXT)
    if not mark:
        return in_words(line, width, indent)
    deeper = max(indent, "    ", key=len)
    return [*in_words(words, width, indent), *in_words(f"{deeper}{command}", width, deeper)]


def in_words(line: str, width: int, indent: str = "") -> list[str]:
    """`line` broken between words at `width`, its further lines indented. A command is left whole."""
    if len(line) <= width or line.lstrip().startswith("orderctl "):
        return [line]
    return textwrap.wrap(line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False)


def say(texts: Iterable[str]) -> None:
    """Write lines to stdout, the same for whoever reads them: nothing has to be loaded to draw them."""
    _write(sys.stdout, "".join(f"{printable(text)}\n" for text in texts))


def document(value: Any) -> None:
    """Write `value` to stdout as the one JSON document."""
    _write(sys.stdout, json_text(value))


def json_text(value: Any) -> str:
    """`value` as one JSON document in plain ASCII, so that no control character reaches a terminal."""
    return json.dumps(value, indent=2, allow_nan=False) + "\n"


def at_a_terminal(stream: TextIO | None = None) -> bool:
    """Whether a person reads stdout (or `stream`) at a terminal."""
    stream = stream or sys.stdout
    return stream is not None and not stream.closed and stream.isatty()


def nobody_watches(said: Shared) -> bool:
    """Whether an answer goes to a mail or a log: no terminal, and no format that someone asked for."""
    return said.format is None and not at_a_terminal()


def most_rows(wanted: Format | None) -> int | None:
    """How many rows a list holds when nobody said: few enough to read at a terminal, else all."""
    return ROWS_AT_A_TERMINAL if wanted in {None, Format.TABLE} and at_a_terminal() else None


@contextlib.contextmanager
def progress(*, wanted: bool) -> Iterator[Progress | None]:
    """A function that draws how far work has come on stderr, for a person at a terminal; else None."""
    if not wanted or not at_a_terminal(sys.stderr):
        yield None
        return
    from orderctl.cli.terminal import bars

    with bars(_console(sys.stderr)) as show_bar:
        yield show_bar


def cell(value: Any) -> str:
    """One value as text: nothing for None, `yes` and `no`, lists with commas, the rest as it is."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(cell, value))
    if isinstance(value, dict):
        return ", ".join(f"{key}={cell(one)}" for key, one in value.items())
    return printable(str(value))


def readable(value: Any) -> str:
    """`cell` for a person: moments to the minute."""
    return _MOMENT.sub(r"\1 \2Z", text) if _MOMENT.fullmatch(text := cell(value)) else text


def _json(answer: Answer) -> str:
    return json_text(answer.document())


def _csv(answer: Answer) -> str:
    """Comma separated for spreadsheets: text that one would run as a formula gets an apostrophe before it."""
    return _separated(answer.rows(), ",", lambda value: spreadsheet_text(cell(value)))


def _tsv(answer: Answer) -> str:
    """Tab separated for programs: every value as it is, with tabs and line ends made visible."""
    return _separated(answer.rows(), "\t", cell)


def _separated(table: Table, separator: str, write: Callable[[Any], str]) -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\n")
    writer.writerow([column.key for column in table.columns])
    writer.writerows([write(row.get(column.key)) for column in table.columns] for row in table.rows)
    return text.getvalue()


_MACHINE = {Format.JSON: _json, Format.CSV: _csv, Format.TSV: _tsv}


def _plain(block: Block) -> str:
    match block:
        case Heading(text):
            return f"{printable(text)}\n"
        case Lines(texts):
            return "".join(f"{printable(text)}\n" for text in texts)
        case Facts(pairs):
            rows = [[name, readable(value)] for name, value in pairs if value]
            return _aligned(rows, [False, False])
        case Table(columns, rows, empty):
            return _plain_table(visible(columns), rows, empty)


def _spaced(blocks: Iterable[tuple[Block, str]]) -> Iterator[str]:
    """The texts with an empty line between them, but not below a heading."""
    above: Block = Heading("")
    for block, text in blocks:
        if text:
            yield text if isinstance(above, Heading) else f"\n{text}"
            above = block


def visible(columns: Iterable[Column]) -> list[Column]:
    """The columns a person sees."""
    return [column for column in columns if not column.quiet]


def _plain_table(columns: Sequence[Column], rows: Sequence[Any], empty: str) -> str:
    if not rows:
        return f"{printable(empty)}\n" if empty else ""
    body = [[readable(row.get(column.key)) for column in columns] for row in rows]
    return _aligned([[column.title for column in columns], *body], [column.right for column in columns])


def _aligned(rows: list[list[str]], right: Sequence[bool]) -> str:
    if not rows:
        return ""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            text.rjust(width) if is_right else text.ljust(width)
            for text, width, is_right in zip(row, widths, right, strict=True)
        )
        for row in rows
    )
    return "".join(f"{line.rstrip()}\n" for line in lines)


def _write(stream: TextIO | None, text: str) -> None:
    if stream is None or not text:  # a closed stdout is None
        return
    try:
        stream.write(redacted(text))
        stream.flush()
    except OSError as error:
        _unwritten(stream, error)


def _write_bytes(content: bytes) -> None:
    if sys.stdout is None:
        return
    try:
        sys.stdout.buffer.write(content)
        sys.stdout.flush()
    except OSError as error:
        _unwritten(sys.stdout, error)


def _unwritten(stream: TextIO, error: OSError) -> None:
    """Let what is still to come go nowhere. A reader that has gone is no failure; a full disk below stdout is one."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
    if stream is sys.stdout and not isinstance(error, BrokenPipeError):
        raise Unwritten(error.strerror or "stdout is not writable") from error
