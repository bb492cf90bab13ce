"""docs/schemas/rules.json and rules.test.json: the rules language for editors, from its registered fields and actions.

1. what may stand on the right of a field follows from its kind; any text may be `@list`, a list means one of them
2. what an action takes follows from its `type` and, for one or many, from its example
3. fields and actions that this version refuses by name are not in the schema
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Any

from docs.pages.schema_parts import (
    FLAG,
    NUMBER_OR_TEXT,
    TEXT,
    WHOLE_OR_TEXT,
    Schema,
    described,
    many,
    nested,
    one_or_many,
    page,
    ref,
    table,
    tables_of,
    words,
)
from orderctl.core import weights
from orderctl.core.states import ORDER_STATES
from orderctl.rules import expect, kinds, load, numbers, testfile
from orderctl.rules.actions import ACTIONS, Action
from orderctl.rules.fields import FIELDS, Field
from orderctl.rules.model import STAGES
from orderctl.rules.registry import OPEN, QUANTIFIERS
from orderctl.rules.values import Kind

_LIST: Schema = {"type": "string", "pattern": "^@"}
_CURRENCY: Schema = {"type": "string", "pattern": "^[A-Z]{3}$"}
_CODES = {"country": "^(@.+|[A-Za-z]{2})$", "currency": "^(@.+|[A-Za-z]{3})$"}
_WORD = re.compile(r"[a-z_]+")
#: `type` of an action -> what it takes; those that list their words are read as such.
TYPES: Mapping[str, Schema] = {
    "a reason": {"type": "string", "pattern": "^[A-Za-z][A-Za-z0-9_-]{0,59}$"},
    "text": TEXT,
    "texts": TEXT,
    "tags": TEXT,
    "true or false": FLAG,
    "conditions": ref("conditions.order"),
    "a span of time": {"type": "string", "pattern": r"^\s*[0-9]+\s*[A-Za-z]+\s*$"},
    "names of locations": TEXT,
    "a whole number": {"type": "integer", "minimum": 0},
    "an amount": NUMBER_OR_TEXT,
    'an amount or "shipment.value"': NUMBER_OR_TEXT,
    "carrier:service": {"type": "string", "pattern": "^[^:]+:.+$"},
    "the name of a package": TEXT,
    "{ sku, quantity }": table({"sku": TEXT, "quantity": {"type": "integer", "minimum": 1}}, required=("sku",)),
}
_UNITS = tables_of({"type": "integer", "minimum": 0})
_TEXTS: Schema = {"anyOf": [{"type": "string"}, many({"type": "string"})]}
#: Expectations whose values are not texts.
_EXPECTED: Mapping[str, Schema] = {
    "state": {"enum": list(ORDER_STATES)},
    "backorder": _UNITS,
    "cancelled": _UNITS,
    "reserved": tables_of(_UNITS),
    "cost": NUMBER_OR_TEXT,
    "lines": _UNITS,
    "insure": NUMBER_OR_TEXT,
}
_AROUND: Mapping[str, Schema] = {
    "stock": tables_of(_UNITS),
    "skus": tables_of({"type": "object"}),
    "reserved": tables_of(_UNITS),
    "incoming": _UNITS,
    "capacity_used": _UNITS,
    "rejected": _TEXTS,
}


def rules() -> str:
    """The schema of rules.toml."""
    fields = _fields()
    definitions: dict[str, Any] = {f"field.{name}": one for name, one in fields.items()}
    for sees in ("order", "shipment"):
        conditions = _conditions([name for name in fields if name != "shipment" or sees == "shipment"])
        any_ = many(ref(f"conditions.{sees}"), minItems=1)
        definitions[f"conditions.{sees}"] = conditions
        definitions[f"when.{sees}"] = {**conditions, "properties": {**conditions["properties"], "any": any_}}
    definitions |= {f"rule.{stage}": _rule(stage) for stage in STAGES}
    return page("rules.toml of orderctl", "rules.json", _head(), definitions)


def _head() -> Schema:
    keys: dict[str, Schema] = {
        "version": {"const": 1},
        "currency": described(_CURRENCY, "Of money without a code. Default: the currency of channels.toml."),
        "weight": described({"enum": list(weights.UNITS)}, 'Of weights without a unit. Default: "kg".'),
        "timezone": described(TEXT, "Of conditions on the clock. Default: the time zone of channels.toml."),
        "default_weight": described(NUMBER_OR_TEXT, "Of a unit of which nobody says a weight."),
        "lists": described(tables_of(many(TEXT, minItems=1)), 'Named lists, written "@NAME" in conditions.'),
    }
    stages = {stage: many(ref(f"rule.{stage}")) for stage in STAGES}
    return table({name: keys[name] for name in load.HEAD} | stages, required=("version",))


def _rule(stage: str) -> Schema:
    when = ref(f"when.{_sees(stage)}")
    keys: dict[str, Schema] = {
        "name": TEXT,
        "why": described(TEXT, "For whoever reads the rule."),
        "mode": described({"const": "observe"}, "The rule is evaluated and shown, and changes nothing."),
        "when": described(when, "All of these are true, and of `any` at least one block."),
        "unless": described(when, "Each of these excludes by itself; a block of `any` when all of it is true."),
        "then": {**table(nested(_actions(stage)), minProperties=1), "patternProperties": {r"\.": True}},
    }
    return table({name: keys[name] for name in load.RULE}, required=("name", "then"))


def _sees(stage: str) -> str:
    return "shipment" if stage in {"service", "enhance"} else "order"


def _fields() -> dict[str, Schema]:
    """What a condition may begin with: a field of the order, or a table of fields such as `ship_to`."""
    plain = {name: _field(one) for name, one in FIELDS.items() if name.partition(".")[0] not in OPEN}
    return nested(plain) | {name: tables_of(_field(FIELDS[f"{name}.NAME"])) for name in OPEN}


def _conditions(names: Sequence[str]) -> Schema:
    lines = {word: ref("field.line") for word in QUANTIFIERS}
    found = {name: ref(f"field.{name}") for name in names} | lines
    return {**table(found, minProperties=1), "patternProperties": {r"\.": True}}


def _field(found: Field) -> Schema:
    return described(one_or_many(value_of(found.kind)), f"{found.doc} Example: {found.example}")


def value_of(kind: Kind) -> Schema:
    """One value on the right of a field of `kind`."""
    if isinstance(kind, kinds.FlagKind):
        return FLAG
    if isinstance(kind, kinds.Choice):
        return {"anyOf": [*words(kind.words)["anyOf"], _LIST]}
    if isinstance(kind, numbers.CountKind):
        return WHOLE_OR_TEXT
    if isinstance(kind, numbers.MoneyKind | numbers.WeightKind):
        return NUMBER_OR_TEXT
    return {"type": "string", "pattern": _CODES[kind.name]} if kind.name in _CODES else TEXT


def _actions(stage: str) -> dict[str, Schema]:
    known = (one for (of, _), one in ACTIONS.items() if of == stage and one.available)
    return {one.name: described(taken_by(one), f"{one.doc} Example: {one.example}") for one in known}


def taken_by(action: Action) -> Schema:
    """What the action takes. KeyError for a `type` that is neither in `TYPES` nor a list of words."""
    value = TYPES.get(action.type) or _words(action.type)
    return one_or_many(value) if action.example.startswith("[") else value


def _words(type_: str) -> Schema:
    """`of a, b` or `a, b, c:REASON`: these words; after a colon anything."""
    found = type_.removeprefix("of ").split(", ")
    plain = [word for word in found if _WORD.fullmatch(word)]
    open_ = [word.partition(":")[0] for word in found if ":" in word]
    if len(plain) + len(open_) != len(found):
        raise KeyError(type_)
    choice: Schema = {"enum": plain}
    return {"anyOf": [choice, *({"type": "string", "pattern": f"^{word}:.+$"} for word in open_)]} if open_ else choice


def tests() -> str:
    """The schema of rules.test.toml. An order has the shape of `orders show --json`, and is the program's to check."""
    order: Schema = {"type": "object"}
    shipment = table({name: _EXPECTED.get(name, _TEXTS) for name in expect.SHIPMENT})
    expected = {name: _EXPECTED.get(name, _TEXTS) for name in expect.KEYS} | {"ship": many(shipment)}
    test = {"name": TEXT, "now": TEXT, "order": order, "expect": table(expected, minProperties=1), **_AROUND}
    head: dict[str, Schema] = {
        "rules": TEXT,
        "config": TEXT,
        "now": TEXT,
        "defaults": table(dict.fromkeys(testfile.DEFAULTS, order)),
        "test": many(
            table({name: test.get(name, {}) for name in testfile.TEST}, required=("name", "expect")), minItems=1
        ),
    }
    root = table({name: head[name] for name in testfile.HEAD}, required=("test",))
    return page("rules.test.toml of orderctl", "rules.test.json", root, {})
