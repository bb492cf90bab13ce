"""What was promised and is not there any more, after someone has counted, adjusted or moved stock.

1. the orders that compete last lose their promise, as many as it takes
2. a shipment that is only planned is taken back, and its order decided again at the next pass
3. what a location has in hand is put before a person
"""

from __future__ import annotations

from collections.abc import Iterable

from orderctl.steps.context import Context
from orderctl.steps.report import Report
from orderctl.steps.views import Row
from orderctl.store import counts, orders, oversold, shipments


def keep(ctx: Context, location: str, skus: Iterable[str], report: Report) -> dict[str, list[Row]]:
    """Take back what `location` can no longer keep, inside a transaction; SKU -> the promises that fell."""
    fallen = counts.unkept(ctx.db, location, skus)
    planned = {one.shipment_id: one.order_id for one in fallen if one.state == "planned"}
    if planned:
        shipments.move(ctx.db, ctx.stamp, planned, "cancelled", f"{location} has less than was promised")
        orders.refresh(ctx.db, ctx.stamp, planned.values())
        report.count("shipments planned anew", len(planned))
    oversold.review(ctx.db, ctx.stamp, ctx.counted)
    told: dict[str, list[Row]] = {}
    for one in fallen:
        outcome = "planned anew" if one.shipment_id in planned else f"{one.state}: waits for a person"
        row = {"reference": one.reference, "order": one.order, "units": one.units, "outcome": outcome}
        told.setdefault(one.sku, []).append(row)
    return told
