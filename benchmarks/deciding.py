"""What it costs to decide: finding the rule that applies, and choosing the locations.

- rules: the first location rule that takes each line of an order, of 200 rules against 20, and against the fastest
  thing one could write by hand: the same conditions as one generated chain of ifs
- allocation: the exact choice (fewest parcels, then cheapest) against taking each line from the first location in
  order of priority that has it, in time and in what the parcels cost
"""

from __future__ import annotations

import json
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from benchmarks import generate
from benchmarks.measured import Number, collecting_as_a_pass_does, in_turn
from orderctl.config.load import load as load_config
from orderctl.core.allocation import Candidate, Demand, Field, Limits, Take, choose_from
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Order
from orderctl.core.places import Places
from orderctl.rules.facts import Facts
from orderctl.rules.known import Known
from orderctl.rules.load import load as load_rules
from orderctl.rules.matching import compile_rules
from orderctl.rules.model import Condition, RuleSet

Stock = dict[str, dict[str, int]]
Chain = Callable[[Facts], list[str]]

PREFER = ("fewest_shipments", "lowest_cost")
LIMITS = Limits(split=True)


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """Find the rules for `count` orders, and the locations for their lines."""
    places = load_config(generate.write_shop(folder, count)).places
    orders = [_read(raw) for raw in generate.orders(count)]
    with collecting_as_a_pass_does():
        return [*_rules(places, orders, rounds), *_allocation(orders, count, rounds)]


def _read(raw: bytes) -> Order:
    return order_from_json(json.loads(raw, parse_float=Decimal))


def _rules(places: Places, orders: Sequence[Order], rounds: int) -> list[Number]:
    facts = [
        Facts(order, generate.NOW, places, {}, {line.id: line.quantity for line in order.lines}, {}) for order in orders
    ]
    few, many = (
        load_rules(generate.rules_toml(count).encode(), "rules.toml", Known.from_places(places)) for count in (20, 200)
    )
    matchers = compile_rules(few), compile_rules(many)
    chain = if_chain(many)
    for one in facts[:500]:
        taken = [matchers[1].first("location", one, line=line) for line in one.order.lines]
        assert [rule[1].name if rule else "" for rule in taken] == chain(one), one.order.number

    def matched(nth: int) -> None:
        first = matchers[nth].first
        for one in facts:
            for line in one.order.lines:
                first("location", one, line=line)

    def chained() -> None:
        for one in facts:
            chain(one)

    of_few, of_many, floor = in_turn(rounds, lambda: matched(0), lambda: matched(1), chained)
    said = [f"{took / len(orders) * 1e6:.2f} us an order" for took in (of_few, of_many, floor)]
    return [
        Number("200 rules, times 20 rules", of_many / of_few, 2, 1.4, f"{said[1]}, 20 rules {said[0]}"),
        Number("200 rules, times a generated chain of ifs", of_many / floor, 2, 0.7, f"{said[1]}, chain {said[2]}"),
    ]


#: Fields as the chain reads them, by the name rules give them.
_READS = {
    "ship_to.region": "order.ship_to.region.casefold()",
    "ship_to.postcode": "order.ship_to.postcode",
    "line.sku": "line.sku",
    "total": "order.total_minor",
    "tags": "{tag.casefold() for tag in order.tags}",
    "unit_count": "sum([one.quantity for one in order.lines])",
}


def if_chain(rules: RuleSet) -> Chain:
    """The location rules of `rules` as one function that, for each line, looks at one rule after the other."""
    names = {field: f"value_{at}" for at, field in enumerate(_READS)}
    source = ["def chain(facts):", "    order = facts.order", "    found = []"]
    source += [f"    {names[field]} = {read}" for field, read in _READS.items() if not field.startswith("line.")]
    source += ["    for line in order.lines:"]
    source += [f"        {names[field]} = {read}" for field, read in _READS.items() if field.startswith("line.")]
    for nth, rule in enumerate(rules.stages["location"]):
        tests = " and ".join(_expression(names[one.field], one) for one in rule.when) or "True"
        source += [f"        {'el' if nth else ''}if {tests}:", f"            found.append({rule.name!r})"]
    source += ["        else:", "            found.append('')", "    return found"]
    scope: dict[str, Chain] = {}
    exec("\n".join(source), scope)  # noqa: S102 - written in the lines above
    return scope["chain"]


def _expression(name: str, condition: Condition) -> str:
    test = condition.test
    parts = [f"{key!r} in {name}" if condition.field == "tags" else f"{name} == {key!r}" for key in sorted(test.exact)]
    parts += [f"{name}.startswith({pattern.rstrip('*')!r})" for pattern in test.patterns]
    for interval in test.ranges:
        low = [f"{interval.low!r} <= {name}"] if interval.low is not None else []
        high = [f"{name} <= {interval.high!r}"] if interval.high is not None else []
        parts.append(" and ".join(low + high))
    return f"({' or '.join(parts)})"


def _allocation(orders: Sequence[Order], count: int, rounds: int) -> list[Number]:
    rates = generate.RATES
    candidates = [Candidate(name, at, order_cost_minor=110, rates=rates[name]) for at, name in enumerate(rates)]
    field = Field(candidates, PREFER, LIMITS)  # once for a rule, as the engine does
    stock = {name: {sku: units // 2 for sku, units in generate.stock(name, count)} for name in generate.LOCATIONS}
    weights = {line.sku: line.weight_g or 0 for order in orders for line in order.lines}
    demands = [
        [Demand(line.id, line.sku, line.quantity, 0, weights[line.sku] * line.quantity) for line in order.lines]
        for order in orders
    ]
    plans: dict[str, list[Sequence[Take]]] = {}

    def exactly(each: Sequence[Demand], left: Stock) -> Sequence[Take]:
        return choose_from(field, each, left).takes

    def all_of(name: str, decide: Callable[[Sequence[Demand], Stock], Sequence[Take]]) -> None:
        left = {place: dict(units) for place, units in stock.items()}
        plans[name] = [_taken(decide(each, left), left) for each in demands]

    greedy, exact = in_turn(rounds, lambda: all_of("greedy", by_priority), lambda: all_of("exact", exactly))
    cost = {name: sum(_parcels(takes, weights, rates) for takes in listed) for name, listed in plans.items()}
    return [
        Number(
            "exact allocation, times greedy by priority: time",
            *(exact / greedy, 2, 1.5),
            said=f"{exact / count * 1e6:.2f} us an order, greedy {greedy / count * 1e6:.2f} us",
        ),
        Number(
            "exact allocation, times greedy by priority: cost of parcels",
            *(cost["exact"] / cost["greedy"], 0.75, 0.71),
            said=f"{cost['exact'] / 100:,.0f} against {cost['greedy'] / 100:,.0f} USD",
        ),
    ]


def by_priority(demands: Sequence[Demand], left: Stock) -> list[Take]:
    """Each line from the first location that has all of it, else what each has, in order."""
    takes = []
    for one in demands:
        sku, missing = one.sku, one.quantity
        for name, here in left.items():
            if here.get(sku, 0) >= missing:
                takes.append(Take(name, one.line_id, sku, missing))
                break
        else:
            for name, here in left.items():
                units = min(missing, here.get(sku, 0))
                if units:
                    takes.append(Take(name, one.line_id, sku, units))
                    missing -= units
    return takes


def _taken(takes: Sequence[Take], left: Stock) -> Sequence[Take]:
    for take in takes:
        left[take.location][take.sku] -= take.quantity
    return takes


def _parcels(takes: Sequence[Take], weights: Mapping[str, int], rates: Mapping[str, Sequence[tuple[int, int]]]) -> int:
    """What carriers and packing cost for one parcel from each location that ships something, in minor units."""
    grams: dict[str, int] = {}
    for take in takes:
        grams[take.location] = grams.get(take.location, 0) + weights[take.sku] * take.quantity
    return sum(110 + rates[name][bisect_left(rates[name], (weight,))][1] for name, weight in grams.items())
