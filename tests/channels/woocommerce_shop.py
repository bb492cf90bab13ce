"""A small WooCommerce: it keeps orders, lists them as the REST API does, and records what was written."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from tests.partner import Asked, Reply, saying

KEY, SECRET = "ck_made_up_key", "cs_made_up_secret"
BEGAN = datetime(2026, 11, 20, 8, 0, 0, tzinfo=UTC)


def moment(seconds: int) -> str:
    """`seconds` after the shop opened, as WooCommerce writes it: UTC, without saying so."""
    return (BEGAN + timedelta(seconds=seconds)).strftime("%Y-%m-%dT%H:%M:%S")


def a_woo_line(line_id: int = 11, **fields: Any) -> dict[str, Any]:
    """One line of an order."""
    return {
        "id": line_id,
        "name": "Mug",
        "product_id": 7,
        "variation_id": 0,
        "quantity": 2,
        "sku": "MUG",
        "subtotal": "20.00",
        "total": "20.00",
        "total_tax": "0.00",
        "meta_data": [],
        **fields,
    }


def an_address(**fields: Any) -> dict[str, Any]:
    """A billing or shipping address."""
    return {
        "first_name": "Ana",
        "last_name": "Diaz",
        "company": "",
        "address_1": "1 Main St",
        "address_2": "",
        "city": "New York",
        "state": "NY",
        "postcode": "10001",
        "country": "US",
        "phone": "+1 555 0100",
        **fields,
    }


def a_woo_order(number: int = 1, seconds: int = 0, **fields: Any) -> dict[str, Any]:
    """One order that is paid and waits for its parcel; its lines add up with the shipping."""
    lines = fields.get("line_items", [a_woo_line()])
    total = sum(float(line["total"]) + float(line["total_tax"]) for line in lines) + 5
    return {
        "id": number,
        "number": str(number),
        "status": "processing",
        "currency": "USD",
        "total": f"{total:.2f}",
        "date_created_gmt": moment(0),
        "date_modified_gmt": moment(seconds),
        "date_paid_gmt": moment(0),
        "total_tax": "0.00",
        "prices_include_tax": False,
        "customer_id": 0,
        "customer_note": "",
        "billing": an_address(email="ana@shop.example"),
        "shipping": an_address(),
        "payment_method": "stripe",
        "created_via": "checkout",
        "meta_data": [],
        "line_items": lines,
        "fee_lines": [],
        "coupon_lines": [],
        "shipping_lines": [{"id": 900, "method_id": "flat_rate", "method_title": "Standard", "total": "5.00"}],
        "refunds": [],
        "needs_processing": True,
        **fields,
    }


def a_product(product_id: int = 7, sku: str = "MUG", **fields: Any) -> dict[str, Any]:
    """A product, or a variation where `fields` say so."""
    return {
        "id": product_id,
        "sku": sku,
        "type": "simple",
        "parent_id": 0,
        "virtual": False,
        "manage_stock": True,
        "stock_quantity": 3,
        **fields,
    }


class WooShop:
    """`features` are those of `fulfillments` and `shipment-tracking` that the site has."""

    def __init__(self, orders: Iterable[dict[str, Any]] = (), features: Iterable[str] = ("fulfillments",)) -> None:
        self.orders = {order["id"]: order for order in orders}
        self.trash: dict[int, dict[str, Any]] = {}
        self.refunds: dict[int, list[dict[str, Any]]] = {}
        self.products: list[dict[str, Any]] = [a_product()]
        self.features = set(features)
        self.parcels: dict[int, list[dict[str, Any]]] = {}
        self.shipped: list[tuple[str, str]] = []
        self.notes: list[str] = []
        self.written: list[tuple[str, str, Any]] = []
        self.before_list: Callable[[], None] = lambda: None
        self.knows_lists_of_skus = True
        self.auth = "basic"
        self.says: Callable[[Asked], Reply] = self.as_it_is
        self.stocks: Callable[[dict[str, Any]], dict[str, Any]] = self.stocked

    def answer(self, asked: Asked) -> Reply:
        return self.says(asked)

    def as_it_is(self, asked: Asked) -> Reply:
        parts = urlsplit(asked.path)
        query = dict(parse_qsl(parts.query))
        if not self._lets_in(asked, query):
            return refusal(401, "woocommerce_rest_cannot_view", "Sorry, you cannot list resources.")
        route = query.pop("rest_route", "") or parts.path.partition("/wp-json")[2]
        steps = [*filter(None, route.split("/"))]
        if asked.method in {"POST", "PUT"}:
            self.written.append((asked.method, route, asked.value))
        if steps[:2] == ["wc", "v3"] and steps[2] in {"orders", "products"}:
            return (self._orders if steps[2] == "orders" else self._products)(asked, steps[3:], query)
        if steps[0] == "wc-shipment-tracking" and "shipment-tracking" in self.features:
            return self._parcel(asked, int(steps[3]), "tracking_number", steps[5:])
        if steps[2:3] == ["system_status"]:
            return saying({"environment": {"version": "10.3.1"}})
        if steps[2:3] == ["settings"]:
            return saying({"value": "yes"})
        return no_route()

    def _lets_in(self, asked: Asked, query: dict[str, str]) -> bool:
        pair = base64.b64encode(f"{KEY}:{SECRET}".encode()).decode()
        return {
            "basic": asked.headers.get("authorization") == f"Basic {pair}",
            "query": (query.get("consumer_key"), query.get("consumer_secret")) == (KEY, SECRET),
            "oauth": query.get("oauth_consumer_key") == KEY and "oauth_signature" in query,
        }[self.auth]

    def _orders(self, asked: Asked, steps: list[str], query: dict[str, str]) -> Reply:
        if not steps:
            self.before_list()
            kept = self.trash if query["status"] == "trash" else self.orders
            return listed(
                [
                    order
                    for order in sorted(kept.values(), key=lambda one: (one["date_modified_gmt"], one["id"]))
                    if order["date_modified_gmt"] > query.get("modified_after", "")
                ],
                query,
            )
        if steps == ["batch"]:
            return saying({})
        order_id = int(steps[0])
        if steps[1:] == ["fulfillments"] and "fulfillments" not in self.features:
            return no_route()
        if order_id not in self.orders:
            return refusal(404, "woocommerce_rest_order_invalid_id", "Invalid order ID.")
        if steps[1:2] == ["fulfillments"]:
            return self._parcel(asked, order_id, "_tracking_number", steps[2:])
        if steps[1:] == ["notes"]:
            return self._note(asked, order_id)
        if steps[1:] == ["refunds"]:
            return listed(self.refunds.get(order_id, []), query)
        if steps[1:]:
            return no_route()
        if asked.method == "PUT":
            self.change(order_id, **asked.value)
        return saying(self.orders[order_id])

    def change(self, order_id: int, **fields: Any) -> None:
        """Change an order, a second after everything else changed."""
        order = self.orders[order_id]
        latest = max(one["date_modified_gmt"] for one in self.orders.values())
        order |= fields
        order["date_modified_gmt"] = (datetime.fromisoformat(latest) + timedelta(seconds=1)).isoformat()

    def _parcel(self, asked: Asked, order_id: int, number: str, steps: list[str]) -> Reply:
        rows = self.parcels.setdefault(order_id, [])
        if asked.method == "GET":
            return saying(rows)
        if steps:
            at = next(at for at, row in enumerate(rows) if str(row["id"]) == steps[0])
            self.shipped.remove((str(order_id), _number(rows[at], number)))
        if asked.method == "DELETE":
            return saying(rows.pop(at))
        self.shipped.append((str(order_id), _number(asked.value, number)))
        made = {"id": len(self.written), "tracking_id": str(len(self.written)), "date_deleted": None, **asked.value}
        if steps:
            rows[at] |= asked.value
            return saying(rows[at])
        rows.append(made)
        return saying(made, 201)

    def _note(self, asked: Asked, order_id: int) -> Reply:
        if asked.method == "POST":
            self.notes.append(asked.value["note"])
            self.shipped.append((str(order_id), asked.value["note"]))
        return saying([{"id": at, "note": note} for at, note in enumerate(self.notes)])

    def _products(self, asked: Asked, steps: list[str], query: dict[str, str]) -> Reply:
        if steps[-1:] == ["batch"]:
            return saying({"update": [self.stocks(row) for row in asked.value["update"]]})
        if len(steps) == 1:
            return saying(next(one for one in self.products if one["id"] == int(steps[0])))
        found = self.products
        if "sku" in query:
            skus = query["sku"].split(",") if self.knows_lists_of_skus else [query["sku"]]
            found = [one for one in found if one["sku"].lower() in {sku.lower() for sku in (*skus, query["sku"])}]
        if "include" in query:
            wanted = set(map(int, query["include"].split(",")))
            parent = int(steps[0]) if steps else 0
            found = [one for one in found if one["id"] in wanted and one["parent_id"] == parent]
        return listed(found, query)

    def stocked(self, row: dict[str, Any]) -> dict[str, Any]:
        found = next((one for one in self.products if one["id"] == row["id"]), None)
        if found is None:
            return {"id": row["id"], "error": {"code": "woocommerce_rest_product_invalid_id", "message": "Invalid ID."}}
        found |= row
        return found


def _number(row: dict[str, Any], name: str) -> str:
    return str((row | {one["key"]: one["value"] for one in row.get("meta_data", [])})[name])


def listed(rows: list[dict[str, Any]], query: dict[str, str]) -> Reply:
    """One page of a list, with the headers that say how long it is."""
    most, number = int(query.get("per_page", "10")), int(query.get("page", "1"))
    pages = -(-len(rows) // most)
    shown = rows[(number - 1) * most : number * most]
    return saying(shown, X_WP_Total=str(len(rows)), X_WP_TotalPages=str(pages))


def refusal(status: int, code: str, message: str, **data: Any) -> Reply:
    """An error as WordPress words it."""
    return saying({"code": code, "message": message, "data": {"status": status, **data}}, status)


def no_route() -> Reply:
    """What a part that is not there answers."""
    return refusal(404, "rest_no_route", "No route was found matching the URL and request method.")


def raw(value: Any) -> bytes:
    """A payload."""
    return json.dumps(value).encode()
