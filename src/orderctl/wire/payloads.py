"""Payloads become orders the same way on every channel: strict JSON, its own words made ours, the strict reader."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any, TypeVar

from orderctl.core import order_json
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import Order
from orderctl.wire import strict_json

_Read = TypeVar("_Read")
_FILLED = re.compile(rb"\"\s*:\s*(\[\s*[^\]\s]|\{)")


def lists_some(payload: Payload, name: str) -> bool:
    """Whether a list called `name` that is not empty, or a table, may stand anywhere in `payload`; it is not read."""
    raw, bare = payload.raw, name.encode()  # searched for without its quotes, of which there are too many
    at = raw.find(bare)
    while at >= 0 and not (raw[at - 1 : at] == b'"' and _FILLED.match(raw, at + len(bare))):
        at = raw.find(bare, at + len(bare))
    return at >= 0


def order_of(
    payload: Payload,
    neutral: Callable[[Any], Any],
    *,
    channel: str,
    currency: str = "",
    parse: Callable[[bytes], Any] = strict_json.loads,
) -> Order:
    """The order that `payload` states, by what `neutral` makes of its JSON. RecordError names what is wrong.

    `parse` reads that JSON, where its shape is known (`wire.json_shapes`).
    """

    def read(value: Any) -> Order:
        return order_json.order_from_json(neutral(value), channel=channel, currency=currency)

    return understood(payload, read, parse)


def understood(
    payload: Payload, read: Callable[[Any], _Read], parse: Callable[[bytes], Any] = strict_json.loads
) -> _Read:
    """What `read` makes of the JSON in `payload`. RecordError names what is wrong, and where it lies."""
    try:
        return read(parse(payload.raw))
    except ValueError as error:
        message = f"the order {error}"
        raise RecordError(message, where=payload.where) from None
    except RecordError as error:
        error.where = error.where or payload.where
        raise
