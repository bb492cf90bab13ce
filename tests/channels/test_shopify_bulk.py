"""The first pull of a large store: one operation, one file on another host, read on from where a pass was killed."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.channels.shopify import Shopify
from orderctl.channels.shopify_bulk import BULK, Standing, standing
from orderctl.channels.shopify_documents import bulk_query
from orderctl.core.adapters import Channel
from orderctl.core.errors import RemoteError
from orderctl.core.orders import Order
from tests.channels.contract import ChannelContract
from tests.channels.http_contract import opening
from tests.channels.shopify_bulk_fake import BEGUN, BulkStore, Files, wrong_with
from tests.channels.shopify_orders import LINE, ORDER, a_line, a_place, a_shopify_order, at
from tests.channels.test_shopify import opened
from tests.partner import partner

SINCE = "2026-09-21T12:00:00Z"


@contextlib.contextmanager
def running(base: Path, store: BulkStore, **settings: Any) -> Iterator[Shopify]:
    """The channel of `store`, for which three orders are many."""
    with partner(answer=store.files.answer) as elsewhere, partner(answer=store.answer) as served:
        store.files.url = elsewhere.url
        channel = opened(served.url, opening(base), **{"bulk": "auto", "bulk_over": 3, **settings})
        try:
            yield channel
        finally:
            channel.close()


def read(
    channel: Channel, positions: dict[str, str], most: int = 1000, found: dict[str, Order] | None = None
) -> dict[str, Order]:
    """The orders on the next `most` pages, and the positions after them; a kill comes after that."""
    found = {} if found is None else found
    for number, page in enumerate(channel.fetch(dict(positions))):
        if number == most:
            break
        orders = [channel.to_order(payload) for payload in page.payloads]
        found |= {order.channel_order_id: order for order in orders}
        positions[page.stream] = page.position
    return found


def every(number: int) -> set[str]:
    return {f"{ORDER}{one}" for one in range(1, number + 1)}


def begun(store: BulkStore) -> int:
    return store.asked_for.count("BulkRun")


class TestInBulk(ChannelContract):
    @pytest.fixture(autouse=True)
    def _stores(self):
        with contextlib.ExitStack() as self.stores:
            yield

    def channel(self, base: Path, orders: int = 0) -> Shopify:
        store = BulkStore(orders, Files())
        store.most = 2000
        return self.stores.enter_context(running(base, store, bulk_over=0, page_size=250))


def test_a_large_store_is_imported_by_one_operation(tmp_path):
    store = BulkStore(8, Files())
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, positions))

    assert ["OrdersCount", "Bulks", "BulkRun", "Bulk", "Bulk", "Orders"] == store.asked_for
    assert {"orders": BEGUN, "fulfillment_orders": BEGUN, BULK: positions[BULK]} == positions
    assert f"read gid://shopify/BulkOperation/1 {BEGUN}" == " ".join(positions[BULK].split()[:3])


@pytest.mark.parametrize("settings", [{"bulk": "never"}, {"bulk_over": 8}])
def test_a_small_store_and_one_that_wants_no_operation_is_walked_through(tmp_path, settings):
    store = BulkStore(8, Files())
    with running(tmp_path, store, **settings) as channel:
        assert every(8) == set(read(channel, {}))

    assert 0 == begun(store)


def test_a_store_that_was_read_before_begins_no_operation(tmp_path):
    store = BulkStore(8, Files())
    with running(tmp_path, store) as channel:
        assert every(8) == set(read(channel, {"orders": at(1)}))

    assert ["Orders", "Movements"] == store.asked_for


def rich_store(files: Files) -> BulkStore:
    """Orders with everything that a file may hold."""
    store = BulkStore(0, files)
    many = [a_line(1000 + number, 1, sku=f"S{number}") for number in range(300)]
    whole = {1000 + number: 1 for number in range(300)}
    gone = a_line(31, 3, currentQuantity=2)
    back = {"quantity": 1, "restockType": "RETURN", "lineItem": {"id": f"{LINE}31"}}
    refund = {"refundLineItems": lambda first: {"nodes": [back][:first]}}
    sent = {"nodes": [{"quantity": 1, "lineItem": {"id": f"{LINE}31"}}]}
    shipped = {"status": "SUCCESS", "fulfillmentLineItems": lambda first: sent}  # noqa: ARG005
    store.orders = [
        a_shopify_order(1, *many, places=[a_place(1, whole, requestStatus="ACCEPTED"), a_place(2, {1000: 0})]),
        a_shopify_order(2, places=[a_place(n, {21: 2}, 103, "PICK_UP") for n in range(3, 12)], note="caf\u00e9 \u738b"),
        a_shopify_order(3, gone, displayFulfillmentStatus="PARTIALLY_FULFILLED"),
        a_shopify_order(4, places=[]),
        a_shopify_order(5, a_line(51), a_line(52, currentQuantity=1)),
    ]
    store.orders[2] |= {"refunds_": [_full(refund)], "fulfillments_": [_full(shipped)]}
    return store


def _full(row: dict[str, Any]) -> dict[str, Any]:
    """A refund or a fulfillment with whatever else is asked of it, which none of these orders has."""
    nothing: dict[str, Any] = {"id": None, "processedAt": None, "totalRefundedSet": None, "order": None}
    return nothing | {"refundShippingLines": lambda first: {"nodes": []}} | row  # noqa: ARG005


def test_an_order_of_the_file_is_the_order_that_a_walk_brings(tmp_path):
    found = []
    for bulk in ("auto", "never"):
        with running(tmp_path, rich_store(Files()), bulk=bulk) as channel:
            found.append(read(channel, {}))

    assert found[1] == found[0]
    assert every(5) == set(found[0])
    assert [300, "pos", 3] == [
        *(len(found[0][f"{ORDER}1"].lines), found[0][f"{ORDER}2"].source, found[0][f"{ORDER}3"].lines[0].quantity),
    ]


def test_an_order_without_lines_is_one_without_lines(tmp_path):
    store = BulkStore(4, Files())
    store.orders[1] |= {"lineItems": store.orders[1]["fulfillmentOrders"], "lines": []}
    store.orders[1]["lineItems"] = lambda **_: {"nodes": [], "pageInfo": {"hasNextPage": False}}
    store.orders[1]["fulfillmentOrders"] = store.orders[1]["lineItems"]
    with running(tmp_path, store) as channel:
        assert () == read(channel, {})[f"{ORDER}2"].lines


def test_the_bytes_of_an_order_are_those_of_the_file(tmp_path):
    store = BulkStore(4, Files())
    with running(tmp_path, store) as channel:
        (payload, *_), *_ = [page.payloads for page in channel.fetch({}) if page.payloads]

    lines = store.files.files["/results/1.jsonl"].split(b"\n")
    assert all(line in payload.raw for line in lines[:5])
    assert "web order 1" == payload.where


def test_test_orders_are_left_out_and_personal_data_only_asked_for_where_it_may_be(tmp_path):
    store = BulkStore(6, Files())
    store.orders[0]["test"] = True
    with running(tmp_path, store, personal_data=False) as channel:
        found = read(channel, {})

    assert every(6) - {f"{ORDER}1"} == set(found)
    assert b"Diaz" not in store.files.files["/results/1.jsonl"]


@pytest.mark.parametrize("personal", [True, False])
def test_what_is_asked_in_bulk_is_what_shopify_takes(personal):
    assert "" == wrong_with(bulk_query(f"updated_at:>='{SINCE}'", personal=personal))


def test_what_changes_while_the_store_gathers_comes_by_the_walk(tmp_path):
    store = BulkStore(8, Files())
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        read(channel, positions, 1)
        store.orders.append(a_shopify_order(9, updatedAt="2026-11-20T09:30:00Z"))
        store.orders[0] |= {"updatedAt": "2026-11-20T09:31:00Z", "tags": ["late"]}
        store._cut = {}
        found = read(channel, positions)

    assert every(9) == set(found)
    assert ("late",) == found[f"{ORDER}1"].tags
    assert "2026-11-20T09:31:00Z" == positions["orders"]
    assert "updated_at:>='2026-11-20T08:58:00Z'" == store.variables[-1]["query"]


def test_a_filter_that_is_ignored_is_noticed_in_the_file_too(tmp_path):
    store = BulkStore(8, Files())
    store.ignores_filters = True
    store.orders[4]["updatedAt"] = "2020-01-01T00:00:00Z"
    with running(tmp_path, store) as channel, pytest.raises(RemoteError, match="ignores what was asked"):
        read(channel, {})


def test_an_operation_that_found_nothing_has_no_file(tmp_path):
    store = BulkStore(0, Files())
    orders = [a_shopify_order(number) for number in range(1, 9)]
    positions: dict[str, str] = {}
    with running(tmp_path, store) as channel:
        store.orders = orders
        store.matching = lambda query: [] if query and begun(store) else orders  # type: ignore[method-assign]
        assert {} == read(channel, positions)

    assert positions[BULK].startswith("read ")
    assert [] == store.files.asked


def test_pages_of_a_file_are_small_however_long_it_is(tmp_path):
    store = BulkStore(0, Files())
    store.orders = [a_shopify_order(number) for number in range(1, 1001)]
    with running(tmp_path, store) as channel:
        sizes = [len(page.payloads) for page in channel.fetch({})]

    assert 1000 == sum(sizes)
    assert 250 == max(sizes)


@pytest.mark.parametrize(
    "text", ["", "2026-11-20T09:00:00Z", "reading x 2026 1 2", "reading x 2026 1 2 -3", "a b c d e f"]
)
def test_a_position_that_is_none_begins_anew(text):
    assert standing(text) is None
    assert Standing("read", "x", BEGUN, 1, 2, 3) == standing(Standing("read", "x", BEGUN, 1, 2, 3).text)
