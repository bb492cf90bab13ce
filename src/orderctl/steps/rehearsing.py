"""One rehearsal: orders arrive one after another, are decided by the engine, and are picked and told of by counting.

1. orders arrive in order of time; each is decided at its moment with the stock there is then, the rooms of the
   locations' own days, and what is on order; what its plan takes is gone for the next
2. while a location is full, an order is decided as if none were: that is what its day was asked for
3. an order that is held is decided again when its holds are over by their rules, or when holds count as released;
   else it stays held
4. goods on order arrive at their moment: first who waits longest has them, the rest is stock again
5. each shipment joins its location's work (`core.rehearsal_queue`), each thing told its channel's (`rehearsal_calls`)
Nothing is written; what grows with the number of orders is the few that are held, or wait for goods on order.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import count
from zoneinfo import ZoneInfo

from orderctl.config.model import Config
from orderctl.core import rehearsal, times, workdays
from orderctl.core.allocation import MOST_CANDIDATES
from orderctl.core.places import Location
from orderctl.core.plans import Plan
from orderctl.core.rehearsal import LocalDay, Tally
from orderctl.core.rehearsal_calls import PASS_S, ChannelCalls
from orderctl.core.rehearsal_queue import NEVER, Cohort, LocationQueue
from orderctl.rules import kits
from orderctl.rules.compiled import Compiled
from orderctl.rules.facts import Facts
from orderctl.steps import desk as desks
from orderctl.steps.desk import Desk
from orderctl.store.holds import OpenHold
from orderctl.store.waiting import WaitingOrder

_HOUR_S = 3600
Expected = tuple[str, str, str, int]  # moment, location, SKU, units


@dataclass(slots=True)
class Setting:
    """Where the orders of a rehearsal are decided (`steps.desk.Setting`); `now` goes on from order to order."""

    config: Config
    rules: Compiled
    counted: frozenset[str]
    now: str = times.EPOCH


@dataclass(slots=True)
class _Yard:
    """One location: its work, and what each of its days was asked for."""

    queue: LocationQueue
    today: LocalDay
    wanted: Counter[int] = field(default_factory=Counter)  # orders, by the day on which they came
    turned_away: int = 0
    exceeded_at: str = ""
    day: int = 0
    ship_day: tuple[str, int] = ("", 0)  # what comes in this minute is ready on that day

    @property
    def location(self) -> Location:
        return self.queue.location


class Rehearsal:
    """Takes orders in order of time; `finish` ends it. `release_s`: after so long holds count as released."""

    def __init__(
        self,
        setting: Setting,
        desk: Desk,
        calls: Mapping[str, ChannelCalls],
        *,
        expected: Sequence[Expected] = (),
        pickups: Mapping[str, int] | None = None,
        release_s: int | None = None,
    ) -> None:
        self.setting = setting
        self.desk = desk
        self.calls = calls
        self.tally = Tally()
        self.out_at: dict[str, str] = {}  # SKU -> when the last of it was planned
        self.yards = {
            name: _Yard(LocationQueue(place, pickups or {}), LocalDay(ZoneInfo(place.timezone)))
            for name, place in setting.config.places.locations.items()
        }
        self.first_at = ""
        self._limited = sorted(setting.rules.limited)
        self._by_room = any(
            "most_capacity" in policy.prefer or len(policy.locations) > MOST_CANDIDATES
            for policy in setting.rules.policies
        )
        self._day = LocalDay(ZoneInfo(setting.config.places.timezone))
        self._expected = list(expected)
        self._due = 0  # of what is expected, the next to come
        self._release_s = release_s
        self._held: list[tuple[str, int, WaitingOrder, str, int]] = []
        self._turn = count()
        self._pass = _Pass()
        desk.capacity_used |= dict.fromkeys(self._limited, 0)

    @property
    def expects(self) -> bool:
        """Whether goods were on order when it began."""
        return bool(self._expected)

    def take(self, one: WaitingOrder, moment: str) -> None:
        """An order arrives at `moment`, which is never before that of the last one."""
        self._until(moment)
        self.first_at = self.first_at or moment
        units = sum([line.open for line in one.lines.values()])
        self.tally.begin(units)
        self._pass.orders[one.order.channel] += 1
        self._decide(one, moment, moment, units)

    def finish(self) -> None:
        """The last order has arrived: what waits is decided and picked as far as it ever will."""
        self._until(times.LAST)
        self._flush()
        for yard in self.yards.values():
            yard.queue.drain()
            self._tell_tracking(yard)

    def _until(self, moment: str) -> None:
        """What happens by itself before `moment`: goods come in, holds are over, passes end."""
        while True:
            held = self._held[0][0] if self._held else times.LAST
            goods = self._expected[self._due][0] if self._due < len(self._expected) else times.LAST
            at = min(held, goods)
            if at >= moment:
                break
            self._clock(at)
            if goods <= held:
                self._receive(*self._expected[self._due][1:], moment=goods)
                self._due += 1
            else:
                at, _, one, began, units = heapq.heappop(self._held)
                self.tally.release(units)
                self._decide(one, at, began, units)
        if moment != times.LAST:
            self._clock(moment)

    def _clock(self, moment: str) -> None:
        """It is `moment`: a new pass, perhaps a new day with all its room at some location."""
        self.setting.now = moment
        if moment >= self._pass.until:
            self._flush()
            self._pass.begin(moment)
        for name in self._limited:
            yard = self.yards[name]
            day = yard.today.of(moment)
            if day != yard.day:
                yard.day = day
                self.desk.capacity_used[name] = 0

    def _decide(self, one: WaitingOrder, moment: str, began: str, units: int) -> None:
        facts, plan, free = self._planned(one)
        self._note_demand(plan, free, moment)
        skus = {line.id: line.sku for line in one.order.lines}
        short = rehearsal.short_of(free, facts.open_units, skus) if _is_lacking(free) else {}
        if free is not plan and _is_lacking(plan):
            missing = sum(rehearsal.short_of(plan, facts.open_units, skus).values())
            self.tally.no_room += max(0, missing - sum(short.values()))
        if short or not plan.holds:
            self.tally.look_at_stock(self._day.of(moment), moment, units, short)
        if plan.holds:
            self._hold(one, plan, began, units)
            return
        self.tally.settle(plan, units, moment)
        for shipment in plan.shipments:
            self._work(one, shipment.location, shipment.service, shipment.not_before)
        self._note_stock(plan, moment)

    def _planned(self, one: WaitingOrder) -> tuple[Facts, Plan, Plan]:
        """The order's facts, its plan, and the plan it would have if no location were full: often one and the same.

        What is chosen among all is chosen among those with room too, if it is none of the full ones; unless rules
        prefer by how much room there is, or name so many that a full one keeps others from being looked at.
        """
        full = self._full()
        if not full:
            facts, plan = desks.decide(self.setting, self.desk, one)
            return facts, plan, plan
        facts = desks.facts_of(self.setting, self.desk, one)
        roomy, free = kits.decide(replace(facts, capacity_used={}), self.setting.rules)
        used, plan = roomy, free
        if self._by_room or not full.isdisjoint(shipment.location for shipment in free.shipments):
            used, plan = kits.decide(facts, self.setting.rules)
        desks.take(self.setting, self.desk, one, used, plan)
        return used, plan, free

    def _full(self) -> set[str]:
        used, yards = self.desk.capacity_used, self.yards
        return {name for name in self._limited if used[name] >= (yards[name].location.capacity or 0)}

    def _note_demand(self, plan: Plan, free: Plan, moment: str) -> None:
        """What each location's day was asked for, and when that was more than it holds."""
        for shipment in free.shipments:
            yard = self.yards[shipment.location]
            day = yard.today.of(moment)
            yard.wanted[day] += 1
            capacity = yard.location.capacity
            if capacity is not None and not yard.exceeded_at and yard.wanted[day] > capacity:
                yard.exceeded_at = moment
        if free is not plan and free.shipments:
            there = {shipment.location for shipment in plan.shipments}
            for shipment in free.shipments:
                self.yards[shipment.location].turned_away += shipment.location not in there

    def _hold(self, one: WaitingOrder, plan: Plan, began: str, units: int) -> None:
        """The order waits: until its holds are over by themselves, or count as released, or for ever."""
        self.tally.hold(units, is_first=not (one.released or one.holds))
        ends, reasons = [hold.release_at for hold in plan.holds], [hold.reason for hold in plan.holds]
        if self._release_s is not None and not set(reasons) <= set(one.released):
            end = times.later(self.setting.now, self._release_s)
            waits = replace(one, released=(*one.released, *reasons))
        elif all(ends) and max(ends) > self.setting.now:
            end = max(ends)
            waits = replace(one, holds={reason: OpenHold(began, by_hand=False) for reason in reasons})
        else:
            return
        heapq.heappush(self._held, (end, next(self._turn), waits, began, units))

    def _work(self, one: WaitingOrder, name: str, service: str, not_before: str) -> None:
        """A shipment joins the work of its location."""
        yard, now = self.yards[name], self.setting.now
        today = yard.today.of(now)
        usual = self._ship_day(yard, now)
        ready = usual if not not_before else max(usual, _ship_day(yard.location, not_before))
        due = usual
        if one.order.ship_by:
            due = workdays.local(yard.location, one.order.ship_by).date().toordinal()
        carrier = service.partition(":")[0]
        yard.queue.add(Cohort(ready, due, one.order.channel, carrier), today)

    def _ship_day(self, yard: _Yard, now: str) -> int:
        """On which day something that comes now is ready; looked up once a minute."""
        minute = now[:16]
        if yard.ship_day[0] != minute:
            yard.ship_day = minute, _ship_day(yard.location, now)
        return yard.ship_day[1]

    def _note_stock(self, plan: Plan, moment: str) -> None:
        """SKUs whose numbers channels are told next, and those of which nothing is left anywhere."""
        left = self.desk.stock.available
        for shipment in plan.shipments:
            if shipment.location not in self.setting.counted:
                continue
            here = left[shipment.location]
            for line in shipment.promised:
                self._pass.sold.add(line.sku)
                is_out = here[line.sku] <= 0 and line.sku not in self.out_at
                if is_out and not any(units.get(line.sku, 0) > 0 for units in left.values()):
                    self.out_at[line.sku] = moment

    def _receive(self, location: str, sku: str, units: int, moment: str) -> None:
        """Goods on order have come to `location`."""
        waited = 0
        on_order = self.desk.on_order
        if on_order is not None and sku in on_order.arrivals:
            waited = on_order.arrived(sku, units, moment)
            self.tally.came_later += waited
        if units > waited:
            self.desk.stock.take(location, sku, waited - units)
        if waited and location in self.yards:
            yard = self.yards[location]
            day = _ship_day(yard.location, moment)
            yard.queue.add(Cohort(day, day), yard.today.of(moment))

    def _flush(self) -> None:
        """A pass ends: its orders are read and acknowledged, and channels are told of what was sold."""
        if not self._pass.until:
            return
        hour = self._pass.hour
        for channel, orders in self._pass.orders.items():
            if channel in self.calls:
                self.calls[channel].tell("orders", hour, orders)
                self.calls[channel].tell("acknowledgments", hour, 1, orders)
        if self._pass.sold:
            for calls in self.calls.values():
                calls.tell("stock", hour, len(self._pass.sold))
        self._pass.orders.clear()
        self._pass.sold.clear()

    def _tell_tracking(self, yard: _Yard) -> None:
        for day in yard.queue.days:
            for channel, packages in day.channels.items():
                if channel in self.calls:
                    opening = workdays.opening(yard.location, date.fromordinal(day.day))
                    self.calls[channel].tell_picked(hour_of(opening), packages)


@dataclass(slots=True)
class _Pass:
    """What came and went since the last pass, which ends at the moment `until`."""

    until: str = ""
    hour: int = 0
    orders: Counter[str] = field(default_factory=Counter)
    sold: set[str] = field(default_factory=set)

    def begin(self, moment: str) -> None:
        seconds = int(times.as_datetime(moment).timestamp())
        self.hour = seconds // _HOUR_S
        self.until = times.later(moment, PASS_S - seconds % PASS_S)


def _is_lacking(plan: Plan) -> bool:
    return bool(plan.backorders or plan.cancelled or plan.holds)


def hour_of(moment: str) -> int:
    """Hours from 1970 to `moment`."""
    return int(times.as_datetime(moment).timestamp()) // _HOUR_S


def _ship_day(location: Location, moment: str) -> int:
    day = workdays.ship_day(location, moment)
    return NEVER if day is None else day.toordinal()
