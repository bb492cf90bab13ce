"""What others need for a part of the same work, installed into a virtual environment that is thrown away.

- dlt loads the same JSON lines into SQLite, nested lists into tables of their own: no rules, no stock, no files
- sqlite-utils inserts them into one table, nested lists as JSON text: no lines, nothing else

What starting takes, with everything imported and a handful of orders, is taken off on both sides. A peer whose orders
do not all stand in its database afterwards has no number.
"""

from __future__ import annotations

import contextlib
import json
import math
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number, run

FEW = 20
_DLT = """
import json, sys
import dlt
source, database, state = sys.argv[1:]
rows = (json.loads(line) for line in open(source, "rb"))
target = dlt.destinations.sqlalchemy("sqlite:///" + database)
dlt.pipeline("orders", pipelines_dir=state, destination=target, dataset_name="main").run(rows, table_name="orders")
"""


class Failed(Exception):
    """A peer did not do its part of the work; says why."""


@dataclass(frozen=True, slots=True)
class Peer:
    """A peer, how it is told to load a file of orders, and its limits as `Number` has them."""

    name: str
    packages: tuple[str, ...]
    command: tuple[str, ...]  # with {python}, {source}, {database}, {state} and {folder}
    tables: tuple[str, ...]  # that have to hold something
    must: float
    reach: float


DLT = Peer(
    "dlt loading only",
    ("dlt[sqlalchemy]",),
    (
        *("env", "HOME={folder}", "RUNTIME__DLTHUB_TELEMETRY=false", "{python}", "{folder}/load.py"),
        *("{source}", "{database}", "{state}"),
    ),
    ("orders__lines",),
    *(0.5, 0.33),
)
SQLITE_UTILS = Peer(
    "sqlite-utils insert only",
    ("sqlite-utils",),
    ("{python}", "-m", "sqlite_utils", "insert", "{database}", "orders", "{source}", "--nl"),
    (),
    *(0.67, 0.5),
)


PEERS = (DLT, SQLITE_UTILS)


def measure(folder: Path, count: int) -> list[Number]:
    """A whole pass of `count` orders against each peer."""
    sources = {FEW: folder / "few.jsonl", count: folder / "many.jsonl"}
    for orders, path in sources.items():
        generate.write_orders(path, orders)
    (folder / "load.py").write_text(_DLT, encoding="utf-8")
    few, many = (_pass(folder / f"shop-{orders}", sources[orders], orders) for orders in (FEW, count))
    ours = (many - few) / (count - FEW)
    return [against(peer, ours, folder, sources, lambda peer: _installed(folder, peer)) for peer in PEERS]


def against(
    peer: Peer, ours: float, folder: Path, sources: Mapping[int, Path], python: Callable[[Peer], str]
) -> Number:
    """`ours`, seconds an order, against what `peer` takes to load `sources`: a file each of few and of many orders.

    `python` is what runs it; Failed when there is none.
    """
    value = math.nan
    try:
        theirs = _per_order(folder, peer, sources, python(peer))
    except Failed as error:
        said = f"{peer.name} did not do it: {error}"
    else:
        value = ours / theirs
        said = f"{ours * 1e6:.0f} us an order, {peer.name} {theirs * 1e6:.0f} us"
    return Number(f"whole pass, times {peer.name}", value, peer.must, peer.reach, said=said)


def _pass(folder: Path, source: Path, orders: int) -> float:
    """CPU seconds of a whole pass over the `orders` in `source`."""
    config = generate.write_shop(folder, orders)
    (folder / "orders" / "all.jsonl").write_bytes(source.read_bytes())
    return stores.one_pass(config, generate.NOW)


def _per_order(folder: Path, peer: Peer, sources: Mapping[int, Path], python: str) -> float:
    """CPU seconds an order that `peer` takes. Failed when it cannot be said."""
    few, many = sources
    took = {}
    for nth, orders in enumerate((few, few, many)):  # the first one also compiles what it imports
        names = {"python": python, "folder": str(folder), "source": str(sources[orders])}
        database = folder / f"{peer.name} {nth}.db"
        names |= {"database": str(database), "state": str(folder / f"{peer.name} {nth}")}
        took[orders] = _run(folder, [word.format(**names) for word in peer.command])
        _check(database, orders, peer.tables)
    theirs = (took[many] - took[few]) / (many - few)
    if theirs <= 0:
        raise Failed(f"{many} orders took no longer than {few}; measure more of them")
    return theirs


def _installed(folder: Path, peer: Peer) -> str:
    """The Python of a new virtual environment that has the peer's packages."""
    environment = folder / f"venv {peer.name}"
    python = str(environment / "bin" / "python")
    _run(folder, (sys.executable, "-m", "venv", str(environment)))
    _run(folder, (python, "-m", "pip", "install", "--quiet", *peer.packages))
    return python


def _run(folder: Path, command: Sequence[str]) -> float:
    """CPU seconds of `command`. Failed, with the last thing it said, when it does not end well."""
    heard = folder / "heard.txt"
    try:
        return run(command, folder, heard).cpu_s
    except subprocess.CalledProcessError as error:
        last = heard.read_text(encoding="utf-8", errors="replace").strip().rpartition("\n")[2]
        raise Failed(f"{Path(command[0]).name} ended with {error.returncode}: {last[:200]}") from None


def _check(database: Path, orders: int, tables: Sequence[str]) -> None:
    """Failed unless all `orders` stand in the `database`, with rows in each of `tables`."""
    try:
        with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
            found = db.execute("SELECT count(*), count(DISTINCT channel_order_id) FROM orders").fetchone()
            empty = [name for name in tables if not db.execute(f"SELECT count(*) FROM {name}").fetchone()[0]]  # noqa: S608
    except sqlite3.Error as error:
        raise Failed(f"its database cannot be read: {error}") from None
    if found != (orders, orders) or empty:
        raise Failed(json.dumps({"orders": orders, "rows and orders in its database": found, "empty": empty}))
