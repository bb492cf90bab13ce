"""The fields that rules may test: one registered function each.

A field's name says what it belongs to: `line.sku` to a line, `shipment.weight` to a planned shipment, everything else
to the order. `all_lines.X` and `no_line.X` read `line.X`. Its docstring and example make the reference table.
"""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

from orderctl.core.orders import Line
from orderctl.core.text import did_you_mean
from orderctl.rules import codes
from orderctl.rules.facts import Facts, ShipmentFacts
from orderctl.rules.known import Refused
from orderctl.rules.values import Kind

Reader = Callable[..., Any]
_Read = TypeVar("_Read", bound=Reader)
QUANTIFIERS = ("line", "all_lines", "no_line")
_SHIPMENT_STAGES = ("service", "enhance")


@dataclass(frozen=True, slots=True)
class Field:
    """One thing a rule may test.

    `scope` says what `read` takes: `order` (facts), `clock` (facts, zone), `line` (facts, line), `shipment` (facts,
    shipment). It returns None for what the order does not have, which only fields with `missing` may. `moment` marks
    what differs from one moment to the next without the order changing.
    """

    name: str
    kind: Kind
    read: Reader
    scope: str
    doc: str
    example: str
    missing: bool = False
    moment: bool = False
    derived: bool = False


FIELDS: dict[str, Field] = {}
#: Fields of the language that need facts which nothing supplies yet, with what is missing.
UNAVAILABLE = {"ship_to.zone": "zones are known per location only"}
#: Fields that no order past the hold stage lacks.
SURE_AFTER_HOLD = ("ship_to.country",)
#: Fields with a free last part: `attributes.NAME`.
OPEN = ("attributes",)


def field(
    name: str, kind: Kind, *, example: str, missing: bool = False, moment: bool = False, derived: bool = False
) -> Callable[[_Read], _Read]:
    """Register the decorated function as the field `name`. `example` is TOML for the right side of `name =`.

    `derived` marks what follows from other facts, so that a rule test may set it.
    """

    def register(read: _Read) -> _Read:
        doc = " ".join((read.__doc__ or "").split())
        FIELDS[name] = Field(name, kind, read, _scope(name), doc, example, missing, moment, derived)
        return read

    return register


def _scope(name: str) -> str:
    first = name.partition(".")[0]
    if first in {"line", "shipment"}:
        return first
    return "clock" if first in {"now", "placed"} else "order"


def quantifier_of(name: str) -> str:
    """`line`, `all_lines` or `no_line` of a line field's written name, else empty."""
    first = name.partition(".")[0]
    return first if first in QUANTIFIERS else ""


@functools.lru_cache(maxsize=4096)
def find(name: str) -> Field:
    """The field that `name` as written in a rule means. Refused with a hint when there is none."""
    quantifier, _, rest = name.partition(".")
    plain = f"line.{rest}" if quantifier in QUANTIFIERS else name
    known = FIELDS.get(plain)
    if known is not None:
        return known
    if plain in UNAVAILABLE:
        raise Refused(codes.NOT_AVAILABLE, f"'{name}' is not available in this version", UNAVAILABLE[plain])
    table, dot, key = name.partition(".")
    if dot and key and table in OPEN:
        general = FIELDS[f"{table}.NAME"]
        return Field(
            name, general.kind, functools.partial(_attribute, key), "order", general.doc, general.example, missing=True
        )
    raise Refused(codes.UNKNOWN_FIELD, f"unknown field '{name}'", did_you_mean(name, names()).removeprefix("; "))


def _attribute(key: str, facts: Facts) -> str | None:
    return facts.order.attributes.get(key) or None


def for_stage(name: str, stage: str) -> Field:
    """The field `name` when rules of `stage` may test it, else Refused."""
    found = find(name)
    if found.scope == "shipment" and stage not in _SHIPMENT_STAGES:
        raise Refused(codes.FIELD_STAGE, f"'{name}' is not known in [[{stage}]]: no shipment is planned there yet")
    return found


def may_be_missing(name: str, stage: str) -> bool:
    """Whether an order in `stage` may lack the field. One without a country never gets past the hold stage."""
    return find(name).missing and (stage == "hold" or name not in SURE_AFTER_HOLD)


def names() -> Iterator[str]:
    """Every name a rule may write, the three ways to ask about lines included."""
    for name in FIELDS:
        yield name
        if name.startswith("line."):
            yield from (f"{quantifier}.{name.removeprefix('line.')}" for quantifier in QUANTIFIERS[1:])


def read(
    found: Field, name: str, facts: Facts, line: Line | None, shipment: ShipmentFacts | None, zone: ZoneInfo
) -> Any:
    """The field's value for these facts, None when it is missing. A derived fact that a test set wins."""
    if facts.derived and name in facts.derived:
        return facts.derived[name]
    if found.scope == "order":
        return found.read(facts)
    if found.scope == "clock":
        return found.read(facts, zone)
    if found.scope == "line":
        return None if line is None else found.read(facts, line)
    return None if shipment is None else found.read(facts, shipment)
