"""How long it takes to find one order among many, and what the index that finds it costs a pull.

1. a shop pulls its orders, and so does one with a handful: what a search takes beyond that is the search
2. asked for are a name, an e-mail address, a phone number, a postcode, a SKU and beginnings of words, which up to a
   twelfth of all orders have; the slowest counts. A word that every order has is a number of its own
3. the index is made again of the same orders in an empty store, a thousand in a transaction, as a pull does it
"""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number, run
from benchmarks.startup import ORDERCTL
from orderctl.store import connection, order_documents, search
from orderctl.store.transactions import transaction

FEW = 20
AT_ONCE = 1_000
SHARED = "Customer"
#: Of so many orders the cost of the index is measured.
INDEXED = 20_000


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """Searches among `count` orders, and what keeping the index costs."""
    (small, _), (large, pull_s) = (_shop(folder / f"of-{size}", size) for size in (min(FEW, count), count))
    took = {text: _took(small, large, text, rounds) for text in (*_asked(count), SHARED)}
    beyond = {text: (among - start) * 1000 for text, (start, among) in took.items()}
    shared_ms = beyond.pop(SHARED)
    worst = max(beyond, key=lambda text: beyond[text])
    said = ", ".join(f"'{text}' {ms:.0f}" for text, ms in beyond.items())
    start, among = took[worst]
    index_s = _index(folder, large)
    return [
        Number(f"orders search among {count:,}, the slowest, times among {FEW}", among / start, 1.25, 1.1,
               said=f"{among * 1000:.0f} ms against {start * 1000:.0f} ms"),
        Number(f"orders search among {count:,}, ms beyond its start-up", beyond[worst], 50, 20, said=f"ms: {said}"),
        Number(f"the same for '{SHARED}', which every order has, ms", shared_ms, 500, 50),
        Number("indexing an order, times its pull", index_s * count / pull_s, 0.15, 0.08,
               said=f"{index_s * 1e6:.1f} us of {pull_s / count * 1e6:.0f}"),
    ]  # fmt: skip


def _took(small: Path, large: Path, text: str, rounds: int) -> tuple[float, float]:
    """Median CPU seconds of a search for `text` in both shops."""
    times: tuple[list[float], list[float]] = ([], [])
    for nth in range(rounds * 3 + 1):
        for shop, seconds in zip((small, large), times, strict=True):
            cpu = run((ORDERCTL, "orders", "search", text, "--limit", "50"), shop).cpu_s
            if nth:  # the first one finds the file system's cache cold
                seconds.append(cpu)
    return statistics.median(times[0]), statistics.median(times[1])


def _shop(folder: Path, count: int) -> tuple[Path, float]:
    """A shop that has pulled `count` orders, and how many CPU seconds that took."""
    config = generate.write_shop(folder, count)
    path = folder / "orders" / "some.jsonl"
    spent = 0.0
    for first in range(0, count, 100_000):
        generate.write_orders(path, min(100_000, count - first), first)
        spent += stores.one_pass(config, generate.NOW, "pull")
    path.unlink()
    return folder, spent


def _asked(count: int) -> tuple[str, ...]:
    order = json.loads(generate.order(count // 2))
    customer, to = order["customer"], order["ship_to"]
    sku = order["lines"][0]["sku"]
    name = customer["name"].removeprefix(SHARED).strip()  # all made-up customers have the same first name
    return (name, customer["email"], to["phone"], to["postcode"], sku, order["number"][:-1], f"{name} 10001", "art")


def _index(folder: Path, shop: Path) -> float:
    """CPU seconds to index one of the shop's orders."""
    with contextlib.closing(connection.open_for_reading(shop / "orderctl.db")) as db:
        rows = db.execute("SELECT order_id, document FROM order_documents LIMIT ?", (INDEXED,)).fetchall()
    orders = [(order_id, order_documents.read(document)) for order_id, document in rows]
    with contextlib.closing(connection.open_for_writing(folder / "index.db")) as db:
        before = time.process_time()
        for start in range(0, len(orders), AT_ONCE):
            with transaction(db, "index"):
                search.add(db, orders[start : start + AT_ONCE])
        return (time.process_time() - before) / len(orders)
