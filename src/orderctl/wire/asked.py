"""What all channels that are asked over a network have in common: nothing lies anywhere before it is asked."""

from __future__ import annotations

from typing import ClassVar

from orderctl.core.effects import Document


class Asked:
    """The half of an adapter that requests need nothing of: no file is staged, discarded or moved away."""

    remote: ClassVar[bool] = True

    def finished(self, stream: str) -> None:
        """Nothing is to be moved away."""

    def stage(self, document: Document) -> None:
        """A request is made when it is delivered."""

    def discard(self, name: str) -> None:
        """Nothing was laid anywhere."""
