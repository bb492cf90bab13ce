"""What a rule test expects, read into checked values: only the keys that it lists.

Units per SKU are `{SKU = N}`, amounts minor units of the configuration's currency (`cost`) or text that is compared
in the order's currency (`insure`). An empty table or list means that there is none at all.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import Any

from orderctl.core import money
from orderctl.core.states import ORDER_STATES
from orderctl.core.text import did_you_mean
from orderctl.rules import action_registry, codes
from orderctl.rules.known import Known, Refused
from orderctl.rules.reading import Path, Reader
from orderctl.rules.values import written

Units = dict[str, int]
Table = Mapping[str, Any]


def read(reader: Reader, raw: Any, path: Path, known: Known) -> dict[str, Any]:
    """The expectations at `path` of a test file, by key."""
    if not isinstance(raw, dict) or not raw:
        reader.find(codes.EMPTY, "the test expects nothing", 'write for example expect.state = "routed"', path)
        return {}
    reader.names(raw, KEYS, path, "expectation")
    return {
        name: reader.attempt((*path, name), None, KEYS[name], value, known)
        for name, value in raw.items()
        if name in KEYS
    }


def units(raw: Any, what: str) -> Units:
    """Units per SKU; those without any are left out. Refused when they are none."""
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"{what} is not a table of SKUs", "write { SKU = 2 }")
    for sku, quantity in raw.items():
        if isinstance(quantity, dict):
            hint = 'a SKU with a dot stands in quotes: { "TEE.RED" = 1 }'
            raise Refused(codes.WRONG_TYPE, f"{what}: '{sku}' is a table, not a number", hint)
        if isinstance(quantity, bool) or not isinstance(quantity, int) or quantity < 0:
            raise Refused(codes.WRONG_TYPE, f"{what}: '{sku} = {written(quantity)}' is not a whole number from 0")
    return {sku: quantity for sku, quantity in raw.items() if quantity}


def per_location(raw: Any, what: str, known: Known) -> dict[str, Units]:
    """Units per SKU for each location that is named. Refused when one is unknown."""
    if not isinstance(raw, dict):
        raise Refused(codes.WRONG_TYPE, f"{what} is not a table of locations", f"write {what}.LOCATION = {{ SKU = 2 }}")
    found = {}
    for location, stated in raw.items():
        need_location(location, known)
        found[location] = units(stated, f"{what}.{location}")
    return found


def need_location(name: Any, known: Known) -> str:
    """`name` when it is a location of channels.toml, else Refused."""
    return _need(name, known.locations, "location", codes.UNKNOWN_LOCATION)


def texts(raw: Any, what: str) -> tuple[str, ...]:
    """One text, or a list of texts that may be empty."""
    entries = raw if isinstance(raw, list) else [raw]
    for entry in entries:
        if not isinstance(entry, str):
            raise Refused(codes.WRONG_TYPE, f"{what} is not a list of texts: {written(entry)}")
    return tuple(entries)


def _need(name: Any, known: tuple[str, ...], what: str, code: str) -> str:
    if name not in known:
        raise Refused(code, f"unknown {what} '{written(name)}'", did_you_mean(str(name), known).removeprefix("; "))
    return str(name)


def _text(raw: Any, known: Known) -> str:  # noqa: ARG001
    if not isinstance(raw, str):
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is not a text")
    return raw


def _list(what: str) -> Callable[[Any, Known], tuple[str, ...]]:
    return lambda raw, known: texts(raw, what)  # noqa: ARG005


def _skus(what: str) -> Callable[[Any, Known], Units]:
    return lambda raw, known: units(raw, what)  # noqa: ARG005


def _amount(raw: Any, known: Known) -> int:
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is not an amount")
    try:
        return money.to_minor(raw, known.currency)
    except ValueError as error:
        raise Refused(codes.WRONG_TYPE, str(error), f'write for example "12.50", in {known.currency}') from None


def _insured(raw: Any, known: Known) -> str:  # noqa: ARG001
    """The amount as it was written: in which currency it is, only the order says."""
    if isinstance(raw, bool) or not isinstance(raw, str | int | Decimal):
        raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is not an amount")
    return f"{raw:f}" if isinstance(raw, Decimal) else str(raw)


def _service(raw: Any, known: Known) -> str:
    return _need(raw, ("", *known.services), "service", codes.UNKNOWN_SERVICE)


def _package(raw: Any, known: Known) -> str:
    return _need(raw, ("", *known.packages), "package", codes.UNKNOWN_PACKAGE)


def _shipments(raw: Any, known: Known) -> tuple[Table, ...]:
    if not isinstance(raw, list) or not all(isinstance(entry, dict) for entry in raw):
        raise Refused(codes.WRONG_TYPE, "ship is not a list of shipments", 'write ship = [{ from = "LOCATION" }]')
    return tuple(_shipment(entry, known) for entry in raw)


def _shipment(entry: Table, known: Known) -> Table:
    for name in entry:
        if name not in SHIPMENT:
            hint = did_you_mean(name, SHIPMENT).removeprefix("; ") or f"one of {', '.join(SHIPMENT)}"
            raise Refused(codes.UNKNOWN_KEY, f"ship has no '{name}'", hint)
    return {name: SHIPMENT[name](value, known) for name, value in entry.items()}


SHIPMENT: Mapping[str, Callable[[Any, Known], Any]] = {
    "from": need_location,
    "lines": _skus("lines"),
    "skus": _list("skus"),
    "service": _service,
    "package": _package,
    "insure": _insured,
    "signature": _text,
    "documents": _list("documents"),
    "tags": _list("tags"),
    "note": _text,
}
KEYS: Mapping[str, Callable[[Any, Known], Any]] = {
    "state": lambda raw, known: action_registry.one_of(raw, ORDER_STATES),  # noqa: ARG005
    "holds": _list("holds"),
    "ship": _shipments,
    "backorder": _skus("backorder"),
    "cancelled": _skus("cancelled"),
    "reserved": lambda raw, known: per_location(raw, "reserved", known),
    "rules": _list("rules"),
    "not_rules": _list("not_rules"),
    "tags": _list("tags"),
    "assigned": _text,
    "notify": _list("notify"),
    "problems": _list("problems"),
    "cost": _amount,
}
