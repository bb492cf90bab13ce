"""What is on order with suppliers, and how much of it is spoken for: who began to wait first has it first.

1. an order that waits already has what those who waited before it leave
2. an order that is new has what all who wait leave
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from itertools import accumulate
from typing import NamedTuple

#: (units, expected moment), the earliest first; the moment is empty, and last, where nobody knows it.
Arrivals = tuple[tuple[int, str], ...]


class Waiter(NamedTuple):
    """An order that waits, in the order in which they are served."""

    since: str
    placed_at: str
    order_id: int


@dataclass(slots=True)
class _Queue:
    """Who waits for one SKU, and for how many units, in the same order."""

    waiters: list[Waiter] = field(default_factory=list)
    units: list[int] = field(default_factory=list)
    place: dict[int, Waiter] = field(default_factory=dict)

    def wait(self, who: Waiter, units: int) -> None:
        self.leave(who.order_id)
        at = bisect_left(self.waiters, who)
        insort(self.waiters, who)
        self.units.insert(at, units)
        self.place[who.order_id] = who

    def leave(self, order_id: int) -> None:
        who = self.place.pop(order_id, None)
        if who is not None:
            at = bisect_left(self.waiters, who)
            del self.waiters[at], self.units[at]

    def ahead(self, order_id: int) -> int:
        who = self.place.get(order_id)
        return sum(self.units if who is None else self.units[: bisect_left(self.waiters, who)])


@dataclass(slots=True)
class OnOrder:
    """Open purchase orders by SKU, and who waits for them. Changes while orders are decided, like stock."""

    arrivals: dict[str, Arrivals] = field(default_factory=dict)
    queues: dict[str, _Queue] = field(default_factory=dict)

    def add(self, arrivals: Mapping[str, Arrivals], waiting: Iterable[tuple[str, Waiter, int]]) -> None:
        """What was read of SKUs: it stands for whatever was known of them."""
        self.arrivals |= arrivals
        self.queues |= {sku: _Queue() for sku in arrivals}
        for sku, who, units in waiting:
            queue = self.queues[sku]
            first = min(who, queue.place.get(who.order_id, who))
            queue.wait(first, units + self._has(sku, who.order_id))

    def _has(self, sku: str, order_id: int) -> int:
        queue = self.queues[sku]
        who = queue.place.get(order_id)
        return 0 if who is None else queue.units[bisect_left(queue.waiters, who)]

    def arrived(self, sku: str, units: int, moment: str) -> int:
        """The `units` expected at `moment` have come, and go to who waits longest. How many of them were waited for."""
        self.arrivals[sku] = tuple(one for one in self.arrivals[sku] if one != (units, moment))
        queue = self.queues[sku]
        left = units
        while left and queue.waiters:
            some = min(left, queue.units[0])
            left -= some
            queue.units[0] -= some
            if not queue.units[0]:
                queue.leave(queue.waiters[0].order_id)
        return units - left

    def left_for(self, order_id: int, skus: Iterable[str]) -> dict[str, Arrivals]:
        """SKU -> what is on order of it and not spoken for by others, of those of `skus` that are on order at all."""
        return {sku: left(self.arrivals[sku], self.queues[sku].ahead(order_id)) for sku in skus if sku in self.arrivals}

    def wait(self, who: Waiter, units: Mapping[str, int]) -> None:
        """From now on the order waits for just these units (SKU -> units); it keeps its place when it has one."""
        for sku, queue in self.queues.items():
            if sku in units:
                queue.wait(queue.place.get(who.order_id, who), units[sku])
            else:
                queue.leave(who.order_id)


def left(arrivals: Arrivals, taken: int) -> Arrivals:
    """What of `arrivals` stays when the first `taken` units are for others."""
    totals = accumulate(units for units, _ in arrivals)
    rest = [(min(units, total - taken), moment) for (units, moment), total in zip(arrivals, totals, strict=True)]
    return tuple((units, moment) for units, moment in rest if units > 0)


def arrival(arrivals: Arrivals, units: int) -> str | None:
    """When `units` will have come, empty where nobody knows; None when fewer are on order."""
    totals = accumulate(number for number, _ in arrivals)
    return next((moment for (_, moment), total in zip(arrivals, totals, strict=True) if total >= units), None)
