"""What it costs to bring orders in over HTTP, against the same orders in a file.

1. `generate` makes orders; each is written as Shopify's API states it, 250 on a page, and served on loopback by a
   process of its own, so that the server's time is not counted as ours
2. the floor is the file channel: the same orders as `generate` writes them, of about the same length
3. both pull into a new store; what is compared is the CPU time of the pulling process
"""

from __future__ import annotations

import contextlib
import json
import multiprocessing
import os
import statistics
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

from benchmarks import generate, stores
from benchmarks.measured import Number

PAGE = 250
_MOST_POINTS = {"maximumAvailable": 1e9, "currentlyAvailable": 1e9, "restoreRate": 1e9}
KEY = "ORDERCTL_BENCHMARK_TOKEN"
_FILE = 'type = "file"\npath = "orders/*.jsonl"\n'


def measure(folder: Path, count: int, rounds: int) -> list[Number]:
    """Pull `count` orders from a server, and the same from a file."""
    os.environ[KEY] = "shpat_nobody"
    pages = [_page(first, min(PAGE, count - first), count) for first in range(0, count, PAGE)]
    asked, read = [], []
    with _serving(pages) as url:
        for nth in range(rounds):
            remote, local = folder / f"remote-{nth}", folder / f"local-{nth}"
            config = generate.write_shop(remote, count)
            _replace(config, _FILE, f'type = "shopify"\nshop = "mugs"\ntoken = "env:{KEY}"\n'
                     f'base_url = "{url}"\npage_size = {PAGE}\nsince = 2026-10-01\n')  # fmt: skip
            asked.append(stores.one_pass(config, generate.NOW, "pull"))
            config = generate.write_shop(local, count)
            generate.write_orders(local / "orders" / "all.jsonl", count)
            read.append(stores.one_pass(config, generate.NOW, "pull"))
    each, floor = (statistics.median(took) / count * 1e6 for took in (asked, read))
    said = f"{each:.1f} us an order, from a file {floor:.1f} us"
    return [Number(f"pull of {count:,} orders over HTTP, times the same from a file", each / floor, 2, 1.5, said)]


def _replace(file: Path, old: str, new: str) -> None:
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(old, new), encoding="utf-8")


@contextlib.contextmanager
def _serving(pages: list[bytes]) -> Iterator[str]:
    """The address of a server that answers with the page that a request's cursor names."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            asked = json.loads(self.rfile.read(int(self.headers["content-length"])))
            body = pages[int(asked["variables"].get("after") or 0)]
            self.send_response_only(200)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Handler) as server:
        process = multiprocessing.get_context("fork").Process(target=server.serve_forever, daemon=True)
        process.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            process.terminate()
            process.join()


def _page(first: int, size: int, count: int) -> bytes:
    following = first + size
    ends = {"hasNextPage": following < count, "endCursor": str(following // PAGE)}
    nodes = [_order(json.loads(generate.order(number))) for number in range(first, following)]
    cost = {"requestedQueryCost": 100, "actualQueryCost": 100, "throttleStatus": _MOST_POINTS}
    value = {"data": {"orders": {"pageInfo": ends, "nodes": nodes}}, "extensions": {"cost": cost}}
    return json.dumps(value, separators=(",", ":")).encode()


def _order(row: dict[str, Any]) -> dict[str, Any]:
    """An order of `generate` as Shopify states it, with a tax of nothing, its fields in the order asked for."""
    goods = sum(_cents(line["amount"]) for line in row["lines"])
    nodes = [_line(line) for line in row["lines"]]
    place: dict[str, Any] = {
        "id": f"gid://shopify/FulfillmentOrder/{row['number']}",
        "status": "OPEN",
        "requestStatus": "UNSUBMITTED",
        "fulfillBy": None,
        "assignedLocation": {"location": {"id": "gid://shopify/Location/101"}},
        "deliveryMethod": {"methodType": "SHIPPING", "maxDeliveryDateTime": None},
        "fulfillmentHolds": [],
        "lineItems": _connection([_part(line) for line in nodes]),
    }
    none = _bag(0)
    return {
        "id": row["channel_order_id"].replace("shop/", "shopify/"),
        "name": f"#{row['number']}",
        **dict.fromkeys(("createdAt", "processedAt", "updatedAt"), row["placed_at"]),
        "cancelledAt": None,
        "cancelReason": None,
        "test": False,
        "edited": False,
        "currencyCode": "USD",
        "presentmentCurrencyCode": "USD",
        "taxesIncluded": True,
        "displayFinancialStatus": "PAID",
        "displayFulfillmentStatus": "UNFULFILLED",
        "fullyPaid": True,
        "sourceName": "web",
        "sourceIdentifier": None,
        "retailLocation": None,
        "note": row["note"] or None,
        "tags": row["tags"],
        "poNumber": None,
        "discountCodes": [],
        "customAttributes": [{"key": "landing", "value": row["attributes"]["landing_page"]}],
        "risk": {"recommendation": "ACCEPT", "assessments": [{"riskLevel": row["risk"].upper()}]},
        "currentSubtotalPriceSet": _bag(goods),
        "currentShippingPriceSet": _bag(490),
        "currentTotalTaxSet": none,
        "currentTotalPriceSet": _bag(goods + 490),
        "currentTotalDutiesSet": None,
        "currentTotalAdditionalFeesSet": None,
        "totalTipReceivedSet": none,
        "totalOutstandingSet": none,
        "shippingLines": {"nodes": [{"title": row["requested_service"], "isRemoved": False}]},
        "email": row["customer"]["email"],
        "phone": None,
        "customer": _customer(row["customer"]),
        "shippingAddress": _address(row["ship_to"]),
        "billingAddress": _address(row["bill_to"]),
        "lineItems": _connection(nodes),
        "fulfillmentOrders": _connection([place]),
        "transactions": [_payment(row)],
    }


def _line(line: dict[str, Any]) -> dict[str, Any]:
    price = _bag(_cents(line["unit_price"]))
    return {
        "id": line["id"].replace("shop/", "shopify/"),
        "name": line["title"],
        "sku": line["sku"],
        **dict.fromkeys(("quantity", "currentQuantity", "unfulfilledQuantity"), line["quantity"]),
        "requiresShipping": True,
        "isGiftCard": False,
        "originalUnitPriceSet": price,
        "discountedUnitPriceAfterAllDiscountsSet": price,
        "taxLines": [],
        "customAttributes": [],
        "lineItemGroup": None,
    }


def _part(line: dict[str, Any]) -> dict[str, Any]:
    units = dict.fromkeys(("totalQuantity", "remainingQuantity"), line["quantity"])
    return {"id": line["id"].replace("LineItem", "FulfillmentOrderLineItem"), **units, "lineItem": {"id": line["id"]}}


def _payment(row: dict[str, Any]) -> dict[str, Any]:
    number = f"gid://shopify/OrderTransaction/{row['number']}"
    return {"id": number, "status": "SUCCESS", "processedAt": row["placed_at"], "fees": []}


def _customer(customer: dict[str, Any]) -> dict[str, Any]:
    first, _, last = customer["name"].partition(" ")
    return {
        "id": customer["id"],
        "firstName": first,
        "lastName": last,
        "tags": customer["tags"],
        "numberOfOrders": str(customer["orders"]),
        "amountSpent": {"amount": customer["spent"], "currencyCode": "USD"},
        "defaultEmailAddress": {"emailAddress": customer["email"]},
        "defaultPhoneNumber": {"phoneNumber": customer["phone"]},
    }


def _address(address: dict[str, Any]) -> dict[str, Any]:
    first, _, last = address["name"].partition(" ")
    return {
        "firstName": first,
        "lastName": last,
        "name": address["name"],
        "company": None,
        "address1": address["line1"],
        "address2": address["line2"],
        "city": address["city"],
        "province": address["region"],
        "provinceCode": address["region"],
        "zip": address["postcode"],
        "countryCodeV2": address["country"],
        "phone": address["phone"],
    }


def _connection(nodes: list[dict[str, Any]]) -> dict[str, Any]:
    return {"pageInfo": {"hasNextPage": False, "endCursor": None}, "nodes": nodes}


def _bag(cents: int) -> dict[str, Any]:
    money = {"amount": f"{cents // 100}.{cents % 100:02}", "currencyCode": "USD"}
    return {"shopMoney": money, "presentmentMoney": money}


def _cents(amount: str) -> int:
    return int(amount.replace(".", ""))
