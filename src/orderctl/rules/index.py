"""The conditions of many rules as one table per field: reading a field once says which of them hold.

An index asks each field that any rule uses, and no other. Rules are bits of a mask; a rule without a condition on a
field is free there, so that the masks of all fields can be joined with `and`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from orderctl.core.orders import Line
from orderctl.rules import exchange, fields
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.lookup import Lookup, lookup
from orderctl.rules.model import Condition
from orderctl.rules.values import Test

Marked = tuple[int, Condition]  # the bit of a rule, and one of its conditions
OfOrder = tuple[Callable[[Facts], Any], Lookup]
OfPart = tuple[Callable[[Facts, Any], Any], Lookup]


@dataclass(frozen=True, slots=True)
class Index:
    """Tables by what their fields belong to; `bits` are the rules with a condition in any of them."""

    order: tuple[OfOrder, ...] = ()
    line: tuple[OfPart, ...] = ()
    shipment: tuple[OfPart, ...] = ()
    bits: int = 0

    def __add__(self, other: Index) -> Index:
        """The tables of both."""
        return Index(
            self.order + other.order,
            self.line + other.line,
            self.shipment + other.shipment,
            self.bits | other.bits,
        )


def all_of_part(tables: tuple[OfPart, ...], facts: Facts, part: Line | ShipmentFacts, mask: int) -> int:
    """Those of `mask` for which every table on a line or shipment holds."""
    for read, found in tables:
        mask &= found(read(facts, part))
        if not mask:
            return 0
    return mask


def any_of_order(tables: tuple[OfOrder, ...], facts: Facts) -> int:
    """Those for which any table on the order holds."""
    mask = 0
    for read, found in tables:
        mask |= found(read(facts))
    return mask


def any_of_part(tables: tuple[OfPart, ...], facts: Facts, part: Line | ShipmentFacts) -> int:
    """Those for which any table on a line or shipment holds."""
    mask = 0
    for read, found in tables:
        mask |= found(read(facts, part))
    return mask


def needs(marked: Iterable[Marked], everything: int, zone: ZoneInfo) -> Index:
    """An index for conditions that must hold: of `everything`, rules without a condition on a field are free there."""
    return _index(marked, zone, lambda bits: (everything & ~bits, everything & ~bits))


def bars(marked: Iterable[Marked], zone: ZoneInfo, *, unknown: bool = False) -> Index:
    """An index for conditions any of which bars a rule; `unknown` = also when it is unknown."""
    return _index(marked, zone, lambda bits: (0, bits if unknown else 0))


def _index(marked: Iterable[Marked], zone: ZoneInfo, free_and_missing: Callable[[int], tuple[int, int]]) -> Index:
    tests: dict[tuple[str, str], list[tuple[int, Test]]] = {}
    every = 0
    for bit, condition in marked:
        quantifier, _, rest = condition.field.partition(".")
        name = f"line.{rest}" if quantifier in fields.QUANTIFIERS else condition.field
        tests.setdefault((name, condition.test.currency), []).append((bit, condition.test))
        every |= bit
    tables: dict[str, list[tuple[Any, Lookup]]] = {"order": [], "line": [], "shipment": []}
    for (name, currency), found in tests.items():
        field = fields.find(name)
        bits = 0
        for bit, _ in found:
            bits |= bit
        scope = "order" if field.scope == "clock" else field.scope
        tables[scope].append((_reader(field, currency, zone), lookup(field.kind, found, *free_and_missing(bits))))
    return Index(tuple(tables["order"]), tuple(tables["line"]), tuple(tables["shipment"]), every)


def _reader(field: fields.Field, currency: str, zone: ZoneInfo) -> Callable[..., Any]:
    if field.scope == "clock":
        return lambda facts: field.read(facts, zone)
    return _in_currency(field.read, currency) if currency else field.read


def _in_currency(read: Callable[..., int | None], currency: str) -> Callable[..., int | None]:
    def converted(facts: Facts, *part: Any) -> int | None:
        minor = read(facts, *part)
        ours = facts.order.currency
        return minor if minor is None or ours == currency else exchange.converted(minor, ours, currency, facts.places)

    return converted
