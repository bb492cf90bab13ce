"""What others need for a part of the same work, installed into a virtual environment that is thrown away.

- dlt loads the same JSON lines into SQLite: loading only, no rules, no stock, no files
- sqlite-utils inserts them: one table, no lines, nothing else
Their start-up, importing everything and loading a handful of orders, is taken off.
"""

from __future__ import annotations

import sys
from pathlib import Path

from benchmarks import generate, stores
from benchmarks.measured import Number, run

FEW = 20
_DLT = """
import json, sys
import dlt
rows = (json.loads(line) for line in open(sys.argv[1], "rb"))
target = dlt.destinations.sqlalchemy("sqlite:///" + sys.argv[2])
dlt.pipeline("orders", destination=target, dataset_name="main").run(rows, table_name="orders")
"""


def measure(folder: Path, count: int) -> list[Number]:
    """A whole pass of `count` orders against each peer."""
    python = folder / "venv" / "bin" / "python"
    run((sys.executable, "-m", "venv", str(folder / "venv")))
    run((str(python), "-m", "pip", "install", "--quiet", "dlt[sqlalchemy]", "sqlite-utils"))
    few, many = folder / "few.jsonl", folder / "many.jsonl"
    generate.write_orders(few, FEW)
    generate.write_orders(many, count)
    config = generate.write_shop(folder / "shop", count)
    (folder / "shop" / "orders" / "all.jsonl").write_bytes(many.read_bytes())
    ours = stores.one_pass(config, generate.NOW) / count
    (folder / "load.py").write_text(_DLT, encoding="utf-8")
    loads = {
        "dlt loading only": (
            ("env", f"HOME={folder}", "RUNTIME__DLTHUB_TELEMETRY=false", str(python), "load.py"),
            (0.5, 0.33),
        ),
        "sqlite-utils insert only": ((str(python), "-m", "sqlite_utils", "insert"), (0.67, 0.5)),
    }
    numbers = []
    for name, (command, limits) in loads.items():
        start, end = (_load(folder, name, command, path) for path in (few, many))
        theirs = (end - start) / (count - FEW)
        said = f"{ours * 1e6:.0f} us an order, {name} {theirs * 1e6:.0f} us"
        numbers.append(Number(f"whole pass, times {name}", ours / theirs, *limits, said=said))
    return numbers


def _load(folder: Path, name: str, command: tuple[str, ...], source: Path) -> float:
    database = str(folder / f"{source.stem} {name}.db")
    rest = (database, "orders", str(source), "--nl") if "sqlite_utils" in command else (str(source), database)
    return run((*command, *rest), folder).cpu_s
