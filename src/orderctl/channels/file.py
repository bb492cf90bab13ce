"""Orders from files in a folder, and tracking as CSV files: the channel that needs nothing but a disk.

1. fetch: the whole files that `path` names, each content once, in pages of up to 1,000 orders
2. to_order: a JSONL line in the shape of `orders show --json`, or the CSV rows of one order by their columns
3. render_..., stage, deliver, recover: one CSV file per push, published by rename

Positions are those of `wire.inbox`: a file's SHA-256 -> byte offset or `end`, and `stat:...` -> SHA-256, so that a
file that has not changed is not even hashed; a page of the second kind has no payloads.
A JSONL line that is no order becomes a payload that `to_order` refuses; a CSV file that cannot be read clearly, or in
which an order's rows are torn apart, is refused as a whole.
"""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Any, BinaryIO, ClassVar, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, Field, model_validator

from orderctl.core import order_fields
from orderctl.core.adapters import Page, Payload, Probe
from orderctl.core.channel_map import ChannelMap
from orderctl.core.effects import Acknowledgment, Cancellation, Document, StockLevel, Tracking
from orderctl.core.errors import RecordError, RemoteError
from orderctl.core.orders import Order
from orderctl.wire import cells, names, settings, strict_json, tables
from orderctl.wire.inbox import After, Inbox, Source, incoming
from orderctl.wire.opening import Opening
from orderctl.wire.order_rows import Columns, OrderColumns
from orderctl.wire.outbox import HandsOver, Outbox
from orderctl.wire.payloads import order_of
from orderctl.wire.table_text import Cell, Writer

_TRACKING_COLUMNS = (
    *("order_id", "order_number", "reference", "carrier", "service", "tracking_number", "shipped_at"),
    *("line_id", "sku", "quantity", "replaces"),
)
_MOST_ORDERS = 1_000
_STOCK_COLUMNS = ("sku", "quantity")
_ACKNOWLEDGMENT_COLUMNS = ("order_id", "order_number")
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


class AcknowledgmentFile(settings.Settings):
    """Where it goes that orders have arrived: `path`, relative to the configuration, with {push} and {channel}."""

    path: Annotated[str, AfterValidator(_push_path)] = "outbox/{channel}/acknowledgments-{push}.csv"
    """The file of one push; {push} is its number, six digits. It has the orders that are ours to ship, once each."""


class StockFile(settings.Settings):
    """Where stock goes: `path`, relative to the configuration, with {push} (its number) and {channel}."""

    path: Annotated[str, AfterValidator(_push_path)] = "outbox/{channel}/stock-{push}.csv"
    """The file of one push; {push} is its number, six digits. It has the numbers that changed."""


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
        acknowledgments: AcknowledgmentFile = AcknowledgmentFile()
        """Where it goes that orders have arrived, a table with `path`."""
        stock_file: StockFile = StockFile()
        """Where stock goes, a table with `path`; the numbers themselves are made as `stock` says."""

        @model_validator(mode="after")
        def _columns_are_for_csv(self) -> FileChannel.Settings:
            if self.format == "jsonl" and (self.columns or self.dates or self.delimiter or self.encoding != "utf-8"):
                raise ValueError('has `columns`, `dates`, `delimiter` or `encoding`, which belong to format = "csv"')
            return self

    meanings: ClassVar[ChannelMap] = ChannelMap(
        comes_in={
            "the fields of `orders show --json`": "just that; the words are orderctl's own",
            "a later version of an order": "what `updated_at` says is newer replaces what is older",
            "cancelled_at": "cancelled",
            "an order that is no longer in any file": "nothing: it stays as it was",
        },
        goes_out={
            "order imported": "a row of acknowledgments-{push}.csv",
            "package": "rows of tracking-{push}.csv",
            "package corrected": "rows with its new number; `replaces` is the one told before",
            "units cancelled": "rows of cancel-{push}.csv",
            "stock": "a row of stock-{push}.csv for each SKU whose number changed",
        },
    )

    def __init__(self, name: str, settings: Settings, opening: Opening) -> None:
        self._name = name
        self._base = opening.base
        self._currency = opening.currency
        self._settings = settings
        self._columns = OrderColumns(settings.columns, settings.dates, ZoneInfo(opening.timezone))
        self._reader = tables.Reader(settings.format, settings.encoding, settings.delimiter)
        self._inbox = Inbox(settings.path, opening.base, settings.after, most_rows=_MOST_ORDERS)
        self.outbox = Outbox(opening.base)

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages of orders beyond `positions`. RecordError or RemoteError at the end, for files that were left out."""
        read = self._json_lines if self._settings.format == "jsonl" else self._csv_orders
        for piece in self._inbox.pieces(positions, read):
            yield Page(piece.stream, piece.position, piece.items, piece.closes)

    def positions_at(self, moment: str) -> Mapping[str, str]:  # noqa: ARG002 - files do not say when orders changed
        """Every file that still lies there is read again from its beginning."""
        return {}

    def fetch_one(self, order_id: str) -> Payload | None:
        """The newest version of the order among all files that lie there; of two as new the later read."""
        found: tuple[str, Payload] | None = None
        with contextlib.suppress(RecordError):  # of files that were refused; a pull has told of them
            for page in self.fetch({}):
                for payload in page.payloads:
                    order = self._understood(payload)
                    if order and order.channel_order_id == order_id and (not found or order.updated_at >= found[0]):
                        found = order.updated_at, payload
        return found[1] if found else None

    def finished(self, stream: str) -> None:
        """The file of `stream` is stored to its end; it is moved to `done/` where `after` says so."""
        self._inbox.finished(stream)

    def to_order(self, payload: Payload) -> Order:
        """The order that `payload` states. RecordError names what is wrong with it."""
        return order_of(payload, self._neutral, channel=self._name, currency=self._currency)

    def _neutral(self, value: Any) -> Any:
        return self._order_of_rows(value) if self._settings.format == "csv" else value

    def probe(self) -> list[Probe]:
        """Whether the folder that files come from can be read, and how many files lie there."""
        try:
            files = incoming(self._settings.path, self._base)
        except RemoteError as error:
            return [Probe("files", "fail", error.said, error.next)]
        return [Probe("files", "ok", f"{len(files)} at {self._settings.path}")]

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

    def render_acknowledgments(self, number: int, orders: Sequence[Acknowledgment]) -> Document:
        """One row per order that has arrived."""
        return Document(
            name=names.fill(self._settings.acknowledgments.path, {"channel": self._name, "push": f"{number:06}"}),
            content=Writer().content(
                _ACKNOWLEDGMENT_COLUMNS, [(one.channel_order_id, one.order_number) for one in orders]
            ),
            rows=len(orders),
        )

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """One row per SKU whose number changed."""
        return Document(
            name=names.fill(self._settings.stock_file.path, {"channel": self._name, "push": f"{number:06}"}),
            content=Writer().content(_STOCK_COLUMNS, [(level.sku, level.quantity) for level in levels]),
            rows=len(levels),
            units=sum(level.quantity for level in levels),
        )

    def _understood(self, payload: Payload) -> Order | None:
        try:
            return self.to_order(payload)
        except RecordError:
            return None

    def _json_lines(self, source: Source, offset: int) -> Iterator[tuple[list[Payload], int]]:
        for payload, end in json_lines(source.file, source.name, offset):
            yield [payload], end

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


def json_lines(file: BinaryIO, name: str, offset: int = 0) -> Iterator[tuple[Payload, int]]:
    """Each line of a JSONL file after `offset` as a payload, with the offset after it. RecordError refuses the file."""
    start = max(offset, tables.Reader("jsonl").header(file, name).end)
    file.seek(start)
    if file.read(1) == b"[":
        hint = "write one order per line, without the list around them"
        raise RecordError("is a JSON list, not JSONL", where=f"{name} line 1 column 1", next=hint)
    line = tables.lines_before(file, start)
    file.seek(start)
    while raw := file.readline(strict_json.LARGEST + 1):
        line += 1
        start += len(raw)
        rest = raw
        while len(rest) > strict_json.LARGEST and not rest.endswith(b"\n"):
            rest = file.readline(strict_json.LARGEST + 1)  # too large for an order; only its end counts
            start += len(rest)
        if not raw.isspace():
            yield Payload(raw.rstrip(b"\r\n"), f"{name} line {line}"), start


def _grouped(rows: Iterator[tables.Row], number: str) -> Iterator[list[tables.Row]]:
    """Rows that stand together and have the same number; a row too short to have one belongs to those before it."""
    group: list[tables.Row] = []
    for row in rows:
        if group and row.cells.get(number, group[0].cells.get(number)) != group[0].cells.get(number):
            yield group
            group = []
        if len(group) > order_fields.MOST_LINES:
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
    lines: list[tuple[Cell, ...]] = [(line.channel_line_id, line.sku, line.quantity) for line in package.lines]
    return [(*about, *line, package.replaces) for line in lines or [("", "", "")]]
