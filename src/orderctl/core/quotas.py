"""How fast a channel may be asked, and what each thing it is asked or told costs of that.

A quota is a bucket that gains `per_hour` tokens an hour and holds at most `burst`. One request carries up to `things`
orders, packages or SKUs and costs `tokens`; an adapter says both beside the numbers it paces itself by.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol, runtime_checkable

#: What a channel is asked and told: orders read a page at a time, orders acknowledged, packages, numbers of stock.
THINGS = ("orders", "acknowledgments", "tracking", "stock")


class Price(NamedTuple):
    """`tokens` for a request with up to `things` of a kind."""

    tokens: int
    things: int = 1

    def of(self, count: int) -> int:
        """The tokens that `count` things cost, asked or told in one go."""
        return -(-count // self.things) * self.tokens


@dataclass(frozen=True, slots=True)
class Quota:
    """One bucket of a channel. `per_hour` is None where nobody states a limit; `prices` are by `THINGS`."""

    name: str
    prices: Mapping[str, Price]
    per_hour: int | None = None
    burst: int = 0
    unit: str = "requests"  # what a token is called


def hourly(per_s: float, burst: float) -> tuple[int, int]:
    """`per_hour` and `burst` of a bucket that is paced by the second."""
    return round(per_s * 3600), int(burst)


@runtime_checkable
class Paced(Protocol):
    """A class of channel that knows before it is opened what its requests cost. Of others no calls are reckoned."""

    @classmethod
    def quotas(cls, settings: Mapping[str, Any]) -> tuple[Quota, ...]:
        """The buckets of a channel with these settings, as they are written in the file and not checked yet."""
        ...
