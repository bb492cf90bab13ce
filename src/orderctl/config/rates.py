"""Rate tables: what a parcel up to a weight costs, one CSV file for each service.

Columns: max_weight (`500 g`, `1 lb`, a bare number is kg) and cost (in the file's currency); where needed country
(destination), origin (a location) and zone (a number). Every wrong row is told with its line.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path

from orderctl.config.findings import BAD_RATES, Refusal, near
from orderctl.core import money, weights
from orderctl.core.countries import COUNTRIES
from orderctl.core.errors import Finding
from orderctl.core.places import Rate
from orderctl.core.text import did_you_mean

LARGEST_FILE = 10_000_000
_REQUIRED = ("max_weight", "cost")
#: Every column of a rate table, and what stands in it.
COLUMNS: Mapping[str, str] = {
    "max_weight": "The heaviest parcel of this rate: `500 g`, `1 lb`; a bare number is kg. Needed.",
    "cost": "What it costs, in the currency of channels.toml. Needed.",
    "country": "The destination, ISO 3166. Empty: any.",
    "origin": "The location it is sent from. Empty: any.",
    "zone": "The zone number of the destination, as the location's `zones` has it. Empty: any.",
}


def read_rates(path: Path, currency: str, locations: Collection[str]) -> tuple[tuple[Rate, ...], list[Finding]]:
    """The rates in the file at `path`, by ascending weight, and everything that is wrong in it.

    Refusal when it cannot be read at all.
    """
    name = str(path)
    try:
        if path.exists() and not path.is_file():
            raise Refusal(BAD_RATES, f"names {name}, which is not a regular file")
        with path.open("rb") as file:
            content = file.read(LARGEST_FILE + 1)
        text = content.decode("utf-8-sig")
    except OSError as error:
        raise Refusal(BAD_RATES, f"names {name}, which cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        return (), [_finding("the rate table is not UTF-8 text", name, line, "save it as UTF-8")]
    if len(content) > LARGEST_FILE:
        return (), [_finding(f"the rate table has more than {LARGEST_FILE} bytes", name)]
    rates: list[Rate] = []
    findings: list[Finding] = []
    first: dict[tuple[object, ...], int] = {}
    for line, row in _rows(text, name, findings):
        try:
            rate = _rate(row, currency, locations)
        except ValueError as error:
            findings.append(_finding(str(error), name, line))
            continue
        key = (rate.max_weight_g, rate.country, rate.origin, rate.zone)
        if key in first:
            findings.append(_finding(f"the same weight and destination as line {first[key]}", name, line))
        first.setdefault(key, line)
        rates.append(rate)
    return tuple(sorted(rates, key=lambda rate: rate.max_weight_g)), findings


def _rows(text: str, name: str, findings: list[Finding]) -> Iterator[tuple[int, Mapping[str, str]]]:
    """Line number and cells of each row that is not blank; a header that cannot be used ends the file."""
    heading = text.partition("\n")[0]
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=";" if ";" in heading else ",", strict=True)
    try:
        header = [cell.strip().lower() for cell in next(reader, [])]
        wrong = _wrong_header(header)
        if wrong:
            findings.append(_finding(*wrong[:1], name, 1, wrong[1]))
            return
        for cells in reader:
            if not any(cell.strip() for cell in cells):
                continue
            if len(cells) != len(header):
                message = f"has {len(cells)} cells, the header has {len(header)}"
                findings.append(_finding(message, name, reader.line_num))
                continue
            yield reader.line_num, dict(zip(header, (cell.strip() for cell in cells), strict=True))
    except csv.Error as error:
        findings.append(_finding(f"not valid CSV: {error}", name, reader.line_num))


def _wrong_header(header: list[str]) -> tuple[str, str] | None:
    for column in header:
        if column not in COLUMNS:
            guess = near(column, COLUMNS)
            return f"unknown column '{column[:40]}'", guess or f"columns are {', '.join(COLUMNS)}"
    if len(set(header)) != len(header):
        return "a column stands twice", f"columns are {', '.join(COLUMNS)}"
    for column in _REQUIRED:
        if column not in header:
            return f"the column '{column}' is missing", f"columns are {', '.join(COLUMNS)}"
    return None


def _rate(row: Mapping[str, str], currency: str, locations: Collection[str]) -> Rate:
    country, origin, zone = (row.get(name, "") for name in ("country", "origin", "zone"))
    if country and country not in COUNTRIES:
        message = f"'{country[:40]}' is not a country code of ISO 3166 (two capitals)"
        raise ValueError(message)
    if origin and origin not in locations:
        message = f"there is no location '{origin[:40]}'{did_you_mean(origin, locations)}"
        raise ValueError(message)
    if zone and not (zone.isascii() and zone.isdigit() and len(zone) < 5):
        message = f"'{zone[:40]}' is not a zone number"
        raise ValueError(message)
    weight_g = weights.parse_weight(row["max_weight"], "kg")
    cost_minor = money.to_minor(row["cost"], currency)
    if cost_minor < 0 or weight_g == 0:
        message = "a rate is for more than 0 g and costs at least 0"
        raise ValueError(message)
    return Rate(weight_g, cost_minor, country, origin, int(zone) if zone else None)


def _finding(message: str, file: str, line: int = 0, hint: str = "") -> Finding:
    return Finding(BAD_RATES, message, file, line, hint=hint)
