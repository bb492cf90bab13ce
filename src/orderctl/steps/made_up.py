"""A made-up shop for `init --demo`: orders, stock, and what a warehouse answers, so that a pass has something to do.

Its people and streets do not exist. Orders are placed in the hours before the moment that the files are made at.
"""

from __future__ import annotations

import json
from typing import Any

from orderctl.core import times
from orderctl.steps.first_files import Beginning

_HOUR_S = 3600
STOCK = {
    "stock/east.csv": "sku,quantity\nMUG-BLUE,20\nTEAPOT,4\nNOTEBOOK,0\n",
    "stock/west.csv": "sku,quantity\nMUG-BLUE,6\nLAMP,3\n",
}
#: What the east answers to its first pick list; copied to in/east/ it is read by the next pass.
ANSWERS = {
    "answers/east.csv": (
        "reference,status,carrier,tracking_number\n"
        "WEB-1001-1,shipped,usps,9405555500000009021000\n"
        "WEB-1003-1,shipped,usps,9405555500000009021017\n"
    )
}
#: What shows most of it, in the order to type it.
NEXT = (
    "orderctl run",
    "orderctl orders list",
    "orderctl explain 1003",
    "cp answers/east.csv in/east/",
    "orderctl run",
    "orderctl",
)
_PEOPLE = {
    "ana": ("Ana Diaz", "1 Main Street", "New York", "NY", "10001"),
    "ben": ("Ben Okafor", "88 Bay Road", "Portland", "OR", "97209"),
    "mei": ("Mei Tanaka", "7 Orchard Lane", "Boise", "ID", "83702"),
}
_GOODS = {
    "MUG-BLUE": ("Stoneware mug, blue", "16.00", 400),
    "TEAPOT": ("Cast-iron teapot", "49.00", 1400),
    "LAMP": ("Paper lamp", "59.00", 900),
    "NOTEBOOK": ("Notebook, dotted", "14.00", 300),
}


def shop(now: str) -> Beginning:
    """One channel and two warehouses; orders placed from a day before `now` on are acted upon."""
    return Beginning(
        channels={"web": "file"},
        keys={"web": {"path": '"inbox/*.jsonl"'}},
        locations=("east", "west"),
        country="US",
        currency="USD",
        timezone="America/New_York",
        live_from=times.later(now, -24 * _HOUR_S),
    )


def files(now: str) -> dict[str, str]:
    """What lies in the folders when the shop opens: path -> text."""
    orders = [
        _order("1001", now, 5, "ana", {"MUG-BLUE": 2}),
        _order("1002", now, 4, "ben", {"MUG-BLUE": 1}, payment="pending"),
        _order("1003", now, 3, "ben", {"TEAPOT": 1, "LAMP": 1}),
        _order("1004", now, 2, "mei", {"MUG-BLUE": 1}, gift_message="Happy housewarming, Mei!"),
        _order("1005", now, 1, "ana", {"NOTEBOOK": 3}),
    ]
    return {"inbox/today.jsonl": "".join(json.dumps(order) + "\n" for order in orders), **STOCK, **ANSWERS}


def _order(number: str, now: str, hours: int, who: str, goods: dict[str, int], **more: Any) -> dict[str, Any]:
    name, line1, city, region, postcode = _PEOPLE[who]
    lines = [
        {"id": str(place), "sku": sku, "title": _GOODS[sku][0], "quantity": quantity}
        | {"unit_price": _GOODS[sku][1], "weight_g": _GOODS[sku][2]}
        for place, (sku, quantity) in enumerate(goods.items(), 1)
    ]
    cents = sum(int(_GOODS[sku][1].replace(".", "")) * quantity for sku, quantity in goods.items())
    address = {"line1": line1, "city": city, "region": region, "postcode": postcode, "country": "US"}
    order = {
        "number": number,
        "placed_at": times.later(now, -hours * _HOUR_S),
        "payment": "paid",
        "currency": "USD",
        "customer": {"name": name, "email": f"{who}@example.com"},
        "ship_to": {"name": name, **address},
        "lines": lines,
        "total": f"{cents // 100}.{cents % 100:02}",
    }
    return order | more
