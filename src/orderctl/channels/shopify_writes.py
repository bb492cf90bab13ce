"""Tells a Shopify store of packages and of orders that will not be shipped.

Tracking ("fulfillmentCreate" has no idempotency key, so that everything is read before it is written):
1. what of the package already stands under its tracking number needs no telling
2. the order's fulfillment orders are read again: their ids change with every move, split, hold and edit
3. the units left are laid on those that may be fulfilled, by the id of the order line; if they do not all fit, nothing
   is written
4. one fulfillment for each assigned location and each 250 lines, all under the same tracking number

Cancellation: a whole order only, since Shopify cancels nothing less; its job is asked for until it is done.
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
_POLLS = 5
_OLD = "there is no such order, or it is older than 60 days and the app lacks read_all_orders"


def package_is_there(api: Api, package: Row) -> Receipt:
    """`accepted` when all units of `package` stand under its tracking number, else `absent`."""
    shipped = _shipped(api, package)
    missing = _missing(package, shipped)
    there = not missing and (package["lines"] or shipped)
    return ACCEPTED if there else Receipt("absent", message=f"{package['number']} is not on the order yet")


def tell_package(api: Api, package: Row, *, notify: bool) -> Receipt:
    """What the store said to `package`, as `shopify.Shopify.render_tracking` wrote it."""
    shipped = _shipped(api, package)
    missing = _missing(package, shipped)
    if not missing and (package["lines"] or shipped):
        return ACCEPTED
    places = list(_places(api, package["order"]))
    laid, unplaced = _laid(missing, places, whole=not package["lines"])
    if unplaced or not laid:
        return Receipt("refused", message=_why_not(unplaced, places))
    tracking = {name: package[name] for name in ("company", "number", "url") if package[name]}
    reference = ""
    for rows in _portions(laid):
        fulfillment = {"notifyCustomer": notify, "trackingInfo": tracking, "lineItemsByFulfillmentOrder": rows}
        told = api.change("Ship", {"fulfillment": fulfillment}, "blind")
        reference = reference or str((told.get("fulfillment") or {}).get("id") or "")
    return Receipt("accepted", reference=reference)


def _shipped(api: Api, package: Row) -> Counter[str]:
    """Units by line that stand on the order under the tracking number of `package`."""
    order = api.ask("Shipped", {"id": package["order"]}).value.get("order")
    if order is None:
        raise RemoteRefused(f"order {package['name']}: {_OLD}", where=api.client.target)
    found = Counter[str]()
    for one in part(order, api.client.target, "fulfillments"):
        numbers = {tracking.get("number") for tracking in one.get("trackingInfo") or ()}
        if one.get("status") == "SUCCESS" and package["number"] in numbers:
            for row in part(one, api.client.target, "fulfillmentLineItems", "nodes"):
                found[row["lineItem"]["id"]] += row["quantity"]
    return found


def _missing(package: Row, shipped: Counter[str]) -> Counter[str]:
    """Units by line of the package that are not there; what was never a line of the order is no business of it."""
    asked = Counter[str]()
    for line in package["lines"]:
        if line["id"].startswith(_LINE):
            asked[line["id"]] += line["quantity"]
    return asked - shipped


def _places(api: Api, order: str) -> Iterator[dict[str, Any]]:
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


def is_cancelled(api: Api, cancellation: Row) -> Receipt:
    """`accepted` when the order is cancelled, else `absent`."""
    at, _ = _open_units(api, cancellation)
    return ACCEPTED if at else Receipt("absent", message="the order is not cancelled there")


def cancel(api: Api, cancellation: Row, terms: Row) -> Receipt:
    """Cancel a whole order on `terms` (the arguments of orderCancel). A part of one is refused: Shopify cannot."""
    at, units = _open_units(api, cancellation)
    if at:
        return ACCEPTED
    stopped = Counter[str]()
    for line in cancellation["lines"]:
        stopped[line["id"]] += line["quantity"]
    if cancellation["lines"] and units - stopped:
        left = sum((units - stopped).values())
        return Receipt("refused", message=f"{left} units would stay, and Shopify cancels whole orders only; remove the "
                       "others by editing the order in the admin")  # fmt: skip
    try:
        told = api.change("Cancel", {"id": cancellation["order"], **terms, "note": cancellation["note"]}, "blind")
    except RemoteRefused as refused:
        if "already been canceled" in refused.message:
            return ACCEPTED
        raise
    job = str((told.get("job") or {}).get("id") or "")
    for _ in range(_POLLS):
        if _is_done(api, job):
            at, _ = _open_units(api, cancellation)
            return (
                Receipt("accepted", job) if at else Receipt("refused", job, "its job ended, and nothing is cancelled")
            )
    return Receipt("uncertain", job, "the order is still being cancelled")


def _is_done(api: Api, job: str) -> bool:
    try:
        return bool((api.ask("Job", {"id": job}).value.get("job") or {}).get("done")) if job else True
    except RemoteRefused:
        return True  # a job is forgotten some time after it ended; the order says what it did


def _open_units(api: Api, cancellation: Row) -> tuple[str, Counter[str]]:
    """When the order was cancelled (empty = not), and the units by line that it still has."""
    units = Counter[str]()
    at, after = "", None
    while True:
        variables = {"id": cancellation["order"], "after": after}
        order = api.ask("OpenLines", variables).value.get("order")
        if order is None:
            raise RemoteRefused(f"order {cancellation['name']}: {_OLD}", where=api.client.target)
        at = str(order.get("cancelledAt") or "")
        lines = part(order, api.client.target, "lineItems")
        for line in part(lines, api.client.target, "nodes"):
            units[line["id"]] += line["currentQuantity"]
        info = part(lines, api.client.target, "pageInfo")
        if at or not info.get("hasNextPage"):
            return at, +units
        after = info.get("endCursor")
