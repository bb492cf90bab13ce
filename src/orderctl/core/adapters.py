"""What steps ask of a channel and of a destination. Adapters implement these; both sides know only this page."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from orderctl.core.channel_map import ChannelMap
from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import (
    Acknowledgment,
    Batch,
    BatchShipment,
    CallBack,
    Cancellation,
    Document,
    Holding,
    InHand,
    Receipt,
    StockLevel,
    Tracking,
)
from orderctl.core.money_entries import MoneyEntry
from orderctl.core.orders import Order


@dataclass(frozen=True, slots=True)
class Payload:
    """One order as the channel sent it, before anything is understood. `where` is for messages."""

    raw: bytes
    where: str


@dataclass(frozen=True, slots=True)
class Page:
    """Payloads read completely, and the position of `stream` once they are stored.

    `closes` marks the stream's last page: a file read to its end, a window read to the API's own mark.
    """

    stream: str
    position: str
    payloads: Sequence[Payload]
    closes: bool = False


@dataclass(frozen=True, slots=True)
class MoneyPage:
    """Entries of a channel's statements of account read completely, and the position once they are kept.

    `unread` is what of them could not be understood: what it is -> why.
    """

    position: str
    entries: Sequence[MoneyEntry]
    unread: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class AnswerPage:
    """Rows read completely from a location, and the position of `stream` once they are applied.

    `counts_at` is when the counts among the rows were taken; an older feed never undoes a newer one.
    """

    stream: str
    position: str
    rows: Sequence[Confirmation | StockCount | BadRow]
    closes: bool = False
    counts_at: str = ""


@dataclass(frozen=True, slots=True)
class Probe:
    """One thing that was tried out: how it went (`ok`, `warn`, `fail`), and what to do about it."""

    what: str
    verdict: str
    found: str
    next: str = ""


#: What gives the shipments a location has in hand, when they are needed.
Waiting = Callable[[], Sequence[InHand]]


@dataclass(frozen=True, slots=True)
class Chapter:
    """One part of what a partner is told about a way: plain paragraphs or Markdown, and samples of documents."""

    title: str
    text: str
    samples: Sequence[Document] = ()


class Channel(Protocol):
    """A place that sells. `fetch` may repeat an order; it never skips one."""

    @property
    def remote(self) -> bool:
        """Whether it waits for a network when it is read: such channels are read side by side."""
        ...

    @property
    def at_once(self) -> Mapping[str, int]:
        """How many effects of a kind one document may carry; 0 or nothing said = all that are due."""
        ...

    @property
    def settle_s(self) -> int:
        """After a lost answer, two `absent` at least these seconds apart say that nothing was processed."""
        ...

    @property
    def meanings(self) -> ChannelMap:
        """What its words are here, what it is told of ours, and what is special about its fields."""
        ...

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages after `positions` (stream -> position). RemoteError ends the walk; what was yielded counts."""
        ...

    def positions_at(self, moment: str) -> Mapping[str, str]:
        """The positions from which `fetch` tells every order that changed at `moment` or later; it may tell more."""
        ...

    def fetch_one(self, order_id: str) -> Payload | None:
        """The order with the channel's own id `order_id`, as `fetch` would tell it now; None when there is none."""
        ...

    def finished(self, stream: str) -> None:
        """Everything of `stream` is stored for good; an input that is to be moved away is moved now."""
        ...

    def close(self) -> None:
        """Nothing more is asked; connections are closed."""
        ...

    def to_order(self, payload: Payload) -> Order:
        """The order a payload states. Pure and strict: RecordError names the field that is wrong."""
        ...

    def render_tracking(self, number: int, packages: Sequence[Tracking]) -> Document:
        """The document that tells the channel of `packages`, as push `number`. Pure: same input, same bytes."""
        ...

    def render_cancellations(self, number: int, cancellations: Sequence[Cancellation]) -> Document:
        """The document that tells the channel what will not be shipped, as push `number`. Pure."""
        ...

    def render_stock(self, number: int, levels: Sequence[StockLevel]) -> Document:
        """The document that tells the channel what it may sell of these SKUs from now on, as push `number`. Pure."""
        ...

    def stage(self, document: Document) -> None:
        """Make `document` ready without anyone noticing; called before its effects are `sending`."""
        ...

    def discard(self, name: str) -> None:
        """Forget the staged document `name`, which is never going to be delivered."""
        ...

    def deliver(self, document: Document, key: str) -> Receipt:
        """Hand a staged document over."""
        ...

    def recover(self, document: Document, key: str) -> Receipt:
        """What became of `document`, whose delivery a killed process began or whose answer was lost.

        Its content is there only if it was `kept`.
        """
        ...

    def probe(self) -> list[Probe]:
        """Try out what can be tried without changing anything: who we are there, what we may do, how its clock goes."""
        ...


@runtime_checkable
class Acknowledging(Protocol):
    """A channel that wants to hear of every order that we have it. Of other channels nobody is told."""

    def render_acknowledgments(self, number: int, orders: Sequence[Acknowledgment]) -> Document:
        """The document that tells the channel that we have `orders`, as push `number`. Pure."""
        ...


@runtime_checkable
class Accounting(Protocol):
    """A channel whose orders say more of money than what was sold: refunds, and fees it keeps."""

    def entries_of(self, payload: Payload) -> Sequence[MoneyEntry]:
        """All that `payload` states beside what was sold. Pure and strict: RecordError names the field that is wrong.

        Where the channel lowers an order by its refunds, what was sold before them (`core.money_entries.sold`), too.
        """
        ...


@runtime_checkable
class Statements(Protocol):
    """A channel that states fees and payouts apart from its orders."""

    def fetch_entries(self, position: str) -> Iterator[MoneyPage]:
        """What was booked after `position`, a moment; empty = as far back as orders are read at first.

        It may repeat an entry; it never skips one. RemoteError ends the walk; what was yielded counts.
        """
        ...


class Destination(Protocol):
    """The way a location receives work and answers. Opened once per role: to send, to confirm, to count its stock."""

    @property
    def alone(self) -> bool:
        """Whether each shipment is handed over by itself, under a key of its own; else a batch in one document."""
        ...

    @property
    def needs(self) -> frozenset[str]:
        """What its documents want gathered beyond a pick list, of `core.papers.NEEDS`."""
        ...

    @property
    def best_class(self) -> str:
        """The class of `core.partners` it can keep at most: A, B, F or C."""
        ...

    @property
    def settle_s(self) -> int:
        """After a lost answer, two `absent` at least these seconds apart say that nothing was processed."""
        ...

    @property
    def key_life_s(self) -> int:
        """For class A: so many seconds the partner surely remembers a key; 0 = it does not."""
        ...

    def close(self) -> None:
        """Nothing more is asked; connections are closed."""
        ...

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:
        """Reference -> why it cannot be handed over like this, of those that cannot. Pure."""
        ...

    def render(self, batch: Batch) -> Document:
        """The document of a batch. Pure: the same batch gives the same name and bytes for ever.

        Where shipments go alone it depends on the one shipment only, not on the batch's number or day.
        """
        ...

    def render_call_back(self, wish: CallBack) -> Document | None:
        """The document that asks to stop a shipment; None where there is no way but a telephone. Pure."""
        ...

    def stage(self, document: Document) -> None:
        """Make `document` ready without anyone noticing; called before its effect is `sending`."""
        ...

    def discard(self, name: str) -> None:
        """Forget the staged document `name`, which is never going to be delivered."""
        ...

    def deliver(self, document: Document, key: str) -> Receipt:
        """Hand a staged document over. The same document under the same key may come again (class A)."""
        ...

    def recover(self, document: Document, key: str) -> Receipt:
        """What became of `document`, whose delivery a killed process began or whose answer was lost.

        Its content is there only if it was `kept`. `uncertain` where it cannot be found out.
        """
        ...

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:
        """What the partner says it has of `in_hand`; nothing of what it cannot be asked about. Changes nothing."""
        ...

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:
        """Answers and counts that come after `positions` (stream -> position).

        `in_hand` gives the shipments that the location has, for ways that have to ask for each.
        """
        ...

    def finished(self, stream: str) -> None:
        """Everything of `stream` is applied for good; an input that is to be moved away is moved now."""
        ...

    def probe(self) -> list[Probe]:
        """Try out what can be tried without handing anything over: who we are there, what we may do."""
        ...

    def guide(self) -> list[Chapter]:
        """What the partner has to know about this way before the first order: format, fields, answers, errors."""
        ...
