"""What most ways to a location have in common, until they say otherwise."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import ClassVar, Literal

from orderctl.core.adapters import AnswerPage, Chapter, Probe, Waiting
from orderctl.core.effects import BatchShipment, CallBack, Document, Holding, InHand, Receipt

#: What one of the ways to a location is opened for.
Role = Literal["send", "confirm", "stock_feed"]


class Sends:
    """A way that hands over batches to a partner of whom nothing is known after a lost answer."""

    alone: ClassVar[bool] = False
    best_class: str = "C"
    settle_s: int = 0
    key_life_s: int = 0
    needs: frozenset[str] = frozenset()

    def objections(self, shipments: Sequence[BatchShipment]) -> Mapping[str, str]:  # noqa: ARG002
        """Whatever was planned can be handed over."""
        return {}

    def render_call_back(self, wish: CallBack) -> Document | None:  # noqa: ARG002
        """A person has to ask."""
        return None

    def recover(self, document: Document, key: str) -> Receipt:  # noqa: ARG002
        """Nothing can be found out."""
        return Receipt("uncertain", message="the answer was lost, and the location cannot be asked")

    def holdings(self, in_hand: Sequence[InHand]) -> Iterator[Holding]:  # noqa: ARG002
        """Nobody can be asked."""
        return iter(())

    def collect(self, positions: Mapping[str, str], in_hand: Waiting) -> Iterator[AnswerPage]:  # noqa: ARG002
        """No answer comes this way."""
        return iter(())

    def finished(self, stream: str) -> None:
        """Nothing is to be moved away."""

    def probe(self) -> list[Probe]:
        """There is nothing to try out."""
        return []

    def guide(self) -> list[Chapter]:
        """There is nothing to tell."""
        return []

    def close(self) -> None:
        """Nothing is held open."""
