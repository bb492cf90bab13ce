"""What the JSON of an order may say: every field by its name, what it is when it is left out, and the bounds of all.

One table for everybody: `order_plain` reads by it in bulk, `order_json` field by field, `order_document` writes by it.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from orderctl.core import orders
from orderctl.core.orders import Address

LARGEST_QUANTITY = 1_000_000
LARGEST_WEIGHT_G = 10**9
LONGEST_TEXT = 20_000
MOST_LINES = 5_000
MOST_ENTRIES = 1_000

NO_ATTRIBUTES: Mapping[str, str] = MappingProxyType({})

ADDRESS: dict[str, Any] = dict.fromkeys(Address.__slots__, "")
CUSTOMER: dict[str, Any] = {
    **dict.fromkeys(("id", "name", "email", "phone", "type"), ""),
    **dict.fromkeys(("orders", "spent")),
    "tags": (),
}
LINE: dict[str, Any] = {
    **dict.fromkeys(("id", "sku", "title"), ""),
    **dict.fromkeys(("quantity", "amount", "unit_price", "discount", "tax", "weight_g")),
    "requires_shipping": True,
    "fulfilled_by": "",
    "tags": (),
    "attributes": NO_ATTRIBUTES,
}
#: In the order in which a person reads them.
ORDER: dict[str, Any] = {
    **dict.fromkeys(("channel", "channel_order_id", "number", "placed_at", "updated_at", "cancelled_at"), ""),
    "cancel_requested": False,
    **dict.fromkeys(("dispute", "payment", "payment_terms", "source", "pos_location", "fulfilled_by", "type"), ""),
    "currency": "",
    **dict.fromkeys(("customer", "ship_to", "bill_to")),
    **dict.fromkeys(("requested_service", "ship_by", "deliver_by", "priority"), ""),
    **dict.fromkeys(("lines", "shipping_price", "discount", "tax")),
    "prices_include_tax": False,
    "total": None,
    "risk": "",
    "tags": (),
    **dict.fromkeys(("note", "gift_message", "po_number"), ""),
    "attributes": NO_ATTRIBUTES,
}
#: What orderctl adds to an order and its lines when it shows them; passed over when the same text comes back in.
ADDED = ("order", "state", "assigned", "checks", "holds", "shipments", "backorders", "exceptions", "history")
ADDED_TO_LINE = ("counters",)

#: Fields that are one of a few words -> these words, and the one that counts when nothing is stated.
CHOICES: dict[str, tuple[tuple[str, ...], str]] = {
    "payment": (orders.PAYMENTS, ""),
    "source": (orders.SOURCES, "online"),
    "fulfilled_by": (orders.FULFILLERS, "merchant"),
    "type": (orders.TYPES, "b2c"),
    "dispute": (orders.DISPUTES, "none"),
    "priority": (orders.PRIORITIES, "normal"),
    "risk": (orders.RISKS, ""),
}
