"""What a location answers, one value per row or message, whatever way it came in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

#: What a location can say of a shipment, and what it means, in words for the location.
MEANINGS: Mapping[str, str] = {
    "acknowledged": "You have the shipment and are going to send it.",
    "rejected": "You will not send it, or not this line of it; say why. It ships from elsewhere.",
    "shipped": "These units have left, in the parcel with this tracking number. Say nothing of units that have not.",
    "short": "So many units of this line will not come; say why. They are sent from elsewhere.",
    "cancelled": "You have stopped the shipment, as you were asked to.",
    "delivered": "The parcel, or every one of the shipment, has arrived.",
    "voided": "This tracking number does not count any more; a new one follows.",
}
KINDS = tuple(MEANINGS)


@dataclass(frozen=True, slots=True)
class Confirmation:
    """One answer about one shipment, or about one line of it when `line_id` or `sku` is stated.

    `quantity` is None for "all of it". `where` says where it stood, e.g. `east-0001.csv line 3`. `replaces` is the
    number that `tracking_number` takes the place of; `voided` withdraws a number and gives no other one yet.
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
    replaces: str = ""


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
