"""What deciding all orders together saves against one by one, how far from the best that can be, and what it costs.

The orders have one to eight lines of SKUs that sell unevenly, by a power law, and ship from up to two of five places; a
parcel costs by zone and weight, a unit left short more than any parcel. Stock lies unevenly: `tight` has 70 to 90 % of
what is asked of most SKUs, `normal` 150 % of all, still too little in some places.
"""

from __future__ import annotations

import random
import time
from collections.abc import Iterator
from itertools import accumulate, product

from benchmarks.measured import Number, collecting_as_a_pass_does
from orderctl.core.batching import Ask, Way, together

LOCATIONS = 5
SHORT_MINOR = 3_000  # per unit
#: Kind of stock -> (must, reach) of the certified gap in percent.
GAPS = {"tight": (6.0, 3.5), "normal": (2.0, 1.0)}
CPU_MS = (4.0, 2.5)  # per order: (must, reach)

Lines = dict[int, int]  # units per SKU


def measure(count: int) -> list[Number]:
    """Decide `count` orders together, on tight and on normal stock."""
    return [number for kind in GAPS for number in _numbers(kind, count)]


def batch(kind: str, count: int, seed: int = 1) -> tuple[list[Ask], list[int]]:
    """Orders with all ways they may ship, and what there is of each resource: a SKU at a location."""
    chance = random.Random(seed)  # noqa: S311
    popular = list(accumulate(1 / (sku + 1) ** 0.8 for sku in range(count)))
    orders = [_lines(chance, popular) for _ in range(count)]
    asked = [0] * count
    for lines in orders:
        for sku, units in lines.items():
            asked[sku] += units
    supply = [units for total in asked for units in _spread(chance, kind, total)]
    weights = [chance.randint(100, 3_000) for _ in range(count)]
    left = list(supply)
    asks = []
    for lines in orders:
        ways = _ways(lines, [chance.randint(1, 8) for _ in range(LOCATIONS)], weights, supply)
        alone = next(at for at, way in enumerate(ways) if all(units <= left[name] for name, units in way.uses))
        for resource, units in ways[alone].uses:
            left[resource] -= units
        asks.append(Ask(0, ways, alone))
    return asks, supply


def _numbers(kind: str, count: int) -> Iterator[Number]:
    asks, supply = batch(kind, count)
    with collecting_as_a_pass_does():
        before = time.process_time()
        found = together(asks, supply)
        cpu_s = time.process_time() - before
    gap = 100 * (found.cost_minor - found.bound_minor) / found.bound_minor
    saved = 100 * (found.alone_minor - found.cost_minor) / found.alone_minor
    ways = sum(len(ask.ways) for ask in asks) / len(asks)
    yield Number(
        f"together, {kind} stock, certified gap in %",
        gap,
        *GAPS[kind],
        said=f"cost {found.cost_minor}, bound {found.bound_minor}, {saved:.1f} % cheaper than one by one",
    )
    said = f"{cpu_s:.1f} s, {len(asks)} orders of {ways:.0f} ways, {found.steps} rounds"
    yield Number(f"together, {kind} stock, ms of CPU an order", 1_000 * cpu_s / len(asks), *CPU_MS, said=said)


def _lines(chance: random.Random, popular: list[float]) -> Lines:
    """One to eight different SKUs, 2.5 on average, mostly one unit of each."""
    wanted = 1
    while wanted < min(8, len(popular)) and chance.random() < 0.63:
        wanted += 1
    lines: Lines = {}
    while len(lines) < wanted:
        sku = chance.choices(range(len(popular)), cum_weights=popular)[0]
        lines[sku] = lines.get(sku, 0) + (1 if chance.random() < 0.8 else chance.randint(2, 4))
    return lines


def _spread(chance: random.Random, kind: str, asked: int) -> list[int]:
    """What each location has of a SKU of which so much is asked in all."""
    share = 1.5
    if kind == "tight":
        share = chance.uniform(0.7, 0.9) if chance.random() < 0.6 else chance.uniform(1.0, 1.6)
    lucky = [chance.random() for _ in range(LOCATIONS)]
    units = [0] * LOCATIONS
    for at in chance.choices(range(LOCATIONS), lucky, k=int(asked * share + chance.random())):
        units[at] += 1
    return units


def _ways(lines: Lines, zones: list[int], weights: list[int], supply: list[int]) -> tuple[Way, ...]:
    """Everything an order may do, the cheapest first, without what another way does for less."""
    items = sorted(lines.items())
    least: dict[tuple[tuple[int, int], ...], int] = {}
    for placing in _placings(items, supply):
        parcels: dict[int, int] = {}
        cost = 0
        for (sku, units), place in zip(items, placing, strict=True):
            if place is None:
                cost += units * SHORT_MINOR
            else:
                parcels[place] = parcels.get(place, 0) + units * weights[sku]
        cost += sum(
            350 + 60 * zones[place] + weight_g // 1_000 * (20 + 10 * zones[place])
            for place, weight_g in parcels.items()
        )
        uses = tuple(
            (sku * LOCATIONS + place, units)
            for (sku, units), place in zip(items, placing, strict=True)
            if place is not None
        )
        least[uses] = min(cost, least.get(uses, cost))
    kept: list[tuple[Way, frozenset[tuple[int, int]]]] = []
    for cost, uses in sorted((cost, uses) for uses, cost in least.items()):
        taken = frozenset(uses)
        if not any(less <= taken for _, less in kept):
            kept.append((Way(cost, uses), taken))
    return tuple(way for way, _ in kept)


def _placings(items: list[tuple[int, int]], supply: list[int]) -> Iterator[tuple[int | None, ...]]:
    """Which line goes where, None = short: all placings in two parcels; of many lines those that follow one place."""
    able = [[at for at in range(LOCATIONS) if supply[sku * LOCATIONS + at] >= units] for sku, units in items]
    if len(items) <= 3:
        for placing in product(*([None, *places] for places in able)):
            if len({place for place in placing if place is not None}) <= 2:
                yield placing
        return
    yield (None,) * len(items)
    for first, second in product(range(LOCATIONS), repeat=2):
        base = [first if first in places else second if second in places else None for places in able]
        yield tuple(base)
        for at, places in enumerate(able):
            yield (*base[:at], None, *base[at + 1 :])
            if second in places:
                yield (*base[:at], second, *base[at + 1 :])
