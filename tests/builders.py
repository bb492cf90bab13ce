"""Builders for values that tests are about; every default is the plainest thing that works."""

from __future__ import annotations

from typing import Any

from orderctl.core.orders import Address, Customer, Line, Order, derived_total

NOW = "2026-11-20T15:00:00Z"
NEW_YORK = Address(name="Ana Diaz", line1="1 Main St", city="New York", region="NY", postcode="10001", country="US")


def a_line(sku: str = "MUG", quantity: int = 1, **changes: Any) -> Line:
    """A line of `quantity` units at 10.00 each."""
    fields: dict[str, Any] = {"id": sku.lower(), "sku": sku, "quantity": quantity, "amount_minor": 1000 * quantity}
    return Line(**(fields | changes))


def an_order(*lines: Line, **changes: Any) -> Order:
    """A paid order from the channel `web` to New York; one mug unless lines are given."""
    fields: dict[str, Any] = {
        "channel": "web",
        "channel_order_id": "1042",
        "number": "1042",
        "placed_at": "2026-11-20T10:00:00Z",
        "updated_at": "2026-11-20T10:00:00Z",
        "currency": "USD",
        "lines": lines or (a_line(),),
        "ship_to": NEW_YORK,
        "customer": Customer(email="ana@example.com", name="Ana Diaz"),
        "payment": "paid",
    }
    order = Order(**(fields | changes))
    return order if "total_minor" in changes else Order(**(fields | changes | {"total_minor": derived_total(order)}))
