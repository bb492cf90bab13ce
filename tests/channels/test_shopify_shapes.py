"""Payloads of every shape: each is an order, or a refusal that names the field."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.channels import shopify_shapes
from orderctl.channels.shopify_documents import bulk_query
from orderctl.core.adapters import Payload
from orderctl.core.errors import RecordError
from orderctl.core.orders import money_off_by
from orderctl.wire import json_shapes
from orderctl.wire.json_shapes import Reader
from tests.channels.http_contract import opening
from tests.channels.shopify_bulk_fake import BulkStore, Files
from tests.channels.shopify_orders import a_line, a_shopify_order, as_sent
from tests.channels.test_shopify import opened
from tests.channels.test_shopify_bulk import running as in_bulk
from tests.channels.test_shopify_orders import read
from tests.channels.test_shopify_pull import running


@pytest.mark.parametrize(
    "field",
    [
        *("note", "poNumber", "email", "phone", "customer", "billingAddress", "retailLocation", "sourceName", "risk"),
        *("tags", "customAttributes", "discountCodes", "shippingLines", "fulfillmentOrders", "totalTipReceivedSet"),
        *("currentTotalDutiesSet", "presentmentCurrencyCode", "test", "edited", "cancelReason", "sourceIdentifier"),
    ],
)
def test_whatever_may_be_missing_may_be_missing(field):
    order = as_sent(a_shopify_order())
    channel = opened("http://127.0.0.1:9", opening(Path()))
    for sent in (order | {field: None}, {name: value for name, value in order.items() if name != field}):
        assert 0 == money_off_by(channel.to_order(Payload(json.dumps(sent).encode(), "here")))


@pytest.mark.parametrize("field", ["id", "currencyCode", "currentTotalPriceSet", "lineItems"])
def test_whatever_has_to_be_there_is_named_when_it_is_not(field):
    order = as_sent(a_shopify_order())
    order.pop(field)
    with pytest.raises(RecordError, match="lines is missing" if field == "lineItems" else f"{field} is missing"):
        opened("http://127.0.0.1:9", opening(Path())).to_order(Payload(json.dumps(order).encode(), "here"))


@pytest.mark.parametrize("quantity", [-1, 1.5, True, "3", 10**30])
def test_a_quantity_that_is_none_is_put_aside(quantity):
    with pytest.raises(RecordError, match="quantity is not a whole number"):
        read(a_shopify_order(1, a_line(11) | {"quantity": quantity}, places=[]))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_a_payload_changed_anywhere_is_an_order_or_a_refusal(data):
    """Whatever stands where, it never ends in anything but an order or a RecordError."""
    order = as_sent(a_shopify_order())
    holder: Any = order
    name: Any = data.draw(st.sampled_from(sorted(order)))
    while isinstance(holder[name], dict | list) and holder[name] and data.draw(st.booleans()):
        holder = holder[name]
        name = data.draw(st.sampled_from(sorted(holder) if isinstance(holder, dict) else range(len(holder))))
    holder[name] = data.draw(
        st.sampled_from([None, "", "x", 7, -1, 1.5, True, [], {}, [1], {"nodes": 1}, "1e400", [None]])
    )
    channel = opened("http://127.0.0.1:9", opening(Path()))
    with contextlib.suppress(RecordError):
        channel.to_order(Payload(json.dumps(order).encode(), "here"))


def compact(value: Any) -> bytes:
    """As Shopify sends it."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False).encode()


def test_the_orders_of_a_list_are_read_in_one_go(tmp_path):
    """The shapes have the fields in the order in which they are asked for."""
    with running(tmp_path, BulkStore(1, Files())) as (channel, _):
        (page,) = channel.fetch({})
    sent = compact(json.loads(page.payloads[0].raw))

    assert sent == json_shapes.written(Reader(shopify_shapes.Order).glance(sent))


def test_the_objects_of_a_bulk_operation_are_read_in_one_go():
    store = BulkStore(1, Files())
    store._bulkOperationRunQuery(bulk_query("updated_at:>='2026-01-01T00:00:00Z'", personal=True), groupObjects=True)
    objects = store.files.files["/results/1.jsonl"].splitlines()
    shapes = shopify_shapes
    kinds: tuple[type[Any], ...] = (shapes.Order, shapes.ShippingLine, shapes.Line, shapes.Place, shapes.PlaceLine)

    assert objects == [
        json_shapes.written(Reader(kind).glance(sent)) for kind, sent in zip(kinds, objects, strict=True)
    ]


def test_an_order_with_what_belongs_to_it_is_read_in_one_go(tmp_path):
    with in_bulk(tmp_path, BulkStore(1, Files()), bulk_over=0) as channel:
        (payload,) = [
            payload for page in channel.fetch({}) for payload in page.payloads if b"__parentId" in payload.raw
        ]

    assert payload.raw == json_shapes.written(shopify_shapes.read(payload.raw))


@settings(max_examples=60, deadline=None)
@given(st.data())
def test_it_does_not_matter_in_which_way_an_order_is_read(data):
    """Names in another order, unknown ones and space between them are read by the longer way, to the same order."""
    order = as_sent(a_shopify_order())
    names = data.draw(st.permutations(sorted(order)))
    shuffled = {name: order[name] for name in names} | data.draw(st.sampled_from([{}, {"new": [1.50]}]))

    assert shopify_shapes.read(compact(order)) == shopify_shapes.read(json.dumps(shuffled, indent=1).encode())


@pytest.mark.parametrize("field", ["id", "note", "lineItems", "unknown"])
def test_a_name_that_stands_there_twice_is_refused(field):
    sent = compact({**as_sent(a_shopify_order()), "unknown": 1})
    twice = sent[:-1] + b',"%s":null}' % field.encode()

    with pytest.raises(RecordError, match=f"names '{field}' twice"):
        opened("http://127.0.0.1:9", opening(Path())).to_order(Payload(twice, "here"))
