"""What Vendure states of money: refunds of payments."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.channels.vendure import Vendure
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import MoneyEntry, account
from orderctl.core.secrets import Secret
from orderctl.wire.opening import Opening
from tests.channels.vendure_fake import a_line, a_vendure_order

SETTINGS = {"base_url": "https://shop.example.com", "api_key": Secret("env:KEY", "key-1")}
CHANNEL = Vendure("web", Vendure.Settings.model_validate(SETTINGS), Opening(Path()))
TOTAL = 5400


def payload(order: dict[str, Any]) -> Payload:
    return Payload(json.dumps(order).encode(), "web order 1")


def entries(order: dict[str, Any]) -> list[MoneyEntry]:
    return list(CHANNEL.entries_of(payload(order)))


def a_refund(total: int = 1000, number: str = "7", state: str = "Settled") -> dict[str, Any]:
    return {"id": number, "createdAt": "2026-11-20T09:00:00.000Z", "total": total, "state": state}


def paid(*refunds: dict[str, Any], amount: int = TOTAL) -> list[dict[str, Any]]:
    return [{"method": "card", "amount": amount, "state": "Settled", "refunds": list(refunds)}]


def test_an_order_without_refunds_states_nothing():
    assert [] == entries(a_vendure_order(1))


def test_a_refund_counts_once_it_is_settled():
    refunds = [a_refund(), a_refund(300, "8", "Pending"), a_refund(400, "9", "Failed")]
    (found,) = entries(a_vendure_order(1, payments=paid(*refunds)))

    assert ("refund", "refund 7", -1000, "2026-11-20T09:00:00Z") == (
        *(found.type, found.reference, found.amount_minor, found.at),
    )


def test_what_was_cancelled_after_it_was_paid_is_not_taken_off_twice():
    """Of two mugs one was cancelled and refunded: the order is worth one mug, and so is what is left of the money."""
    order = a_vendure_order(1, a_line(quantity=1), payments=paid(a_refund(2400)))
    found = account(CHANNEL.to_order(payload(order)), entries(order))

    assert TOTAL - 2400 == sum(one.amount_minor for one in found)


@given(st.lists(st.integers(1, 1000), max_size=5))
def test_entries_add_up_to_what_was_paid_less_what_went_back(refunds):
    order = a_vendure_order(1, payments=paid(*(a_refund(total, str(at)) for at, total in enumerate(refunds))))
    found = account(CHANNEL.to_order(payload(order)), entries(order))

    assert TOTAL - sum(refunds) == sum(one.amount_minor for one in found)


@pytest.mark.parametrize("total", ["10.00", None, True])
def test_a_refund_without_an_amount_is_refused_by_name(total):
    with pytest.raises(RecordError) as caught:
        entries(a_vendure_order(1, payments=paid(a_refund() | {"total": total})))

    assert "refunds.total" == caught.value.field
