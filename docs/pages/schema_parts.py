"""What the JSON Schemas of both TOML files are put together from; draft 7, which editors of TOML read.

A schema says what can be seen in the file alone. Names that stand elsewhere, amounts and units are the program's.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

Schema = dict[str, Any]

TEXT: Schema = {"type": "string", "minLength": 1}
FLAG: Schema = {"type": "boolean"}
NUMBER_OR_TEXT: Schema = {"type": ["number", "string"]}
WHOLE_OR_TEXT: Schema = {"type": ["integer", "string"]}


def page(title: str, name: str, root: Mapping[str, Any], definitions: Mapping[str, Any]) -> str:
    """The file: `root` with its definitions."""
    head = {"$schema": "http://json-schema.org/draft-07/schema#", "$id": name, "title": title}
    return json.dumps({**head, **root, "definitions": dict(definitions)}, indent=1) + "\n"


def ref(name: str) -> Schema:
    """What is defined under `name`."""
    return {"$ref": f"#/definitions/{name}"}


def table(properties: Mapping[str, Any], *, required: Sequence[str] = (), **more: Any) -> Schema:
    """A table of these keys and no others, unless `more` says so."""
    found: Schema = {"type": "object", "properties": dict(properties), "additionalProperties": False}
    return found | ({"required": list(required)} if required else {}) | more


def tables_of(value: Schema) -> Schema:
    """A table whose keys are names."""
    return {"type": "object", "additionalProperties": value}


def many(value: Schema, **more: Any) -> Schema:
    """A list."""
    return {"type": "array", "items": value, **more}


def one_or_many(value: Schema) -> Schema:
    """One, or a list that is not empty."""
    return {"anyOf": [value, many(value, minItems=1)]}


def words(names: Iterable[str]) -> Schema:
    """One of these words, in any case and with spaces around; the words themselves are what an editor offers."""
    names = list(names)
    alike = "|".join("".join(_either(letter) for letter in name) for name in names)
    return {"anyOf": [{"enum": names}, {"type": "string", "pattern": rf"^\s*({alike})\s*$"}]}


def _either(letter: str) -> str:
    return f"[{letter.upper()}{letter}]" if letter.isalpha() else re.escape(letter)


def described(value: Schema, text: str) -> Schema:
    """`value` with what an editor shows beside it. Beside a `$ref`, draft 7 reads nothing: it is wrapped."""
    return {"allOf": [value], "description": text} if "$ref" in value else {**value, "description": text}


def nested(names: Mapping[str, Schema]) -> dict[str, Schema]:
    """`{"a.b": x}` as the properties of tables in tables. A key in quotes (`"a.b" = x`) is left to the program."""
    found: dict[str, Schema] = {}
    inner: dict[str, dict[str, Schema]] = {}
    for name, value in names.items():
        first, dot, rest = name.partition(".")
        if dot:
            inner.setdefault(first, {})[rest] = value
        else:
            found[first] = value
    for first, rest_of in inner.items():
        found[first] = table(nested(rest_of), minProperties=1)
    return found
