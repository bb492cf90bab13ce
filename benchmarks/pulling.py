"""What it costs to bring orders in, and to see that nothing has changed.

- pull: payloads read, checked, saved with their raw text, against writing their finished rows (`orders`,
  `order_documents`, `order_lines`, without the raw text) with nothing else to do
- unchanged re-pull: the same orders again in a file of another name with one order more, so that its content is new
  and every order has to be compared
"""

from __future__ import annotations

import shutil
import statistics
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number

FLOOR = ("orders", "order_documents", "order_lines")


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """Pull `count` orders, and pull them again."""
    payloads = folder / "all.jsonl"
    generate.write_orders(payloads, count)
    floor, pulled, again = [], [], []
    for nth in range(rounds):
        shop = folder / f"shop-{nth}"
        config = generate.write_shop(shop, count)
        shutil.copyfile(payloads, shop / "orders" / "first.jsonl")
        pulled.append(stores.one_pass(config, generate.NOW, "pull"))
        floor.append(stores.write_rows(shop / "floor.db", stores.rows_of(shop / "orderctl.db", FLOOR)))
        (shop / "orders" / "second.jsonl").write_bytes(payloads.read_bytes() + generate.order(count) + b"\n")
        again.append(stores.one_pass(config, generate.NOW, "pull"))
    least = statistics.median(floor)
    return [
        _number(f"pull of {count:,} payloads, times executemany of its rows", pulled, least, count, (5, 3.5)),
        _number("unchanged re-pull, times the same floor", again, least, count, (2.5, 1.2)),
    ]


def _number(name: str, took: list[float], least: float, count: int, limits: tuple[float, float]) -> Number:
    each, floor = statistics.median(took) / count * 1e6, least / count * 1e6
    return Number(name, each / floor, *limits, said=f"{each:.1f} us an order, floor {floor:.1f} us")
