"""Payloads become orders the same way on every channel: strict JSON, its own words made ours, the strict reader."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from orderctl.core import order_json
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order
from orderctl.wire import strict_json


def order_of(payload: Payload, neutral: Callable[[Any], Any], *, channel: str, currency: str = "") -> Order:
    """The order that `payload` states, by what `neutral` makes of its JSON. RecordError names what is wrong."""
    try:
        return order_json.order_from_json(neutral(strict_json.loads(payload.raw)), channel=channel, currency=currency)
    except ValueError as error:
        message = f"the order {error}"
        raise RecordError(message, where=payload.where) from None
    except RecordError as error:
        error.where = error.where or payload.where
        raise
