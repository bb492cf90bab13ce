"""Rows that locations send back, as confirmations and stock counts.

1. columns are known by our names, by the names partners use for them, or as configured
2. a row becomes one value; what it does not state in so many words is concluded only where it is certain
3. a row that cannot be understood is put aside with its text
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from zoneinfo import ZoneInfo

from orderctl.core import text
from orderctl.core.confirmations import KINDS, BadRow, Confirmation, StockCount
from orderctl.core.errors import RecordError
from orderctl.core.making import maker
from orderctl.core.order_fields import LARGEST_QUANTITY
from orderctl.wire import cells
from orderctl.wire.tables import Row

CONFIRM = {
    "reference": ("order_ref", "shipment_reference", "shipment"),
    "status": ("state",),
    "line": ("line_no", "line_id", "line_number"),
    "sku": ("item", "item_sku"),
    "quantity": ("quantity_shipped", "qty", "qty_shipped", "shipped_quantity"),
    "carrier": ("carrier_code",),
    "service": ("ship_method",),
    "tracking_number": ("tracking", "tracking_no"),
    "shipped_at": ("ship_date", "shipped_on", "date"),
    "reason": ("message",),
    "replaces": ("old_tracking", "previous_tracking_number"),
}
STOCK_FEED = {
    "sku": ("item", "item_sku"),
    "quantity": ("on_hand", "qty", "stock", "count"),
    "location": (),
}
#: What the columns mean, in words for whoever fills them in.
MEANINGS: Mapping[str, str] = {
    "reference": "The shipment, as our file names it.",
    "status": "One of the words below. Without it a row with units or a number says shipped, one with 0 units short.",
    "line": "The line of the shipment, as our file names it. Without `line` and `sku` the row is about all of it.",
    "sku": "The article, as our file names it.",
    "quantity": "Units of this line: in this parcel, or short. Empty: all that are left.",
    "carrier": "Who carries the parcel, such as `UPS`, `DHL Express` or `USPS`.",
    "service": "The carrier's service, such as `Ground`.",
    "tracking_number": "The number of the parcel. A text, also in a spreadsheet, so that no digit is rounded.",
    "shipped_at": "When it left.",
    "reason": "Why something is rejected or short, in words.",
    "replaces": "The number that this parcel had until now, when you correct it.",
}
COUNT_MEANINGS: Mapping[str, str] = {
    "sku": "The article.",
    "quantity": "Units that lie there; 0 where there are none.",
    "location": "Only where a file is about several places: rows about another one are passed over.",
}
_counted = maker(StockCount)
_NEEDED = {"reference": CONFIRM, "sku": STOCK_FEED, "quantity": STOCK_FEED}
_STATUSES = {name: name for name in KINDS} | {"ack": "acknowledged", "canceled": "cancelled", "void": "voided"}
_TELLING = ("status", "quantity", "tracking_number")
_WORDS = re.compile(r"[\s_-]+")
#: What a spreadsheet makes of a long number; its last digits are lost.
_ROUNDED = re.compile(r"[0-9](?:[.,][0-9]+)?E\+[0-9]+", re.IGNORECASE)
_LONGEST_RAW = 4_000
#: JSON names its cells in every row, and nobody says that it names the same ones.
_MOST_COLUMNS = 1_000


class _Found(dict[str, str]):
    """Column -> our name, of columns met so far; a file has the same ones in every row."""

    def __init__(self, columns: AnswerColumns) -> None:
        super().__init__()
        self._columns = columns

    def __missing__(self, column: str) -> str:
        if len(self) >= _MOST_COLUMNS:
            self.clear()
        self[column] = self._columns.our_name(column)
        return self[column]


@dataclass(frozen=True, slots=True)
class AnswerColumns:
    """How one location names its columns: `known` (CONFIRM or STOCK_FEED), and `configured`, ours -> theirs."""

    known: Mapping[str, Sequence[str]]
    configured: Mapping[str, str]
    _found: _Found = field(init=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "_found", _Found(self))

    def found_in(self, header: Sequence[str], where: str) -> None:
        """RecordError, at `where`, unless `header` has the columns that are needed, and none of them twice."""
        ours = [name for column in header if (name := self.our_name(column))]
        twice = next((name for name in ours if ours.count(name) > 1), None)
        if twice:
            raise RecordError(f"two columns say '{twice}'; name the right one in `columns`", where=where)
        for needed, known in _NEEDED.items():
            if known is self.known and needed not in ours:
                theirs = self.configured.get(needed, needed)
                raise RecordError(f"there is no column '{theirs}'{text.did_you_mean(theirs, header)}", where=where)
        if self.known is CONFIRM and not set(_TELLING).intersection(ours):
            raise RecordError(f"there is no column that tells what happened: {', '.join(_TELLING)}", where=where)

    def ours(self, row: Mapping[str, str]) -> dict[str, str]:
        """The cells of `row` under our names, without white space around them; other columns are passed over."""
        return {name: cell.strip() for column, cell in row.items() if (name := self._found[column])}

    def our_name(self, column: str) -> str:
        """Our name of `column`; empty for one that is passed over."""
        for name, theirs in self.configured.items():
            if theirs.strip().casefold() == column.casefold():
                return name
        word = _WORDS.sub("_", column.strip().casefold())
        for name, synonyms in self.known.items():
            if name not in self.configured and (word == name or word in synonyms):
                return name
        return ""


def confirmation(row: Mapping[str, str], where: str, dates: str, zone: ZoneInfo) -> Confirmation:
    """The answer of one row. ValueError says what is wrong with it."""
    reference = row.get("reference", "")
    if not reference:
        raise ValueError("names no shipment")
    tracking = row.get("tracking_number", "")
    replaces = row.get("replaces", "")
    for number in (tracking, replaces):
        if _ROUNDED.fullmatch(number):
            message = f"has the tracking number {number}, which a spreadsheet has rounded"
            raise ValueError(message)
    quantity = _quantity(row.get("quantity", ""))
    kind = _kind(row.get("status", ""), quantity, tracking)
    at = row.get("shipped_at", "")
    return Confirmation(
        kind=kind,
        reference=reference,
        line_id=row.get("line", ""),
        sku=row.get("sku", ""),
        quantity=quantity or None,
        carrier=row.get("carrier", ""),
        service=row.get("service", ""),
        tracking_number=tracking,
        at=cells.moment(at, dates, zone) if at else "",
        reason=row.get("reason", ""),
        where=where,
        replaces=replaces,
    )


def stock_count(row: Mapping[str, str], where: str, location: str) -> StockCount:
    """The count of one row at `location`. ValueError says what is wrong with it."""
    sku = row.get("sku", "")
    quantity = _quantity(row.get("quantity", ""))
    if not sku or quantity is None:
        raise ValueError("lacks a SKU" if not sku else f"lacks the number of {sku}")
    if not sku.isprintable() and text.storable(sku) != sku:
        raise ValueError("has a character in its SKU that no store can keep")
    return _counted(location, sku, quantity, where)


def bad_row(row: Row, reason: str, where: str) -> BadRow:
    """`row` put aside, with as much of its text as a person needs to find it."""
    return BadRow(row.raw[:_LONGEST_RAW], reason, where)


def _quantity(cell: str) -> int | None:
    if not cell:
        return None
    quantity = cells.whole(cell)
    if quantity > LARGEST_QUANTITY:
        message = f"states {quantity} units; more than {LARGEST_QUANTITY} cannot be right"
        raise ValueError(message)
    return quantity


def _kind(status: str, quantity: int | None, tracking: str) -> str:
    """What happened. Without a status: shipped when units or a tracking number are stated, short when 0 units are."""
    word = _WORDS.sub("_", status.casefold())
    if word and word not in _STATUSES:
        message = f"has the status '{status[:40]}'{text.did_you_mean(word, KINDS)}; there are {', '.join(KINDS)}"
        raise ValueError(message)
    kind = _STATUSES.get(word, "shipped")
    if kind != "shipped":
        return kind
    if quantity == 0:
        if tracking:
            raise ValueError("has a tracking number for 0 units")
        return "short"
    if not word and not quantity and not tracking:
        raise ValueError("tells neither status nor units nor tracking number")
    return kind
