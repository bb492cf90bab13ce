from __future__ import annotations

import copy
import json
from typing import Any

import pytest

from orderctl.channels.amazon_orders import Terms, order_row
from orderctl.core.errors import RecordError
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Address, Order
from tests.channels.amazon_fake import address, an_amazon_order, an_item, at, proceeds, usd

USD = Terms("USD")


def read(value: Any, terms: Terms = USD) -> Order:
    return order_from_json(order_row(json.loads(json.dumps(value)), terms), channel="amz")


def test_an_order_to_ship():
    order = read(an_amazon_order(7))

    assert ("7", "7", "amz") == (order.channel_order_id, order.number, order.channel)
    assert (at(6), at(7)) == (order.placed_at, order.updated_at)
    assert ("paid", "merchant", "b2c", "online") == (order.payment, order.fulfilled_by, order.type, order.source)
    assert ("STANDARD", "2026-11-23T07:59:59Z", "2026-11-28T07:59:59Z") == (
        *(order.requested_service, order.ship_by, order.deliver_by),
    )
    assert (
        Address("Ana Diaz", "", "1 Main St", "", "", "Boston", "MA", "02108", "US", "+1 617 555 0100") == order.ship_to
    )
    assert ("Ana Diaz", "a1b2@marketplace.amazon.com") == (order.customer.name, order.customer.email)
    assert [("71", "MUG", 2, 2000)] == [(line.id, line.sku, line.quantity, line.amount_minor) for line in order.lines]
    assert (2000, "USD") == (order.total_minor, order.currency)
    assert {
        "marketplace": "ATVPDKIKX0DER",
        "marketplace_name": "Amazon.com",
        "address_type": "residential",
    } == order.attributes


def pending(status: str = "PENDING", **changes: Any) -> dict[str, Any]:
    """An order before it is paid for: nothing of the buyer, no prices."""
    item = an_item()
    del item["proceeds"], item["product"]["price"]
    order = an_amazon_order(1, item, status=status) | changes
    for block in ("buyer", "recipient", "proceeds"):
        del order[block]
    return order


@pytest.mark.parametrize("status", ["PENDING", "PENDING_AVAILABILITY"])
def test_a_pending_order_is_kept_without_address_and_prices(status):
    order = read(pending(status))

    assert ("pending", None, 0) == (order.payment, order.ship_to, order.total_minor)
    assert [2] == [line.quantity for line in order.lines]
    assert "address_not_permitted" not in order.attributes


def test_a_pending_order_whose_units_are_counted_nowhere_has_them_all():
    order = pending()
    order["orderItems"][0]["fulfillment"] = {"quantityFulfilled": 0, "quantityUnfulfilled": 0}

    assert [2] == [line.quantity for line in read(order).lines]


@pytest.mark.parametrize(
    ("marketplace", "currency"), [("A1PA6795UKMFR9", "EUR"), ("A1VC38T7YXB528", "JPY"), ("A9NEWMARKET", "SEK")]
)
def test_an_order_without_prices_has_the_currency_of_its_marketplace(marketplace, currency):
    order = pending(salesChannel={"channelName": "AMAZON", "marketplaceId": marketplace})

    assert currency == read(order, Terms("SEK")).currency


def test_an_order_that_amazon_ships_is_the_channels():
    order = an_amazon_order()
    order["fulfillment"]["fulfilledBy"] = "AMAZON"
    del order["recipient"]
    found = read(order)

    assert ("channel", {"channel"}) == (found.fulfilled_by, {line.fulfilled_by for line in found.lines})
    assert "address_not_permitted" not in found.attributes


def test_an_open_order_without_an_address_says_that_it_was_not_permitted():
    order = an_amazon_order()
    order["recipient"] = {"deliveryAddress": {"city": "Boston", "postalCode": "02108", "countryCode": "US"}}
    found = read(order)

    assert None is found.ship_to
    assert "yes" == found.attributes["address_not_permitted"]


def test_an_echo_of_multi_channel_fulfillment_is_refused():
    with pytest.raises(RecordError, match="NON_AMAZON") as caught:
        read(an_amazon_order(salesChannel={"channelName": "NON_AMAZON"}))

    assert "salesChannel.channelName" == caught.value.field


def test_a_cancelled_order_was_cancelled_when_it_changed_last():
    order = read(an_amazon_order(9, status="CANCELLED"))

    assert (at(9), "voided", False) == (order.cancelled_at, order.payment, order.cancel_requested)


def test_units_that_are_neither_shipped_nor_to_be_shipped_were_cancelled():
    item = an_item(quantity=5, fulfillment={"quantityFulfilled": 2, "quantityUnfulfilled": 1})
    order = an_amazon_order(1, item, status="PARTIALLY_SHIPPED")

    assert [3] == [line.quantity for line in read(order).lines]
    assert [5] == [line.quantity for line in read(order, Terms("USD", count_cancelled=False)).lines]


def test_a_line_that_is_wholly_shipped_on_amazon_needs_nobody():
    """Somebody confirmed it in Seller Central: it must not leave a second time."""
    shipped = an_item("11", fulfillment={"quantityFulfilled": 2, "quantityUnfulfilled": 0})
    order = read(an_amazon_order(1, shipped, an_item("12"), status="PARTIALLY_SHIPPED"))

    assert ["channel", "merchant"] == [line.fulfilled_by for line in order.lines]
    assert "merchant" == order.fulfilled_by


@pytest.mark.parametrize(
    ("cancellation", "asked"),
    [
        ({"cancellationRequest": {"requester": "BUYER", "cancelReason": "x"}}, True),
        (
            {"cancellationRequest": {"requester": "BUYER"}, "cancellationExecution": {"cancelledBy": "MERCHANT"}},
            False,
        ),
        ({}, False),
    ],
)
def test_a_buyer_who_asks_to_cancel(cancellation, asked):
    assert asked == read(an_amazon_order(1, an_item("11"), an_item("12", cancellation=cancellation))).cancel_requested


def test_a_replacement_is_free_and_names_what_it_replaces():
    free = an_item(proceeds={"breakdowns": proceeds(ITEM="0.00")})
    free["product"]["price"] = {"unitPrice": usd("0.00")}
    related = [{"orderId": "111-1", "associationType": "REPLACEMENT_ORIGINAL_ID"}]
    order = read(an_amazon_order(1, free, associatedOrders=related, programs=["AMAZON_BUSINESS"]))

    assert ("replacement", 0, "111-1") == (order.type, order.total_minor, order.attributes["replaces"])


def test_an_order_of_a_business():
    buyer = {"buyerName": "Ana", "buyerCompanyName": "Diaz LLC", "buyerPurchaseOrderNumber": "PO-7"}
    order = read(an_amazon_order(1, programs=["PRIME", "AMAZON_BUSINESS"], buyer=buyer))

    assert ("b2b", "PO-7", "business", "Diaz LLC") == (
        *(order.type, order.po_number, order.customer.type, order.attributes["company"]),
    )
    assert ("PRIME", "AMAZON_BUSINESS") == order.tags


def test_a_business_price_makes_it_an_order_of_a_business():
    item = an_item()
    item["product"]["price"]["priceDesignation"] = "BUSINESS_PRICE"

    assert "b2b" == read(an_amazon_order(1, item)).type


def test_what_has_to_be_so_on_delivery_is_an_attribute_of_the_order_and_a_tag_of_the_line():
    constraints = {"signatureConfirmation": "MANDATORY", "recipientAgeVerification": "MANDATORY"}
    shipping = {"shippingConstraints": constraints, "internationalShipping": {"iossNumber": "IM123"}}
    strict = an_item("12", programs=["TRANSPARENCY"])
    strict["fulfillment"]["shipping"] = shipping
    order = read(an_amazon_order(1, an_item("11"), strict))

    assert {"signature_confirmation": "mandatory", "age_verification": "mandatory", "ioss": "IM123"}.items() <= (
        order.attributes.items()
    )
    assert [(), ("TRANSPARENCY", "signature_confirmation", "age_verification")] == [line.tags for line in order.lines]


def test_cash_on_delivery_is_paid_on_terms():
    item = an_item()
    item["fulfillment"]["shipping"] = {"shippingConstraints": {"cashOnDelivery": "MANDATORY"}}
    order = read(an_amazon_order(1, item))

    assert ("on_terms", "cash on delivery") == (order.payment, order.payment_terms)


def test_an_address_without_city_or_region():
    """In Japan and China parts may be missing."""
    there = {"name": "Ana", "addressLine1": "1-2-3", "municipality": "Minato", "countryCode": "JP"}
    order = read(an_amazon_order(1, recipient={"deliveryAddress": there}))

    assert order.ship_to is not None
    assert ("Minato", "", "JP") == (order.ship_to.city, order.ship_to.region, order.ship_to.country)


def test_a_brazilian_address_has_its_number_and_quarter():
    fields = {"streetName": "Avenida Paulista", "streetNumber": "1000", "complement": "Sala 3", "neighborhood": "Bela"}
    there = address(addressLine1="", extendedFields=fields, countryCode="BR")
    order = read(an_amazon_order(1, recipient={"deliveryAddress": there}))

    assert order.ship_to is not None
    assert ("Avenida Paulista, 1000", "Sala 3", "Bela") == (
        *(order.ship_to.line1, order.ship_to.line2, order.ship_to.line3),
    )


def test_a_pick_up_in_a_store_goes_to_the_store():
    store = address(name="Corner Store", addressType="PICKUP_POINT")
    order = read(an_amazon_order(1, programs=["IN_STORE_PICK_UP"], recipient={"deliveryAddress": store}))

    assert order.ship_to is not None
    assert ("Corner Store", ("IN_STORE_PICK_UP",), "pickup_point") == (
        *(order.ship_to.name, order.tags, order.attributes["address_type"]),
    )


def test_wishes_for_the_delivery_are_the_note():
    wishes = {"dropOffLocation": "Front desk", "addressInstruction": "ring twice"}
    order = read(an_amazon_order(1, recipient={"deliveryAddress": address(), "deliveryPreference": wishes}))

    assert "Front desk; ring twice" == order.note


def test_the_invoice_address_and_tax_number_of_the_buyer():
    registered = {
        "entityType": "BUYER",
        "taxRegistrationNumber": "TR12",
        "taxRegistrationAddress": address(city="Izmir"),
    }
    facilitated = an_item(tax={"taxCollections": [{"model": "MARKETPLACE_FACILITATOR"}]})
    order = read(an_amazon_order(1, facilitated, tax={"taxRegistrations": [registered]}))

    assert order.bill_to is not None
    assert ("Izmir", "TR12", "MARKETPLACE_FACILITATOR") == (
        *(order.bill_to.city, order.attributes["tax_id"], order.attributes["tax_model"]),
    )


def test_other_numbers_of_the_order_and_what_is_made_to_order():
    item = an_item(measurement={"unit": "KILOGRAMS", "value": 2})
    item["product"]["customization"] = {"customizedUrl": "https://zme-caps.example/t/1"}
    order = read(an_amazon_order(1, item, orderAliases=[{"aliasId": "X-1", "aliasType": "SELLER_ORDER_ID"}]))

    assert "X-1" == order.attributes["seller_order_id"]
    assert ("https://zme-caps.example/t/1", "2 KILOGRAMS", "B0EXAMPLE01") == (
        *(order.lines[0].attributes[name] for name in ("customization", "measurement", "asin")),
    )


def test_an_order_as_get_order_sends_it():
    assert read(an_amazon_order()) == read({"order": an_amazon_order()})


def without(order: dict[str, Any], path: str) -> dict[str, Any]:
    """`order` without what stands at `path`."""
    changed: Any = copy.deepcopy(order)
    *way, last = path.split(".")
    place = changed
    for name in way:
        place = place[int(name)] if name.isdigit() else place[name]
    del place[last]
    return changed  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("orderId", "orderId"),
        ("createdTime", "createdTime"),
        ("lastUpdatedTime", "lastUpdatedTime"),
        ("orderItems", "orderItems"),
        ("fulfillment", "fulfillment.fulfillmentStatus"),
        ("fulfillment.fulfilledBy", "fulfillment.fulfilledBy"),
        ("orderItems.0.orderItemId", "orderItems[1].orderItemId"),
        ("orderItems.0.quantityOrdered", "orderItems[1].quantityOrdered"),
    ],
)
def test_what_has_to_be_there_is_missed_by_its_name(path, field):
    with pytest.raises(RecordError) as caught:
        read(without(an_amazon_order(), path))

    assert field == caught.value.field


@pytest.mark.parametrize(
    "path",
    [
        *("buyer", "recipient", "proceeds", "salesChannel.marketplaceId", "fulfillment.shipByWindow"),
        *("fulfillment.deliverByWindow.latestDateTime", "fulfillment.fulfillmentServiceLevel"),
        *("orderItems.0.product", "orderItems.0.proceeds", "orderItems.0.fulfillment", "orderItems.0.product.price"),
        *("recipient.deliveryAddress.phone", "recipient.deliveryAddress.stateOrRegion", "salesChannel"),
    ],
)
def test_what_may_be_missing_is_not_missed(path):
    assert "1" == read(without(an_amazon_order(), path)).number


@pytest.mark.parametrize("quantity", [-1, 1.5, True, "3", "3.0", 10**30])
def test_a_quantity_that_is_none_is_refused(quantity):
    with pytest.raises(RecordError):
        read(an_amazon_order(1, an_item() | {"quantityOrdered": quantity}))


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("fulfillmentStatus", "Shipped"), ("fulfillmentStatus", 7), ("fulfilledBy", "SellerFulfilled")),
    ],
)
def test_a_word_that_is_not_known_is_refused(field, value):
    order = an_amazon_order()
    order["fulfillment"][field] = value
    with pytest.raises(RecordError) as caught:
        read(order)

    assert f"fulfillment.{field}" == caught.value.field


def test_two_lines_may_have_one_sku_but_not_one_id():
    assert ["MUG", "MUG"] == [line.sku for line in read(an_amazon_order(1, an_item("1"), an_item("2"))).lines]
    with pytest.raises(RecordError):
        read(an_amazon_order(1, an_item("1"), an_item("1")))
