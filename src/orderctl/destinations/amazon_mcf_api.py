"""What a location asks of the Selling Partner API: Fulfillment Outbound 2020-07-01 and FBA Inventory v1."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any, ClassVar
from urllib.parse import quote

from orderctl.core.errors import RemoteError, RemoteRefused
from orderctl.wire.http import Request
from orderctl.wire.selling_partner import SellingPartner, json_request, words

ORDERS = "/fba/outbound/2020-07-01/fulfillmentOrders"
_TRACKING = "/fba/outbound/2020-07-01/tracking"
_INVENTORY = "/fba/inventory/v1/summaries"
#: Operation -> requests a second and how many at once, as its reference states them.
RATES = {
    "getFulfillmentPreview": (2.0, 30.0),
    "createFulfillmentOrder": (2.0, 30.0),
    "getFulfillmentOrder": (2.0, 30.0),
    "listAllFulfillmentOrders": (2.0, 30.0),
    "cancelFulfillmentOrder": (2.0, 30.0),
    "getPackageTrackingDetails": (2.0, 30.0),
    "getInventorySummaries": (2.0, 2.0),
}
_NOT_FOUND = 404
_NO_SUCH = ("not found", "not exist", "doesn't exist")


class Fulfillment(SellingPartner):
    """Amazon as a warehouse. RemoteRefused where it will not do what it is asked, in its own words."""

    rates: ClassVar[Mapping[str, tuple[float, float]]] = RATES

    def preview(self, question: Mapping[str, Any]) -> list[dict[str, Any]]:
        """What an order would come to, speed by speed. It changes nothing."""
        request = json_request("POST", f"{ORDERS}/preview", (), question, "read")
        payload = self._payload(self.send("getFulfillmentPreview", request).value)
        return _tables(payload.get("fulfillmentPreviews"), "previews", self._name)

    def create(self, body: Mapping[str, Any]) -> None:
        """Have an order shipped. Sent once: whoever lost the answer decides what to make of a second no."""
        request = replace(json_request("POST", ORDERS, (), body, "blind"), expects="json")
        self._without_errors(self.send("createFulfillmentOrder", request).value)

    def order(self, reference: str) -> Mapping[str, Any] | None:
        """The order of this id with its items and shipments; None where Amazon says that there is none."""
        try:
            answer = self.send("getFulfillmentOrder", Request("GET", _path(reference)))
        except RemoteRefused as error:
            if error.status != _NOT_FOUND and not any(said in error.message.casefold() for said in _NO_SUCH):
                raise
            return None
        held = self._payload(answer.value)
        if not isinstance(held.get("fulfillmentOrder"), dict):
            raise RemoteError("answers without the fulfillment order", where=self._name)
        return held

    def cancel(self, reference: str) -> None:
        """Have an order stopped; asked again it changes nothing."""
        request = Request("PUT", f"{_path(reference)}/cancel", kind="keyed")
        self._without_errors(self.send("cancelFulfillmentOrder", request).value)

    def changed(self, since: str) -> Iterator[dict[str, Any]]:
        """Every order whose state changed at `since` or later, without its items."""
        token = ""
        while True:
            query = [("nextToken", token)] if token else [("queryStartDate", since)]
            payload = self._payload(self.send("listAllFulfillmentOrders", Request("GET", ORDERS, query)).value)
            yield from _tables(payload.get("fulfillmentOrders"), "fulfillment orders", self._name)
            token = self._following(payload.get("nextToken"), token)
            if not token:
                return

    def tracking(self, package: int) -> Mapping[str, Any]:
        """How far a parcel has come."""
        request = Request("GET", _TRACKING, (("packageNumber", str(package)),))
        return self._payload(self.send("getPackageTrackingDetails", request).value)

    def inventory(self, marketplace: str) -> Iterator[Sequence[dict[str, Any]]]:
        """What lies in stock for a marketplace, page by page. A page's token lives 30 seconds: nobody may dawdle."""
        token = ""
        while True:
            query = [
                ("details", "true"),
                ("granularityType", "Marketplace"),
                ("granularityId", marketplace),
                ("marketplaceIds", marketplace),
                *([("nextToken", token)] if token else []),
            ]
            value = self.send("getInventorySummaries", Request("GET", _INVENTORY, query)).value
            yield _tables(self._payload(value).get("inventorySummaries"), "inventory", self._name)
            page = value.get("pagination") or {}
            token = self._following(page.get("nextToken") if isinstance(page, dict) else 0, token)
            if not token:
                return

    def _without_errors(self, value: Any) -> None:
        """RemoteError for a yes with errors in it: nobody knows what it is worth."""
        if isinstance(value, dict) and value.get("errors"):
            raise RemoteError(f"answers yes, and with errors: {words(value)}", where=self._name)

    def _payload(self, value: Any) -> Mapping[str, Any]:
        """What an answer is about. RemoteError where it is not there: an error is never the end of a list."""
        payload = value.get("payload") if isinstance(value, dict) else None
        if not isinstance(payload, dict):
            said = words(value)
            raise RemoteError(f"answers without what it was asked for{': ' if said else ''}{said}", where=self._name)
        return payload

    def _following(self, stated: Any, before: str) -> str:
        if stated is not None and not isinstance(stated, str):
            raise RemoteError("names a next page that is none", where=self._name)
        if stated and stated == before:
            raise RemoteError("gives the same page again and again", where=self._name)
        return stated or ""


def _path(reference: str) -> str:
    return f"{ORDERS}/{quote(reference, safe='')}"


def _tables(found: Any, what: str, where: str) -> list[dict[str, Any]]:
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        raise RemoteError(f"answers with {what} that are no list", where=where)
    return found
