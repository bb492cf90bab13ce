"""Tells a Shopify store how many units of each SKU it may sell at one location.

1. the variants of the SKUs are looked up with what is available there now; the search is loose, so that only the exact
   SKU counts, and one SKU may be several variants
2. what is right already needs no telling; what is not stocked there is activated with its number
3. the rest is set, 250 at a time ("inventorySetQuantities" with `@idempotent`), if it still is what was read
4. a request is done as a whole or not at all: rows that the store refuses are taken out, and the others set without
   them; what changed there meanwhile was sold or corrected, and is told again once that is known here
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.channels.shopify_api import ROWS, SKUS, Api, code_of, part
from orderctl.core.digests import canonical
from orderctl.core.effects import Receipt
from orderctl.core.errors import RemoteBusy, RemoteRefused

_FAILED_TIMES = 2
_STALE = "CHANGE_FROM_QUANTITY_STALE"
_NAMESPACE = uuid.UUID("5d0a6a0e-9a3c-5d4f-8f57-0b6c1a2e7d11")


@dataclass(frozen=True, slots=True)
class Level:
    """What is available of one item at the location; None = it is not stocked there."""

    item: str
    tracked: bool
    available: int | None


def location_id(api: Api, stated: str) -> str:
    """The id of the location whose stock is told: `stated`, as a number or a gid, else the only one that ships."""
    if stated:
        return stated if stated.startswith("gid://") else f"gid://shopify/Location/{stated}"
    found = [row for _, nodes in api.nodes("Locations", {}, "locations") for row in nodes]
    ships = [row for row in found if row.get("isActive") and row.get("shipsInventory")]
    if len(ships) != 1:
        names = ", ".join(f"{row.get('name')} ({row['id'].rpartition('/')[2]})" for row in found[:10])
        message = f"has {len(ships)} locations that ship; say which by `location`: {names}"
        raise RemoteRefused(message, where=api.client.target)
    return str(ships[0]["id"])


def levels(api: Api, location: str, skus: Sequence[str]) -> dict[str, list[Level]]:
    """The items of each of `skus` as they stand at `location`; a SKU that no variant has is missing."""
    wanted, found = frozenset(skus), defaultdict[str, dict[str, Level]](dict)
    for first in range(0, len(skus), SKUS):
        query = " OR ".join(f"sku:'{_quoted(sku)}'" for sku in skus[first : first + SKUS])
        for _, nodes in api.nodes("Levels", {"query": query, "location": location}, "productVariants"):
            for row in nodes:
                if row.get("sku") in wanted:
                    level = _level(part(row, api.client.target, "inventoryItem"))
                    found[row["sku"]][level.item] = level
    return {sku: list(items.values()) for sku, items in found.items()}


def _quoted(sku: str) -> str:
    return sku.replace("\\", "\\\\").replace("'", "\\'")


def _level(item: Mapping[str, Any]) -> Level:
    stocked = item.get("inventoryLevel")
    numbers = [row.get("quantity") for row in (stocked or {}).get("quantities") or ()]
    available = numbers[0] if numbers and isinstance(numbers[0], int) else 0
    return Level(str(item["id"]), item.get("tracked") is True, available if stocked else None)


def stock_is_there(api: Api, location: str, wanted: Mapping[str, int]) -> Receipt:
    """`accepted` when the store has every one of these numbers, else `absent`."""
    found = levels(api, location, list(wanted))
    right = all(sku in found and _is_right(found[sku], units) for sku, units in wanted.items())
    return Receipt("accepted") if right else Receipt("absent", message="the numbers are not there")


def _is_right(items: Sequence[Level], units: int) -> bool:
    return all(item.available == units for item in items)


def tell_stock(api: Api, location: str, wanted: Mapping[str, int], uri: str, key: str) -> Receipt:
    """What the store said to `wanted` (SKU -> units). `uri` names the push in its history, `key` is the effect's."""
    found = levels(api, location, list(wanted))
    each: dict[str, Receipt] = {}
    rows: list[tuple[str, Level]] = []
    for sku, units in wanted.items():
        items = [item for item in found.get(sku, ()) if item.tracked]
        if not items:
            why = "its stock is not tracked there" if sku in found else "no variant there has this SKU"
            each[sku] = Receipt("refused", message=why)
        rows += [(sku, item) for item in items if item.available != units]
    for sku, item in rows:
        if item.available is None:
            each |= _activated(api, location, item, sku, wanted[sku], key)
    rows = [(sku, item) for sku, item in rows if item.available is not None]
    for first in range(0, len(rows), ROWS):
        portion = rows[first : first + ROWS]
        each |= _set(api, _Asked(location, wanted, uri, f"{key}:{first}"), portion)
    nothing = len(each) == len(wanted) and each
    outcome = next(iter(each.values())).outcome if nothing else "accepted"
    return Receipt(outcome, message=_summary(each), each=each)


def _summary(each: Mapping[str, Receipt]) -> str:
    words = "; ".join(f"{sku}: {one.message}" for sku, one in list(each.items())[:3])
    return f"{words}; {len(each) - 3} more" if len(each) > 3 else words


def _activated(api: Api, location: str, item: Level, sku: str, units: int, key: str) -> dict[str, Receipt]:
    """Stock an item at the location, with its number at once; what came of it if it was refused."""
    variables = {"item": item.item, "location": location, "available": units}
    try:
        api.change("Activate", {**variables, "key": idempotency(key, variables)}, "keyed")
    except RemoteRefused as refused:
        return {sku: Receipt("refused", message=refused.message)}
    return {}


@dataclass(frozen=True, slots=True)
class _Asked:
    """What is the same for every row of a push."""

    location: str
    wanted: Mapping[str, int]
    uri: str
    key: str

    def input(self, rows: Sequence[tuple[str, Level]]) -> dict[str, Any]:
        """What inventorySetQuantities takes."""
        quantities = [
            {
                "inventoryItemId": item.item,
                "locationId": self.location,
                "quantity": self.wanted[sku],
                "changeFromQuantity": item.available,
            }
            for sku, item in rows
        ]
        about = {"name": "available", "reason": "correction", "referenceDocumentUri": self.uri}
        return about | {"quantities": quantities}


def _set(api: Api, asked: _Asked, rows: Sequence[tuple[str, Level]]) -> dict[str, Receipt]:
    """Set these rows; what came of those that were not. RemoteError when the request as a whole came to nothing."""
    each: dict[str, Receipt] = {}
    for attempt in range(len(rows) + _FAILED_TIMES):
        if not rows:
            break
        told = asked.input(rows)
        try:
            api.change("SetStock", {"input": told, "key": idempotency(f"{asked.key}:{attempt}", told)}, "keyed")
        except RemoteRefused as refused:
            code, wrong = code_of(refused), dict(_wrong_rows(refused.details))
            if code == "IDEMPOTENCY_CONCURRENT_REQUEST":
                raise RemoteBusy(refused.message, where=refused.where) from None
            if not wrong and (code != "IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED" or attempt >= _FAILED_TIMES):
                raise
            each |= {rows[at][0]: receipt for at, receipt in wrong.items() if at < len(rows)}
            rows = [row for at, row in enumerate(rows) if at not in wrong]
        else:
            break
    return each


def _wrong_rows(errors: Any) -> Iterator[tuple[int, Receipt]]:
    """Each error that names one of the rows that were sent, by the number of the row."""
    for one in errors if isinstance(errors, list) else ():
        place = one.get("field") or []
        if len(place) > 2 and place[:2] == ["input", "quantities"] and str(place[2]).isdigit():
            code, message = str(one.get("code") or ""), str(one.get("message") or "")
            said = f"{code}: {message}" if code else message
            yield int(place[2]), Receipt("retry" if code == _STALE else "refused", message=said)


def idempotency(key: str, variables: Mapping[str, Any]) -> str:
    """A key of its own for each thing that is asked: the same request again is the same key."""
    return str(uuid.uuid5(_NAMESPACE, f"{key}\x1f{canonical(variables)}"))
