"""The work of one location, day by day: what it is to pick, what it can pick, what stays behind.

1. a shipment is ready on the day on which it can leave at the earliest (cut-off, working days, lead time), and due on
   the day on which its order has to leave, else on the day it is ready
2. on each worked day the location picks up to its capacity of what is ready, first what was ready first, then what is
   due first; without a capacity it picks everything that is ready
3. what is picked after its due day is late; what is ready and not picked at the end of a day is the backlog
4. a carrier takes up to its pickup of the parcels that stand there at the end of a worked day, one parcel a shipment;
   the others stand there until its next visit
Days are day numbers of the location's own calendar (`date.toordinal`). Only counts are kept, never shipments.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from orderctl.core import workdays
from orderctl.core.places import Location

#: The day of what never leaves: the location works on no day that could be found.
NEVER = date.max.toordinal()
_HOURS = 24


class Cohort(NamedTuple):
    """Shipments that are alike to whoever picks them."""

    ready: int
    due: int
    channel: str = ""
    carrier: str = ""


@dataclass(slots=True)
class Day:
    """One day of a location, in shipments: `ready` became ready, `picked` of all that was, `backlog` at its end."""

    day: int
    worked: bool
    ready: int = 0
    picked: int = 0
    late: int = 0
    backlog: int = 0
    channels: Counter[str] = field(default_factory=Counter)  # picked, by channel
    parcels: Counter[str] = field(default_factory=Counter)  # handed to carriers or standing, by carrier
    left_standing: Counter[str] = field(default_factory=Counter)  # of these, not taken along


@dataclass(slots=True)
class LocationQueue:
    """What waits at `location`. `pickups` are parcels a day that a carrier takes; carriers not in it take all."""

    location: Location
    pickups: Mapping[str, int] = field(default_factory=dict)
    days: list[Day] = field(default_factory=list)  # closed, in order, without gaps
    arrived: int = 0
    picked: int = 0
    waiting: dict[Cohort, int] = field(default_factory=dict)
    _standing: Counter[str] = field(default_factory=Counter)
    _next: int = 0  # the day that is closed next; 0 = nothing has come yet

    def add(self, cohort: Cohort, today: int, shipments: int = 1) -> None:
        """Shipments that came on the day `today`; days before it are over."""
        self.close_before(today)
        if not self._next:
            self._next = today
        self.waiting[cohort] = self.waiting.get(cohort, 0) + shipments
        self.arrived += shipments

    def close_before(self, today: int) -> None:
        """End every day before `today`."""
        while self._next and self._next < today:
            self._close()

    def drain(self, horizon: int = workdays.HORIZON_DAYS) -> None:
        """End days until nothing is left to pick, or to be taken along, or for so many days."""
        for _ in range(horizon):
            if not self._next or not (self.waiting or self._standing.total()):
                return
            self._close()

    def _close(self) -> None:
        number = self._next
        self._next += 1
        day = Day(number, worked=workdays.works_on(self.location, date.fromordinal(number)))
        ready = sorted(cohort for cohort in self.waiting if cohort.ready <= number)
        backlog = sum(self.waiting[cohort] for cohort in ready)
        day.ready = backlog - (self.days[-1].backlog if self.days else 0)
        if day.worked:
            self._pick(day, ready, self.location.capacity)
            self._hand_over(day)
        day.backlog = backlog - day.picked
        self.days.append(day)

    def _pick(self, day: Day, ready: list[Cohort], capacity: int | None) -> None:
        for cohort in ready:
            some = self.waiting[cohort]
            if capacity is not None:
                some = min(some, capacity - day.picked)
            if some <= 0:
                break
            left = self.waiting.pop(cohort) - some
            if left:
                self.waiting[cohort] = left
            day.picked += some
            day.late += some * (day.day > cohort.due)
            day.channels[cohort.channel] += some
            day.parcels[cohort.carrier] += some
        self.picked += day.picked

    def _hand_over(self, day: Day) -> None:
        for carrier, standing in self._standing.items():
            day.parcels[carrier] += standing
        left = {carrier: max(0, count - self.pickups.get(carrier, count)) for carrier, count in day.parcels.items()}
        self._standing = day.left_standing = Counter({carrier: count for carrier, count in left.items() if count})

    @property
    def never_picked(self) -> int:
        """Shipments that were not picked by the last day that was closed."""
        return self.arrived - self.picked

    @property
    def late(self) -> int:
        """Shipments picked after their due day, and those that were due and never picked."""
        return sum(day.late for day in self.days) + self.never_picked

    def peak(self) -> Day | None:
        """The day on which most became ready, the first of them; None when nothing did."""
        return max(self.days, key=lambda day: (day.ready, -day.day), default=None)

    def worst_backlog(self) -> int:
        """The longest backlog at the end of a day."""
        return max((day.backlog for day in self.days), default=0)

    def hours_to_clear(self) -> int | None:
        """Hours from the end of the peak day until the backlog is gone; a worked day's picks spread over its 24 hours.

        0 when there is none at the end of the peak day, None when it is not gone by the last day that was closed.
        """
        peak = self.peak()
        if peak is None or peak.backlog == 0:
            return 0
        first = self.days[0].day
        for day in self._days_after(peak.day - first):
            if day.backlog == 0:
                capacity = self.location.capacity or day.picked
                return (day.day - peak.day - 1) * _HOURS + -(-day.picked * _HOURS // max(capacity, day.picked, 1))
        return None

    def _days_after(self, at: int) -> Iterator[Day]:
        yield from self.days[at + 1 :]
