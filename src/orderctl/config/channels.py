"""`[channel.NAME]`: what orderctl itself reads of a channel; the other keys wait for its adapter."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from orderctl.config import installed, shadows
from orderctl.config.findings import SHORT_TAKEN, UNKNOWN_NAME, WRONG_VALUE, Refusal, near
from orderctl.config.keys import TABLES
from orderctl.config.model import ChannelConfig, Fees, StockPublishing
from orderctl.config.reading import Reader, rest
from orderctl.core.places import Location

_SHORT = re.compile(r"[A-Z0-9]{1,6}", re.ASCII)
#: Of a percentage: the numbers it makes of any stock fit the store's integers.
_MOST_DECIMALS = 6
_NOT_SHORT = re.compile(r"[^A-Z0-9]+", re.ASCII)


def read_channels(
    reader: Reader, written: Any, locations: Mapping[str, Location], *, adapters: bool
) -> dict[str, ChannelConfig]:
    """The channels of the file in its order. With `adapters`, a type that is not installed is a finding."""
    channels: dict[str, ChannelConfig] = {}
    takers: dict[str, str] = {}
    for name, table in reader.named(written, ("channel",), TABLES["channel"].title).items():
        channel = _channel(reader, name, table, locations)
        if "/" in name:
            reader.refuse(WRONG_VALUE, "has a '/' in its name; orders are named CHANNEL/NUMBER", ("channel", name))
        if adapters and channel.type:
            _require(reader, channel.type, ("channel", name, "type"))
        taker = takers.setdefault(channel.short, name)
        if channel.short and taker != name:
            words = f"would have the short code '{channel.short}' of [channel.{taker}]"
            place = ("channel", name, "short") if "short" in table else ("channel", name)
            reader.refuse(SHORT_TAKEN, words, place, 'give one of them another: short = "..."')
        channels[name] = channel
    return channels


def default_short(name: str) -> str:
    """The letters and digits of a channel's name in capitals, cut to 6; empty when it has none."""
    return _NOT_SHORT.sub("", name.upper())[:6]


def _channel(reader: Reader, name: str, table: Mapping[str, Any], locations: Mapping[str, Location]) -> ChannelConfig:
    place = ("channel", name)
    values = reader.table("channel", table, place)
    for id_, location in values["location_map"].items():
        _known(reader, location, locations, (*place, "location_map", id_))
    fees = values["fees"]
    return ChannelConfig(
        name=name,
        type=values["type"] or "",
        short=_short(reader, name, values["short"]),
        stock=_publishing(reader, values["stock"], locations, (*place, "stock")),
        live_from=values["live_from"] or "",
        push=values["push"],
        location_map=values["location_map"],
        fees=Fees(fees["percent"], fees["fixed"]),
        reread_open_s=values["reread_open"],
        rescan_s=values["rescan"],
        settings=rest("channel", table),
        path=place,
        line=reader.toml.line_of(*place),
    )


def _short(reader: Reader, name: str, written: str | None) -> str:
    if written is None:
        short = default_short(name)
        if not short:
            reader.refuse(
                WRONG_VALUE, "has no letter or digit to make a short code of", ("channel", name), 'add short = "..."'
            )
        return short
    if not _SHORT.fullmatch(written):
        hint = f"write for example '{default_short(written) or default_short(name) or 'WEB'}'"
        reader.refuse(WRONG_VALUE, f"'{written[:40]}' is not 1 to 6 of A-Z 0-9", ("channel", name, "short"), hint)
        return ""
    return written


def _publishing(
    reader: Reader, values: Mapping[str, Any], locations: Mapping[str, Location], place: tuple[str, ...]
) -> StockPublishing:
    chosen = values["locations"]
    if chosen is None:
        chosen = tuple(location.name for location in locations.values() if location.stock == "counted")
    for index, name in enumerate(chosen):
        _known(reader, name, locations, (*place, "locations", index))
        if name in chosen[:index]:
            reader.refuse(WRONG_VALUE, f"name '{name[:100]}' twice", (*place, "locations", index))
    least, most = values["min"], values["max"]
    if most is not None and most < least:
        reader.refuse(WRONG_VALUE, f"is {most}, less than min ({least})", (*place, "max"))
    endless = [name for name in chosen if name in locations and locations[name].stock == "unlimited"]
    if endless and most is None:
        words = f"names '{endless[0]}', whose stock has no limit, and there is no `max` to publish for it"
        reader.refuse(WRONG_VALUE, words, (*place, "locations"), "add max = N, or leave the location out")
    if len(values["percent"].partition(".")[2]) > _MOST_DECIMALS:
        reader.refuse(WRONG_VALUE, f"has more than {_MOST_DECIMALS} decimals", (*place, "percent"))
    return StockPublishing(chosen, values["buffer"], values["percent"], least, most)


def _known(reader: Reader, name: str, locations: Mapping[str, Location], place: tuple[str | int, ...]) -> None:
    if name not in locations and shadows.is_one(reader, name):
        reader.refuse(UNKNOWN_NAME, f"names '{name[:100]}', which runs in shadow: nothing is sold from it", place)
    elif name not in locations:
        guess = near(name, locations)
        hint = guess or (f"locations are {', '.join(list(locations)[:12])}" if locations else f"add [location.{name}]")
        reader.refuse(UNKNOWN_NAME, f"names a location '{name[:100]}' that the file does not define", place, hint)


def _require(reader: Reader, type_: str, place: tuple[str, ...]) -> None:
    try:
        installed.require(installed.CHANNELS, type_)
    except Refusal as refusal:
        reader.refuse(refusal.code, str(refusal), place, refusal.hint)
