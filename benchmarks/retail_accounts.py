"""The wholesaler's books after a pass: what came in against what the store holds, to the unit and to the penny.

Both sides are read apart: the input from the data set alone, the rest from the store alone (orders, the payloads in
quarantine, the records behind exceptions). What is on neither side of the sum is left over, and nothing may be.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import sqlite3
import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from benchmarks.retail import DISCOUNT, NOW, Row, convert, invoices
from orderctl.core.money import to_minor, to_text
from orderctl.steps import run as runs
from orderctl.steps.context import open_context

#: What a pass writes down even when nothing has changed.
_OF_THE_PASS = ("passes", "meta", "sqlite_stat1")


@dataclass(slots=True)
class Account:
    """Invoices by number, and what they come to: lines, units (a discount has none), thousandths of a pound."""

    invoices: set[str] = field(default_factory=set)
    lines: int = 0
    units: int = 0
    thousandths: int = 0

    def add(self, invoice: str, lines: int, units: int, thousandths: int) -> None:
        """Book `lines` of `invoice`."""
        self.invoices.add(invoice)
        self.lines += lines
        self.units += units
        self.thousandths += thousandths


@dataclass(frozen=True, slots=True)
class Books:
    """`sold` and `credited` are the input; `stored`, `quarantine` and `unmatched` is what the store says of it.

    `taken_off` are credit notes that are wholly in the orders.
    """

    sold: Account
    credited: Account
    stored: Account
    taken_off: set[str]
    quarantine: Account
    unmatched: Account
    raised: int  # exceptions `unmatched_cancellation`

    @property
    def left_over(self) -> tuple[set[str], int, int]:
        """Invoices, units and thousandths of a pound of the input that the store does not account for."""
        found = self.stored.invoices | self.taken_off | self.quarantine.invoices | self.unmatched.invoices
        parts = (self.stored, self.quarantine, self.unmatched)
        return (
            (self.sold.invoices | self.credited.invoices) ^ found,
            self.sold.units + self.credited.units - sum(part.units for part in parts),
            self.sold.thousandths + self.credited.thousandths - sum(part.thousandths for part in parts),
        )


def books(rows: Iterable[Row], database: Path) -> Books:
    """The books of a store into which `rows` were pulled."""
    sold, credited = Account(), Account()
    for number, lines in invoices(rows).items():
        account = credited if number.startswith("C") else sold
        units = sum(line.quantity for line in lines if line.sku != DISCOUNT)
        account.add(number, len(lines), units, int(sum(line.amount for line in lines) * 1000))
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        stored, notes = _orders(db)
        quarantine, unmatched = _put_aside(db)
        (raised,) = db.execute("SELECT count(*) FROM exceptions WHERE code = 'unmatched_cancellation'").fetchone()
    return Books(sold, credited, stored, notes - unmatched.invoices, quarantine, unmatched, raised)


def _orders(db: sqlite3.Connection) -> tuple[Account, set[str]]:
    """What the orders come to as they stand, and the credit notes that were taken off them."""
    account, notes = Account(), set[str]()
    for number, document, total, lines, units in db.execute(
        "SELECT channel_order_id, document, total_minor, count(*), sum(ordered - cancelled) FROM orders"
        " JOIN order_documents USING (order_id) JOIN order_lines USING (order_id) GROUP BY order_id"
    ):
        account.add(number, lines, units, total * 10)
        notes.update(json.loads(document).get("attributes", {}).get("credit_notes", "").split())
    return account, notes


def _put_aside(db: sqlite3.Connection) -> tuple[Account, Account]:
    """What stands in quarantine: invoices, and credit notes without an order."""
    quarantine, unmatched = Account(), Account()
    for (payload,) in db.execute("SELECT payload FROM quarantine"):
        row = json.loads(zlib.decompress(payload))
        lines = row["lines"]
        if "cancellation" in row:
            units = -sum(line["quantity"] for line in lines if line["sku"] != DISCOUNT)
            unmatched.add(row["cancellation"], len(lines), units, -sum(map(_thousandths, lines)))
        else:
            units = sum(line["quantity"] for line in lines)
            quarantine.add(row["channel_order_id"], len(lines), units, sum(map(_thousandths, lines)))
    return quarantine, unmatched


def _thousandths(line: dict[str, Any]) -> int:
    return to_minor(line["amount"], "KWD")  # a currency of three decimals: one price of the data set has as many


def fingerprint(database: Path) -> dict[str, str]:
    """Table -> digest of everything in it, without what every pass writes down about itself."""
    with contextlib.closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")]
        return {name: _digest(db, name) for name in tables if name not in _OF_THE_PASS}


def _digest(db: sqlite3.Connection, table: str) -> str:
    found = hashlib.sha256()
    columns = db.execute(f"SELECT * FROM {table} LIMIT 0").description  # noqa: S608 - a name from the schema
    order = ", ".join(str(at) for at in range(1, len(columns) + 1))
    for row in db.execute(f"SELECT * FROM {table} ORDER BY {order}"):  # noqa: S608 - as above
        found.update(repr(row).encode())
    return found.hexdigest()


def one_pass(config: Path) -> dict[str, dict[str, int]]:
    """Run a whole pass of the shop at `config`: step -> what was counted."""
    with open_context(config, None, None, write=True, at=NOW) as ctx:
        return {report.step: dict(report.counts) for report in runs.run(ctx)}


def table(found: Books) -> Iterator[str]:
    """The books as lines of text."""
    yield f"{'':<34}{'invoices':>9}{'lines':>9}{'units':>12}{'GBP':>16}"
    yield _line("input: invoices", found.sold)
    yield _line("input: credit notes", found.credited)
    yield _line("stored as orders, as they stand", found.stored)
    yield f"{'  credit notes wholly taken off':<34}{len(found.taken_off):>9,}"
    yield _line("quarantine", found.quarantine)
    yield _line("unmatched_cancellation", found.unmatched)
    numbers, units, thousandths = found.left_over
    yield f"{'left over':<34}{len(numbers):>9,}{'':>9}{units:>12,}{to_text(thousandths, 'KWD'):>16}"


def _line(name: str, account: Account) -> str:
    amount = to_text(account.thousandths, "KWD")
    return f"{name:<34}{len(account.invoices):>9,}{account.lines:>9,}{account.units:>12,}{amount:>16}"


def run(rows: list[Row], folder: Path) -> tuple[Books, bool]:
    """Two passes over `rows` in `folder`: the books, and whether the second changed nothing."""
    config = convert(rows, folder)
    one_pass(config)
    database = folder / "orderctl.db"
    before = fingerprint(database)
    one_pass(config)
    return books(rows, database), before == fingerprint(database)
