from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from orderctl.channels.woocommerce import WooCommerce
from orderctl.core.effects import Cancellation, CancelledLine, Document, StockLevel, Tracking, TrackingLine
from tests.channels.http_contract import a_package
from tests.channels.test_woocommerce import running
from tests.channels.woocommerce_shop import WooShop, a_product, a_woo_line, a_woo_order, refusal
from tests.partner import Reply

WAYS = ["fulfillments", "shipment-tracking", "note"]
MUG, LAMP = TrackingLine("11", "MUG", 2), TrackingLine("12", "LAMP", 1)


def two_lines(**fields: Any) -> dict[str, Any]:
    return a_woo_order(1, line_items=[a_woo_line(11), a_woo_line(12, sku="LAMP", quantity=1)], **fields)


def a_site(way: str, *orders: dict[str, Any]) -> WooShop:
    return WooShop(orders or [two_lines()], features=[way])


def parcel(number: str, *lines: TrackingLine, carrier: str = "UPS") -> Tracking:
    page = f"https://follow.example/{number}"
    return replace(a_package("1", "1", lines[0], carrier), tracking_number=number, lines=lines, url=page)


def told(channel: WooCommerce, *parcels: Tracking) -> list[str]:
    return [channel.deliver(channel.render_tracking(1, [one]), "key-1").outcome for one in parcels]


def status_after(tmp_path, shop: WooShop, *parcels: Tracking, **settings: Any) -> str:
    with running(shop, tmp_path, **settings) as (channel, _):
        assert ["accepted"] * len(parcels) == told(channel, *parcels)
    return str(shop.orders[1]["status"])


@pytest.mark.parametrize("way", WAYS)
def test_a_part_leaves_the_order_as_it_is_and_the_last_parcel_completes_it(tmp_path, way):
    shop = a_site(way)

    assert "processing" == status_after(tmp_path, shop, parcel("1Z1", TrackingLine("11", "MUG", 1)))
    assert "processing" == status_after(tmp_path, shop, parcel("1Z2", TrackingLine("11", "MUG", 1)))
    assert "completed" == status_after(tmp_path, shop, parcel("1Z3", LAMP))
    assert 3 == len(shop.shipped)


@pytest.mark.parametrize("way", WAYS)
def test_units_that_were_refunded_are_not_waited_for(tmp_path, way):
    shop = a_site(way, two_lines(refunds=[{"id": 5, "total": "-20.00"}]))
    item = {"quantity": -1, "total": "-20.00", "meta_data": [{"key": "_refunded_item_id", "value": "12"}]}
    shop.refunds[1] = [{"id": 5, "amount": "20.00", "line_items": [item]}]

    assert "completed" == status_after(tmp_path, shop, parcel("1Z1", MUG))


@pytest.mark.parametrize("status", ["cancelled", "refunded", "on-hold"])
def test_an_order_that_waits_for_something_else_keeps_its_status(tmp_path, status):
    shop = a_site("fulfillments", two_lines(status=status))

    assert status == status_after(tmp_path, shop, parcel("1Z1", MUG, LAMP))


def test_an_order_is_left_to_the_shop_when_so_configured_or_gets_its_own_status(tmp_path):
    assert "processing" == status_after(tmp_path, a_site("note"), parcel("1Z1", MUG, LAMP), complete=False)
    assert "shipped" == status_after(tmp_path, a_site("note"), parcel("1Z1", MUG, LAMP), complete_status="shipped")


def test_a_fulfillment_names_its_lines_and_how_to_follow_it(tmp_path):
    shop = a_site("fulfillments")
    status_after(tmp_path, shop, parcel("1Z 9", MUG))
    written = {one["key"]: one["value"] for one in shop.parcels[1][0]["meta_data"]}

    assert {
        "_items": [{"item_id": 11, "qty": 2}],
        "_tracking_number": "1Z 9",
        "_shipment_provider": "ups",
        "_tracking_url": "https://follow.example/1Z 9",
        "_orderctl_reference": "WEB-1-1",
    } == written


def test_lines_that_join_a_parcel_later_are_told_alone_under_its_number(tmp_path):
    shop = a_site("fulfillments")

    assert "completed" == status_after(tmp_path, shop, parcel("1Z1", MUG), parcel("1Z1", MUG, LAMP))
    assert [[{"item_id": 11, "qty": 2}], [{"item_id": 12, "qty": 1}]] == [
        row["meta_data"][0]["value"] for row in shop.parcels[1]
    ]


def test_a_fulfillment_that_was_taken_back_is_told_anew(tmp_path):
    shop = a_site("fulfillments")
    with running(shop, tmp_path) as (channel, _):
        told(channel, parcel("1Z1", MUG))
        shop.parcels[1][0]["date_deleted"] = "2026-11-20T09:00:00"
        told(channel, parcel("1Z1", MUG))

    assert 2 == len(shop.shipped)


@pytest.mark.parametrize(
    ("carrier", "settings", "expected"),
    [
        ("usps", {}, {"tracking_provider": "USPS"}),
        ("DHL", {}, {"custom_tracking_provider": "DHL"}),
        ("DHL", {"carriers": {"dhl": "DHL Intraship (DE)"}}, {"tracking_provider": "DHL Intraship (DE)"}),
        ("Bike & Co", {}, {"custom_tracking_provider": "Bike & Co"}),
        ("", {}, {"custom_tracking_provider": "Other"}),
    ],
)
def test_the_extension_gets_a_provider_it_knows_or_one_of_our_own(tmp_path, carrier, settings, expected):
    shop = a_site("shipment-tracking")
    status_after(tmp_path, shop, parcel("A1", MUG, carrier=carrier), **settings)
    row = shop.parcels[1][0]

    assert expected == {name: row[name] for name in row if name.endswith("provider")}
    assert ("A1", "2026-11-20") == (row["tracking_number"], row["date_shipped"])


def test_a_note_says_where_the_parcel_is_and_lines_stand_in_our_own_meta(tmp_path):
    shop = a_site("note")
    status_after(tmp_path, shop, parcel("1Z1", MUG), note="{carrier} bringt es.")

    assert ["UPS bringt es. 1Z1"] == shop.notes
    assert '{"1Z1":{"11":2}}' == shop.orders[1]["meta_data"][0]["value"]


def test_a_parcel_for_an_order_that_is_gone_is_refused_in_the_words_of_the_shop(tmp_path):
    with running(WooShop(), tmp_path) as (channel, _):
        receipt = channel.deliver(channel.render_tracking(1, [parcel("1Z1", MUG)]), "key-1")

    assert "refused" == receipt.outcome
    assert "woocommerce_rest_order_invalid_id" in receipt.message


def test_a_parcel_that_is_there_is_not_sent_again_when_completing_fails(tmp_path):
    shop = a_site("fulfillments")
    answer, failing = shop.as_it_is, [Reply(500)] * 5
    shop.says = lambda asked: failing.pop() if asked.method == "PUT" and failing else answer(asked)
    with running(shop, tmp_path) as (channel, _):
        document = channel.render_tracking(1, [parcel("1Z1", MUG, LAMP)])
        first = channel.deliver(document, "key-1")
        found = channel.recover(document, "key-1")

    assert ("uncertain", "accepted") == (first.outcome, found.outcome)
    assert (1, "completed") == (len(shop.shipped), shop.orders[1]["status"])


def cancellation(channel: WooCommerce, *lines: CancelledLine) -> Document:
    return channel.render_cancellations(1, [Cancellation("key-1", "web", "1", "1", "customer", lines)])


def test_a_whole_order_is_cancelled_once(tmp_path):
    shop = a_site("note")
    with running(shop, tmp_path) as (channel, _):
        document = cancellation(channel, CancelledLine("11", "MUG", 2), CancelledLine("12", "LAMP", 1))
        outcomes = [channel.recover(document, "key-1").outcome]
        outcomes += [channel.deliver(document, "key-1").outcome for _ in range(2)]
        outcomes += [channel.recover(document, "key-1").outcome]

    assert ["absent", "accepted", "accepted", "accepted"] == outcomes
    assert [("PUT", "/wc/v3/orders/1", {"status": "cancelled"})] == shop.written


def test_a_part_of_an_order_cannot_be_cancelled_and_says_what_to_do(tmp_path):
    with running(a_site("note"), tmp_path) as (channel, _):
        receipt = channel.deliver(cancellation(channel, CancelledLine("11", "MUG", 1)), "key-1")

    assert "refused" == receipt.outcome
    assert "refund its units in the shop" in receipt.message


def stocked(tmp_path, shop: WooShop, **units: int) -> tuple[str, dict[str, str]]:
    """The outcome of telling these levels, and that of each SKU that went another way."""
    with running(shop, tmp_path) as (channel, _):
        document = channel.render_stock(1, [StockLevel(sku, quantity) for sku, quantity in units.items()])
        receipt = channel.deliver(document, "key-1")
        assert channel.recover(document, "key-1").outcome in {"accepted", "absent"}
    return receipt.outcome, {sku: one.outcome for sku, one in receipt.each.items()}


def a_catalogue(*products: dict[str, Any]) -> WooShop:
    shop = WooShop()
    shop.products = [a_product(), *products]
    return shop


def quantities(shop: WooShop) -> dict[int, Any]:
    return {one["id"]: one["stock_quantity"] for one in shop.products}


def test_products_and_variations_get_their_numbers_in_batches(tmp_path):
    shop = a_catalogue(
        a_product(8, "VASE", type="variable", manage_stock=False, stock_quantity=None),
        a_product(81, "VASE-S", type="variation", parent_id=8),
        a_product(82, "VASE-L", type="variation", parent_id=8, manage_stock=False, stock_quantity=None),
    )

    assert ("accepted", {}) == stocked(tmp_path, shop, **{"MUG": 9, "VASE-S": 0, "VASE-L": 4})
    assert {7: 9, 8: None, 81: 0, 82: 4} == quantities(shop)
    assert ["/wc/v3/products/batch", "/wc/v3/products/8/variations/batch"] == [route for _, route, _ in shop.written]
    assert {"id": 82, "manage_stock": True, "stock_quantity": 4} in shop.written[1][2]["update"]


def test_a_variation_without_stock_of_its_own_is_written_at_its_parent_once(tmp_path):
    shop = a_catalogue(
        a_product(8, "VASE", type="variable"),
        a_product(81, "VASE-S", type="variation", parent_id=8, manage_stock="parent"),
        a_product(82, "VASE-L", type="variation", parent_id=8, manage_stock="parent"),
    )

    assert ("accepted", {"VASE-L": "refused"}) == stocked(tmp_path, shop, **{"VASE-S": 5, "VASE-L": 6})
    assert 5 == quantities(shop)[8]


def test_a_sku_is_compared_letter_by_letter_and_two_products_with_it_are_refused(tmp_path):
    shop = a_catalogue(a_product(8, "mug"), a_product(9, "LAMP"), a_product(10, "LAMP"))

    assert ("accepted", {"LAMP": "refused", "GONE": "refused"}) == stocked(tmp_path, shop, MUG=9, LAMP=1, GONE=1)
    assert {7: 9, 8: 3, 9: 3, 10: 3} == quantities(shop)


def test_each_item_of_a_batch_is_judged_alone(tmp_path):
    shop = a_catalogue(a_product(8, "LAMP"))
    answer = shop.stocked
    shop.stocks = lambda row: answer({**row, "id": 999}) | {"id": 8} if row["id"] == 8 else answer(row)

    assert ("accepted", {"LAMP": "refused"}) == stocked(tmp_path, shop, MUG=9, LAMP=1)


def test_numbers_that_the_shop_has_already_are_not_written(tmp_path):
    shop = a_catalogue()

    assert ("accepted", {}) == stocked(tmp_path, shop, MUG=3)
    assert [] == shop.written


def test_251_skus_take_three_batches_on_sites_that_take_lists_of_skus_or_not(tmp_path):
    for knows in (True, False):
        shop = WooShop()
        shop.products = [a_product(1000 + at, f"SKU-{at}") for at in range(251)]
        shop.knows_lists_of_skus = knows

        assert ("accepted", {}) == stocked(tmp_path, shop, **{f"SKU-{at}": at + 10 for at in range(251)})
        assert [100, 100, 51] == [len(body["update"]) for _, _, body in shop.written]


def test_a_batch_that_fails_stays_due_and_the_others_count(tmp_path):
    shop = a_catalogue(a_product(81, "VASE-S", type="variation", parent_id=8))
    answer = shop.as_it_is
    shop.says = lambda asked: (
        refusal(404, "woocommerce_rest_product_invalid_id", "Invalid ID.")
        if asked.path.endswith("/8/variations/batch")
        else answer(asked)
    )

    assert ("accepted", {"VASE-S": "refused"}) == stocked(tmp_path, shop, **{"MUG": 9, "VASE-S": 1})
    assert 9 == quantities(shop)[7]


def test_what_nobody_sells_there_is_refused_as_a_whole(tmp_path):
    assert ("refused", {"GONE": "refused"}) == stocked(tmp_path, WooShop(), GONE=1)
