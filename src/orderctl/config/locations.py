"""`[location.NAME]`: what can ship, when it works, and by which ways work reaches it and answers come back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.config import installed
from orderctl.config.findings import WRONG_VALUE, Refusal
from orderctl.config.keys import TABLES
from orderctl.config.model import LocationConfig, Way
from orderctl.config.reading import Reader, rest
from orderctl.core.orders import Address
from orderctl.core.places import Location

#: Ways that publish by rename, and so are of class F by nature; and built-in ones that never can be.
STAGED = ("file", "sftp")
UNSTAGED = ("api", "email", "amazon-mcf")


def read_locations(reader: Reader, written: Any, *, adapters: bool) -> dict[str, LocationConfig]:
    """The locations of the file in its order. With `adapters`, a way that is not installed is a finding."""
    tables = reader.named(written, ("location",), TABLES["location"].title)
    return {name: _location_config(reader, name, table, adapters=adapters) for name, table in tables.items()}


def _location_config(reader: Reader, name: str, table: Mapping[str, Any], *, adapters: bool) -> LocationConfig:
    place = ("location", name)
    values = reader.table("location", table, place)
    ways = {way: _way(reader, way, values, table, place) for way in ("send", "confirm", "stock_feed")}
    if adapters:
        for way in ways.values():
            if way is not None and way.via:
                _require(reader, way)
    confirm = values["confirm"] or {}
    return LocationConfig(
        location=_location(reader, name, values),
        address=Address(**{part: text for part, text in values["address"].items() if text is not None}),
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
    )


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
    here = (*place, name)
    return Way(values[name]["via"] or "", rest(f"location.{name}", table[name]), here, reader.toml.line_of(*here))


def _partner_class(reader: Reader, written: str | None, send: Way | None, place: tuple[str, ...]) -> str:
    via = send.via if send else ""
    if written == "F" and via in UNSTAGED:
        words = f"is F, but '{via}' does not publish files by rename, so a lost answer could not be told"
        reader.refuse(WRONG_VALUE, words, place, "write A, B or C")
    return written or ("F" if via in STAGED else "C")


def _require(reader: Reader, way: Way) -> None:
    try:
        installed.require(installed.DESTINATIONS, way.via)
    except Refusal as refusal:
        reader.refuse(refusal.code, str(refusal), (*way.path, "via"), refusal.hint)
