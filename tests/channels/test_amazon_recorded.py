"""Orders as Amazon shows them, in its descriptions and derived from them: each is an order, or refused for a reason."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.channels.amazon_orders import Terms, order_row
from orderctl.core.errors import RecordError
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import money_off_by

SHARED = os.environ.get("ORDERCTL_SHARED")
pytestmark = pytest.mark.skipif(not SHARED, reason="ORDERCTL_SHARED does not name the folder with recorded payloads")


def recorded(pattern: str) -> Iterator[dict[str, Any]]:
    """Every order of the files that `pattern` names, whatever answer it stands in."""
    for path in sorted((Path(SHARED or "") / "channels" / "payloads" / "amazon").glob(pattern)):
        value = json.loads(path.read_bytes())
        answer = value.get("response", value)
        for order in answer.get("orders", [answer["order"]] if "order" in answer else []):
            yield {"order": order}


def outcome(value: dict[str, Any]) -> str:
    try:
        order = order_from_json(order_row(value, Terms("USD")), channel="amz")
    except RecordError as error:
        return f"refused: {error.message}"
    whole = "adds up" if money_off_by(order) == 0 else f"off by {money_off_by(order)} {order.currency}"
    return f"{order.payment}, {order.fulfilled_by}, {whole}"


def test_every_order_derived_from_the_description_is_an_order_that_adds_up(payload_table):
    found = Counter(map(outcome, recorded("orders_2026/*.json")))

    payload_table("amazon", found)
    assert {
        "paid, merchant, adds up": 3,
        "paid, channel, adds up": 1,
        "pending, merchant, adds up": 1,
        "voided, merchant, adds up": 1,
        "refused: salesChannel.channelName is NON_AMAZON: another channel's order, shipped by Amazon for us": 1,
    } == found


def test_the_vendors_own_examples_are_read(payload_table):
    found = Counter(map(outcome, recorded("spec/orders_2026*.json")))

    payload_table("amazon", found)
    assert {
        "paid, merchant, adds up": 3,
        "paid, channel, adds up": 1,
        "on_terms, merchant, adds up": 1,
    } == found
