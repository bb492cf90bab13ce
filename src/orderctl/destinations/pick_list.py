"""The pick list: one row per line of a shipment, with everything a location needs to send it.

1. what is the same for every line of a shipment is made once for it, all of it: most cells are its own fields
2. a row is that and the line's own cells, of which the wanted ones are picked by their place
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import repeat
from operator import attrgetter, itemgetter
from typing import Any

from orderctl.core import money, text
from orderctl.core.effects import Batch, BatchShipment
from orderctl.wire.table_text import Cell

_ADDRESS = ("name", "company", "line1", "line2", "line3", "city", "region", "postcode", "country", "phone")


def batch_text(batch: Batch) -> str:
    """The number of `batch` as names and rows show it: `0007`, or `0007-gifts` for a special one."""
    return f"{batch.number:04}-{batch.name}" if batch.name else f"{batch.number:04}"


def rows(batch: Batch, columns: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """A row per line of each shipment of `batch`, with the cells of `columns`."""
    places = [_PLACES[column] for column in columns]
    wanted = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
    number = batch_text(batch)
    nothing = ("",) * len(_OF_OPTIONS)
    for shipment in batch.shipments:
        address = map(shipment.ship_to.get, _ADDRESS, repeat(""))
        options = [cell(batch, shipment) for cell in _OF_OPTIONS.values()] if shipment.options else nothing
        cells = (*_fields(shipment), *address, *options, number)
        for line in shipment.lines:
            yield wanted((*cells, line.line_id, line.sku, line.title, line.quantity))


def _option(name: str) -> _OfOptions:
    def cell(_batch: Batch, shipment: BatchShipment) -> Cell:
        value: Any = shipment.options.get(name, "")
        return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)

    return cell


def _insure(_batch: Batch, shipment: BatchShipment) -> Cell:
    minor = shipment.options.get("insure_minor")
    if not isinstance(minor, int):
        return ""
    return f"{money.to_text(minor, shipment.currency)} {shipment.currency}".strip()


def _pack_note(batch: Batch, shipment: BatchShipment) -> Cell:
    """What rules say to whoever packs; what only the batch knows is filled in here."""
    late = {"shipment.reference": shipment.reference, "batch": batch_text(batch), "date": batch.date}
    notes = [shipment.options.get(name) for name in ("pack_note", "note")]
    return " | ".join(text.render_template(note, late) for note in notes if isinstance(note, str) and note)


#: A cell that says what rules have chosen for a shipment; empty where they chose nothing.
_OfOptions = Callable[[Batch, BatchShipment], Cell]
_OF_OPTIONS: dict[str, _OfOptions] = {
    "package": _option("package"),
    "insure": _insure,
    "signature": _option("signature"),
    "duties": _option("duties"),
    "documents": _option("documents"),
    "pack_note": _pack_note,
}
_FIELDS = (
    *("reference", "order_number", "channel", "placed_at", "ship_by", "email", "carrier", "service"),
    *("gift_message", "note"),
)
_fields = attrgetter(*_FIELDS)
#: Where the cell of each column stands among all that `rows` makes.
_PLACES = {
    name: at for at, name in enumerate((*_FIELDS, *_ADDRESS, *_OF_OPTIONS, "batch", "line", "sku", "title", "quantity"))
}
#: Every column, in the order in which they stand unless `columns` says otherwise. Its name is the default header.
COLUMNS = (
    *("reference", "order_number", "channel", "placed_at", "ship_by", *_ADDRESS, "email", "carrier", "service"),
    *("line", "sku", "title", "quantity", "package", "insure", "signature", "duties", "documents"),
    *("gift_message", "note", "pack_note", "batch"),
)
