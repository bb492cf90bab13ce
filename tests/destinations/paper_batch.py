"""Batches with everything that papers show."""

from __future__ import annotations

from typing import Any

from orderctl.core.effects import Batch, BatchLine, BatchShipment
from orderctl.core.papers import Bought, Goods, Sender
from tests.destinations.contract import a_batch, a_shipment

SHOP = {"line1": "9 Shop Way", "city": "Trenton", "region": "NJ", "postcode": "08601", "country": "US"}
DOCK = {"line1": "500 Dock Road", "city": "Newark", "region": "NJ", "postcode": "07102", "country": "US"}
SENDER = Sender("Kettle & Cup", "hello@example.com", "EIN 12-3456789", SHOP, DOCK)


def a_paper_line(number: int = 1, quantity: int = 2, **changes: Any) -> BatchLine:
    """Some mugs at 19.99, with all that is known of mugs."""
    goods = Goods(
        amount_minor=1999 * quantity,
        weight_g=350,
        cost_minor=700,
        cost_currency="USD",
        hs_code="691200",
        origin="PT",
        barcode="4006381333931",
        supplier_sku=f"SUP-{number}",
    )
    fields: dict[str, Any] = {
        "line_id": str(number),
        "sku": f"MUG-{number:03}",
        "title": f"Mug number {number}",
        "quantity": quantity,
    }
    return BatchLine(**(fields | {"goods": goods} | changes))


def a_paper_shipment(*lines: BatchLine, **changes: Any) -> BatchShipment:
    """A shipment in dollars, bought by whom it goes to."""
    fields: dict[str, Any] = {"currency": "USD", "bought": Bought(customer="Ana Diaz")}
    return a_shipment(*(lines or (a_paper_line(1), a_paper_line(2, 3))), **(fields | changes))


def a_paper_batch(*shipments: BatchShipment, **changes: Any) -> Batch:
    """A batch of Kettle & Cup that leaves Newark."""
    return a_batch(7, *(shipments or (a_paper_shipment(),)), **({"sender": SENDER} | changes))
