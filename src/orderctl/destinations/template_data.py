"""A batch as templates see it: plain texts, numbers, tables and lists under the names of docs/documents.md.

Money is decimal text (`19.90`) beside a currency, weights are grams, moments ISO 8601 UTC. Every name is always there;
what is not known is an empty text, or none for a number. Where prices are hidden, what the customer pays is empty.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from orderctl.core import copies, money
from orderctl.core.effects import Batch, BatchLine, BatchShipment
from orderctl.core.orders import Address
from orderctl.core.papers import Bought, Goods, Sender
from orderctl.destinations import pick_list
from orderctl.destinations.columns import amount, value
from orderctl.wire import address_lines

Data = dict[str, Any]


def of(batch: Batch, *, hide_prices: bool = False) -> Data:
    """What a template about `batch` may name."""
    shipments = [_shipment(batch, shipment, hide_prices=hide_prices) for shipment in batch.shipments]
    return {
        "batch": pick_list.batch_text(batch),
        "number": batch.number,
        "location": batch.location,
        "date": batch.date,
        "created_at": batch.created_at,
        "sender": {
            "shop": batch.sender.shop,
            "email": batch.sender.email,
            "tax_id": batch.sender.tax_id,
            "address": _address(batch.sender.address),
            "place": _address(batch.sender.place),
        },
        "shipments": shipments,
        "units": sum(shipment["units"] for shipment in shipments),
        "test": batch.test,
        "notice": copies.NOTICE if batch.test else "",
    }


def _shipment(batch: Batch, shipment: BatchShipment, *, hide_prices: bool) -> Data:
    hidden = hide_prices or bool(shipment.options.get("hide_prices"))
    lines = [_line(shipment, line, hidden=hidden) for line in shipment.lines]
    options = {name: cell(batch, shipment) for name, cell in pick_list.OF_OPTIONS.items() if name != "documents"}
    documents = shipment.options.get("documents", ())
    bought = shipment.bought
    paid = sum(line.goods.paid_minor for line in shipment.lines)
    weights = [line["weight_g"] for line in lines]
    return {
        **{name: getattr(shipment, name) for name in pick_list.FIELDS},
        **options,
        "documents": list(documents) if isinstance(documents, list | tuple) else [],
        "hide_prices": hidden,
        "ship_to": _address(shipment.ship_to),
        "bill_to": _address(bought.bill_to),
        "customer": bought.customer,
        "po_number": bought.po_number,
        "deliver_by": bought.deliver_by,
        "prices_include_tax": bought.prices_include_tax,
        "currency": shipment.currency,
        "paid": "" if hidden else amount(paid, shipment.currency),
        "weight_g": None if None in weights else sum(weights),
        "units": sum(line["quantity"] for line in lines),
        "lines": lines,
    }


def _line(shipment: BatchShipment, line: BatchLine, *, hidden: bool) -> Data:
    goods, currency = line.goods, shipment.currency
    worth, worth_currency = value(line, shipment)
    each = money.divide_half_up(goods.amount_minor, line.quantity or 1)
    prices = {
        "unit_price": each,
        "amount": goods.amount_minor,
        "discount": goods.discount_minor,
        "tax": goods.tax_minor,
        "paid": goods.paid_minor,
    }
    unit_cost = goods.cost_minor
    return {
        "line": line.line_id,
        "sku": line.sku,
        "title": line.title,
        "quantity": line.quantity,
        **{name: "" if hidden else amount(minor, currency) for name, minor in prices.items()},
        "unit_weight_g": goods.weight_g,
        "weight_g": None if goods.weight_g is None else goods.weight_g * line.quantity,
        "hs_code": goods.hs_code,
        "origin": goods.origin,
        "barcode": goods.barcode,
        "supplier_sku": goods.supplier_sku,
        "unit_cost": "" if unit_cost is None else amount(unit_cost, goods.cost_currency),
        "cost": "" if unit_cost is None else amount(unit_cost * line.quantity, goods.cost_currency),
        "cost_currency": goods.cost_currency,
        "value": amount(worth, worth_currency),
        "value_currency": worth_currency,
    }


def _address(parts: Mapping[str, str]) -> Data:
    return dict.fromkeys(Address.__slots__, "") | dict(parts) | {"lines": address_lines.lines(parts)}


def samples(location: str) -> Sequence[Batch]:
    """Made-up batches that a template is tried with: one where all is known, one where nothing more than needed is."""
    full = _sample_shipment("WEB-1042-1", full=True)
    bare = _sample_shipment("WEB-1043-1", full=False)
    sender = Sender(
        *("Example Shop", "hello@example.com", "US-000"), {"name": "Example Shop", "country": "US"}, {"country": "US"}
    )
    moment, day = "2026-11-20T15:00:00Z", "2026-11-20"
    return (
        Batch(location, 7, moment, day, (full, bare), sender=sender),
        Batch(location, 8, moment, day, (bare,)),
    )


def _sample_shipment(reference: str, *, full: bool) -> BatchShipment:
    address = {
        **dict.fromkeys(Address.__slots__, ""),
        "name": 'Ana "Nan" Diaz, Zoë & Łukasz',
        "line1": "1 Main St",
        "city": "New York",
        "country": "US",
    }
    goods = Goods(2000, 100, 150, 250, 700, "USD", "691200", "PT", "4006381333931", "S-MUG") if full else Goods()
    more: dict[str, Any] = {}
    if full:
        address |= {
            "company": "Example Ltd",
            "line2": "Floor 2",
            "line3": "Gate 3",
            "region": "NY",
            "phone": "555 0100",
        }
        more = {
            "gift_message": "Happy birthday!\nYours, Pat",
            "note": "Ring twice",
            "bought": Bought("Ana Diaz", address, "PO-1", "2026-11-24T00:00:00Z"),
        }
    options = {
        "package": "box-1",
        "insure_minor": 5000,
        "signature": "adult",
        "duties": "ddp",
        "documents": ["packing_slip"],
        "pack_note": "Fragile",
        "note": "Gift",
    }
    return BatchShipment(
        *(reference, reference.split("-")[1], "web", "2026-11-20T10:00:00Z"),
        ship_by="2026-11-21T22:00:00Z" if full else "",
        ship_to=address,
        email="ana@example.com" if full else "",
        carrier="ups" if full else "",
        service="ground" if full else "",
        lines=(BatchLine("1", "MUG", 'Mug, "blue"', 2, goods), BatchLine("2", "LAMP", "Lamp", 1, goods)),
        options=options if full else {},
        currency="USD",
        **more,
    )
