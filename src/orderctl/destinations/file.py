"""Work handed over as files in a folder, and answers read from files: the way that needs nothing but a disk.

1. send: one file per batch, a row per line, under a name that is never used again, published by rename
2. confirm: the whole files that `path` names, each content once; a row per shipment or line
3. stock_feed: the same for counts, taken when the file was written; the same content written again counts again

Positions are those of `wire.inbox`. A file whose header, encoding or quotes are wrong is refused as a whole, before any
of its rows counts; a row that is wrong is put aside alone. In a feed a SKU that stands twice is put aside in every row.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Annotated, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, ValidationInfo, model_validator

from orderctl.core import text
from orderctl.core.adapters import AnswerPage
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import Batch, Document
from orderctl.core.errors import ConfigError, Finding, RecordError
from orderctl.destinations import answer_rows, pick_list
from orderctl.destinations.answer_rows import AnswerColumns
from orderctl.wire import cells, files, names, settings, table_text, tables
from orderctl.wire.inbox import MOST_ROWS, After, Inbox, Source
from orderctl.wire.opening import Opening
from orderctl.wire.outbox import HandsOver, Outbox
from orderctl.wire.repeats import repeats

Role = Literal["send", "confirm", "stock_feed"]
_Answer = Confirmation | StockCount | BadRow
_COLUMNS_OF = {"send": pick_list.COLUMNS, "confirm": answer_rows.CONFIRM, "stock_feed": answer_rows.STOCK_FEED}
#: So many counts are one transaction: each of them writes into several indexes, whose pages are written once for all.
_MOST_COUNTS = 5_000
_MEDIA_TYPES = {
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "jsonl": "application/jsonl",
    "json": "application/json",
}


def _columns(value: object) -> object:
    """A list of our names is short for a table in which each is its own header."""
    if not isinstance(value, list) or not all(isinstance(name, str) for name in value):
        return value
    if len(set(value)) != len(value):
        raise ValueError("names a column twice")
    return {name: name for name in value}


def _mode(value: object) -> object:
    """Permission bits are written as text, "0640", or in TOML's own way, 0o640."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 4:
        try:
            return int(value, 8)
        except ValueError:
            return value
    return value


def _readable(mode: int) -> int:
    if not 0o400 <= mode <= 0o777 or not mode & 0o400:
        raise ValueError('lets not even its owner read the file; write for example "0640"')
    return mode


class FileDestination(HandsOver):
    """A location that is reached by files. Nobody ever sees a part of one, and none ever changes."""

    class Settings(settings.Settings):
        """What `send`, `confirm` and `stock_feed` may say beside the keys of every way."""

        path: Annotated[str, Field(min_length=1)]
        """`send`: the file of one batch, with `{batch}` and, if wanted, `{date}` and `{location}`. Else a pattern."""
        format: tables.Format = "csv"
        """How rows are written."""
        template: Literal["pick"] = "pick"
        """`send`: which document it is; a pick list is all there is."""
        columns: Annotated[
            dict[str, str], BeforeValidator(_columns, json_schema_input_type=dict[str, str] | list[str])
        ] = Field(default_factory=dict)
        """Column = its header; `send` also takes a list of columns in their order. Default: all, under our names."""
        encoding: table_text.OutEncoding = "utf-8"
        """How text is encoded; `utf-8-sig` begins with a byte order mark, as Excel likes it."""
        delimiter: tables.Delimiter = ""
        """What stands between cells. Empty: a comma to send, found out from the header to read."""
        mode: Annotated[int, BeforeValidator(_mode), AfterValidator(_readable)] = files.DEFAULT_MODE
        """`send`: the permission bits of the file, as text."""
        for_people: bool = False
        """`send`: make harmless what a spreadsheet would run as a formula."""
        manifest: bool = False
        """`send`: put NAME.manifest.json with rows, units, bytes and SHA-256 beside each file."""
        newlines: Literal["keep", "space"] = "keep"
        """`send`: whether line ends inside a cell stay or become spaces."""
        after: After = "keep"
        """`confirm`, `stock_feed`: whether a file that was taken stays or moves to `done/` beside it."""
        dates: cells.Dates = ""
        """`confirm`: how dates are written, e.g. `%d-%m-%Y`; ISO 8601 when empty."""

        @model_validator(mode="after")
        def _fits_its_role(self, info: ValidationInfo) -> FileDestination.Settings:
            role = (info.context or {}).get("role")
            if role and (problem := _problem(self, role)):
                raise ValueError(problem)
            return self

    def __init__(self, name: str, settings: Settings, opening: Opening, role: Role = "send") -> None:
        problem = _problem(settings, role)
        if problem:
            raise ConfigError([Finding("E213", f"[location.{name}.{role}] {problem}")])
        self._name = name
        self._settings = settings
        self._role = role
        self._zone = ZoneInfo(opening.timezone)
        self.outbox = Outbox(opening.base, settings.mode, settings.manifest)
        self._writer = table_text.Writer(
            settings.format,
            settings.encoding,
            settings.delimiter or ",",
            for_people=settings.for_people,
            one_line=settings.newlines == "space",
        )
        encoding: tables.Encoding = "utf-8" if settings.encoding == "utf-8-sig" else settings.encoding
        self._reader = tables.Reader(settings.format, encoding, settings.delimiter)
        known = answer_rows.STOCK_FEED if role == "stock_feed" else answer_rows.CONFIRM
        self._columns = AnswerColumns(known, settings.columns)
        feed = role == "stock_feed"
        self._inbox = Inbox(settings.path, opening.base, settings.after, feed, _MOST_COUNTS if feed else MOST_ROWS)

    def render(self, batch: Batch) -> Document:
        """The file of `batch`: a row per line of each shipment. The same batch gives the same name and bytes."""
        columns = self._settings.columns or {name: name for name in pick_list.COLUMNS}
        number = pick_list.batch_text(batch)
        content = self._writer.content(
            list(columns.values()),
            pick_list.rows(batch, list(columns)),
            {"location": batch.location, "batch": number, "date": batch.date},
        )
        lines = [line for shipment in batch.shipments for line in shipment.lines]
        return Document(
            name=names.fill(self._settings.path, {"date": batch.date, "batch": number, "location": batch.location}),
            content=content,
            media_type=_MEDIA_TYPES[self._settings.format],
            rows=len(lines),
            units=sum(line.quantity for line in lines),
        )

    def collect(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        """Pages of answers or counts beyond `positions`. RecordError or RemoteError at the end, for files left out."""
        read = self._counts if self._role == "stock_feed" else self._confirmations
        for piece in self._inbox.pieces(positions, read):
            moment = piece.moment if self._role == "stock_feed" else ""
            yield AnswerPage(piece.stream, piece.position, piece.items, piece.closes, moment)

    def finished(self, stream: str) -> None:
        """The file of `stream` is applied to its end; it is moved to `done/` where `after` says so."""
        self._inbox.finished(stream)

    def _header(self, source: Source) -> tables.Header:
        header = self._reader.header(source.file, source.name)
        if header.names:
            self._columns.found_in(header.names, f"{source.name} line {header.line} column 1")
        return header

    def _rows(self, source: Source, offset: int) -> Iterator[tables.Row]:
        return self._reader.rows(source.file, source.name, self._header(source), offset)

    def _stated(self, source: Source) -> Iterator[Mapping[str, str]]:
        """The cells of every row under our names. RecordError for what refuses the file."""
        return map(self._columns.ours, self._reader.cells(source.file, source.name, self._header(source)))

    def _confirmations(self, source: Source, offset: int) -> Iterator[tuple[list[_Answer], int]]:
        """Answers; those that stand together about one shipment stay together, so that they come on one page."""
        for _ in self._stated(source):
            pass  # refuses the file before any of its rows counts
        group: list[_Answer] = []
        reference, end = "", offset
        for row in self._rows(source, offset):
            answer = self._confirmation(row, f"{source.name} line {row.line}")
            about = answer.reference if isinstance(answer, Confirmation) else ""
            if group and (about != reference or len(group) == MOST_ROWS):
                yield group, end
                group = []
            group.append(answer)
            reference, end = about, row.end
        if group:
            yield group, end

    def _confirmation(self, row: tables.Row, where: str) -> _Answer:
        if row.problem:
            return answer_rows.bad_row(row, row.problem, where)
        try:
            return answer_rows.confirmation(self._columns.ours(row.cells), where, self._settings.dates, self._zone)
        except ValueError as error:
            return answer_rows.bad_row(row, str(error), where)

    def _counts(self, source: Source, offset: int) -> Iterator[tuple[list[_Answer], int]]:
        """The counts of this location; rows about other ones are theirs to read."""
        rows_of = repeats(lambda: self._counted_skus(source), source.incoming.size)
        found: list[_Answer] = []
        end = offset
        for row in self._rows(source, offset):
            stated = self._columns.ours(row.cells)
            if not row.problem and stated.get("location", "") not in {"", self._name}:
                continue
            found.append(self._count(row, stated, f"{source.name} line {row.line}", rows_of))
            end = row.end
            if len(found) == MOST_ROWS:
                yield found, end
                found = []
        if found:
            yield found, end

    def _counted_skus(self, source: Source) -> Iterator[str]:
        """The SKU of each row about this location. RecordError when there are rows, but none is."""
        others = ours = False
        for stated in self._stated(source):
            if stated.get("location", "") in {"", self._name}:
                ours = True
                yield stated.get("sku", "")
            else:
                others = True
        if others and not ours:
            raise RecordError(f"no row is about the location '{self._name}'", where=source.name)

    def _count(self, row: tables.Row, stated: Mapping[str, str], where: str, rows_of: Mapping[str, int]) -> _Answer:
        if row.problem:
            return answer_rows.bad_row(row, row.problem, where)
        sku = stated.get("sku", "")
        if sku in rows_of:
            reason = f"counts {sku[:40]} once more; it stands in {rows_of[sku]} rows of this file"
            return answer_rows.bad_row(row, reason, where)
        try:
            return answer_rows.stock_count(stated, where, self._name)
        except ValueError as error:
            return answer_rows.bad_row(row, str(error), where)


def _problem(settings: FileDestination.Settings, role: str) -> str:
    """What is wrong with `settings` for `role`; empty when nothing is."""
    known = _COLUMNS_OF[role]
    unknown = next((name for name in settings.columns if name not in known), None)
    if unknown is not None:
        return f"'{unknown[:40]}' is not a column here{text.did_you_mean(unknown, known)}; there are {', '.join(known)}"
    if role == "send":
        try:
            names.check_template(settings.path, ("date", "batch", "location"), needed="batch")
        except ValueError as error:
            return str(error)
    return ""
