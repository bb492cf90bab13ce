"""Tells a Shopify store of packages. "fulfillmentCreate" has no idempotency key: all is read before it is written.

1. of a package that is corrected, what stands under its old number or carrier gets the new one
2. what of the package already stands under its tracking number needs no telling
3. the order's fulfillment orders are read again: their ids change with every move, split, hold and edit
4. the units left are laid on those that may be fulfilled, by the id of the order line; if they do not all fit, nothing
   is written
5. one fulfillment for each assigned location and each 250 lines, all under the same tracking number
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orderctl.channels.shopify_api import Api, part
from orderctl.core.effects import ACCEPTED, Receipt
from orderctl.core.errors import RemoteRefused

Row = Mapping[str, Any]
_LINE = "gid://shopify/LineItem/"
#: A list in a request may have this many entries.
_MOST = 250
OLD = "there is no such order, or it is older than 60 days and the app lacks read_all_orders"


def package_is_there(api: Api, package: Row) -> Receipt:
    """`accepted` when all units of `package` stand under its tracking number and no other label, else `absent`."""
    found = _fulfillments(api, package)
    shipped = _shipped(found, package)
    missing = _missing(package, shipped)
    there = not missing and not list(_stale(found, package)) and (package["lines"] or shipped)
    return ACCEPTED if there else Receipt("absent", message=f"{package['number']} is not on the order yet")


def tell_package(api: Api, package: Row, *, notify: bool) -> Receipt:
    """What the store said to `package`, as `shopify.Shopify.render_tracking` wrote it."""
    found = _fulfillments(api, package)
    stale = list(_stale(found, package))
    for one in stale:
        api.change("Relabel", {"id": one["id"], "tracking": _relabeled(one, package), "notify": notify}, "blind")
    shipped = _shipped(_fulfillments(api, package) if stale else found, package)
    missing = _missing(package, shipped)
    if not missing and (package["lines"] or shipped):
        return ACCEPTED
    places = list(places_of(api, package["order"]))
    laid, unplaced = _laid(missing, places, whole=not package["lines"])
    if unplaced or not laid:
        return Receipt("refused", message=_why_not(unplaced, places))
    tracking = _tracking(package)
    reference = ""
    for rows in _portions(laid):
        fulfillment = {"notifyCustomer": notify, "trackingInfo": tracking, "lineItemsByFulfillmentOrder": rows}
        told = api.change("Ship", {"fulfillment": fulfillment}, "blind")
        reference = reference or str((told.get("fulfillment") or {}).get("id") or "")
    return Receipt("accepted", reference=reference)


def _fulfillments(api: Api, package: Row) -> list[Row]:
    """What has left of the order of `package`, whoever told it."""
    order = api.ask("Shipped", {"id": package["order"]}).value.get("order")
    if order is None:
        raise RemoteRefused(f"order {package['name']}: {OLD}", where=api.client.target)
    every: list[Row] = part(order, api.client.target, "fulfillments")
    return [one for one in every if one.get("status") == "SUCCESS"]


def _shipped(fulfillments: Sequence[Row], package: Row) -> Counter[str]:
    """Units by line that stand there under the tracking number of `package`."""
    found = Counter[str]()
    for one in fulfillments:
        if package["number"] in {tracking.get("number") for tracking in one.get("trackingInfo") or ()}:
            for row in one["fulfillmentLineItems"]["nodes"]:
                found[row["lineItem"]["id"]] += row["quantity"]
    return found


def _stale(fulfillments: Sequence[Row], package: Row) -> Iterator[Row]:
    """Fulfillments that show the label that a corrected package had before."""
    for one in fulfillments:
        for tracking in one.get("trackingInfo") or ():
            is_same = package["replaces"] == package["number"]
            is_told = is_same and (not package["company"] or tracking.get("company") == package["company"])
            if package["replaces"] and tracking.get("number") == package["replaces"] and not is_told:
                yield one
                break


def _relabeled(fulfillment: Row, package: Row) -> dict[str, Any]:
    """The tracking of a fulfillment once `package` has its new label; other numbers that it has stay."""
    every = fulfillment["trackingInfo"]
    if len(every) == 1:
        return _tracking(package)
    pairs = [(one.get("number") or "", one.get("url") or "") for one in every]
    old, new = package["replaces"], (package["number"], package["url"])
    told = [new if number == old else (number, url) for number, url in pairs]
    stated: dict[str, Any] = {"numbers": [number for number, _ in told]}
    if package["company"]:
        stated["company"] = package["company"]
    if all(url for _, url in told):
        stated["urls"] = [url for _, url in told]
    return stated


def _tracking(package: Row) -> dict[str, Any]:
    return {name: package[name] for name in ("company", "number", "url") if package[name]}


def _missing(package: Row, shipped: Counter[str]) -> Counter[str]:
    """Units by line of the package that are not there; what was never a line of the order is no business of it."""
    asked = Counter[str]()
    for line in package["lines"]:
        if line["id"].startswith(_LINE):
            asked[line["id"]] += line["quantity"]
    return asked - shipped


def places_of(api: Api, order: str) -> Iterator[dict[str, Any]]:
    """The fulfillment orders of an order, each with all its lines."""
    for _, nodes in api.nodes("FulfillmentOrders", {"id": order}, "order", "fulfillmentOrders"):
        for place in nodes:
            lines = list(part(place, api.client.target, "lineItems", "nodes"))
            info = part(place, api.client.target, "lineItems", "pageInfo")
            if info.get("hasNextPage"):
                rest = {"id": place["id"], "after": info.get("endCursor")}
                for _, more in api.nodes("FulfillmentOrderLines", rest, "fulfillmentOrder", "lineItems"):
                    lines += more
            yield {**place, "lines": lines}


def _may_be_fulfilled(place: Row) -> bool:
    return "CREATE_FULFILLMENT" in {one.get("action") for one in place.get("supportedActions") or ()}


def _laid(
    missing: Counter[str], places: Sequence[Row], *, whole: bool
) -> tuple[dict[str, list[tuple[str, str, int]]], Counter[str]]:
    """By assigned location: (fulfillment order, its line, units); and what found no place. `whole` = all that is open.

    A fulfillment is of one location only.
    """
    laid: dict[str, list[tuple[str, str, int]]] = defaultdict(list)
    unplaced = Counter(missing)
    for place in filter(_may_be_fulfilled, places):
        location = ((place.get("assignedLocation") or {}).get("location") or {}).get("id") or ""
        for line in place["lines"]:
            name, left = line["lineItem"]["id"], line["remainingQuantity"]
            units = left if whole else min(left, unplaced[name])
            if units > 0:
                laid[location].append((place["id"], line["id"], units))
                unplaced[name] -= units
    return laid, +unplaced


def _portions(laid: Mapping[str, Sequence[tuple[str, str, int]]]) -> Iterator[list[dict[str, Any]]]:
    """What goes into one fulfillment each: one location, at most as many lines as a request may list."""
    for rows in laid.values():
        for first in range(0, len(rows), _MOST):
            of_place: dict[str, list[dict[str, Any]]] = defaultdict(list)
            for place, line, units in rows[first : first + _MOST]:
                of_place[place].append({"id": line, "quantity": units})
            yield [
                {"fulfillmentOrderId": place, "fulfillmentOrderLineItems": lines} for place, lines in of_place.items()
            ]


def _why_not(unplaced: Counter[str], places: Sequence[Row]) -> str:
    """Why these units cannot be fulfilled there, in words a person can act on."""
    for place in places:
        waiting = any(unplaced[line["lineItem"]["id"]] and line["remainingQuantity"] for line in place["lines"])
        if (waiting or not unplaced) and place.get("status") == "ON_HOLD":
            reasons = ", ".join(sorted({str(one.get("reason")) for one in place.get("fulfillmentHolds") or ()}))
            return (
                f"the order is on hold there ({reasons or 'no reason given'}); release it in the admin, then try again"
            )
        if waiting and place.get("status") == "SCHEDULED":
            return "the order is scheduled for later there; mark it as ready in the admin, then try again"
        if waiting and not _may_be_fulfilled(place):
            return f"a fulfillment order ({place.get('status')}) with these units is not ours to fulfill there"
    units = sum(unplaced.values())
    words = f"{units} of the units are not open there any more" if units else "nothing of the order is open there"
    return f"{words}: fulfilled under another tracking number, removed or refunded"
