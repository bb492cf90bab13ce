"""A small shop on disk, everything by files: two channels, two warehouses, a supplier. Passes run at a fixed moment."""

from __future__ import annotations

import json
import shutil
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderctl.core.errors import Exit, worst
from orderctl.steps import run as runs
from orderctl.steps.context import Context, open_context
from orderctl.steps.report import Report

NOW = "2026-11-20T15:00:00Z"

CHANNELS = """
version  = 1
currency = "USD"
timezone = "America/New_York"

[channel.web]
type = "file"
path = "orders/web*.jsonl"
live_from = 2026-11-01T00:00:00Z
push = ["tracking"]

[channel.market]
type = "file"
path = "orders/market*.jsonl"
live_from = 2026-11-01T00:00:00Z
push = ["tracking"]

[location.east]
address = { country = "US", region = "NJ", postcode = "07102" }
send       = { via = "file", path = "out/east/{date}-{batch}.csv" }
confirm    = { via = "file", path = "in/east/*.csv" }
stock_feed = { via = "file", path = "stock/east.csv" }

[location.west]
address = { country = "US", region = "NV", postcode = "89502" }
send       = { via = "file", path = "out/west/{date}-{batch}.csv" }
confirm    = { via = "file", path = "in/west/*.csv" }
stock_feed = { via = "file", path = "stock/west.csv" }

[location.acme]
kind  = "supplier"
stock = "unlimited"
send       = { via = "file", path = "out/acme/{date}-{batch}.csv" }
confirm    = { via = "file", path = "in/acme/*.csv" }
stock_feed = { via = "file", path = "stock/acme.csv" }
"""

RULES = """
version  = 1
currency = "USD"

[[hold]]
name = "expensive"
when.total = ">= 500"
then.hold = "fraud"

[[location]]
name = "made to order"
when.line.sku = "RING*"
then.ship_from = ["acme"]
then.failover_to = ["east"]
then.if_short = "backorder"

[[location]]
name = "everything"
then.ship_from = ["east", "west"]
then.prefer = ["fewest_shipments", "listed"]
then.split.allow = true
then.if_short = "backorder"
"""

STOCK = {
    "east": {"MUG": 10, "LAMP": 0, "TEE": 5, "RING-1": 2},
    "west": {"MUG": 4, "LAMP": 3},
    "acme": {"RING-1": 0},
}


def an_order_row(number: str, *skus: str, **changes: Any) -> dict[str, Any]:
    """An order as a JSONL line states it; each SKU is a line of one unit at 20.00, `MUG*3` of three."""
    lines = []
    for sku in skus or ("MUG",):
        name, _, quantity = sku.partition("*")
        lines.append({"id": name.lower(), "sku": name, "quantity": int(quantity or 1), "unit_price": "20.00"})
    return {
        "channel_order_id": f"id-{number}",
        "number": number,
        "placed_at": "2026-11-20T10:00:00Z",
        "payment": "paid",
        "ship_to": {
            "name": "Ana Diaz",
            "line1": "1 Main St",
            "city": "New York",
            "region": "NY",
            "postcode": "10001",
            "country": "US",
        },
        "customer": {"email": "ana@example.com"},
        "lines": lines,
    } | changes


@dataclass
class Shop:
    """A shop in `folder`, with its files and passes."""

    folder: Path

    @property
    def config(self) -> Path:
        return self.folder / "channels.toml"

    @property
    def store(self) -> Path:
        return self.folder / "orderctl.db"

    def write(self, name: str, content: str) -> Path:
        path = self.folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content, encoding="utf-8")
        return path

    def orders(self, name: str, *rows: dict[str, Any] | str) -> Path:
        """A file of orders for the channel whose name it begins with."""
        lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
        return self.write(f"orders/{name}.jsonl", "".join(line + "\n" for line in lines))

    def stock(self, **levels: dict[str, int]) -> None:
        for location, units in levels.items():
            rows = "".join(f"{sku},{quantity}\n" for sku, quantity in units.items())
            self.write(f"stock/{location}.csv", "sku,quantity\n" + rows)

    def answers(self, location: str, name: str, *rows: str) -> Path:
        """Rows of reference,status,line,quantity,carrier,tracking_number."""
        header = "reference,status,line,quantity,carrier,tracking_number,reason\n"
        return self.write(f"in/{location}/{name}.csv", header + "".join(row + "\n" for row in rows))

    def context(self, **options: Any) -> AbstractContextManager[Context]:
        """An open context at the fixed moment, unless `at` says another."""
        stated: dict[str, Any] = {"write": True, "at": NOW} | options
        return open_context(self.config, None, None, **stated)

    def run(self, **options: Any) -> tuple[Exit, list[Report]]:
        """One pass; its exit code and reports."""
        with self.context(**options) as ctx:
            reports = runs.run(ctx)
        return worst(report.exit for report in reports), reports

    def ask(self, question: Any, *arguments: Any, **options: Any) -> Any:
        """What a view answers."""
        with self.context(write=False) as ctx:
            return question(ctx, *arguments, **options)

    def files(self, *folders: str) -> dict[str, bytes]:
        """Every published file below `folders`, by name."""
        found = {}
        for folder in folders or ("out", "outbox"):
            for path in sorted((self.folder / folder).rglob("*")):
                if path.is_file():
                    found[str(path.relative_to(self.folder))] = path.read_bytes()
        return found

    def copy(self, folder: Path) -> Shop:
        shutil.copytree(self.folder, folder, copy_function=shutil.copy2)
        return Shop(folder)


def a_shop(folder: Path, channels: str = CHANNELS, rules: str = RULES, *, stock: bool = True) -> Shop:
    """A shop without orders; its warehouses have `STOCK` unless `stock` is false."""
    shop = Shop(folder)
    shop.write("channels.toml", channels)
    shop.write("rules.toml", rules)
    if stock:
        shop.stock(**STOCK)
    return shop
