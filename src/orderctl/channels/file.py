"""Orders from files in a folder, and tracking as CSV files: the channel that needs nothing but a disk.

1. fetch: the whole files that `path` names, each content once, in pages of up to 500 orders
2. to_order: a JSONL line in the shape of `orders show --json`, or the CSV rows of one order by their columns
3. render_tracking, stage, deliver, recover: one CSV file per push, published by rename

Positions are those of `wire.inbox`: a file's SHA-256 -> byte offset or `end`, and `stat:...` -> SHA-256, so that a
file that has not changed is not even hashed; a page of the second kind has no payloads.
A JSONL line that is no order becomes a payload that `to_order` refuses; a CSV file that cannot be read clearly, or in
which an order's rows are torn apart, is refused as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from orderctl.core import order_json
from orderctl.core.adapters import Page, Payload
from orderctl.core.effects import Cancellation, Document, Tracking
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order
from orderctl.wire import cells, names, settings, strict_json, tables
from orderctl.wire.inbox import After, Inbox, Source
from orderctl.wire.order_rows import Columns, OrderColumns
from orderctl.wire.outbox import HandsOver, Outbox
from orderctl.wire.table_text import Cell, Writer

_TRACKING_COLUMNS = (
    *("order_id", "order_number", "reference", "carrier", "service", "tracking_number", "shipped_at"),
    *("line_id", "sku", "quantity"),
)
_CANCEL_COLUMNS = ("order_id", "order_number", "reason", "line_id", "sku", "quantity")


def _push_path(path: str) -> str:
    return names.check_template(path, ("channel", "push"), needed="push")


class TrackingFile(settings.Settings):
    """Where tracking goes."""

    path: Annotated[str, AfterValidator(_push_path)] = "outbox/{channel}/tracking-{push}.csv"
    """The file of one push; `{push}` is its number and has to be there, `{channel}` may be."""


class CancelFile(settings.Settings):
    """Where cancellations go: `path`, relative to the configuration, with {push} (its number) and {channel}."""

    path: Annotated[str, AfterValidator(_push_path)] = "outbox/{channel}/cancel-{push}.csv"
    """The file of one push; {push} is its number, six digits."""


class FileChannel(HandsOver):
    """Orders from files. A content is read once, whatever its file is called; nothing is read before it is whole."""

    class Settings(settings.Settings):
        """What `[channel.NAME]` may say beside the keys of every channel."""

        path: Annotated[str, Field(min_length=1)]
        """Which files to read, a pattern such as `inbox/*.jsonl`."""
        format: Literal["jsonl", "csv"] = "jsonl"
        """One order a line as JSON, or one order line a row of CSV; rows of one order stand together."""
        after: After = "keep"
        """Whether a file that is stored stays where it is or moves to `done/` beside it."""
        encoding: tables.Encoding = "utf-8"
        """CSV only: how its text is encoded; a byte order mark says UTF-8 by itself."""
        delimiter: tables.Delimiter = ""
        """CSV only: what stands between cells; found out from the header when empty."""
        columns: Columns = Field(default_factory=dict)
        """CSV only: field of an order = the header of its column. Columns called like fields need no entry."""
        dates: cells.Dates = ""
        """CSV only: how dates are written, e.g. `%m/%d/%Y`; ISO 8601 when empty."""
        tracking: TrackingFile = TrackingFile()
        """Where tracking goes, a table with `path`."""
        cancel: CancelFile = CancelFile()
        """Where cancellations go, a table with `path`."""

        @model_validator(mode="after")
        def _columns_are_for_csv(self) -> FileChannel.Settings:
            if self.format == "jsonl" and (self.columns or self.dates or self.delimiter or self.encoding != "utf-8"):
                raise ValueError('has `columns`, `dates`, `delimiter` or `encoding`, which belong to format = "csv"')
            return self

    def __init__(self, name: str, settings: Settings, base: Path, currency: str, timezone: str) -> None:
        self._name = name
        self._currency = currency
        self._settings = settings
        self._columns = OrderColumns(settings.columns, settings.dates, ZoneInfo(timezone))
        self._reader = tables.Reader(settings.format, settings.encoding, settings.delimiter)
        self._inbox = Inbox(settings.path, base, settings.after)
        self.outbox = Outbox(base)

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders beyond `positions`. RecordError or RemoteError at the end, for files that were left out."""
        read = self._json_lines if self._settings.format == "jsonl" else self._csv_orders
        for piece in self._inbox.pieces(positions, read):
            yield Page(piece.stream, piece.position, piece.items, piece.closes)

    def finished(self, stream: str) -> None:
        """The file of `stream` is stored to its end; it is moved to `done/` where `after` says so."""
        self._inbox.finished(stream)

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        try:
            value = strict_json.loads(payload.raw)
            if self._settings.format == "csv":
                value = self._order_of_rows(value)
            return order_json.order_from_json(value, channel=self._name, currency=self._currency)
        except ValueError as error:
            message = f"the order {error}"
            raise RecordError(message, where=payload.where) from None
        except RecordError as error:
            error.where = error.where or payload.where
            raise

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """One row per line of a package; a package that names no lines has one row without them."""
        rows = [row for package in packages for row in _tracking_rows(package)]
        return Document(
            name=names.fill(self._settings.tracking.path, {"channel": self._name, "push": f"{number:06}"}),
            content=Writer().content(_TRACKING_COLUMNS, rows),
            rows=len(rows),
            units=sum(line.quantity for package in packages for line in package.lines),
        )

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """One row per line that will not be shipped; a whole order without lines has one row without them."""
        rows = [row for cancellation in cancellations for row in _cancel_rows(cancellation)]
        return Document(
            name=names.fill(self._settings.cancel.path, {"channel": self._name, "push": f"{number:06}"}),
            content=Writer().content(_CANCEL_COLUMNS, rows),
            rows=len(rows),
            units=sum(line.quantity for cancellation in cancellations for line in cancellation.lines),
        )

    def _json_lines(self, source: Source, offset: int) -> Iterator[tuple[list[Payload], int]]:
        start = max(offset, self._reader.header(source.file, source.name).end)
        source.file.seek(start)
        if source.file.read(1) == b"[":
            hint = "write one order per line, without the list around them"
            raise RecordError("is a JSON list, not JSONL", where=f"{source.name} line 1 column 1", next=hint)
        line = tables.lines_before(source.file, start)
        source.file.seek(start)
        while raw := source.file.readline(strict_json.LARGEST + 1):
            line += 1
            start += len(raw)
            rest = raw
            while len(rest) > strict_json.LARGEST and not rest.endswith(b"\n"):
                rest = source.file.readline(strict_json.LARGEST + 1)  # too large for an order; only its end counts
                start += len(rest)
            if not raw.isspace():
                yield [Payload(raw.rstrip(b"\r\n"), f"{source.name} line {line}")], start

    def _csv_orders(self, source: Source, offset: int) -> Iterator[tuple[list[Payload], int]]:
        header = self._reader.header(source.file, source.name)
        number = self._columns.number_column(header.names, f"{source.name} line {header.line} column 1")
        seen: set[str] = set()
        for rows in _grouped(self._reader.rows(source.file, source.name, header), number):
            name = rows[0].cells.get(number, "")
            if name and name in seen:
                message = f"order {name[:40]} comes again after other orders; sort the file by order"
                raise RecordError(message, where=f"{source.name} line {rows[0].line} column 1")
            seen.add(name)
        for rows in _grouped(self._reader.rows(source.file, source.name, header, offset), number):
            yield [_payload(source.name, rows)], rows[-1].end

    def _order_of_rows(self, value: Any) -> dict[str, Any]:
        if not isinstance(value, dict) or not value.get("rows"):
            raise RecordError("the order has no rows")
        if value.get("problem"):
            raise RecordError(value["problem"])
        return self._columns.order_json(value["rows"])


def _grouped(rows: Iterator[tables.Row], number: str) -> Iterator[list[tables.Row]]:
    """Rows that stand together and have the same number; a row too short to have one belongs to those before it."""
    group: list[tables.Row] = []
    for row in rows:
        if group and row.cells.get(number, group[0].cells.get(number)) != group[0].cells.get(number):
            yield group
            group = []
        if len(group) > order_json.MOST_LINES:
            group.pop()  # refused anyway; keeps what is held in memory bounded
        group.append(row)
    if group:
        yield group


def _payload(name: str, rows: Sequence[tables.Row]) -> Payload:
    """One order's rows as JSON. Line numbers stand in `where` alone, so that a moved order is the same order."""
    problem = next((row.problem for row in rows if row.problem), "")
    value = {"problem": problem, "rows": [row.cells for row in rows]}
    first, last = rows[0].line, rows[-1].line
    where = f"{name} line {first}" if first == last else f"{name} lines {first} to {last}"
    return Payload(json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode(), where)


def _cancel_rows(cancellation: Cancellation) -> Iterator[list[Cell]]:
    head: list[Cell] = [cancellation.channel_order_id, cancellation.order_number, cancellation.reason]
    for line in cancellation.lines:
        yield [*head, line.channel_line_id, line.sku, line.quantity]
    if not cancellation.lines:
        yield [*head, "", "", ""]


def _tracking_rows(package: Tracking) -> list[tuple[Cell, ...]]:
    about = (
        *(package.channel_order_id, package.order_number, package.reference, package.carrier, package.service),
        *(package.tracking_number, package.shipped_at),
    )
    return [(*about, line.channel_line_id, line.sku, line.quantity) for line in package.lines] or [(*about, "", "", "")]
