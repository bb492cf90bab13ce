"""Amazon's Multi-Channel Fulfillment as far as the way asks it; it behaves badly on demand.

An order counts as an effect from the moment its request was read and taken, whatever becomes of the answer.
"""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from orderctl.core import times
from tests.partner import Asked, Reply, saying

LOST = Reply(how="close")
US = "ATVPDKIKX0DER"
NOW = "2026-11-20T15:00:00Z"
ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"


def refusing(status: int, message: str, code: str = "InvalidInput") -> Reply:
    """An error as Amazon words it."""
    return saying({"errors": [{"code": code, "message": message, "details": ""}]}, status)


@dataclass
class Mcf:
    """`effects` are the orders that Amazon began to work on; `faults` are what happens to the next requests instead.

    A fault is (operation, `before` or `after` it is processed, what is answered). `seen` is (operation, about what).
    """

    now: str = NOW
    stock: dict[str, int] = field(default_factory=dict)
    effects: list[str] = field(default_factory=list)
    orders: dict[str, dict[str, Any]] = field(default_factory=dict)
    faults: list[tuple[str, str, Reply]] = field(default_factory=list)
    seen: list[tuple[str, str]] = field(default_factory=list)
    cancels: list[str] = field(default_factory=list)
    arrived: dict[int, str] = field(default_factory=dict)
    hidden: bool = False  # what was taken is not shown yet
    page: int = 50
    rate: str = "1000"
    fees: dict[str, str] = field(default_factory=lambda: {"Standard": "7.32", "Expedited": "9.20", "Priority": "15.00"})
    unfulfillable: dict[str, list[str]] = field(default_factory=dict)  # seller SKU -> reasons
    refuses: Callable[[dict[str, Any]], Reply | None] = lambda _body: None

    def answer(self, asked: Asked) -> Reply:
        """What Amazon says."""
        url = urlsplit(asked.path)
        query = {name: values[0] for name, values in parse_qs(url.query).items()}
        if url.path == "/auth/o2/token":
            return saying({"access_token": "Atza|token-1", "token_type": "bearer", "expires_in": 3600})
        if asked.headers.get("x-amz-access-token") != "Atza|token-1":
            return refusing(403, "Access to requested resource is denied.", "Unauthorized")
        operation, about, work = self._operation(asked, unquote(url.path), query)
        self.seen.append((operation, about))
        said = self._faulty(operation, work)
        return Reply(said.status, said.body, {**said.headers, "x-amzn-RateLimit-Limit": self.rate}, said.how)

    def _operation(self, asked: Asked, path: str, query: dict[str, str]) -> tuple[str, str, Callable[[], Reply]]:
        name = path.removeprefix(f"{ORDERS}/")
        if path == "/fba/inventory/v1/summaries":
            return "inventory", query.get("nextToken", ""), lambda: self._inventory(query)
        if path == "/fba/outbound/2020-07-01/tracking":
            number = int(query["packageNumber"])
            return "tracking", str(number), lambda: self._tracking(number)
        if asked.method == "POST" and name == "preview":
            return "preview", "", lambda: self._preview(asked.value)
        if asked.method == "POST":
            return "create", asked.value["sellerFulfillmentOrderId"], lambda: self._create(asked.value)
        if asked.method == "PUT":
            reference = name.removesuffix("/cancel")
            return "cancel", reference, lambda: self._cancel(reference)
        if path == ORDERS:
            return "list", query.get("queryStartDate", query.get("nextToken", "")), lambda: self._list(query)
        return "get", name, lambda: self._get(name)

    def _faulty(self, operation: str, work: Callable[[], Reply]) -> Reply:
        fault = next((one for one in self.faults if one[0] == operation), None)
        if fault is None:
            return work()
        self.faults.remove(fault)
        if fault[1] == "after":
            work()
        return fault[2]

    def _preview(self, body: dict[str, Any]) -> Reply:
        refusal = self.refuses(body)
        if refusal is not None:
            return refusal
        previews = [self._previewed(body, speed) for speed in body["shippingSpeedCategories"]]
        return saying({"payload": {"fulfillmentPreviews": previews}})

    def _previewed(self, body: dict[str, Any], speed: str) -> dict[str, Any]:
        lacking = [item for item in body["items"] if self._lacks(item)]
        preview: dict[str, Any] = {
            "shippingSpeedCategory": speed,
            "isFulfillable": not lacking,
            "isCODCapable": False,
            "marketplaceId": body["marketplaceId"],
        }
        if lacking:
            preview["orderUnfulfillableReasons"] = ["InventoryUnavailable"]
            preview["unfulfillablePreviewItems"] = [
                {**item, "itemUnfulfillableReasons": self.unfulfillable.get(item["sellerSku"], ["OutOfStock"])}
                for item in lacking
            ]
            return preview
        amount = {"currencyCode": "USD", "value": self.fees[speed]}
        preview["estimatedFees"] = [{"name": "FBAPerUnitFulfillmentFee", "amount": amount}]
        shipment = {"latestArrivalDate": "2026-11-25T18:00:00Z", "fulfillmentPreviewItems": body["items"]}
        preview["fulfillmentPreviewShipments"] = [shipment]
        return preview

    def _lacks(self, item: dict[str, Any]) -> bool:
        return item["sellerSku"] in self.unfulfillable or self.stock.get(item["sellerSku"], 99) < item["quantity"]

    def _create(self, body: dict[str, Any]) -> Reply:
        reference = body["sellerFulfillmentOrderId"]
        if reference in self.orders:
            return refusing(400, f"The sellerFulfillmentOrderId {reference} already exists.")
        refusal = self.refuses(body)
        if refusal is not None:
            return refusal
        for item in body["items"]:
            if item["sellerSku"] in self.stock:
                self.stock[item["sellerSku"]] -= item["quantity"]
        self.effects.append(reference)
        self.orders[reference] = {**copy.deepcopy(body), "status": "RECEIVED", "at": self.now, "shipments": []}
        return saying({})

    def _cancel(self, reference: str) -> Reply:
        self.cancels.append(reference)
        if reference not in self.orders:
            return refusing(404, "no such order", "NotFound")
        if self.orders[reference]["status"] not in {"NEW", "RECEIVED", "PLANNING"}:
            return refusing(400, "The order can no longer be cancelled.")
        self.says(reference, "CANCELLED")
        return saying({})

    def _get(self, reference: str) -> Reply:
        if reference not in self.orders or self.hidden:
            return refusing(404, "no such order", "NotFound")
        kept = self.orders[reference]
        items = [{**item, "cancelledQuantity": 0, "unfulfillableQuantity": 0} for item in kept["items"]]
        payload = {
            "fulfillmentOrder": self._order(kept),
            "fulfillmentOrderItems": items,
            "fulfillmentShipments": kept["shipments"],
            "returnItems": [],
            "returnAuthorizations": [],
        }
        return saying({"payload": payload})

    @staticmethod
    def _order(kept: dict[str, Any]) -> dict[str, Any]:
        shown = {name: value for name, value in kept.items() if name not in {"items", "status", "at", "shipments"}}
        times_ = {"receivedDate": kept["at"], "statusUpdatedDate": kept["at"]}
        return {**shown, **times_, "fulfillmentOrderStatus": kept["status"]}

    def _list(self, query: dict[str, str]) -> Reply:
        since, _, start = query.get("nextToken", query.get("queryStartDate", "") + "|0").partition("|")
        known = [self._order(one) for one in self.orders.values() if one["at"] >= since]
        payload: dict[str, Any] = {"fulfillmentOrders": known[int(start) : int(start) + self.page]}
        if int(start) + self.page < len(known):
            payload["nextToken"] = f"{since}|{int(start) + self.page}"
        return saying({"payload": payload})

    def _tracking(self, number: int) -> Reply:
        place = {"city": "Boston", "state": "MA", "country": "US"}
        delivery = {"eventCode": "EVENT_301", "eventAddress": place, "eventDescription": "Delivered."}
        events = [{**delivery, "eventDate": self.arrived[number]}] if number in self.arrived else []
        status = "DELIVERED" if events else "IN_TRANSIT"
        return saying({"payload": {"packageNumber": number, "currentStatus": status, "trackingEvents": events}})

    def _inventory(self, query: dict[str, str]) -> Reply:
        start = int(query.get("nextToken", "0"))
        rows = [
            {"sellerSku": sku, "condition": "NewItem", "inventoryDetails": {"fulfillableQuantity": units}}
            for sku, units in self.stock.items()
        ]
        pages = {"nextToken": str(start + self.page)} if start + self.page < len(rows) else {}
        granularity = {"granularityType": "Marketplace", "granularityId": query["marketplaceIds"]}
        payload = {"granularity": granularity, "inventorySummaries": rows[start : start + self.page]}
        return saying({"payload": payload, "pagination": pages})

    def says(self, reference: str, status: str) -> None:
        """An order changes its state."""
        self.orders[reference] |= {"status": status, "at": self.now}

    def ships(
        self, reference: str, number: str, units: dict[str, int] | None = None, *, status: str = "", package: int = 0
    ) -> None:
        """A parcel leaves with `units` of items by their names, all of them if not stated; then it is in `status`."""
        kept = self.orders[reference]
        package = package or 1000 + sum(len(one["shipments"]) for one in self.orders.values())
        items = [
            {**item, "quantity": units.get(item["sellerFulfillmentOrderItemId"], 0) if units else item["quantity"]}
            for item in kept["items"]
        ]
        kept["shipments"].append(
            {
                "amazonShipmentId": f"S{package}",
                "fulfillmentCenterId": "RNO1",
                "fulfillmentShipmentStatus": "SHIPPED",
                "shippingDate": self.now,
                "fulfillmentShipmentItem": [{**item, "packageNumber": package} for item in items if item["quantity"]],
                "fulfillmentShipmentPackage": [
                    {"packageNumber": package, "carrierCode": "UPS", "trackingNumber": number}
                ],
            }
        )
        if status:
            self.says(reference, status)

    def asked(self, operation: str) -> list[str]:
        """What requests of this kind were about."""
        return [about for one, about in self.seen if one == operation]

    def later(self, seconds: int) -> None:
        """Time passes."""
        self.now = times.later(self.now, seconds)


def taken(asked: list[Asked]) -> Iterator[dict[str, Any]]:
    """The bodies of the requests that have an order shipped."""
    return (one.value for one in asked if one.method == "POST" and one.path == ORDERS)
