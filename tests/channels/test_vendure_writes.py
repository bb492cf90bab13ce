from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from orderctl.channels.vendure import Vendure
from orderctl.core.effects import Cancellation, CancelledLine, Receipt, StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RemoteError
from tests.channels.http_contract import a_package
from tests.channels.test_vendure import asking
from tests.channels.vendure_fake import VendureShop, a_line, a_vendure_order, data, failing
from tests.partner import Asked, Reply


def package(quantity: int = 2, number: str = "1Z1", carrier: str = "ups") -> Tracking:
    """A package of order 1."""
    line = TrackingLine("11", "MUG", quantity)
    return Tracking("key", "web", "1", "1", "WEB-1-1", carrier, "ground", number, "2026-11-20T10:00:00Z", (line,))


def tell(channel: Vendure, told: Tracking | Cancellation, key: str = "key") -> Receipt:
    if isinstance(told, Tracking):
        return channel.deliver(channel.render_tracking(1, [told]), key)
    return channel.deliver(channel.render_cancellations(1, [told]), key)


def failing_at(shop: VendureShop, operation: str, reply: Reply) -> Callable[[Asked], Reply]:
    """`shop`, with `reply` to every request of `operation`."""

    def answer(asked: Asked) -> Reply:
        return reply if operation in asked.value["query"] else shop.answer(asked)

    return answer


def test_two_packages_of_one_line_are_two_fulfillments(tmp_path):
    shop = VendureShop(1)
    with asking(shop, tmp_path) as channel:
        for told in (package(1, "1Z1"), package(1, "1Z2"), package(1, "1Z1")):
            assert "accepted" == tell(channel, told).outcome

    assert [("1", "1Z1"), ("1", "1Z2")] == shop.shipped
    assert ["Shipped", "Shipped"] == shop.states


@pytest.mark.parametrize(
    ("carrier", "method"),
    [("ups", "UPS ground"), ("Royal_Mail", "Royal Mail ground"), ("bike & co", "bike & co ground"), ("", "ground")],
)
def test_carriers_are_told_by_the_names_that_customers_know_and_others_as_they_are_written(tmp_path, carrier, method):
    shop = VendureShop(1)
    with asking(shop, tmp_path) as channel:
        tell(channel, package(carrier=carrier))

    assert [method] == [one["method"] for one in shop.fulfillments["1"]]


def test_what_a_person_shipped_there_under_the_same_number_is_not_shipped_again(tmp_path):
    shop = VendureShop(1)
    by_hand = {
        "id": "9",
        "state": "Delivered",
        "trackingCode": "1Z0, 1Z1",
        "lines": [{"orderLineId": "11", "quantity": 2}],
    }
    shop.fulfillments["1"] = [by_hand]
    with asking(shop, tmp_path) as channel:
        assert Receipt("accepted", "9") == tell(channel, package())

    assert ["Delivered"] == shop.states


def test_a_fulfillment_that_was_cancelled_or_holds_less_is_not_ours(tmp_path):
    shop = VendureShop(1)
    shop.fulfillments["1"] = [
        {"id": "8", "state": "Cancelled", "trackingCode": "1Z1", "lines": []},
        {"id": "9", "state": "Shipped", "trackingCode": "1Z1", "lines": []},
    ]
    with asking(shop, tmp_path) as channel:
        assert "f1-3" == tell(channel, package()).reference


def test_units_that_were_shipped_otherwise_are_refused_in_the_words_of_the_shop(tmp_path):
    shop = VendureShop(1)
    with asking(shop, tmp_path) as channel:
        tell(channel, package(2, "BY-HAND"))
        receipt = tell(channel, package(1))

    assert ("refused", "order 1: ITEMS_ALREADY_FULFILLED_ERROR: it cannot be done") == (
        receipt.outcome,
        receipt.message,
    )


def test_too_little_on_hand_names_the_variant_and_how_many_there_are(tmp_path):
    shop = VendureShop(1)
    refusal = {
        "__typename": "InsufficientStockOnHandError",
        "errorCode": "INSUFFICIENT_STOCK_ON_HAND_ERROR",
        "message": "Cannot create a Fulfillment",
        "productVariantName": "Mug",
        "stockOnHand": 1,
    }
    answer = failing_at(shop, "orderctlFulfill", data(addFulfillmentToOrder=refusal))
    with asking(shop, tmp_path, answer) as channel:
        receipt = tell(channel, package())

    assert "refused" == receipt.outcome
    assert receipt.message.endswith("Cannot create a Fulfillment: Mug has 1 on hand there")


def test_a_fulfillment_that_is_there_and_was_not_shipped_is_shipped_by_the_next_try(tmp_path):
    shop = VendureShop(1)
    shop.stuck = True
    with asking(shop, tmp_path) as channel:
        receipt = tell(channel, package())
        assert "refused" == receipt.outcome
        assert "the packing slip is missing" in receipt.message
        shop.stuck = False
        assert "accepted" == channel.recover(channel.render_tracking(1, [package()]), "key").outcome

    assert ["Shipped"] == shop.states


def test_a_shop_may_call_what_has_left_otherwise(tmp_path):
    shop = VendureShop(1)
    with asking(shop, tmp_path, shipped_state="HandedOver", handler="own") as channel:
        assert "accepted" == tell(channel, package()).outcome

    assert ["HandedOver"] == shop.states


def test_an_order_that_the_shop_does_not_have_is_refused(tmp_path):
    with asking(VendureShop(1), tmp_path) as channel:
        receipt = tell(channel, a_package("7", "7", TrackingLine("71", "MUG", 1)))

    assert ("refused", "web: has no order 7") == (receipt.outcome, receipt.message)


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (Reply(500), "retry"),
        (failing("INTERNAL_SERVER_ERROR", "x"), "retry"),
        (failing("FORBIDDEN", "x"), "retry"),
        (Reply(how="close"), "retry"),
    ],
)
def test_while_nothing_was_written_a_failure_leaves_everything_due(tmp_path, reply, outcome):
    shop = VendureShop(1)
    with asking(shop, tmp_path, failing_at(shop, "orderctlStanding", reply)) as channel:
        assert outcome == tell(channel, package()).outcome
        with pytest.raises(RemoteError):
            channel.recover(channel.render_tracking(1, [package()]), "key")


def cancellation(quantity: int | None = 1, reason: str = "out of stock") -> Cancellation:
    """Units of order 1 that will not be shipped; all of it without a quantity."""
    lines = () if quantity is None else (CancelledLine("11", "MUG", quantity),)
    return Cancellation("key", "web", "1", "1", reason, lines)


def test_cancelled_units_are_cancelled_once_however_often_they_are_told(tmp_path):
    shop = VendureShop(1)
    shop.orders["1"]["lines"] = [a_line("11", quantity=5)]
    with asking(shop, tmp_path) as channel:
        for key in ("first-key-of-an-effect", "first-key-of-an-effect", "second-key-of-an-effect"):
            assert "accepted" == tell(channel, cancellation(), key).outcome

    assert 3 == shop.orders["1"]["lines"][0]["quantity"]
    reasons = [entry["data"] for entry in shop.cancelled["1"]]
    assert [
        {"reason": "out of stock [orderctl first-key-of-an-]", "shippingCancelled": False},
        {"reason": "out of stock [orderctl second-key-of-an]", "shippingCancelled": False},
    ] == reasons


@pytest.mark.parametrize("quantity", [2, 9, None])
def test_with_the_last_unit_shipping_is_cancelled_too(tmp_path, quantity):
    shop = VendureShop(1)
    with asking(shop, tmp_path) as channel:
        assert "accepted" == tell(channel, cancellation(quantity)).outcome

    assert [True] == [entry["data"]["shippingCancelled"] for entry in shop.cancelled["1"]]
    assert 0 == shop.orders["1"]["lines"][0]["quantity"]


def test_what_the_shop_cancelled_itself_needs_no_cancelling(tmp_path):
    shop = VendureShop(1)
    shop.orders["1"] = a_vendure_order(1, a_line("11", quantity=0), state="Cancelled")
    with asking(shop, tmp_path) as channel:
        assert "accepted" == tell(channel, cancellation()).outcome

    assert {} == shop.cancelled


@pytest.mark.parametrize("processed", [True, False])
def test_a_lost_answer_to_a_cancellation_is_asked_for(tmp_path, processed):
    shop = VendureShop(1)
    lost = [Reply(how="close")]

    def answer(asked: Asked) -> Reply:
        if "orderctlCancel(" in asked.value["query"] and lost:
            if processed:
                shop.answer(asked)
            return lost.pop()
        return shop.answer(asked)

    with asking(shop, tmp_path, answer) as channel:
        assert "uncertain" == tell(channel, cancellation()).outcome
        found = channel.recover(channel.render_cancellations(1, [cancellation()]), "key")
        assert ("accepted" if processed else "absent") == found.outcome
        assert "accepted" == tell(channel, cancellation()).outcome

    assert 1 == shop.orders["1"]["lines"][0]["quantity"]


def test_a_cancellation_that_the_shop_refuses_is_told_in_its_words(tmp_path):
    shop = VendureShop(1)
    refusal = {
        "__typename": "CancelActiveOrderError",
        "errorCode": "CANCEL_ACTIVE_ORDER_ERROR",
        "message": "still active",
    }
    with asking(shop, tmp_path, failing_at(shop, "orderctlCancel(", data(cancelOrder=refusal))) as channel:
        receipt = tell(channel, cancellation())

    assert ("refused", "order 1: CANCEL_ACTIVE_ORDER_ERROR: still active") == (receipt.outcome, receipt.message)


def stocked(*skus: str, on_hand: int = 9, allocated: int = 2) -> VendureShop:
    """A shop with a variant per SKU."""
    shop = VendureShop()
    shop.variants = [
        {
            "id": str(number),
            "sku": sku,
            "stockLevels": [{"stockLocationId": "1", "stockOnHand": on_hand, "stockAllocated": allocated}],
        }
        for number, sku in enumerate(skus, 1)
    ]
    return shop


def tell_stock(channel: Vendure, **levels: int) -> Receipt:
    told = [StockLevel(sku, quantity) for sku, quantity in levels.items()]
    return channel.deliver(channel.render_stock(1, told), "key")


def for_sale(shop: VendureShop) -> dict[str, int]:
    return {
        one["sku"]: sum(level["stockOnHand"] - level["stockAllocated"] for level in one["stockLevels"])
        for one in shop.variants
    }


def test_what_is_promised_in_the_shop_is_added_so_that_the_number_is_what_it_sells(tmp_path):
    shop = stocked("MUG", "LAMP")
    with asking(shop, tmp_path) as channel:
        assert Receipt("accepted") == tell_stock(channel, MUG=5, LAMP=0)

    assert {"MUG": 5, "LAMP": 0} == for_sale(shop)


def test_numbers_that_the_shop_has_already_are_not_written(tmp_path):
    shop = stocked("MUG", "LAMP")
    with asking(shop, tmp_path) as channel:
        tell_stock(channel, MUG=7, LAMP=3)
        tell_stock(channel, MUG=7, LAMP=3)

    assert [[{"id": "2", "stockLevels": [{"stockLocationId": "1", "stockOnHand": 5}]}]] == shop.stock_writes


def test_a_sku_that_is_missing_or_stands_twice_is_refused_alone(tmp_path):
    shop = stocked("MUG", "CUP", "CUP", "mug")
    with asking(shop, tmp_path) as channel:
        receipt = tell_stock(channel, MUG=1, CUP=1, HAT=1)

    assert "accepted" == receipt.outcome
    assert {"CUP": "2 variants have this SKU", "HAT": "no variant of the shop has this SKU"} == {
        sku: one.message for sku, one in receipt.each.items()
    }
    assert {"1"} == {change["id"] for changes in shop.stock_writes for change in changes}


@pytest.mark.parametrize(
    ("named", "outcome"), [("", "refused"), ("2", "accepted"), ("Outlet", "accepted"), ("3", "refused")]
)
def test_of_several_stock_locations_one_has_to_be_named(tmp_path, named, outcome):
    shop = stocked("MUG")
    shop.locations = {"1": "Main", "2": "Outlet"}
    shop.variants[0]["stockLevels"].append({"stockLocationId": "2", "stockOnHand": 0, "stockAllocated": 1})
    with asking(shop, tmp_path, stock_location=named) as channel:
        receipt = tell_stock(channel, MUG=4)

    assert outcome == receipt.outcome
    assert [9, 5 if outcome == "accepted" else 0] == [one["stockOnHand"] for one in shop.variants[0]["stockLevels"]]
    if outcome == "refused":
        assert "Main (1), Outlet (2)" in receipt.message


def test_stock_whose_answer_was_lost_is_compared(tmp_path):
    shop = stocked("MUG")
    with asking(shop, tmp_path) as channel:
        document = channel.render_stock(1, [StockLevel("MUG", 5)])
        assert "absent" == channel.recover(document, "key").outcome
        channel.deliver(document, "key")
        assert "accepted" == channel.recover(document, "key").outcome


@pytest.mark.parametrize("kind", ["tracking", "cancellations", "stock"])
def test_a_document_of_nothing_can_be_rendered(tmp_path, kind):
    with asking(VendureShop(), tmp_path) as channel:
        render: Any = getattr(channel, f"render_{kind}")
        assert (0, 0, True) == (render(1, []).rows, render(1, []).units, render(1, []).kept)
