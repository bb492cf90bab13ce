"""The order of a rule test: the file's defaults with what the test says laid over them.

1. tables are merged, lists replaced; each line stands over the defaults of a line
2. a fact that follows from others may be set under its field's name (`billing_matches_shipping = false`) and then wins
3. what is left is read as any order is; its moment, number and channel are filled in where the test does not say
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core import money, times
from orderctl.core.checks import VERDICTS
from orderctl.core.errors import RecordError
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Order
from orderctl.rules import action_registry, codes, fields, values
from orderctl.rules.known import Refused, Setup
from orderctl.rules.reading import Path, Reader
from orderctl.rules.stage_hold import CHECKED

Table = Mapping[str, Any]
_STEP = re.compile(r"([^.\[\]]+)|\[(\d+)\]")


@dataclass(frozen=True, slots=True)
class TestOrder:
    """An order as a test states it. `derived` are the facts that it sets, `address` the verdict it sets or ""."""

    __test__ = False  # not a test case, whatever its name makes a test runner think

    order: Order
    derived: Mapping[str, Any]
    address: str = ""
    attempts: int = 0


@dataclass(frozen=True, slots=True)
class Terms:
    """What an order of a test is read with: the defaults of the file, the names it may use, its time zone."""

    order: Table
    line: Table
    setup: Setup
    zone: ZoneInfo


def merged(defaults: Table, stated: Table) -> dict[str, Any]:
    """`stated` over `defaults`: tables merged, everything else replaced."""
    found = dict(defaults)
    for name, value in stated.items():
        before = found.get(name)
        found[name] = merged(before, value) if isinstance(value, dict) and isinstance(before, dict) else value
    return found


def read(reader: Reader, stated: Table, path: Path, terms: Terms, now: str) -> TestOrder | None:
    """The order at `path` of the file, placed at `now` unless it says when. None with a finding when it is none."""
    row = merged(terms.order, stated)
    if isinstance(row.get("lines"), list):
        row["lines"] = [merged(terms.line, line) if isinstance(line, dict) else line for line in row["lines"]]
    derived = _derived(reader, row, path, _priced(terms.setup, row))
    address = reader.attempt((*path, "address"), "", _verdict, row)
    attempts = reader.attempt((*path, "attempts"), 0, _attempts, row)
    row.setdefault("placed_at", now)
    row.setdefault("number", "1")
    row.setdefault("channel", next(iter(terms.setup.known.channels), ""))
    reader.attempt((*path, "channel"), None, _need_channel, row, terms.setup)
    try:
        order = order_from_json(_plain(row, terms.zone), currency=terms.setup.known.currency)
    except RecordError as error:
        reader.find(codes.BAD_ORDER, f"order.{error.message}", "", _where(reader, path, error.field))
        return None
    return TestOrder(order, derived, address, attempts)


def moment(value: Any, zone: ZoneInfo) -> str:
    """A TOML date or date and time, or its text, as a moment; without an offset it is read in `zone`."""
    if isinstance(value, dt.datetime):
        return times.moment(value if value.tzinfo else value.replace(tzinfo=zone))
    if isinstance(value, dt.date):
        return times.moment(dt.datetime.combine(value, dt.time(), zone))
    try:
        return times.parse_moment(value, zone)
    except (TypeError, ValueError):
        hint = "write for example 2026-11-20T10:00:00-05:00"
        raise Refused(codes.WRONG_TYPE, f"'{values.written(value)[:40]}' is not a moment", hint) from None


def _plain(value: Any, zone: ZoneInfo) -> Any:
    """`value` with its dates as text, which is what an order is read from."""
    if isinstance(value, dict):
        return {name: _plain(part, zone) for name, part in value.items()}
    if isinstance(value, list):
        return [_plain(part, zone) for part in value]
    return moment(value, zone) if isinstance(value, dt.date) else value


def _derived(reader: Reader, row: dict[str, Any], path: Path, setup: Setup) -> dict[str, Any]:
    """The derived facts that `row` sets, taken out of it."""
    found: dict[str, Any] = {}
    for name in sorted(fields.DERIVED - {"address"}):
        *tables, key = name.split(".")
        holder: Any = row
        for table in tables:
            holder = holder.get(table) if isinstance(holder, dict) else None
        if isinstance(holder, dict) and key in holder:
            raw = holder[key]
            if tables:
                row[tables[0]] = {part: value for part, value in holder.items() if part != key}
            else:
                del row[key]
            found[name] = reader.attempt((*path, *name.split(".")), None, _fact, name, raw, setup)
    for name in CHECKED:
        if name in row:
            found[name] = reader.attempt((*path, name), None, action_registry.flag, row.pop(name))
    return found


def _priced(setup: Setup, row: Table) -> Setup:
    """`setup` for amounts of this order: those without a code are in its currency."""
    code = row.get("currency", setup.known.currency)
    return replace(setup, currency=code) if isinstance(code, str) and money.is_currency(code) else setup


def _fact(name: str, raw: Any, setup: Setup) -> Any:
    """The value of a derived field: what its kind compares."""
    try:
        test = values.parse(fields.find(name).kind, raw, setup)
    except Refused as refused:
        raise Refused(refused.code, f"order.{name}: {refused.message}", refused.hint) from None
    if len(test.exact) != 1 or test.patterns or test.ranges or test.currency not in {"", setup.currency}:
        raise Refused(codes.WRONG_TYPE, f"order.{name} is not one value: {values.written(raw)}")
    (value,) = test.exact
    return value


def _verdict(row: dict[str, Any]) -> str:
    return action_registry.one_of(row.pop("address"), VERDICTS) if "address" in row else ""


def _attempts(row: dict[str, Any]) -> int:
    return action_registry.count(row.pop("attempts", 0), 0)


def _need_channel(row: Table, setup: Setup) -> None:
    if setup.known.channels:
        action_registry.named(row["channel"], setup.known.channels, "channel", codes.UNKNOWN_CHANNEL)


def _where(reader: Reader, path: Path, field: str) -> Path:
    """Where `lines[2].sku` of an order was written: in the test at `path`, else in the defaults, else the test."""
    steps: Path = tuple(name or int(number) - 1 for name, number in _STEP.findall(field))
    for known in (path, ("defaults", "order")):
        if (*known, *steps) in reader.toml.lines:
            return (*known, *steps)
    if steps[:1] == ("lines",) and ("defaults", "line", *steps[2:]) in reader.toml.lines:
        return ("defaults", "line", *steps[2:])
    return (*path, *steps)
