"""What eBay is told: packages, cancellations, quantities. A document is the list of what is to be asked, as JSON.

1. tracking: the order's fulfillments are read first; what stands there already is accepted, only the rest is written,
   because a fulfillment can be neither changed nor taken back. A lost answer is read back, never repeated. A package
   that is corrected after it was told is therefore refused, with what a person has to do in Seller Hub
2. a cancellation: eBay cancels whole orders, by approving what the buyer asked for; anything else is refused in words
3. stock: absolute quantities, so that telling them twice does no harm; every row of an answer is judged alone
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from orderctl.channels.ebay_carriers import carrier_code
from orderctl.channels.ebay_errors import error_ids, words
from orderctl.core.effects import (
    ACCEPTED,
    Cancellation,
    Document,
    Receipt,
    StockLevel,
    Tracking,
    receipt_of,
    together,
)
from orderctl.core.errors import RemoteError, RemoteRefused

if TYPE_CHECKING:
    from orderctl.channels.ebay_api import Api

STOCK_ROWS = 25
_NOT_IN_NUMBER = re.compile(r"[^A-Za-z0-9]")
#: Lines of the Global Shipping Program go one by one: mixed with others, several at once.
_ONE_BY_ONE = {"34200", "34300"}
_NO_ITEM = {"25710", "25702"}
_NO_ITEM_HINT = "only listings made with the Inventory API can be told; map or leave out this SKU"
_SILENT = Receipt("uncertain", message="eBay's answer does not name this SKU")
_IN_SELLER_HUB = "cancel it in Seller Hub"


def tracking_document(name: str, packages: Sequence[Tracking], carriers: Mapping[str, str]) -> Document:
    """`packages` as eBay wants them; `carriers` come before our own table of names. Pure."""
    told = [_package(package, carriers) for package in packages]
    units = sum(line.quantity for package in packages for line in package.lines)
    return _document(name, "tracking", told, units)


def cancel_document(name: str, cancellations: Sequence[Cancellation]) -> Document:
    """`cancellations` with the units of each line; none = the whole order. Pure."""
    told = [
        {
            "key": one.key,
            "order": one.channel_order_id,
            "lines": {line.channel_line_id: line.quantity for line in one.lines},
        }
        for one in cancellations
    ]
    return _document(name, "cancellations", told, sum(line.quantity for one in cancellations for line in one.lines))


def stock_document(name: str, levels: Sequence[StockLevel]) -> Document:
    """SKU by SKU what may be sold. Pure."""
    told = [{"key": level.sku, "sku": level.sku, "quantity": level.quantity} for level in levels]
    return _document(name, "stock", told, sum(level.quantity for level in levels))


class Writes:
    """Tells eBay what a document says. `reject`: an open cancellation request is rejected with the package.

    `cancel_reason`: why, when eBay is asked to cancel what no buyer asked for; empty = that is refused.
    """

    def __init__(self, api: Api, *, reject: bool, cancel_reason: str) -> None:
        self._api = api
        self._reject = reject
        self._cancel_reason = cancel_reason

    def deliver(self, document: Document) -> Receipt:
        """What eBay says to everything in `document`."""
        return self._each(document, self._tell_package, self._tell_cancellation)

    def recover(self, document: Document) -> Receipt:
        """Whether eBay has what `document` says. RemoteError when it cannot be asked."""
        return self._each(document, self._package_there, self._cancellation_there, is_asked=True)

    def _each(
        self,
        document: Document,
        package: Callable[[Any], Receipt],
        cancellation: Callable[[Any], Receipt],
        *,
        is_asked: bool = False,
    ) -> Receipt:
        ((kind, told),) = json.loads(document.content).items()
        if kind == "stock":
            return self._tell_stock(told)
        one = package if kind == "tracking" else cancellation
        return together({row["key"]: one(row) if is_asked else _judged(one, row) for row in told})

    def _tell_package(self, package: Mapping[str, Any]) -> Receipt:
        missing, problem = self._missing(package)
        if problem or not missing:
            return Receipt("refused", message=problem) if problem else _there(package)
        try:
            self._ship(package, missing)
        except RemoteRefused as error:
            if len(missing) > 1 and error_ids(error) & _ONE_BY_ONE:
                for line in missing:
                    self._ship(package, [line])
            elif error.status == 409 and not self._missing(package)[0]:
                return _there(package)
            else:
                raise
        return self._rejected(package) if self._reject else _there(package)

    def _ship(self, package: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> None:
        names = ("shippedDate", "shippingCarrierCode", "trackingNumber")
        body = {"lineItems": list(lines), **{name: package[name] for name in names if package[name]}}
        self._api.ship(f"{_path(package)}/shipping_fulfillment", body)

    def _package_there(self, package: Mapping[str, Any]) -> Receipt:
        missing, problem = self._missing(package)
        if problem:
            return Receipt("refused", message=problem)
        return Receipt("absent") if missing else _there(package)

    def _missing(self, package: Mapping[str, Any]) -> tuple[list[Mapping[str, Any]], str]:
        """The lines of `package` that no fulfillment under its number holds, or why it cannot be told at all."""
        answer = self._api.orders(f"{_path(package)}/shipping_fulfillment")
        fulfillments = _tables(answer.value, "fulfillments")
        told: dict[str, int] = {}
        for one in fulfillments:
            if not _is_same(one, package):
                continue
            for unit in _tables(one, "lineItems"):
                identity = str(unit.get("lineItemId"))
                told[identity] = told.get(identity, 0) + int(unit.get("quantity") or 1)
        lines: list[Mapping[str, Any]] = package["lines"]
        for line in lines:
            known = told.get(line["lineItemId"], line["quantity"])
            if known != line["quantity"]:
                words = (
                    f"eBay has this tracking number with {known} of line {line['lineItemId']}, not {line['quantity']}"
                )
                return [], f"{words}, and a fulfillment cannot be changed; correct it in Seller Hub"
        missing = [line for line in lines if line["lineItemId"] not in told]
        is_same = package["replaces"] == package["trackingNumber"]
        old = [one for one in fulfillments if package["replaces"] and _has_number(one, package["replaces"])]
        if is_same:
            old = [one for one in old if one.get("shippingCarrierCode") != package["shippingCarrierCode"]]
        if old and (missing or is_same):
            now = f"{package['shippingCarrierCode']} {package['trackingNumber']}"
            before = f"{old[0].get('shippingCarrierCode') or ''} {package['replaces']}".strip()
            words = f"eBay shows {before} for this order, and it cannot be changed from outside"
            return [], f"{words}; make it {now} in Seller Hub (Edit tracking)"
        return missing, ""

    def _rejected(self, package: Mapping[str, Any]) -> Receipt:
        """The package is told; a cancellation that the buyer still asks for is rejected with it."""
        try:
            for request in _open_requests(self._api.orders(_path(package)).value):
                body: dict[str, Any] = (
                    {"trackingNumber": package["trackingNumber"]} if package["trackingNumber"] else {}
                )
                if package["shippedDate"]:
                    body["shipmentDate"] = {"value": package["shippedDate"]}
                self._api.post_order(f"/cancellation/{quote(request, safe='')}/reject", body)
        except RemoteError as error:
            return Receipt("accepted", package["trackingNumber"], f"the cancellation was not rejected: {error.said}")
        return _there(package)

    def _tell_cancellation(self, told: Mapping[str, Any]) -> Receipt:
        order = self._api.orders(_path(told)).value
        state = _cancel_state(order)
        if state == "CANCELED":
            return Receipt("accepted", told["order"])
        part = _part_only(order, told["lines"])
        if part:
            return Receipt("refused", message=f"{part}; eBay cancels whole orders only, refund these in Seller Hub")
        requests = _open_requests(order)
        if requests:
            self._api.post_order(f"/cancellation/{quote(requests[0], safe='')}/approve")
        elif not self._cancel_reason:
            message = f"the buyer has asked for no cancellation that could be approved; {_IN_SELLER_HUB}"
            return Receipt("refused", message=message)
        else:
            order_id = {"legacyOrderId": order.get("legacyOrderId") or told["order"]}
            body = {**order_id, "cancelReason": self._cancel_reason, "buyerPaid": _is_paid(order)}
            self._api.post_order("/cancellation", body)
        return Receipt("accepted", told["order"])

    def _cancellation_there(self, told: Mapping[str, Any]) -> Receipt:
        order = self._api.orders(_path(told)).value
        requests = [str(one.get("cancelRequestState")) for one in _requests(order)]
        done = _cancel_state(order) == "CANCELED" or (requests and not {"REQUESTED", "REJECTED"} & set(requests))
        return Receipt("accepted", told["order"]) if done else Receipt("absent")

    def _tell_stock(self, told: Sequence[Mapping[str, Any]]) -> Receipt:
        """Accepted as far as eBay answered at all; each row that it judged otherwise stands in `each`."""
        found: dict[str, Receipt] = {}
        failed = 0
        for start in range(0, len(told), STOCK_ROWS):
            skus = {row["sku"]: row["quantity"] for row in told[start : start + STOCK_ROWS]}
            asked = [{"sku": sku, "shipToLocationAvailability": {"quantity": units}} for sku, units in skus.items()]
            try:
                answer = self._api.inventory("POST", "/bulk_update_price_quantity", body={"requests": asked})
            except RemoteError as error:
                failed += len(skus)
                found |= dict.fromkeys(skus, receipt_of(error))
                continue
            said = {str(one.get("sku")): _row_receipt(one) for one in _tables(answer.value, "responses")}
            found |= {sku: said.get(sku, _SILENT) for sku in skus}
        if failed == len(found):
            return together(found)
        return Receipt("accepted", each={sku: one for sku, one in found.items() if one.outcome != "accepted"})


def _document(name: str, kind: str, told: list[Any], units: int) -> Document:
    content = json.dumps({kind: told}, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(name, content, "application/json", rows=len(told), units=units, kept=True)


def _package(package: Tracking, carriers: Mapping[str, str]) -> dict[str, Any]:
    number = _NOT_IN_NUMBER.sub("", package.tracking_number)
    return {
        "key": package.key,
        "order": package.channel_order_id,
        "lines": [{"lineItemId": line.channel_line_id, "quantity": line.quantity} for line in package.lines],
        "shippedDate": package.shipped_at.removesuffix("Z") + ".000Z" if package.shipped_at else "",
        "shippingCarrierCode": carrier_code(package.carrier, carriers) if number else "",
        "trackingNumber": number,
        "replaces": _NOT_IN_NUMBER.sub("", package.replaces),
    }


def _judged(one: Callable[[Any], Receipt], row: Any) -> Receipt:
    try:
        return one(row)
    except RemoteError as error:
        return receipt_of(error)


def _there(package: Mapping[str, Any]) -> Receipt:
    return Receipt("accepted", reference=package["trackingNumber"] or package["order"])


def _is_same(fulfillment: Mapping[str, Any], package: Mapping[str, Any]) -> bool:
    """Whether a fulfillment on eBay is the package: by its number, without one by when it was shipped."""
    if package["trackingNumber"]:
        return _has_number(fulfillment, package["trackingNumber"])
    return _has_number(fulfillment, "") and fulfillment.get("shippedDate") == package["shippedDate"]


def _has_number(fulfillment: Mapping[str, Any], number: str) -> bool:
    written = str(fulfillment.get("shipmentTrackingNumber") or "")
    return _NOT_IN_NUMBER.sub("", written).upper() == number.upper()


def _row_receipt(row: Mapping[str, Any]) -> Receipt:
    status = row.get("statusCode")
    errors = _tables(row, "errors")
    if isinstance(status, int) and 200 <= status < 300 and not errors:
        return ACCEPTED
    said = words(row) or f"status {status}"
    if {str(one.get("errorId")) for one in errors} & _NO_ITEM:
        said = f"{said}; {_NO_ITEM_HINT}"
    return Receipt("retry" if isinstance(status, int) and (status >= 500 or status == 429) else "refused", message=said)


def _part_only(order: Mapping[str, Any], lines: Mapping[str, int]) -> str:
    """Which units of `order` would stay, in words; empty when `lines` are all of it."""
    ordered = {str(line.get("lineItemId")): line.get("quantity") for line in _tables(order, "lineItems")}
    if not lines or lines == ordered:
        return ""
    return f"{sum(lines.values())} of {sum(units for units in ordered.values() if isinstance(units, int))} units"


def _requests(order: Any) -> list[dict[str, Any]]:
    status = order.get("cancelStatus") if isinstance(order, dict) else None
    return _tables(status, "cancelRequests")


def _open_requests(order: Any) -> list[str]:
    """The ids of the buyer's requests that nobody has answered."""
    return [
        str(one["cancelRequestId"])
        for one in _requests(order)
        if one.get("cancelRequestId") and one.get("cancelRequestState") == "REQUESTED"
    ]


def _cancel_state(order: Any) -> str:
    status = order.get("cancelStatus") if isinstance(order, dict) else None
    return str(status.get("cancelState")) if isinstance(status, dict) else ""


def _is_paid(order: Mapping[str, Any]) -> bool:
    return bool(order.get("orderPaymentStatus") != "PENDING")


def _path(told: Mapping[str, Any]) -> str:
    return f"/order/{quote(told['order'], safe='')}"


def _tables(value: Any, name: str) -> list[dict[str, Any]]:
    found = value.get(name) if isinstance(value, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []
