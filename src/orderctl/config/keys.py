"""Every key of channels.toml: its kind, its default, what it means.

The one table that the loader reads by and docs/configuration.md is generated from. An *open* table may hold more
keys: they belong to the adapter that its `type` or `via` names.
"""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.config.key import Key, Table, named, one
from orderctl.config.location_keys import LOCATION_TABLES
from orderctl.core.orders import NEEDS

PUSHES = ("tracking", "stock", "acknowledgments", "cancel", "notes")
STRATEGIES = ("order", "batch")


_FILE = Table(
    "channels.toml",
    "What stands above the first table.",
    (
        Key("version", "version", "The version of this grammar.", 1),
        Key("database", "path", "The store. Its lock and journal are named after it.", "orderctl.db"),
        Key("rules", "path", "The rules file.", "rules.toml"),
        Key("currency", "currency", "The currency of amounts in this file and of costs.", "USD"),
        Key("timezone", "timezone", "The time zone of dates in this file, and of locations that name none.", "UTC"),
        named("channel", "channel", "Where orders come from."),
        named("location", "location", "What can ship."),
        named("carrier", "carrier", "Carriers and their services, as rules name them."),
        one("shop", "shop", "Who sells, as papers say it."),
        named("package", "package", "Boxes; rules name them, pick files say which."),
        named("notify", "notify", "Who is told, as rules name them.", idle=True),
        one("routing", "routing", "How orders are decided."),
        one("rates", "rates", "What one unit of another currency is worth in `currency`."),
        one("stock", "stock", "The stock ledger."),
        one("safety", "safety", "What one pass may do before it stops and asks."),
        one("privacy", "privacy", "How long what is known of customers is kept."),
        one("targets", "targets", "What `orderctl locations compare` asks of a new partner."),
        one("smtp", "smtp", "The mail server that mails are handed to."),
        one("helpdesk", "helpdesk", "Where tickets are opened.", idle=True),
        one("heartbeat", "heartbeat", "What is pinged by every `orderctl run`."),
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
        Key(
            "reread_open",
            "duration",
            "An open order that was last read longer ago is asked for again by itself, a few in each pass. `0 h` never."
            " Files are not asked.",
            "12 h",
        ),
        Key("rescan", "duration", "So much of the past is read again once a day. `0 d` never. Files are not.", "3 d"),
        one("stock", "channel.stock", "What the channel is told of stock."),
        one("fees", "channel.fees", "What the channel keeps of an order."),
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
    "An estimate of the fee of each order that is new or changes; it counts until the channel states one.",
    (
        Key("percent", "percent", "Share of an order's total.", "0%"),
        Key("fixed", "money", "Amount per order.", "0"),
    ),
)

_SHOP = Table(
    "[shop]",
    "Who sells, as papers say it.",
    (
        Key("name", "text", "Its name."),
        one("address", "location.address", "Where it is; papers that leave a location show that one's first."),
        Key("email", "text", "Where its customers can write to."),
        Key("tax_id", "text", "Its tax or EORI number, for customs and suppliers."),
    ),
)

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
        Key(
            "tracking_url",
            "page",
            "Where its parcels can be followed. Default: the carrier's own page, where orderctl knows it.",
        ),
        named("services", "service", "`[carrier.NAME.services]`: SERVICE = { ... }; rules write carrier:service."),
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
            "strategy",
            "choice",
            "`order`: one order after another, each as its rules prefer. `batch`: all that wait together, at the least"
            " cost.",
            "order",
            STRATEGIES,
        ),
        Key("max_time", "duration", "How long a batch may look for something better.", "60 s"),
        Key(
            "short_cost",
            "money",
            "What a unit left short counts as in a batch. Default: two parcels of the heaviest unit.",
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
        Key(
            "late_after",
            "lead time",
            "How long tracking may take: from the hand-over until the location states it, where it has no `ship_within`"
            " of its own; and from then on until the channel has it. Later is an exception.",
            "48 h",
        ),
        Key("network_store", "boolean", "Whether the store may lie on a network file system.", default=False),
    ),
)

_PRIVACY = Table(
    "[privacy]",
    "How long what is known of customers is kept; `orderctl privacy purge` takes out what is older.",
    (
        Key(
            "keep",
            "duration",
            "So long after its delivery an order keeps its person: name, addresses, e-mail, what was written. Where the"
            " delivery is not known, after it left; of an order that never leaves, after its last change.",
            "30 d",
        ),
        Key("raw_payloads", "duration", "So long what channels sent is kept as they sent it.", "30 d"),
    ),
)

_TARGETS = Table(
    "[targets]",
    "What a location in shadow has to reach before `orderctl locations compare` says go. Shares of none are not asked.",
    (
        Key("min_shipments", "whole number", "So many shipments have to be handed to it.", 50),
        Key("min_days", "whole number", "On so many days.", 5),
        Key("taken", "percent", "Share of its shipments that it takes: neither refused, rejected nor lost.", "98%"),
        Key("acknowledged_in_time", "percent", "Share of those due that it answers in `acknowledge_within`.", "98%"),
        Key("shipped_in_time", "percent", "Share of those due that it ships in `ship_within`.", "95%"),
        Key("answers_understood", "percent", "Share of its answers that say something about what it has.", "100%"),
        Key("units_right", "percent", "Share of its shipped shipments that have every unit, and no more.", "100%"),
        Key("tracking_right", "percent", "Share of its tracking numbers that its carriers can have given.", "100%"),
        Key("stock_right", "percent", "Share of SKUs that it counts as `beside` does. Default: not asked."),
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
    "The mail server that mails are handed to.",
    (
        Key("host", "text", "Its name."),
        Key("port", "whole number", "Its port. Default: 587, with `tls` 465."),
        Key(
            "tls",
            "choice",
            "TLS after the first words (the default), from the first byte, or none, for a server on this very machine.",
            choices=("starttls", "tls", "none"),
        ),
        Key(
            "user", "text", "The name to log in with, as it is or as a reference to a secret. Default: nobody logs in."
        ),
        Key("password", "text", "Its password, as a reference to a secret."),
        Key("from", "text", "Who mails are from where nothing else is said, e.g. `Shop <orders@shop.example>`."),
        Key("ca_file", "path", "Certificates of a private authority, trusted beside the public ones."),
    ),
)
_HELPDESK = Table("[helpdesk]", "Where tickets are opened.", (Key("type", "text", "The service."),), open=True)
_HEARTBEAT = Table(
    "[heartbeat]",
    "What is pinged by every `orderctl run`, so that somebody hears of it when none runs any more.",
    (
        Key(
            "url",
            "ping",
            "Asked as `URL/start` when a pass begins, as `URL/CODE` when it ends (exit code 3 as 0: it is no failure),"
            " and as `URL/fail` when it could not be done or was stopped. `config show` does not show it.",
        ),
    ),
)

#: Every table by the name that `Key.table` uses.
TABLES: Mapping[str, Table] = {
    "file": _FILE,
    "channel": _CHANNEL,
    "channel.stock": _CHANNEL_STOCK,
    "channel.fees": _CHANNEL_FEES,
    **LOCATION_TABLES,
    "carrier": _CARRIER,
    "shop": _SHOP,
    "service": _SERVICE,
    "package": _PACKAGE,
    "routing": _ROUTING,
    "rates": Table("[rates]", 'CURRENCY = "1.08": what one unit is worth in `currency`.', open=True),
    "stock": _STOCK,
    "safety": _SAFETY,
    "notify": _NOTIFY,
    "privacy": _PRIVACY,
    "targets": _TARGETS,
    "smtp": _SMTP,
    "helpdesk": _HELPDESK,
    "heartbeat": _HEARTBEAT,
}
