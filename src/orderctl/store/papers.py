"""What papers need beyond a pick list, read only for the locations whose documents ask for it.

1. an order's amounts are spread over its units, so that the parts of an order in several shipments add up to the order:
   a shipment's units of a line come after those of earlier shipments that still count
2. a kit that is taken apart shares its amounts among its parts by what they cost, else by their number
3. weight, customs data and barcode are those of the SKU; a part of which they are not known has those of its kit
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from itertools import groupby
from typing import Any

from orderctl.core import money
from orderctl.core.effects import BatchLine, BatchShipment
from orderctl.core.orders import Line, Order
from orderctl.core.papers import Bought, Goods
from orderctl.store import order_documents

_SOME = "(SELECT value FROM json_each(?))"
_Data = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class _Asked:
    """Units of one order line in one shipment, by its SKU as it is sold, and those of it in earlier shipments."""

    sku: str
    units: int
    before: int


def completed(
    db: sqlite3.Connection, found: Mapping[int, BatchShipment], needs: frozenset[str]
) -> dict[int, BatchShipment]:
    """`found` (shipment id -> shipment) with what `needs` names of `core.papers.NEEDS` filled in."""
    ids = json.dumps(list(found))
    asked = _asked(db, ids)
    orders = dict(_orders(db, ids)) if "order" in needs else {}
    known: Mapping[str, _Data] = {}
    if "goods" in needs:
        skus = {line.sku for shipment in found.values() for line in shipment.lines}
        known = _known(db, skus.union(one.sku for lines in asked.values() for one in lines.values()))
    return {
        shipment_id: _completed(shipment, asked.get(shipment_id, {}), orders.get(shipment_id), known)
        for shipment_id, shipment in found.items()
    }


def _asked(db: sqlite3.Connection, ids: str) -> dict[int, dict[str, _Asked]]:
    """Shipment id -> channel line id -> what is asked of it there."""
    found: dict[int, dict[str, _Asked]] = {}
    for shipment_id, name, sku, units, before in db.execute(
        "SELECT s.shipment_id, l.channel_line_id, s.sku, s.quantity, (SELECT coalesce(sum(e.quantity), 0)"
        " FROM shipments t JOIN shipment_lines e USING (shipment_id) WHERE t.order_id = l.order_id"
        "  AND t.shipment_id < s.shipment_id AND e.line_id = s.line_id AND t.state NOT IN ('cancelled', 'rejected'))"
        f" FROM shipment_lines s JOIN order_lines l USING (line_id) WHERE s.shipment_id IN {_SOME}",
        (ids,),
    ):
        found.setdefault(shipment_id, {})[name] = _Asked(sku, units, before)
    return found


def _orders(db: sqlite3.Connection, ids: str) -> Iterable[tuple[int, Order]]:
    for shipment_id, document in db.execute(
        "SELECT s.shipment_id, d.document FROM shipments s JOIN order_documents d USING (order_id)"
        f" WHERE s.shipment_id IN {_SOME}",
        (ids,),
    ):
        yield shipment_id, order_documents.read(document)


def _known(db: sqlite3.Connection, names: Iterable[str]) -> dict[str, _Data]:
    rows = db.execute(f"SELECT sku, data FROM skus WHERE sku IN {_SOME}", (json.dumps(sorted(names)),))
    return {sku: json.loads(data) for sku, data in rows}


def _completed(
    shipment: BatchShipment, asked: Mapping[str, _Asked], order: Order | None, known: Mapping[str, _Data]
) -> BatchShipment:
    sold = {line.id: line for line in order.lines} if order else {}
    off = _order_discount(order) if order else {}
    lines: list[BatchLine] = []
    for name, together in groupby(shipment.lines, key=lambda line: line.line_id):
        parts = list(together)
        stated = asked.get(name)
        goods = [_goods(part, stated, sold.get(name), known) for part in parts]
        if stated is not None and name in sold:
            amounts = _amounts(sold[name], stated, off[name])
            goods = _shared(goods, [part.quantity for part in parts], amounts)
        lines += [replace(part, goods=one) for part, one in zip(parts, goods, strict=True)]
    return replace(shipment, lines=tuple(lines), bought=_bought(order) if order else shipment.bought)


def _goods(part: BatchLine, asked: _Asked | None, sold: Line | None, known: Mapping[str, _Data]) -> Goods:
    """What is known of one unit of `part`."""
    own, kit = known.get(part.sku, {}), known.get(asked.sku, {}) if asked else {}
    itself = asked is not None and asked.units == part.quantity
    stated_g = sold.weight_g if sold is not None and itself else None
    return Goods(
        weight_g=stated_g if stated_g is not None else own.get("weight_g"),
        cost_minor=own.get("cost_minor"),
        cost_currency=own.get("currency", "") if "cost_minor" in own else "",
        hs_code=own.get("hs_code") or kit.get("hs_code", ""),
        origin=own.get("origin") or kit.get("origin", ""),
        barcode=own.get("barcode", ""),
    )


def _order_discount(order: Order) -> dict[str, int]:
    """Line id -> its part of the discount that is the order's own."""
    worth = [max(0, line.amount_minor - line.discount_minor) for line in order.lines]
    parts = money.shares(order.discount_minor, worth)
    return {line.id: part for line, part in zip(order.lines, parts, strict=True)}


def _amounts(line: Line, asked: _Asked, off: int) -> tuple[int, int, int]:
    """Amount, discount and tax of the units that are asked for."""
    return tuple(  # type: ignore[return-value]
        money.of_units(total, asked.units, asked.before, line.quantity)
        for total in (line.amount_minor, line.discount_minor + off, line.tax_minor)
    )


def _shared(goods: Sequence[Goods], units: Sequence[int], amounts: tuple[int, int, int]) -> list[Goods]:
    costs = [(one.cost_minor or 0) * each for one, each in zip(goods, units, strict=True)]
    weights = costs if all(costs) else list(units)
    shares = zip(*(money.shares(total, weights) for total in amounts), strict=True)
    return [
        replace(one, amount_minor=amount, discount_minor=discount, tax_minor=tax)
        for one, (amount, discount, tax) in zip(goods, shares, strict=True)
    ]


def _bought(order: Order) -> Bought:
    return Bought(
        customer=order.customer.name or (order.ship_to.name if order.ship_to else ""),
        bill_to=asdict(order.bill_to) if order.bill_to else {},
        po_number=order.po_number,
        deliver_by=order.deliver_by,
        prices_include_tax=order.prices_include_tax,
    )
