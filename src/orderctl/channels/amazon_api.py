"""What the channel asks of the Selling Partner API: orders, packages, listings and what was booked.

How it is asked, within which budgets and by whom, is in `wire.selling_partner`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar
from urllib.parse import quote

from orderctl.core import times
from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.core.quotas import Price, Quota, hourly
from orderctl.wire import json_slices
from orderctl.wire.http import Request
from orderctl.wire.selling_partner import SellingPartner, json_request, words

ORDERS = "/orders/2026-01-01/orders"
_ORDERS_V0 = "/orders/v0/orders"
_LISTINGS = "/listings/2021-08-01/items"
_TRANSACTIONS = "/finances/2024-06-19/transactions"
#: Operation -> requests a second and how many at once, as its reference states them.
RATES = {
    "searchOrders": (0.0056, 20.0),
    "getOrder": (0.5, 30.0),
    "confirmShipment": (2.0, 10.0),
    "getListingsItem": (5.0, 10.0),
    "patchListingsItem": (5.0, 5.0),
    "listTransactions": (0.5, 10.0),
}
_NOT_FOUND = 404


def quotas(page_size: int, marketplaces: int) -> tuple[Quota, ...]:
    """What orders, packages and SKUs cost; a SKU is told in so many marketplaces, after a look at its listing."""
    prices = {
        "searchOrders": {"orders": Price(1, page_size)},
        "getOrder": {"tracking": Price(1)},
        "confirmShipment": {"tracking": Price(1)},
        "getListingsItem": {"stock": Price(marketplaces)},
        "patchListingsItem": {"stock": Price(marketplaces)},
    }
    return tuple(Quota(name, price, *hourly(*RATES[name])) for name, price in prices.items())


@dataclass(frozen=True, slots=True)
class Listed:
    """One page of orders: each one's bytes and value, the token of the next page, and up to when Amazon has looked."""

    raw: Sequence[bytes]
    values: Sequence[Any]
    token: str
    applied: str


class Api(SellingPartner):
    """Amazon as the channel of one seller. Nothing is asked before the first call."""

    rates: ClassVar[Mapping[str, tuple[float, float]]] = RATES

    def search(self, query: Sequence[tuple[str, str]]) -> Listed:
        """A page of orders. RemoteError when the answer is no such page: an error is never the end of a list."""
        answer = self.send("searchOrders", Request("GET", ORDERS, query))
        value = answer.value if isinstance(answer.value, dict) else {}
        rows = value.get("orders")
        page = value.get("pagination") or {}
        token = (page.get("nextToken") or "") if isinstance(page, dict) else None
        if not isinstance(rows, list) or not isinstance(token, str):
            said = words(answer.value)
            message = f"answers without a list of orders{': ' if said else ''}{said}"
            raise RemoteError(message, where=self._name)
        raw = list(json_slices.elements(answer.content, ["orders"]))
        return Listed(raw, rows, token, self._moment(value.get("lastUpdatedBefore")))

    def transactions(self, after: str, before: str) -> Iterator[tuple[Sequence[Mapping[str, Any]], bool]]:
        """What was booked from `after` to just before `before`, page by page, and whether a page is the last."""
        token = ""
        while True:
            query = [("postedAfter", after), ("postedBefore", before), *([("nextToken", token)] if token else [])]
            answer = self.send("listTransactions", Request("GET", _TRANSACTIONS, query))
            page = answer.value.get("payload") if isinstance(answer.value, dict) else None
            listed = page.get("transactions") if isinstance(page, dict) else None
            following = page.get("nextToken") if isinstance(page, dict) else None
            if not isinstance(page, dict) or not _is_list_of_tables(listed) or not isinstance(following, str | None):
                raise RemoteError("answers without a list of transactions", where=self._name)
            yield listed or [], not following
            if not following:
                return
            if following == token:
                raise RemoteError("gives the same page of transactions again and again", where=self._name)
            token = following

    def order(self, identity: str) -> Mapping[str, Any]:
        """One order as Amazon has it now, with its packages and without anyone's data. RemoteRefused: none such."""
        return self.whole(identity, "FULFILLMENT,PACKAGES,CANCELLATION")[0]

    def whole(self, identity: str, data: str) -> tuple[Mapping[str, Any], bytes]:
        """One order with these data sets, and its very bytes. RemoteRefused: there is none."""
        request = Request("GET", f"{ORDERS}/{quote(identity, safe='')}", (("includedData", data),))
        answer = self.send("getOrder", request)
        order = answer.value.get("order") if isinstance(answer.value, dict) else None
        if not isinstance(order, dict) or not isinstance(order.get("orderItems"), list):
            raise RemoteError("answers without the order", where=self._name)
        return order, json_slices.member(answer.content, "order")

    def confirm(self, identity: str, body: Mapping[str, Any]) -> None:
        """Tell of one package of an order. Not repeated by itself: whoever asks reads back first."""
        path = f"{_ORDERS_V0}/{quote(identity, safe='')}/shipmentConfirmation"
        self.send("confirmShipment", json_request("POST", path, (), body, "blind"))

    def listing(self, seller: str, sku: str, marketplace: str) -> Mapping[str, Any] | None:
        """What Amazon knows of a SKU: who ships it and its product type; None when it has no such listing."""
        query = (("marketplaceIds", marketplace), ("includedData", "fulfillmentAvailability,productTypes"))
        try:
            answer = self.send("getListingsItem", Request("GET", _listing_path(seller, sku), query))
        except RemoteRefused as error:
            if error.status != _NOT_FOUND:
                raise
            return None
        return answer.value if isinstance(answer.value, dict) else {}

    def patch(self, seller: str, sku: str, marketplace: str, body: Mapping[str, Any]) -> Mapping[str, Any]:
        """Change a listing; the same change again changes nothing. What Amazon says of the submission."""
        query = (("marketplaceIds", marketplace),)
        request = json_request("PATCH", _listing_path(seller, sku), query, body, "keyed")
        answer = self.send("patchListingsItem", request)
        return answer.value if isinstance(answer.value, dict) else {}

    def _moment(self, stated: Any) -> str:
        if not stated:
            return ""
        try:
            return times.parse_moment(stated)
        except (TypeError, ValueError):
            raise RemoteError("answers with `lastUpdatedBefore` that is no moment", where=self._name) from None


def _listing_path(seller: str, sku: str) -> str:
    return f"{_LISTINGS}/{quote(seller, safe='')}/{quote(sku, safe='')}"


def _is_list_of_tables(value: Any) -> bool:
    return value is None or (isinstance(value, list) and all(isinstance(one, dict) for one in value))
