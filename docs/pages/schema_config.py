"""docs/schemas/channels.json: channels.toml for editors, from the tables that the loader reads by.

The keys of an adapter are asked for where its `type` or `via` names it; of one that does not come with orderctl, any
key may stand there.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from docs.pages.schema_parts import (
    FLAG,
    NUMBER_OR_TEXT,
    TEXT,
    WHOLE_OR_TEXT,
    Schema,
    described,
    many,
    page,
    ref,
    table,
    tables_of,
)
from orderctl.config.findings import Refusal
from orderctl.config.key import Key, Table
from orderctl.config.keys import TABLES
from orderctl.config.kinds import KINDS, LARGEST_WHOLE, Scope
from orderctl.config.locations import ANSWERING, SAME_SERVER
from orderctl.core import registry

_WHOLE: Schema = {"type": "integer", "minimum": 0, "maximum": LARGEST_WHOLE}
_COUNTRY: Schema = {"type": "string", "pattern": "^[A-Z]{2}$"}
_DAYS: Schema = {"type": "string", "pattern": "^(mon|tue|wed|thu|fri|sat|sun)(_(mon|tue|wed|thu|fri|sat|sun))?$"}
_TIME: Schema = {"type": "string", "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
_SPAN = r"^\s*[0-9]{1,9}\s*[A-Za-z]+\s*$"
#: Kind of a key -> how its value is written. `choice` and `choices` follow from the key.
SCHEMAS: Mapping[str, Schema] = {
    "text": TEXT,
    "texts": many(TEXT),
    "text table": tables_of(TEXT),
    "whole number": _WHOLE,
    "boolean": FLAG,
    "version": {"const": 1},
    "currency": {"type": "string", "pattern": "^[A-Z]{3}$"},
    "rate": NUMBER_OR_TEXT,
    "timezone": TEXT,
    "country": _COUNTRY,
    "countries": many(_COUNTRY),
    "page": {"type": "string", "pattern": r"^https?://[^\s/]\S*$"},
    "path": TEXT,
    "ping": TEXT,
    "duration": {"type": "string", "pattern": _SPAN},
    "lead time": {"type": "string", "pattern": _SPAN.replace(r"\s*[A-Za-z]", r"\s*([Bb]usiness\s+)?[A-Za-z]")},
    "moment": TEXT,
    "money": NUMBER_OR_TEXT,
    "percent": NUMBER_OR_TEXT,
    "share": NUMBER_OR_TEXT,
    "weight": NUMBER_OR_TEXT,
    "centimeters": NUMBER_OR_TEXT,
    "capacity": {"anyOf": [_WHOLE, table({"orders_per_day": _WHOLE}, required=("orders_per_day",))]},
    "days": WHOLE_OR_TEXT,
    "coordinates": many(NUMBER_OR_TEXT, minItems=2, maxItems=2),
    "zones": tables_of(_WHOLE),
    "weekdays": many(_DAYS),
    "cutoff": {"anyOf": [_TIME, {**tables_of(_TIME), "propertyNames": _DAYS}]},
    "holidays": many(TEXT),
}
#: Open table -> the key that names its adapter, and the adapters there are.
_ADAPTERS = {
    "channel": ("type", registry.CHANNELS),
    **dict.fromkeys(("location.send", "location.confirm", "location.stock_feed"), ("via", registry.DESTINATIONS)),
}


def text() -> str:
    """The schema."""
    definitions: dict[str, Any] = {name: _table(name, known) for name, known in TABLES.items() if name != "file"}
    for key, adapters in dict(_ADAPTERS.values()).items():
        for name, target in adapters.items():
            definitions |= _settings(f"{key}.{name}", target)
    return page("channels.toml of orderctl", "channels.json", _table("file", TABLES["file"]), definitions)


def _table(name: str, known: Table) -> Schema:
    required = [key.name for key in known.keys if key.required]
    found = table({key.name: _key(key) for key in known.keys}, required=required)
    found["description"] = known.doc
    if known.open:
        del found["additionalProperties"]
    if name in _ADAPTERS:
        found["allOf"] = list(_by_adapter(name, known, *_ADAPTERS[name]))
    return found


def _key(key: Key) -> Schema:
    note = f"{key.doc} Read and checked; nothing acts on it yet." if key.idle else key.doc
    shown: Schema = {"default": key.default} if key.default is not None and not key.table else {}
    return described(_value(key), note) | shown


def _value(key: Key) -> Schema:
    if key.table:
        return tables_of(ref(key.table)) if key.kind == "named" else ref(key.table)
    if not key.choices:
        return SCHEMAS.get(key.kind, {})
    words: Schema = {"enum": list(_accepted(key))}
    return many(words, uniqueItems=True) if key.kind == "choices" else words


def _accepted(key: Key) -> Iterator[str]:
    """The choices that this version carries out."""
    scope = Scope(Path(), choices=key.choices)
    for word in key.choices:
        try:
            KINDS[key.kind].parse([word] if key.kind == "choices" else word, scope)
        except Refusal:
            continue
        yield word


def _by_adapter(of: str, known: Table, key: str, adapters: Mapping[str, str]) -> Iterator[Schema]:
    own = {one.name: True for one in known.keys}
    for name, target in adapters.items():
        settings = _model(target)
        theirs = {one: ref(f"{key}.{name}/properties/{one}") for one in settings["properties"]}
        needed = [one for one in settings.get("required", ()) if not _may_stand_in_send(of, name, one)]
        yield {
            "if": {"properties": {key: {"const": name}}, "required": [key]},
            "then": table({**theirs, **own}, required=needed),
        }


def _may_stand_in_send(of: str, name: str, key: str) -> bool:
    """Whether the ways `of` a location take `key` of the adapter `name` over from its `send`."""
    return of in {"location.confirm", "location.stock_feed"} and (name in ANSWERING or key in SAME_SERVER.get(name, ()))


def _model(target: str) -> dict[str, Any]:
    module, _, attribute = target.partition(":")
    schema: dict[str, Any] = getattr(importlib.import_module(module), attribute).Settings.model_json_schema()
    return schema


def _settings(name: str, target: str) -> dict[str, Any]:
    """An adapter's settings as it declares them, and the tables among them, all under names of their own."""
    schema = _model(target)
    inner = schema.pop("$defs", {})
    found = {name: schema, **{f"{name}.{table_}": one for table_, one in inner.items()}}
    return {one: _moved(value, name) for one, value in found.items()}


def _moved(value: Any, name: str) -> Any:
    """The same with its references pointing to where we keep what they mean, and without titles made of names."""
    if isinstance(value, list):
        return [_moved(one, name) for one in value]
    if not isinstance(value, dict):
        return value
    found = {key: _moved(one, name) for key, one in value.items() if not (key == "title" and isinstance(one, str))}
    if found.get("type") == "integer":  # such as a file mode, which is written "0640"
        found = {**WHOLE_OR_TEXT, **{key: one for key, one in found.items() if key not in {"type", "default"}}}
    if isinstance(found.get("$ref"), str):
        found["$ref"] = found["$ref"].replace("#/$defs/", f"#/definitions/{name}.")
    return found
