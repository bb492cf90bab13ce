from __future__ import annotations

import json
from dataclasses import replace

import pytest

from orderctl.channels.walmart import Walmart
from orderctl.core.effects import Document, StockLevel
from orderctl.core.errors import RemoteError
from tests.channels import walmart_shop as shop
from tests.channels.http_contract import opening, read
from tests.channels.test_walmart import a_shop, running, walmart
from tests.partner import Asked, Reply, partner


def told(channel: Walmart, document: Document) -> tuple[str, str]:
    receipt = channel.deliver(document, "key-1")
    return receipt.outcome, receipt.message


def test_an_order_is_acknowledged_once(tmp_path):
    kept = a_shop(1)
    with running(kept, tmp_path) as (channel, _):
        document = channel.render_acknowledgments(1, [shop.ACK])
        assert "absent" == channel.recover(document, "key-1").outcome
        assert [("accepted", ""), ("accepted", "")] == [told(channel, document), told(channel, document)]
        assert "accepted" == channel.recover(document, "key-1").outcome

    assert [("acknowledge", None)] == kept.bodies


def test_a_parcel_of_an_order_that_was_never_acknowledged_is_acknowledged_first(tmp_path):
    kept = shop.Walmart([shop.order("1", shop.line("1", 3))])
    with running(kept, tmp_path) as (channel, _):
        assert ("accepted", "") == told(channel, channel.render_tracking(1, [shop.parcel(2)]))
        assert ("accepted", "") == told(channel, channel.render_tracking(2, [shop.parcel(1, number="1Z2")]))

    assert ["acknowledge", "shipping", "shipping"] == [action for action, _ in kept.bodies]
    assert {
        "lineNumber": "1",
        "sellerOrderId": "1",
        "orderLineStatuses": {
            "orderLineStatus": [
                {
                    "status": "Shipped",
                    "statusQuantity": {"unitOfMeasurement": "EACH", "amount": "2"},
                    "trackingInfo": {
                        "shipDateTime": shop.ms("2026-11-20T10:00:00Z"),
                        "carrierName": {"carrier": "UPS"},
                        "methodCode": "Value",
                        "trackingNumber": shop.NUMBER,
                    },
                }
            ]
        },
    } == kept.bodies[1][1]["orderShipment"]["orderLines"]["orderLine"][0]


@pytest.mark.parametrize(
    ("carrier", "name"),
    [
        ("ups", {"carrier": "UPS"}),
        ("fedex", {"carrier": "FedEx"}),
        ("FedEx", {"carrier": "FedEx"}),
        ("dhl_ecommerce", {"carrier": "DHL Ecommerce - US"}),
        ("lasership", {"carrier": "LS"}),
        ("fast", {"carrier": "FDX"}),
        ("dpd_uk", {"otherCarrier": "DPD UK"}),
        ("evri", {"otherCarrier": "Evri"}),
        ("", {"otherCarrier": "other"}),
    ],
)
def test_a_carrier_has_walmarts_name_or_an_address_of_its_own(tmp_path, carrier, name):
    kept = a_shop(1)
    own = {"carriers": {"fast": "FDX"}, "tracking_urls": {"evri": "https://evri.example/{number}"}}
    with running(kept, tmp_path, **own) as (channel, _):
        assert ("accepted", "") == told(channel, channel.render_tracking(1, [shop.parcel(carrier=carrier)]))
    (row,) = kept.bodies[-1][1]["orderShipment"]["orderLines"]["orderLine"]
    info = row["orderLineStatuses"]["orderLineStatus"][0]["trackingInfo"]

    assert name == info["carrierName"]
    page = "https://evri.example/" if carrier == "evri" else "https://t.17track.net/en#nums="
    assert (page + shop.NUMBER if "otherCarrier" in name else None) == info.get("trackingURL")


def test_a_carrier_that_walmart_does_not_know_is_followed_on_its_own_page(tmp_path):
    kept = a_shop(1)
    package = replace(shop.parcel(carrier="dpd_uk"), url="https://dpd.example/1")
    with running(kept, tmp_path) as (channel, _):
        assert ("accepted", "") == told(channel, channel.render_tracking(1, [package]))
    (row,) = kept.bodies[-1][1]["orderShipment"]["orderLines"]["orderLine"]

    assert "https://dpd.example/1" == row["orderLineStatuses"]["orderLineStatus"][0]["trackingInfo"]["trackingURL"]


@pytest.mark.parametrize(
    ("one", "package", "words"),
    [
        (shop.order("1", shop.line("1", 1)), shop.parcel(2), "waits for 1 units of line 1, and 2 were shipped"),
        (shop.order("1", shop.line("1", 1)), shop.parcel(1, line="7"), "has no line 7"),
        (shop.order("1", shipNode={"type": "WFSFulfilled"}), shop.parcel(), "ships this order itself"),
        (
            shop.order("1", shop.line("1", 1, [shop.status("Shipped", 1, "1ZOTHER")])),
            shop.parcel(),
            "it knows of 1ZOTHER",
        ),
        (shop.order("1", shop.line("1", 1, [shop.status("Cancelled", 1)])), shop.parcel(), "waits for 0 units"),
        (shop.order("2"), shop.parcel(), "CONTENT_NOT_FOUND.GMP_ORDER_API: no order 1"),
    ],
)
def test_what_walmart_does_not_wait_for_is_refused_in_words(tmp_path, one, package, words):
    kept = shop.Walmart([one])
    with running(kept, tmp_path) as (channel, _):
        outcome, message = told(channel, channel.render_tracking(1, [package]))

    assert ("refused", True) == (outcome, words in message), message
    assert [] == kept.shipped


def test_a_package_without_a_number_is_refused(tmp_path):
    without = shop.parcel(number="")
    with running(a_shop(1), tmp_path) as (channel, _):
        outcome, message = told(channel, channel.render_tracking(1, [without]))

    assert ("refused", "web takes no shipment without a tracking number") == (outcome, message)


def test_a_number_written_otherwise_is_the_same_parcel(tmp_path):
    spaced = "1Z 999AA1 0123456784"
    kept = shop.Walmart([shop.order("1", shop.line("1", 1, [shop.status("Shipped", 1, spaced)]))])
    with running(kept, tmp_path) as (channel, _):
        assert ("accepted", "was there already") == told(channel, channel.render_tracking(1, [shop.parcel()]))


@pytest.mark.parametrize(("correct", "outcome"), [(True, "accepted"), (False, "refused")])
def test_a_wrong_number_is_replaced_only_where_that_is_wanted(tmp_path, correct, outcome):
    kept = shop.Walmart([shop.order("1", shop.line("1", 2, [shop.status("Shipped", 2, "1ZWRONG")]))])
    with running(kept, tmp_path, correct_tracking=correct) as (channel, _):
        assert outcome == told(channel, channel.render_tracking(1, [shop.parcel(2)]))[0]
    numbers = {
        entry["trackingInfo"]["trackingNumber"]
        for entry in kept.orders["1"]["orderLines"]["orderLine"][0]["orderLineStatuses"]["orderLineStatus"]
    }

    assert {shop.NUMBER if correct else "1ZWRONG"} == numbers
    if correct:
        assert "PARTIAL_UPDATE" == kept.bodies[-1][1]["orderShipment"]["processMode"]


@pytest.mark.parametrize(("anyway", "outcome"), [(True, "accepted"), (False, "refused")])
def test_a_parcel_of_what_the_customer_asked_to_cancel_is_told_where_that_is_wanted(tmp_path, anyway, outcome):
    kept = shop.Walmart([shop.order("1", shop.line(intentToCancel="2026-11-20T09:00:00Z"))])
    with running(kept, tmp_path, ship_cancel_requests=anyway) as (channel, _):
        assert outcome == told(channel, channel.render_tracking(1, [shop.parcel()]))[0]

    assert int(anyway) == len(kept.shipped)


@pytest.mark.parametrize(
    ("settings", "reason", "expected"),
    [
        ({}, "out of stock", "SELLER_CANCEL_OUT_OF_STOCK"),
        ({"cancel_reasons": {"price": "SELLER_CANCEL_PRICING_ERROR"}}, "Wrong PRICE", "SELLER_CANCEL_PRICING_ERROR"),
        (
            {"cancel_reason": "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE"},
            "?",
            "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE",
        ),
        ({"cancel_reasons": {"sorry": "CUSTOMER_REQUESTED_SELLER_TO_CANCEL"}}, "sorry", "SELLER_CANCEL_OUT_OF_STOCK"),
    ],
)
def test_units_are_cancelled_with_a_reason_walmart_takes(tmp_path, settings, reason, expected):
    kept = shop.Walmart([shop.order("1", shop.line("1", 3), shop.line("2", 1))])
    with running(kept, tmp_path, **settings) as (channel, _):
        document = channel.render_cancellations(1, [shop.cancellation(("1", 2), reason=reason)])
        assert "absent" == channel.recover(document, "key-1").outcome
        assert ("accepted", "") == told(channel, document)
        assert "accepted" == channel.recover(document, "key-1").outcome

    assert [("1", expected, "2")] == [
        (row["lineNumber"], entry["cancellationReason"], entry["statusQuantity"]["amount"])
        for row in kept.bodies[-1][1]["orderCancellation"]["orderLines"]["orderLine"]
        for entry in row["orderLineStatuses"]["orderLineStatus"]
    ]


def test_a_whole_order_is_cancelled_line_by_line_and_at_the_customers_wish_where_it_is_theirs(tmp_path):
    wish = {"intentToCancel": "2026-11-20T09:00:00Z"}
    kept = shop.Walmart([shop.order("1", shop.line("1", 2, **wish), shop.line("4", 1, **wish))])
    with running(kept, tmp_path) as (channel, _):
        document = channel.render_cancellations(1, [shop.cancellation()])
        assert [("accepted", ""), ("accepted", "was there already")] == [
            told(channel, document),
            told(channel, document),
        ]
    rows = kept.bodies[-1][1]["orderCancellation"]["orderLines"]["orderLine"]

    assert ["1", "4"] == [row["lineNumber"] for row in rows]
    assert "CUSTOMER_REQUESTED_SELLER_TO_CANCEL" in json.dumps(rows)


def test_what_has_left_cannot_be_cancelled(tmp_path):
    kept = shop.Walmart([shop.order("1", shop.line("1", 1, [shop.status("Shipped", 1, "1Z")]))])
    with running(kept, tmp_path) as (channel, _):
        outcome, message = told(channel, channel.render_cancellations(1, [shop.cancellation(("1", 1))]))

    assert ("refused", "web has no unit of line 1 left to cancel") == (outcome, message)


def test_walmarts_words_for_a_refusal_reach_the_receipt(tmp_path):
    kept = a_shop(1)
    kept.refusal = "Unable to process. The Line: 1 is in CANCELLED status"
    with running(kept, tmp_path) as (channel, _):
        outcome, message = told(channel, channel.render_acknowledgments(1, [shop.ACK]))

    assert "refused" == outcome
    assert message.endswith(
        "INVALID_REQUEST_CONTENT.GMP_ORDER_API: Unable to process. The Line: 1 is in CANCELLED status"
    )


def test_stock_is_judged_sku_by_sku(tmp_path):
    kept = a_shop(0)
    levels = [StockLevel("MUG/1 é&2", 4), StockLevel("GONE", 1), StockLevel("LAMP", 0)]
    with running(kept, tmp_path, ship_node="77") as (channel, _):
        receipt = channel.deliver(channel.render_stock(1, levels), "key-1")

    assert ("accepted", {"GONE": "refused"}) == (
        receipt.outcome,
        {sku: one.outcome for sku, one in receipt.each.items()},
    )
    assert {"MUG/1 é&277": 4, "LAMP77": 0} == kept.stock


def test_stock_that_cannot_be_told_now_is_told_later(tmp_path):
    kept = a_shop(0)

    def busy(asked: Asked) -> Reply:
        return Reply(429, headers={"retry-after": "86400"}) if b"LAMP" in asked.content else kept.answer(asked)

    with partner(answer=busy) as served:
        channel = walmart(served.url, opening(tmp_path))
        partly = channel.deliver(channel.render_stock(1, [StockLevel("MUG", 1), StockLevel("LAMP", 2)]), "key-1")
        refused = channel.deliver(channel.render_stock(3, [StockLevel("GONE", 1)]), "key-3")
        nothing = channel.deliver(channel.render_stock(2, [StockLevel("LAMP", 2), StockLevel("MUG", 1)]), "key-2")
        channel.close()

    assert ("accepted", {"LAMP": "retry"}) == (partly.outcome, {sku: one.outcome for sku, one in partly.each.items()})
    assert ("retry", {}) == (nothing.outcome, dict(nothing.each))
    assert ("accepted", {"GONE": "refused"}) == (
        refused.outcome,
        {sku: one.outcome for sku, one in refused.each.items()},
    )


def test_a_read_back_that_fails_leaves_the_parcel_due(tmp_path):
    kept = a_shop(1)

    def down(asked: Asked) -> Reply:
        return Reply(500) if asked.path.startswith("/v3/orders/1") else kept.answer(asked)

    with partner(answer=down) as served:
        channel = walmart(served.url, opening(tmp_path))
        assert "retry" == told(channel, channel.render_tracking(1, [shop.parcel()]))[0]
        with pytest.raises(RemoteError):
            channel.recover(channel.render_tracking(1, [shop.parcel()]), "key-1")
        channel.close()


def test_a_probe_names_what_the_keys_may_not_do(tmp_path):
    with running(a_shop(1), tmp_path) as (channel, _):
        found = {one.what: one for one in channel.probe()}

    assert ["credentials", "clock", "orders", "inventory", "stock"] == list(dict.fromkeys(found))
    assert ("warn", "view only") == (found["inventory"].verdict, found["inventory"].found)
    assert found["inventory"].next


def test_no_request_repeats_a_correlation_id_and_none_goes_without_walmarts_headers(tmp_path):
    kept = a_shop(25)
    with running(kept, tmp_path, page_size=10, headers={"WM_MARKET": "us"}) as (channel, served):
        read(channel, {})
        told(channel, channel.render_tracking(1, [shop.parcel()]))

    assert len(served.asked) == len(kept.ids)
    assert {"us"} == {asked.headers.get("wm_market") for asked in served.asked}
    assert {"/v3/token"} == {asked.path for asked in served.asked if "authorization" in asked.headers}
