"""An effect is anything outside the store that a location, channel or customer notices.

It is written down before it happens, sent under one key, and its receipt is written down after.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orderctl.core.confirmations import Confirmation
from orderctl.core.digests import digest
from orderctl.core.errors import RemoteError
from orderctl.core.papers import NO_GOODS, NOBODY, NOT_ASKED, Bought, Goods, Sender

KINDS = ("handoff", "shadow", "tracking", "stock", "acknowledgment", "cancel", "cancel_request", "note", "message")

#: What one attempt came to. `retry` = surely not processed, stays due; `uncertain` = it may have happened; `absent` =
#: asked afterwards, the other side says that it has no such thing (yet).
OUTCOMES = ("accepted", "refused", "retry", "uncertain", "absent")


@dataclass(frozen=True, slots=True)
class Document:
    """Bytes for a location or channel, under the name they are published by, for ever.

    `kept` = it is a request and lies nowhere else until it was delivered, so that its content is kept with its effect.
    `to` is where it goes, for people: a path, an address, a URL without secrets. `beside` are the other documents of
    the same batch that go with it, each named NAME.KIND.FORMAT; `notes` say what a person should know of its look.
    `todo` is what a person has to do with it before the other side has it; empty = nothing.
    """

    name: str
    content: bytes
    media_type: str = "text/csv"
    rows: int = 0
    units: int = 0
    kept: bool = False
    to: str = ""
    beside: tuple[Document, ...] = ()
    notes: tuple[str, ...] = ()
    todo: str = ""

    @property
    def digest(self) -> str:
        """SHA-256 of its bytes."""
        return digest(self.content)


@dataclass(frozen=True, slots=True)
class Receipt:
    """What the other side said to one attempt: an outcome of `OUTCOMES`, its own reference, and why.

    Where one document holds several things that are judged alone, `each` says what became of those that went another
    way than the whole. `answers` is what a location said at once about the shipments it was handed. `stuck` says of a
    `retry` that it will come to the same until a person changes something.
    """

    outcome: str
    reference: str = ""
    message: str = ""
    each: Mapping[str, Receipt] = field(default_factory=dict)
    answers: Sequence[Confirmation] = ()
    stuck: bool = False


ACCEPTED = Receipt("accepted")


def receipt_of(error: RemoteError) -> Receipt:
    """The receipt of a request that ended with `error`."""
    return Receipt(error.outcome, message=error.said)


def together(receipts: Mapping[str, Receipt]) -> Receipt:
    """One receipt for all of `receipts`, by key: the outcome that most have, and each that went another way."""
    outcomes = [receipt.outcome for receipt in receipts.values()] or [ACCEPTED.outcome]
    usual = max(dict.fromkeys(outcomes), key=outcomes.count)
    first = next((receipt for receipt in receipts.values() if receipt.outcome == usual), ACCEPTED)
    others = {key: receipt for key, receipt in receipts.items() if receipt.outcome != usual}
    return Receipt(usual, first.reference, first.message, others)


@dataclass(frozen=True, slots=True)
class BatchLine:
    """One line of one shipment as a location is asked to send it."""

    line_id: str
    sku: str
    title: str
    quantity: int
    goods: Goods = NO_GOODS  # gathered where the location's documents need `goods` or `order`


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
    currency: str = ""  # of the order, and of the amounts in `options`
    bought: Bought = NOT_ASKED  # gathered where the location's documents need `order`


@dataclass(frozen=True, slots=True)
class Batch:
    """The shipments handed to one location in one go. The same batch always renders to the same bytes.

    `test` = copies for a location in shadow (`core.copies`): whatever is made of it says that nothing is to be shipped.
    """

    location: str
    number: int
    created_at: str
    date: str  # the day in the location's own zone, YYYY-MM-DD
    shipments: tuple[BatchShipment, ...]
    name: str = ""  # of a special batch; empty = the location's usual one
    sender: Sender = NOBODY
    test: bool = False


@dataclass(frozen=True, slots=True)
class InHand:
    """One shipment that a location has and has not sent, or has been asked to stop.

    `partner_reference` is the location's own name of it, empty where it gave none; `since` the moment it got it.
    `promised` are the units of each SKU of its stock that are reserved for it.
    """

    reference: str
    state: str
    since: str
    partner_reference: str = ""
    promised: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Holding:
    """What a partner says of one shipment when it is asked: a state of shipments, or `absent`; and its own words."""

    reference: str
    state: str
    said: str = ""


@dataclass(frozen=True, slots=True)
class CallBack:
    """The wish that a location stops a shipment it has in hand. `key` is its effect's idempotency key."""

    key: str
    location: str
    reference: str
    partner_reference: str
    order_number: str
    reason: str
    asked_at: str


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
class Acknowledgment:
    """One order of which its channel is told that we have it. `key` is its effect's idempotency key."""

    key: str
    channel: str
    channel_order_id: str
    order_number: str


@dataclass(frozen=True, slots=True)
class StockLevel:
    """How many units of a SKU a channel may sell. `sku` is what the channel itself calls it."""

    sku: str
    quantity: int


@dataclass(frozen=True, slots=True)
class Tracking:
    """One package as its channel is told of it. `key` is its effect's idempotency key.

    `replaces` is stated where the package is corrected: the number that the channel may know it by; the same number
    where only carrier or service have changed.
    """

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
    replaces: str = ""
    url: str = ""  # where it can be followed, as configured when the channel is told; empty = not known
