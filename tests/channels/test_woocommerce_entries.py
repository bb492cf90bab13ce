"""What WooCommerce states of money: refunds, and what gateways keep."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import MoneyEntry, account
from orderctl.wire.opening import Opening
from tests.channels.test_woocommerce import running, woo
from tests.channels.test_woocommerce_orders import NOWHERE, RECORDED, order_of
from tests.channels.woocommerce_shop import WooShop, a_woo_order, raw


def entries(value: Any, **settings: Any) -> list[MoneyEntry]:
    return list(woo(NOWHERE, Opening(Path()), **settings).entries_of(Payload(raw(value), "here")))


def said(value: Any, **settings: Any) -> dict[tuple[str, str], int]:
    return {(one.type, one.reference): one.amount_minor for one in entries(value, **settings)}


def meta(**values: Any) -> list[dict[str, Any]]:
    return [{"id": at, "key": key, "value": value} for at, (key, value) in enumerate(values.items())]


def a_refund(amount: str = "10.00", tax: str = "0.00", number: int = 5) -> dict[str, Any]:
    """A refund of which `tax` stands on its line below nothing, as WooCommerce writes it."""
    item = {"id": 91, "quantity": 0, "total": "-1.00", "total_tax": f"-{tax}"}
    return {"id": number, "amount": amount, "date_created_gmt": "2026-11-20T09:00:00", "line_items": [item]}


def with_refunds(*refunds: dict[str, Any], **fields: Any) -> dict[str, Any]:
    listed = [{"id": one["id"], "total": f"-{one['amount']}"} for one in refunds]
    return {"order": a_woo_order(refunds=listed, **fields), "refunds": list(refunds), "virtual": []}


def test_an_order_without_refunds_and_gateways_states_nothing():
    assert {} == said(a_woo_order())


def test_a_refund_is_what_went_back_with_its_tax_apart_and_what_was_sold_before_it_stands_beside():
    order = with_refunds(a_refund("10.00", "1.60"))
    found = said(order)

    assert (-840, -160) == (found["refund", "refund 5"], found["tax", "refund 5"])
    assert 2500 == sum(minor for (_, reference), minor in found.items() if not reference)
    assert order_of(order).total_minor == sum(one.amount_minor for one in account(order_of(order), entries(order)))


def test_refunds_whose_lines_were_not_asked_for_count_as_the_order_lists_them():
    assert -1000 == said(a_woo_order(refunds=[{"id": 5, "total": "-10.00"}]))["refund", "refund 5"]


def test_what_a_gateway_keeps_is_read_from_the_meta_that_is_named_for_it():
    kept = meta(_stripe_fee="0.88", _stripe_currency="EUR", other="1")
    nested = meta(_ppcp_paypal_fees={"paypal_fee": {"currency_code": "USD", "value": "1.25"}, "net_amount": {}})

    assert [("payment_fee", "_stripe_fee", -88, "EUR")] == [
        (one.type, one.reference, one.amount_minor, one.currency) for one in entries(a_woo_order(meta_data=kept))
    ]
    assert [-125] == list(said(a_woo_order(meta_data=nested)).values())
    assert {} == said(a_woo_order(meta_data=kept), fee_meta={})
    assert {("payment_fee", "_gateway_fee"): -30} == said(
        a_woo_order(meta_data=meta(_gateway_fee="0.295")), fee_meta={"_gateway_fee": ""}
    )


@pytest.mark.parametrize("value", ["a lot", {"x": 1}, [1]])
def test_a_fee_that_is_no_amount_is_refused_by_name(value):
    with pytest.raises(RecordError) as caught:
        entries(a_woo_order(meta_data=meta(_stripe_fee=value)))

    assert "meta_data _stripe_fee" == caught.value.field


@given(st.lists(st.tuples(st.integers(1, 800), st.integers(0, 100)), max_size=3), st.booleans())
def test_entries_add_up_to_what_the_shop_states(refunds, with_tax):
    rows = [
        a_refund(f"{minor / 100:.2f}", f"{tax / 100:.2f}" if with_tax else "0.00", at)
        for at, (minor, tax) in enumerate(refunds)
    ]
    order = with_refunds(*rows)

    together = sum(one.amount_minor for one in account(order_of(order), entries(order)))
    assert 2500 - sum(minor for minor, _ in refunds) == together


def test_a_refund_after_the_import_is_a_new_entry_and_no_second_comes(tmp_path):
    shop = WooShop([a_woo_order(1)])
    with running(shop, tmp_path) as (channel, _):
        (before,) = next(iter(channel.fetch({}))).payloads
        shop.orders[1] |= {"refunds": [{"id": 5, "total": "-10.00"}]}
        shop.refunds[1] = [a_refund()]
        (after,) = next(iter(channel.fetch({}))).payloads

        assert [] == list(channel.entries_of(before))
        assert ["refund 5"] == [one.reference for one in channel.entries_of(after) if one.type == "refund"]


@pytest.mark.skipif(not RECORDED.is_dir(), reason="ORDERCTL_SHARED names no folder with recorded payloads")
def test_recorded_orders_come_to_what_is_left_of_them():
    partly = json.loads((RECORDED / "apps" / "ios_order-details-partially-refunded.json").read_text(encoding="utf-8"))
    order = json.loads(json.dumps(partly["data"]))
    listed = sum(-round(float(one["total"]) * 100) for one in order["refunds"])
    found = entries(order)

    assert listed == -sum(one.amount_minor for one in found if one.type == "refund")
    assert ["_stripe_fee"] == [one.reference for one in found if one.type == "payment_fee"]
    sale = [one for one in account(order_of(order), found) if one.type != "payment_fee"]
    assert order_of(order).total_minor == sum(one.amount_minor for one in sale)
