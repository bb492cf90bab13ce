from __future__ import annotations

import json
from typing import Any

import pytest

from orderctl.core.effects import Tracking, TrackingLine
from orderctl.core.errors import RemoteRefused
from tests.channels.http_contract import a_package
from tests.channels.shopify_fake import Store, line_of
from tests.channels.shopify_orders import LINE, ORDER, a_line, a_place, a_shopify_order, at
from tests.channels.test_shopify_pull import running


def package(units: dict[int, int], number: str = "1Z999AA10123456784") -> Tracking:
    """A package of order 1 with `units` (line number -> units)."""
    lines = tuple(TrackingLine(f"{LINE}{line}", "MUG", quantity) for line, quantity in units.items())
    return Tracking("key-1", "web", f"{ORDER}1", "1", "WEB-1-1", "UPS", "ground", number, at(9), lines)


def told(tmp_path, store: Store, *packages: Tracking, **settings: Any) -> list[tuple[str, str]]:
    """Outcome and message of each package."""
    with running(tmp_path, store, **settings) as (channel, _):
        found = [channel.deliver(channel.render_tracking(1, [one]), one.key) for one in packages]
    return [(receipt.outcome, receipt.message) for receipt in found]


def created(store: Store) -> list[Any]:
    return [variables["fulfillment"] for variables in store.variables if "fulfillment" in variables]


def test_two_parcels_of_a_partial_shipment_are_two_fulfillments_with_their_units(tmp_path):
    store = Store()
    store.orders = [a_shopify_order(1, a_line(11, 3))]
    assert [("accepted", "")] * 2 == told(tmp_path, store, package({11: 2}, "A1"), package({11: 1}, "B2"))

    assert [2, 1] == [
        rows["fulfillmentOrderLineItems"][0]["quantity"]
        for one in created(store)
        for rows in one["lineItemsByFulfillmentOrder"]
    ]
    assert {"company": "UPS", "number": "A1"} == created(store)[0]["trackingInfo"]
    assert created(store)[0]["notifyCustomer"] is True


def test_customers_are_told_only_if_that_is_wanted(tmp_path):
    store = Store(1)
    told(tmp_path, store, package({11: 2}), notify=False)

    assert created(store)[0]["notifyCustomer"] is False


def test_a_parcel_from_two_shopify_locations_is_a_fulfillment_at_each(tmp_path):
    store = Store()
    places = [a_place(1, {11: 1}, 101), a_place(2, {12: 1}, 102)]
    store.orders = [a_shopify_order(1, a_line(11, 1), a_line(12, 1), places=places)]

    assert [("accepted", "")] == told(tmp_path, store, package({11: 1, 12: 1}))
    assert 2 == len(store.shipped)


def test_units_of_one_line_at_several_fulfillment_orders_are_laid_on_all_of_them(tmp_path):
    store = Store()
    places = [a_place(1, {11: 2}), a_place(2, {11: 2}), a_place(3, {11: 2}, status="CLOSED", supportedActions=[])]
    store.orders = [a_shopify_order(1, a_line(11, 4), places=places)]

    assert [("accepted", "")] == told(tmp_path, store, package({11: 3}))
    assert [0, 1] == [place["rows"][0]["remainingQuantity"] for place in places[:2]]


def test_a_fulfillment_order_that_was_moved_meanwhile_is_found_by_its_lines(tmp_path):
    store = Store()
    gone = a_place(1, {11: 2}, status="CLOSED", supportedActions=[])
    gone["rows"][0]["remainingQuantity"] = 0
    store.orders = [a_shopify_order(1, places=[gone, a_place(9, {11: 2}, 102)])]

    assert [("accepted", "")] == told(tmp_path, store, package({11: 2}))


def test_what_was_told_before_a_kill_between_two_locations_is_not_told_again(tmp_path):
    store = Store()
    places = [a_place(1, {11: 1}, 101), a_place(2, {12: 1}, 102)]
    store.orders = [a_shopify_order(1, a_line(11, 1), a_line(12, 1), places=places)]
    told(tmp_path, store, package({11: 1}))
    with running(tmp_path, store) as (channel, _):
        document = channel.render_tracking(2, [package({11: 1, 12: 1})])
        assert "absent" == channel.recover(document, "key-1").outcome
        assert "accepted" == channel.deliver(document, "key-1").outcome
        assert "accepted" == channel.recover(document, "key-1").outcome

    assert 2 == len(store.shipped)


def test_a_parcel_of_300_lines_at_a_place_with_more_than_a_page_of_them(tmp_path):
    store = Store()
    units = {1000 + number: 1 for number in range(300)}
    lines = [a_line(number, 1, sku=f"S{number}") for number in units]
    store.orders = [a_shopify_order(1, *lines, places=[a_place(1, units)])]

    assert [("accepted", "")] == told(tmp_path, store, package(units))
    assert [250, 50] == [
        len(one["lineItemsByFulfillmentOrder"][0]["fulfillmentOrderLineItems"]) for one in created(store)
    ]


def test_a_parcel_that_names_no_lines_is_all_that_is_open(tmp_path):
    store = Store()
    store.orders = [a_shopify_order(1, a_line(11, 1), a_line(12, 3))]

    assert [("accepted", "")] * 2 == told(tmp_path, store, package({}), package({}))
    assert 1 == len(store.shipped)


@pytest.mark.parametrize(
    ("place", "why"),
    [
        (
            {"status": "ON_HOLD", "fulfillmentHolds": [{"reason": "INCORRECT_ADDRESS"}]},
            "on hold there (INCORRECT_ADDRESS)",
        ),
        ({"status": "SCHEDULED"}, "scheduled for later there"),
        ({"status": "IN_PROGRESS"}, "not ours to fulfill there"),
        ({"status": "CLOSED", "left": 0}, "2 of the units are not open there any more"),
    ],
)
def test_what_may_not_be_fulfilled_is_refused_before_anything_is_written(tmp_path, place, why):
    store = Store()
    left = place.pop("left", 2)
    made = a_place(1, {11: 2}, supportedActions=[], **place)
    made["rows"][0]["remainingQuantity"] = left
    store.orders = [a_shopify_order(1, places=[made])]
    ((outcome, message),) = told(tmp_path, store, package({11: 2}))

    assert "refused" == outcome
    assert why in message
    assert "Ship" not in store.asked_for


def test_units_fulfilled_under_another_number_are_refused_and_not_sent_twice(tmp_path):
    store = Store(1)
    first, second = told(tmp_path, store, package({11: 2}, "A1"), package({11: 2}, "B2"))

    assert ("accepted", "refused") == (first[0], second[0])
    assert "fulfilled under another tracking number" in second[1]


def test_more_units_than_are_open_are_refused_whole(tmp_path):
    store = Store(1)
    ((outcome, _),) = told(tmp_path, store, package({11: 3}))

    assert ("refused", []) == (outcome, store.shipped)


def test_an_order_that_is_gone_says_why_it_may_be(tmp_path):
    ((outcome, message),) = told(tmp_path, Store(), package({11: 2}))

    assert "refused" == outcome
    assert "read_all_orders" in message
    with running(tmp_path, Store()) as (channel, _), pytest.raises(RemoteRefused):
        channel.recover(channel.render_tracking(1, [package({11: 2})]), "key-1")


def test_a_refusal_of_the_store_is_told_in_its_words(tmp_path):
    store = Store(1)

    def closes(asked):
        if b"fulfillmentCreate" in asked.content:
            store.orders[0]["places"][0]["status"] = "CLOSED"

    with running(tmp_path, store, closes) as (channel, _):
        receipt = channel.deliver(channel.render_tracking(1, [package({11: 2})]), "key-1")

    assert "refused" == receipt.outcome
    assert "Fulfillment order 1 has an unfulfillable status= closed." in receipt.message


def test_throttling_is_waited_out_and_nothing_is_sent_twice(tmp_path):
    store = Store(1)
    store.throttled = 2

    assert [("accepted", "")] == told(tmp_path, store, package({11: 2}))
    assert 1 == len(store.shipped)


def test_a_store_that_throttles_for_ever_is_left_alone(tmp_path):
    store = Store(1)
    store.throttled = 10_000
    ((outcome, _),) = told(tmp_path, store, package({11: 2}))

    assert "retry" == outcome
    assert len(store.asked_for) <= 5


def test_documents_say_what_is_asked_and_name_no_customer(tmp_path):
    with running(tmp_path, Store()) as (channel, _):
        document = channel.render_tracking(12, [a_package("1", f"{ORDER}1", TrackingLine(line_of(1), "MUG", 2))])

    assert ("web/tracking-000012", "application/json", 1, 2, True) == (
        *(document.name, document.media_type, document.rows, document.units, document.kept),
    )
    (told_of,) = json.loads(document.content)["tracking"]
    assert [{"id": f"{LINE}11", "quantity": 2}] == told_of["lines"]
