"""What a location answers, one value per row or message, whatever way it came in."""

from __future__ import annotations

from dataclasses import dataclass

KINDS = ("acknowledged", "rejected", "shipped", "short", "cancelled", "delivered")


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One answer about one shipment, or about one line of it when `line_id` or `sku` is stated.

    `quantity` is None for "all of it". `where` says where it stood, e.g. `east-0001.csv line 3`.
    """

    kind: str
    reference: str
    line_id: str = ""
    sku: str = ""
    quantity: int | None = None
    carrier: str = ""
    service: str = ""
    tracking_number: str = ""
    at: str = ""  # when it happened, a moment; empty = not stated
    reason: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True)
class StockCount:
    """An absolute count of one SKU at one location, as the location states it."""

    location: str
    sku: str
    quantity: int
    where: str = ""


@dataclass(frozen=True, slots=True)
class BadRow:
    """A row that could not be understood; put aside with its text and the reason."""

    raw: str
    reason: str
    where: str
