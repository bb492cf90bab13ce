"""A warehouse with an HTTP API on a loopback port, made of a few functions; it behaves badly on demand.

What it records it has done: an order counts from the moment its request was read, whatever becomes of the answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from tests.partner import Asked, Reply, saying

LOST = Reply(how="close")
BODY = """{
    "reference": {{ reference }},
    "to": {"name": {{ ship_to.name }}, "zip": {{ ship_to.postcode }}, "country": {{ ship_to.country_3 }}},
    "service": {{ service_there }},
    "note": {{ note }},
    "lines": [
        {%- for line in lines %}
        {"id": {{ line.line }}, "sku": {{ line.sku }}, "qty": {{ line.quantity }}}{% if not loop.last %},{% endif %}
        {%- endfor %}
    ]
}"""

#: How this warehouse is described, without its address.
DESCRIBED: Mapping[str, Any] = {
    "create": {
        "path": "/orders",
        "body": BODY,
        "id": "id",
        "judge": [{"outcome": "refused", "path": "errors[*]"}],
    },
    "lookup": {"path": "/orders", "query": {"reference": "{reference}"}, "items": "orders[*]", "settle": "5 min"},
    "cancel": {"path": "/orders/{id}/cancel"},
    "poll": {
        "path": "/shipments",
        "query": {"since": "{since}", "cursor": "{cursor}"},
        "pages": "cursor",
        "next": "next",
        "items": "shipments[*]",
        "updated": "updated_at",
    },
    "stock": {"path": "/stock", "items": "stock[*]", "sku": "sku", "quantity": "on_hand"},
    "shipment": {
        "reference": "reference",
        "id": "id",
        "status": "status",
        "reason": "reason",
        "words": {
            "acknowledged": ["RECEIVED"],
            "rejected": ["REJECTED"],
            "cancelled": ["CANCELLED"],
            "problem": ["ON_HOLD"],
        },
        "lines": "lines[*]",
        "sku": "sku",
        "quantity": "qty",
        "postcode": "to.zip",
        "parcels": {
            "each": "parcels[*]",
            "tracking_number": "number",
            "carrier": "carrier",
            "shipped_at": "shipped_at",
            "voided": "voided",
            "lines": "lines[*]",
            "line": "id",
            "sku": "sku",
            "quantity": "qty",
        },
    },
}
#: What makes a repeated request one effect, for a location of class A.
KEYED = {"idempotency": "Idempotency-Key", "key_lifetime": "24 h"}


def toml(value: Any) -> str:
    """`value` as it stands in a TOML file, in one line."""
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{json.dumps(name)} = {toml(one)}" for name, one in value.items()) + " }"
    if isinstance(value, list | tuple):
        return "[" + ", ".join(map(toml, value)) + "]"
    return json.dumps(value)


@dataclass
class Warehouse:
    """`effects` is every order it began to work on; `faults` are what happens to the next orders instead.

    A fault is (`before` or `after` the order is taken, what is answered).
    """

    remembers_keys: bool = True
    unique: bool = False  # whether it refuses a reference that it has
    effects: list[str] = field(default_factory=list)
    keys: dict[str, dict[str, Any]] = field(default_factory=dict)
    orders: list[dict[str, Any]] = field(default_factory=list)
    shipments: list[dict[str, Any]] = field(default_factory=list)
    stock: list[dict[str, Any]] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    faults: list[tuple[str, Reply]] = field(default_factory=list)
    cancel_faults: list[tuple[str, Reply]] = field(default_factory=list)
    too_late: bool = False
    page: int = 500
    refuses: Callable[[dict[str, Any]], Reply | None] = lambda _order: None

    def answer(self, asked: Asked) -> Reply:
        """The answer to one request."""
        parts = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(parts.query).items()}
        if parts.path == "/orders" and asked.method == "POST":
            return self._faulty(self.faults, lambda: self._create(asked))
        if parts.path == "/orders":
            return saying({"orders": [one for one in self.orders if one["reference"] == query.get("reference")]})
        if parts.path.endswith("/cancel"):
            return self._faulty(self.cancel_faults, lambda: self._cancel(unquote(parts.path.split("/")[2])))
        if parts.path == "/shipments":
            return self._listed(query)
        return saying({"stock": self.stock}) if parts.path == "/stock" else Reply(404)

    def _faulty(self, faults: list[tuple[str, Reply]], work: Callable[[], Reply]) -> Reply:
        if not faults:
            return work()
        when, reply = faults.pop(0)
        if when == "after":
            work()
        return reply

    def _create(self, asked: Asked) -> Reply:
        order = asked.value
        key = asked.headers.get("idempotency-key", "")
        if key and self.remembers_keys and key in self.keys:
            return saying(self.keys[key], 201)
        if self.unique and any(one["reference"] == order["reference"] for one in self.orders):
            return saying({"message": "reference already exists"}, 409)
        refusal = self.refuses(order)
        if refusal is not None:
            return refusal
        kept = {**order, "id": f"o{len(self.orders) + 1}", "status": "NEW"}
        self.effects.append(order["reference"])
        self.orders.append(kept)
        if key:
            self.keys[key] = {"id": kept["id"]}
        return saying({"id": kept["id"]}, 201)

    def _cancel(self, identity: str) -> Reply:
        self.cancels.append(identity)
        order = next(one for one in self.orders if one["id"] == identity)
        if self.too_late or order["status"] == "CANCELLED":
            return saying({"message": "too late, it is packed"}, 409)
        order["status"] = "CANCELLED"
        return saying({})

    def _listed(self, query: Mapping[str, str]) -> Reply:
        known = [one for one in self.shipments if one.get("updated_at", "9") >= query.get("since", "")]
        start = int(query.get("cursor") or 0)
        following = str(start + self.page) if start + self.page < len(known) else None
        return saying({"shipments": known[start : start + self.page], "next": following})

    def ships(self, reference: str, *numbers: str, at: str = "2026-11-20T15:10:00Z") -> None:
        """It tells that a shipment has left, a parcel for each number."""
        parcels = [{"number": number, "carrier": "UPS", "shipped_at": at} for number in numbers]
        self.shipments.append({"reference": reference, "status": "SENT", "updated_at": at, "parcels": parcels})

    def says(self, reference: str, status: str, reason: str = "", at: str = "2026-11-20T15:10:00Z") -> None:
        """It tells a state."""
        self.shipments.append({"reference": reference, "status": status, "reason": reason, "updated_at": at})
