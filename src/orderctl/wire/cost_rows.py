"""What a location's goods cost, and what it calls them: a table with sku, cost, currency, valid_from, supplier_sku.

1. of several rows of a SKU the one counts whose `valid_from` came last; without one it has always been so
2. whoever is wrong about a row is told its line, and the table is refused as a whole
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from pathlib import Path

from orderctl.core import money, text
from orderctl.core.errors import RecordError
from orderctl.wire import tables

COLUMNS = ("sku", "cost", "currency", "valid_from", "supplier_sku")


@dataclass(frozen=True, slots=True)
class Cost:
    """One row: a unit costs `cost_minor` of `currency` from the day `valid_from` on; None = the row does not say."""

    sku: str
    cost_minor: int | None
    currency: str
    valid_from: str = ""
    supplier_sku: str = ""


def costs_on(file: Path, day: str, currency: str) -> dict[str, Cost]:
    """SKU -> its row of `file` that counts on `day`; costs without currency are in `currency`. RecordError, OSError."""
    found: dict[str, Cost] = {}
    for cost in _read(file, currency):
        if cost.valid_from <= day and (cost.sku not in found or found[cost.sku].valid_from <= cost.valid_from):
            found[cost.sku] = cost
    return found


def _read(file: Path, currency: str) -> list[Cost]:
    with file.open("rb") as opened:
        reader = tables.Reader("tsv" if file.suffix == ".tsv" else "csv")
        header = reader.header(opened, str(file))
        ours = {name: name.strip().casefold() for name in header.names}
        unknown = next((name for name, known in ours.items() if known not in COLUMNS), "")
        if unknown or "sku" not in ours.values():
            message = f"'{unknown[:40]}' is not a column of costs" if unknown else "there is no column 'sku'"
            near = text.did_you_mean(unknown, COLUMNS) if unknown else ""
            raise RecordError(f"{message}{near}; columns are {', '.join(COLUMNS)}", where=f"{file} line {header.line}")
        found: list[Cost] = []
        for row in reader.rows(opened, str(file), header):
            try:
                stated = {ours[name]: cell.strip() for name, cell in row.cells.items()}
                found.append(_cost(stated, currency, row.problem))
            except ValueError as error:
                raise RecordError(str(error), where=f"{file} line {row.line}") from None
    return found


def _cost(row: dict[str, str], usual: str, problem: str) -> Cost:
    if problem:
        raise ValueError(problem)
    currency = row.get("currency", "").upper() or usual
    if not row["sku"]:
        raise ValueError("the row has no SKU")
    if not money.is_currency(currency):
        message = f"'{currency[:40]}' is not a currency"
        raise ValueError(message)
    minor = money.to_minor(row["cost"], currency) if row.get("cost") else None
    if minor is not None and minor < 0:
        message = f"'{row['cost'][:40]}' is below zero"
        raise ValueError(message)
    day = row.get("valid_from", "")
    try:
        valid_from = date.fromisoformat(day).isoformat() if day else ""
    except ValueError:
        message = f"'{day[:40]}' is not a day such as 2026-12-31"
        raise ValueError(message) from None
    return Cost(row["sku"], minor, currency, valid_from, row.get("supplier_sku", ""))
