from __future__ import annotations

import contextlib
import json
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from orderctl.channels.shopify import Shopify
from orderctl.channels.shopify_pull import Pull
from orderctl.channels.shopify_terms import Terms
from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused
from tests.channels.http_contract import ids, opening, read
from tests.channels.shopify_fake import Store
from tests.channels.shopify_orders import LINE, ORDER, PLACE, a_line, a_place, a_shopify_order, at
from tests.channels.test_shopify import opened
from tests.partner import Asked, Partner, Reply, partner, saying


@contextlib.contextmanager
def running(
    base: Path, store: Store, after: Callable[[Asked], Reply | None] | None = None, **settings: Any
) -> Iterator[tuple[Shopify, Partner]]:
    """The channel of `store`; `after` sees every request and may answer in its place."""

    def answer(asked: Asked) -> Reply:
        return (after(asked) if after else None) or store.answer(asked)

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(base), **{"bulk": "never", **settings})
        try:
            yield channel, served
        finally:
            channel.close()


def operation(asked: Asked) -> str:
    return str(asked.value["query"].split("(")[0].split()[1])


def test_orders_of_the_same_second_on_a_page_boundary_all_come(tmp_path):
    store = Store()
    store.orders = [a_shopify_order(number, updatedAt=at(7), createdAt=at(1)) for number in range(1, 13)]
    with running(tmp_path, store, page_size=5) as (channel, _):
        assert 12 == len(read(channel, {}))


def test_orders_that_change_while_the_list_is_read_are_seen_again_and_none_is_passed_over(tmp_path):
    store = Store(20)

    def changes(asked: Asked) -> None:
        done = store.asked_for.count("Orders")
        if operation(asked) == "Orders" and done:
            store.orders[19 - done] |= {"updatedAt": at(5000 + done)}
            store.orders[done] |= {"updatedAt": at(6000 + done)}

    with running(tmp_path, store, changes, page_size=5) as (channel, _):
        assert {f"{ORDER}{number}" for number in range(1, 21)} == set(read(channel, {}))


def test_an_order_that_changes_in_the_second_of_the_position_comes_with_the_next_pull(tmp_path):
    store = Store(3)
    with running(tmp_path, store) as (channel, _):
        positions = {page.stream: page.position for page in channel.fetch({})}
        store.orders.append(a_shopify_order(4, updatedAt=at(3)))
        late = a_shopify_order(5, updatedAt=at(3 - 100))  # found only now, though it changed 100 seconds earlier
        store.orders.append(late | {"updatedAt": "2026-11-19T23:58:23Z"})

        assert {"orders": at(3)} == positions
        assert {f"{ORDER}4", f"{ORDER}5"} <= set(read(channel, positions))


def test_an_order_whose_place_in_the_index_is_old_does_not_carry_the_position_over_the_others(tmp_path):
    """It changed a moment ago, and the search still lists it where it stood: what comes after it is not read yet."""
    store = Store(20)
    store.orders[1] |= {"updatedAt": "2026-11-20T11:59:30Z", "indexed": at(2)}
    with running(tmp_path, store, page_size=5) as (channel, _):
        first, *_, last = channel.fetch({})

        assert (at(5), "2026-11-20T11:59:30Z") == (first.position, last.position)
        assert (False, True) == (first.closes, last.closes)
        assert {f"{ORDER}{number}" for number in range(6, 21)} <= set(read(channel, {"orders": first.position}))


def test_a_long_walk_begins_anew_before_the_end_of_what_a_list_may_hold(tmp_path):
    """By 3 seconds before its position, so that nothing is read twice but those."""
    store = Store(40)
    with running(tmp_path, store) as (channel, _):
        terms = Terms(
            "web", "2026-11-19T00:00:00Z", 3, 5, personal=True, tests=False, now="2026-11-20T12:00:00Z", walk=10
        )
        pages = list(Pull(channel._api, terms).pages({}))
        found = set().union(*(ids(channel, page.payloads) for page in pages))

    assert 40 == len(found)
    begun = {variables["query"] for variables in store.variables}
    assert 4 <= len(begun)
    assert sorted(page.position for page in pages) == [page.position for page in pages]


def test_test_orders_are_left_out_unless_they_are_wanted(tmp_path):
    store = Store(2)
    store.orders[0]["test"] = True
    with running(tmp_path, store) as (channel, _):
        assert [f"{ORDER}2"] == read(channel, {})
    with running(tmp_path, store, test_orders=True) as (channel, _):
        assert 2 == len(read(channel, {}))


def test_a_page_that_costs_too_much_is_asked_for_again_half_as_long(tmp_path):
    store = Store(30)
    store.most = 500
    with running(tmp_path, store, page_size=50) as (channel, _):
        assert 30 == len(read(channel, {}))

    assert [50, 25, 12, 12, 12] == [variables["first"] for variables in store.variables]


def test_a_filter_that_is_ignored_is_an_error_and_not_a_list(tmp_path):
    store = Store(300)
    store.ignores_filters = True
    with running(tmp_path, store) as (channel, _), pytest.raises(RemoteError, match="ignores what was asked"):
        read(channel, {"orders": at(290)})


@pytest.mark.parametrize(("times", "whole"), [(1, True), (99, False)])
def test_a_cursor_that_is_refused_begins_the_walk_anew_and_not_for_ever(tmp_path, times, whole):
    store, left = Store(20), [times]

    def refuses(asked: Asked) -> Reply | None:
        if asked.value["variables"].get("after") is None or not left[0]:
            return None
        left[0] -= 1
        error = {"message": "Invalid cursor for current pagination sort.", "extensions": {"code": "BAD_REQUEST"}}
        return saying({"errors": [error]})

    with running(tmp_path, store, refuses, page_size=5) as (channel, served):
        expected = contextlib.nullcontext() if whole else pytest.raises(RemoteRefused, match="Invalid cursor")
        with expected:
            assert 20 == len(read(channel, {}))
        assert len(served.asked) < 12


def test_errors_beside_data_are_errors(tmp_path):
    def half(asked: Asked) -> Reply | None:
        found = json.loads(store.answer(asked).body)
        denied = {"message": "Access denied for shippingAddress field.", "extensions": {"code": "ACCESS_DENIED"}}
        return saying({**found, "errors": [denied]})

    store = Store(2)
    with running(tmp_path, store, half) as (channel, _), pytest.raises(RemoteDenied, match="protected customer data"):
        read(channel, {})


def test_a_payload_is_the_very_bytes_of_its_order(tmp_path):
    store, answers = Store(2), list[bytes]()

    def keeps(asked: Asked) -> Reply:
        answers.append(store.answer(asked).body)
        return Reply(body=answers[-1])

    with running(tmp_path, store, keeps) as (channel, _):
        (page,) = channel.fetch({})

    assert all(payload.raw in answers[0] for payload in page.payloads)
    assert ["web order 1", "web order 2"] == [payload.where for payload in page.payloads]


def test_an_order_of_300_lines_at_seven_places_is_read_whole(tmp_path):
    lines = [a_line(1000 + number, 1, sku=f"S{number}") for number in range(300)]
    whole = {1000 + number: 1 for number in range(300)}
    places = [a_place(1, whole, requestStatus="ACCEPTED")] + [a_place(n, {1000: 0}) for n in range(2, 8)]
    store = Store()
    store.orders = [a_shopify_order(1, *lines, places=places)]
    with running(tmp_path, store) as (channel, _):
        (page,) = channel.fetch({})
        order = channel.to_order(page.payloads[0])

    assert [f"S{number}" for number in range(300)] == [line.sku for line in order.lines]
    assert {"channel"} == {line.fulfilled_by for line in order.lines}
    assert ["Orders", "OrderLines", "FulfillmentOrders", "FulfillmentOrderLines"] == store.asked_for[:4]


def test_what_came_back_is_asked_for_only_where_units_are_gone_from_an_order_that_shipped(tmp_path):
    gone = a_line(11, 3, currentQuantity=2)
    back = {"quantity": 1, "restockType": "RETURN", "lineItem": {"id": f"{LINE}11"}}
    sent = {"nodes": [{"quantity": 1, "lineItem": {"id": f"{LINE}11"}}]}
    store = Store()
    store.orders = [
        a_shopify_order(
            1,
            gone,
            displayFulfillmentStatus="PARTIALLY_FULFILLED",
            refunds_=[{"refundLineItems": lambda first: {"nodes": [back][:first]}}],
            fulfillments_=[{"status": "SUCCESS", "fulfillmentLineItems": lambda first: sent}],  # noqa: ARG005
        ),
        a_shopify_order(2, a_line(21, 3, currentQuantity=2)),
        a_shopify_order(3, displayFulfillmentStatus="FULFILLED"),
    ]
    with running(tmp_path, store) as (channel, _):
        (page,) = channel.fetch({})
        orders = [channel.to_order(payload) for payload in page.payloads]

    assert [3, 2, 2] == [order.lines[0].quantity for order in orders]
    assert 1 == store.asked_for.count("Returns")


def test_a_hold_that_leaves_its_order_untouched_brings_the_order_again(tmp_path):
    store = Store(200)
    with running(tmp_path, store) as (channel, _):
        positions = {page.stream: page.position for page in channel.fetch({})}
        positions |= {page.stream: page.position for page in channel.fetch(positions)}
        place = store.orders[4]["places"][0]
        place |= {"status": "ON_HOLD", "fulfillmentHolds": [{"reason": "HIGH_RISK_OF_FRAUD"}]}
        store.moved[f"{PLACE}5"] = "2026-11-20T12:30:00Z"
        store._cut = {}
        pages = list(channel.fetch(positions))

        assert {"orders", "fulfillment_orders"} == set(positions)
        (held,) = [one for page in pages for one in page.payloads if b'"Order/5"' in one.raw or b'/Order/5"' in one.raw]
        assert "HIGH_RISK_OF_FRAUD" == channel.to_order(held).attributes["fulfillment_hold"]
        assert "2026-11-20T12:30:00Z" == pages[-1].position

        positions |= {page.stream: page.position for page in pages}
        place |= {"status": "OPEN", "fulfillmentHolds": []}
        store.moved[f"{PLACE}5"] = "2026-11-20T12:40:00Z"
        store._cut = {}
        again = [one for page in channel.fetch(positions) for one in page.payloads if b'/Order/5"' in one.raw]
        assert ["fulfillment_hold" in channel.to_order(one).attributes for one in again] == [False], "released there"


def test_orders_that_were_just_read_are_not_read_again_for_their_new_fulfillment_orders(tmp_path):
    store = Store(200)
    with running(tmp_path, store) as (channel, _):
        list(channel.fetch({"orders": at(150)}))

    assert "Movements" in store.asked_for
    assert "OrdersAgain" not in store.asked_for


def test_an_app_without_the_approval_for_personal_data_asks_for_none(tmp_path):
    store = Store(1)
    with running(tmp_path, store, personal_data=False) as (channel, _):
        (page,) = channel.fetch({})
        order = channel.to_order(page.payloads[0])

    assert b"Diaz" not in page.payloads[0].raw
    assert (None, "") == (order.ship_to, order.customer.email)


def test_the_first_pull_begins_on_its_day_or_as_far_back_as_an_app_may_see(tmp_path):
    store = Store(1)
    with running(tmp_path, store) as (channel, _):
        list(channel.fetch({}))
    with running(tmp_path, store, since=date(2026, 10, 1)) as (channel, _):
        list(channel.fetch({}))

    assert ["updated_at:>='2026-09-21T12:00:00Z'", "updated_at:>='2026-10-01T00:00:00Z'"] == [
        variables["query"] for variables in store.variables
    ]
