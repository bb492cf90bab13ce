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

_ABOUT_ADDRESS = (
    *("Who gets it.", "The company.", "Street and number.", "Second line.", "Third line.", "City."),
    *("State or province.", "Postcode, as text.", "Country, ISO 3166, two letters.", "Telephone."),
)
_ADDRESS = ("name", "company", "line1", "line2", "line3", "city", "region", "postcode", "country", "phone")


def batch_text(batch: Batch) -> str:
    """The number of `batch` as names and rows show it: `0007`, or `0007-gifts` for a special one."""
    return f"{batch.number:04}-{batch.name}" if batch.name else f"{batch.number:04}"


def rows(batch: Batch, columns: Sequence[str]) -> Iterator[Sequence[Cell]]:
    """A row per line of each shipment of `batch`, with the cells of `columns`."""
    places = [_PLACES[column] for column in columns]
    wanted = itemgetter(*places) if len(places) > 1 else itemgetter(slice(places[0], places[0] + 1))
    number = batch_text(batch)
    nothing = ("",) * len(OF_OPTIONS)
    for shipment in batch.shipments:
        address = map(shipment.ship_to.get, _ADDRESS, repeat(""))
        options = [cell(batch, shipment) for cell in OF_OPTIONS.values()] if shipment.options else nothing
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
OF_OPTIONS: dict[str, _OfOptions] = {
    "package": _option("package"),
    "insure": _insure,
    "signature": _option("signature"),
    "duties": _option("duties"),
    "documents": _option("documents"),
    "pack_note": _pack_note,
}
FIELDS = (
    *("reference", "order_number", "channel", "placed_at", "ship_by", "email", "carrier", "service"),
    *("gift_message", "note"),
)
_fields = attrgetter(*FIELDS)
#: Where the cell of each column stands among all that `rows` makes.
_PLACES = {
    name: at for at, name in enumerate((*FIELDS, *_ADDRESS, *OF_OPTIONS, "batch", "line", "sku", "title", "quantity"))
}
#: Every column and what it means, in the order in which they stand unless `columns` says otherwise. Its name is the
#: default header.
MEANINGS = {
    "reference": "The shipment; unique for ever. It comes back in every answer.",
    "order_number": "The order, as the customer knows it.",
    "channel": "Where the customer bought.",
    "placed_at": "When, in UTC.",
    "ship_by": "When it has to leave at the latest, in UTC; empty = no such day.",
    **dict(zip(_ADDRESS, _ABOUT_ADDRESS, strict=True)),
    "email": "The customer's e-mail address.",
    "carrier": "Whom to send it by; empty = as you choose.",
    "service": "The carrier's service; empty = as you choose.",
    "line": "The line of the shipment; it comes back in answers about a line.",
    "sku": "The article.",
    "title": "What it is called.",
    "quantity": "Units to send.",
    "package": "The box to pack it in.",
    "insure": "The amount to insure it for, with its currency.",
    "signature": "Who has to sign: `direct`, `indirect` or `adult`.",
    "duties": "Who pays duties: `ddp` = we do, `ddu` = whoever gets it.",
    "documents": "What goes into the parcel.",
    "gift_message": "To print or write on a card.",
    "note": "What the customer or the shop says about the order.",
    "pack_note": "What to mind when packing.",
    "batch": "The batch it comes in.",
}
COLUMNS = tuple(MEANINGS)
