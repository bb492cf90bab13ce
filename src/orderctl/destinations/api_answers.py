"""What a partner shows of shipments and of stock, as confirmations and counts.

1. a state of the whole shipment is what the settings say that its word means; other words say nothing
2. each parcel that has left is one answer per line, or one for all that is left of the shipment; void labels withdraw
   their number, and nothing else
3. what cannot be understood is put aside with its text; a date that is none is left out, so that no number is lost
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.order_fields import LARGEST_QUANTITY
from orderctl.core.text import printable
from orderctl.destinations.api_settings import Parcels, Shown, Stock
from orderctl.wire import cells
from orderctl.wire.json_path import every, plain, text, texts

Row = Confirmation | BadRow
_LONGEST_RAW = 4_000
_LONGEST_WORDS = 200
_LONGEST_NUMBER = 100
_MILLISECONDS = 10**11
_WHOLE_KINDS = ("acknowledged", "rejected", "cancelled", "delivered")
_FALSE = ("", "false", "0", "no", "none")


@dataclass(frozen=True, slots=True)
class Reader:
    """Reads what the partner of `location` shows. `carriers` is its word -> ours, `dates` how it writes them."""

    location: str
    shown: Shown
    dates: str
    zone: ZoneInfo
    carriers: Mapping[str, str]

    def reference(self, item: Any) -> str:
        """Our reference in `item`, empty where there is none."""
        return text(self.shown.reference, item)

    def rows(self, item: Any, where: str, reference: str = "") -> list[Row]:
        """What `item` says; `reference` is of the shipment that was asked for, where it does not say it itself."""
        reference = text(self.shown.reference, item) or reference
        if not reference:
            return [self.bad(item, "names no shipment", where)]
        status = text(self.shown.status, item)
        kind = self.kind(item)
        found: list[Row] = []
        try:
            for parcel in every(self.shown.parcels.each, item) if self.shown.parcels.each else [item]:
                found += self._parcel(parcel, reference, where)
        except ValueError as error:
            return [self.bad(item, str(error), where)]
        if kind == "problem":
            said = {"reference": reference, "state": status, "reason": self.reason(item)}
            reason = f"{reference} is '{printable(status)[:40]}' there: {said['reason'] or 'no reason given'}"
            found.append(BadRow(json.dumps(said, ensure_ascii=False), reason, where))
        elif kind == "shipped" and not found:
            found.append(Confirmation("shipped", reference, where=where))
        elif kind in _WHOLE_KINDS:
            whole = Confirmation(kind, reference, reason=self.reason(item), where=where)
            found = [*found, whole] if kind == "delivered" else [whole, *found]
        return found

    def kind(self, item: Any) -> str:
        """What the state of `item` means; empty when it means nothing here."""
        status = text(self.shown.status, item).casefold()
        words = self.shown.words.items()
        return next((kind for kind, known in words if status in {word.casefold() for word in known}), "")

    def reason(self, item: Any) -> str:
        """Why, in the partner's words, cut."""
        return printable("; ".join(texts(self.shown.reason, item)))[:_LONGEST_WORDS]

    def bad(self, item: Any, reason: str, where: str) -> BadRow:
        """`item` put aside."""
        raw = json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)
        return BadRow(raw[:_LONGEST_RAW], reason, where)

    def _parcel(self, parcel: Any, reference: str, where: str) -> Iterator[Row]:
        shape = self.shown.parcels
        if _says_yes(texts(shape.skip, parcel)):
            return
        numbers = _numbers(shape, parcel)
        if _is_void(shape, parcel):
            for number in numbers:
                yield Confirmation("voided", reference, tracking_number=number, where=where)
            return
        sent = {word.casefold() for word in shape.sent}
        if text(shape.status, parcel).casefold() not in sent if sent else not numbers:
            return
        carrier = text(shape.carrier, parcel)
        for place, number in enumerate(numbers or [""]):
            about = Confirmation(
                kind="shipped",
                reference=reference,
                carrier=self.carriers.get(carrier.casefold(), carrier),
                service=text(shape.service, parcel),
                tracking_number=number,
                at=self.moment(next(iter(every(shape.shipped_at, parcel)), "")),
                where=where,
            )
            yield from _contents(shape, parcel, about) if place == 0 else [about]

    def moment(self, value: Any) -> str:
        """A date (ISO 8601, as `dates` says, or a number since 1970) as a moment; empty when it is none."""
        stated = plain(value)
        try:
            if not stated:
                return ""
            if not isinstance(value, str) or (stated.isascii() and stated.isdigit() and len(stated) > 8):
                number = int(Decimal(stated))
                return times.moment(datetime.fromtimestamp(number / 1000 if number > _MILLISECONDS else number, UTC))
            return cells.moment(stated, self.dates, self.zone)
        except (ValueError, ArithmeticError, OSError):
            return ""


def _numbers(shape: Parcels, parcel: Any) -> list[str]:
    numbers = []
    for value in every(shape.tracking_number, parcel):
        number = plain(value)
        if isinstance(value, Decimal) or len(number) > _LONGEST_NUMBER:
            message = f"has the tracking number {number[:40]}, which is none"
            raise ValueError(message)
        numbers += [number] if number else []
    return list(dict.fromkeys(numbers))


def _is_void(shape: Parcels, parcel: Any) -> bool:
    said = texts(shape.voided, parcel)
    if shape.voided_words:
        return bool({word.casefold() for word in shape.voided_words}.intersection(one.casefold() for one in said))
    return _says_yes(said)


def _says_yes(said: Sequence[str]) -> bool:
    return any(one.casefold() not in _FALSE for one in said)


def _contents(shape: Parcels, parcel: Any, about: Confirmation) -> Iterator[Confirmation]:
    lines = every(shape.lines, parcel)
    if not lines:
        yield about
    for line in lines:
        units = units_of(every(shape.quantity, line)) if shape.quantity else None
        if units != 0:
            yield Confirmation(
                kind=about.kind,
                reference=about.reference,
                line_id=text(shape.line, line),
                sku=text(shape.sku, line),
                quantity=units,
                carrier=about.carrier,
                service=about.service,
                tracking_number=about.tracking_number,
                at=about.at,
                where=about.where,
            )


def units_of(values: Sequence[Any]) -> int | None:
    """The whole number that `values` are together; None for none of them. ValueError where one is not."""
    if not values:
        return None
    total = 0
    for value in values:
        stated = plain(value)
        try:
            number = Decimal(stated)
            whole = int(number)
        except (ArithmeticError, ValueError):
            message = f"has the quantity '{stated[:40]}', which is no whole number"
            raise ValueError(message) from None
        if isinstance(value, bool) or whole != number or not 0 <= whole <= LARGEST_QUANTITY:
            message = f"has the quantity '{stated[:40]}', which is no whole number from 0 to {LARGEST_QUANTITY}"
            raise ValueError(message)
        total += whole
    return total


def counts(location: str, stock: Stock, items: Sequence[Any], where: str) -> list[StockCount | BadRow]:
    """What `items` count. A SKU that stands there twice is added up where `stock` says so, else put aside each time."""
    read = [(item, text(stock.sku, item)) for item in items]
    names = [stock.skus.get(sku, sku) for _, sku in read]
    times_there: dict[str, int] = {}
    for name in names:
        times_there[name] = times_there.get(name, 0) + 1
    found: list[StockCount | BadRow] = []
    added: dict[str, int] = {}
    for (item, _), name in zip(read, names, strict=True):
        raw = json.dumps(item, ensure_ascii=False, sort_keys=True, default=str)[:_LONGEST_RAW]
        try:
            units = units_of(every(stock.quantity, item))
            if not name or units is None:
                raise ValueError("states no SKU" if not name else "states no quantity")  # noqa: TRY301
            if times_there[name] > 1 and not stock.add_up:
                message = f"counts {name[:40]} once more; it stands there {times_there[name]} times"
                raise ValueError(message)  # noqa: TRY301
        except ValueError as error:
            found.append(BadRow(raw, str(error), where))
            continue
        added[name] = added.get(name, 0) + units
    return [*(StockCount(location, name, units, where) for name, units in added.items()), *found]
