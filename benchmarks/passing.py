"""A whole pass: orders from files, stock, 200 rules, exact allocation, pick files; and what it leaves, row by row.

The floor writes every row that the pass has left in the store, ready made, payloads and decision records included.
"""

from __future__ import annotations

import statistics
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """One pass over `count` new orders."""
    floor, passed, rows = [], [], 0
    for nth in range(rounds):
        shop = folder / f"shop-{nth}"
        config = generate.write_shop(shop, count)
        generate.write_orders(shop / "orders" / "all.jsonl", count)
        passed.append(stores.one_pass(config, generate.NOW))
        left = stores.rows_of(shop / "orderctl.db")
        rows = sum(map(len, left.values()))
        floor.append(stores.write_rows(shop / "floor.db", left))
        del left
    took, least = (statistics.median(times) / count * 1e6 for times in (passed, floor))
    return [
        Number(
            f"whole pass of {count:,} orders, times executemany of its {rows:,} rows",
            *(took / least, 4, 2.5),
            said=f"{took:.0f} us an order, floor {least:.0f} us",
        )
    ]
