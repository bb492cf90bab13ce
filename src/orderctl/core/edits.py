"""What a person may change of an order: fields laid over what the channel states."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.core.errors import UsageError
from orderctl.core.order_document import order_to_json
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Address, Order
from orderctl.core.text import did_you_mean

FIELDS = (
    *(f"ship_to.{part}" for part in Address.__slots__),
    *("requested_service", "ship_by", "deliver_by", "priority", "note", "gift_message", "po_number"),
    *("customer.email", "customer.phone"),
)


def check(field: str) -> None:
    """UsageError unless `field` may be changed."""
    if field not in FIELDS:
        message = f"'{field}' cannot be changed here{did_you_mean(field, FIELDS)}"
        raise UsageError(message, next=f"one of: {', '.join(FIELDS)}")


def value_of(order: Order, field: str) -> str:
    """What `order` states in `field`, empty when it states nothing."""
    table, _, part = field.rpartition(".")
    row = order_to_json(order)
    return str((row.get(table) or {}).get(part, "") if table else row.get(part, ""))


def laid_over(order: Order, edits: Mapping[str, str]) -> Order:
    """`order` with each field of `edits` changed. RecordError when a value cannot be."""
    if not edits:
        return order
    row: dict[str, Any] = order_to_json(order)
    for field, value in edits.items():
        table, _, part = field.rpartition(".")
        if table:
            row[table] = {**(row.get(table) or {}), part: value}
        else:
            row[part] = value
    return order_from_json(row)
