"""Orders, places and one location rule at random, and where the order ships from by trying everything.

Nothing of `orderctl.rules` works out what is expected here: who may ship, when, from which stock and at what cost is
read off the configuration anew, the plain way.
"""

from __future__ import annotations

import datetime as dt
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core.allocation import Candidate, Demand, Limits
from orderctl.core.distances import kilometers
from orderctl.core.orders import Address, Line, Order
from orderctl.core.places import WEEKDAYS, Location, Places, Rate, Service
from orderctl.core.stock import Sku
from orderctl.rules.facts import Facts
from tests.builders import NOW, a_line, an_order
from tests.core.naive_allocation import Naive

MOMENT = dt.datetime.fromisoformat(NOW)
SKUS = {
    "MUG": Sku("MUG", weight_g=300),
    "LAMP": Sku("LAMP", weight_g=900),
    "ACID": Sku("ACID", weight_g=500, hazmat=True),
    "SET": Sku("SET", weight_g=1500, components={"MUG": 2, "LAMP": 1}),
}
NAMES = ("east", "west", "north")
SERVICES = (
    Service(
        *("ups", "ground"),
        days_min=2,
        days_max=5,
        rates=(Rate(1000, 500), Rate(5000, 900), Rate(1000, 420, zone=2), Rate(3000, 700, country="CA")),
    ),
    Service("ups", "air", days_max=1, countries=("US",), po_box=False, max_weight_g=2500, rates=(Rate(2500, 800),)),
    Service("bike", "now", days_max=0, countries=("US",), rates=(Rate(900, 350, origin="west"),)),
)


@dataclass(frozen=True)
class World:
    """One order at some places, and what one rule says of it. `then` are the rule's actions."""

    order: Order
    places: Places
    stock: dict[str, dict[str, int]]
    then: dict[str, Any]
    facts: dict[str, Any]

    @property
    def rules(self) -> str:
        """The rule as text."""
        return '[[location]]\nname = "rule"\n' + "".join(f"then.{key} = {toml(it)}\n" for key, it in self.then.items())


def toml(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, str):
        return f'"{value}"'
    return f"[{', '.join(map(toml, value))}]" if isinstance(value, list) else str(value)


def a_location(chance: random.Random, name: str) -> Location:
    some = chance.choice
    return Location(
        name,
        country=some(["US", "US", "CA"]),
        timezone=some(["America/New_York", "Europe/Amsterdam", "Asia/Tokyo"]),
        stock=some(["counted"] * 7 + ["unlimited"]),
        serves=some([(), (), (), ("US",), ("CA", "US")]),
        accepts=some([("po_box", "international"), ("po_box", "international", "hazmat"), ("hazmat",)]),
        cutoffs=some([{}, {}, {"fri": "10:00"}, {"fri": "16:30", "mon": "09:00"}]),
        working_days=some([WEEKDAYS[:5], WEEKDAYS[:5], WEEKDAYS, WEEKDAYS[:4]]),
        holidays=some([(), (), ("2026-11-20",), ("2026-11-23", "2026-11-24")]),
        capacity=some([None, None, 1, 3]),
        pick_cost_minor=some([0, 60, 200]),
        unit_cost_minor=some([0, 25]),
        lead_time_s=some([0, 0, 0, 2 * 86400]),
        coordinates=some([None, (40_735_660, -74_172_370), (39_529_630, -119_813_800)]),
        zones=some([{}, {"US": 2}, {"US": 4, "US-CA": 2, "CA": 1}]),
    )


def a_world(seed: str, prefer: Sequence[str]) -> World:
    chance = random.Random(seed)  # noqa: S311
    some = chance.choice
    locations = {name: a_location(chance, name) for name in NAMES}
    then: dict[str, Any] = {"ship_from": chance.sample(NAMES, chance.randint(2, 3)), "prefer": list(prefer)}
    then |= {"split.allow": some([True, True, False]), "if_short": "backorder"}
    then |= {
        "backorder.ship_available_now": some([True, False]),
        "if_full": some(["next_location", "wait:1d", "exceed"]),
    }
    then |= some([{}, {"split.max_shipments": 2}, {"split.min_value": 15}])
    then |= some([{}, {"split.lines": True}])
    then |= some([{}, {}, {"keep_stock": 1}, {"before_cutoff_only": True}, {"keep_together": ["set"]}])
    lines = [
        a_line(
            some(list(SKUS)), quantity := chance.randint(1, 3), id=f"{at}", amount_minor=quantity * some([0, 900, 2000])
        )
        for at in range(chance.randint(1, 3))
    ]
    lines = [replace(line, tags=some([(), ("set",)])) for line in lines]
    street = some(["1 Main St", "1 Main St", "PO Box 7"])
    country, region = some([("US", "CA"), ("US", "NY"), ("CA", "ON")])
    order = an_order(
        *lines,
        ship_to=Address(name="Ana", line1=street, city="Town", region=region, postcode="10001", country=country),
        deliver_by=some(["", "2026-11-24T00:00:00Z", "2026-11-30T00:00:00Z"]),
    )
    facts: dict[str, Any] = {"derived": some([{}, {"coordinates": [36_746_840, -119_772_590]}])}
    facts |= {name: ("east",) for name in ("paused", "stale", "excluded") if chance.random() < 0.07}
    facts["capacity_used"] = {name: some([0, 1, 3]) for name in NAMES}
    return World(
        order=order,
        places=Places(
            currency="USD",
            locations=locations,
            services={service.id: service for service in SERVICES},
            split_cost_minor=some([0, 150]),
        ),
        stock={name: {sku: some([0, 1, 1, 2, 3]) for sku in ("MUG", "LAMP", "ACID")} for name in NAMES},
        then=then,
        facts=facts,
    )


def facts_of(world: World) -> Facts:
    return Facts(
        order=world.order,
        now=NOW,
        places=world.places,
        stock={name: {sku: units for sku, units in here.items() if units} for name, here in world.stock.items()},
        open_units={line.id: line.quantity for line in world.order.lines},
        skus=SKUS,
        **world.facts,
    )


class Expected(Naive):
    """What trying everything finds, with stock as a location may give it to this order."""

    def __init__(self, world: World) -> None:
        then, self.world = world.then, world
        self.not_before: dict[str, str] = {}
        limits = Limits(
            split=then["split.allow"],
            max_shipments=then.get("split.max_shipments"),
            min_value_minor=then.get("split.min_value", 0) * 100,
            lines=then.get("split.lines", False),
            partial=then["backorder.ship_available_now"],
            split_cost_minor=world.places.split_cost_minor,
        )
        candidates = [place for at, name in enumerate(then["ship_from"]) if (place := self.candidate(at, name))]
        together = then.get("keep_together", [])
        demands = [self.demand(line, together) for line in world.order.lines]
        super().__init__(demands, candidates, world.stock, tuple(then["prefer"]), limits)

    def demand(self, line: Line, together: Sequence[str]) -> Demand:
        sku = SKUS[line.sku]
        mark = next((tag for tag in line.tags if tag in together), "")
        weight = (sku.weight_g or 0) * line.quantity
        parts = tuple(sorted(sku.components.items()))
        return Demand(line.id, line.sku, line.quantity, line.amount_minor, weight, parts, mark)

    def has(self, at: int, sku: str) -> int | None:
        location = self.world.places.locations[self.places[at].name]
        if SKUS[sku].hazmat and "hazmat" not in location.accepts:
            return 0
        if location.stock == "unlimited":
            return None
        kept: int = self.world.then.get("keep_stock", 0)
        return max(0, self.world.stock[location.name][sku] - kept)

    # --- who may ship, and its numbers

    def candidate(self, position: int, name: str) -> Candidate | None:
        world, location = self.world, self.world.places.locations[name]
        refused = any(name in world.facts.get(why, ()) for why in ("paused", "stale", "excluded"))
        late = world.then.get("before_cutoff_only") and not self.leaves_today(location, MOMENT)
        if refused or late or not self.ships_there(location):
            return None
        free = None if location.capacity is None else max(0, location.capacity - world.facts["capacity_used"][name])
        left = self.ship_day(location)
        if free == 0 and world.then["if_full"] == "next_location":
            return None
        if free == 0 and world.then["if_full"] == "wait:1d":
            zone = ZoneInfo(location.timezone)
            tomorrow = self.worked(location, MOMENT.astimezone(zone).date() + dt.timedelta(days=1))
            begins = dt.datetime.combine(tomorrow, dt.time(), zone).astimezone(dt.UTC)
            self.not_before[name] = begins.strftime("%Y-%m-%dT%H:%M:%SZ")
            left = max(left, tomorrow)
        promised = world.order.deliver_by
        return Candidate(
            name=name,
            position=position,
            unlimited=location.stock == "unlimited",
            distance=self.distance(location),
            capacity_free=free,
            order_cost_minor=location.pick_cost_minor,
            unit_cost_minor=location.unit_cost_minor,
            rates=self.rates(location),
            arrives_day=self.arrives(left),
            deliver_by_day=dt.date.fromisoformat(promised[:10]).toordinal() if promised else None,
        )

    def ships_there(self, location: Location) -> bool:
        to = self.world.order.ship_to
        assert to is not None
        wanted = {"po_box"} if "PO Box" in to.line1 else set()
        wanted |= {"international"} if to.country != location.country else set()
        return (not location.serves or to.country in location.serves) and wanted <= set(location.accepts)

    def services(self) -> list[Service]:
        to = self.world.order.ship_to
        assert to is not None
        box = "PO Box" in to.line1
        all_ = self.world.places.services.values()
        return [one for one in all_ if to.country in (one.countries or to.country) and (one.po_box or not box)]

    def rates(self, location: Location) -> tuple[tuple[int, int], ...]:
        """What each weight at which something changes costs at least."""
        weights = sorted({rate.max_weight_g for service in self.services() for rate in service.rates})
        costs = ((grams, self.cost(location, grams)) for grams in weights)
        return tuple((grams, cost) for grams, cost in costs if cost is not None)

    def cost(self, location: Location, grams: int) -> int | None:
        to = self.world.order.ship_to
        assert to is not None
        found = []
        for service in self.services():
            rates = [
                (not rate.country, not rate.origin, rate.zone is None, rate.max_weight_g, rate.cost_minor)
                for rate in service.rates
                if rate.max_weight_g >= grams
                and rate.country in ("", to.country)
                and rate.origin in ("", location.name)
                and rate.zone in (None, self.zone(location))
            ]
            if rates and (service.max_weight_g is None or grams <= service.max_weight_g):
                found.append(min(rates)[-1])
        return min(found, default=None)

    def zone(self, location: Location) -> int | None:
        to = self.world.order.ship_to
        assert to is not None
        return location.zones.get(f"{to.country}-{to.region}", location.zones.get(to.country))

    def distance(self, location: Location) -> int | None:
        here = self.world.facts["derived"].get("coordinates")
        places = [self.world.places.locations[name] for name in self.world.then["ship_from"]]
        if here and any(place.coordinates for place in places):
            return kilometers(location.coordinates, tuple(here)) if location.coordinates else None
        return self.zone(location)

    # --- days

    def works(self, location: Location, day: dt.date) -> bool:
        return WEEKDAYS[day.weekday()] in location.working_days and day.isoformat() not in location.holidays

    def worked(self, location: Location, day: dt.date) -> dt.date:
        while not self.works(location, day):
            day += dt.timedelta(days=1)
        return day

    def leaves_today(self, location: Location, moment: dt.datetime) -> bool:
        here = moment.astimezone(ZoneInfo(location.timezone))
        cutoff = location.cutoffs.get(WEEKDAYS[here.weekday()], "24:00")
        return self.works(location, here.date()) and here.strftime("%H:%M") < cutoff

    def ship_day(self, location: Location) -> dt.date:
        ready = MOMENT + dt.timedelta(seconds=location.lead_time_s)
        today = ready.astimezone(ZoneInfo(location.timezone)).date()
        if self.leaves_today(location, ready):
            return today
        return self.worked(location, today + dt.timedelta(days=1))

    def arrives(self, left: dt.date) -> int:
        day = left
        for _ in range(min((service.days_max or 0 for service in self.services()), default=0)):
            day += dt.timedelta(days=1)
            while day.weekday() > 4:
                day += dt.timedelta(days=1)
        return day.toordinal()
