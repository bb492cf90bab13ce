"""What Walmart states of money: refunds, line by line."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import MoneyEntry
from tests.channels import walmart_shop as shop
from tests.channels.test_walmart_orders import SHARED, channel
from tests.channels.walmart_shop import charge, line, order


def entries(one: dict[str, Any]) -> list[MoneyEntry]:
    return list(channel().entries_of(Payload(shop.raw(one), "web order 1")))


def refund(*charges: dict[str, Any]) -> dict[str, Any]:
    rows = [{"refundReason": "DamagedItem", "charge": one} for one in charges]
    return {"refundId": None, "refundCharges": {"refundCharge": rows}}


def test_an_order_without_refunds_states_nothing():
    assert [] == entries(order("1", line()))


def test_the_refunds_of_a_line_are_one_entry_and_one_of_their_tax():
    given_back = refund(charge(-10, -0.8), charge(-2, kind="SHIPPING", name="Shipping"))

    assert [("refund", "refund of line 1", -1200), ("tax", "refund of line 1", -80)] == [
        (one.type, one.reference, one.amount_minor) for one in entries(order("1", line(refund=given_back)))
    ]


def test_more_that_is_refunded_makes_the_entry_larger_and_no_second():
    first, more = refund(charge(-3)), refund(charge(-3), charge(-4))
    found = [entries(order("1", line(refund=one))) for one in (first, more)]

    assert [[-300], [-700]] == [[one.amount_minor for one in entries] for entries in found]
    assert 1 == len({one.key for entries in found for one in entries})


@given(st.lists(st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 10**5)), max_size=3), min_size=1, max_size=3))
def test_entries_add_up_to_what_the_lines_state(lines):
    rows = [
        line(str(at), refund=refund(*(charge(-minor / 100, -tax / 100) for minor, tax in charges)))
        for at, charges in enumerate(lines, 1)
    ]
    stated = sum(minor + tax for charges in lines for minor, tax in charges)

    assert -stated == sum(one.amount_minor for one in entries(order("1", *rows)))


def test_amounts_in_two_currencies_are_refused():
    other = charge(-1)
    other["chargeAmount"]["currency"] = "CAD"

    with pytest.raises(RecordError, match="CAD and USD"):
        entries(order("1", line(refund=refund(charge(-1), other))))


@pytest.mark.skipif(not SHARED, reason="ORDERCTL_SHARED names no folder with recorded payloads")
def test_the_vendors_own_example_of_a_refund_is_read():
    file = Path(SHARED) / "channels" / "payloads" / "walmart" / "spec" / "orders.refundOrderLines.200.json"
    found = channel().entries_of(Payload(json.dumps(json.loads(file.read_text("utf-8"))).encode(), "web order 1"))

    assert [("refund", -2199)] == [(one.type, one.amount_minor) for one in found]
