"""eBay as far as the adapter asks it: orders in windows paged by offset, fulfillments, cancellations, quantities.

Everything here is made up. `changes` lets something happen between two pages.
"""

from __future__ import annotations

import base64
import copy
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, urlsplit

from orderctl.core import times
from tests.partner import Asked, Reply, saying

FIRST_CHANGE = "2026-11-19T00:00:00Z"
LINE = "10090000080001"


def money(value: str, currency: str = "USD") -> dict[str, str]:
    return {"value": value, "currency": currency}


def an_ebay_line(identity: str = LINE, sku: str | None = "MUG", quantity: Any = 2, cost: str = "40.0", **more: Any):
    """One line item; a value of None leaves the key out."""
    line: dict[str, Any] = {
        "lineItemId": identity,
        "legacyItemId": "360000000001",
        "sku": sku,
        "title": "Mug",
        "lineItemCost": money(cost),
        "quantity": quantity,
        "soldFormat": "FIXED_PRICE",
        "listingMarketplaceId": "EBAY_US",
        "purchaseMarketplaceId": "EBAY_US",
        "lineItemFulfillmentStatus": "NOT_STARTED",
        "total": money(cost),
        "deliveryCost": {"shippingCost": money("0.0")},
        "appliedPromotions": [],
        "taxes": [],
        "lineItemFulfillmentInstructions": {"shipByDate": "2026-11-23T06:59:59.000Z", "guaranteedDelivery": False},
    }
    return _changed(line, more)


def an_ebay_order(number: str = "1", changed_at: str = FIRST_CHANGE, **more: Any) -> dict[str, Any]:
    """An order of two mugs for 40.00 USD; a key of `more` replaces, None takes away."""
    at = changed_at.removesuffix("Z") + ".000Z"
    contact = {
        "fullName": "Ana Diaz",
        "contactAddress": {
            "addressLine1": "1 Main St",
            "addressLine2": "Apt 4",
            "city": "New York",
            "stateOrProvince": "NY",
            "postalCode": "10001",
            "countryCode": "US",
        },
        "primaryPhone": {"phoneNumber": "5550100100"},
        "email": "ana@members.ebay.example",
    }
    order: dict[str, Any] = {
        "orderId": number,
        "legacyOrderId": number,
        "creationDate": at,
        "lastModifiedDate": at,
        "orderFulfillmentStatus": "NOT_STARTED",
        "orderPaymentStatus": "PAID",
        "buyer": {"username": "ana_d", "buyerRegistrationAddress": copy.deepcopy(contact)},
        "pricingSummary": {"priceSubtotal": money("40.0"), "deliveryCost": money("0.0"), "total": money("40.0")},
        "cancelStatus": {"cancelState": "NONE_REQUESTED", "cancelRequests": []},
        "paymentSummary": {"totalDueSeller": money("35.1", "GBP"), "refunds": [], "payments": []},
        "fulfillmentStartInstructions": [
            {
                "fulfillmentInstructionsType": "SHIP_TO",
                "maxEstimatedDeliveryDate": "2026-11-28T07:00:00.000Z",
                "ebaySupportedFulfillment": False,
                "shippingStep": {"shipTo": contact, "shippingServiceCode": "UPSGround"},
            }
        ],
        "fulfillmentHrefs": [],
        "lineItems": [an_ebay_line()],
        "salesRecordReference": "900",
    }
    return _changed(order, more)


def _changed(value: dict[str, Any], more: dict[str, Any]) -> dict[str, Any]:
    return {name: one for name, one in (value | more).items() if one is not None}


def a_request(state: str = "REQUESTED", identity: str = "5000000003") -> dict[str, Any]:
    return {
        "cancelState": "IN_PROGRESS",
        "cancelRequests": [
            {"cancelRequestId": identity, "cancelRequestState": state, "cancelReason": "ORDER_PLACED_BY_MISTAKE"}
        ],
    }


def complaint(error: int, message: str, *fields: str, status: int = 400) -> Reply:
    parameters = [{"name": name, "value": "Ana Diaz"} for name in fields]
    errors = [{"errorId": error, "domain": "API_FULFILLMENT", "message": message, "parameters": parameters}]
    return saying({"errors": errors}, status)


class EbayShop:
    """Orders 1 to `orders`, each changed a second after the one before."""

    def __init__(self, orders: int = 0) -> None:
        numbers = range(1, orders + 1)
        self.orders = {str(n): an_ebay_order(str(n), times.later(FIRST_CHANGE, n)) for n in numbers}
        self.fulfillments: dict[str, list[dict[str, Any]]] = {}
        self.quantities: dict[str, int] = {}
        self.no_items: set[str] = set()
        self.disputes: list[dict[str, Any]] = []
        self.resolutions: dict[str, dict[str, Any]] = {}
        self.posts: list[tuple[str, Any]] = []
        self.booked: list[dict[str, Any]] = []
        self.needs_signature = False
        self.tokens = 0
        self.pages = 0
        self.forwarded = False  # whether lines are of the Global Shipping Program
        self.changes: Callable[[EbayShop], None] = lambda _shop: None

    @property
    def shipped(self) -> list[tuple[str, str]]:
        return [(order, one["shipmentTrackingNumber"]) for order, told in self.fulfillments.items() for one in told]

    def answer(self, asked: Asked) -> Reply:
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/identity/v1/oauth2/token":
            return self._token(asked)
        scheme = "IAF" if url.path.startswith("/post-order") else "Bearer"
        if asked.headers.get("authorization") != f"{scheme} access-{self.tokens}":
            return Reply(401)
        _, _, api, _, *path = (
            url.path.split("/") if url.path.startswith("/sell") else ["", "", "post", "", *url.path.split("/")[3:]]
        )
        body: Any = asked.value if asked.content else None
        other = {
            "inventory": lambda: self._stock(asked, body),
            "finances": lambda: self._finances(query),
            "post": lambda: self._cancellation(path, body),
        }
        if api in other:
            return other[api]()
        if path[0].startswith("payment_dispute"):
            return self._disputes(path, query)
        if len(path) == 1:
            return self._list(query)
        order = self.orders.get(path[1])
        if order is None:
            return complaint(32100, "Invalid Order Id", status=404)
        if len(path) == 2:
            return saying(order)
        if asked.method == "GET":
            told = self.fulfillments.get(path[1], [])
            return saying({"total": len(told), "fulfillments": told})
        return self._ship(path[1], order, body)

    def _token(self, asked: Asked) -> Reply:
        form = {name: values[0] for name, values in parse_qs(asked.content.decode()).items()}
        basic = "Basic " + base64.b64encode(b"app-1:cert-1").decode()
        if asked.headers.get("authorization") != basic:
            return saying({"error": "invalid_client", "error_description": "client authentication failed"}, 401)
        if form.get("refresh_token") != "v^1.1#i^1#refresh":
            said = "the provided authorization refresh token is invalid"
            return saying({"error": "invalid_grant", "error_description": said}, 400)
        self.tokens += 1
        return saying({"access_token": f"access-{self.tokens}", "expires_in": 7200, "token_type": "User Access Token"})

    def _list(self, query: dict[str, str]) -> Reply:
        limit, offset = int(query.get("limit", "50")), int(query.get("offset", "0"))
        assert query.get("filter", "lastmodifieddate:").startswith("lastmodifieddate:"), (
            "both dates: only creation counts"
        )
        first, _, last = query.get("filter", "[..]").partition("[")[2].rstrip("]").partition("..")
        asked = query["orderIds"].split(",") if "orderIds" in query else None  # then everything else is ignored
        window = sorted(
            (
                order
                for order in self.orders.values()
                if (first <= order["lastModifiedDate"] <= (last or "9") if asked is None else order["orderId"] in asked)
            ),
            key=lambda order: (order["creationDate"], int(order["orderId"])),
        )
        page = [self._as_listed(order) for order in window[offset : offset + limit]]
        answer = {
            "href": "https://api.ebay.com/",
            "total": len(window),
            "limit": limit,
            "offset": offset,
            "orders": page,
        }
        if offset + limit < len(window):
            answer["next"] = f"https://api.ebay.com/?offset={offset + limit}"
        self.pages += 1
        self.changes(self)
        return saying(answer)

    def _as_listed(self, order: dict[str, Any]) -> dict[str, Any]:
        """As the list shows an order: never with its cancellation requests."""
        status = order.get("cancelStatus")
        return order | {"cancelStatus": {**status, "cancelRequests": []}} if isinstance(status, dict) else order

    def _ship(self, number: str, order: dict[str, Any], body: dict[str, Any]) -> Reply:
        tracking = body.get("trackingNumber", "")
        if not (tracking.isalnum() or not tracking) or bool(tracking) != bool(body.get("shippingCarrierCode")):
            return complaint(32300, "Invalid shipment tracking number or carrier", "trackingNumber")
        known = {line["lineItemId"] for line in order["lineItems"]}
        if not known.issuperset(line["lineItemId"] for line in body["lineItems"]):
            return complaint(32200, "Invalid line item id", "lineItemId")
        if self.forwarded and len(body["lineItems"]) > 1:
            return complaint(34300, "Mark As Shipped for multiple Global Shipping Program line items is not supported")
        self.fulfillments.setdefault(number, []).append(
            {
                "fulfillmentId": tracking or "999",
                "shipmentTrackingNumber": tracking,
                "shippingCarrierCode": body.get("shippingCarrierCode", ""),
                "shippedDate": body.get("shippedDate", ""),
                "lineItems": body["lineItems"],
            }
        )
        told = [line["lineItemId"] for one in self.fulfillments[number] for line in one["lineItems"]]
        for line in order["lineItems"]:
            line["lineItemFulfillmentStatus"] = "FULFILLED" if line["lineItemId"] in told else "NOT_STARTED"
        location = f"https://api.ebay.com/sell/fulfillment/v1/order/{number}/shipping_fulfillment/{tracking or 999}"
        return Reply(201, b"{}", {"content-type": "application/json", "location": location})

    def _cancellation(self, path: list[str], body: Any) -> Reply:
        self.posts.append(("/".join(path), body))
        if path == ["cancellation"]:
            self.orders[body["legacyOrderId"]]["cancelStatus"] = {"cancelState": "CANCELED", "cancelRequests": []}
            return saying({"cancelId": "5000000009"})
        for order in self.orders.values():
            for request in order["cancelStatus"]["cancelRequests"]:
                if request["cancelRequestId"] == path[1]:
                    request["cancelRequestState"] = "COMPLETED" if path[2] == "approve" else "REJECTED"
                    order["cancelStatus"]["cancelState"] = "CANCELED" if path[2] == "approve" else "NONE_REQUESTED"
        return saying({})

    def _stock(self, asked: Asked, body: Any) -> Reply:
        if asked.method == "GET":
            return saying({"total": 0, "inventoryItems": []})
        rows = []
        for one in body["requests"]:
            sku = one["sku"]
            if sku in self.no_items:
                errors = [{"errorId": 25710, "message": "We didn't find the entity you are requesting"}]
                rows.append({"sku": sku, "statusCode": 404, "errors": errors})
            else:
                self.quantities[sku] = one["shipToLocationAvailability"]["quantity"]
                rows.append({"sku": sku, "statusCode": 200, "errors": [], "warnings": []})
        return saying({"responses": rows}, 200 if not self.no_items else 207)

    def _finances(self, query: dict[str, str]) -> Reply:
        if self.needs_signature:
            return complaint(215000, "Missing x-ebay-signature-key header", status=403)
        first, _, last = query.get("filter", "[..9]").partition("[")[2].rstrip("]").partition("..")
        within = sorted(
            (one for one in self.booked if first <= one["transactionDate"] <= last),
            key=lambda one: str(one["transactionDate"]),
            reverse=True,
        )
        if not within:
            return Reply(204, b"", {})
        limit, offset = int(query["limit"]), int(query.get("offset", "0"))
        answer: dict[str, Any] = {"total": len(within), "transactions": within[offset : offset + limit]}
        if offset + limit < len(within):
            answer["next"] = "https://apiz.ebay.com/"
        return saying(answer)

    def _disputes(self, path: list[str], query: dict[str, str]) -> Reply:
        if len(path) == 2:
            one = next(dispute for dispute in self.disputes if dispute["paymentDisputeId"] == path[1])
            return saying(one | {"resolution": self.resolutions.get(path[1], {})})
        limit, offset = int(query["limit"]), int(query.get("offset", "0"))
        page = self.disputes[offset : offset + limit]
        answer: dict[str, Any] = {"total": len(self.disputes), "paymentDisputeSummaries": page}
        if offset + limit < len(self.disputes):
            answer["next"] = "https://apiz.ebay.com/"
        return saying(answer)
