"""Which orders are meant: what a list is limited to, and what many orders are changed by at once."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

#: What the value of `assigned` says of orders that nobody has.
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class OrderFilter:
    """Orders that meet everything that is not empty; of several values of one name an order has to meet one.

    `codes` are of exceptions that are open, `holds` reasons of open ones; locations ship the order or are to.
    """

    states: tuple[str, ...] = ()
    channels: tuple[str, ...] = ()
    locations: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    skus: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()
    holds: tuple[str, ...] = ()
    assigned: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    placed_from: str = ""
    placed_before: str = ""

    @property
    def is_everything(self) -> bool:
        """Whether nothing is left out."""
        return not any(_value(self, one.name) for one in fields(self))


def _value(said: OrderFilter, name: str) -> Any:
    return getattr(said, name)
