"""What a channel has to be asked and told hour by hour, against the quotas of its kind.

1. a pass every `PASS_S` reads the channel's orders: at least one request, one more for each full page
2. orders are acknowledged as they come, packages told over the eight hours from 09:00 of the day on which they are
   picked, by the location's clock; of stock every pass tells each SKU that was sold since the last one
3. each quota is a bucket: what an hour needs beyond its tokens waits for the next hour
Hours are counted from 1970. Only counts are kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from orderctl.core.quotas import Quota

PASS_S = 300
_HOUR_S = 3600
_PASSES = _HOUR_S // PASS_S
#: From this hour of the day packages are told, for so many hours.
TOLD_FROM, TOLD_HOURS = 9, 8


@dataclass(frozen=True, slots=True)
class Use:
    """How one quota fared. Tokens; `exceeded` is the first hour that needed more than there was, None if none did.

    `waiting` is the most that had to wait for a later hour, `calls` the requests of the busiest hour.
    """

    quota: Quota
    busiest: int
    tokens: int
    calls: int
    exceeded: int | None
    needed: int  # in the hour that was exceeded first
    waiting: int


@dataclass(slots=True)
class ChannelCalls:
    """What one channel is asked and told. `kinds` are those of `quotas.THINGS` that it is asked or told at all."""

    quotas: Sequence[Quota]
    kinds: frozenset[str]
    _sent: dict[str, Counter[tuple[int, int]]] = field(
        default_factory=dict
    )  # kind -> (hour, things in one go) -> times

    def tell(self, kind: str, hour: int, things: int, times: int = 1) -> None:
        """`things` of a kind were asked or told in one go, `times` times in this hour."""
        if things > 0 and times > 0 and kind in self.kinds:
            self._sent.setdefault(kind, Counter())[hour, things] += times

    def tell_picked(self, opening: int, packages: int) -> None:
        """`packages` were picked on the day that began in the hour `opening`; each is told by itself."""
        each, more = divmod(packages, TOLD_HOURS)
        for nth in range(TOLD_HOURS):
            self.tell("tracking", opening + TOLD_FROM + nth, 1, each + (nth < more))

    def uses(self, first: int, last: int) -> list[Use]:
        """How each quota fared in the hours from `first` to `last`, which pass after pass reads orders."""
        return [self._use(quota, first, last) for quota in self.quotas if self.kinds & quota.prices.keys()]

    def _use(self, quota: Quota, first: int, last: int) -> Use:
        tokens, calls = self._needs(quota)
        base = quota.prices["orders"].of(1) * _PASSES if "orders" in quota.prices else 0
        idle = _PASSES if base else 0
        told = [hour for hour in tokens if hour > last]
        hours = range(min([first, *tokens]), max([last, *told]) + 1)
        busiest = max(hours, key=lambda hour: (tokens[hour] + (base if first <= hour <= last else 0), -hour))
        left, waiting, most, exceeded, needed = quota.burst, 0, 0, None, 0
        for hour in hours if quota.per_hour is not None else ():
            need = tokens[hour] + (base if first <= hour <= last else 0)
            left = left + (quota.per_hour or 0) - need - waiting
            if left < 0 and exceeded is None:
                exceeded, needed = hour, need
            waiting, left = max(0, -left), min(max(0, left), quota.burst)
            most = max(most, waiting)
        used = base if first <= busiest <= last else 0
        return Use(
            quota, busiest, tokens[busiest] + used, calls[busiest] + (idle if used else 0), exceeded, needed, most
        )

    def _needs(self, quota: Quota) -> tuple[Counter[int], Counter[int]]:
        """Tokens and requests by hour, beyond the first page of each pass."""
        tokens, calls = Counter[int](), Counter[int]()
        for kind, price in quota.prices.items():
            own_page = int(kind == "orders")
            for (hour, things), times in self._sent.get(kind, Counter[tuple[int, int]]()).items():
                requests = (-(-things // price.things) - own_page) * times
                tokens[hour] += requests * price.tokens
                calls[hour] += requests
        return tokens, calls


def merged(uses: Mapping[str, Sequence[Use]]) -> list[tuple[str, Use]]:
    """(channel, use) of all channels, those exceeded first, then the fullest."""
    every = [(name, use) for name, listed in uses.items() for use in listed]
    return sorted(every, key=lambda one: (one[1].exceeded is None, one[1].exceeded or 0, one[0]))
