"""What Vendure is told: a fulfillment per package, cancelled units, stock on hand.

Nothing in its API takes an idempotency key, so everything is looked for before it is written.

1. tracking: a fulfillment of the order with this tracking code and these units is the one; else it is added, and one
   that is only Pending becomes Shipped. Both steps can be repeated: a fulfillment is shipped once. What a fulfillment
   says cannot be changed, so that one of a package that is corrected is cancelled, and added anew
2. cancel: the reason ends with a mark made of the effect's key; an entry of the order's history that has the mark says
   that it was done. Units that Vendure does not want any more need no cancelling
3. stock: absolute numbers per variant at one stock location. What may be sold is on hand less allocated, so what is
   allocated there at the moment is added to the number. A SKU that the shop does not have, or has twice, is refused
   alone
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.channels.vendure_api import Api, said
from orderctl.core.carriers import title
from orderctl.core.effects import ACCEPTED, Document, Receipt, receipt_of
from orderctl.core.errors import RemoteDenied, RemoteError, RemoteRefused

_STANDING = """query orderctlStanding($id: ID!) {
  order(id: $id) {
    code state
    lines { id quantity }
    fulfillments { id state method trackingCode lines { orderLineId quantity } }
  }
}"""
_FULFILL = """mutation orderctlFulfill($input: FulfillOrderInput!) {
  addFulfillmentToOrder(input: $input) {
    __typename
    ... on Fulfillment { id state }
    ... on ErrorResult { errorCode message }
    ... on CreateFulfillmentError { fulfillmentHandlerError }
    ... on FulfillmentStateTransitionError { transitionError }
    ... on InsufficientStockOnHandError { productVariantName stockOnHand }
  }
}"""
_SHIP = """mutation orderctlShip($id: ID!, $state: String!) {
  transitionFulfillmentToState(id: $id, state: $state) {
    __typename
    ... on Fulfillment { id state }
    ... on FulfillmentStateTransitionError { errorCode message transitionError fromState }
  }
}"""
_CANCELLED = """query orderctlCancelled($id: ID!) {
  order(id: $id) {
    code state active
    lines { id quantity }
    history(options: { take: 1000, filter: { type: { eq: "ORDER_CANCELLATION" } } }) { items { data } totalItems }
  }
}"""
_CANCEL = """mutation orderctlCancel($input: CancelOrderInput!) {
  cancelOrder(input: $input) {
    __typename
    ... on ErrorResult { errorCode message }
    ... on OrderStateTransitionError { transitionError }
  }
}"""
_VARIANTS = """query orderctlVariants($skus: [String!]!) {
  productVariants(options: { take: 1000, filter: { sku: { in: $skus } } }) {
    items { id sku stockLevels { stockLocationId stockOnHand stockAllocated } }
    totalItems
  }
}"""
LOCATIONS = """query orderctlLocations { stockLocations(options: { take: 100 }) { items { id name } totalItems } }"""
_STOCK = """mutation orderctlStock($input: [UpdateProductVariantInput!]!) {
  updateProductVariants(input: $input) { id }
}"""
_MARK = "orderctl"


@dataclass(frozen=True, slots=True)
class Ways:
    """How a shop wants to be told: fulfillment handler, the state of what has left, and the stock location."""

    handler: str
    shipped_state: str
    stock_location: str


class _NotAsked(RemoteError):
    """The shop could not be asked what it has; nothing was to be written yet."""

    outcome = "retry"


class Writes:
    """Tells one shop. A document is what `vendure.Vendure` rendered: one kind of effect, by its name."""

    def __init__(self, api: Api, ways: Ways) -> None:
        self._api = api
        self._ways = ways

    def deliver(self, document: Document, key: str) -> Receipt:
        """What became of the effects in `document`, none of which is done twice."""
        try:
            return self._done(document, key, write=True)
        except _NotAsked as error:
            return Receipt("retry", message=error.said)
        except RemoteError as error:
            return receipt_of(error)

    def recover(self, document: Document, key: str) -> Receipt:
        """Whether they are there: `absent` when the shop answers and they are not. What is half done is completed.

        RemoteError when the shop does not say.
        """
        try:
            return self._done(document, key, write=False)
        except RemoteRefused as error:
            return receipt_of(error)

    def _done(self, document: Document, key: str, *, write: bool) -> Receipt:
        told = json.loads(document.content)
        if "tracking" in told:
            return self._tracking(*told["tracking"], write=write)
        if "cancel" in told:
            return self._cancel(*told["cancel"], key=key, write=write)
        return self._stock(told["stock"], write=write)

    def _look(self, text: str, variables: Mapping[str, Any]) -> dict[str, Any]:
        """What the shop says before anything is written: whatever goes wrong here, nothing was processed."""
        try:
            return self._api.ask(text, variables)[0]
        except (RemoteRefused, RemoteDenied):
            raise
        except RemoteError as error:
            raise _NotAsked(error.message, where=error.where) from None

    def _tracking(self, package: Mapping[str, Any], *, write: bool) -> Receipt:
        order = self._order(_STANDING, package["order_id"])
        old = _called_before(order, package, _method(package))
        if old and not write:
            return Receipt("absent", message=f"order {order['code']} still shows {package['replaces']}")
        for one in old:
            problem = self._withdrawn(package, one)
            if problem:
                return Receipt("refused", str(one["id"]), f"order {order['code']}: {problem}")
        there = _fulfilled(order, package, old)
        if there is None and not write:
            return Receipt("absent", message=f"order {order['code']} has no fulfillment {package['tracking_number']}")
        if there is None:
            data, _ = self._api.ask(_FULFILL, {"input": self._fulfillment(package)}, "blind")
            there = data["addFulfillmentToOrder"]
            if there.get("__typename") != "Fulfillment":
                return Receipt("refused", message=f"order {order['code']}: {_why_not(there)}")
        return self._shipped(str(there["id"]), str(there["state"]))

    def _fulfillment(self, package: Mapping[str, Any]) -> dict[str, Any]:
        arguments = {"method": _method(package), "trackingCode": package["tracking_number"]}
        return {
            "lines": [{"orderLineId": one["id"], "quantity": one["quantity"]} for one in package["lines"]],
            "handler": {
                "code": self._ways.handler,
                "arguments": [{"name": name, "value": value} for name, value in arguments.items()],
            },
        }

    def _withdrawn(self, package: Mapping[str, Any], old: Mapping[str, Any]) -> str:
        """Cancel a fulfillment that shows what is corrected; why it cannot be, or empty."""
        by_hand = f"fulfillment {old['id']} shows {package['replaces']}, and now it is {package['tracking_number']}"
        if old["trackingCode"] != package["replaces"] or _units(old).items() - _wanted(package).items():
            return f"{by_hand}; it holds other parcels or units, too, so change it in the admin"
        if old["state"] not in {"Pending", "Shipped"}:
            return f"{by_hand}; it is {old['state']} already, so that nothing was changed"
        variables = {"id": str(old["id"]), "state": "Cancelled"}
        result = self._api.ask(_SHIP, variables, "keyed")[0]["transitionFulfillmentToState"]
        if result.get("__typename") == "Fulfillment" or result.get("fromState") == "Cancelled":
            return ""
        return f"{by_hand}; it cannot be cancelled: {said(result)}"

    def _shipped(self, fulfillment: str, state: str) -> Receipt:
        """The fulfillment has left: only one that waits is moved, so that what a person did there stays."""
        if state in {"Created", "Pending"} and self._ways.shipped_state != state:
            variables = {"id": fulfillment, "state": self._ways.shipped_state}
            result = self._api.ask(_SHIP, variables, "keyed")[0]["transitionFulfillmentToState"]
            moved = result.get("__typename") == "Fulfillment"
            if not moved and result.get("fromState") in {None, "Created", "Pending"}:
                return Receipt("refused", fulfillment, f"fulfillment {fulfillment} stays {state}: {said(result)}")
        return Receipt(ACCEPTED.outcome, reference=fulfillment)

    def _cancel(self, cancellation: Mapping[str, Any], *, key: str, write: bool) -> Receipt:
        order = self._order(_CANCELLED, cancellation["order_id"])
        mark = f"[{_MARK} {key[:16]}]"
        reasons = [str((entry.get("data") or {}).get("reason") or "") for entry in order["history"]["items"]]
        if any(reason.endswith(mark) for reason in reasons):
            return ACCEPTED
        left = {line["id"]: line["quantity"] for line in order["lines"]}
        lines = cancellation["lines"] or [{"id": line, "quantity": units} for line, units in left.items()]
        units = {one["id"]: min(one["quantity"], left.get(one["id"], 0)) for one in lines}
        if not any(units.values()):
            return ACCEPTED
        if not write:
            return Receipt("absent", message=f"order {order['code']} has not been cancelled")
        reason = " ".join(filter(None, (cancellation["reason"], mark)))
        whole = all(units.get(line, 0) == quantity for line, quantity in left.items())
        stopped = [{"orderLineId": line, "quantity": quantity} for line, quantity in units.items() if quantity]
        asked = {"orderId": cancellation["order_id"], "lines": stopped, "cancelShipping": whole, "reason": reason}
        result = self._api.ask(_CANCEL, {"input": asked}, "blind")[0]["cancelOrder"]
        if result.get("__typename") == "Order":
            return ACCEPTED
        return Receipt("refused", message=f"order {order['code']}: {said(result)}")

    def _stock(self, levels: Sequence[Mapping[str, Any]], *, write: bool) -> Receipt:
        location = self._location()
        variants = self._variants([level["sku"] for level in levels])
        each: dict[str, Receipt] = {}
        changes = []
        for level in levels:
            found = variants.get(level["sku"], [])
            if len(found) != 1:
                message = "no variant of the shop has this SKU" if not found else f"{len(found)} variants have this SKU"
                each[level["sku"]] = Receipt("refused", message=message)
                continue
            here = [one for one in found[0]["stockLevels"] if one["stockLocationId"] == location]
            wanted = level["quantity"] + sum(one["stockAllocated"] for one in here)
            if [wanted] != [one["stockOnHand"] for one in here]:
                stock = [{"stockLocationId": location, "stockOnHand": wanted}]
                changes.append({"id": found[0]["id"], "stockLevels": stock})
        if changes and not write:
            return Receipt("absent", message=f"{len(changes)} numbers are others in the shop")
        if changes:
            self._api.ask(_STOCK, {"input": changes}, "keyed")
        return Receipt(ACCEPTED.outcome, each=each)

    def _variants(self, skus: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
        """SKU, to the letter -> the variants that have it."""
        listed = self._look(_VARIANTS, {"skus": list(skus)})["productVariants"]
        if listed["totalItems"] > len(listed["items"]):
            raise RemoteRefused("lists more than 1,000 variants for these SKUs", where=self._api.client.target)
        found: dict[str, list[Mapping[str, Any]]] = {}
        for variant in listed["items"]:
            found.setdefault(variant["sku"], []).append(variant)
        return found

    def _location(self) -> str:
        """The id of the stock location that is told; RemoteRefused when it is not clear which."""
        locations = _by_id(self._look(LOCATIONS, {}))
        wanted = self._ways.stock_location
        named = [one for one, name in locations.items() if wanted in ("", one, name)]
        if len(named) == 1:
            return named[0]
        listed = ", ".join(f"{name} ({one})" for one, name in locations.items())
        message = f"has the stock locations {listed}; name one of them: stock_location = "
        raise RemoteRefused(message, where=self._api.client.target)

    def _order(self, text: str, order_id: str) -> Mapping[str, Any]:
        order = self._look(text, {"id": order_id}).get("order")
        if not isinstance(order, dict):
            raise RemoteRefused(f"has no order {order_id}", where=self._api.client.target)
        return order


def stock_locations(api: Api) -> dict[str, str]:
    """Id -> name of the shop's stock locations."""
    return _by_id(api.ask(LOCATIONS, {})[0])


def _by_id(data: Mapping[str, Any]) -> dict[str, str]:
    return {one["id"]: one["name"] for one in data["stockLocations"]["items"]}


def _fulfilled(
    order: Mapping[str, Any], package: Mapping[str, Any], but: Sequence[Mapping[str, Any]]
) -> Mapping[str, Any] | None:
    """The fulfillment that has this tracking code (alone or in a list) and at least these units; none of `but`."""
    for one in _standing(order):
        units = _units(one)
        covered = all(units.get(line, 0) >= quantity for line, quantity in _wanted(package).items())
        if package["tracking_number"] in _codes(one) and covered and one not in but:
            return dict(one)
    return None


def _called_before(order: Mapping[str, Any], package: Mapping[str, Any], method: str) -> list[Mapping[str, Any]]:
    """The fulfillments that show what a corrected package was called before."""
    is_same = package["replaces"] == package["tracking_number"]
    return [
        one
        for one in _standing(order)
        if package["replaces"] and package["replaces"] in _codes(one) and not (is_same and one["method"] == method)
    ]


def _standing(order: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    return [one for one in order["fulfillments"] or () if one["state"] != "Cancelled"]


def _codes(fulfillment: Mapping[str, Any]) -> set[str]:
    return {code.strip() for code in (fulfillment["trackingCode"] or "").split(",")}


def _units(fulfillment: Mapping[str, Any]) -> dict[str, int]:
    units: dict[str, int] = {}
    for line in fulfillment["lines"]:
        units[line["orderLineId"]] = units.get(line["orderLineId"], 0) + line["quantity"]
    return units


def _wanted(package: Mapping[str, Any]) -> dict[str, int]:
    return {one["id"]: one["quantity"] for one in package["lines"]}


def _method(package: Mapping[str, Any]) -> str:
    return " ".join(filter(None, (title(package["carrier"]), package["service"]))) or "shipped"


def _why_not(result: Mapping[str, Any]) -> str:
    words = said(result)
    if result.get("__typename") == "InsufficientStockOnHandError":
        return f"{words}: {result.get('productVariantName')} has {result.get('stockOnHand')} on hand there"
    return words
