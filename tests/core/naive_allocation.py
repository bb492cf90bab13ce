"""Everything tried, nothing clever: what `core.allocation` has to agree with, and small groups to try it on."""

from __future__ import annotations

from itertools import combinations, product
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from orderctl.core.allocation import PREFERENCES, Candidate, Demand, Limits

UNKNOWN = 2**62
Plan = dict[tuple[int, int], int]  # (line, location) -> units


class Naive:
    """Everything tried, nothing clever: plans are dicts, every rule is checked on the finished plan."""

    def __init__(self, demands, candidates, stock, prefer, limits):
        self.demands = demands
        self.places = sorted(candidates, key=lambda place: (place.position, place.name))
        self.stock, self.prefer, self.limits = stock, prefer, limits

    def best(self):
        """(key, plan) of the best plan; plans are compared by units short, prefer, locations, lines."""
        return min(self.plans(), key=lambda found: found[0])

    def plans(self):
        yield self.key({}, 0), {}
        for plan in self.whole_plans():
            if plan and self.in_stock(plan) and self.allowed(plan):
                yield self.key(plan, 1), plan
        if self.limits.lines:
            for plan in self.filled_plans():
                if plan and self.allowed(plan):
                    yield self.key(plan, 0), plan

    def whole_plans(self):
        lines, places = range(len(self.demands)), range(len(self.places))
        for where in product([*places, None], repeat=len(self.demands)):
            if self.stays_together(where):
                yield {(line, where[line]): self.demands[line].quantity for line in lines if where[line] is not None}

    def stays_together(self, where):
        at: dict[str, Any] = {}
        return all(
            not d.together or at.setdefault(d.together, w) == w for d, w in zip(self.demands, where, strict=True)
        )

    def filled_plans(self):
        names = sorted({d.together for d in self.demands if d.together})
        for size in range(1, len(self.places) + 1):
            for chosen in combinations(range(len(self.places)), size):
                for at in product([*chosen, None], repeat=len(names)):
                    plan = self.filled(chosen, dict(zip(names, at, strict=True)))
                    if {place for _, place in plan} == set(chosen) and self.in_stock(plan):
                        yield plan

    def filled(self, chosen, together) -> Plan:
        plan: Plan = {}
        for line, demand in enumerate(self.demands):
            if demand.together and together[demand.together] is not None:
                plan[line, together[demand.together]] = demand.quantity
        for place in sorted(chosen, key=lambda at: (self.alone(at), at)):
            for line, demand in enumerate(self.demands):
                missing = demand.quantity - sum(units for (other, _), units in plan.items() if other == line)
                while missing and not demand.together:
                    more = plan | {(line, place): plan.get((line, place), 0) + 1}
                    if not self.in_stock(more):
                        break
                    plan, missing = more, missing - 1
        return plan

    def alone(self, at):
        everything = {(line, at): demand.quantity for line, demand in enumerate(self.demands)}
        return self.values(everything)

    def needs(self, plan: Plan):
        needs: dict[tuple[int, str], int] = {}
        for (line, at), units in plan.items():
            for sku, each in self.demands[line].components or ((self.demands[line].sku, 1),):
                needs[at, sku] = needs.get((at, sku), 0) + each * units
        return needs

    def has(self, at, sku):
        place = self.places[at]
        return None if place.unlimited else self.stock.get(place.name, {}).get(sku, 0)

    def in_stock(self, plan: Plan):
        return all(
            self.has(at, sku) is None or units <= self.has(at, sku) for (at, sku), units in self.needs(plan).items()
        )

    def short(self, plan: Plan):
        taken = [sum(units for (other, _), units in plan.items() if other == line) for line in range(len(self.demands))]
        return {d.line_id: d.quantity - n for d, n in zip(self.demands, taken, strict=True) if d.quantity > n}

    def worth(self, line, units):
        demand = self.demands[line]
        return (2 * demand.value_minor * units + demand.quantity) // (2 * demand.quantity)

    def allowed(self, plan: Plan):
        limits, used = self.limits, {at for _, at in plan}
        most = 1 if not limits.split else len(self.places) if limits.max_shipments is None else limits.max_shipments
        if len(used) > most:
            return False
        short = self.short(plan)
        worths = [sum(self.worth(line, n) for (line, at), n in plan.items() if at == place) for place in used]
        if short and limits.partial:
            ids = [demand.line_id for demand in self.demands]
            worths.append(sum(self.worth(ids.index(line), units) for line, units in short.items()))
        return len(worths) == 1 or min(worths) >= limits.min_value_minor

    def key(self, plan: Plan, whole: int):
        used = sorted({at for _, at in plan})
        lines = tuple(
            tuple(-plan.get((line, at), 0) for at in range(len(self.places))) for line in range(len(self.demands))
        )
        tie = tuple((self.places[at].position, self.places[at].name) for at in used)
        return sum(self.short(plan).values()), self.values(plan), tie, whole, lines

    def values(self, plan: Plan):
        used = [self.places[at] for at in sorted({at for _, at in plan})]
        units = {self.places[at].name: sum(n for (_, to), n in plan.items() if to == at) for _, at in plan}
        new = len([place for place in used if not place.opened])
        late = [
            p
            for p in used
            if p.deliver_by_day is not None and (p.arrives_day is None or p.arrives_day > p.deliver_by_day)
        ]
        values: dict[str, Any] = {
            "fewest_shipments": new,
            "listed": tuple(place.position for place in used),
            "nearest": plus(UNKNOWN if place.distance is None else place.distance for place in used),
            "lowest_cost": plus([*self.costs(plan), self.penalty(new)]),
            "fastest": max([UNKNOWN if p.arrives_day is None else p.arrives_day for p in used], default=0),
            "deadline": sum(units[place.name] for place in late),
            "most_stock": -min([self.left(at, sku, n) for (at, sku), n in self.needs(plan).items()], default=10**6),
            "most_capacity": -min(
                [UNKNOWN if p.capacity_free is None else p.capacity_free for p in used], default=UNKNOWN
            ),
        }
        return tuple(values[name] for name in self.prefer)

    def left(self, at, sku, units):
        here = self.has(at, sku)
        if here is None:
            return 10**6
        return (here - units) * 10**6 // here if here > 0 else -UNKNOWN

    def penalty(self, new):
        first = 0 if any(place.opened for place in self.places) else 1
        return max(0, new - first) * self.limits.split_cost_minor

    def costs(self, plan: Plan):
        for at in {at for _, at in plan}:
            place = self.places[at]
            load = [(self.demands[line], n) for (line, to), n in plan.items() if to == at]
            grams = sum(-(-demand.weight_g * n // demand.quantity) for demand, n in load)
            yield sum(n for _, n in load) * place.unit_cost_minor
            if not place.opened:
                yield place.order_cost_minor
                yield carrier(place, grams)
            elif UNKNOWN in (carrier(place, place.opened_weight_g + grams), carrier(place, place.opened_weight_g)):
                yield UNKNOWN
            else:
                yield carrier(place, place.opened_weight_g + grams) - carrier(place, place.opened_weight_g)


def plus(numbers):
    numbers = list(numbers)
    return UNKNOWN if UNKNOWN in numbers else sum(numbers)


def carrier(place, grams):
    return next((cost for limit, cost in place.rates if grams <= limit), UNKNOWN)


SKUS = ["CUP", "LID", "TEE"]
LOCATIONS = ["east", "west", "north", "south"]


@st.composite
def demands(draw, most=4):
    found = []
    for number in range(draw(st.integers(2, most))):
        quantity = draw(st.integers(1, 3))
        kit = draw(st.sampled_from([(), (), (), (("CUP", 1), ("LID", 1)), (("TEE", 2),), (("CUP", 1), ("CUP", 1))]))
        found.append(
            Demand(
                line_id=f"{number}",
                sku="KIT" if kit else draw(st.sampled_from(SKUS)),
                quantity=quantity,
                value_minor=quantity * draw(st.sampled_from([0, 5, 10, 33])),
                weight_g=quantity * draw(st.sampled_from([0, 100, 250])),
                components=kit,
                together=draw(st.sampled_from(["", "", "", "set"])),
            )
        )
    return tuple(found)


@st.composite
def candidates(draw, most=4):
    names = draw(st.permutations(LOCATIONS))[: draw(st.integers(2, most))]
    unknown_or = lambda *numbers: st.sampled_from([None, *numbers])  # noqa: E731
    return tuple(
        Candidate(
            name=name,
            position=draw(st.integers(0, 4)),
            opened=draw(st.sampled_from([False, False, False, True])),
            unlimited=draw(st.sampled_from([False] * 9 + [True])),
            distance=draw(unknown_or(0, 10, 20)),
            capacity_free=draw(unknown_or(1, 5)),
            order_cost_minor=draw(st.sampled_from([0, 50])),
            unit_cost_minor=draw(st.sampled_from([0, 5, 7])),
            rates=draw(
                st.sampled_from([(), ((500, 300),), ((200, 100), (600, 250), (2000, 200)), ((100, 10), (900, 400))])
            ),
            arrives_day=draw(unknown_or(1, 2, 3)),
            deliver_by_day=draw(unknown_or(1, 2)),
            opened_weight_g=draw(st.sampled_from([0, 150])),
        )
        for name in names
    )


STOCK = st.fixed_dictionaries(
    {name: st.fixed_dictionaries({sku: st.sampled_from([0, 1, 2, 3, 0, 5, -1]) for sku in SKUS}) for name in LOCATIONS}
)
PREFER = st.one_of(
    st.sampled_from(PREFERENCES).map(lambda name: [name]),
    st.lists(st.sampled_from(PREFERENCES), unique=True, max_size=4),
    st.just(["fewest_shipments", "listed"]),
    st.just(["fewest_shipments", "lowest_cost"]),
).map(tuple)
LIMITS = st.builds(
    Limits,
    split=st.sampled_from([True, True, False]),
    max_shipments=st.sampled_from([None, None, 1, 2, 3]),
    min_value_minor=st.sampled_from([0, 0, 10, 25]),
    lines=st.booleans(),
    partial=st.booleans(),
    split_cost_minor=st.sampled_from([0, 120]),
)
SEARCHES = settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])


def shipped(naive, plan):
    """(location, line, units) of a naive plan, in the order in which a choice has its takes."""
    order = sorted(plan, key=lambda where: (where[1], where[0]))
    return [(naive.places[at].name, naive.demands[line].line_id, plan[line, at]) for line, at in order]
