"""What a command answers, before anyone decides how it is written.

An answer is data for programs (`document`), rows for spreadsheets (`rows`) and blocks for a person (`blocks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from orderctl.core.errors import Exit

Row = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the key in the row, the heading, and how a person likes to see it.

    `quiet` columns are for spreadsheets only; a terminal leaves them out.
    """

    key: str
    title: str
    right: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Heading:
    """A line that says what follows."""

    text: str


@dataclass(frozen=True, slots=True)
class Facts:
    """Names with values, one a line; those without a value are left out."""

    pairs: tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Table:
    """Rows under headings, or the sentence that there are none."""

    columns: tuple[Column, ...]
    rows: Sequence[Row]
    empty: str = "Nothing."


@dataclass(frozen=True, slots=True)
class Lines:
    """Sentences, one a line."""

    texts: tuple[str, ...]


Block = Heading | Facts | Table | Lines


class Answer(Protocol):
    """What every answer can give."""

    @property
    def exit(self) -> Exit:
        """The code to exit with."""
        ...

    def document(self) -> Any:
        """The one JSON document."""
        ...

    def rows(self) -> Table:
        """The rows of CSV and TSV."""
        ...

    def blocks(self) -> Iterable[Block]:
        """What a person reads."""
        ...

    def unattended(self) -> Sequence[str] | None:
        """Lines for stderr in place of the blocks when nobody sits at a terminal; None for the blocks all the same."""
        ...

    def warnings(self, *, verbose: bool) -> Sequence[str]:
        """Lines for stderr, whatever the format."""
        ...


@dataclass(frozen=True, slots=True)
class Listing:
    """Rows of one kind. As JSON an array, also when it is empty."""

    table: Table
    exit: Exit = Exit.OK

    def document(self) -> list[Row]:
        """The rows whole, in their order."""
        return list(self.table.rows)

    def rows(self) -> Table:
        """The same rows."""
        return self.table

    def blocks(self) -> Iterable[Block]:
        """The table."""
        return [self.table]

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """None: a list says everything itself."""
        return ()


@dataclass(frozen=True, slots=True)
class Page:
    """One thing with everything about it; `table` is what a spreadsheet gets of it."""

    value: Row
    parts: tuple[Block, ...]
    table: Table
    exit: Exit = Exit.OK
    notes: tuple[str, ...] = field(default=())

    def document(self) -> Row:
        """The thing itself."""
        return self.value

    def rows(self) -> Table:
        """Its rows."""
        return self.table

    def blocks(self) -> Iterable[Block]:
        """Its page."""
        return self.parts

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """What a reader should know besides."""
        return self.notes


def table(columns: Mapping[str, str], rows: Sequence[Row], empty: str) -> Table:
    """A table from `key -> heading`; `>` before a heading puts the column to the right, `~` hides it from a person."""
    made = (
        Column(key, title.lstrip(">~"), right=title.startswith(">"), quiet=title.startswith("~"))
        for key, title in columns.items()
    )
    return Table(tuple(made), rows, empty)
