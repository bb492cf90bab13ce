from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest

from orderctl.channels.amazon_carriers import carrier_code
from orderctl.channels.amazon_writes import package_reference
from orderctl.core.effects import Cancellation, CancelledLine, Receipt, StockLevel, Tracking, TrackingLine
from orderctl.core.errors import RemoteError
from tests.channels.amazon_fake import NOW, SELLER, US, AmazonShop, a_listing, an_amazon_order, an_item
from tests.channels.http_contract import a_package
from tests.channels.test_amazon import Selling, selling
from tests.partner import Reply

UPS = "1Z999AA10123456784"


def parcel(units: int = 2, number: str = UPS, **changes: Any) -> Tracking:
    """Units of the line 11 of order 1, shipped by the first part of its work."""
    package = a_package("1", "1", TrackingLine("11", "MUG", units))
    return replace(package, **{"tracking_number": number, "reference": "AMZ-1-1", **changes})


def told(one: Selling, package: Tracking) -> Receipt:
    return one.channel.deliver(one.channel.render_tracking(1, [package]), "key-1")


def bodies(one: Selling) -> list[Mapping[str, Any]]:
    return [body["packageDetail"] for _, body in one.shop.confirmed]


def test_a_package_is_confirmed_with_its_units(tmp_path):
    with selling(tmp_path, AmazonShop(1)) as one:
        receipt = told(one, parcel())

    reference = package_reference("AMZ-1-1", UPS)
    assert Receipt("accepted", reference) == receipt
    assert [
        (
            "1",
            {
                "marketplaceId": US,
                "packageDetail": {
                    "packageReferenceId": reference,
                    "carrierCode": "UPS",
                    "shippingMethod": "ground",
                    "trackingNumber": UPS,
                    "shipDate": "2026-11-20T10:00:00Z",
                    "orderItems": [{"orderItemId": "11", "quantity": 2}],
                },
            },
        )
    ] == one.shop.confirmed


@pytest.mark.parametrize("reference", ["AMZ-1-1", "AMZ-1-12", "AMZ-1", "ODD"])
@pytest.mark.parametrize("number", ["1", UPS])
def test_a_reference_is_the_text_of_a_positive_number_and_always_the_same(reference, number):
    found = package_reference(reference, number)

    assert found == package_reference(reference, number)
    assert found.isdigit()
    assert int(found) > 0
    assert not found.startswith("0")


def test_two_parcels_of_one_part_and_one_of_another_have_three_references(tmp_path):
    shop = AmazonShop()
    shop.orders = {"1": an_amazon_order(1, an_item("11", quantity=5))}
    with selling(tmp_path, shop) as one:
        receipts = [
            told(one, parcel(2, "A1")),
            told(one, parcel(1, "A2")),
            told(one, parcel(2, "B1", reference="AMZ-1-2")),
        ]

    assert ["accepted"] * 3 == [receipt.outcome for receipt in receipts]
    assert 3 == len({body["packageReferenceId"] for body in bodies(one)})
    assert [2, 1, 2] == [body["orderItems"][0]["quantity"] for body in bodies(one)]


def test_another_number_for_a_package_that_was_told_edits_it(tmp_path):
    """A new reference for units that are shipped already would be refused."""
    with selling(tmp_path, AmazonShop(1)) as one:
        told(one, parcel(number="WRONG"))
        receipt = told(one, parcel(number="RIGHT"))

    assert "accepted" == receipt.outcome
    assert [("RIGHT", package_reference("AMZ-1-1", "WRONG"))] == [
        (one["trackingNumber"], one["packageReferenceId"]) for one in one.shop.orders["1"]["packages"]
    ]


def test_more_units_in_a_package_that_was_told_are_added_to_it(tmp_path):
    shop = AmazonShop()
    shop.orders = {"1": an_amazon_order(1, an_item("11"), an_item("12", "LAMP"))}
    with selling(tmp_path, shop) as one:
        told(one, parcel())
        receipt = told(one, parcel(lines=(TrackingLine("12", "LAMP", 2),)))

    assert "accepted" == receipt.outcome
    (package,) = shop.orders["1"]["packages"]
    assert {"11": 2, "12": 2} == {item["orderItemId"]: item["quantity"] for item in package["packageItems"]}


def test_two_packages_in_one_pass_are_two_though_amazon_shows_none_yet(tmp_path):
    shop = AmazonShop()
    shop.orders = {"1": an_amazon_order(1, an_item("11", quantity=2))}
    shop.hidden_packages = True
    with selling(tmp_path, shop) as one:
        told(one, parcel(1, "A1"))
        told(one, parcel(1, "A2"))
        again = told(one, parcel(1, "A1"))

    assert "accepted" == again.outcome
    assert ["A1", "A2"] == sorted(one["trackingNumber"] for one in shop.orders["1"]["packages"])


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"fulfilledBy": "AMAZON"}, "is shipped by Amazon itself"),
        ({"fulfillmentStatus": "CANCELLED"}, "is cancelled; take the parcel back"),
    ],
)
def test_what_must_not_be_confirmed_is_refused_before_it_is_asked(tmp_path, change, words):
    shop = AmazonShop(1)
    shop.orders["1"]["fulfillment"] |= change
    with selling(tmp_path, shop) as one:
        receipt = told(one, parcel())

    assert ("refused", True, []) == (receipt.outcome, words in receipt.message, shop.confirmed)


def test_an_echo_of_multi_channel_fulfillment_is_never_confirmed(tmp_path):
    shop = AmazonShop(1)
    shop.orders["1"]["salesChannel"] = {"channelName": "NON_AMAZON"}
    with selling(tmp_path, shop) as one:
        assert "refused" == told(one, parcel()).outcome

    assert [] == shop.confirmed


def test_a_package_without_a_number_is_refused(tmp_path):
    with selling(tmp_path, AmazonShop(1)) as one:
        receipt = told(one, parcel(number=""))

    assert ("refused", True) == (receipt.outcome, "has no tracking number" in receipt.message)


def test_a_refusal_is_told_in_amazons_words(tmp_path):
    with selling(tmp_path, AmazonShop(1)) as one:
        told(one, parcel(1, "A1"))
        receipt = told(one, parcel(2, "A2"))

    assert "refused" == receipt.outcome
    assert "InvalidInput: PackageToUpdateNotFound: the order is already fulfilled" in receipt.message


def test_an_order_that_amazon_does_not_know_is_refused_and_absent(tmp_path):
    with selling(tmp_path, AmazonShop()) as one:
        document = one.channel.render_tracking(1, [parcel()])

        assert "refused" == one.channel.deliver(document, "key-1").outcome
        assert "absent" == one.channel.recover(document, "key-1").outcome


def test_nothing_is_told_twice_that_somebody_confirmed_by_hand(tmp_path):
    shop = AmazonShop(1)
    package = {"packageReferenceId": "PKG-9", "trackingNumber": "1z 999 AA1 0123456784"}
    shop.orders["1"]["packages"] = [package | {"packageItems": [{"orderItemId": "11", "quantity": 2}]}]
    with selling(tmp_path, shop) as one:
        receipt = told(one, parcel())

    assert (Receipt("accepted", "PKG-9"), []) == (receipt, shop.confirmed)


@pytest.mark.parametrize(
    ("shipped_at", "date"),
    [
        ("2026-11-21T10:00:00Z", NOW),
        ("", NOW),
        ("2026-11-01T10:00:00Z", "2026-11-20T06:00:00Z"),
        ("2026-11-20T11:00:00Z", "2026-11-20T11:00:00Z"),
    ],
)
def test_nothing_is_shipped_in_the_future_or_before_it_was_ordered(tmp_path, shipped_at, date):
    with selling(tmp_path, AmazonShop(1)) as one:
        assert "accepted" == told(one, parcel(shipped_at=shipped_at)).outcome

    assert [date] == [body["shipDate"] for body in bodies(one)]


@pytest.mark.parametrize(
    ("carrier", "code", "name"),
    [
        ("ups", "UPS", None),
        ("dhl_express", "DHL", None),
        ("Royal Mail", "Royal Mail", None),
        ("dpd_uk", "Other", "DPD UK"),
        ("House Courier", "BestCourier", None),
    ],
)
def test_carriers_go_by_amazons_code_or_as_other_with_their_name(tmp_path, carrier, code, name):
    with selling(tmp_path, AmazonShop(1), carriers={"house courier": "BestCourier"}) as one:
        told(one, parcel(carrier=carrier))

    assert [(code, name)] == [(body["carrierCode"], body.get("carrierName")) for body in bodies(one)]


def test_a_carrier_of_nobodys_is_other():
    assert "Other" == carrier_code("", {})


def cancellation(*lines: CancelledLine) -> Cancellation:
    return Cancellation("key-1", "amz", "1", "1", "out of stock", lines)


def test_a_cancellation_is_left_to_a_person_until_amazon_shows_it(tmp_path):
    with selling(tmp_path, AmazonShop(1)) as one:
        document = one.channel.render_cancellations(1, [cancellation(CancelledLine("11", "MUG", 1))])
        waits = one.channel.deliver(document, "key-1")
        one.shop.orders["1"]["orderItems"][0]["fulfillment"]["quantityUnfulfilled"] = 1
        part = one.channel.deliver(document, "key-1")
        whole = one.channel.render_cancellations(2, [cancellation()])
        still = one.channel.recover(whole, "key-1")
        one.shop.orders["1"]["fulfillment"]["fulfillmentStatus"] = "CANCELLED"
        done = one.channel.recover(whole, "key-1")

    assert ["refused", "accepted", "refused", "accepted"] == [one.outcome for one in (waits, part, still, done)]
    assert "order 1 is not cancelled there: cancel it in Seller Central" in waits.message


def stock(one: Selling, **levels: int) -> Receipt:
    document = one.channel.render_stock(1, [StockLevel(sku, units) for sku, units in levels.items()])
    return one.channel.deliver(document, "key-1")


def test_stock_is_told_listing_by_listing(tmp_path):
    shop = AmazonShop()
    shop.listings = {"MUG": a_listing(), "LAMP": a_listing(kind="LAMP")}
    with selling(tmp_path, shop, seller_id=SELLER) as one:
        receipt = stock(one, MUG=3, LAMP=0)

    def patch(kind: str, units: int) -> Any:
        value = [{"fulfillment_channel_code": "DEFAULT", "quantity": units}]
        change = {"op": "merge", "path": "/attributes/fulfillment_availability", "value": value}
        return {"productType": kind, "patches": [change]}

    assert ("accepted", {}) == (receipt.outcome, receipt.each)
    assert [("MUG", patch("MUG", 3)), ("LAMP", patch("LAMP", 0))] == shop.patches


def test_each_sku_is_judged_alone(tmp_path):
    shop = AmazonShop()
    shop.listings = {"A": a_listing(), "B": a_listing(), "C": a_listing()}
    with selling(tmp_path, shop, seller_id=SELLER) as one:
        receipt = stock(one, A=1, B=5_000, C=2, GONE=1)

    assert "accepted" == receipt.outcome
    assert {
        "B": ("refused", "INVALID: 90220: The value is not allowed."),
        "GONE": ("refused", f"no listing in {US} has this SKU"),
    } == {sku: (one.outcome, one.message) for sku, one in receipt.each.items()}


def test_skus_that_amazon_stocks_are_never_told(tmp_path):
    """A quantity would take the offer out of Amazon's hands. By the settings they are not even looked up."""
    shop = AmazonShop()
    shop.listings = {"FBA-MUG": a_listing(), "LAMP": a_listing("AMAZON_NA")}
    with selling(tmp_path, shop, seller_id=SELLER, fba_skus=("FBA-*",)) as one:
        receipt = stock(one, **{"FBA-MUG": 3, "LAMP": 4})
        looked_up = [asked.path for asked in one.served.asked if "FBA-MUG" in asked.path]

    assert ("accepted", [], []) == (receipt.outcome, shop.patches, looked_up)


def test_stock_without_a_seller_id_is_refused_with_what_to_do(tmp_path):
    with selling(tmp_path, AmazonShop()) as one:
        receipt = stock(one, MUG=3)

    assert ("refused", True) == (receipt.outcome, "seller_id is not set" in receipt.message)


def test_once_amazon_wants_time_the_rest_stays_due(tmp_path):
    shop = AmazonShop()
    shop.listings = {sku: a_listing() for sku in "ABC"}
    real = shop.listing

    def tired(asked: Any, sku: str) -> Reply:
        return Reply(429, b"{}", {"retry-after": "86400"}) if shop.patches else real(asked, sku)

    shop.listing = tired  # type: ignore[method-assign]
    with selling(tmp_path, shop, seller_id=SELLER) as one:
        receipt = stock(one, A=1, B=2, C=3)
        asked = [asked.path for asked in one.served.asked if "/items/" in asked.path]

    assert ("retry", {"A": "accepted"}) == (receipt.outcome, {sku: one.outcome for sku, one in receipt.each.items()})
    assert 3 == len(asked)


def test_stock_is_told_again_after_a_lost_answer(tmp_path):
    with selling(tmp_path, AmazonShop()) as one:
        document = one.channel.render_stock(1, [StockLevel("MUG", 3)])

        assert "retry" == one.channel.recover(document, "key-1").outcome


def test_nobody_is_asked_about_a_lost_answer_while_amazon_cannot_be_reached(tmp_path):
    """Unknown stays unknown: it is not taken for absent, nor for surely not processed."""
    shop = AmazonShop(1)
    with selling(tmp_path, shop, seconds=1) as one:
        document = one.channel.render_tracking(1, [parcel()])
        shop.order = lambda identity, query: Reply(503)  # type: ignore[method-assign]  # noqa: ARG005
        with pytest.raises(RemoteError):
            one.channel.recover(document, "key-1")


def test_an_answer_that_is_no_order_is_told_as_such(tmp_path):
    shop = AmazonShop(1)
    shop.orders["1"]["packages"] = "none"
    with selling(tmp_path, shop) as one:
        receipt = told(one, parcel())

    assert ("refused", "Amazon's answer for order 1: packages is not a list of tables") == (
        *(receipt.outcome, receipt.message),
    )


def test_a_document_holds_no_one_elses_data(tmp_path):
    with selling(tmp_path, AmazonShop()) as one:
        document = one.channel.render_tracking(12, [parcel()])

    assert ("web/tracking-000012", True, "application/json") == (document.name, document.kept, document.media_type)
    (package,) = json.loads(document.content)["tracking"]
    names = {"key", "order", "reference", "replaces", "carrier", "carrier_name", "method", "number", "shipped_at"}
    assert names | {"lines"} == set(package)
