"""Tells a Shopify store what of an order will not be shipped.

1. what is cancelled or gone there already needs no telling
2. a whole order: "orderCancel", whose job is asked for until it is done
3. a part of one: "refundCreate" with `restockType` CANCEL and no transaction, so that the units go and no money moves;
   it has an idempotency key, and a mark in its note by which it is found again
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from orderctl.channels.shopify_api import Api, part
from orderctl.channels.shopify_stock import idempotency
from orderctl.channels.shopify_writes import OLD, places_of
from orderctl.core.effects import ACCEPTED, Receipt
from orderctl.core.errors import RemoteRefused

Row = Mapping[str, Any]
_POLLS = 5


def is_cancelled(api: Api, cancellation: Row, key: str) -> Receipt:
    """`accepted` when the order, or this part of it, is cancelled, else `absent`."""
    at, _ = _open_units(api, cancellation)
    done = at or _is_marked(api, cancellation, key)
    return ACCEPTED if done else Receipt("absent", message="it is not cancelled there")


def cancel(api: Api, cancellation: Row, terms: Row, key: str, *, parts: bool) -> Receipt:
    """Cancel an order on `terms` (the arguments of orderCancel), or where `parts` says so some units of one."""
    at, units = _open_units(api, cancellation)
    if at:
        return ACCEPTED
    stopped = Counter[str]()
    for line in cancellation["lines"]:
        stopped[line["id"]] += line["quantity"]
    stay = units - stopped if cancellation["lines"] else Counter[str]()
    if not stay:
        return _whole(api, cancellation, terms)
    if not parts or terms.get("refund"):
        why = (
            "`cancel.parts` is off"
            if not parts
            else "`cancel.refund` is on, and of a part no money goes back by itself"
        )
        left = f"{sum(stay.values())} units would stay"
        return Receipt("refused", message=f"{left}, and {why}; remove the others by editing the order in the admin")
    return _part(api, cancellation, units & stopped, key, restock=terms["restock"], notify=terms["notify"])


def _whole(api: Api, cancellation: Row, terms: Row) -> Receipt:
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


def _part(api: Api, cancellation: Row, units: Counter[str], key: str, *, restock: bool, notify: bool) -> Receipt:
    """Take `units` (by line) off the order; those that are gone already are not asked for."""
    if not units or _is_marked(api, cancellation, key):
        return ACCEPTED
    where = {
        line["lineItem"]["id"]: ((place.get("assignedLocation") or {}).get("location") or {}).get("id")
        for place in places_of(api, cancellation["order"])
        for line in place["lines"]
        if line["remainingQuantity"]
    }
    rows = [
        {"lineItemId": line, "quantity": quantity}
        | ({"restockType": "CANCEL", "locationId": where.get(line)} if restock else {"restockType": "NO_RESTOCK"})
        for line, quantity in units.items()
    ]
    note = f"{cancellation['note'][:200]} {_mark(key)}".strip()
    asked = {"orderId": cancellation["order"], "note": note, "notify": notify, "refundLineItems": rows}
    told = api.change("Refund", {"input": asked, "key": idempotency(key, asked)}, "keyed")
    return Receipt("accepted", str((told.get("refund") or {}).get("id") or ""))


def _mark(key: str) -> str:
    return f"[orderctl {key}]"


def _is_marked(api: Api, cancellation: Row, key: str) -> bool:
    """Whether the order has a refund with the mark of `key`."""
    order = api.ask("RefundNotes", {"id": cancellation["order"]}).value.get("order")
    notes = [str(one.get("note") or "") for one in part(order or {}, api.client.target, "refunds")] if order else []
    return any(_mark(key) in note for note in notes)


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
            raise RemoteRefused(f"order {cancellation['name']}: {OLD}", where=api.client.target)
        at = str(order.get("cancelledAt") or "")
        lines = part(order, api.client.target, "lineItems")
        for line in part(lines, api.client.target, "nodes"):
            units[line["id"]] += line["currentQuantity"]
        info = part(lines, api.client.target, "pageInfo")
        if at or not info.get("hasNextPage"):
            return at, +units
        after = info.get("endCursor")
