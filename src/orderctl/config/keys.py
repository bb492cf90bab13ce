"""Every key of channels.toml: its kind, its default, what it means.

The one table that the loader reads by and docs/configuration.md is generated from. An *open* table may hold more
keys: they belong to the adapter that its `type` or `via` names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderctl.core.orders import NEEDS
from orderctl.core.places import ACCEPTS, KINDS, STOCK

PUSHES = ("tracking", "stock", "acknowledgments", "cancel", "notes")
CLASSES = ("A", "B", "F", "C")
STRATEGIES = ("order", "batch")


@dataclass(frozen=True, slots=True)
class Key:
    """One key. `default` is written as a person would write it; None = none. `table` names the table it holds.

    `idle` = it is read and checked, and nothing acts on it in this version.
    """

    name: str
    kind: str
    doc: str
    default: Any = None
    choices: tuple[str, ...] = ()
    required: bool = False
    table: str = ""
    idle: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """The keys of one table. `title` is how it is written; `open` = other keys are the adapter's."""

    title: str
    doc: str
    keys: tuple[Key, ...] = ()
    open: bool = False


def _named(name: str, table: str, doc: str, *, idle: bool = False) -> Key:
    """A key that holds tables by name, as in `[channel.NAME]`."""
    return Key(name, "named", doc, default={}, table=table, idle=idle)


def _one(name: str, table: str, doc: str, *, idle: bool = False) -> Key:
    """A key that holds one table whose keys have their defaults without it."""
    return Key(name, "table", doc, default={}, table=table, idle=idle)


def _maybe(name: str, table: str, doc: str) -> Key:
    """A key that holds one table which may be missing as a whole."""
    return Key(name, "table", doc, table=table)


_FILE = Table(
    "channels.toml",
    "What stands above the first table.",
    (
        Key("version", "version", "The version of this grammar.", 1),
        Key("database", "path", "The store. Its lock and journal are named after it.", "orderctl.db"),
        Key("rules", "path", "The rules file.", "rules.toml"),
        Key("currency", "currency", "The currency of amounts in this file and of costs.", "USD"),
        Key("timezone", "timezone", "The time zone of dates in this file, and of locations that name none.", "UTC"),
        _named("channel", "channel", "Where orders come from."),
        _named("location", "location", "What can ship."),
        _named("carrier", "carrier", "Carriers and their services, as rules name them."),
        _named("package", "package", "Boxes; rules name them, pick files say which."),
        _named("notify", "notify", "Who is told, as rules name them.", idle=True),
        _one("routing", "routing", "How orders are decided."),
        _one("rates", "rates", "What one unit of another currency is worth in `currency`."),
        _one("stock", "stock", "The stock ledger."),
        _one("safety", "safety", "What one pass may do before it stops and asks."),
        _one("targets", "targets", "What reports compare with.", idle=True),
        _one("smtp", "smtp", "The mail server.", idle=True),
        _one("helpdesk", "helpdesk", "Where tickets are opened.", idle=True),
        _one("heartbeat", "heartbeat", "What is pinged by every `orderctl run`.", idle=True),
    ),
)

_CHANNEL = Table(
    "[channel.NAME]",
    "A shop or a marketplace account.",
    (
        Key("type", "text", "The adapter that talks to it, e.g. `file`.", required=True),
        Key("short", "text", "1 to 6 of A-Z 0-9, unique; begins every shipment reference. Default: from the name."),
        Key(
            "live_from", "moment", "Orders placed from then on are acted upon. Without it the channel is only watched."
        ),
        Key(
            "push",
            "choices",
            "What the channel is told; `tracking`, `cancel`, `stock` and `acknowledgments` in this version. Without"
            " `cancel` an exception says what to cancel there by hand; that orders have arrived only channels are told"
            " that want to hear of it.",
            [],
            PUSHES,
        ),
        Key("location_map", "text table", "The channel's location id -> location.", {}),
        _one("stock", "channel.stock", "What the channel is told of stock."),
        _one("fees", "channel.fees", "What the channel keeps of an order.", idle=True),
    ),
    open=True,
)

_CHANNEL_STOCK = Table(
    "stock = { ... } of a channel",
    "Published is `percent` of what is available after `buffer`, rounded down, at least `min`, at most `max`.",
    (
        Key(
            "locations",
            "texts",
            "Whose stock is added up; one that is paused or whose feed is too old is left out meanwhile. Default: every"
            " location whose stock is counted.",
        ),
        Key("buffer", "whole number", "Units that are kept back, once per SKU.", 0),
        Key("percent", "percent", "The share of what is left that is published.", "100%"),
        Key("min", "whole number", "Fewer than this are never published, whether they are there or not.", 0),
        Key("max", "whole number", "More than this are never published; published where a location has no limit."),
    ),
)

_CHANNEL_FEES = Table(
    "fees = { ... } of a channel",
    "An estimate, until the channel states its fees.",
    (
        Key("percent", "percent", "Share of an order's total.", "0%"),
        Key("fixed", "money", "Amount per order.", "0"),
    ),
)

_LOCATION = Table(
    "[location.NAME]",
    "Anything that can ship.",
    (
        Key("kind", "choice", "What it is.", "warehouse", KINDS),
        _one("address", "location.address", "Where it is."),
        Key("coordinates", "coordinates", "Where it is, for `nearest`; see `orderctl locations postcodes`."),
        Key("zones", "zones", "Destination (US or US-CA) -> zone number, for `nearest` and rates by zone.", {}),
        Key("timezone", "timezone", "Its time zone. Default: the file's `timezone`."),
        Key("stock", "choice", "Whether its units are counted, or there are always enough.", "counted", STOCK),
        Key("cutoff", "cutoff", "Work that reaches it later leaves on the next working day.", {}),
        Key("working_days", "weekdays", "When it works.", ["mon_fri"]),
        Key("holidays", "holidays", "When it does not.", []),
        Key("capacity", "capacity", "Orders a day. Default: no limit."),
        Key("pick_cost", "money", "Cost of one order.", "0"),
        Key("unit_cost", "money", "Cost of each unit of an order.", "0"),
        Key("lead_time", "lead time", "How long it needs before it ships.", "0 d"),
        Key("costs", "path", "CSV file of what its goods cost: sku, cost, currency, valid_from.", idle=True),
        Key("serves", "countries", "Countries it ships to. Default: all.", []),
        Key("accepts", "choices", "What it takes.", ["po_box", "international"], ACCEPTS),
        _maybe("send", "location.send", "How it receives work."),
        _maybe("confirm", "location.confirm", "How it answers."),
        _maybe("stock_feed", "location.stock_feed", "How it tells its stock."),
        Key("feed_max_age", "duration", "A location whose stock feed is older is no candidate. Default: no limit."),
        Key(
            "on_no_ack",
            "choice",
            "What silence beyond acknowledge_within is.",
            "exception",
            ("exception", "failover"),
            idle=True,
        ),
        Key(
            "class",
            "choice",
            "What a lost answer is handled by: A same key again, B read back, F staged file, C a person."
            " Default: F where `send` is a file or sftp, else C.",
            choices=CLASSES,
            idle=True,
        ),
        Key("contact", "text", "Whom to write to about it.", idle=True),
        Key("escalate_to", "text", "Who decides when it does not answer.", idle=True),
    ),
)

_ADDRESS = Table(
    "address = { ... } of a location",
    "As it stands on documents; rates and `nearest` use country and postcode.",
    (
        Key("country", "country", "ISO 3166, two capitals."),
        *(
            Key(name, "text", doc)
            for name, doc in (
                ("region", "State or province."),
                ("postcode", "Postcode."),
                ("city", "City."),
                ("line1", "Street and number."),
                ("line2", "Second line."),
                ("line3", "Third line."),
                ("name", "Whom to ask for."),
                ("company", "Company."),
                ("phone", "Telephone."),
            )
        ),
    ),
)

_VIA = Key("via", "text", "The adapter that does it, e.g. `file`.", required=True)
_SEND = Table("send = { ... } of a location", "How it receives work.", (_VIA,), open=True)
_CONFIRM = Table(
    "confirm = { ... } of a location",
    "How it answers.",
    (
        _VIA,
        Key("acknowledge_within", "duration", "Silence beyond this is `on_no_ack`. Default: no limit.", idle=True),
        Key(
            "ship_within",
            "lead time",
            "A shipment not confirmed so long after its hand-over is an exception. Default: no limit.",
        ),
    ),
    open=True,
)
_STOCK_FEED = Table("stock_feed = { ... } of a location", "How it tells its stock.", (_VIA,), open=True)

_CARRIER = Table(
    "[carrier.NAME]",
    "A carrier.",
    (
        Key(
            "needs",
            "choices",
            "What it has to know of whom it delivers to; its services take no shipment without.",
            [],
            NEEDS,
        ),
        _named("services", "service", "`[carrier.NAME.services]`: SERVICE = { ... }; rules write carrier:service."),
    ),
)
_SERVICE = Table(
    "[carrier.NAME.services] SERVICE = { ... }",
    "One service of a carrier.",
    (
        Key("days", "days", "Working days in transit."),
        Key("max_weight", "weight", "Heavier parcels are refused. Default: no limit."),
        Key("countries", "countries", "Destinations. Default: all.", []),
        Key("po_box", "boolean", "Whether it serves PO boxes and military addresses.", default=True),
        Key("rates", "path", "CSV file of rates: max_weight, cost, and where needed country, origin, zone."),
    ),
)
_PACKAGE = Table(
    "[package] NAME = { ... }",
    "A box.",
    (
        Key("length", "centimeters", "Outer length.", idle=True),
        Key("width", "centimeters", "Outer width.", idle=True),
        Key("height", "centimeters", "Outer height.", idle=True),
        Key("tare", "weight", "Its own weight.", "0 g", idle=True),
    ),
)
_ROUTING = Table(
    "[routing]",
    "How orders are decided.",
    (
        Key(
            "strategy", "strategy", "One order after another; `batch` is refused in this version.", "order", STRATEGIES
        ),
        Key("max_age", "duration", "An older copy of an order is read again before its hand-off.", "10 min", idle=True),
        Key("duplicate_window", "duration", "The same order again within this is held. Default: not looked for."),
        Key(
            "hold_missing_customs",
            "boolean",
            "Whether an order waits that would cross a customs border while the HS code, origin or value of something"
            " in it is not known.",
            default=True,
        ),
        Key("split_cost", "money", "What each shipment after the first counts as, for `lowest_cost`.", "0"),
    ),
)
_STOCK = Table(
    "[stock]",
    "The stock ledger.",
    (Key("reasons", "texts", "Own reasons for stock moves, beside the built-in ones.", []),),
)
_SAFETY = Table(
    "[safety]",
    "What one pass may do before it stops and asks.",
    (
        Key("max_push_per_run", "whole number", "Records that one pass may push.", 2000),
        Key(
            "max_stock_drop",
            "percent",
            "By how much one push may cut a channel's total stock beyond what was sold, and one feed a location's units"
            " or the rows of the feed before it. More waits for a person.",
            "50%",
        ),
        Key(
            "max_stock_rise",
            "share",
            "By how much one feed may raise a location's units. More waits for a person.",
            "900%",
        ),
        Key("max_time", "duration", "How long channels and locations may keep a pass waiting, all together.", "15 min"),
        Key("max_time_each", "duration", "How long one of them may; the others have their turn.", "3 min"),
        Key("network_store", "boolean", "Whether the store may lie on a network file system.", default=False),
    ),
)

_NOTIFY = Table(
    "[notify.NAME]",
    "Who is told, and how.",
    (Key("via", "text", "How they are told, e.g. `email`."), Key("on", "texts", "What they are told of.", [])),
    open=True,
)
_SMTP = Table(
    "[smtp]",
    "The mail server.",
    (Key("host", "text", "Its name."), Key("port", "whole number", "Its port.")),
    open=True,
)
_HELPDESK = Table("[helpdesk]", "Where tickets are opened.", (Key("type", "text", "The service."),), open=True)

#: Every table by the name that `Key.table` uses.
TABLES: Mapping[str, Table] = {
    "file": _FILE,
    "channel": _CHANNEL,
    "channel.stock": _CHANNEL_STOCK,
    "channel.fees": _CHANNEL_FEES,
    "location": _LOCATION,
    "location.address": _ADDRESS,
    "location.send": _SEND,
    "location.confirm": _CONFIRM,
    "location.stock_feed": _STOCK_FEED,
    "carrier": _CARRIER,
    "service": _SERVICE,
    "package": _PACKAGE,
    "routing": _ROUTING,
    "rates": Table("[rates]", 'CURRENCY = "1.08": what one unit is worth in `currency`.', open=True),
    "stock": _STOCK,
    "safety": _SAFETY,
    "notify": _NOTIFY,
    "targets": Table("[targets]", "What reports compare with.", open=True),
    "smtp": _SMTP,
    "helpdesk": _HELPDESK,
    "heartbeat": Table("[heartbeat]", "What is pinged by every `orderctl run`.", open=True),
}
