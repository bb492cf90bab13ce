"""Where orders can ship from and by what: locations, carriers' services, channels, as configured, without secrets.

A `Places` value is everything of channels.toml that a decision may look at. Its text and digest are kept with each
decision, so that a decision can be made again years later.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

KINDS = ("warehouse", "store", "3pl", "supplier", "amazon-mcf")
STOCK = ("counted", "unlimited")
ACCEPTS = ("hazmat", "po_box", "international")
#: Working days count from Monday = 0, as in `datetime.weekday`.
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class Location:
    """Anything that can ship. Amounts are minor units of the configuration's currency, durations seconds."""

    name: str
    kind: str = "warehouse"
    country: str = ""
    region: str = ""
    postcode: str = ""
    timezone: str = "UTC"
    stock: str = "counted"
    serves: tuple[str, ...] = ()  # countries; empty = all
    accepts: tuple[str, ...] = ("po_box", "international")
    cutoffs: Mapping[str, str] = field(default_factory=dict)  # weekday -> "15:00" in the location's zone
    working_days: tuple[str, ...] = WEEKDAYS[:5]
    holidays: tuple[str, ...] = ()  # dates, "2026-12-25"
    capacity: int | None = None  # orders a day in the location's zone; None = no limit
    pick_cost_minor: int = 0
    unit_cost_minor: int = 0
    lead_time_s: int = 0
    coordinates: tuple[int, int] | None = None  # latitude, longitude in millionths of a degree
    zones: Mapping[str, int] = field(default_factory=dict)  # destination country or country-region -> zone number
    feed_max_age_s: int | None = None
    on_no_ack: str = "exception"


@dataclass(frozen=True, slots=True)
class Rate:
    """What a parcel up to `max_weight_g` costs from a location's country or zone to a destination."""

    max_weight_g: int
    cost_minor: int
    country: str = ""  # destination; empty = everywhere the service goes
    origin: str = ""  # location name; empty = from all
    zone: int | None = None


@dataclass(frozen=True, slots=True)
class Service:
    """One service of one carrier, as rules name it: `carrier:service`."""

    carrier: str
    name: str
    days_min: int | None = None
    days_max: int | None = None
    max_weight_g: int | None = None
    countries: tuple[str, ...] = ()  # destinations; empty = all
    po_box: bool = True
    needs: tuple[str, ...] = ()  # what it has to know of whom it delivers to: phone, email
    rates: tuple[Rate, ...] = ()

    @property
    def id(self) -> str:
        """`carrier:service`."""
        return f"{self.carrier}:{self.name}"


@dataclass(frozen=True, slots=True)
class ChannelFacts:
    """What rules may know of a channel. Without `live_from` it is only watched."""

    name: str
    type: str
    short: str
    live_from: str = ""
    push: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Places:
    """Everything configured that a decision may look at, in the order of the file."""

    currency: str
    timezone: str = "UTC"
    channels: Mapping[str, ChannelFacts] = field(default_factory=dict)
    locations: Mapping[str, Location] = field(default_factory=dict)
    services: Mapping[str, Service] = field(default_factory=dict)
    packages: tuple[str, ...] = ()
    notify: tuple[str, ...] = ()
    rates: Mapping[str, str] = field(default_factory=dict)  # currency -> how many of `currency` one unit is worth
    split_cost_minor: int = 0
    duplicate_window_s: int | None = None


def places_to_json(places: Places) -> dict[str, Any]:
    """`places` as plain JSON values, for storing and digesting."""
    return dataclasses.asdict(places)


def places_from_json(row: Mapping[str, Any]) -> Places:
    """The `Places` that `places_to_json` wrote."""
    return Places(
        currency=row["currency"],
        timezone=row["timezone"],
        channels={
            name: ChannelFacts(**{**value, "push": tuple(value["push"])}) for name, value in row["channels"].items()
        },
        locations={name: _location(value) for name, value in row["locations"].items()},
        services={name: _service(value) for name, value in row["services"].items()},
        packages=tuple(row["packages"]),
        notify=tuple(row["notify"]),
        rates=row["rates"],
        split_cost_minor=row["split_cost_minor"],
        duplicate_window_s=row["duplicate_window_s"],
    )


def _location(row: Mapping[str, Any]) -> Location:
    lists = ("serves", "accepts", "working_days", "holidays")
    value = dict(row) | {name: tuple(row[name]) for name in lists}
    if row["coordinates"] is not None:
        value["coordinates"] = tuple(row["coordinates"])
    return Location(**value)


def _service(row: Mapping[str, Any]) -> Service:
    value = dict(row)
    value["countries"] = tuple(row["countries"])
    value["needs"] = tuple(row.get("needs", ()))
    value["rates"] = tuple(Rate(**rate) for rate in row["rates"])
    return Service(**value)
