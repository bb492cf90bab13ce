"""channels.toml as values. What a decision may look at is `Config.places`; the rest is for the steps.

Tables that belong to an adapter stay as they were written (`settings`); the adapter checks them when it is opened.
Durations are seconds, amounts minor units of the file's currency, percentages decimal text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orderctl.core.orders import Address
from orderctl.core.places import Location, Places
from orderctl.core.toml import Toml

Table = Mapping[str, Any]
_NO_ADDRESS = Address()


@dataclass(frozen=True, slots=True)
class StockPublishing:
    """What a channel is told: `percent` of what is available at `locations` after `buffer`, from `min` to `max`."""

    locations: tuple[str, ...]
    buffer: int = 0
    percent: str = "100"
    min: int = 0
    max: int | None = None


@dataclass(frozen=True, slots=True)
class Fees:
    """What a channel keeps of an order: a share of its total and a fixed amount."""

    percent: str = "0"
    fixed_minor: int = 0


@dataclass(frozen=True, slots=True)
class ChannelConfig:
    """One `[channel.NAME]`. `settings` are the keys its adapter checks; `path` is where they stand in the file."""

    name: str
    type: str
    short: str
    stock: StockPublishing
    live_from: str = ""  # a moment; empty = the channel is only watched
    push: tuple[str, ...] = ()
    location_map: Mapping[str, str] = field(default_factory=dict)  # the channel's location id -> location
    fees: Fees = Fees()
    reread_open_s: int = 43_200
    rescan_s: int = 259_200
    settings: Table = field(default_factory=dict)
    path: tuple[str, ...] = ()
    line: int = 0


@dataclass(frozen=True, slots=True)
class Way:
    """One way to or from a location: a destination's type, and the settings that its adapter checks."""

    via: str
    settings: Table = field(default_factory=dict)
    path: tuple[str, ...] = ()
    line: int = 0
    shared: tuple[str, ...] = ()  # where what it shares with the location's other ways is written


@dataclass(frozen=True, slots=True)
class LocationConfig:
    """One `[location.NAME]`. `partner_class` is what is known after a lost answer: A, B, F or C."""

    location: Location
    address: Address = _NO_ADDRESS
    send: Way | None = None
    confirm: Way | None = None
    stock_feed: Way | None = None
    acknowledge_within_s: int | None = None
    ship_within_s: int | None = None
    partner_class: str = "C"
    contact: str = ""
    escalate_to: str = ""
    costs: Path | None = None
    line: int = 0
    beside: str = ""  # of a shadow: the location whose shipments it gets copies of
    shadow_personal_data: bool = False


@dataclass(frozen=True, slots=True)
class Package:
    """One `[package.NAME]`: a box as it is packed."""

    name: str
    length_mm: int | None = None
    width_mm: int | None = None
    height_mm: int | None = None
    tare_g: int = 0


@dataclass(frozen=True, slots=True)
class Routing:
    """`[routing]`: how orders are decided."""

    strategy: str
    max_age_s: int
    duplicate_window_s: int | None
    split_cost_minor: int
    hold_missing_customs: bool = True
    short_cost_minor: int | None = None  # None = more than any parcel
    max_time_s: int = 60


@dataclass(frozen=True, slots=True)
class Safety:
    """`[safety]`: what one pass may do at most before it stops and asks."""

    max_push_per_run: int
    max_stock_drop_percent: str
    max_stock_rise_percent: str
    max_time_s: int
    max_time_each_s: int
    late_after_s: int = 48 * 3600
    network_store: bool = False


@dataclass(frozen=True, slots=True)
class Shop:
    """`[shop]`: who sells, as papers say it."""

    name: str = ""
    address: Address = _NO_ADDRESS
    email: str = ""
    tax_id: str = ""


@dataclass(frozen=True, slots=True)
class Targets:
    """`[targets]`: what a location in shadow has to reach. Shares are percentages as decimal text."""

    min_shipments: int
    min_days: int
    taken: str
    acknowledged_in_time: str
    shipped_in_time: str
    answers_understood: str
    units_right: str
    tracking_right: str
    stock_right: str | None


@dataclass(frozen=True, slots=True)
class Privacy:
    """`[privacy]`: how long orders keep their persons after delivery, and what channels sent is kept as it was sent."""

    keep_s: int = 30 * 86_400
    raw_payloads_s: int = 30 * 86_400


_NO_SHOP = Shop()
_STRICTEST = Privacy()


@dataclass(frozen=True, slots=True)
class Config:
    """A checked channels.toml. Paths are absolute or relative to the working directory, never to the file."""

    file: Path
    database: Path
    rules: Path
    places: Places
    channels: Mapping[str, ChannelConfig]
    locations: Mapping[str, LocationConfig]
    carriers: Mapping[str, str]  # name -> the page where its parcels can be followed, empty where none is written
    packages: Mapping[str, Package]
    routing: Routing
    safety: Safety
    stock_reasons: tuple[str, ...]
    notify: Mapping[str, Table]
    smtp: Table
    helpdesk: Table
    heartbeat: Table
    targets: Targets
    source: Toml
    shop: Shop = _NO_SHOP
    privacy: Privacy = _STRICTEST
    shadows: Mapping[str, LocationConfig] = field(default_factory=dict)  # not among `locations`; they ship nothing

    @property
    def base(self) -> Path:
        """The folder that relative paths in the file start from."""
        return self.file.parent

    @property
    def partners(self) -> Mapping[str, LocationConfig]:
        """Every location that work is handed to: those that ship, then those in shadow."""
        return {**self.locations, **self.shadows}
