"""The keys of `[location.NAME]` and of the tables in it."""

from __future__ import annotations

from collections.abc import Mapping

from orderctl.config.key import Key, Table, maybe, one
from orderctl.core.places import ACCEPTS, KINDS, STOCK

CLASSES = ("A", "B", "F", "C")

_LOCATION = Table(
    "[location.NAME]",
    "Anything that can ship.",
    (
        Key("kind", "choice", "What it is.", "warehouse", KINDS),
        one("address", "location.address", "Where it is."),
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
        Key("costs", "path", "CSV file of what its goods cost and what it calls them, for purchase orders."),
        Key("serves", "countries", "Countries it ships to. Default: all.", []),
        Key("accepts", "choices", "What it takes.", ["po_box", "international"], ACCEPTS),
        maybe("send", "location.send", "How it receives work."),
        maybe("confirm", "location.confirm", "How it answers."),
        maybe("stock_feed", "location.stock_feed", "How it tells its stock."),
        maybe("api", "location.api", "What `send`, `confirm` and `stock_feed` by `api` have in common."),
        Key("feed_max_age", "duration", "A location whose stock feed is older is no candidate. Default: no limit."),
        Key(
            "on_no_ack",
            "choice",
            "What silence beyond acknowledge_within is.",
            "exception",
            ("exception", "failover"),
        ),
        Key(
            "class",
            "choice",
            "What a lost answer is handled by: A same key again, B read back, F staged file, C a person."
            " Default: F where `send` is a file, sftp or a portal, A for amazon-mcf, else C.",
            choices=CLASSES,
        ),
        Key(
            "shadow",
            "boolean",
            "It is tried out: it gets copies of what `beside` ships, marked DO NOT SHIP, and its answers change"
            " nothing. See `orderctl locations compare`.",
            default=False,
        ),
        Key("beside", "text", "Of a shadow: the location whose shipments it gets copies of."),
        Key(
            "shadow_personal_data",
            "boolean",
            "Of a shadow: whether it gets the customer's name, phone, e-mail and messages, or stand-ins for them.",
            default=False,
        ),
        Key("contact", "text", "Whom to write to about it."),
        Key("escalate_to", "text", "Who decides when it does not answer."),
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
        Key("acknowledge_within", "duration", "Silence beyond this is `on_no_ack`. Default: no limit."),
        Key(
            "ship_within",
            "lead time",
            "A shipment of which no tracking came so long after its hand-over is an exception. Default: `late_after`"
            " of `[safety]`.",
        ),
    ),
    open=True,
)
_STOCK_FEED = Table("stock_feed = { ... } of a location", "How it tells its stock.", (_VIA,), open=True)
_API = Table(
    "[location.NAME.api]",
    'Any key of `via = "api"`, for all of the location\'s ways by `api`; what stands in one of them comes before it.',
    open=True,
)

#: The tables of a location by the names that `Key.table` uses.
LOCATION_TABLES: Mapping[str, Table] = {
    "location": _LOCATION,
    "location.address": _ADDRESS,
    "location.send": _SEND,
    "location.confirm": _CONFIRM,
    "location.stock_feed": _STOCK_FEED,
    "location.api": _API,
}
