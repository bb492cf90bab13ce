"""How long it takes to find one order among many, and what the index that finds it costs a pull.

1. a shop pulls its orders, and so does one with a handful: what a search takes beyond that is the search
2. asked for are a name, an e-mail address, a phone number, a postcode, a SKU and beginnings of words, which up to a
   twelfth of all orders have; the slowest counts. Words that every order has, alone, with each other, with a rare one
   and with one that no order has, are a number of their own, and so are lists by filter
3. the index is made again of the same orders in an empty store, a thousand in a transaction, as a pull does it
"""

from __future__ import annotations

import contextlib
import json
import statistics
import time
from collections.abc import Mapping
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number, run
from benchmarks.startup import ORDERCTL
from orderctl.store import connection, order_documents, search
from orderctl.store.transactions import transaction

FEW = 20
AT_ONCE = 1_000
SHARED = "Customer"
#: Beginnings of words that every order has, and of one that none has.
_COMMON = (SHARED, "cust 5550100", "customer art", "art-0 customer", "customer zebra")
#: Lists of orders: all of them, by filters that take many, few and none, and by the day.
_LISTS = (
    (),
    ("--state", "new"),
    ("--state", "held"),
    ("--channel", "web"),
    ("--tag", "gift"),
    ("--tag", "zebra"),
    ("--sku", "ART-00001"),
    ("--sku", "ART-09999"),
    ("--exception", "unknown_sku"),
    ("--age", "5d"),
    ("--from", "2026-11-20", "--to", "2026-11-20"),
)
#: Of so many orders the cost of the index is measured.
INDEXED = 20_000


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """Searches among `count` orders, and what keeping the index costs."""
    (small, _), (large, pull_s) = (_shop(folder / f"of-{size}", size) for size in (min(FEW, count), count))
    asked, common = _asked(count), (*_COMMON, f"{SHARED} {_asked(count)[0]}")
    took = {text: _took(small, large, ("search", *text.split()), rounds) for text in (*asked, *common)}
    lists = {" ".join(options) or "all": _took(small, large, ("list", *options), rounds) for options in _LISTS}
    worst = max(asked, key=lambda text: _beyond(took[text]))
    start, among = took[worst]
    index_s = _index(folder, large)
    return [
        Number(f"orders search among {count:,}, the slowest, times among {FEW}", among / start, 1.25, 1.1,
               said=f"{among * 1000:.0f} ms against {start * 1000:.0f} ms"),
        _slowest(f"orders search among {count:,}, ms beyond its start-up", {text: took[text] for text in asked}, 20),
        _slowest("the same for words that every order has, ms", {text: took[text] for text in common}, 20),
        _slowest(f"orders list among {count:,}, ms beyond its start-up", lists, 20),
        Number("indexing an order, times its pull", index_s * count / pull_s, 0.15, 0.08,
               said=f"{index_s * 1e6:.1f} us of {pull_s / count * 1e6:.0f}"),
    ]  # fmt: skip


def _slowest(name: str, took: Mapping[str, tuple[float, float]], reach: float) -> Number:
    beyond = {asked: _beyond(times) for asked, times in took.items()}
    said = ", ".join(f"'{asked}' {ms:.0f}" for asked, ms in beyond.items())
    return Number(name, max(beyond.values()), 50, reach, said=f"ms: {said}")


def _beyond(times: tuple[float, float]) -> float:
    """Milliseconds that something takes in the large shop beyond the small one."""
    return (times[1] - times[0]) * 1000


def _took(small: Path, large: Path, asked: tuple[str, ...], rounds: int) -> tuple[float, float]:
    """Median CPU seconds of asking for orders in both shops."""
    times: tuple[list[float], list[float]] = ([], [])
    for nth in range(rounds * 2 + 2):
        for shop, seconds in zip((small, large), times, strict=True):
            cpu = run((ORDERCTL, "orders", *asked, "--limit", "50"), shop).cpu_s
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
