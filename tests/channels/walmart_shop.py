"""Walmart Marketplace as far as the channel uses it: orders with lines that know their units, and who asked what."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from orderctl.core.effects import Acknowledgment, Cancellation, CancelledLine, Tracking, TrackingLine
from tests.channels.http_contract import a_package
from tests.partner import Asked, Reply, saying

NOW = "2026-11-20T12:00:00Z"
NUMBER = "1Z999AA10123456784"


def ms(moment: str) -> int:
    return int(datetime.fromisoformat(moment).timestamp() * 1000)


def status(name: str, units: int, number: str = "") -> dict[str, Any]:
    """One entry of a line's statuses."""
    entry: dict[str, Any] = {"status": name, "statusQuantity": {"unitOfMeasurement": "EACH", "amount": str(units)}}
    if number:
        carrier = {"carrierName": {"carrier": "UPS"}, "methodCode": "Value", "shipDateTime": ms(NOW)}
        entry["trackingInfo"] = {**carrier, "trackingNumber": number}
    return entry


def charge(amount: Any, tax: Any = None, kind: str = "PRODUCT", name: str = "ItemPrice") -> dict[str, Any]:
    """One charge of a line."""
    made = {"chargeType": kind, "chargeName": name, "chargeAmount": {"currency": "USD", "amount": amount}}
    if tax is not None:
        made["tax"] = {"taxName": "Tax1", "taxAmount": {"currency": "USD", "amount": tax}}
    return made


def line(
    number: str = "1", units: int = 1, statuses: Sequence[Any] = (), charges: Sequence[Any] = (), **more: Any
) -> dict[str, Any]:
    """A line of `units` that all wait, unless `statuses` says otherwise."""
    return {
        "lineNumber": number,
        "item": {"productName": "Mug", "sku": "MUG"},
        "charges": {"charge": list(charges) or [charge(12.5, 0.9)]},
        "orderLineQuantity": {"unitOfMeasurement": "EACH", "amount": str(units)},
        "statusDate": ms(NOW) - 3_600_000,
        "orderLineStatuses": {"orderLineStatus": list(statuses) or [status("Created", units)]},
        "fulfillment": {"fulfillmentOption": "S2H", "shipMethod": "VALUE", "pickUpDateTime": ms(NOW)},
        **more,
    }


def order(identity: str = "1", *lines: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """An order of one line, unless `lines` says otherwise."""
    return {
        "purchaseOrderId": identity,
        "customerOrderId": f"2000{identity}",
        "customerEmailId": "3E691D0D@relay.example",
        "orderDate": ms(NOW) - 7_200_000,
        "shippingInfo": {
            "phone": "5550190769",
            "estimatedDeliveryDate": ms("2026-11-27T06:00:00Z"),
            "estimatedShipDate": ms("2026-11-23T06:00:00Z"),
            "methodCode": "Value",
            "postalAddress": {
                "name": "Casey Placeholder",
                "address1": "430 Placeholder St",
                "address2": "Apt 11",
                "city": "Bentonville",
                "state": "AR",
                "postalCode": "72712",
                "country": "USA",
                "addressType": "RESIDENTIAL",
            },
        },
        "orderLines": {"orderLine": [dict(one) for one in lines] or [line()]},
        "shipNode": {"type": "SellerFulfilled", "name": "Main", "id": "1000005050"},
        **more,
    }


def refused(code: str, description: str, code_of_answer: int = 400) -> Reply:
    """An error as Walmart words it."""
    error = {"code": code, "field": "data", "description": description, "severity": "ERROR", "category": "DATA"}
    return saying({"error": [error]}, code_of_answer)


class Walmart:
    """Keeps orders by node type and the moment they were modified; `strict` about headers and states."""

    def __init__(self, orders: Sequence[dict[str, Any]] = (), modified: Sequence[str] = ()) -> None:
        self.orders = {one["purchaseOrderId"]: one for one in orders}
        last = datetime.fromisoformat(NOW) - timedelta(seconds=60 + len(orders))
        moments = modified or [(last + timedelta(seconds=at)).isoformat() for at in range(len(orders))]
        self.modified = {one["purchaseOrderId"]: ms(at) for one, at in zip(orders, moments, strict=True)}
        self.shipped: list[tuple[str, str]] = []
        self.bodies: list[tuple[str, Any]] = []
        self.stock: dict[str, int] = {}
        self.cursors: set[str] = set()
        self.ids: set[str] = set()
        self.between_pages: Callable[[], None] = lambda: None
        self.bare_404 = False
        self.refusal = ""  # what is said against every acknowledgment and correction
        self.scopes = {"orders": "full_access", "inventory": "view_only"}

    def answer(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        if complaint := self._headers(asked):
            return refused("INVALID_REQUEST_HEADER.GMP_GATEWAY_API", complaint)
        if parts.path == "/v3/token":
            return saying({"access_token": "eyJ-token", "token_type": "Bearer", "expires_in": 900})
        if parts.path == "/v3/token/detail":
            return saying({"is_valid": True, "scopes": self.scopes})
        if parts.path == "/v3/inventory":
            return self._inventory(asked, dict(parse_qsl(parts.query)))
        if parts.path == "/v3/orders":
            return self._list(parts.query)
        _, _, _, identity, *action = unquote(parts.path).split("/")
        if identity not in self.orders:
            return refused("CONTENT_NOT_FOUND.GMP_ORDER_API", f"no order {identity}", 404)
        return self._one(asked, self.orders[identity], "".join(action))

    def _headers(self, asked: Asked) -> str:
        unique = asked.headers.get("wm_qos.correlation_id", "")
        wanted = {"wm_svc.name": "Walmart Marketplace", "accept": "application/json"}
        if asked.path == "/v3/token":
            pair = base64.b64encode(b"the-client:the-secret").decode()
            wanted |= {"authorization": f"Basic {pair}", "content-type": "application/x-www-form-urlencoded"}
            if asked.content != b"grant_type=client_credentials":
                return "grant_type"
        else:
            wanted["wm_sec.access_token"] = "eyJ-token"
        if not unique or unique in self.ids:
            return "the correlation id is missing or was used before"
        self.ids.add(unique)
        return next((name for name, value in wanted.items() if asked.headers.get(name) != value), "")

    def _list(self, query: str) -> Reply:
        if "soIndex" in query and f"?{query}" not in self.cursors:
            return refused("INVALID_CURSOR.GMP_ORDER_API", "the cursor was altered")
        if "soIndex" in query:
            self.between_pages()
        said = dict(parse_qsl(query))
        start, end = (
            ms(said.get("lastModifiedStartDate", "1970-01-01T00:00:00Z")),
            ms(said.get("lastModifiedEndDate", "2999-01-01T00:00:00Z")),
        )
        placed = ms(said.get("createdStartDate", NOW)) - (0 if "createdStartDate" in said else 7 * 86_400_000)
        found = [
            one
            for identity, one in sorted(self.orders.items(), key=lambda pair: self.modified[pair[0]])
            if start < self.modified[identity] < end
            and said.get("purchaseOrderId", identity) == identity
            and int(one["orderDate"]) >= placed
            and said.get("shipNodeType", "SellerFulfilled") == one.get("node", one["shipNode"].get("type"))
        ]
        if not found:
            error = {"code": "CONTENT_NOT_FOUND.GMP_ORDER_API", "description": "No orders found"}
            return Reply(404, b"") if self.bare_404 else saying({"errors": {"error": [error]}}, 404)
        size, at = int(said.get("limit", 100)), int(said.get("soIndex", 0))
        meta: dict[str, Any] = {"totalCount": len(found), "limit": size, "nextCursor": None}
        if at + size < len(found):
            kept = "&".join(part for part in query.split("&") if not part.startswith(("soIndex", "hasMore")))
            meta["nextCursor"] = f"?{kept}&hasMoreElements=true&soIndex={at + size}"
            self.cursors.add(meta["nextCursor"])
        return saying({"list": {"meta": meta, "elements": {"order": found[at : at + size]}}})

    def _inventory(self, asked: Asked, query: Mapping[str, str]) -> Reply:
        if query["sku"].startswith("GONE"):
            return refused("CONTENT_NOT_FOUND.GMP_INVENTORY_API", "no such SKU", 404)
        if query["sku"] != asked.value["sku"]:
            return refused("INVALID_REQUEST_PARAM.GMP_INVENTORY_API", "two SKUs")
        self.stock[query["sku"] + query.get("shipNode", "")] = asked.value["quantity"]["amount"]
        return saying(asked.value)

    def _one(self, asked: Asked, one: dict[str, Any], action: str) -> Reply:
        if action:
            self.bodies.append((action, asked.value if asked.content else None))
            complaint = {"acknowledge": self._acknowledge, "shipping": self._ship, "cancel": self._cancel}[action](
                one, asked.value if asked.content else {}
            )
            if complaint:
                return refused("INVALID_REQUEST_CONTENT.GMP_ORDER_API", complaint)
        return saying({"order": one})

    def _acknowledge(self, one: dict[str, Any], _body: Any) -> str:
        if self.refusal:
            return self.refusal
        for row in one["orderLines"]["orderLine"]:
            for entry in row["orderLineStatuses"]["orderLineStatus"]:
                if entry["status"] == "Created":
                    entry["status"] = "Acknowledged"
        return ""

    def _ship(self, one: dict[str, Any], body: Any) -> str:
        shipment = body["orderShipment"]
        numbers = set()
        for asked in shipment["orderLines"]["orderLine"]:
            row = self._row(one, asked["lineNumber"])
            (entry,) = asked["orderLineStatuses"]["orderLineStatus"]
            units, number = int(entry["statusQuantity"]["amount"]), entry["trackingInfo"]["trackingNumber"]
            numbers.add(number)
            statuses = row["orderLineStatuses"]["orderLineStatus"]
            if shipment.get("processMode") == "PARTIAL_UPDATE":
                if self.refusal:
                    return self.refusal
                old = entry["currentTrackingInfo"]["trackingNumber"]
                for known in statuses:
                    if known.get("trackingInfo", {}).get("trackingNumber") == old:
                        known["trackingInfo"] |= {**entry["trackingInfo"], "trackingNumber": number}
                self.shipped = [told for told in self.shipped if told != (one["purchaseOrderId"], old)]
                continue
            if row.get("intentToCancel") and not asked.get("intentToCancelOverride"):
                return f"Line {row['lineNumber']} has an intent to cancel"
            if not self._take(statuses, "Acknowledged", units):
                return f"Line {row['lineNumber']} is not acknowledged, or has fewer units"
            statuses.append(status("Shipped", units, number))
        self.shipped += [(one["purchaseOrderId"], number) for number in sorted(numbers)]
        return ""

    def _cancel(self, one: dict[str, Any], body: Any) -> str:
        for asked in body["orderCancellation"]["orderLines"]["orderLine"]:
            row = self._row(one, asked["lineNumber"])
            (entry,) = asked["orderLineStatuses"]["orderLineStatus"]
            units = int(entry["statusQuantity"]["amount"])
            statuses = row["orderLineStatuses"]["orderLineStatus"]
            if not self._take(statuses, "Acknowledged", units) and not self._take(statuses, "Created", units):
                return f"Line {row['lineNumber']} cannot be cancelled"
            statuses.append(status("Cancelled", units) | {"cancellationReason": entry["cancellationReason"]})
        return ""

    @staticmethod
    def _row(one: dict[str, Any], number: str) -> dict[str, Any]:
        found: dict[str, Any] = next(row for row in one["orderLines"]["orderLine"] if row["lineNumber"] == number)
        return found

    @staticmethod
    def _take(statuses: list[dict[str, Any]], name: str, units: int) -> bool:
        """Take `units` out of the entry called `name`."""
        for entry in statuses:
            if entry["status"] == name and int(entry["statusQuantity"]["amount"]) >= units:
                left = int(entry["statusQuantity"]["amount"]) - units
                entry["statusQuantity"]["amount"] = str(left)
                if not left:
                    statuses.remove(entry)
                return True
        return False


def raw(one: Mapping[str, Any], node: str = "") -> bytes:
    """A payload as `fetch` makes it."""
    return json.dumps({"order": one, **({"shipNodeType": node} if node else {})}).encode()


ACK = Acknowledgment("key-1", "web", "1", "1")


def parcel(units: int = 1, line: str = "1", number: str = NUMBER, carrier: str = "UPS", of: str = "1") -> Tracking:
    """A package of units of one line of the order `of`."""
    return replace(a_package("1", of, TrackingLine(line, "MUG", units), carrier), tracking_number=number)


def cancellation(*lines: tuple[str, int], reason: str = "out of stock") -> Cancellation:
    return Cancellation("key-1", "web", "1", "1", reason, tuple(CancelledLine(name, "MUG", n) for name, n in lines))
