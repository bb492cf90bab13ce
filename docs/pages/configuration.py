"""docs/configuration.md: every key of channels.toml, of the adapters that come with orderctl, and of their columns."""

from __future__ import annotations

import ast
import importlib
import inspect
import textwrap
from collections.abc import Iterator, Mapping
from typing import Any, get_args

from pydantic import BaseModel

from docs.pages.markdown import code, codes, page, table
from orderctl.config import rates
from orderctl.config.key import Key, Table
from orderctl.config.keys import TABLES
from orderctl.config.kinds import KINDS
from orderctl.core import confirmations, registry, stock, times
from orderctl.destinations import answer_rows, columns, pick_list
from orderctl.wire import cost_rows, order_rows

IDLE = frozenset(key.table for known in TABLES.values() for key in known.keys if key.idle)
#: Documents whose usual columns are not those of the pick list.
PAPERS = {kind: usual for kind, usual in columns.USUAL.items() if kind != "pick"}
INTRODUCTION = """\
`channels.toml` says where orders come from, where they can ship from, and what carriers ask for that.
[The example](../examples/channels.toml) is a whole one that runs.

- It is found by `-c FILE`, else `$ORDERCTL_CONFIG`, else `./channels.toml`. Every path in it is relative to the file.
- A key that does not stand in these tables is refused with the nearest one that does. Everything that is wrong is told
  at once, with its line. What each code means is in [codes](codes.md).
- Amounts are text (`"1.10"`), so that no digit is lost; numbers without quotes are read exactly, too.
- **not used yet**: the key is read and checked, and nothing in this version acts on it.
- Secrets are never written here, only where they are: `env:NAME`, `file:PATH` (closed to group and others),
  `cred:NAME` (systemd credentials) or `keyring:SERVICE/USER`. A secret itself is an error.
"""
COLUMNS = """\
A column is found by the name in `columns`, else by our own name. Fields of the order stand in every row of an order or
in one, and must not differ between them. `attributes.NAME` and `line.attributes.NAME` take any NAME. Where no field of
the order has the same name, `line.` may be left out (`sku`, `qty`). Needed are `number` or `channel_order_id`,
`placed_at`, `sku` and `quantity`.
"""
ANSWERS = f"""\
A column is found by the name in `columns`, else by our own name or one of those that many use. Upper case, spaces and
hyphens do not matter. `status` is one of {", ".join(confirmations.KINDS)}; without it a
row with units or a tracking number means shipped, one with 0 units short. `replaces` is the number that a package had
until now, `tracking_number` its new one; voided withdraws `tracking_number` without another.
"""
FEEDS = """\
The file says what lies there: stock is moved to these numbers. Rows about another `location` are left for it. The
columns of `orderctl stock import FILE` are the same.
"""
RATES = """\
`rates` of a service is a CSV file with these columns. Rows for a country, a location or a zone come before those for
everywhere; among them the lightest that holds the parcel counts.
"""


def text() -> str:
    """The page."""
    parts = [INTRODUCTION]
    for name, known in TABLES.items():
        parts += _section(name, known)
        if name == "channel":
            parts += _adapters("type", registry.CHANNELS)
        if name == "location.stock_feed":
            parts += _adapters("via", registry.DESTINATIONS)
    return page("Configuration", *parts, *_columns())


def _section(name: str, known: Table) -> Iterator[str]:
    yield f"## {_title(known.title)}\n"
    more = " Other keys belong to the adapter." if known.open and known.keys else ""
    unused = " **not used yet**" if name in IDLE else ""
    yield f"{known.doc}{more}{unused}\n"
    if known.keys:
        yield table(("key", "value", "default", "meaning"), map(_row, known.keys))


def _title(title: str) -> str:
    written, of, whose = title.partition(" of ")
    return title if title == "channels.toml" else f"{code(written)}{of}{whose}"


def _row(key: Key) -> tuple[str, ...]:
    meaning = f"{key.doc} **not used yet**" if key.idle else key.doc
    return code(key.name), _kind(key), _default(key), meaning


def _kind(key: Key) -> str:
    if key.table:
        return f"tables by name: {code(TABLES[key.table].title)}" if key.kind == "named" else "table"
    says = KINDS[key.kind].says
    return f"{says} {codes(key.choices)}" if key.choices else says


def _default(key: Key) -> str:
    if key.required:
        return "required"
    return "" if key.default is None or key.table else code(_toml(key.default))


def _toml(value: Any) -> str:
    """A value as it stands in a TOML file."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list | tuple):
        return f"[{', '.join(map(_toml, value))}]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{name} = {_toml(one)}" for name, one in value.items()) + " }" if value else "{}"
    return f'"{value}"'.replace("\t", "\\t") if isinstance(value, str) else str(value)


def _adapters(key: str, known: Mapping[str, str]) -> Iterator[str]:
    """The keys of each adapter that comes with orderctl, and of the tables among them."""
    for name, target in known.items():
        module, _, attribute = target.partition(":")
        adapter = getattr(importlib.import_module(module), attribute)
        yield f"### `{key} = {_toml(name)}`\n"
        yield f"{inspect.getdoc(adapter)}\n"
        yield _settings(adapter.Settings)
        yield from _inner("", adapter.Settings, set())


def _inner(above: str, settings: type[BaseModel], told: set[Any]) -> Iterator[str]:
    """The keys of the tables inside of `settings`, which stand below `above`; each is told once."""
    for name, field in settings.model_fields.items():
        held = [field.annotation, *get_args(field.annotation)]
        for table_ in (one for one in held if inspect.isclass(one) and issubclass(one, BaseModel) and one not in told):
            told.add(table_)
            written = f"{above}{name} = {{ ... }}" if table_ is field.annotation else f"{above}{name} = [{{ ... }}]"
            yield f"In `{written}`:\n"
            yield _settings(table_)
            yield from _inner(f"{above}{name}.", table_, told)


def _settings(settings: type[BaseModel]) -> str:
    """The keys of an adapter: kinds and defaults from its model, meanings from the texts below its fields."""
    schema: dict[str, Any] = settings.model_json_schema()
    meanings = _meanings(settings)
    called = {field.alias or name: name for name, field in settings.model_fields.items()}
    rows = (
        (code(name), _json_kind(one), _json_default(name, one, schema), meanings[called[name]])
        for name, one in schema["properties"].items()
    )
    return table(("key", "value", "default", "meaning"), rows)


def _meanings(settings: type[BaseModel]) -> dict[str, str]:
    """Field -> the text that stands below it in the class, or in one that it extends."""
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(settings))).body
    assert isinstance(body, ast.ClassDef)  # noqa: S101
    found: dict[str, str] = {}
    for base in reversed(settings.__bases__):
        if issubclass(base, BaseModel) and base.model_fields:
            found |= _meanings(base)
    for one, below in zip(body.body, body.body[1:], strict=False):
        if isinstance(one, ast.AnnAssign) and isinstance(below, ast.Expr) and isinstance(below.value, ast.Constant):
            found[ast.unparse(one.target)] = " ".join(str(below.value.value).split())
    return found


def _json_kind(one: Mapping[str, Any]) -> str:
    words = [one["const"]] if "const" in one else one.get("enum", ())
    if words:
        return f"one of {codes(_toml(word) for word in words)}"
    for other in one.get("anyOf", ()):
        if other.get("type") != "null":
            return _json_kind(other)
    if one.get("type") == "integer" and "maximum" in one:
        return f"whole number, {one['minimum']} to {one['maximum']}"
    items: Mapping[str, Any] = one.get("items", {})
    listed = "tables" if "$ref" in items else "whole numbers" if items.get("type") == "integer" else "texts"
    kinds: dict[str, str] = {
        "string": one.get("format", "text"),
        "boolean": "true or false",
        "integer": 'text such as `"0640"`',
        "object": "table",
        "array": f"list of {listed}",
    }
    return kinds[str(one.get("type", "object"))]


def _json_default(name: str, one: Mapping[str, Any], schema: Mapping[str, Any]) -> str:
    if name in schema.get("required", ()):
        return "required"
    value = one.get("default", {})
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, int):
        return code(_toml(value))
    if one.get("type") == "string":  # durations are kept in seconds
        return code(f'"{times.duration_text(value)}"')
    return code(str(value) if "maximum" in one else f'"{value:04o}"')


def _columns() -> Iterator[str]:
    yield "## Columns of order files\n"
    yield COLUMNS
    yield table(("value", "fields"), ((kind, codes(names)) for kind, names in order_rows.KINDS.items()))
    yield "## Columns of pick files\n"
    yield "What `send` writes, a row per line of a shipment. `columns` chooses among them:\n"
    yield table(("column", "meaning"), ((code(name), meaning) for name, meaning in pick_list.MEANINGS.items()))
    yield "These cost a little more to gather, and are there for every document:\n"
    yield table(("column", "meaning"), ((code(name), one.doc) for name, one in columns.MORE.items()))
    yield "Without `columns` a packing slip, purchase order or commercial invoice that is a table has these:\n"
    yield table(("document", "columns"), ((code(kind), codes(usual)) for kind, usual in PAPERS.items()))
    yield "## Columns of costs\n"
    yield f"{inspect.getdoc(cost_rows)}\n"
    yield "## Columns of answers\n"
    yield ANSWERS
    yield _synonyms(answer_rows.CONFIRM)
    yield "## Columns of stock feeds\n"
    yield FEEDS
    yield _synonyms(answer_rows.STOCK_FEED)
    yield "## Columns of rate tables\n"
    yield RATES
    yield table(("column", "meaning"), ((code(name), meaning) for name, meaning in rates.COLUMNS.items()))
    yield "## Reasons of stock moves\n"
    yield f"{codes(stock.REASONS)}, and those in `[stock] reasons`.\n"


def _synonyms(known: Mapping[str, Any]) -> str:
    return table(("column", "also found as"), ((code(name), codes(others)) for name, others in known.items()))
