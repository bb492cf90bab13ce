"""Locations in shadow: `[location.NEW] shadow = true, beside = "OLD"`. They are kept apart from those that ship.

Whatever would let a copy pass for work, or work for a copy, is refused: a shadow of a shadow, a way that is another
location's own, a partner that ships whatever it is handed, a channel whose references begin like those of copies.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.config.findings import MISSING_KEY, UNKNOWN_NAME, WRONG_VALUE, near
from orderctl.config.model import ChannelConfig, LocationConfig, Way
from orderctl.config.reading import Reader
from orderctl.core.partners import COPIES_BEGIN

_ONLY_OF_SHADOWS = ("beside", "shadow_personal_data")
#: Ways that no copy can go by, and why.
_NOT_BY = {
    "amazon-mcf": "Amazon ships whatever it is handed",
    "portal": "a person would have to upload every file; have the file written by via = 'file' meanwhile",
}
Place = tuple[str, ...]


def is_one(reader: Reader, name: str) -> bool:
    """Whether the file has a location `name` that runs in shadow."""
    tables = reader.toml.data.get("location")
    table = tables.get(name) if isinstance(tables, dict) else None
    return isinstance(table, dict) and table.get("shadow") is True


def beside(reader: Reader, values: Mapping[str, Any], table: Mapping[str, Any], place: Place) -> str:
    """The location that the one at `place` runs beside; empty when it is no shadow."""
    if not values["shadow"]:
        for name in _ONLY_OF_SHADOWS:
            if name in table:
                reader.refuse(WRONG_VALUE, "is for a location in shadow", (*place, name), "add shadow = true")
        return ""
    if not values["beside"]:
        words = "is missing; a location in shadow gets copies of the shipments of another one"
        reader.refuse(MISSING_KEY, words, (*place, "beside"), 'add beside = "LOCATION"')
    if values["send"] is None:
        words = "is missing; nothing could be handed to this location in shadow"
        reader.refuse(MISSING_KEY, words, (*place, "send"), 'add send = { via = "..." }')
    return values["beside"] or place[-1]


def apart(
    reader: Reader, found: Mapping[str, LocationConfig]
) -> tuple[dict[str, LocationConfig], dict[str, LocationConfig]]:
    """The locations that ship, and those in shadow; what is wrong with these is refused."""
    real = {name: one for name, one in found.items() if not one.beside}
    shadows = {name: one for name, one in found.items() if one.beside}
    for name, one in shadows.items():
        _look(reader, name, one, real, shadows)
    return real, shadows


def _look(
    reader: Reader,
    name: str,
    one: LocationConfig,
    real: Mapping[str, LocationConfig],
    shadows: Mapping[str, LocationConfig],
) -> None:
    place = ("location", name, "beside")
    if one.beside == name:
        if isinstance(reader.toml.data["location"][name].get("beside"), str):
            reader.refuse(WRONG_VALUE, "names the location itself", place, "name the one that ships")
    elif one.beside in shadows:
        words = f"names '{one.beside[:100]}', which runs in shadow itself"
        reader.refuse(WRONG_VALUE, words, place, "name the one that ships")
    elif one.beside not in real:
        hint = near(one.beside, real) or f"add [location.{one.beside[:100]}]"
        words = f"names a location '{one.beside[:100]}' that the file does not define"
        reader.refuse(UNKNOWN_NAME, words, place, hint)
    elif real[one.beside].send is None:
        words = f"names '{one.beside[:100]}', which is handed nothing: it has no `send`"
        reader.refuse(WRONG_VALUE, words, place)
    if one.send is not None:
        _look_at_way(reader, name, one.send, {**real, **shadows})


def _look_at_way(reader: Reader, name: str, send: Way, others: Mapping[str, LocationConfig]) -> None:
    place = ("location", name, "send")
    if send.via in _NOT_BY:
        reader.refuse(WRONG_VALUE, f"is by {send.via}, which cannot run in shadow: {_NOT_BY[send.via]}", place)
    for other, one in others.items():
        if other != name and one.send is not None and _same(send, one.send):
            words = f"is the way of '{other[:100]}' itself; copies would lie among its work"
            reader.refuse(WRONG_VALUE, words, place, "name another folder, address or account")


def _same(one: Way, other: Way) -> bool:
    """Whether what goes by `one` arrives where what goes by `other` does, as far as the file tells."""
    if one.via != other.via:
        return False
    path = str(one.settings.get("path", ""))
    if "{location}" in path:
        return False
    if path and "host" not in one.settings:
        return path == other.settings.get("path")
    return one.settings == other.settings


def refuse_like_copies(reader: Reader, channels: Mapping[str, ChannelConfig]) -> None:
    """A channel whose references begin with what marks copies: nobody could tell the two apart."""
    for name, channel in channels.items():
        if f"{channel.short}-" == COPIES_BEGIN:
            words = f"would begin references with {COPIES_BEGIN}, as those of copies do that a location in shadow gets"
            reader.refuse(WRONG_VALUE, words, ("channel", name, "short"), 'add another one, e.g. short = "TRY"')
