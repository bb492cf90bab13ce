"""An order as it is kept in the store and beside decisions: its fields by their own names, amounts in minor units.

What has its default is left out, and a billing address that is the delivery address. Only what the program wrote
itself is read here, so that nothing is checked again. What comes from elsewhere is read by `core.order_json`, what
people and programs are shown is written by `core.order_document`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.core.orders import Address, Customer, Line, Order


def order_from_kept(row: Mapping[str, Any]) -> Order:
    """The order whose fields `row` holds, as JSON has them."""
    ship_to = _address(row["ship_to"])
    return Order(
        **_tagged(row)
        | {
            "lines": tuple([Line(**_tagged(line)) for line in row["lines"]]),
            "customer": Customer(**_tagged(row["customer"])),
            "ship_to": ship_to,
            "bill_to": _address(row["bill_to"]) if "bill_to" in row else ship_to,
        }
    )


def _address(row: Mapping[str, Any] | None) -> Address | None:
    return None if row is None else Address(**row)


def _tagged(row: Mapping[str, Any]) -> dict[str, Any]:
    return {**row, "tags": tuple(row["tags"])} if "tags" in row else dict(row)
