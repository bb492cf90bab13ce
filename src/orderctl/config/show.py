"""The configuration that is in force, for `config show`: what the file says, with every default filled in.

Secrets stand as the references they were written as. Of an adapter's keys only references and yes/no are shown,
unless whoever asks knows from the adapter that a key holds no secret.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, time
from decimal import Decimal
from pathlib import Path
from typing import Any

from orderctl.config.key import Key
from orderctl.config.keys import TABLES
from orderctl.config.model import Config
from orderctl.config.paths import resolve_path
from orderctl.config.reading import rest
from orderctl.core.secrets import is_reference

HIDDEN = "***"
Place = tuple[str, ...]


def effective(config: Config, is_plain: Callable[[Place], bool] = lambda _: False) -> dict[str, Any]:
    """`config` as plain JSON values in the grammar of channels.toml.

    `is_plain` is asked about each key of an adapter, e.g. ("channel", "web", "path"), and says whether its value may
    be shown.
    """
    shown = _table("file", config.source.data, (), config.file.parent, is_plain)
    for name, channel in config.channels.items():
        table = shown["channel"][name]
        table["short"] = channel.short
        table["stock"]["locations"] = list(channel.stock.locations)
    for name, location in config.partners.items():
        table = shown["location"][name]
        table["timezone"] = location.location.timezone
        table["class"] = location.partner_class
    return shown


def _table(
    name: str, written: Mapping[str, Any], place: Place, base: Path, is_plain: Callable[[Place], bool]
) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    for key in TABLES[name].keys:
        value = written.get(key.name, key.default)
        here = (*place, key.name)
        if value is None:
            continue
        if key.kind == "named":
            shown[key.name] = {
                inner: _table(key.table, table, (*here, inner), base, is_plain) for inner, table in value.items()
            }
        elif key.kind == "table":
            shown[key.name] = _table(key.table, value, here, base, is_plain)
        else:
            shown[key.name] = _own(key, value, base)
    if TABLES[name].open:
        foreign = rest(name, written)
        shown |= {key: _foreign(value, (*place, key), is_plain) for key, value in foreign.items()}
    return shown


def _own(key: Key, value: Any, base: Path) -> Any:
    if key.kind == "ping" and not is_reference(str(value)):
        return HIDDEN  # whoever knows it can say that all is well
    return str(resolve_path(value, base)) if key.kind == "path" else _json(value)


def _foreign(value: Any, place: Place, is_plain: Callable[[Place], bool]) -> Any:
    if isinstance(value, Mapping):
        return {key: _foreign(inner, (*place, key), is_plain) for key, inner in value.items()}
    if isinstance(value, list):
        return [_foreign(item, place, is_plain) for item in value]
    if isinstance(value, bool) or (isinstance(value, str) and is_reference(value)) or is_plain(place):
        return _json(value)
    return HIDDEN


def _json(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {key: _json(inner) for key, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_json(item) for item in value]
    if isinstance(value, date | time):
        return value.isoformat()
    return str(value) if isinstance(value, Decimal) else value
