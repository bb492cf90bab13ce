"""Read rules.test.toml: orders at a moment and what must come of each, or everything that is wrong with the file.

1. the head names the rules and the configuration, and gives the defaults: a moment, an order, a line
2. each [[test]] is its order over the defaults, the stock and other facts around it, and what it expects
3. every name must exist; findings name the test and the line
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core import toml
from orderctl.core.errors import ConfigError
from orderctl.core.stock import Sku
from orderctl.core.toml import Toml
from orderctl.rules import action_registry, codes, expect, testorder, testskus
from orderctl.rules.expect import Units
from orderctl.rules.known import Known, Refused, Setup
from orderctl.rules.reading import Path, Reader
from orderctl.rules.testorder import Table, Terms, TestOrder

HEAD = ("rules", "config", "now", "defaults", "test")
DEFAULTS = ("order", "line")
AROUND = ("stock", "skus", "reserved", "incoming", "rejected", "capacity_used")
TEST = ("name", "now", "order", *AROUND, "expect")
#: Stands for the moment of a test without one while the rest of it is looked at.
_ANY = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class RuleTest:
    """One [[test]]. `stock` is None when it names none: then there is plenty everywhere."""

    __test__ = False  # not a test case, whatever its name makes a test runner think

    name: str
    file: str
    line: int
    now: str
    order: TestOrder
    expect: Mapping[str, Any]
    stock: Mapping[str, Units] | None = None
    skus: Mapping[str, Sku] = field(default_factory=dict)
    reserved: Mapping[str, Units] = field(default_factory=dict)
    incoming: Units = field(default_factory=dict)
    rejected: tuple[str, ...] = ()
    capacity_used: Units = field(default_factory=dict)


def parse(source: str | bytes, file: str) -> Toml:
    """The TOML of a test file. ConfigError, with what to do where an order is written in two ways at once."""
    try:
        return toml.parse(source, file)
    except ConfigError as error:
        raise ConfigError(
            replace(finding, hint="write order = { ... } whole or order.KEY = ... lines in one test, not both")
            if finding.stage == "test" and _is_mixed(finding.message)
            else finding
            for finding in error.findings
        ) from None


def _is_mixed(message: str) -> bool:
    return "immutable namespace" in message or "given twice" in message


def paths(parsed: Toml) -> tuple[str, str]:
    """What the head says of the rules file and of the configuration; empty where it says nothing."""
    reader = Reader(parsed)
    found = [reader.attempt((name,), "", _path, parsed.data.get(name, ""), name) for name in ("rules", "config")]
    reader.settle()
    return found[0], found[1]


def _path(raw: Any, name: str) -> str:
    if not isinstance(raw, str):
        raise Refused(codes.WRONG_TYPE, f"{name} is not the name of a file")
    return raw


def read(parsed: Toml, known: Known, timezone: str) -> tuple[RuleTest, ...]:
    """The tests of a file. `timezone` is the rules', for moments without an offset. ConfigError lists all findings."""
    reader = Reader(parsed)
    data = parsed.data
    reader.names(data, HEAD, (), "key")
    defaults = _table(reader, data.get("defaults", {}), ("defaults",))
    reader.names(defaults, DEFAULTS, ("defaults",), "key")
    terms = Terms(
        order=_table(reader, defaults.get("order", {}), ("defaults", "order")),
        line=_table(reader, defaults.get("line", {}), ("defaults", "line")),
        setup=Setup(known, known.currency),
        zone=ZoneInfo(timezone),
    )
    now = _now(reader, data, ("now",), terms)
    rows = data.get("test", [])
    if not isinstance(rows, list) or not rows or not all(isinstance(row, dict) for row in rows):
        reader.find(codes.EMPTY, "the file has no tests", "write [[test]] and name = ...", ("test",))
        rows = []
    seen: dict[str, int] = {}
    tests = []
    for index, row in enumerate(rows):
        reader.stage, reader.rule = "test", str(row.get("name", "")) or f"#{index + 1}"
        tests.append(_test(reader, row, ("test", index), terms, now))
        line = reader.toml.line_of("test", index)
        first = seen.setdefault(reader.rule, line)
        if first != line:
            message = f"another test has this name, on line {first}"
            reader.find(codes.DUPLICATE_NAME, message, "", ("test", index, "name"))
    reader.settle()
    return tuple(test for test in tests if test)


def _test(reader: Reader, row: Table, path: Path, terms: Terms, now: str) -> RuleTest | None:
    reader.names(row, TEST, path, "key")
    name = reader.attempt((*path, "name"), "", _name, row)
    now = _now(reader, row, (*path, "now"), terms) or now
    if not now and "now" not in row:
        reader.find(codes.NO_NOW, "the test has no moment", "write now = 2026-11-20T10:00:00-05:00", path)
    order = _order(reader, row.get("order", {}), (*path, "order"), terms, now or _ANY)
    around = {key: _around(reader, key, row[key], (*path, key), terms) for key in AROUND if key in row}
    expected = expect.read(reader, row.get("expect"), (*path, "expect"), terms.setup.known)
    if order is None:
        return None
    return RuleTest(name, reader.toml.file, reader.toml.line_of(*path), now, order, expected, **around)


def _order(reader: Reader, raw: Any, path: Path, terms: Terms, now: str) -> TestOrder | None:
    stated = _table(reader, raw, path)
    return testorder.read(reader, stated, path, terms, now) if isinstance(raw, dict) else None


def _name(row: Table) -> str:
    name = row.get("name")
    if not isinstance(name, str) or not name.strip():
        raise Refused(codes.NO_NAME, "the test has no name", 'write name = "..."')
    return name


def _now(reader: Reader, table: Table, path: Path, terms: Terms) -> str:
    return reader.attempt(path, "", testorder.moment, table["now"], terms.zone) if "now" in table else ""


def _around(reader: Reader, key: str, raw: Any, path: Path, terms: Terms) -> Any:
    """The value of a key that says what surrounds the order."""
    empty: Any = () if key == "rejected" else {}
    return reader.attempt(path, empty, _AROUND_READERS[key], raw, key, terms.setup.known)


def _rejected(raw: Any, key: str, known: Known) -> tuple[str, ...]:
    return tuple(expect.need_location(name, known) for name in expect.texts(raw, key))


def _capacity(raw: Any, key: str, known: Known) -> Units:
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"{key} is not a table of locations", f"write {key}.LOCATION = 150")
    return {expect.need_location(name, known): action_registry.count(used, 0) for name, used in raw.items()}


_AROUND_READERS = {
    "stock": expect.per_location,
    "skus": testskus.read,
    "reserved": expect.per_location,
    "incoming": lambda raw, key, known: expect.units(raw, key),  # noqa: ARG005
    "rejected": _rejected,
    "capacity_used": _capacity,
}


def _table(reader: Reader, raw: Any, path: Path) -> Table:
    if isinstance(raw, dict):
        return raw
    reader.find(codes.WRONG_TYPE, f"{path[-1]} is not a table", f"write {path[-1]} = {{ KEY = VALUE }}", path)
    return {}
