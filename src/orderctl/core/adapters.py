"""What steps ask of a channel and of a destination. Adapters implement these; both sides know only this page."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from orderctl.core.confirmations import BadRow, Confirmation, StockCount
from orderctl.core.effects import Batch, Cancellation, Document, Receipt, Tracking
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
class AnswerPage:
    """Rows read completely from a location, and the position of `stream` once they are applied.

    `counts_at` is when the counts among the rows were taken; an older feed never undoes a newer one.
    """

    stream: str
    position: str
    rows: Sequence[Confirmation | StockCount | BadRow]
    closes: bool = False
    counts_at: str = ""


class Channel(Protocol):
    """A place that sells. `fetch` may repeat an order; it never skips one."""

    def fetch(self, positions: Mapping[str, str]) -> Iterator[Page]:
        """Pages after `positions` (stream -> position). RemoteError ends the walk; what was yielded counts."""
        ...

    def finished(self, stream: str) -> None:
        """Everything of `stream` is stored for good; an input that is to be moved away is moved now."""
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

    def stage(self, document: Document) -> None:
        """Make `document` ready without anyone noticing; called before its effects are `sending`."""
        ...

    def discard(self, name: str) -> None:
        """Forget the staged document `name`, which is never going to be delivered."""
        ...

    def deliver(self, document: Document, key: str) -> Receipt:
        """Hand a staged document over."""
        ...

    def recover(self, name: str, key: str) -> Receipt:
        """What became of the document `name` whose delivery a killed process began."""
        ...


class Destination(Protocol):
    """The way a location receives work and answers."""

    def render(self, batch: Batch) -> Document:
        """The document of a batch. Pure: the same batch gives the same name and bytes for ever."""
        ...

    def stage(self, document: Document) -> None:
        """Make `document` ready without anyone noticing; called before its effect is `sending`."""
        ...

    def discard(self, name: str) -> None:
        """Forget the staged document `name`, which is never going to be delivered."""
        ...

    def deliver(self, document: Document, key: str) -> Receipt:
        """Hand a staged document over."""
        ...

    def recover(self, name: str, key: str) -> Receipt:
        """What became of the document `name` whose delivery a killed process began."""
        ...

    def collect(self, positions: Mapping[str, str]) -> Iterator[AnswerPage]:
        """Answers and counts that come after `positions` (stream -> position)."""
        ...

    def finished(self, stream: str) -> None:
        """Everything of `stream` is applied for good; an input that is to be moved away is moved now."""
        ...
