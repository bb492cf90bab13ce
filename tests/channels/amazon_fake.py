"""Amazon's Selling Partner API as far as the adapter asks it: orders that are listed and confirmed, and listings."""

from __future__ import annotations

import copy
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from orderctl.core import times
from tests.partner import Asked, Reply, saying

NOW = "2026-11-20T12:00:00Z"
US = "ATVPDKIKX0DER"
SELLER = "A2SELLER"


def at(number: int) -> str:
    """The moment at which order `number` changed, one a second."""
    return times.later("2026-11-20T06:00:00Z", number)


def usd(amount: str, currency: str = "USD") -> dict[str, str]:
    """An amount as Amazon states it."""
    return {"amount": amount, "currencyCode": currency}


def proceeds(**parts: str) -> list[dict[str, Any]]:
    """A breakdown: kind of proceeds = amount."""
    return [{"type": kind, "subtotal": usd(amount)} for kind, amount in parts.items()]


def an_item(item: str = "11", sku: str = "MUG", quantity: int = 2, **changes: Any) -> dict[str, Any]:
    """A line at 10.00 a unit, nothing of it shipped."""
    worth = usd(f"{10 * quantity}.00")
    return {
        "orderItemId": item,
        "quantityOrdered": quantity,
        "product": {"asin": "B0EXAMPLE01", "title": "Mug", "sellerSku": sku, "price": {"unitPrice": usd("10.00")}},
        "proceeds": {"proceedsTotal": worth, "breakdowns": proceeds(ITEM=worth["amount"])},
        "fulfillment": {"quantityFulfilled": 0, "quantityUnfulfilled": quantity},
    } | changes


def an_amazon_order(
    number: int = 1, *items: dict[str, Any], status: str = "UNSHIPPED", **changes: Any
) -> dict[str, Any]:
    """An order for the merchant to ship, with every block that a role permits."""
    bought = list(items) or [an_item(f"{number}1")]
    worth = sum(
        Decimal(row["subtotal"]["amount"]) for item in bought for row in item.get("proceeds", {}).get("breakdowns", ())
    )
    return {
        "orderId": str(number),
        "createdTime": at(number - 1),
        "lastUpdatedTime": at(number),
        "salesChannel": {"channelName": "AMAZON", "marketplaceId": US, "marketplaceName": "Amazon.com"},
        "buyer": {"buyerName": "Ana Diaz", "buyerEmail": "a1b2@marketplace.amazon.com"},
        "recipient": {"deliveryAddress": address()},
        "proceeds": {"grandTotal": usd(f"{worth:.2f}")},
        "fulfillment": {
            "fulfillmentStatus": status,
            "fulfilledBy": "MERCHANT",
            "fulfillmentServiceLevel": "STANDARD",
            "shipByWindow": {"earliestDateTime": at(0), "latestDateTime": "2026-11-23T07:59:59Z"},
            "deliverByWindow": {"earliestDateTime": at(0), "latestDateTime": "2026-11-28T07:59:59Z"},
        },
        "orderItems": bought,
    } | changes


def address(**changes: Any) -> dict[str, Any]:
    """Where order is to go."""
    return {
        "name": "Ana Diaz",
        "addressLine1": "1 Main St",
        "city": "Boston",
        "stateOrRegion": "MA",
        "postalCode": "02108",
        "countryCode": "US",
        "phone": "+1 617 555 0100",
        "addressType": "RESIDENTIAL",
    } | changes


def refusing(status: int, code: str, message: str) -> Reply:
    """An error as Amazon words it."""
    return saying({"errors": [{"code": code, "message": message, "details": ""}]}, status)


#: What an order leaves out where a data set was not asked for.
BLOCKS = {"buyer": "BUYER", "recipient": "RECIPIENT", "proceeds": "PROCEEDS", "packages": "PACKAGES"}


class AmazonShop:
    """One seller. `forbidden` are data sets that no role permits, `dead` tokens of pages that are no longer taken."""

    def __init__(self, orders: int = 0, page: int = 100) -> None:
        self.orders = {str(number): an_amazon_order(number) for number in range(1, orders + 1)}
        self.page = page
        self.forbidden: set[str] = set()
        self.dead: set[str] = set()
        self.lag_s = 120
        self.rate = "1000"
        self.now = NOW
        self.listings: dict[str, dict[str, Any]] = {}
        self.patches: list[tuple[str, Any]] = []
        self.confirmed: list[tuple[str, Any]] = []
        self.hidden_packages = False  # a confirmation is not shown yet
        self.transactions: list[dict[str, Any]] = []

    @property
    def shipped(self) -> list[tuple[str, str]]:
        return [(order, body["packageDetail"]["trackingNumber"]) for order, body in self.confirmed]

    def answer(self, asked: Asked) -> Reply:
        """What Amazon says."""
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        said = self._answer(asked, url.path, query)
        return Reply(said.status, said.body, {**said.headers, "x-amzn-RateLimit-Limit": self.rate})

    def _answer(self, asked: Asked, path: str, query: dict[str, str]) -> Reply:
        if path == "/auth/o2/token":
            return saying({"access_token": "Atza|token-1", "token_type": "bearer", "expires_in": 3600})
        if asked.headers.get("x-amz-access-token") != "Atza|token-1":
            return refusing(403, "Unauthorized", "Access to requested resource is denied.")
        name = unquote(path.rsplit("/", 2)[-2 if path.endswith("Confirmation") else -1])
        ways: dict[str, Callable[[], Reply]] = {
            "GET /orders/2026-01-01/orders": lambda: self.search(query),
            "GET /finances/2024-06-19/transactions": lambda: self.booked(query),
            f"GET /orders/2026-01-01/orders/{name}": lambda: self.order(name, query),
            f"POST /orders/v0/orders/{name}/shipmentConfirmation": lambda: self.confirm(name, asked.value),
        }
        if path.startswith(f"/listings/2021-08-01/items/{SELLER}/"):
            return self.listing(asked, name)
        return ways.get(f"{asked.method} {unquote(path)}", lambda: refusing(404, "NotFound", "no such path"))()

    def search(self, query: dict[str, str]) -> Reply:
        if "createdAfter" in query or times.later(query["lastUpdatedBefore"], 120) > self.now:
            return refusing(400, "InvalidInput", "lastUpdatedBefore must be at least two minutes before now")
        wanted = query["includedData"].split(",")
        if self.forbidden & set(wanted):
            return refusing(403, "Unauthorized", "Access to requested resource is denied.")
        token = query.get("paginationToken", "")
        if token in self.dead:
            return refusing(400, "InvalidInput", "the pagination token is not valid")
        start = int(token.rpartition("-")[2]) if token else 0
        before = min(query["lastUpdatedBefore"], times.later(self.now, -self.lag_s))
        found = [
            one
            for one in self.orders.values()
            if query["lastUpdatedAfter"] <= one["lastUpdatedTime"] <= before
            and one["fulfillment"]["fulfilledBy"] in query.get("fulfilledBy", "MERCHANT,AMAZON")
        ]
        left_out = {block for block, name in BLOCKS.items() if name not in wanted}
        page = [{name: part for name, part in one.items() if name not in left_out} for one in found]
        value: dict[str, Any] = {"orders": page[start : start + self.page], "lastUpdatedBefore": before}
        if start + self.page < len(found):
            value["pagination"] = {"nextToken": f"{query['lastUpdatedAfter']}-{start + self.page}"}
        return saying(value)

    def booked(self, query: dict[str, str]) -> Reply:
        """Two transactions a page, among them pages of none."""
        if times.later(query["postedBefore"], 120) > self.now or "FINANCES" in self.forbidden:
            return refusing(400, "InvalidInput", "postedBefore must be at least two minutes before now")
        start = int(query.get("nextToken", "0"))
        within = [one for one in self.transactions if query["postedAfter"] <= one["postedDate"] < query["postedBefore"]]
        payload: dict[str, Any] = {"transactions": within[start : start + 2]}
        if start + 2 < len(within):
            payload["nextToken"] = str(start + 2)
        return saying({"payload": payload})

    def order(self, identity: str, query: dict[str, str]) -> Reply:
        wanted = query["includedData"].split(",")
        if self.forbidden & set(wanted):
            return refusing(403, "Unauthorized", "Access to requested resource is denied.")
        if identity not in self.orders:
            return refusing(404, "NotFound", "no such order")
        left_out = {block for block, name in BLOCKS.items() if name not in wanted}
        left_out |= {"packages"} if self.hidden_packages else set()
        return saying({"order": {name: part for name, part in self.orders[identity].items() if name not in left_out}})

    def confirm(self, identity: str, body: Any) -> Reply:
        """A reference that is known is edited; else its units have to be unshipped."""
        order, package = self.orders[identity], body["packageDetail"]
        reference, items = package["packageReferenceId"], {one["orderItemId"]: one for one in order["orderItems"]}
        if not isinstance(reference, str) or not reference.isdigit() or int(reference) < 1:
            return refusing(400, "InvalidInput", "packageReferenceId must be a positive numeric value")
        if package["shipDate"] > self.now or package["shipDate"] < order["createdTime"]:
            return refusing(400, "InvalidInput", "shipDate is not valid")
        packages = order.setdefault("packages", [])
        known = [one for one in packages if one["packageReferenceId"] == reference]
        for one in known:
            packages.remove(one)
            self._count(items, one["packageItems"], -1)
        if any(items[one["orderItemId"]]["fulfillment"]["quantityUnfulfilled"] < one["quantity"]
               for one in package["orderItems"]):  # fmt: skip
            return refusing(400, "InvalidInput", "PackageToUpdateNotFound: the order is already fulfilled")
        self._count(items, package["orderItems"], 1)
        told = {"carrier": package.get("carrierName") or package["carrierCode"], "shipTime": package["shipDate"]}
        packages.append(
            {"packageReferenceId": reference, "trackingNumber": package["trackingNumber"], **told}
            | {"packageStatus": {"status": "SHIPPED"}, "packageItems": copy.deepcopy(package["orderItems"])}
        )
        self.confirmed.append((identity, body))
        return Reply(204, b"", {})

    @staticmethod
    def _count(items: dict[str, Any], units: Any, sign: int) -> None:
        for one in units:
            counts = items[one["orderItemId"]]["fulfillment"]
            counts["quantityFulfilled"] += sign * one["quantity"]
            counts["quantityUnfulfilled"] -= sign * one["quantity"]

    def listing(self, asked: Asked, sku: str) -> Reply:
        if sku not in self.listings:
            return refusing(404, "NotFound", "no such listing")
        if asked.method == "GET":
            return saying({"sku": sku, **self.listings[sku]})
        self.patches.append((sku, asked.value))
        issue = {"code": "90220", "message": "The value is not allowed.", "severity": "ERROR", "categories": []}
        invalid = asked.value["patches"][0]["value"][0]["quantity"] > 1_000
        status = {"status": "INVALID", "issues": [issue]} if invalid else {"status": "ACCEPTED", "issues": []}
        return saying({"sku": sku, "submissionId": "s-1", **status})


def a_transaction(number: int = 1, order: str = "1", kind: str = "Shipment", **parts: str) -> dict[str, Any]:
    """A transaction of an order; a part is named by what leads to it, `Expenses__Commission="-3.00"`."""
    tree: dict[str, Any] = {}
    for path, amount in parts.items():
        below = tree
        for name in path.split("__"):
            below = below.setdefault(name, {})
        below[""] = amount
    related = [{"relatedIdentifierName": "ORDER_ID", "relatedIdentifierValue": order}] if order else []
    return {
        "transactionType": kind,
        "transactionId": f"T{number}",
        "transactionStatus": "RELEASED",
        "postedDate": f"2026-11-19T0{number}:00:00Z",
        "relatedIdentifiers": related,
        "totalAmount": _booked(_sum(tree)),
        "breakdowns": _breakdowns(tree),
    }


def _sum(tree: dict[str, Any]) -> Decimal:
    return Decimal(tree.get("", "0")) + sum(_sum(below) for name, below in tree.items() if name)


def _booked(amount: Decimal) -> dict[str, Any]:
    return {"currencyAmount": float(amount), "currencyCode": "USD"}


def _breakdowns(tree: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"breakdownType": name, "breakdownAmount": _booked(_sum(below)), "breakdowns": _breakdowns(below)}
        for name, below in tree.items()
        if name
    ]


def a_listing(channel: str = "DEFAULT", kind: str = "MUG") -> dict[str, Any]:
    """A listing that `channel` ships: DEFAULT is the merchant."""
    availability = [{"fulfillmentChannelCode": channel, "quantity": 3}]
    return {"fulfillmentAvailability": availability, "productTypes": [{"marketplaceId": US, "productType": kind}]}
