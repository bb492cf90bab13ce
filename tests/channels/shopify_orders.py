"""Made-up Shopify orders, with everything an order has."""

from __future__ import annotations

from typing import Any

from tests.channels.shopify_graphql import connection

Row = dict[str, Any]
LINE, PLACE, ORDER = "gid://shopify/LineItem/", "gid://shopify/FulfillmentOrder/", "gid://shopify/Order/"
LOCATION = "gid://shopify/Location/"


def at(number: int) -> str:
    """The moment at which order `number` changed last, one a second."""
    minutes, seconds = divmod(number, 60)
    hours, minutes = divmod(minutes, 60)
    return f"2026-11-20T{hours:02}:{minutes:02}:{seconds:02}Z"


def money(amount: str, currency: str = "USD", shown: str = "", shown_in: str = "") -> Row:
    """A money bag; the customer sees the same unless said otherwise."""
    return {
        "shopMoney": {"amount": amount, "currencyCode": currency},
        "presentmentMoney": {"amount": shown or amount, "currencyCode": shown_in or currency},
    }


def an_address(**changes: Any) -> Row:
    return {
        "firstName": "Ana",
        "lastName": "Diaz",
        "name": "Ana Diaz",
        "company": None,
        "address1": "1 Main St",
        "address2": "",
        "city": "New York",
        "province": "New York",
        "provinceCode": "NY",
        "zip": "10001",
        "countryCodeV2": "US",
        "phone": None,
        **changes,
    }


def a_customer() -> Row:
    """Who bought for the third time."""
    return {
        "id": "gid://shopify/Customer/9",
        "firstName": "Ana",
        "lastName": "Diaz",
        "tags": ["vip"],
        "numberOfOrders": "3",
        "amountSpent": {"amount": "81.0", "currencyCode": "USD"},
        "defaultEmailAddress": {"emailAddress": "ana@example.com"},
        "defaultPhoneNumber": None,
    }


def a_line(number: int = 11, units: int = 2, **changes: Any) -> Row:
    """A line of `units` at 10.00 each."""
    return {
        "id": f"{LINE}{number}",
        "name": "Mug - blue",
        "sku": "MUG",
        "quantity": units,
        "currentQuantity": units,
        "unfulfilledQuantity": units,
        "requiresShipping": True,
        "isGiftCard": False,
        "originalUnitPriceSet": money("10.0"),
        "discountedUnitPriceAfterAllDiscountsSet": money("10.0"),
        "taxLines": [],
        "customAttributes": [],
        "lineItemGroup": None,
        **changes,
    }


def a_place(number: int, units: dict[int, int], location: int = 101, method: str = "SHIPPING", **changes: Any) -> Row:
    """A fulfillment order of `units` (line number -> units)."""
    rows = [
        {
            "id": f"gid://shopify/FulfillmentOrderLineItem/{number}0{line}",
            "totalQuantity": quantity,
            "remainingQuantity": quantity,
            "lineItem": {"id": f"{LINE}{line}"},
        }
        for line, quantity in units.items()
    ]
    return {
        "id": f"{PLACE}{number}",
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "fulfillBy": None,
        "assignedLocation": {"location": {"id": f"{LOCATION}{location}"}},
        "deliveryMethod": {"methodType": method, "maxDeliveryDateTime": None},
        "fulfillmentHolds": [],
        "supportedActions": [{"action": "CREATE_FULFILLMENT"}, {"action": "HOLD"}],
        "lineItems": connection(rows),
        "rows": rows,
        **changes,
    }


def a_shopify_order(number: int = 1, *lines: Row, places: list[Row] | None = None, **changes: Any) -> Row:
    """A paid order of two mugs at 20.00, 5.00 of shipping and 2.00 of tax, to be sent from one place."""
    bought = list(lines) or [a_line(10 * number + 1)]
    units = {int(line["id"].rpartition("/")[2]): line["currentQuantity"] for line in bought}
    places = [a_place(number, units)] if places is None else places
    order: Row = {
        "id": f"{ORDER}{number}",
        "name": str(number),
        "createdAt": at(number),
        "processedAt": at(number),
        "updatedAt": at(number),
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "edited": False,
        "currencyCode": "USD",
        "presentmentCurrencyCode": "USD",
        "taxesIncluded": False,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "fullyPaid": True,
        "sourceName": "web",
        "sourceIdentifier": None,
        "retailLocation": None,
        "note": None,
        "tags": [],
        "poNumber": None,
        "discountCodes": [],
        "customAttributes": [],
        "risk": {"recommendation": "ACCEPT", "assessments": [{"riskLevel": "LOW"}]},
        "currentSubtotalPriceSet": money("20.0"),
        "currentShippingPriceSet": money("5.0"),
        "currentTotalTaxSet": money("2.0"),
        "currentTotalPriceSet": money("27.0"),
        "currentTotalDutiesSet": None,
        "currentTotalAdditionalFeesSet": None,
        "totalTipReceivedSet": money("0.0"),
        "totalOutstandingSet": money("0.0"),
        "shippingLines": connection([{"title": "Standard", "isRemoved": False}]),
        "email": "ana@example.com",
        "phone": None,
        "customer": a_customer(),
        "shippingAddress": an_address(),
        "billingAddress": an_address(),
        "lineItems": connection(bought),
        "lines": bought,
        "fulfillmentOrders": connection(places),
        "places": places,
        "fulfillments_": [],
        "fulfillments": lambda first: order["fulfillments_"][:first],
        "refunds_": [],
        "refunds": lambda first: [_refund(order, one) for one in order["refunds_"]][:first],
        "transactions_": [],
        "transactions": lambda first: order["transactions_"][:first],
        **changes,
    }
    return order


def _refund(order: Row, stated: Row) -> Row:
    """A refund with everything a refund has; one that says nothing of money has paid nothing back."""
    rows = [
        {"subtotalSet": money("0.0"), "totalTaxSet": money("0.0"), **row}
        for row in stated.get("refundLineItems", connection([]))(first=100)["nodes"]
    ]
    before = {
        "totalPriceSet": money("27.0"),
        "totalTaxSet": money("2.0"),
        "totalShippingPriceSet": money("5.0"),
        "totalDiscountsSet": money("0.0"),
    }
    return {
        "id": "gid://shopify/Refund/1",
        "processedAt": order["updatedAt"],
        "totalRefundedSet": money("0.0"),
        "refundShippingLines": connection([]),
        "order": before,
        **stated,
        "refundLineItems": connection(rows),
    }


def as_sent(order: Row) -> Row:
    """`order` as the list of orders brings it: its lists as one page."""
    sent = {name: value for name, value in order.items() if not callable(value)}
    for name in ("lines", "places", "fulfillments_", "refunds_", "transactions_"):
        sent.pop(name)
    sent["transactions"] = order["transactions"](first=10)
    sent["shippingLines"] = {"nodes": order["shippingLines"](first=5)["nodes"]}
    sent["lineItems"] = order["lineItems"](first=50)
    page = order["fulfillmentOrders"](first=5)
    rows = [
        {name: value for name, value in one.items() if name != "rows"} | {"lineItems": one["lineItems"](first=50)}
        for one in page["nodes"]
    ]
    sent["fulfillmentOrders"] = page | {"nodes": rows}
    return sent
