"""Whether an order can still leave in time.

1. what is planned leaves at the next moment its location hands over: at once while its day is open and before the
   cut-off, else when its next working day begins, after its lead time
2. what a location has in hand leaves at that moment counted from when it got it; once that is over, only its word that
   the goods have left ends the risk
3. what no location has yet leaves at the soonest of all locations that work; a full one begins with its next day
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from orderctl.core import times, workdays
from orderctl.core.places import Location


@dataclass(frozen=True, slots=True)
class OpenShipment:
    """A shipment that has not left, as far as time goes. `dispatched_at` is empty until its location has it."""

    reference: str
    location: str
    not_before: str = ""
    dispatched_at: str = ""


@dataclass(slots=True)
class OpenOrder:
    """An order that has to leave by `ship_by`, with its shipments that have not. `waits`: it has units without one."""

    order_id: int
    stem: str
    ship_by: str
    waits: bool
    shipments: list[OpenShipment] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Yard:
    """The locations at one moment. `full` have no room left today; `silent` ones never say that goods have left."""

    now: str
    locations: Mapping[str, Location]
    paused: frozenset[str] = frozenset()
    full: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    _known: dict[tuple[str, str], str] = field(default_factory=dict)

    def leaves(self, name: str, ready_at: str) -> str:
        """When something ready at the moment `ready_at` can leave the location `name` at the earliest."""
        found = self._known.get((name, ready_at))
        if found is None:
            found = self._known[name, ready_at] = next_handoff(self.locations[name], ready_at)
        return found

    def day(self, name: str, moment: str) -> str:
        """`east on 2026-11-23`, by the location's own calendar."""
        if moment == times.LAST:
            return f"{name} never"
        return f"{name} on {workdays.local(self.locations[name], moment).date().isoformat()}"

    def soonest(self) -> tuple[str, str]:
        """(moment, location) at which an order that is planned now can leave."""
        found = []
        for name, location in self.locations.items():
            if name in self.paused:
                continue
            start = self.now
            if name in self.full:
                day = workdays.next_worked(location, workdays.local(location, self.now).date())
                start = workdays.opening(location, day) if day else times.LAST
            found.append((self.leaves(name, start), name))
        return min(found, default=(times.LAST, ""))

    def latest(self) -> str:
        """The last of all locations' next hand-offs: an order with more time than that is at no risk by itself."""
        return max((self.leaves(name, self.now) for name in self.locations), default=self.now)


def next_handoff(location: Location, ready_at: str) -> str:
    """The first moment from `ready_at` on at which something can leave `location`; the last moment if never."""
    ready = times.later(ready_at, location.lead_time_s) if location.lead_time_s else ready_at
    if ready == times.LAST or workdays.makes_today(location, ready):
        return ready
    day = workdays.next_worked(location, workdays.local(location, ready).date())
    return workdays.opening(location, day) if day else times.LAST


def risk(order: OpenOrder, yard: Yard) -> str:
    """Why `order` cannot leave in time any more; empty when it still can."""
    for reason in _reasons(order, yard):
        if reason:
            return f"has to leave by {order.ship_by}; {reason}"
    return ""


def _reasons(order: OpenOrder, yard: Yard) -> Iterable[str]:
    for shipment in order.shipments:
        if shipment.location not in yard.locations:
            continue
        if not shipment.dispatched_at:
            leaves = yard.leaves(shipment.location, max(yard.now, shipment.not_before))
            if leaves > order.ship_by:
                yield f"{shipment.reference} leaves {yard.day(shipment.location, leaves)} at the earliest"
        elif shipment.location not in yard.silent:
            leaves = yard.leaves(shipment.location, shipment.dispatched_at)
            if max(leaves, yard.now) > order.ship_by:
                yield f"{shipment.location} has {shipment.reference} and has not said that it left"
    if order.waits:
        moment, location = yard.soonest()
        if moment > order.ship_by:
            day = yard.day(location, moment) if location else ""
            soonest = f"it can leave {day} at the earliest" if day else "every location is paused"
            yield f"it is not planned yet, and {soonest}"
