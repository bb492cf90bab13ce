"""What an order of WooCommerce does not say itself, asked for and joined to its bytes.

1. an order with refunds: their lines, by `/orders/{id}/refunds`
2. an order that may need a parcel: which of its products and variations are virtual, a hundred at a time, each asked
   for once a run
An order about which nothing more is to be said stays as it was sent.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from orderctl.channels.woocommerce_orders import item_of
from orderctl.channels.woocommerce_site import CORE, MOST, Site
from orderctl.core.errors import RemoteRefused

_Row = Mapping[str, Any]


def joined(site: Site, rows: Sequence[_Row], raws: Sequence[bytes], *, ask_virtual: bool) -> list[bytes]:
    """The payloads of orders: `{"order", "refunds", "virtual"}`, or the order alone."""
    if ask_virtual:
        _learn(site, [line for row in rows for line in _asking(row)])
    return [_payload(site, row, raw) for row, raw in zip(rows, raws, strict=True)]


def _payload(site: Site, row: _Row, raw: bytes) -> bytes:
    refunds = b""
    if row.get("refunds") and isinstance(row.get("id"), int):
        pages = site.pages(f"{CORE}/orders/{row['id']}/refunds", [("per_page", str(MOST))])
        refunds = b",".join(one for listed in pages for one in listed.raws)
    virtual = sorted({item for line in _asking(row) if site.virtual.get(item := item_of(line))})
    if not refunds and not virtual:
        return raw
    names = ",".join(map(str, virtual)).encode()
    return b'{"order":' + raw.strip() + b',"refunds":[' + refunds + b'],"virtual":[' + names + b"]}"


def _asking(row: _Row) -> list[_Row]:
    """The lines of an order that may be virtual, unless the order says that none needs a parcel."""
    lines = row.get("line_items")
    if row.get("needs_processing") is False or not isinstance(lines, list):
        return []
    return [line for line in lines if isinstance(line, Mapping) and item_of(line)]


def _learn(site: Site, lines: Iterable[_Row]) -> None:
    """Ask about the products and variations of `lines` that are not known yet; what is gone is not virtual."""
    products: set[int] = set()
    variations: dict[int, set[int]] = {}
    for line in lines:
        item, product = item_of(line), line.get("product_id")
        if item in site.virtual or not isinstance(product, int):
            continue
        if item == product:
            products.add(item)
        else:
            variations.setdefault(product, set()).add(item)
    _ask(site, f"{CORE}/products", products)
    for product, wanted in sorted(variations.items()):
        _ask(site, f"{CORE}/products/{product}/variations", wanted)


def _ask(site: Site, route: str, wanted: Iterable[int]) -> None:
    for some in _hundreds(sorted(wanted)):
        query = [("include", ",".join(map(str, some))), ("per_page", str(MOST)), ("_fields", "id,virtual")]
        try:
            found = {row.get("id"): row.get("virtual") is True for row in site.all(route, query)}
        except RemoteRefused as error:
            if error.status != 404:
                raise
            found = {}  # the product is gone with its variations
        site.virtual.update({item: found.get(item, False) for item in some})


def _hundreds(wanted: Sequence[int]) -> Iterable[Sequence[int]]:
    return (wanted[at : at + MOST] for at in range(0, len(wanted), MOST))
