"""A made-up shop of any size: the same seed gives the same orders, stock and rules, byte for byte.

1. orders of about 4.5 KB of JSON with 2.66 lines on average, over 10,000 articles, of which few sell a lot
2. five warehouses; each keeps seven of ten articles, so that some orders have to be split
3. rules files of any length: holds, locations by region, articles and tags, services, and a last rule for all others
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

#: More in one row of a feed is not believed.
MOST_UNITS = 1_000_000
SKUS = 10_000
LOCATIONS = ("newark", "reno", "dallas", "atlanta", "chicago")
#: What `channels.toml` calls the moment of the first order; all are placed within the month after it.
FIRST_MINUTE = "2026-11-01T00:00:00Z"
NOW = "2026-12-01T12:00:00Z"
_LINES = (1, 1, 2, 2, 2, 3, 3, 3, 4, 5, 2, 4)  # how often an order has how many: 2.66 on average
_REGIONS = {
    "NY": ("New York", "10001", "newark"), "NJ": ("Newark", "07102", "newark"), "CA": ("Los Angeles", "90012", "reno"),
    "OR": ("Portland", "97201", "reno"), "WA": ("Seattle", "98101", "reno"), "TX": ("Austin", "73301", "dallas"),
    "OK": ("Tulsa", "74103", "dallas"), "FL": ("Miami", "33101", "atlanta"), "GA": ("Atlanta", "30301", "atlanta"),
    "IL": ("Chicago", "60601", "chicago"), "MI": ("Detroit", "48201", "chicago"), "CO": ("Denver", "80202", "dallas"),
}  # fmt: skip
_STATES = tuple(_REGIONS)
_TAGS = ("gift", "repeat", "newsletter", "app", "wholesale", "fragile")
_STEPS = ((500, 490), (1000, 590), (2000, 720), (5000, 990), (10_000, 1490), (30_000, 2900))
#: Per warehouse: up to so many grams a parcel costs so many cents. The first in the list is not the cheapest.
RATES = {
    name: tuple((grams, cost + 35 * ((at * 2 + 3) % 5)) for grams, cost in _STEPS) for at, name in enumerate(LOCATIONS)
}
_TITLES = ("Stoneware mug with a glazed rim", "Linen table runner, natural", "Brass desk lamp with a green shade")


#: What most orders say of themselves.
_PLAIN = {
    "cancelled_at": "", "cancel_requested": False, "dispute": "none", "payment": "paid", "payment_terms": "",
    "source": "online", "pos_location": "", "fulfilled_by": "merchant", "type": "b2c", "currency": "USD",
    "ship_by": "", "deliver_by": "", "priority": "normal", "shipping_price": "4.90", "discount": "0.00",
    "tax": "0.00", "prices_include_tax": True, "gift_message": "", "po_number": "",
}  # fmt: skip
_COUNTERS = dict.fromkeys(
    ("planned", "backordered", "dispatched", "shipped", "cancelled", "returned", "overshipped"), 0
)


def sku(number: int) -> str:
    """The name of article `number`."""
    return f"ART-{number:05}"


def orders(count: int, first: int = 0, seed: int = 1) -> Iterator[bytes]:
    """`count` orders as JSON, one each; order `n` is the same whatever `first` it is asked from."""
    for number in range(first, first + count):
        yield order(number, seed)


def order(number: int, seed: int = 1) -> bytes:
    """Order `number` as one line of JSON, without its end."""
    row = _order(number, random.Random(f"{seed}:{number}"))  # noqa: S311 - reproducible, not secret
    return json.dumps(row, separators=(",", ":")).encode()


def _order(number: int, dice: random.Random) -> dict[str, Any]:
    """An order in full, as `orders show --json` writes one that another system has handled: empty fields, history."""
    region = dice.choice(_STATES)
    city, postcode, _ = _REGIONS[region]
    customer = dice.randrange(30_000)
    minute = number % 41_760
    placed_at = f"2026-11-{minute // 1440 + 1:02}T{minute // 60 % 24:02}:{minute % 60:02}:00Z"
    address = {
        "name": f"Customer {customer}",
        "company": "",
        "line1": f"{dice.randrange(1, 2000)} Long Street",
        "line2": f"Apartment {dice.randrange(1, 90)}",
        "line3": "",
        "city": city,
        "region": region,
        "postcode": postcode,
        "country": "US",
        "phone": f"+1 555 {dice.randrange(10**6, 10**7)}",
    }
    return {
        "channel": "web",
        "channel_order_id": f"gid://shop/Order/{5_000_000_000 + number}",
        "number": str(100_000 + number),
        "placed_at": placed_at,
        "updated_at": placed_at,
        **_PLAIN,
        "customer": {
            "id": f"gid://shop/Customer/{7_000_000_000 + customer}",
            "name": f"Customer {customer}",
            "email": f"customer{customer}@example.com",
            "phone": "+1 555 0100",
            "type": "person",
            "orders": dice.randrange(12),
            "spent": f"{dice.randrange(900)}.{dice.randrange(100):02}",
            "tags": dice.sample(_TAGS, 2),
        },
        "ship_to": address,
        "bill_to": address if dice.random() < 0.8 else {**address, "line1": f"{dice.randrange(1, 900)} Other Street"},
        "requested_service": dice.choice(("standard", "standard", "standard", "express")),
        "lines": [_line(position, dice) for position in range(1, dice.choice(_LINES) + 1)],
        "risk": dice.choice(("low", "low", "low", "medium")),
        "tags": dice.sample(_TAGS, dice.randrange(3)),
        "note": "Please leave the parcel with the neighbors when nobody opens the door. " * dice.randrange(2),
        "attributes": {"landing_page": f"/collections/spring?utm_campaign={dice.randrange(999)}"},
        "state": "new",
        "checks": {"address": "ok", "codes": []},
        "history": [_event(placed_at, at, dice) for at in range(13)],
    }


def _line(position: int, dice: random.Random) -> dict[str, Any]:
    article = min(int(dice.paretovariate(0.6)), SKUS - 1) if dice.random() < 0.5 else dice.randrange(SKUS)
    quantity = dice.choice((1, 1, 1, 1, 2, 3))
    price = 500 + article * 7 % 9_000
    return {
        "id": f"gid://shop/LineItem/{dice.randrange(10**12, 10**13)}-{position}",
        "sku": sku(article),
        "title": f"{_TITLES[article % 3]}, article {article}",
        "quantity": quantity,
        "amount": f"{price * quantity // 100}.{price * quantity % 100:02}",
        "unit_price": f"{price // 100}.{price % 100:02}",
        "discount": "0.00",
        "tax": f"{price * quantity // 1200}.{price * quantity % 100:02}",
        "weight_g": 50 + article * 13 % 900,
        "requires_shipping": True,
        "fulfilled_by": "merchant",
        "tags": [_TAGS[article % 6]],
        "attributes": {"variant": f"gid://shop/Variant/{9_000_000_000 + article}"},
        "counters": {"ordered": quantity, "open": quantity, **_COUNTERS},
    }


def _event(placed_at: str, at: int, dice: random.Random) -> dict[str, str]:
    kind = ("imported", "payment authorized", "payment captured", "risk assessed", "mail sent", "noted", "seen")[at % 7]
    return {
        "at": placed_at,
        "actor": "shop",
        "kind": kind,
        "detail": f"{kind}: {dice.getrandbits(160):040x} by the shop",
    }


def stock(location: str, orders_to_come: int) -> Iterator[tuple[str, int]]:
    """(SKU, units) that `location` has: enough for `orders_to_come`, but not of every article."""
    at = LOCATIONS.index(location)
    for article in range(SKUS):
        popular = orders_to_come * 4 // (article + 1)
        units = orders_to_come // 1000 + 20 + popular if (article * 7 + at * 3) % 10 < 7 else 0
        yield sku(article), min(units, MOST_UNITS)


def channels_toml() -> str:
    """The configuration: one channel, five warehouses, one carrier with rates."""
    places = "".join(
        f'\n[location.{name}]\naddress = {{ country = "US", region = "{region}" }}\npick_cost = "1.10"\n'
        f'send       = {{ via = "file", path = "out/{name}/{{date}}-{{batch}}.csv" }}\n'
        f'stock_feed = {{ via = "file", path = "stock/{name}.csv" }}\n'
        for name, region in zip(LOCATIONS, ("NJ", "NV", "TX", "GA", "IL"), strict=True)
    )
    return (
        'version  = 1\ncurrency = "USD"\ntimezone = "America/New_York"\n\n[channel.web]\ntype = "file"\n'
        f'path = "orders/*.jsonl"\nlive_from = {FIRST_MINUTE}\npush = ["tracking"]\n{places}\n[carrier.post.services]\n'
        'parcel  = { days = "2-5", max_weight = "30 kg", rates = "rates.csv" }\n'
        'express = { days = "1", max_weight = "30 kg", rates = "rates.csv" }\n'
    )


def rates_csv() -> str:
    """What a parcel costs from each warehouse, by weight."""
    rows = [f"{grams} g,{cost // 100}.{cost % 100:02},{name}" for name, steps in RATES.items() for grams, cost in steps]
    return "\n".join(["max_weight,cost,origin", *rows]) + "\n"


def rules_toml(count: int) -> str:
    """A rules file of `count` rules."""
    holds, services, enhances = max(2, count // 10), max(3, count // 10), max(2, count // 20)
    rules = [_hold(at) for at in range(holds)]
    rules += [_location(at) for at in range(count - holds - services - enhances - 1)]
    rules.append(
        '[[location]]\nname = "everything else"\nthen.ship_from = ["newark", "reno", "dallas", "atlanta", "chicago"]\n'
        'then.prefer = ["fewest_shipments", "lowest_cost"]\nthen.split.allow = true\nthen.if_short = "backorder"\n'
        "then.backorder.ship_available_now = true"
    )
    rules += [_service(at) for at in range(services - 1)]
    rules.append('[[service]]\nname = "parcel"\nthen.service = "post:parcel"')
    rules += [_enhance(at) for at in range(enhances)]
    head = 'version  = 1\ncurrency = "USD"\nweight   = "kg"\ntimezone = "America/New_York"'
    return "\n\n".join([head, *rules]) + "\n"


def _hold(at: int) -> str:
    return (
        f'[[hold]]\nname = "hold {at}"\nwhen.total = ">= {900 + at * 10}"\nwhen.customer.orders = {at % 12}\n'
        f'when.risk = "medium"\nthen.hold = "look"'
    )


def _location(at: int) -> str:
    region = _STATES[at % len(_STATES)]
    near = _REGIONS[region][2]
    others = ", ".join(f'"{name}"' for name in LOCATIONS if name != near)
    conditions = (
        f'when.ship_to.region = "{region}"',
        (
            f'when.line.sku = "ART-{at * 37 % 100:02}{at % 10}*"',
            f'when.total = "{at * 5}..{at * 5 + 40}"',
            f'when.tags = "{_TAGS[at % 6]}"\nwhen.unit_count = ">= {at % 7}"',
            f'when.ship_to.postcode = "{10000 + at * 300}..{10000 + at * 300 + 200}"',
        )[at // len(_STATES) % 4],
    )
    return (
        f'[[location]]\nname = "location {at}"\n' + "\n".join(conditions) + f'\nthen.ship_from = ["{near}", {others}]\n'
        'then.prefer = ["fewest_shipments", "lowest_cost"]\nthen.split.allow = true\nthen.if_short = "next_rule"'
    )


def _service(at: int) -> str:
    if at == 0:
        return '[[service]]\nname = "express"\nwhen.requested_service = "express"\nthen.service = "post:express"'
    return (
        f'[[service]]\nname = "service {at}"\nwhen.shipment.weight = ">= {at * 400} g"\n'
        f'when.ship_to.region = "{_STATES[at % len(_STATES)]}"\nthen.cheapest_of = ["post:parcel", "post:express"]'
    )


def _enhance(at: int) -> str:
    if at == 0:
        return '[[enhance]]\nname = "gifts"\nwhen.tags = "gift"\nthen.hide_prices = true'
    return f'[[enhance]]\nname = "enhance {at}"\nwhen.total = ">= {200 + at * 50}"\nthen.signature = "direct"'


def write_shop(folder: Path, orders_to_come: int, rules: int = 200) -> Path:
    """A shop without orders in `folder`; its channels.toml."""
    (folder / "orders").mkdir(parents=True, exist_ok=True)
    (folder / "stock").mkdir(exist_ok=True)
    for location in LOCATIONS:
        rows = "".join(f"{name},{units}\n" for name, units in stock(location, orders_to_come))
        (folder / "stock" / f"{location}.csv").write_text("sku,quantity\n" + rows, encoding="utf-8")
    (folder / "rates.csv").write_text(rates_csv(), encoding="utf-8")
    (folder / "rules.toml").write_text(rules_toml(rules), encoding="utf-8")
    config = folder / "channels.toml"
    config.write_text(channels_toml(), encoding="utf-8")
    return config


def write_orders(path: Path, count: int, first: int = 0) -> None:
    """A file of `count` orders, one a line."""
    with path.open("wb") as file:
        for row in orders(count, first):
            file.write(row + b"\n")
