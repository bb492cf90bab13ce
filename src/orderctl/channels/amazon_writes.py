"""What Amazon is told: packages by `confirmShipment`, quantities by patches of listings. Cancellations it is not told.

1. tracking: the order is read first; a package with this tracking number and these units is the one. Its reference is
   a number made of the shipment's part and the tracking number, so that the same package is never told as two, and a
   package that was told with other contents, or got another number or carrier, is edited and not added
2. a lost answer is read back; Amazon may show a package some minutes later
3. orders that Amazon ships itself are never confirmed; no quantity is told for a SKU that Amazon stocks, since that
   would take the offer away from its warehouses
4. a cancellation has no call that is known to work: it is accepted where Amazon has done it, else a person does it
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Any

from orderctl.channels.amazon_carriers import OTHER, carrier_code
from orderctl.channels.amazon_orders import is_echo
from orderctl.core.carriers import title
from orderctl.core.digests import digest
from orderctl.core.effects import ACCEPTED, Cancellation, Document, Receipt, StockLevel, Tracking, receipt_of, together
from orderctl.core.errors import RecordError, RemoteBusy, RemoteDenied, RemoteDown, RemoteError, RemoteRefused
from orderctl.wire.json_parts import part, rows, whole

if TYPE_CHECKING:
    from orderctl.channels.amazon_api import Api

_PART = re.compile(r"-(\d{1,6})\Z", re.ASCII)
_IN_PART = 1_000_000
_BY_HAND = "cancel it in Seller Central; Amazon has no call for this"
_OURS = "DEFAULT"
_NOT_FOUND = 404


@dataclass(frozen=True, slots=True)
class Ways:
    """How a seller wants to be told. `now` is the moment of the pass: nothing is shipped later than that."""

    now: str
    marketplaces: Sequence[str]
    seller_id: str
    stock_marketplaces: Sequence[str]
    fba_skus: Sequence[str]
    product_type: str
    operation: str


def tracking_document(name: str, packages: Sequence[Tracking], carriers: Mapping[str, str]) -> Document:
    """`packages` as Amazon wants them; `carriers` come before our own table of codes. Pure."""
    units = sum(line.quantity for package in packages for line in package.lines)
    return _document(name, "tracking", [_package(package, carriers) for package in packages], units)


def _package(package: Tracking, carriers: Mapping[str, str]) -> dict[str, Any]:
    number = package.tracking_number.strip()
    code = carrier_code(package.carrier, carriers)
    return {
        "key": package.key,
        "order": package.channel_order_id,
        "reference": package_reference(package.reference, package.replaces.strip() or number),
        "replaces": package.replaces.strip(),
        "carrier": code,
        "carrier_name": (title(package.carrier) or package.service or OTHER) if code == OTHER else "",
        "method": package.service,
        "number": number,
        "shipped_at": package.shipped_at,
        "lines": {line.channel_line_id: line.quantity for line in package.lines},
    }


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
    return _document(name, "cancel", told, sum(line.quantity for one in cancellations for line in one.lines))


def stock_document(name: str, levels: Sequence[StockLevel]) -> Document:
    """SKU by SKU what may be sold. Pure."""
    told = {level.sku: level.quantity for level in levels}
    return _document(name, "stock", told, sum(level.quantity for level in levels))


def package_reference(reference: str, tracking_number: str) -> str:
    """The number by which Amazon keeps a package of the shipment `reference`: positive, the same for ever."""
    found = _PART.search(reference)
    shipment_part = int(found[1]) if found else 0
    within = int(digest(f"{reference}\x1f{tracking_number}")[:12], 16) % _IN_PART
    return str(max(1, shipment_part * _IN_PART + within))


class Writes:
    """Tells Amazon what a document says."""

    def __init__(self, api: Api, ways: Ways) -> None:
        self._api = api
        self._ways = ways

    def deliver(self, document: Document) -> Receipt:
        """What Amazon says to `document`; nothing is told that it knows already."""
        ((kind, told),) = json.loads(document.content).items()
        if kind == "stock":
            return self._stock(told)
        return together({one["key"]: self._judged(kind, one) for one in told})

    def recover(self, document: Document) -> Receipt:
        """Whether Amazon has what `document` says; stock is told again. RemoteError when it cannot be asked."""
        ((kind, told),) = json.loads(document.content).items()
        if kind == "stock":
            return Receipt("retry", message="quantities are absolute; they are told again")
        ask = self._there if kind == "tracking" else self._cancelled
        return together({one["key"]: ask(one) for one in told})

    def _judged(self, kind: str, told: Mapping[str, Any]) -> Receipt:
        try:
            return self._tell(told) if kind == "tracking" else self._cancelled(told)
        except RemoteError as error:
            return receipt_of(error)
        except RecordError as error:
            return Receipt("refused", message=f"Amazon's answer for order {told['order']}: {error.message}")

    def _there(self, told: Mapping[str, Any]) -> Receipt:
        absent = Receipt("absent", message=f"order {told['order']} has no package {told['number']}")
        try:
            order = self._api.order(told["order"])
            there = _with_number(order, told["number"])
            return _known(there) if there is not None and _is_told(there, told) else absent
        except RemoteRefused as error:
            if error.status != _NOT_FOUND:
                raise
            return absent
        except RecordError as error:
            raise RemoteError(f"answers with an order whose {error.message}", where=told["order"]) from None

    def _tell(self, told: Mapping[str, Any]) -> Receipt:
        order = self._api.order(told["order"])
        problem = _no_parcel_of_ours(order, told)
        there = _with_number(order, told["number"])
        if problem:
            return Receipt("refused", message=f"order {told['order']} {problem}")
        if there is not None and _is_told(there, told):
            return _known(there)
        there = there or (_with_number(order, told["replaces"]) if told["replaces"] else None)
        edited = there or _renumbered(order, told)
        reference = str(edited["packageReferenceId"]) if edited else told["reference"]
        if not _is_number(reference):
            message = f"order {told['order']} has package {reference} with other contents; change it in Seller Central"
            return Receipt("refused", message=message)
        try:
            self._api.confirm(told["order"], self._body(order, told, reference, there))
        except RemoteRefused:
            there = _with_number(self._api.order(told["order"]), told["number"])
            if there is None or not _is_told(there, told):
                raise
        return Receipt(ACCEPTED.outcome, reference=reference)

    def _body(
        self, order: Mapping[str, Any], told: Mapping[str, Any], reference: str, there: Mapping[str, Any] | None
    ) -> dict[str, Any]:
        """The request for one package; of one that is `there`, what it holds already stays in it."""
        held = _contents(there) if there else {}
        units = {line: max(told["lines"].get(line, 0), held.get(line, 0)) for line in (*held, *told["lines"])}
        shipped_at = min(told["shipped_at"] or self._ways.now, self._ways.now)
        package = {
            "packageReferenceId": reference,
            "carrierCode": told["carrier"],
            "carrierName": told["carrier_name"],
            "shippingMethod": told["method"],
            "trackingNumber": told["number"],
            "shipDate": max(shipped_at, str(order.get("createdTime") or "")),
            "orderItems": [{"orderItemId": line, "quantity": quantity} for line, quantity in units.items()],
        }
        marketplace = part(order, "salesChannel.marketplaceId") or self._ways.marketplaces[0]
        return {"marketplaceId": marketplace, "packageDetail": {name: one for name, one in package.items() if one}}

    def _cancelled(self, told: Mapping[str, Any]) -> Receipt:
        order = self._api.order(told["order"])
        if part(order, "fulfillment.fulfillmentStatus") == "CANCELLED":
            return ACCEPTED
        gone = {str(item.get("orderItemId")): _gone(item) for item in rows(order, "orderItems")}
        if told["lines"] and all(gone.get(line, 0) >= units for line, units in told["lines"].items()):
            return ACCEPTED
        return Receipt("refused", message=f"order {told['order']} is not cancelled there: {_BY_HAND}")

    def _stock(self, told: Mapping[str, int]) -> Receipt:
        """Each SKU is judged alone; once Amazon cannot be asked any more, the rest stays due."""
        each: dict[str, Receipt] = {}
        stopped: RemoteError | None = None
        for sku, quantity in told.items():
            if stopped is not None:
                each[sku] = Receipt("retry", message=stopped.said)
                continue
            try:
                each[sku] = self._quantity(sku, quantity)
            except RemoteError as error:
                each[sku] = receipt_of(error)
                stopped = error if isinstance(error, RemoteBusy | RemoteDown | RemoteDenied) else None
            except RecordError as error:
                each[sku] = Receipt("refused", message=f"answers with a listing whose {error.message}")
        return together(each)

    def _quantity(self, sku: str, quantity: int) -> Receipt:
        ways = self._ways
        if any(fnmatchcase(sku, pattern) for pattern in ways.fba_skus):
            return Receipt(ACCEPTED.outcome, message="stocked by Amazon; it is not told")
        if not ways.seller_id:
            return Receipt("refused", message="seller_id is not set, and listings cannot be told without it")
        for marketplace in ways.stock_marketplaces or ways.marketplaces[:1]:
            listing = self._api.listing(ways.seller_id, sku, marketplace)
            if listing is None:
                return Receipt("refused", message=f"no listing in {marketplace} has this SKU")
            channels = {one.get("fulfillmentChannelCode") for one in rows(listing, "fulfillmentAvailability")}
            if channels - {_OURS, None}:
                return Receipt(ACCEPTED.outcome, message="stocked by Amazon; it is not told")
            answer = self._api.patch(ways.seller_id, sku, marketplace, self._patch(listing, quantity))
            if answer.get("status") != "ACCEPTED":
                return Receipt("refused", str(answer.get("submissionId") or ""), _issues(answer))
        return ACCEPTED

    def _patch(self, listing: Mapping[str, Any], quantity: int) -> dict[str, Any]:
        kinds = [one["productType"] for one in rows(listing, "productTypes") if one.get("productType")]
        value = [{"fulfillment_channel_code": _OURS, "quantity": quantity}]
        patch = {"op": self._ways.operation, "path": "/attributes/fulfillment_availability", "value": value}
        return {"productType": kinds[0] if kinds else self._ways.product_type, "patches": [patch]}


def _known(package: Mapping[str, Any]) -> Receipt:
    return Receipt(ACCEPTED.outcome, reference=str(package["packageReferenceId"]))


def _no_parcel_of_ours(order: Mapping[str, Any], told: Mapping[str, Any]) -> str:
    """Why no package may be told for this order; empty when one may."""
    if part(order, "fulfillment.fulfilledBy") == "AMAZON" or is_echo(order):
        return "is shipped by Amazon itself; nothing is confirmed there"
    if part(order, "fulfillment.fulfillmentStatus") == "CANCELLED":
        return "is cancelled; take the parcel back, or talk to the buyer"
    return "" if told["number"] else "has no tracking number, which Amazon wants for every package"


def _with_number(order: Mapping[str, Any], number: str) -> Mapping[str, Any] | None:
    """The package of `order` with this tracking number."""
    mine = _plain(number)
    return next((one for one in _packages(order) if _plain(one.get("trackingNumber")) == mine), None)


def _renumbered(order: Mapping[str, Any], told: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The package that `told` gives another tracking number: no units are left to ship, and one of ours holds them."""
    left = {str(item.get("orderItemId")): _left(item) for item in rows(order, "orderItems")}
    if all(units <= left.get(line, 0) for line, units in told["lines"].items()):
        return None
    same_part = int(told["reference"]) // _IN_PART
    found = [
        one
        for one in _packages(order)
        if _is_number(str(one["packageReferenceId"]))
        and int(one["packageReferenceId"]) // _IN_PART == same_part
        and _contents(one) == told["lines"]
    ]
    return found[0] if len(found) == 1 else None


def _packages(order: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The packages that are on their way or have arrived."""
    every = rows(order, "packages")
    return [one for one in every if one.get("packageReferenceId") and part(one, "packageStatus.status") != "CANCELLED"]


def _contents(package: Mapping[str, Any]) -> dict[str, int]:
    units: dict[str, int] = {}
    for one in rows(package, "packageItems"):
        line = str(one.get("orderItemId"))
        units[line] = units.get(line, 0) + (whole(one, "quantity", "packageItems.") or 0)
    return units


def _is_told(package: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    """Whether `package` holds the units of `told`, and has its carrier where that was corrected."""
    carriers = {_plain(told["carrier"]), _plain(told["carrier_name"]), ""}
    is_other = told["replaces"] == told["number"] and _plain(package.get("carrier")) not in carriers
    return _covers(package, told) and not is_other


def _covers(package: Mapping[str, Any], told: Mapping[str, Any]) -> bool:
    held = _contents(package)
    return all(held.get(line, 0) >= units for line, units in told["lines"].items())


def _left(item: Mapping[str, Any]) -> int:
    stated = whole(item, "fulfillment.quantityUnfulfilled")
    return (whole(item, "quantityOrdered") or 0) if stated is None else stated


def _gone(item: Mapping[str, Any]) -> int:
    """Units of a line that were cancelled there."""
    shipped = whole(item, "fulfillment.quantityFulfilled") or 0
    return (whole(item, "quantityOrdered") or 0) - _left(item) - shipped


def _is_number(reference: str) -> bool:
    return reference.isascii() and reference.isdigit()


def _plain(number: Any) -> str:
    return re.sub(r"[\s-]", "", str(number or "")).upper()


def _issues(answer: Mapping[str, Any]) -> str:
    """Amazon's own words against a change of a listing."""
    found = [one for one in rows(answer, "issues") if one.get("severity") == "ERROR"] or rows(answer, "issues")
    said = "; ".join(f"{one.get('code')}: {str(one.get('message'))[:200]}" for one in found[:5])
    return f"{answer.get('status') or 'no status'}{': ' if said else ''}{said}"


def _document(name: str, kind: str, told: Any, units: int) -> Document:
    content = json.dumps({kind: told}, ensure_ascii=False, separators=(",", ":")).encode()
    return Document(name, content, "application/json", rows=len(told), units=units, kept=True)
