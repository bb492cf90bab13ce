"""The files that a new folder begins with, as text: few lines, each with what it is for.

Nothing in them acts on an order before a person says so: a channel is only watched until it has `live_from`. What is
not needed at first stands there as a comment.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

NOT_IN_GIT = """\
# what orderctl keeps: orders of real people, secrets, and files that come and go
orderctl.db*
orderctl.log*
backups/
secrets/
inbox/
outbox/
in/
out/
stock/
"""


@dataclass(frozen=True, slots=True)
class Beginning:
    """What the files name: channel -> type, the keys of each as TOML values, locations, and how amounts are meant.

    `day` is that of the examples: of the order, and from which on a channel could be live.
    """

    channels: Mapping[str, str]
    keys: Mapping[str, Mapping[str, str]]
    locations: Sequence[str]
    country: str
    currency: str
    timezone: str
    live_from: str = ""
    day: str = "2026-12-01"

    @property
    def folders(self) -> list[str]:
        """The folders that files are to be put into."""
        inboxes = ["inbox"] if "file" in self.channels.values() else []
        return [*inboxes, "stock", *(f"{way}/{name}" for name in self.locations for way in ("in", "out"))]


def to_do(first: Beginning) -> list[str]:
    """What a person does before anything ships, a line each."""
    folders = [f"{name}: put files of orders at {_inbox(first, name)}" for name in _of_files(first)]
    form = ["Their form: channels.toml has an order to copy"] if folders else []
    counts = ", ".join(f"stock/{name}.csv" for name in first.locations)
    watched = ", ".join(first.channels)
    live = f"{watched}: only watched, until channels.toml says live_from; nothing is reserved, sent or told before"
    return [*folders, *form, f"stock: put what lies where into {counts} (sku,quantity)", live]


def _of_files(first: Beginning) -> list[str]:
    return [name for name, kind in first.channels.items() if kind == "file"]


def _inbox(first: Beginning, name: str) -> str:
    return first.keys.get(name, {}).get("path", "").strip('"')


def channels_toml(first: Beginning) -> str:
    """channels.toml."""
    parts = [
        _CHANNELS_HEAD.format(currency=_text(first.currency), timezone=_text(first.timezone)),
        *(_channel(first, name, kind) for name, kind in first.channels.items()),
        "# ------------------------------------------------------------------ locations: what can ship\n",
        *(_LOCATION.format(name=name, country=_text(first.country)) for name in first.locations),
        _CHANNELS_FOOT,
    ]
    return "\n".join(parts)


def _channel(first: Beginning, name: str, kind: str) -> str:
    keys = first.keys.get(name, {})
    pushed = '["tracking"]' if kind == "file" else '["tracking"]      # also: "stock", "cancel", as its page says'
    lines = [f"[channel.{name}]", f"type = {_text(kind)}", *(f"{key} = {value}" for key, value in keys.items())]
    live = f"live_from = {first.live_from}" if first.live_from else _WATCHED.format(day=first.day)
    form = [_FILE_NOTE.format(order=_order(first))] if kind == "file" else []
    return "\n".join([*lines, f"push = {pushed}", *form, live, ""])


def _order(first: Beginning) -> str:
    """An order with what none can do without, on one line."""
    place = {"city": "New York", "region": "NY"} if first.country == "US" else {"city": "Town"}
    address = {"name": "Ana Diaz", "line1": "1 Main St", **place, "postcode": "10001", "country": first.country}
    order = {
        "number": "1001",
        "placed_at": f"{first.day}T00:30:00Z",
        "payment": "paid",
        "currency": first.currency,
        "ship_to": address,
        "lines": [{"sku": "MUG", "quantity": 2, "unit_price": "20.00"}],
    }
    return json.dumps(order)


def rules_toml(first: Beginning) -> str:
    """rules.toml: four rules."""
    listed = ", ".join(map(_text, first.locations))
    several = len(first.locations) > 1
    choice = _SEVERAL if several else ""
    return _RULES.format(currency=_text(first.currency), timezone=_text(first.timezone), listed=listed, choice=choice)


def rules_test_toml(first: Beginning) -> str:
    """rules.test.toml: what the rules promise, at least a test for each."""
    channel, (one, *others) = next(iter(first.channels)), first.locations
    split = (
        _SPLIT_TEST.format(one=_text(one), one_key=one, other=_text(others[0]), other_key=others[0]) if others else ""
    )
    names = 'name = "Ana Diaz", line1 = "1 Main Street", city = "Town", postcode = "10001"'
    address = f"{names}, country = {_text(first.country)}"
    return _TESTS.format(channel=_text(channel), address=address, one=_text(one)) + split


def _text(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)


_CHANNELS_HEAD = """\
# channels.toml: where orders come from, and where they can ship from.
#
#   orderctl config check      is it right?
#   orderctl doctor            does everything answer?
#   orderctl run --dry-run     what would a pass do? Nothing is changed or sent.
#
# Every path is relative to this file. Secrets never stand here, only where they are: env:NAME, file:PATH (chmod 600),
# cred:NAME (systemd) or keyring:SERVICE/USER. docs/configuration.md has every key.

version  = 1
currency = {currency}                # of the amounts in this file
timezone = {timezone}                # of dates without an offset, and of the days and hours of locations

# ------------------------------------------------------------------ channels: where orders come from
"""
_FILE_NOTE = """\
# Each file is read once: one order a line, in the shape of `orderctl orders show --json`, at least:
# {order}
# For tables: format = "csv". What was shipped goes to outbox/ as CSV."""
_WATCHED = """\
# Until the next line counts, this channel is only watched: its orders are read and decided, nothing is reserved, handed
# over or told. Orders placed before that moment are never acted upon.
# live_from = {day}T00:00:00Z"""
_LOCATION = """\
[location.{name}]
address    = {{ country = {country} }}
# a pick list a day or more often; answers (reference,status,carrier,tracking_number) and what lies there (sku,quantity)
send       = {{ via = "file", path = "out/{name}/{{date}}-{{batch}}.csv" }}
confirm    = {{ via = "file", path = "in/{name}/*.csv" }}
stock_feed = {{ via = "file", path = "stock/{name}.csv" }}
# cutoff   = {{ mon_fri = "15:00" }}
# capacity = 200                    # shipments a day
# acknowledge_within = "1 d"        # silence for longer is an exception
"""
_CHANNELS_FOOT = """\
# ------------------------------------------------------------------ later
# [channel.NAME.stock]              # with push = ["tracking", "stock"]: what a channel is told of stock
# buffer = 1
#
# [heartbeat]                       # a monitor that tells you when passes stop
# url = "env:HEARTBEAT_URL"
"""
_RULES = """\
# rules.toml: how every order is routed. Its tests stand in rules.test.toml.
#
#   orderctl rules check --strict      is it right, and is every rule of use?
#   orderctl rules test                does it do what its tests say?
#   orderctl explain ORDER             why was an order decided as it was?
#
# Stages run in this order: [[hold]] every match, [[location]] first match per line, [[service]] first match per
# shipment, [[enhance]] every match. docs/rules.md has every field and action.

version  = 1
currency = {currency}
weight   = "kg"
timezone = {timezone}

[[hold]]
name = "unpaid"
when.payment = ["pending", "authorized", "partly_paid"]
then.hold = "payment"
then.release_when.payment = "paid"        # ends when the channel says that it is paid

[[hold]]
name = "risk"
why  = "the channel itself warns of this order; a person looks at it: orderctl orders release ORDER"
when.risk = "high"
then.hold = "fraud"

[[location]]
name = "everything"                       # no `when`: it takes whatever is left
then.ship_from = [{listed}]
{choice}then.if_short = "backorder"               # what is not there waits for stock

[[enhance]]
name = "gift"
when.has = "gift_message"
then.pack_note = 'Gift wrap. Card: "{{gift_message}}"'
then.hide_prices = true
"""
_SEVERAL = """\
then.prefer = ["fewest_shipments", "listed"]
then.split.allow = true                   # two parcels are better than none
"""
_TESTS = """\
# rules.test.toml: what the rules promise. Run: orderctl rules test
#
# Each test is an order at a moment, and what must come of it; only what stands under expect is compared. A test without
# stock has plenty everywhere.

rules  = "rules.toml"
config = "channels.toml"
now    = 2026-11-20T10:00:00Z

[defaults.order]
channel = {channel}
payment = "paid"
ship_to = {{ {address} }}

[defaults.line]
sku = "MUG"
quantity = 1
unit_price = "20.00"
weight_g = 400

[[test]]
name = "an unpaid order waits"
order.payment = "pending"
order.lines = [{{ quantity = 1 }}]
expect.state = "held"
expect.holds = ["payment"]

[[test]]
name = "so does one that the channel warns of"
order.risk = "high"
order.lines = [{{ quantity = 1 }}]
expect.state = "held"
expect.holds = ["fraud"]

[[test]]
name = "a paid order ships from the first place that has all of it"
order.lines = [{{ quantity = 2 }}]
expect.state = "routed"
expect.ship = [{{ from = {one}, lines = {{ MUG = 2 }} }}]

[[test]]
name = "what nobody has waits for stock"
order.lines = [{{ quantity = 2 }}]
stock.{one} = {{ MUG = 0 }}
expect.state = "backordered"
expect.backorder = {{ MUG = 2 }}

[[test]]
name = "a gift is wrapped"
order.gift_message = "Happy birthday!"
order.lines = [{{ quantity = 1 }}]
expect.rules = ["enhance/gift"]
"""
_SPLIT_TEST = """
[[test]]
name = "two things that no single place has ship in two parcels"
order.lines = [{{ sku = "MUG" }}, {{ sku = "LAMP" }}]
stock.{one_key} = {{ MUG = 5 }}
stock.{other_key} = {{ LAMP = 5 }}
expect.ship = [{{ from = {one}, lines = {{ MUG = 1 }} }}, {{ from = {other}, lines = {{ LAMP = 1 }} }}]
"""
