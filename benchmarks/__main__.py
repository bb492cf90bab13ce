"""`python -m benchmarks`: what orderctl costs, each number against a floor measured in the same run.

    python -m benchmarks                        everything, on a tenth of the full sizes
    python -m benchmarks --size 1               the full sizes: 100,000 orders, 1,000,000 stored; takes about an hour
    python -m benchmarks --only pulling         one of startup, pulling, channels, deciding, ...
    python -m benchmarks --peers                dlt and sqlite-utils too; installs them into a throw-away environment
    python -m benchmarks --smoke                tiny, for CI; fails only when a limit is missed by ten times
    python -m benchmarks retail [--rows N]      a pass over real orders and its books; needs ORDERCTL_SHARED

A number beyond what it must keep ends in exit code 1.
"""

from __future__ import annotations

import argparse
import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from benchmarks import (
    channels,
    deciding,
    growing,
    passing,
    peers,
    pulling,
    rehearsing,
    retail,
    retail_accounts,
    routing_together,
    scaling,
    searching,
    startup,
    together,
)
from benchmarks.measured import Number, report

ORDERS = 100_000
STORED = 1_000_000
PARTS = (
    "startup",
    "pulling",
    "channels",
    "deciding",
    "passing",
    "growing",
    "searching",
    "scaling",
    "rehearsing",
    "together",
)


def main(arguments: list[str]) -> int:
    """Measure what is asked for, print a table, and say whether every number is kept."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("what", nargs="?", choices=["all", "retail"], default="all")
    parser.add_argument("--size", type=float, default=0.1, help="times the full sizes")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--only", choices=PARTS, action="append")
    parser.add_argument("--peers", action="store_true")
    parser.add_argument("--smoke", action="store_true")
    parser.add_argument("--rows", type=int, help="of the real data set; default all")
    asked = parser.parse_args(arguments)
    with tempfile.TemporaryDirectory(prefix="orderctl-bench-") as folder:
        if asked.what == "retail":
            return real_orders(Path(folder), asked.rows)
        size, rounds = (0.003, 1) if asked.smoke else (asked.size, asked.rounds)
        numbers = measured(Path(folder), size, rounds, asked.only or PARTS)
        if asked.peers:
            numbers += peers.measure(_new(folder, "peers"), int(ORDERS * size))
    print(report(numbers))
    return int(any(number.far_off if asked.smoke else not number.kept for number in numbers))


def measured(folder: Path, size: float, rounds: int, parts: Iterable[str]) -> list[Number]:
    """The numbers of `parts` at `size` times the full sizes."""
    orders, stored = int(ORDERS * size), int(STORED * size)
    works = {
        "startup": lambda: startup.measure(_new(folder, "startup"), rounds),
        "pulling": lambda: pulling.measure(_new(folder, "pulling"), orders, rounds),
        "channels": lambda: channels.measure(_new(folder, "channels"), min(orders, 10_000), rounds),
        "deciding": lambda: deciding.measure(_new(folder, "deciding"), min(orders, 20_000), rounds),
        "passing": lambda: passing.measure(_new(folder, "passing"), orders, rounds),
        "growing": lambda: growing.measure(_new(folder, "growing"), stored, rounds),
        "searching": lambda: searching.measure(_new(folder, "searching"), stored, rounds),
        "rehearsing": lambda: rehearsing.measure(_new(folder, "rehearsing"), orders, rounds),
        "scaling": lambda: scaling.measure(_new(folder, "scaling"), stored, rounds),
        "together": lambda: [
            *together.measure(min(orders, 10_000)),
            *routing_together.measure(_new(folder, "together"), min(orders, 10_000)),
        ],
    }
    return [number for part in parts for number in works[part]()]


def real_orders(folder: Path, rows: int | None) -> int:
    """A pass over the real data set: its books, and whether they close."""
    shared = os.environ.get("ORDERCTL_SHARED")
    if not shared:
        print("ORDERCTL_SHARED does not say where the data set is", file=sys.stderr)
        return 2
    found, same = retail_accounts.run(retail.read(Path(shared) / retail.SOURCE, rows), folder / "shop")
    print("\n".join(retail_accounts.table(found)))
    print("a second pass changes nothing" if same else "A SECOND PASS CHANGED SOMETHING")
    source = Path(shared) / retail.SOURCE
    month = min(rows or routing_together.MONTH, routing_together.MONTH)
    for percent in (100, 80):
        told = routing_together.real(source, folder / f"together-{percent}", month, percent)
        print(f"the first month decided together, stock for {percent} %: {routing_together.said(*told)}")
    return int(not same or found.left_over != (set(), 0, 0))


def _new(folder: Path | str, name: str) -> Path:
    made = Path(folder) / name
    made.mkdir()
    return made


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
