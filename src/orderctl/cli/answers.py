"""What a command answers, before anyone decides how it is written.

An answer is data for programs (`document`), rows for spreadsheets (`rows`) and blocks for a person (`blocks`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Protocol, Self

from orderctl.core.errors import Exit

Row = Mapping[str, Any]

_KINDS = {">": "right", "~": "quiet", "_": "long", "+": "spare"}
_NOTHING: tuple[object, ...] = (None, "", [], ())


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table: the key in the row, the heading, and how a person likes to see it.

    `quiet` columns are for spreadsheets only; a person never sees them. Where a screen is too narrow for all, `spare`
    ones are left out and `long` ones stand below their row.
    """

    key: str
    title: str
    right: bool = False
    quiet: bool = False
    long: bool = False
    spare: bool = False


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
    """Sentences, one a line. `as_is` ones are no sentences: a screen folds them wherever it ends."""

    texts: tuple[str, ...]
    as_is: bool = False


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
    """Rows of one kind. As JSON an array, also when it is empty; of `value` where the table's rows say more or less.

    `total`: in words how many there are, where more were counted than are shown.
    """

    table: Table
    exit: Exit = Exit.OK
    value: Sequence[Row] | None = None
    total: str = ""

    def first(self, number: int) -> Self:
        """The same with so many rows at most."""
        value = None if self.value is None else self.value[:number]
        return replace(self, table=replace(self.table, rows=self.table.rows[:number]), value=value)

    def document(self) -> list[Row]:
        """The rows whole, in their order."""
        return list(self.table.rows if self.value is None else self.value)

    def rows(self) -> Table:
        """The same rows."""
        return self.table

    def blocks(self) -> Iterable[Block]:
        """The table, without the columns that say nothing."""
        return [filled(self.table)]

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


@dataclass(frozen=True, slots=True)
class Printout:
    """A document exactly as it is: its bytes for whoever reads stdout, and as a value for programs."""

    content: bytes
    value: Row
    table: Table
    notes: tuple[str, ...] = field(default=())
    exit: Exit = Exit.OK

    def document(self) -> Row:
        """The document with what is known about it."""
        return self.value

    def rows(self) -> Table:
        """What is known about it."""
        return self.table

    def blocks(self) -> Iterable[Block]:
        """Its lines, for a terminal; what is no text would only disturb it."""
        if not _is_text(self.content):
            said = f"{len(self.content):,} bytes that are no text; name a file with --output."
            return [Lines((said,))]
        return [Lines(tuple(self.content.decode("utf-8", "replace").splitlines()), as_is=True)]

    def unattended(self) -> None:
        """The same for everyone."""

    def warnings(self, *, verbose: bool) -> Sequence[str]:  # noqa: ARG002
        """What a reader should know besides."""
        return self.notes


def table(columns: Mapping[str, str], rows: Sequence[Row], empty: str = "") -> Table:
    """A table from `key -> heading`. A heading may begin with what kind of column it is.

    `>` puts the column to the right, `~` makes it quiet, `_` long, `+` spare.
    """
    return Table(tuple(_column(key, title) for key, title in columns.items()), rows, empty)


def _column(key: str, title: str) -> Column:
    name = title.lstrip("".join(_KINDS))
    marks = title[: len(title) - len(name)]
    return Column(key, name, **{kind: mark in marks for mark, kind in _KINDS.items()})


def filled(whole: Table) -> Table:
    """`whole` without the columns in which no row has anything."""
    kept = tuple(column for column in whole.columns if any(row.get(column.key) not in _NOTHING for row in whole.rows))
    return Table(kept or whole.columns, whole.rows, whole.empty)


def _is_text(content: bytes) -> bool:
    return not content.startswith((b"%PDF", b"PK\x03\x04")) and b"\0" not in content
