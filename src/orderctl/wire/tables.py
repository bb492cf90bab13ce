"""Tables as files state them: CSV, TSV, JSONL and JSON as a stream of rows, every cell the text that stands there.

1. a byte order mark says UTF-8; otherwise the configured encoding; one wrong byte refuses the file
2. the header line alone settles the delimiter, of `,` `;` tab and `|`
3. quotes follow RFC 4180, line ends may mix; what is not clear refuses the file with line and column
4. a row with too many or too few cells is told apart, the others go on

Nothing is converted: `00123`, `1E5` and `90.750` stay as they are.
"""

from __future__ import annotations

import csv
import itertools
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, BinaryIO, Literal

from orderctl.core.errors import RecordError
from orderctl.core.making import maker
from orderctl.wire import strict_json

Format = Literal["csv", "tsv", "jsonl", "json"]
Encoding = Literal["utf-8", "latin-1", "cp1252"]
Delimiter = Literal["", ",", ";", "\t", "|"]
DELIMITERS = (",", ";", "\t", "|")
LARGEST_ROW = 4 * 1024 * 1024
LARGEST_JSON = 64 * 1024 * 1024
_BOM = b"\xef\xbb\xbf"
_UTF16 = (b"\xff\xfe", b"\xfe\xff")

csv.field_size_limit(LARGEST_ROW)  # the module's own limit of 128 KiB would refuse rows that we allow


@dataclass(frozen=True, slots=True)
class Header:
    """How a file's rows are to be read. `names` is empty for JSON, whose rows name their own cells."""

    names: tuple[str, ...]
    delimiter: str
    encoding: str
    end: int  # byte offset of the first row
    line: int  # number of the last line of the header


@dataclass(frozen=True, slots=True)
class Row:
    """One row. `end` is the byte offset after it (in JSON its ordinal); `problem` says why it cannot be used."""

    cells: Mapping[str, str]
    line: int
    raw: str
    end: int
    problem: str = ""


_row = maker(Row)


@dataclass(frozen=True, slots=True)
class Reader:
    """How to read one configured kind of file. An empty delimiter is found out from the header."""

    format: Format = "csv"
    encoding: Encoding = "utf-8"
    delimiter: str = ""

    def header(self, file: BinaryIO, name: str) -> Header:
        """The header of `file`, read from its start. RecordError (`where` = line and column) when it is wrong."""
        file.seek(0)
        start = file.read(3)
        if start.startswith(_UTF16):
            raise RecordError("is UTF-16; save it as UTF-8", where=f"{name} line 1 column 1")
        skip = len(_BOM) if start == _BOM else 0
        encoding = "utf-8" if skip else self.encoding
        if self.format in {"jsonl", "json"}:
            return Header((), "", encoding, skip, 0)
        return _csv_header(_Lines(file, name, encoding, skip, 0), "\t" if self.format == "tsv" else self.delimiter)

    def rows(self, file: BinaryIO, name: str, header: Header, offset: int = 0) -> Iterator[Row]:
        """The rows of `file` after `offset`, a `Row.end` of an earlier reading. RecordError refuses the file."""
        if self.format == "json":
            yield from _json_rows(file, name, offset)
            return
        start = max(offset, header.end)
        line = header.line if start == header.end else lines_before(file, start)
        lines = _Lines(file, name, header.encoding, start, line)
        yield from _jsonl_rows(lines) if self.format == "jsonl" else _csv_rows(lines, header)

    def cells(self, file: BinaryIO, name: str, header: Header) -> Iterator[Mapping[str, str]]:
        """The cells of all rows, without where they stand: a look at the whole file before any of it counts."""
        if self.format in {"jsonl", "json"}:
            yield from (row.cells for row in self.rows(file, name, header))
            return
        for cells in _csv_cells(_Lines(file, name, header.encoding, header.end, header.line), header):
            yield dict(zip(header.names, cells, strict=False))


def lines_before(file: BinaryIO, offset: int) -> int:
    """How many line ends stand before byte `offset` of `file`."""
    file.seek(0)
    count = 0
    while offset > 0 and (block := file.read(min(offset, 1 << 20))):
        count += block.count(b"\n")
        offset -= len(block)
    return count


class _Lines:
    """Physical lines of a file as text, counting lines and bytes; those of the row being read are gathered."""

    def __init__(self, file: BinaryIO, name: str, encoding: str, offset: int, line: int) -> None:
        file.seek(offset)
        self._file = file
        self.encoding = encoding
        self._row_start = offset
        self.name = name
        self.offset = offset
        self.line = line
        self.first = line + 1
        self._parts: list[str] = []

    @property
    def text(self) -> str:
        """The row being read, as it stands in the file."""
        return self._parts[0] if len(self._parts) == 1 else "".join(self._parts)

    def next_row(self) -> None:
        """The next line begins a row."""
        self.first = self.line + 1
        self._row_start = self.offset
        self._parts = []

    def __iter__(self) -> Iterator[str]:
        """The lines from here on; a generator, because a method call a line would cost more than reading it."""
        readline, encoding = self._file.readline, self.encoding
        while raw := readline(LARGEST_ROW + 1):
            self.line += 1
            self.offset += len(raw)
            if self.offset - self._row_start > LARGEST_ROW:
                raise self.refused(f"the row is larger than {LARGEST_ROW} bytes; is a quote left open?")
            try:
                line = raw.decode(encoding)
            except UnicodeDecodeError as error:
                raise self._undecodable(raw, error) from None
            self._parts.append(line)
            yield line

    def _undecodable(self, raw: bytes, error: UnicodeDecodeError) -> RecordError:
        column = len(raw[: error.start].decode(self.encoding)) + 1
        hint = "if the file is Latin-1 or Windows-1252, say so with `encoding`"
        message = f"byte 0x{raw[error.start]:02X} is not {self.encoding}"
        return RecordError(message, where=f"{self.name} line {self.line} column {column}", next=hint)

    def refused(self, message: str, column: int = 1, line: int | None = None) -> RecordError:
        """The error that refuses the file at the row being read."""
        return RecordError(message, where=f"{self.name} line {line or self.first} column {column}")


def _unclear(lines: _Lines, delimiter: str) -> RecordError:
    """Where in the row being read its quotes or line ends stop making sense."""
    line, column = lines.first, 0
    opened = (line, column)
    state = "start"  # of a cell; then plain, quoted, or closed: after a quote that may be the closing one
    for character, following in zip(lines.text, lines.text[1:] + "\n", strict=True):
        column += 1
        if state == "quoted":
            state = "closed" if character == '"' else state
        elif character in {delimiter, "\n"}:
            state = "start"
        elif character == "\r":
            if following not in {"\r", "\n"}:
                return lines.refused("a line ends with CR alone; save the file with LF or CRLF", column, line)
        elif character == '"' and state != "plain":
            opened = (line, column) if state == "start" else opened
            state = "quoted"
        elif state == "closed":
            return lines.refused('a cell goes on after its closing quote; write "" for a quote in it', column, line)
        else:
            state = "plain"
        if character == "\n":
            line, column = line + 1, 0
    if state == "quoted":
        return lines.refused("this quote is never closed", opened[1], opened[0])
    return lines.refused("the row cannot be read")


def _csv_header(lines: _Lines, delimiter: str) -> Header:
    lines.next_row()
    for first in lines:
        if first.strip():
            break
        lines.next_row()
    else:
        raise lines.refused("there is no header line", line=1)
    chosen = delimiter or _sniffed(first)
    reader = csv.reader(itertools.chain((first,), lines), delimiter=chosen, strict=True)
    try:
        names = [name.strip() for name in next(reader, ())]
    except csv.Error:
        raise _unclear(lines, chosen) from None
    while names and not names[-1]:
        names.pop()
    check_names(names, lines.name, lines.first)
    return Header(tuple(names), chosen, lines.encoding, lines.offset, lines.line)


def check_names(names: Sequence[str], file: str, line: int) -> None:
    """RecordError, with line and column of `file`, unless every column has a name of its own."""
    seen: dict[str, int] = {}
    for position, name in enumerate(names, 1):
        where = f"{file} line {line} column {position}"
        if not name:
            raise RecordError("this column has no name", where=where)
        if name.casefold() in seen:
            message = f"the column '{name[:40]}' stands twice, first as column {seen[name.casefold()]}"
            raise RecordError(message, where=where)
        seen[name.casefold()] = position


def _sniffed(line: str) -> str:
    """The delimiter that splits the header line most; `,` when none does."""
    bare = "".join(line.split('"')[::2])
    return max(DELIMITERS, key=bare.count)


def _csv_rows(lines: _Lines, header: Header) -> Iterator[Row]:
    wanted = len(header.names)
    for cells in _csv_cells(lines, header):
        problem = "" if len(cells) == wanted else f"the row has {len(cells)} cells, the header {wanted}"
        stated = dict(zip(header.names, cells, strict=False))
        yield _row(stated, lines.first, lines.text.rstrip("\r\n"), lines.offset, problem)


def _csv_cells(lines: _Lines, header: Header) -> Iterator[list[str]]:
    wanted = len(header.names)
    lines.next_row()
    try:
        for cells in csv.reader(lines, delimiter=header.delimiter, strict=True):
            if any(cells):
                while len(cells) > wanted and not cells[-1]:
                    cells.pop()
                yield cells
            lines.next_row()
    except csv.Error:
        raise _unclear(lines, header.delimiter) from None


def _jsonl_rows(lines: _Lines) -> Iterator[Row]:
    lines.next_row()
    for text in lines:
        raw = text.rstrip("\r\n")
        if raw.strip():
            try:
                cells, problem = _as_texts(strict_json.loads_as_text(raw.encode(), largest=LARGEST_ROW)), ""
            except ValueError as error:
                cells, problem = {}, f"the row {error}"
            yield _row(cells, lines.first, raw, lines.offset, problem)
        lines.next_row()


def _json_rows(file: BinaryIO, name: str, offset: int) -> Iterator[Row]:
    file.seek(0)
    raw = file.read(LARGEST_JSON + 1)
    try:
        value = strict_json.loads_as_text(raw.removeprefix(_BOM), largest=LARGEST_JSON)
    except ValueError as error:
        message = f"the file {error}"
        raise RecordError(message, where=name) from None
    rows = value.get("rows") if isinstance(value, dict) else value
    if not isinstance(rows, list):
        raise RecordError("the file is neither a list of rows nor a table with `rows`", where=name)
    for ordinal, row in enumerate(rows[offset:], offset + 1):
        text = json.dumps(row, ensure_ascii=False)
        try:
            yield Row(_as_texts(row), ordinal, text, ordinal)
        except ValueError as error:
            yield Row({}, ordinal, text, ordinal, f"the row {error}")


def _as_texts(row: Any) -> dict[str, str]:
    if not isinstance(row, dict):
        raise ValueError("is not a table of cells")
    return {name: _as_text(name, value) for name, value in row.items()}


def _as_text(name: str, value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, str):
        message = f"has more than one value in '{name[:40]}'"
        raise ValueError(message)
    return value
