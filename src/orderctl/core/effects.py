"""An effect is anything outside the store that a location, channel or customer notices.

It is written down before it happens, sent under one key, and its receipt is written down after.
"""

from __future__ import annotations

from dataclasses import dataclass

from orderctl.core.digests import digest

KINDS = ("handoff", "tracking", "stock", "acknowledgment", "cancel", "cancel_request", "note", "message")

#: What one attempt came to. `retry` = surely not processed, stays due; `uncertain` = it may have happened.
OUTCOMES = ("accepted", "refused", "retry", "uncertain")


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes for a location or channel, under the name they are published by, for ever."""

    name: str
    content: bytes
    media_type: str = "text/csv"
    rows: int = 0
    units: int = 0

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        return digest(self.content)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said to one attempt: an outcome of `OUTCOMES`, its own reference, and why."""

    outcome: str
    reference: str = ""
    message: str = ""


ACCEPTED = Receipt("accepted")


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of one shipment as a location is asked to send it."""

    line_id: str
    sku: str
    title: str
    quantity: int


@dataclass(frozen=True, slots=True)
class BatchShipment:
    """One shipment of a batch with everything a document may show. Amounts are minor units."""

    reference: str
    order_number: str
    channel: str
    placed_at: str
    ship_by: str
    ship_to: dict[str, str]
    email: str
    carrier: str
    service: str
    lines: tuple[BatchLine, ...]
    options: dict[str, object]
    gift_message: str = ""
    note: str = ""
    currency: str = ""  # of the amounts in `options`


@dataclass(frozen=True, slots=True)
class Batch:
    """The shipments handed to one location in one go. The same batch always renders to the same bytes."""

    location: str
    number: int
    created_at: str
    date: str  # the day in the location's own zone, YYYY-MM-DD
    shipments: tuple[BatchShipment, ...]
    name: str = ""  # of a special batch; empty = the location's usual one


@dataclass(frozen=True, slots=True)
class TrackingLine:
    """Units of one order line inside a package."""

    channel_line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class CancelledLine:
    """Units of one order line that will not be shipped."""

    channel_line_id: str
    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Cancellation:
    """Units of one order that its channel is told will not be shipped. `key` is its effect's idempotency key."""

    key: str
    channel: str
    channel_order_id: str
    order_number: str
    reason: str
    lines: tuple[CancelledLine, ...]


@dataclass(frozen=True, slots=True)
class Tracking:
    """One package as its channel is told of it. `key` is its effect's idempotency key."""

    key: str
    channel: str
    channel_order_id: str
    order_number: str
    reference: str
    carrier: str
    service: str
    tracking_number: str
    shipped_at: str
    lines: tuple[TrackingLine, ...]
