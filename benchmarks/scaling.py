"""How much a shop can have: orders a second, bytes an order, and what it costs to have many.

1. orders live their whole life: read, decided, handed over, answered with a parcel each, told; each step is timed alone
2. what that life left in the file is counted table by table, indexes with their table, less what was there before the
   first order; then the orders are archived and the file is written anew
3. among many stored orders a pass with nothing to do, the checks and a copy are compared with the same among fewer
"""

from __future__ import annotations

import contextlib
import csv
import io
import sqlite3
import statistics
from collections.abc import Mapping
from pathlib import Path

from benchmarks import generate, growing, stores
from benchmarks.measured import Number, run
from benchmarks.startup import ORDERCTL
from orderctl.core.times import later
from orderctl.steps import archive, care
from orderctl.steps.context import open_context

#: Steps of a life, in its order; the second time locations have answered.
_STEPS = ("pull", "route", "dispatch", "collect", "push")
_ANSWERED = "reference,status,carrier,tracking_number"
_MOST_US = 200
#: The largest life that is lived; more orders do not tell more.
_MOST = 20_000
#: What must not cost more among many; and what reads every row, at most so many microseconds for each order.
_COMMANDS = ("run", "status", "orders list --limit 50")
_READING_ALL = ("db check", "db backup copy.db")


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """The life of at most 20,000 orders, and how what stands still grows with `count` stored ones."""
    lived = min(count, _MOST)
    lives = [live(folder / f"life-{nth}", lived) for nth in range(rounds)]
    took = {step: statistics.median(life[step] for life in lives) / lived * 1e6 for step in _STEPS}
    return [
        Number(
            f"the whole life of {lived:,} orders, us an order",
            *(sum(took.values()), 2_000, 1_000),
            said=f"{1e6 / sum(took.values()):,.0f} a second; " + ", ".join(f"{k} {v:.0f}" for k, v in took.items()),
        ),
        *_room(folder / "life-0", lived),
        *_standing(folder, count, rounds),
    ]


def live(folder: Path, count: int) -> dict[str, float]:
    """CPU seconds of each step of the life of `count` orders in a shop of their own."""
    config = generate.write_shop(folder, count)
    (folder / "in").mkdir()
    feed = '\nstock_feed = { via = "file", path = "stock/'
    text = config.read_text(encoding="utf-8")
    for name in generate.LOCATIONS:
        text = text.replace(f"{feed}{name}", f'\nconfirm = {{ via = "file", path = "in/{name}.csv" }}{feed}{name}')
    config.write_text(text, encoding="utf-8")
    stores.one_pass(config, generate.NOW, "collect")
    _note_tables(folder)
    generate.write_orders(folder / "orders" / "all.jsonl", count)
    took = {step: stores.one_pass(config, generate.NOW, step) for step in ("pull", "route", "dispatch")}
    for name in generate.LOCATIONS:
        _answer(folder, name)
    took["collect"] = stores.one_pass(config, later(generate.NOW, 3600), "collect")
    took["push"] = 0.0
    while _is_untold(folder):  # a push tells no more than one pass may
        took["push"] += stores.one_pass(config, later(generate.NOW, 7200), "push")
    return took


def _is_untold(folder: Path) -> bool:
    with contextlib.closing(sqlite3.connect(folder / "orderctl.db")) as db:
        return bool(db.execute("SELECT EXISTS (SELECT 1 FROM effects WHERE state = 'pending')").fetchone()[0])


def _answer(folder: Path, location: str) -> None:
    """The location ships everything it was handed, each shipment in one parcel."""
    texts = [path.read_text(encoding="utf-8") for path in sorted((folder / "out" / location).glob("*.csv"))]
    references = dict.fromkeys(row["reference"] for text in texts for row in csv.DictReader(io.StringIO(text)))
    rows = [f"{name},shipped,UPS,1Z{number:08}{location.upper()[:4]}" for number, name in enumerate(references)]
    (folder / "in" / f"{location}.csv").write_text("\n".join([_ANSWERED, *rows]) + "\n", encoding="utf-8")


def tables(database: Path) -> dict[str, int]:
    """Table -> bytes of its pages and of those of its indexes."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        rows = db.execute(
            "SELECT coalesce(m.tbl_name, s.name), sum(s.pgsize) FROM dbstat s LEFT JOIN sqlite_master m USING (name)"
            " GROUP BY 1"
        ).fetchall()
    found: dict[str, int] = {}
    for name, size in rows:
        whole = "order_search" if name.startswith("order_search") else name
        found[whole] = found.get(whole, 0) + size
    return found


def _note_tables(folder: Path) -> None:
    with (
        contextlib.closing(sqlite3.connect(folder / "orderctl.db")) as db,
        contextlib.closing(sqlite3.connect(folder / "before.db")) as copy,
    ):
        db.backup(copy)


def _room(folder: Path, count: int) -> list[Number]:
    """Bytes an order has in the store, and which of them its archive takes away."""
    before, after = tables(folder / "before.db"), tables(folder / "orderctl.db")
    checked = run((ORDERCTL, "db", "check", "--deep"), folder).cpu_s / count * 1e6
    each = {name: (size - before.get(name, 0)) / count for name, size in after.items()}
    whole, late = sum(each.values()), later(generate.NOW, 30 * 86_400)
    with open_context(folder / "channels.toml", None, None, write=True, at=late) as ctx:
        archive.archive(ctx, "7d", folder / "archive.db")
        care.db_vacuum(ctx)
    with contextlib.closing(sqlite3.connect(folder / "before.db")) as db:
        db.execute("VACUUM")  # what was there before has been written anew as well
    left, before = tables(folder / "orderctl.db"), tables(folder / "before.db")
    kept = sum((size - before.get(name, 0)) / count for name, size in left.items())
    archived = (folder / "archive.db").stat().st_size / count
    return [
        Number(f"bytes that each of {count:,} orders leaves in the store", whole, 12_000, 6_000, said=_largest(each)),
        Number(
            "what is left of them after db archive and db vacuum, times that",
            *(kept / whole, 0.75, 0.4),
            said=f"{kept:,.0f} here, {archived:,.0f} in the archive",
        ),
        Number(f"db check --deep of {count:,} whole orders, us an order", checked, 10 * _MOST_US, 500),
    ]


def _largest(each: Mapping[str, float]) -> str:
    ranked = sorted(each.items(), key=lambda one: -one[1])
    return ", ".join(f"{name} {size:,.0f}" for name, size in ranked[:8])


def _standing(folder: Path, count: int, rounds: int) -> list[Number]:
    """What commands cost among `count` stored orders with nothing to do, and among a tenth of them."""
    sizes = (max(growing.FIRST, count // 10), count)
    few, many = (growing.large_shop(folder / f"stored-{size}", size) for size in sizes)
    found = []
    for command in (*_COMMANDS, *_READING_ALL):
        small, large = _compared(few, many, command, rounds)
        said = f"{large * 1000:,.0f} ms against {small * 1000:,.0f} ms"
        if command in _COMMANDS:
            name = f"{command} among {count:,} stored orders, times among a tenth"
            found.append(Number(name, large / small, 1.2, 1.05, said))
        else:
            more = max(1, sizes[1] - sizes[0])
            name = f"{command}, us for each of {more:,} more stored orders"
            found.append(Number(name, (large - small) / more * 1e6, _MOST_US, 50, said))
    return found


def _compared(few: Path, many: Path, command: str, rounds: int) -> tuple[float, float]:
    """Median CPU seconds of a command in both shops, in turn. The first of several calls finds cold caches."""
    took: tuple[list[float], list[float]] = ([], [])
    for nth in range(rounds + 1) if rounds > 1 else (1,):
        for times, shop in zip(took, (few, many), strict=True):
            (shop / "copy.db").unlink(missing_ok=True)
            cpu = run((ORDERCTL, *command.split()), shop).cpu_s
            if nth:
                times.append(cpu)
    return statistics.median(took[0]), statistics.median(took[1])
