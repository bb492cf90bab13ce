"""`[location.NAME]`: what can ship, when it works, and by which ways work reaches it and answers come back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from orderctl.config import installed, shadows
from orderctl.config.findings import WRONG_VALUE, Refusal
from orderctl.config.keys import TABLES
from orderctl.config.model import LocationConfig, Way
from orderctl.config.reading import Reader, rest
from orderctl.core.orders import Address
from orderctl.core.places import Location
from orderctl.core.toml import laid_over

#: Built-in ways that never publish by rename, as class F does.
UNSTAGED = ("api", "email", "amazon-mcf")
#: Ways whose keys may stand once for all roles, in a table of the way's own name.
SHARING = ("api",)
#: Ways that answer whatever they are handed: what `send` says holds for the other ways by it, and for `confirm` always.
ANSWERING = ("amazon-mcf",)
#: What the other ways by the same server take over from `send`, where they say nothing of it themselves.
SAME_SERVER = {"sftp": ("host", "port", "user", "key", "known_hosts")}
#: The class of a location unless the file says otherwise; of any other way nothing is known after a lost answer.
USUAL_CLASS = {"file": "F", "sftp": "F", "portal": "F", "amazon-mcf": "A"}


def read_locations(reader: Reader, written: Any, *, adapters: bool) -> dict[str, LocationConfig]:
    """The locations of the file in its order. With `adapters`, a way that is not installed is a finding."""
    tables = reader.named(written, ("location",), TABLES["location"].title)
    return {name: _location_config(reader, name, table, adapters=adapters) for name, table in tables.items()}


def _location_config(reader: Reader, name: str, table: Mapping[str, Any], *, adapters: bool) -> LocationConfig:
    place = ("location", name)
    values = reader.table("location", table, place)
    ways = _joined({way: _way(reader, way, values, table, place) for way in ("send", "confirm", "stock_feed")})
    if adapters:
        for way in ways.values():
            if way is not None and way.via:
                _require(reader, way)
    confirm = values["confirm"] or {}
    return LocationConfig(
        location=_location(reader, name, values),
        address=address_of(values["address"]),
        send=ways["send"],
        confirm=ways["confirm"],
        stock_feed=ways["stock_feed"],
        acknowledge_within_s=confirm.get("acknowledge_within"),
        ship_within_s=confirm.get("ship_within"),
        partner_class=_partner_class(reader, values["class"], ways["send"], (*place, "class")),
        contact=values["contact"] or "",
        escalate_to=values["escalate_to"] or "",
        costs=values["costs"],
        line=reader.toml.line_of(*place),
        beside=shadows.beside(reader, values, table, place),
        shadow_personal_data=values["shadow_personal_data"],
    )


def address_of(values: Mapping[str, Any]) -> Address:
    """The address that a table `address` states."""
    return Address(**{part: text for part, text in values.items() if text is not None})


def _location(reader: Reader, name: str, values: Mapping[str, Any]) -> Location:
    address = values["address"]
    return Location(
        name=name,
        kind=values["kind"],
        country=address["country"] or "",
        region=address["region"] or "",
        postcode=address["postcode"] or "",
        timezone=values["timezone"] or reader.scope.timezone,
        stock=values["stock"],
        serves=values["serves"],
        accepts=values["accepts"],
        cutoffs=values["cutoff"],
        working_days=values["working_days"],
        holidays=values["holidays"],
        capacity=values["capacity"],
        pick_cost_minor=values["pick_cost"],
        unit_cost_minor=values["unit_cost"],
        lead_time_s=values["lead_time"],
        coordinates=values["coordinates"],
        zones=values["zones"],
        feed_max_age_s=values["feed_max_age"],
        on_no_ack=values["on_no_ack"],
    )


def _way(
    reader: Reader, name: str, values: Mapping[str, Any], table: Mapping[str, Any], place: tuple[str, ...]
) -> Way | None:
    """How work or answers travel; None where the file names no way."""
    if values[name] is None or not isinstance(table[name], Mapping):
        return None
    here, via = (*place, name), values[name]["via"] or ""
    own = rest(f"location.{name}", table[name])
    shared = table.get(via) if via in SHARING else None
    if isinstance(shared, Mapping):
        return Way(via, laid_over(shared, own), here, reader.toml.line_of(*here), (*place, via))
    return Way(via, own, here, reader.toml.line_of(*here))


def _joined(ways: dict[str, Way | None]) -> dict[str, Way | None]:
    """`ways`, of which those by the same way as `send` take over what it says: all of it, or which server it is.

    One by which work is sent may answer by itself.
    """
    send = ways["send"]
    if send is None or (send.via not in ANSWERING and send.via not in SAME_SERVER):
        return ways
    answers = ways["confirm"] or (send if send.via in ANSWERING else None)
    joined = {"send": send, "confirm": answers, "stock_feed": ways["stock_feed"]}
    taken = SAME_SERVER.get(send.via, tuple(send.settings))
    said = {key: send.settings[key] for key in taken if key in send.settings}
    return {
        role: replace(way, settings=laid_over(said, way.settings), shared=send.path)
        if way is not None and way.via == send.via and (way is not send or send.via in ANSWERING)
        else way
        for role, way in joined.items()
    }


def _partner_class(reader: Reader, written: str | None, send: Way | None, place: tuple[str, ...]) -> str:
    via = send.via if send else ""
    if written == "F" and via in UNSTAGED:
        words = f"is F, but '{via}' does not publish files by rename, so a lost answer could not be told"
        reader.refuse(WRONG_VALUE, words, place, "write A, B or C")
    return written or USUAL_CLASS.get(via, "C")


def _require(reader: Reader, way: Way) -> None:
    try:
        installed.require(installed.DESTINATIONS, way.via)
    except Refusal as refusal:
        reader.refuse(refusal.code, str(refusal), (*way.path, "via"), refusal.hint)
