"""Stock for WooCommerce: absolute numbers by SKU, which may be repeated.

1. products and variations are found by SKU and compared letter by letter; one that several have is refused
2. a variation whose stock is managed at its parent is written there, once
3. batches of a hundred, products together, variations per parent; each entry is judged alone
4. looking afterwards compares the numbers that the shop shows
WooCommerce has no compare-and-set: a sale between reading and writing is undone by our number until the next push.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.channels.woocommerce_site import CORE, MOST, Site
from orderctl.core.effects import ACCEPTED, Document, Receipt, StockLevel, receipt_of
from orderctl.core.errors import RemoteError

#: SKUs asked for at once; their products' variations may have the same ones.
_ASKED = 50
_FIELDS = ("_fields", "id,sku,type,parent_id,manage_stock,stock_quantity")


@dataclass(frozen=True, slots=True)
class _Place:
    """Where the stock of a SKU is kept: a product, or a variation of `parent`. `shown` is None where it is not kept."""

    id: int
    parent: int
    shown: int | None


def render(name: str, levels: Sequence[StockLevel]) -> Document:
    """The document of `levels`."""
    stated = [{"sku": level.sku, "quantity": level.quantity} for level in levels]
    content = json.dumps({"stock": stated}, ensure_ascii=False, separators=(",", ":")).encode()
    units = sum(level.quantity for level in levels)
    return Document(name, content, "application/json", len(levels), units, kept=True)


def tell(site: Site, asked: Mapping[str, Any]) -> Receipt:
    """Write the numbers that differ. `each` holds the SKUs that were not taken, and why."""
    levels = {row["sku"]: row["quantity"] for row in asked["stock"]}
    places, each = _places(site, levels)
    due: dict[int, dict[str, _Place]] = {}
    for sku, place in places.items():
        if place.shown != levels[sku]:
            due.setdefault(place.parent, {})[sku] = place
    for parent, found in sorted(due.items()):
        route = f"{CORE}/products/{parent}/variations/batch" if parent else f"{CORE}/products/batch"
        for some in _parts(list(found), MOST):
            each |= _write(site, route, {sku: (found[sku].id, levels[sku]) for sku in some})
    outcomes = {receipt.outcome for receipt in each.values()}
    if len(each) == len(levels) and len(outcomes) == 1:
        return Receipt(outcomes.pop(), message=next(iter(each.values())).message, each=each)
    return Receipt(ACCEPTED.outcome, each=each)


def look(site: Site, asked: Mapping[str, Any]) -> Receipt:
    """Whether the shop shows the numbers."""
    levels = {row["sku"]: row["quantity"] for row in asked["stock"]}
    places, each = _places(site, levels)
    wrong = [sku for sku, place in places.items() if place.shown != levels[sku]]
    if wrong:
        return Receipt("absent", message=f"{len(wrong)} of {len(levels)} SKUs show other numbers")
    return Receipt(ACCEPTED.outcome, each=each)


def _places(site: Site, levels: Mapping[str, int]) -> tuple[dict[str, _Place], dict[str, Receipt]]:
    """Where the stock of each SKU is kept, and why it cannot be told of the others."""
    places: dict[str, _Place] = {}
    each: dict[str, Receipt] = {}
    taken: dict[int, str] = {}
    found = _found(site, list(levels))
    for sku, quantity in levels.items():
        rows = found.get(sku, [])
        if len(rows) != 1:
            said = f"{len(rows)} products have the SKU {sku}" if rows else f"no product has the SKU {sku}"
            each[sku] = Receipt("refused", message=said)
            continue
        place = _place(site, rows[0])
        first = taken.setdefault(place.id, sku)
        if first != sku and levels[first] != quantity:
            each[sku] = Receipt("refused", message=f"SKU {sku} shares its stock with {first} in the shop")
        elif first == sku:
            places[sku] = place
    return places, each


def _found(site: Site, skus: Sequence[str]) -> dict[str, list[Mapping[str, Any]]]:
    """SKU -> the products and variations that have exactly it.

    Several are asked for at once, divided by commas. A site that does not know that finds none of them; then, and for
    a SKU with a comma, each is asked for by itself.
    """
    rows: dict[Any, Mapping[str, Any]] = {}
    alone = [sku for sku in skus if "," in sku]
    for some in _parts([sku for sku in skus if "," not in sku], _ASKED):
        listed = _with_sku(site, ",".join(some))
        rows |= {row.get("id"): row for row in listed}
        if not listed and len(some) > 1:
            alone += some
    for sku in alone:
        rows |= {row.get("id"): row for row in _with_sku(site, sku)}
    found: dict[str, list[Mapping[str, Any]]] = {}
    for row in rows.values():
        found.setdefault(str(row.get("sku") or ""), []).append(row)
    return found


def _with_sku(site: Site, sku: str) -> list[Mapping[str, Any]]:
    return site.all(f"{CORE}/products", [("sku", sku), ("per_page", str(MOST)), _FIELDS])


def _place(site: Site, row: Mapping[str, Any]) -> _Place:
    parent = row.get("parent_id") if row.get("type") == "variation" else 0
    if parent and row.get("manage_stock") == "parent":
        row = site.get(f"{CORE}/products/{parent}", [_FIELDS]).value
        parent = 0
    shown = row.get("stock_quantity") if row.get("manage_stock") is True else None
    return _Place(row["id"], parent or 0, shown if isinstance(shown, int) else None)


def _write(site: Site, route: str, levels: Mapping[str, tuple[int, int]]) -> dict[str, Receipt]:
    """Write `levels` (SKU -> id, units); the SKUs that were not taken."""
    update = [{"id": item, "manage_stock": True, "stock_quantity": units} for item, units in levels.values()]
    try:
        answer = site.write("POST", route, {"update": update}, "keyed")
    except RemoteError as error:
        return dict.fromkeys(levels, receipt_of(error))
    rows = answer.get("update") if isinstance(answer, Mapping) else None
    said = {row.get("id"): row for row in rows if isinstance(row, Mapping)} if isinstance(rows, list) else {}
    judged = {sku: _judged(said.get(item), units) for sku, (item, units) in levels.items()}
    return {sku: receipt for sku, receipt in judged.items() if receipt is not None}


def _judged(row: Mapping[str, Any] | None, units: int) -> Receipt | None:
    """None when the number was taken."""
    if row is None:
        return Receipt("uncertain", message="the shop says nothing about it")
    error = row.get("error")
    if isinstance(error, Mapping):
        return Receipt("refused", message=f"{error.get('code')}: {str(error.get('message') or '')[:200]}")
    if row.get("stock_quantity") != units:
        return Receipt("refused", message=f"the shop shows {row.get('stock_quantity')} units afterwards")
    return None


def _parts(wanted: Sequence[str], most: int) -> Iterator[Sequence[str]]:
    return (wanted[at : at + most] for at in range(0, len(wanted), most))
