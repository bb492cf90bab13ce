"""SKUs in a table: one row each, columns by our names or the usual other ones.

1. the header says which column holds what; one that is nearly one of ours is refused, others are passed over
2. an empty cell says nothing, so that what is known stays; `-` empties
3. every cell that is wrong is told with its line and column; a SKU or a channel's SKU stands once
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderctl.core import lengths, money, weights
from orderctl.core.countries import COUNTRIES
from orderctl.core.errors import Finding, RecordError
from orderctl.core.order_fields import LARGEST_QUANTITY
from orderctl.core.skus import EXPLODE, MOST_TIMES, Alias, SkuRow
from orderctl.core.text import did_you_mean
from orderctl.wire import tables

BAD_ROW = "E301"
EMPTIED = "-"
ALIAS = "alias."
_WORDS = re.compile(r"[\s_-]+")
_CODE = re.compile(r"[0-9]{4,14}")
_BOOLEANS = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}
_LONGEST = 1_000
#: From how alike on a column is taken for one of ours mistyped: `wieght` is, `size` is not `oversize`.
_MISTYPED = 0.8


@dataclass(frozen=True, slots=True)
class Read:
    """What a file says: its rows, what is wrong with it, and the columns that were passed over."""

    rows: tuple[SkuRow, ...]
    findings: tuple[Finding, ...]
    passed_over: tuple[str, ...]


def read(file: Path, name: str, currency: str = "USD", channels: Sequence[str] | None = None) -> Read:
    """The SKUs of a CSV or TSV `file`, `name` in messages; costs without currency are in `currency`.

    `channels` are those that alias columns may name, None = any. RecordError for a file that is refused as a whole,
    OSError for one that cannot be read.
    """
    with file.open("rb") as opened:
        reader = tables.Reader("tsv" if file.suffix == ".tsv" else "csv")
        header = reader.header(opened, name)
        columns = _columns(header, name, channels)
        reading = _Reading(name, currency, columns)
        for row in reader.rows(opened, name, header):
            reading.take(row)
    passed_over = tuple(theirs for theirs in header.names if theirs not in columns.values())
    return Read(tuple(reading.rows), tuple(reading.findings), passed_over)


def _columns(header: tables.Header, name: str, channels: Sequence[str] | None) -> dict[str, str]:
    """Ours -> the header as it stands there."""
    found: dict[str, str] = {}
    for position, theirs in enumerate(header.names, 1):
        where = f"{name} line {header.line} column {position}"
        ours = _ours(theirs)
        if not ours:
            near = difflib.get_close_matches(_WORDS.sub("_", theirs.casefold()), COLUMNS, 1, _MISTYPED)
            if near:
                raise RecordError(f"'{theirs[:40]}' is not a column of SKUs; did you mean '{near[0]}'?", where=where)
            continue
        channel = ours.removeprefix(ALIAS)
        if channel != ours and channels is not None and channel not in channels:
            message = f"there is no channel '{channel[:40]}'{did_you_mean(channel, channels)}"
            raise RecordError(message, where=where)
        if ours in found:
            raise RecordError(f"two columns say '{ours}'", where=where)
        found[ours] = theirs
    if "sku" not in found:
        message = f"there is no column 'sku'{did_you_mean('sku', header.names)}"
        raise RecordError(message, where=f"{name} line {header.line} column 1")
    return found


def _ours(theirs: str) -> str:
    if theirs.casefold().startswith(ALIAS) and len(theirs) > len(ALIAS):
        return ALIAS + theirs[len(ALIAS) :].strip()
    word = _WORDS.sub("_", theirs.strip().casefold())
    if word in COLUMNS:
        return word
    return next((ours for ours, others in _OTHER_NAMES.items() if word in others), "")


class _Reading:
    """The rows so far, and what was wrong on the way."""

    def __init__(self, name: str, currency: str, columns: Mapping[str, str]) -> None:
        self._name = name
        self._currency = currency
        self._columns = columns
        self.rows: list[SkuRow] = []
        self.findings: list[Finding] = []
        self._line_of: dict[str, int] = {}
        self._line_of_alias: dict[tuple[str, str], int] = {}

    def take(self, row: tables.Row) -> None:
        cells = {ours: row.cells.get(theirs, "").strip() for ours, theirs in self._columns.items()}
        sku = cells.pop("sku")
        if row.problem:
            self._wrong(row, "", row.problem)
        elif not sku or len(sku) > _LONGEST:
            self._wrong(row, "sku", "is too long" if sku else "is empty")
        elif sku in self._line_of:
            self._wrong(row, "sku", f"{sku[:40]} stands in line {self._line_of[sku]} already")
        else:
            self._line_of[sku] = row.line
            self._take(row, sku, {ours: cell for ours, cell in cells.items() if cell})

    def _take(self, row: tables.Row, sku: str, cells: dict[str, str]) -> None:
        data: dict[str, Any] = {}
        aliases: list[Alias] = []
        parts: dict[str, int] | None = None
        currency = cells.pop("currency", self._currency).upper()
        for ours, cell in cells.items():
            try:
                if ours == "parts":
                    parts = {} if cell == EMPTIED else counted(cell, "=")
                elif ours.startswith(ALIAS):
                    aliases += self._aliases(row, ours.removeprefix(ALIAS), sku, cell)
                elif cell == EMPTIED:
                    data |= dict.fromkeys(_kept_as(ours))
                elif ours == "cost":
                    data |= {"cost_minor": _cost(cell, currency), "currency": currency}
                else:
                    data[_kept_as(ours)[0]] = _READ[ours](cell)
            except ValueError as error:
                self._wrong(row, ours, str(error))
        self.rows.append(SkuRow(sku, data, tuple(aliases), parts, row.line))

    def _aliases(self, row: tables.Row, channel: str, sku: str, cell: str) -> list[Alias]:
        found = [] if cell == EMPTIED else list(counted(cell, "=", MOST_TIMES).items())
        for name, _ in found:
            line = self._line_of_alias.setdefault((channel, name), row.line)
            if line != row.line:
                message = f"{name[:40]} is mapped in line {line} already; one SKU of a channel is one of yours"
                raise ValueError(message)
        return [Alias(channel, name, sku, times) for name, times in found]

    def _wrong(self, row: tables.Row, column: str, message: str) -> None:
        theirs = self._columns.get(column, column)
        said = f"column '{theirs}': {message}" if column else message
        self.findings.append(Finding(BAD_ROW, said, self._name, row.line))


def counted(cell: str, mark: str, most: int = LARGEST_QUANTITY) -> dict[str, int]:
    """`CUP=2; SAUCER` as SKU -> units, 1 where no number stands. ValueError for what is not that."""
    found: dict[str, int] = {}
    for part in cell.split(";"):
        name, marked, number = part.strip().rpartition(mark)
        name, number = (name.strip(), number.strip()) if marked else (number.strip(), "1")
        if not name or not (number.isascii() and number.isdigit()) or not 0 < int(number[:12]) <= most:
            message = f"'{part.strip()[:40]}' is not SKU{mark}UNITS, such as CUP{mark}2"
            raise ValueError(message)
        if name in found:
            message = f"{name[:40]} stands there twice"
            raise ValueError(message)
        found[name] = int(number)
    return found


def _cost(cell: str, currency: str) -> int:
    if not money.is_currency(currency):
        message = f"'{currency[:40]}' is not a currency"
        raise ValueError(message)
    minor = money.to_minor(cell, currency)
    if minor < 0:
        message = f"'{cell[:40]}' is below zero"
        raise ValueError(message)
    return minor


def _text(cell: str) -> str:
    if len(cell) > _LONGEST:
        message = f"is longer than {_LONGEST} characters"
        raise ValueError(message)
    return cell


def _barcode(cell: str) -> str:
    if re.fullmatch(r"[0-9]+(?:[.,][0-9]+)?E\+[0-9]+", cell, re.IGNORECASE):
        message = f"'{cell}' was rounded by a spreadsheet; write its digits"
        raise ValueError(message)
    return _text(cell)


def _hs_code(cell: str) -> str:
    bare = cell.replace(".", "").replace(" ", "")
    if not _CODE.fullmatch(bare):
        message = f"'{cell[:40]}' is not an HS code, 4 to 14 digits such as 6912.00"
        raise ValueError(message)
    return bare


def _origin(cell: str) -> str:
    if cell.upper() not in COUNTRIES:
        message = f"'{cell[:40]}' is not a country of two letters, such as PT"
        raise ValueError(message)
    return cell.upper()


def _boolean(cell: str) -> bool:
    value = _BOOLEANS.get(cell.lower())
    if value is None:
        message = f"'{cell[:40]}' is neither yes nor no"
        raise ValueError(message)
    return value


def _tags(cell: str) -> list[str]:
    return list(dict.fromkeys(tag for part in re.split("[,;]", _text(cell)) if (tag := part.strip())))


def _explode(cell: str) -> str:
    word = _WORDS.sub("_", cell.casefold())
    if word not in EXPLODE:
        message = f"'{cell[:40]}' is neither always nor if_short"
        raise ValueError(message)
    return word


def _kept_as(ours: str) -> tuple[str, ...]:
    """The names by which a column's value is kept."""
    if ours == "cost":
        return ("cost_minor", "currency")
    base = ours.rpartition("_")[0] or ours
    if base in {"weight", "length", "width", "height"}:
        ours = base
    return ({"weight": "weight_g"}.get(ours, f"{ours}_mm" if ours in {"length", "width", "height"} else ours),)


def _weight_in(unit: str) -> Callable[[str], int]:
    return lambda cell: weights.parse_weight(cell, unit)


def _length_in(unit: str) -> Callable[[str], int]:
    return lambda cell: lengths.parse_length(cell, unit)


#: Column -> how its cell is read. ValueError says what is wrong.
_READ: Mapping[str, Callable[[str], Any]] = {
    "title": _text,
    "barcode": _barcode,
    "weight": _weight_in(""),
    **{f"weight_{unit}": _weight_in(unit) for unit in weights.UNITS},
    **{side: _length_in("cm") for side in ("length", "width", "height")},
    **{f"{side}_{unit}": _length_in(unit) for side in ("length", "width", "height") for unit in ("mm", "cm", "in")},
    "hs_code": _hs_code,
    "origin": _origin,
    "hazmat": _boolean,
    "oversize": _boolean,
    "preorder": _boolean,
    "category": _text,
    "supplier": _text,
    "tags": _tags,
    "explode": _explode,
}
#: Every column besides `alias.CHANNEL`.
COLUMNS = ("sku", *_READ, "cost", "currency", "parts")
_OTHER_NAMES = {
    "sku": ("item", "item_sku", "variant_sku"),
    "title": ("name",),
    "barcode": ("ean", "upc", "gtin", "variant_barcode"),
    "weight_g": ("grams", "variant_grams"),
    "hs_code": ("hs", "tariff_code", "variant_hs_code"),
    "origin": ("country_of_origin",),
    "category": ("product_type", "product_category"),
    "supplier": ("vendor",),
    "cost": ("unit_cost", "cost_per_item"),
    "parts": ("components",),
}
