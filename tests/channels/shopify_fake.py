"""A Shopify store as far as the channel asks it: orders that are listed and fulfilled, stock that is set."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Any
from urllib.parse import parse_qs

from tests.channels.shopify_graphql import MOST, Refused, Request, connection
from tests.channels.shopify_orders import LINE, LOCATION, Row, a_shopify_order, at
from tests.partner import Asked, Reply, saying

TOKEN = "shpat_made_up_token"
SCOPES = (
    "write_orders read_customers read_products write_inventory read_locations "
    "write_merchant_managed_fulfillment_orders read_all_orders"
).split()
_BOUND = re.compile(r"updated_at:>='([0-9T:Z-]+)'")


class Store:
    """One store. `shipped` are the fulfillments it accepted, `asked_for` the operations by name."""

    def __init__(self, orders: int = 0) -> None:
        self.orders: list[Row] = [a_shopify_order(number) for number in range(1, orders + 1)]
        self.moved: dict[str, str] = {}  # fulfillment order -> when it changed
        self.shipped: list[tuple[str, str]] = []
        self.asked_for: list[str] = []
        self.variables: list[Row] = []
        self.most, self.points = MOST, 2000
        self.throttled = 0  # this many answers from now on
        self.ignores_filters = False
        self.scopes = list(SCOPES)
        self.locations = [{"id": f"{LOCATION}101", "name": "Main", "isActive": True, "shipsInventory": True}]
        self.variants: list[Row] = []
        self.stock: dict[str, int | None] = {}  # item -> available, None = not stocked
        self.policies: list[str] = ["DENY"]
        self.keys: dict[str, Any] = {}
        self.refunded: list[Row] = []
        self.jobs: dict[str, int] = defaultdict(int)
        self.stuck = 0  # how often a job is not done yet
        self._cut: dict[tuple[Any, ...], Any] = {}

    def add_variant(self, sku: str, available: int | None = 0, *, tracked: bool = True) -> str:
        item = f"gid://shopify/InventoryItem/{len(self.variants) + 1}"
        self.variants.append({"sku": sku, "item": item, "tracked": tracked})
        self.stock[item] = available
        return item

    def answer(self, asked: Asked) -> Reply:
        if asked.path == "/admin/oauth/access_token":
            form = parse_qs(asked.content.decode())
            assert ["client_credentials"] == form["grant_type"]
            return saying({"access_token": TOKEN, "scope": ",".join(self.scopes), "expires_in": 86399})
        if asked.headers.get("x-shopify-access-token") != TOKEN:
            return saying({"errors": "[API] Invalid API key or access token (unrecognized login)"}, 401)
        if asked.path != "/admin/api/2026-10/graphql.json" or asked.method != "POST":
            return saying({"errors": "Not Found"}, 404)
        request = Request(asked.value["query"], asked.value["variables"])
        assert request.operation.name
        self.asked_for.append(request.operation.name.value)
        self.variables.append(asked.value["variables"])
        cost = request.cost()
        status = {"maximumAvailable": 2000.0, "currentlyAvailable": self.points - cost, "restoreRate": 1e6}
        costs = {"requestedQueryCost": cost, "actualQueryCost": cost, "throttleStatus": status}
        try:
            self._charge(cost)
            data: Row = {"data": self._answered(request)}
        except Refused as refused:
            data = {"errors": [{"message": str(refused), "extensions": {"code": refused.code}}]}
            costs["actualQueryCost"] = None
        return saying(data | {"extensions": {"cost": costs}}, x_shopify_api_version="2026-10")

    def _charge(self, cost: int) -> None:
        if self.throttled > 0:
            self.throttled -= 1
            raise Refused("THROTTLED", "Throttled")
        if cost > self.most:
            raise Refused("MAX_COST_EXCEEDED", f"Query cost is {cost}, which exceeds the single query max")

    def _answered(self, request: Request) -> Row:
        if request.is_mutation:
            self._cut = {}
        found = {}
        for field in request.fields(request.operation.selection_set):
            name, arguments = field.name.value, request.arguments(field)
            if name.startswith("inventory") or name == "refundCreate":
                self._idempotent(request.directive(field, "idempotent"), name, arguments)
            value = getattr(self, f"_{name}")(**arguments)
            if name == "orders":  # the same orders are cut in the same way again and again
                value["nodes"] = [self._order_cut(request, field, one) for one in value["nodes"]]
                found[name] = {"nodes": value["nodes"], "pageInfo": value["pageInfo"]}
            else:
                found[name] = request.cut(value, field.selection_set)
        return found

    def _order_cut(self, request: Request, field: Any, order: Row) -> Any:
        nodes = next(one for one in request.fields(field.selection_set) if one.name.value == "nodes")
        key = (order["id"], order["updatedAt"], id(nodes), request.variables["personal"])
        if key not in self._cut:
            self._cut[key] = request.cut(order, nodes.selection_set)
        return self._cut[key]

    def _idempotent(self, directive: Row | None, name: str, arguments: Row) -> None:
        if directive is None:
            raise Refused(
                "BAD_REQUEST", "The @idempotent directive is required for this mutation but was not provided."
            )
        if self.keys.setdefault(directive["key"], (name, arguments)) != (name, arguments):
            raise Refused("IDEMPOTENCY_KEY_PARAMETER_MISMATCH", "the key was used for something else")

    def _orders(self, first: int, query: str, sortKey: str, after: str | None = None) -> Row:  # noqa: N803
        assert sortKey == "UPDATED_AT"
        found = self.matching(query)
        return connection(found, lambda one: (one.get("indexed", one["updatedAt"]), f"{one['id']:>40}"))(first, after)

    def matching(self, query: str) -> list[Row]:
        """The orders that `query` finds."""
        if not query or self.ignores_filters:
            return self.orders
        bound = _BOUND.fullmatch(query)
        if bound is None:
            raise Refused("BAD_REQUEST", "Invalid timestamp for query filter")
        return [one for one in self.orders if one["updatedAt"] >= bound[1]]

    def _ordersCount(self, query: str, limit: int) -> Row:  # noqa: N802
        assert 1 <= limit <= 10_000
        return {"count": min(limit, len(self.matching(query)))}

    def order_of(self, name: str) -> Row | None:
        return next((one for one in self.orders if one["id"] == name), None)

    def _order(self, id: str) -> Row | None:  # noqa: A002
        return self.order_of(id)

    def _nodes(self, ids: list[str]) -> list[Row | None]:
        return [self.order_of(one) for one in ids]

    def _fulfillmentOrders(self, first: int, query: str, includeClosed: bool, sortKey: str, after: Any = None) -> Row:  # noqa: N802, N803
        assert (False, "UPDATED_AT") == (includeClosed, sortKey)
        bound = _BOUND.fullmatch(query)
        assert bound
        rows = [
            {"id": place["id"], "orderId": order["id"], "updatedAt": self.moved.get(place["id"], order["createdAt"])}
            for order in self.orders
            for place in order["places"]
            if place["status"] != "CLOSED"
        ]
        found = [one for one in rows if one["updatedAt"] >= bound[1]]
        return connection(found, lambda one: (one["updatedAt"], f"{one['id']:>50}"))(first, after)

    def _fulfillmentOrder(self, id: str) -> Row | None:  # noqa: A002, N802
        return next((place for order in self.orders for place in order["places"] if place["id"] == id), None)

    def _fulfillmentCreate(self, fulfillment: Row) -> Row:  # noqa: N802
        wanted = []
        for group in fulfillment["lineItemsByFulfillmentOrder"]:
            place = self._fulfillmentOrder(group["fulfillmentOrderId"])
            if place is None:
                raise Refused("RESOURCE_NOT_FOUND", "Fulfillment order does not exist.")
            if place["status"] not in {"OPEN", "IN_PROGRESS"}:
                number = place["id"].rpartition("/")[2]
                return refusal(f"Fulfillment order {number} has an unfulfillable status= {place['status'].lower()}.")
            rows = {row["id"]: row for row in place["rows"]}
            for one in group["fulfillmentOrderLineItems"]:
                row = rows.get(one["id"])
                if row is None or not 0 < one["quantity"] <= row["remainingQuantity"]:
                    return refusal("Invalid fulfillment order line item quantity requested.")
                wanted.append((place, row, one["quantity"]))
        if len({place["assignedLocation"]["location"]["id"] for place, _, _ in wanted}) != 1:
            return refusal("All fulfillment orders must be assigned to a single location")
        assert len(wanted) <= 250
        (order,) = [one for one in self.orders if wanted[0][0] in one["places"]]
        self._ship(order, wanted, fulfillment["trackingInfo"])
        return {"fulfillment": {"id": f"gid://shopify/Fulfillment/{len(self.shipped)}", "status": "SUCCESS"}} | FINE

    def _ship(self, order: Row, wanted: list[tuple[Row, Row, int]], tracking: Row) -> None:
        rows = []
        for place, row, units in wanted:
            row["remainingQuantity"] -= units
            rows.append({"quantity": units, "lineItem": row["lineItem"]})
            for line in order["lines"]:
                line["unfulfilledQuantity"] -= units if line["id"] == row["lineItem"]["id"] else 0
            if not any(one["remainingQuantity"] for one in place["rows"]):
                place |= {"status": "CLOSED", "supportedActions": []}
        shipped = {
            "id": f"gid://shopify/Fulfillment/{len(self.shipped) + 1}",
            "status": "SUCCESS",
            "trackingInfo": [{"number": tracking["number"], "company": tracking.get("company"), "url": None}],
            "fulfillmentLineItems": connection(rows),
        }
        order["fulfillments_"].append(shipped)
        order |= {"updatedAt": at(86_000 + len(self.shipped)), "displayFulfillmentStatus": "FULFILLED"}
        self.shipped.append((order["id"], tracking["number"]))

    def _fulfillmentTrackingInfoUpdate(  # noqa: N802
        self,
        fulfillmentId: str,  # noqa: N803
        trackingInfoInput: Row,  # noqa: N803
        notifyCustomer: bool,  # noqa: ARG002, N803
    ) -> Row:
        every = [(order, one) for order in self.orders for one in order["fulfillments_"]]
        order, shipped = next((order, one) for order, one in every if one["id"] == fulfillmentId)
        assert not {"number", "numbers"} <= set(trackingInfoInput)
        before = [(order["id"], one["number"]) for one in shipped["trackingInfo"]]
        company = trackingInfoInput.get("company")
        numbers = trackingInfoInput.get("numbers") or [trackingInfoInput["number"]]
        shipped["trackingInfo"] = [{"number": one, "company": company, "url": None} for one in numbers]
        self.shipped = [one for one in self.shipped if one not in before] + [(order["id"], one) for one in numbers]
        return {"fulfillment": {"id": fulfillmentId}} | FINE

    def _orderCancel(self, orderId: str, **arguments: Any) -> Row:  # noqa: N802, N803
        order = self.order_of(orderId)
        assert order
        assert {"reason", "restock", "notifyCustomer"} <= set(arguments)
        if any(one["status"] == "SUCCESS" for one in order["fulfillments_"]):
            return refusal("Cannot cancel an order that has outstanding fulfillments", "orderCancelUserErrors")
        order |= {"cancelledAt": "" if self.stuck else at(86_000), "cancelReason": arguments["reason"]}
        job = {"id": f"gid://shopify/Job/{len(self.jobs) + 1}", "done": False}
        return {"job": job, "orderCancelUserErrors": []}

    def _refundCreate(self, input: Row) -> Row:  # noqa: A002, N802
        """A refund over nothing; the same request under its key again is answered as it was."""
        if input in self.refunded:
            return {"refund": {"id": "gid://shopify/Refund/1"}} | FINE
        order = self.order_of(input["orderId"])
        assert order
        assert "transactions" not in input
        rows = {row["lineItem"]["id"]: row for place in order["places"] for row in place["rows"]}
        lines = {line["id"]: line for line in order["lines"]}
        for one in input["refundLineItems"]:
            assert ("locationId" in one) == (one["restockType"] == "CANCEL")
            if one["quantity"] > lines[one["lineItemId"]]["currentQuantity"]:
                return refusal("Quantity cannot refund more items than were purchased")
        for one in input["refundLineItems"]:
            line, row = lines[one["lineItemId"]], rows[one["lineItemId"]]
            line["currentQuantity"] -= one["quantity"]
            line["unfulfilledQuantity"] -= one["quantity"]
            row["remainingQuantity"] -= one["quantity"]
        items = [
            {"quantity": one["quantity"], "restockType": one["restockType"], "lineItem": {"id": one["lineItemId"]}}
            for one in input["refundLineItems"]
        ]
        order["refunds_"].append({"note": input["note"], "refundLineItems": connection(items)})
        order["updatedAt"] = at(86_000)
        self.refunded.append(input)
        return {"refund": {"id": "gid://shopify/Refund/1"}} | FINE

    def _job(self, id: str) -> Row:  # noqa: A002
        self.jobs[id] += 1
        done = self.jobs[id] > self.stuck
        if done:
            for order in self.orders:
                order["cancelledAt"] = at(86_000) if order["cancelReason"] else None
        return {"id": id, "done": done}

    def _locations(self, first: int, includeLegacy: bool, after: str | None = None) -> Row:  # noqa: N803
        assert includeLegacy
        return connection(self.locations)(first, after)

    def _productVariants(self, first: int, query: str = "", after: str | None = None) -> Row:  # noqa: N802
        if not query:
            return {"nodes": [{"inventoryPolicy": one} for one in self.policies]}
        words = re.findall(r"sku:'((?:[^'\\]|\\.)*)'", query)
        asked = {re.split(r"\W+", re.sub(r"\\(.)", r"\1", one).lower())[0] for one in words}
        found = [self._variant(one) for one in self.variants if re.split(r"\W+", one["sku"].lower())[0] in asked]
        return connection(found)(first, after)

    def _variant(self, row: Row) -> Row:
        def level(locationId: str) -> Row | None:  # noqa: N803
            assert locationId == f"{LOCATION}101"
            here = self.stock[row["item"]]
            quantities = [{"quantity": here}]
            return None if here is None else {"id": "gid://shopify/InventoryLevel/1", "quantities": lambda names: (
                quantities if names == ["available"] else []
            )}  # fmt: skip

        return {
            "sku": row["sku"],
            "inventoryItem": {"id": row["item"], "tracked": row["tracked"], "inventoryLevel": level},
        }

    def _inventorySetQuantities(self, input: Row) -> Row:  # noqa: A002, N802
        rows = input["quantities"]
        assert len(rows) <= 250
        errors = []
        for number, row in enumerate(rows):
            if "changeFromQuantity" not in row:
                raise Refused("INVALID_FIELD_ARGUMENTS", "InventoryQuantityInput must include: changeFromQuantity.")
            code = self._wrong(row, [one["inventoryItemId"] for one in rows])
            if code:
                errors.append({"code": code, "field": ["input", "quantities", str(number)], "message": code.lower()})
        if not errors:
            self.stock |= {row["inventoryItemId"]: row["quantity"] for row in rows}
        return {"inventoryAdjustmentGroup": None if errors else {"id": "gid://shopify/I/1"}, "userErrors": errors}

    def _wrong(self, row: Row, items: list[str]) -> str:
        if row["inventoryItemId"] not in self.stock:
            return "INVALID_INVENTORY_ITEM"
        if items.count(row["inventoryItemId"]) > 1:
            return "NO_DUPLICATE_INVENTORY_ITEM_ID_GROUP_ID_PAIR"
        if row["changeFromQuantity"] != self.stock[row["inventoryItemId"]]:
            return "CHANGE_FROM_QUANTITY_STALE"
        return "INVALID_QUANTITY_TOO_HIGH" if row["quantity"] > 1_000_000_000 else ""

    def _inventoryActivate(self, inventoryItemId: str, locationId: str, available: int) -> Row:  # noqa: N802, N803
        assert locationId == f"{LOCATION}101"
        if self.stock[inventoryItemId] is not None:
            return {"inventoryLevel": None, **refusal("Not allowed to set available quantity when already active.")}
        self.stock[inventoryItemId] = available
        return {"inventoryLevel": {"id": "gid://shopify/InventoryLevel/1"}} | FINE

    def _shop(self) -> Row:
        return {"name": "Made-up Mugs", "currencyCode": "USD"}

    def _currentAppInstallation(self) -> Row:  # noqa: N802
        return {"accessScopes": [{"handle": one} for one in self.scopes]}


FINE: Row = {"userErrors": []}


def refusal(message: str, name: str = "userErrors") -> Row:
    """The answer of a mutation that did nothing."""
    nothing = {"fulfillment": None, "job": None, "inventoryLevel": None, "refund": None}
    return nothing | {name: [{"code": None, "field": None, "message": message}]}


def line_of(number: int) -> str:
    """The id of the only line of order `number`."""
    return f"{LINE}{10 * number + 1}"
