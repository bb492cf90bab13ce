"""The pick list: one row per line of a shipment, with everything a location needs to send it.

A column is one function from (batch, shipment, line) to a cell; its name is the default header.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from orderctl.core import money, text
from orderctl.core.effects import Batch, BatchLine, BatchShipment
from orderctl.wire.table_text import Cell

_Column = Callable[[Batch, BatchShipment, BatchLine], Cell]
_OF_LINE = ("line", "sku", "title", "quantity")  # all other columns are the same for every line of a shipment
_ADDRESS = ("name", "company", "line1", "line2", "line3", "city", "region", "postcode", "country", "phone")


def batch_text(batch: Batch) -> str:
    """The number of `batch` as names and rows show it: `0007`, or `0007-gifts` for a special one."""
    return f"{batch.number:04}-{batch.name}" if batch.name else f"{batch.number:04}"


def rows(batch: Batch, columns: Sequence[str]) -> Iterator[list[Cell]]:
    """A row per line of each shipment of `batch`, with the cells of `columns`."""
    chosen = [COLUMNS[column] for column in columns]
    of_line = [(at, COLUMNS[column]) for at, column in enumerate(columns) if column in _OF_LINE]
    for shipment in batch.shipments:
        row: list[Cell] = []
        for line in shipment.lines:
            row = list(row) or [column(batch, shipment, line) for column in chosen]
            for at, column in of_line:
                row[at] = column(batch, shipment, line)
            yield row


def _option(name: str) -> _Column:
    def column(_batch: Batch, shipment: BatchShipment, _line: BatchLine) -> Cell:
        value: Any = shipment.options.get(name, "")
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    return column


def _insure(_batch: Batch, shipment: BatchShipment, _line: BatchLine) -> Cell:
    minor = shipment.options.get("insure_minor")
    if not isinstance(minor, int):
        return ""
    return f"{money.to_text(minor, shipment.currency)} {shipment.currency}".strip()


def _pack_note(batch: Batch, shipment: BatchShipment, _line: BatchLine) -> Cell:
    """What rules say to whoever packs; what only the batch knows is filled in here."""
    late = {"shipment.reference": shipment.reference, "batch": batch_text(batch), "date": batch.date}
    notes = [shipment.options.get(name) for name in ("pack_note", "note")]
    return " | ".join(text.render_template(note, late) for note in notes if isinstance(note, str) and note)


def _address(part: str) -> _Column:
    return lambda _batch, shipment, _line: shipment.ship_to.get(part, "")


#: Every column by its name, in the order in which they stand unless `columns` says otherwise.
COLUMNS: Mapping[str, _Column] = {
    "reference": lambda _batch, shipment, _line: shipment.reference,
    "order_number": lambda _batch, shipment, _line: shipment.order_number,
    "channel": lambda _batch, shipment, _line: shipment.channel,
    "placed_at": lambda _batch, shipment, _line: shipment.placed_at,
    "ship_by": lambda _batch, shipment, _line: shipment.ship_by,
    **{part: _address(part) for part in _ADDRESS},
    "email": lambda _batch, shipment, _line: shipment.email,
    "carrier": lambda _batch, shipment, _line: shipment.carrier,
    "service": lambda _batch, shipment, _line: shipment.service,
    "line": lambda _batch, _shipment, line: line.line_id,
    "sku": lambda _batch, _shipment, line: line.sku,
    "title": lambda _batch, _shipment, line: line.title,
    "quantity": lambda _batch, _shipment, line: line.quantity,
    "package": _option("package"),
    "insure": _insure,
    "signature": _option("signature"),
    "duties": _option("duties"),
    "documents": _option("documents"),
    "gift_message": lambda _batch, shipment, _line: shipment.gift_message,
    "note": lambda _batch, shipment, _line: shipment.note,
    "pack_note": _pack_note,
    "batch": lambda batch, _shipment, _line: batch_text(batch),
}
