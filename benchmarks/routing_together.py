"""Deciding together against deciding one by one: what a batch costs, how near that is to the least, and what it takes.

- made-up orders over five warehouses, what a parcel costs by zone and weight; stock of 150 % of what is wanted, and of
  80 %, which leaves units short whatever is done
- real orders (with ORDERCTL_SHARED): a month of a wholesaler's, from three warehouses
"""

from __future__ import annotations

import json
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from benchmarks import generate, retail
from benchmarks.measured import Number
from orderctl.steps import collect, pull, route
from orderctl.steps.context import open_context
from orderctl.steps.report import Together

MONTH = 42_000  # lines of the real orders: their stock is what the first month wants
#: Stock in percent of what is wanted -> by how many percent the cost may be above the bound, and what to reach for.
STOCKS = {150: (2, 1), 80: (6, 3)}
#: Where each warehouse lies on a line through the country: zones count the steps between two.
_PLACES = {"reno": 0, "dallas": 2, "chicago": 3, "atlanta": 4, "newark": 5}
_REGIONS = {"CA": 0, "OR": 0, "WA": 0, "CO": 1, "TX": 2, "OK": 2, "IL": 3, "MI": 3, "GA": 4, "FL": 4, "NY": 5, "NJ": 5}
_STEPS = ((500, 490), (1000, 590), (2000, 720), (5000, 990), (30_000, 1490))
#: What a wholesaler's freight costs, by weight: pallets are cheaper by the kilogram than parcels.
_FREIGHT = ((2000, 490), (10_000, 790), (30_000, 1190), (100_000, 1990), (300_000, 3900), (1_000_000, 7900))
_RULES = """
version  = 1
currency = "USD"
weight   = "kg"

[[location]]
name = "everything"
then.ship_from = ["newark", "reno", "dallas", "atlanta", "chicago"]
then.prefer = ["fewest_shipments", "lowest_cost"]
then.split.allow = true
then.if_short = "backorder"
then.backorder.ship_available_now = true
"""


def measure(folder: Path, count: int) -> list[Number]:
    """`count` orders decided together, with more and with less stock than they want."""
    found = []
    for percent, (must, reach) in STOCKS.items():
        shop = folder / f"stock-{percent}"
        told, took = together(_write_shop(shop, count, percent), generate.NOW)
        gap = float(told.gap_percent or 0)
        name = f"batch of {count:,} orders, stock for {percent} %: percent above the bound"
        found.append(Number(name, gap, must, reach, said(told, took)))
    return found


def real(source: Path, folder: Path, rows: int, percent: int) -> tuple[Together, float]:
    """The first `rows` lines of the real orders decided together, with stock for so many percent of them.

    The CPU seconds it took, too.
    """
    config = retail.convert(retail.read(source, rows), folder)
    for file in (folder / "stock").glob("*.csv"):
        head, *lines = file.read_text(encoding="utf-8").splitlines()
        counts = (line.rsplit(",", 1) for line in lines)
        file.write_text("\n".join([head, *(f"{sku},{int(units) * percent // 100}" for sku, units in counts)]) + "\n")
    text = config.read_text(encoding="utf-8").replace("[routing]", '[routing]\nstrategy = "batch"\nmax_time = "120 s"')
    for at, name in enumerate(retail.WAREHOUSES):
        text = text.replace(f"[location.{name}]", f'[location.{name}]\npick_cost = "0.{80 + 5 * at}"')
    config.write_text(text + _CARRIER, encoding="utf-8")
    rows_of = (
        f"{grams} g,{(cost + 60 * at) // 100}.{(cost + 60 * at) % 100:02},{name}"
        for at, name in enumerate(retail.WAREHOUSES)
        for grams, cost in _FREIGHT
    )
    (folder / "rates.csv").write_text("\n".join(["max_weight,cost,origin", *rows_of]) + "\n", encoding="utf-8")
    return together(config, retail.NOW)


def together(config: Path, now: str) -> tuple[Together, float]:
    """All orders of a shop decided together; CPU seconds of the route step alone."""
    with open_context(config, None, None, write=True, at=now, max_time_s=3600) as ctx:
        pull.pull(ctx)
        collect.collect(ctx)
        began = time.process_time()
        report = route.route(ctx)
        took = time.process_time() - began
    assert report.together is not None
    return report.together, took


def said(told: Together, took: float) -> str:
    """The numbers behind a gap."""
    saved = 100 * (told.alone_minor - told.cost_minor) / told.alone_minor
    return (
        f"{told.cost_minor / 100:,.2f} against {told.alone_minor / 100:,.2f} one by one ({saved:.1f} % less), bound"
        f" {(told.bound_minor or 0) / 100:,.2f}; {told.short:,} units short against {told.short_alone:,};"
        f" {told.asked:,} asked, {told.missed} missed; {took:.0f} s"
    )


_CARRIER = """
[carrier.post.services]
parcel = { days = "2-5", rates = "rates.csv" }
"""


def _write_shop(folder: Path, count: int, percent: int) -> Path:
    (folder / "orders").mkdir(parents=True)
    (folder / "stock").mkdir()
    generate.write_orders(folder / "orders" / "all.jsonl", count)
    for name, rows in _stock(count, percent).items():
        text = "".join(f"{sku},{units}\n" for sku, units in sorted(rows.items()))
        (folder / "stock" / f"{name}.csv").write_text("sku,quantity\n" + text, encoding="utf-8")
    rates = "\n".join(["max_weight,cost,zone", *_rates()]) + "\n"
    (folder / "rates.csv").write_text(rates, encoding="utf-8")
    (folder / "rules.toml").write_text(_RULES, encoding="utf-8")
    config = folder / "channels.toml"
    config.write_text(_channels(), encoding="utf-8")
    return config


def _rates() -> Iterator[str]:
    for zone in range(1, 7):
        for grams, cost in _STEPS:
            minor = cost + 120 * (zone - 1) + grams * (zone - 1) // 25
            yield f"{grams} g,{minor // 100}.{minor % 100:02},{zone}"


def _stock(count: int, percent: int) -> dict[str, dict[str, int]]:
    """Of every article so many percent of what the orders want, over two or three warehouses each."""
    wanted: Counter[str] = Counter()
    for raw in generate.orders(count):
        for line in json.loads(raw)["lines"]:
            wanted[line["sku"]] += line["quantity"]
    found: dict[str, dict[str, int]] = {name: {} for name in generate.LOCATIONS}
    for at, (sku, units) in enumerate(sorted(wanted.items())):
        homes = [generate.LOCATIONS[(at + step * 2) % 5] for step in range(2 + at % 2)]
        have = -(-units * percent // 100)
        for nth, home in enumerate(homes):
            found[home][sku] = have // len(homes) + (nth < have % len(homes))
    return found


def _channels() -> str:
    places = ""
    for name, place in _PLACES.items():
        zones = ", ".join(f'"US-{region}" = {abs(place - at) + 1}' for region, at in _REGIONS.items())
        places += (
            f'\n[location.{name}]\naddress = {{ country = "US" }}\npick_cost = "1.10"\nzones = {{ {zones} }}\n'
            f'send       = {{ via = "file", path = "out/{name}/{{date}}-{{batch}}.csv" }}\n'
            f'stock_feed = {{ via = "file", path = "stock/{name}.csv" }}\n'
        )
    return (
        'version  = 1\ncurrency = "USD"\ntimezone = "America/New_York"\n\n[routing]\nstrategy = "batch"\n'
        'max_time = "120 s"\n\n[channel.web]\ntype = "file"\npath = "orders/*.jsonl"\n'
        f"live_from = {generate.FIRST_MINUTE}\n{places}{_CARRIER}"
    )
