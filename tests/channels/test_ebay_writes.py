"""What eBay is told, and what it says to it."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from orderctl.channels.ebay_carriers import carrier_code
from orderctl.channels.ebay_errors import words
from orderctl.core.effects import Cancellation, CancelledLine, Receipt, StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RemoteError
from orderctl.core.secrets import Secret
from tests.channels.ebay_fake import LINE, EbayShop, a_request, an_ebay_line, complaint
from tests.channels.http_contract import opening
from tests.channels.test_ebay import Selling, opened, selling
from tests.partner import Asked, Reply, partner, saying

TWO = (TrackingLine(LINE, "MUG", 2),)


def package(
    number: str = "1Z 999-AA1",
    lines: tuple[TrackingLine, ...] = TWO,
    key: str = "key-1",
    channel_order_id: str = "1",
    carrier: str = "ups",
) -> Tracking:
    return Tracking(
        *(key, "web", channel_order_id, "1", "WEB-1-1", carrier, "ground", number, "2026-11-20T10:00:00Z", lines)
    )


def ship(one: Selling, *packages: Tracking) -> Receipt:
    return one.told(one.channel.render_tracking(1, packages))


def cancel(one: Selling, number: str = "1", *lines: CancelledLine) -> Receipt:
    cancellation = Cancellation("key-1", "web", number, number, "out of stock", lines)
    return one.told(one.channel.render_cancellations(1, [cancellation]))


def a_shop_of_two_lines() -> EbayShop:
    shop = EbayShop(1)
    shop.orders["1"]["lineItems"].append(an_ebay_line("2", "LAMP", 1))
    return shop


def test_a_package_is_told_with_letters_and_digits_only(tmp_path):
    with selling(tmp_path, EbayShop(1)) as one:
        receipt = ship(one, package("9405 5096-9993 7003"))
        (told,) = one.posted("/shipping_fulfillment")

    assert ("accepted", "9405509699937003") == (receipt.outcome, receipt.reference)
    assert {
        "lineItems": [{"lineItemId": LINE, "quantity": 2}],
        "shippedDate": "2026-11-20T10:00:00.000Z",
        "shippingCarrierCode": "UPS",
        "trackingNumber": "9405509699937003",
    } == told


def test_carrier_and_number_go_together_or_not_at_all(tmp_path):
    with selling(tmp_path, EbayShop(1)) as one:
        outcomes = [ship(one, package("")).outcome, ship(one, package("")).outcome]
        told = one.posted("/shipping_fulfillment")

    assert ["accepted", "accepted"] == outcomes
    assert [{"lineItems", "shippedDate"}] == [set(body) for body in told]


def test_two_parcels_of_one_order_are_two_fulfillments_with_their_own_units(tmp_path):
    first, second = (TrackingLine(LINE, "MUG", 1),), (TrackingLine(LINE, "MUG", 1), TrackingLine("2", "LAMP", 1))
    with selling(tmp_path, a_shop_of_two_lines()) as one:
        assert ["accepted"] * 2 == [ship(one, package("A1", first)).outcome, ship(one, package("B2", second)).outcome]
        told = [[line["quantity"] for line in body["lineItems"]] for body in one.posted("/shipping_fulfillment")]

    assert [[1], [1, 1]] == told


def test_lines_that_were_added_to_a_package_are_told_alone(tmp_path):
    with selling(tmp_path, a_shop_of_two_lines()) as one:
        ship(one, package("A1"))
        assert "accepted" == ship(one, package("A1", (*TWO, TrackingLine("2", "LAMP", 1)))).outcome
        told = [[line["lineItemId"] for line in body["lineItems"]] for body in one.posted("/shipping_fulfillment")]

    assert [[LINE], ["2"]] == told


def test_a_package_that_ebay_has_with_other_units_is_for_a_person(tmp_path):
    with selling(tmp_path, EbayShop(1)) as one:
        ship(one, package("A1"))
        fewer = package("A1", (TrackingLine(LINE, "MUG", 1),))
        receipt, found = ship(one, fewer), one.channel.recover(one.channel.render_tracking(1, [fewer]), "key-1")
        assert 1 == len(one.posted("/shipping_fulfillment"))

    assert ("refused", "refused") == (receipt.outcome, found.outcome)
    assert "Seller Hub" in receipt.message


def test_forwarded_lines_are_told_one_by_one(tmp_path):
    shop = a_shop_of_two_lines()
    shop.forwarded = True
    both = package("A1", (*TWO, TrackingLine("2", "LAMP", 1)))
    with selling(tmp_path, shop) as one:
        assert ["accepted", "accepted"] == [ship(one, both).outcome, ship(one, both).outcome]

    assert [("1", "A1"), ("1", "A1")] == shop.shipped


def test_what_ebay_refuses_is_told_in_its_words_without_values(tmp_path):
    with selling(tmp_path, EbayShop(1)) as one:
        receipt = ship(one, package(lines=(TrackingLine("nobody's", "MUG", 1),)))

    assert "refused" == receipt.outcome
    assert "32200 Invalid line item id (lineItemId)" in receipt.message
    assert "Ana" not in receipt.message


def test_a_conflict_that_is_our_own_package_is_accepted(tmp_path):
    shop = EbayShop(1)

    def answer(asked: Asked) -> Reply:
        reply = shop.answer(asked)
        return Reply(409) if asked.method == "POST" and "shipping" in asked.path else reply

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path))
        receipt = channel.deliver(channel.render_tracking(1, [package("A1")]), "key-1")
        channel.close()

    assert "accepted" == receipt.outcome


def test_several_packages_in_one_document_are_judged_alone(tmp_path):
    with selling(tmp_path, EbayShop(2)) as one:
        wrong = package("C3", key="key-3", channel_order_id="77")
        receipt = ship(one, package("A1"), package("B2", key="key-2", channel_order_id="2"), wrong)

    assert ("accepted", {"key-3": "refused"}) == (
        receipt.outcome,
        {key: each.outcome for key, each in receipt.each.items()},
    )


def test_a_cancellation_is_left_open_by_a_package_unless_it_is_to_be_rejected(tmp_path):
    shop = EbayShop(1)
    shop.orders["1"]["cancelStatus"] = a_request()
    with selling(tmp_path, shop) as one:
        ship(one, package("A1"))
    assert [] == shop.posts

    with selling(tmp_path, shop, reject_cancellations=True) as one:
        assert "accepted" == ship(one, package("B2", (TrackingLine(LINE, "MUG", 1),))).outcome
    body = {"trackingNumber": "B2", "shipmentDate": {"value": "2026-11-20T10:00:00.000Z"}}
    assert [("cancellation/5000000003/reject", body)] == shop.posts


def test_a_package_counts_although_the_cancellation_could_not_be_rejected(tmp_path):
    shop = EbayShop(1)
    shop.orders["1"]["cancelStatus"] = a_request()

    def answer(asked: Asked) -> Reply:
        return complaint(1500, "No digital signature") if "post-order" in asked.path else shop.answer(asked)

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path), reject_cancellations=True)
        receipt = channel.deliver(channel.render_tracking(1, [package("A1")]), "key-1")
        channel.close()

    assert "accepted" == receipt.outcome
    assert "not rejected" in receipt.message
    assert "1500 No digital signature" in receipt.message


def test_what_the_buyer_asked_for_is_approved_once(tmp_path):
    shop = EbayShop(1)
    shop.orders["1"]["cancelStatus"] = a_request()
    with selling(tmp_path, shop) as one:
        document = one.channel.render_cancellations(1, [Cancellation("key-1", "web", "1", "1", "asked", ())])
        assert "absent" == one.channel.recover(document, "key-1").outcome
        assert ["accepted", "accepted"] == [cancel(one).outcome, cancel(one).outcome]
        assert "accepted" == one.channel.recover(document, "key-1").outcome
        (asked,) = [asked for asked in one.served.asked if "post-order" in asked.path]

    assert [("cancellation/5000000003/approve", None)] == shop.posts
    assert ("IAF access-1", "EBAY-US") == (asked.headers["authorization"], asked.headers["x-ebay-c-marketplace-id"])


def test_a_cancellation_of_all_units_by_line_is_one_of_the_order(tmp_path):
    shop = EbayShop(1)
    shop.orders["1"]["cancelStatus"] = a_request()
    with selling(tmp_path, shop) as one:
        assert "accepted" == cancel(one, "1", CancelledLine(LINE, "MUG", 2)).outcome


def test_a_part_of_an_order_cannot_be_cancelled(tmp_path):
    shop = EbayShop(1)
    shop.orders["1"]["cancelStatus"] = a_request()
    with selling(tmp_path, shop) as one:
        receipt = cancel(one, "1", CancelledLine(LINE, "MUG", 1))

    assert ("refused", []) == (receipt.outcome, shop.posts)
    assert receipt.message.startswith("1 of 2 units; eBay cancels whole orders only")


def test_what_no_buyer_asked_for_is_cancelled_only_where_that_is_configured(tmp_path):
    shop = EbayShop(1)
    with selling(tmp_path, shop) as one:
        receipt = cancel(one)
    assert ("refused", []) == (receipt.outcome, shop.posts)
    assert "Seller Hub" in receipt.message

    with selling(tmp_path, shop, seller_cancel=True) as one:
        assert "accepted" == cancel(one).outcome
    body = {"legacyOrderId": "1", "cancelReason": "OUT_OF_STOCK_OR_CANNOT_FULFILL", "buyerPaid": True}
    assert [("cancellation", body)] == shop.posts


def test_stock_goes_25_at_a_time_and_each_row_is_judged_alone(tmp_path):
    shop = EbayShop()
    shop.no_items = {"SKU-7"}
    with selling(tmp_path, shop) as one:
        levels = [StockLevel(f"SKU-{n}", n) for n in range(60)]
        receipt = one.told(one.channel.render_stock(1, levels))
        sizes = [len(body["requests"]) for body in one.posted("/bulk_update_price_quantity")]

    assert ([25, 25, 10], 59, 59) == (sizes, len(shop.quantities), shop.quantities["SKU-59"])
    assert ("accepted", {"SKU-7": "refused"}) == (receipt.outcome, {k: v.outcome for k, v in receipt.each.items()})
    assert "25710" in receipt.each["SKU-7"].message
    assert "Inventory API" in receipt.each["SKU-7"].message


@pytest.mark.parametrize(
    ("row", "outcome"),
    [
        ({"sku": "MUG", "statusCode": 200, "warnings": [{"errorId": 25401}]}, "accepted"),
        ({"sku": "MUG", "statusCode": 200, "errors": [{"errorId": 25002, "message": "no"}]}, "refused"),
        ({"sku": "MUG", "statusCode": 400, "errors": [{"errorId": 25759}]}, "refused"),
        ({"sku": "MUG", "statusCode": 500, "errors": [{"errorId": 25001}]}, "retry"),
        ({"sku": "MUG", "statusCode": 429}, "retry"),
        ({"sku": "MUG"}, "refused"),
        ({"sku": "OTHER", "statusCode": 200}, "uncertain"),
    ],
)
def test_every_kind_of_row(tmp_path, row, outcome):
    shop = EbayShop()

    def answer(asked: Asked) -> Reply:
        return saying({"responses": [row]}) if "bulk" in asked.path else shop.answer(asked)

    with partner(answer=answer) as served:
        channel = opened(served.url, opening(tmp_path))
        receipt = channel.deliver(channel.render_stock(1, [StockLevel("MUG", 3)]), "key-1")
        channel.close()

    assert ("accepted", outcome) == (receipt.outcome, receipt.each.get("MUG", receipt).outcome)


def test_numbers_that_ebay_does_not_answer_to_at_all_stay_due(tmp_path):
    with selling(tmp_path, EbayShop(), refresh_token=Secret("env:OLD", "v^1.1#ended")) as one:
        receipt = one.told(one.channel.render_stock(1, [StockLevel("MUG", 3), StockLevel("TEE", 1)]))

    assert ("retry", {}) == (receipt.outcome, receipt.each)


def test_numbers_whose_answer_was_lost_are_told_again(tmp_path):
    with selling(tmp_path, EbayShop()) as one:
        document = one.channel.render_stock(1, [StockLevel("MUG", 3)])
        assert "accepted" == one.channel.recover(document, "key-1").outcome

    assert {"MUG": 3} == one.shop.quantities


def test_a_package_cannot_be_read_back_while_ebay_is_down(tmp_path):
    with partner(Reply()) as gone:
        url = gone.url
    channel = opened(url, opening(tmp_path))
    with pytest.raises(RemoteError):
        channel.recover(channel.render_tracking(1, [package()]), "key-1")
    channel.close()


@pytest.mark.parametrize(
    ("carrier", "code"),
    [
        ("UPS", "UPS"),
        ("usps", "USPS"),
        ("Royal Mail", "RoyalMail"),
        ("dhl_express", "DHLEXPRESS"),
        ("DHL eCommerce", "DHLGlobalMail"),
        ("Evri", "Hermes"),
        ("Canada Post", "CPC"),
        ("OnTrac", "ONTRACK"),
        ("Lasership", "Other"),
        ("Bob's van", "Other"),
        ("", "Other"),
        ("Our Van", "FLYT"),
        ("ourvan", "FLYT"),
    ],
)
def test_every_carrier_has_a_name_at_ebay(carrier, code):
    assert code == carrier_code(carrier, {"our van": "FLYT"})


def test_names_of_carriers_are_those_of_the_list():
    folder = os.environ.get("ORDERCTL_SHARED")
    if not folder:
        pytest.skip("ORDERCTL_SHARED does not name the folder with the names of carriers")
    carriers = Path(folder) / "channels" / "carriers"
    listed = set(json.loads((carriers / "ebay_shippingCarrierCode.json").read_text(encoding="utf-8")))
    rows = json.loads((carriers / "carrier_map.json").read_text(encoding="utf-8"))

    ours = {row["id"]: carrier_code(row["id"], {}) for row in rows}
    assert {row["id"]: row["ebay_shippingCarrierCode"] or "Other" for row in rows} == ours
    assert set(ours.values()) <= listed


@pytest.mark.parametrize(
    ("details", "said"),
    [
        (None, ""),
        ({"errors": "no"}, ""),
        ({"errors": [{"errorId": 30850, "message": "not in the future"}]}, "30850 not in the future"),
        ({"error": [{"errorId": 7, "message": {"content": "No such request"}}]}, "7 No such request"),
        ({"error": "invalid_grant"}, ""),
    ],
)
def test_the_words_of_ebay(details, said):
    assert said == words(details)
