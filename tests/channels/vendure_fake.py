"""A Vendure shop as far as the adapter asks it: orders that are listed, fulfilled and cancelled, and stock."""

from __future__ import annotations

import copy
import re
from typing import Any

from tests.partner import Asked, Reply, saying

ADDRESS = {
    "fullName": "Ana Diaz",
    "company": None,
    "streetLine1": "1 Main St",
    "streetLine2": None,
    "city": "New York",
    "province": "NY",
    "postalCode": "10001",
    "countryCode": "US",
    "phoneNumber": None,
}
RIGHTS = ["ReadOrder", "UpdateOrder", "ReadCatalog", "UpdateCatalog", "ReadStockLocation", "ReadSettings"]


def at(number: int) -> str:
    """The moment at which order `number` was placed, one a second."""
    minutes, seconds = divmod(number, 60)
    hours, minutes = divmod(minutes, 60)
    return f"2026-11-20T{hours:02}:{minutes:02}:{seconds:02}.000Z"


def a_line(
    line_id: str = "11", sku: str = "MUG", quantity: int = 2, price: int = 2000, **changes: Any
) -> dict[str, Any]:
    """A line at `price` a unit without tax, with 20 % of tax and no discount."""
    net, gross = quantity * price, quantity * price * 6 // 5
    return {
        "id": line_id,
        "quantity": quantity,
        "orderPlacedQuantity": quantity,
        "linePrice": net,
        "linePriceWithTax": gross,
        "proratedLinePrice": net,
        "proratedLinePriceWithTax": gross,
        "productVariant": {"sku": sku, "name": sku.capitalize()},
    } | changes


def a_vendure_order(number: int = 1, *lines: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """An order that was paid in full; its totals are those of its lines and 5.00 of shipping plus tax."""
    bought = list(lines) or [a_line(f"{number}1")]
    net = sum(line["proratedLinePrice"] for line in bought) + 500
    gross = sum(line["proratedLinePriceWithTax"] for line in bought) + 600
    return {
        "id": str(number),
        "code": str(number),
        "type": "Regular",
        "state": "PaymentSettled",
        "updatedAt": at(number),
        "orderPlacedAt": at(number),
        "currencyCode": "USD",
        "couponCodes": [],
        "total": net,
        "totalWithTax": gross,
        "shipping": 500,
        "shippingWithTax": 600,
        "customer": {
            "id": "7",
            "firstName": "Ana",
            "lastName": "Diaz",
            "emailAddress": "ana@example.com",
            "phoneNumber": None,
        },
        "shippingAddress": ADDRESS,
        "billingAddress": dict.fromkeys(ADDRESS),
        "shippingLines": [{"shippingMethod": {"code": "ground", "name": "Ground"}}],
        "surcharges": [],
        "lines": bought,
        "payments": [{"method": "card", "amount": gross, "state": "Settled", "refunds": []}],
    } | changes


class VendureShop:
    """Orders by id, with their fulfillments and cancellations; variants by id with stock at locations."""

    def __init__(self, orders: int = 0) -> None:
        self.orders = {str(number): a_vendure_order(number) for number in range(1, orders + 1)}
        self.fulfillments: dict[str, list[dict[str, Any]]] = {}
        self.cancelled: dict[str, list[dict[str, Any]]] = {}
        self.variants: list[dict[str, Any]] = []
        self.locations = {"1": "Main"}
        self.rights = list(RIGHTS)
        self.precision = 2
        self.logins = 0
        self.let_in: set[str] = {"key-1"}
        self.token_in = "bearer"
        self.stuck = False  # fulfillments stay Pending
        self.stock_writes: list[Any] = []

    @property
    def shipped(self) -> list[tuple[str, str]]:
        return [
            (order, one["trackingCode"])
            for order, several in self.fulfillments.items()
            for one in several
            if one["state"] != "Cancelled"
        ]

    @property
    def states(self) -> list[str]:
        """Of the fulfillments."""
        return [one["state"] for several in self.fulfillments.values() for one in several]

    def answer(self, asked: Asked) -> Reply:
        """What the admin API says."""
        operation = re.search(r"orderctl(\w+)", asked.value["query"])
        assert operation is not None
        given = asked.value["variables"]
        if operation[1] == "Login":
            return self.login(**given)
        proof = asked.headers.get("authorization", "").removeprefix("Bearer ") or asked.headers.get("cookie", "")
        if (asked.headers.get("vendure-api-key") or proof) not in self.let_in:
            return failing("FORBIDDEN", "You are not currently authorized to perform this action")
        reply: Reply = getattr(self, f"on_{operation[1].lower()}")(given)
        return reply

    def login(self, username: str, password: str) -> Reply:
        if (username, password) != ("robot", "secret-1"):
            result = {"__typename": "InvalidCredentialsError", "errorCode": "INVALID_CREDENTIALS_ERROR"}
            return data(login={**result, "message": "The provided credentials are invalid"})
        self.logins += 1
        said = data(login={"__typename": "CurrentUser"})
        if self.token_in == "bearer":
            self.let_in = {f"token-{self.logins}"}
            return Reply(200, said.body, {**said.headers, "vendure-auth-token": f"token-{self.logins}"})
        self.let_in = {f"session=s{self.logins}==; session.sig=x-1"}
        cookies = f"session=s{self.logins}==; path=/; expires=Sat, 21 Nov 2027 21:44:29 GMT; httponly, session.sig=x-1"
        return Reply(200, said.body, {**said.headers, "set-cookie": f"{cookies}; path=/; httponly"})

    def on_orders(self, given: dict[str, Any]) -> Reply:
        options = given["options"]
        wanted, take = options["filter"], options["take"]
        (field, _), _ = options["sort"].items()
        found = [
            one
            for one in self.orders.values()
            if one["orderPlacedAt"]
            and one[field] > wanted[field]["after"].replace("Z", ".000Z" if "." not in wanted[field]["after"] else "Z")
            and one["id"] not in wanted.get("id", {}).get("notIn", ())
            and one["id"] == wanted.get("id", {}).get("eq", one["id"])
            and one["state"] in wanted.get("state", {}).get("in", (one["state"],))
            and one["type"] in wanted["type"]["in"]
        ]
        found.sort(key=lambda one: (one[field], int(one["id"])))
        return data(orders={"items": found[:take], "totalItems": len(found)})

    def on_standing(self, given: dict[str, str]) -> Reply:
        return self._order(given["id"], fulfillments=self.fulfillments.get(given["id"], []))

    def on_cancelled(self, given: dict[str, str]) -> Reply:
        entries = self.cancelled.get(given["id"], [])
        return self._order(given["id"], history={"items": entries, "totalItems": len(entries)})

    def on_fulfill(self, given: dict[str, Any]) -> Reply:
        wanted = given["input"]
        stated = {one["name"]: one["value"] for one in wanted["handler"]["arguments"]}
        order_id = next(
            order["id"]
            for order in self.orders.values()
            if any(line["id"] == wanted["lines"][0]["orderLineId"] for line in order["lines"])
        )
        there = self.fulfillments.setdefault(order_id, [])
        for asked in wanted["lines"]:
            (line,) = [one for one in self.orders[order_id]["lines"] if one["id"] == asked["orderLineId"]]
            standing = [other for other in there if other["state"] != "Cancelled"]
            done = [one for other in standing for one in other["lines"] if one["orderLineId"] == line["id"]]
            if sum(one["quantity"] for one in done) + asked["quantity"] > line["quantity"]:
                return refusing("addFulfillmentToOrder", "ItemsAlreadyFulfilledError", "ITEMS_ALREADY_FULFILLED_ERROR")
        one = {"id": f"f{order_id}-{len(there) + 1}", "state": "Pending"}
        there.append(one | stated | {"lines": copy.deepcopy(wanted["lines"])})
        return data(addFulfillmentToOrder={"__typename": "Fulfillment", **one})

    def on_ship(self, given: dict[str, str]) -> Reply:
        (one,) = [one for several in self.fulfillments.values() for one in several if one["id"] == given["id"]]
        if self.stuck or one["state"] == given["state"]:
            why = {"fromState": one["state"], "transitionError": "the packing slip is missing"}
            return refusing(
                "transitionFulfillmentToState",
                *("FulfillmentStateTransitionError", "FULFILLMENT_STATE_TRANSITION_ERROR"),
                **why,
            )
        one["state"] = given["state"]
        return data(transitionFulfillmentToState={"__typename": "Fulfillment", "id": one["id"]})

    def on_cancel(self, given: dict[str, Any]) -> Reply:
        wanted = given["input"]
        order = self.orders[wanted["orderId"]]
        for asked in wanted["lines"]:
            (line,) = [one for one in order["lines"] if one["id"] == asked["orderLineId"]]
            line["quantity"] -= asked["quantity"]
            assert line["quantity"] >= 0
        self.cancelled.setdefault(order["id"], []).append(
            {"data": {"reason": wanted["reason"], "shippingCancelled": wanted["cancelShipping"]}}
        )
        return data(cancelOrder={"__typename": "Order"})

    def on_variants(self, given: dict[str, Any]) -> Reply:
        skus = {sku.lower() for sku in given["skus"]}  # some databases compare so
        found = [one for one in self.variants if one["sku"].lower() in skus]
        return data(productVariants={"items": found, "totalItems": len(found)})

    def on_stock(self, given: dict[str, Any]) -> Reply:
        changes = given["input"]
        self.stock_writes.append(changes)
        for change in changes:
            (variant,) = [one for one in self.variants if one["id"] == change["id"]]
            for level in change["stockLevels"]:
                (here,) = [one for one in variant["stockLevels"] if one["stockLocationId"] == level["stockLocationId"]]
                here["stockOnHand"] = level["stockOnHand"]
        return data(updateProductVariants=[{"id": change["id"]} for change in changes])

    def on_locations(self, _given: object) -> Reply:
        items = [{"id": one, "name": name} for one, name in self.locations.items()]
        return data(stockLocations={"items": items, "totalItems": len(items)})

    def on_probe(self, _given: object) -> Reply:
        me = {"identifier": "robot", "channels": [{"code": "main", "permissions": self.rights}]}
        return data(me=me, activeChannel={"code": "main", "currencyCode": "USD", "pricesIncludeTax": True})

    def on_server(self, _given: object) -> Reply:
        if "ReadSettings" not in self.rights:
            return failing("FORBIDDEN", "You are not currently authorized to perform this action")
        config = {"moneyStrategyPrecision": self.precision}
        return data(globalSettings={"trackInventory": True, "outOfStockThreshold": 0, "serverConfig": config})

    def _order(self, order_id: str, **more: Any) -> Reply:
        order = self.orders.get(order_id)
        return data(order=order and order | more)


def data(**value: Any) -> Reply:
    """An answer without errors."""
    return saying({"data": value})


def failing(code: str, message: str) -> Reply:
    """An answer with status 200 that holds an error."""
    error = {"message": message, "path": ["orders"], "extensions": {"code": code}}
    return saying({"errors": [error], "data": None})


def refusing(mutation: str, kind: str, code: str, **more: Any) -> Reply:
    """An error result."""
    return data(**{mutation: {"__typename": kind, "errorCode": code, "message": "it cannot be done", **more}})
