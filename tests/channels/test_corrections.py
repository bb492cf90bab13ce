"""What each channel does with a package that was told and is called otherwise now, beyond what all of them promise."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orderctl.core.effects import Tracking, TrackingLine
from tests.channels import test_vendure, test_vendure_writes, test_walmart, walmart_shop
from tests.channels.amazon_fake import AmazonShop
from tests.channels.ebay_fake import LINE as EBAY_LINE
from tests.channels.ebay_fake import EbayShop
from tests.channels.http_contract import NEW_NUMBER, a_package
from tests.channels.shopify_fake import Store
from tests.channels.test_amazon import selling as amazon
from tests.channels.test_ebay import selling as ebay
from tests.channels.test_shopify_pull import running as shopify
from tests.channels.test_shopify_writes import package as shopify_package
from tests.channels.test_woocommerce import running as woocommerce
from tests.channels.test_woocommerce_writes import MUG, a_site, told
from tests.channels.test_woocommerce_writes import parcel as woo_parcel
from tests.channels.vendure_fake import VendureShop


def again(package: Tracking, **changes: Any) -> Tracking:
    """`package` once it is called otherwise."""
    told: dict[str, Any] = {"key": "key-2", "replaces": package.tracking_number} | changes
    return replace(package, **told)


def test_shopify_is_asked_to_change_the_fulfillment_and_tells_the_customer_as_before(tmp_path):
    store = Store(1)
    first = shopify_package({11: 2}, "A1")
    with shopify(tmp_path, store, notify=False) as (channel, _):
        for one in (first, again(first, tracking_number="B2", carrier="dhl_express")):
            assert "accepted" == channel.deliver(channel.render_tracking(1, [one]), one.key).outcome

    (changed,) = [variables for variables in store.variables if "tracking" in variables]
    assert {"company": "DHL Express", "number": "B2"} == changed["tracking"]
    assert changed["notify"] is False
    assert 1 == store.asked_for.count("Ship")


def test_shopify_keeps_the_other_numbers_that_a_fulfillment_has(tmp_path):
    store = Store(1)
    first = shopify_package({11: 2}, "A1")
    with shopify(tmp_path, store) as (channel, _):
        channel.deliver(channel.render_tracking(1, [first]), "key-1")
        (fulfillment,) = store.orders[0]["fulfillments_"]
        fulfillment["trackingInfo"].append({"number": "BY-HAND", "company": "UPS", "url": None})
        channel.deliver(channel.render_tracking(2, [again(first, tracking_number="B2")]), "key-2")

    assert ["B2", "BY-HAND"] == [one["number"] for one in fulfillment["trackingInfo"]]


@pytest.mark.parametrize("way", ["fulfillments", "shipment-tracking", "note"])
def test_woocommerce_counts_a_corrected_parcel_once_and_completes_the_order_with_the_last(tmp_path, way):
    shop = a_site(way)
    first, lamp = woo_parcel("1Z1", MUG), woo_parcel("1Z3", TrackingLine("12", "LAMP", 1))
    with woocommerce(shop, tmp_path) as (channel, _):
        assert ["accepted"] * 2 == told(channel, first, again(first, tracking_number="1Z2"))
        assert "processing" == shop.orders[1]["status"]
        assert ["accepted"] == told(channel, lamp)

    assert "completed" == shop.orders[1]["status"]
    if way == "fulfillments":
        meta = {one["key"]: one["value"] for one in shop.parcels[1][0]["meta_data"]}
        assert ("1Z2", [{"item_id": 11, "qty": 2}]) == (meta["_tracking_number"], meta["_items"])
        assert "WEB-1-1" == meta["_orderctl_reference"]
    if way == "note":
        assert shop.notes[1].endswith("(instead of 1Z1)")


def test_vendure_cancels_the_fulfillment_and_adds_it_anew(tmp_path):
    shop = VendureShop(1)
    first = test_vendure_writes.package(2, "1Z1")
    with test_vendure.asking(shop, tmp_path) as channel:
        for one in (first, again(first, tracking_number="1Z2")):
            assert "accepted" == test_vendure_writes.tell(channel, one).outcome

    assert ["Cancelled", "Shipped"] == shop.states


@pytest.mark.parametrize(
    ("state", "codes", "units", "why"),
    [
        ("Delivered", "1Z1", 2, "it is Delivered already"),
        ("Shipped", "1Z1, 1Z8", 2, "other parcels or units"),
        ("Shipped", "1Z1", 3, "other parcels or units"),
    ],
)
def test_vendure_keeps_what_is_not_ours_alone_or_has_arrived(tmp_path, state, codes, units, why):
    shop = VendureShop(1)
    lines = [{"orderLineId": "11", "quantity": units}]
    shop.fulfillments["1"] = [{"id": "9", "state": state, "method": "UPS", "trackingCode": codes, "lines": lines}]
    with test_vendure.asking(shop, tmp_path) as channel:
        package = again(test_vendure_writes.package(2, "1Z1"), tracking_number="1Z2")
        receipt = test_vendure_writes.tell(channel, package)

    assert ("refused", [state]) == (receipt.outcome, shop.states)
    assert why in receipt.message


def test_amazon_edits_the_package_it_has_even_while_it_does_not_show_it(tmp_path):
    shop = AmazonShop(1)
    first = a_package("1", "1", TrackingLine("11", "MUG", 2))
    with amazon(tmp_path, shop) as one:
        one.channel.deliver(one.channel.render_tracking(1, [first]), "key-1")
        shop.hidden_packages = True
        document = one.channel.render_tracking(2, [again(first, tracking_number=NEW_NUMBER)])
        assert "accepted" == one.channel.deliver(document, "key-2").outcome

    (package,) = shop.orders["1"]["packages"]
    assert (NEW_NUMBER, [2]) == (package["trackingNumber"], [item["quantity"] for item in package["packageItems"]])


def test_walmart_replaces_the_number_of_just_this_parcel(tmp_path):
    first, other = walmart_shop.parcel(1), walmart_shop.parcel(1, number="1ZOTHER")
    kept = walmart_shop.Walmart([walmart_shop.order("1", walmart_shop.line("1", 2))])
    with test_walmart.running(kept, tmp_path) as (channel, _):
        for one in (first, other, again(first, tracking_number="1ZNEW", carrier="fedex")):
            assert "accepted" == channel.deliver(channel.render_tracking(1, [one]), one.key).outcome

    shipment = kept.bodies[-1][1]["orderShipment"]
    (row,) = shipment["orderLines"]["orderLine"][0]["orderLineStatuses"]["orderLineStatus"]
    assert ("PARTIAL_UPDATE", walmart_shop.NUMBER) == (
        *(shipment["processMode"], row["currentTrackingInfo"]["trackingNumber"]),
    )
    assert ("1ZNEW", {"carrier": "FedEx"}, "1") == (
        *(row["trackingInfo"]["trackingNumber"], row["trackingInfo"]["carrierName"], row["statusQuantity"]["amount"]),
    )
    assert [("1", "1ZOTHER"), ("1", "1ZNEW")] == kept.shipped


def test_walmart_after_four_hours_leaves_it_to_a_person_in_clear_words(tmp_path):
    first = walmart_shop.parcel(1)
    kept = walmart_shop.Walmart([walmart_shop.order("1", walmart_shop.line("1", 1))])
    with test_walmart.running(kept, tmp_path) as (channel, _):
        channel.deliver(channel.render_tracking(1, [first]), "key-1")
        kept.refusal = "the update window is over"
        receipt = channel.deliver(channel.render_tracking(2, [again(first, tracking_number="1ZNEW")]), "key-2")

    assert "refused" == receipt.outcome
    assert "four hours): make it UPS 1ZNEW in Seller Center" in receipt.message
    assert "the update window is over" in receipt.message


def test_ebay_takes_what_a_person_has_corrected_in_seller_hub(tmp_path):
    first = a_package("1", "1", TrackingLine(EBAY_LINE, "MUG", 2))
    with ebay(tmp_path, EbayShop(1)) as one:
        for package in (first, replace(first, tracking_number=NEW_NUMBER)):
            one.told(one.channel.render_tracking(1, [package]))
        receipt = one.told(one.channel.render_tracking(2, [again(first, tracking_number=NEW_NUMBER)]))

    assert "accepted" == receipt.outcome
