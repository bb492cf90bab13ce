"""Batches as they are handed over, made once more, or only looked at: gathered, with who sends and from where."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Protocol
from zoneinfo import ZoneInfo

from orderctl.core import times
from orderctl.core.effects import Batch, BatchShipment, Document
from orderctl.core.errors import RecordError, UsageError
from orderctl.core.papers import Sender
from orderctl.destinations.documents import Documents, one_of
from orderctl.destinations.pick_list import batch_text
from orderctl.steps.choice import chosen
from orderctl.steps.context import Context
from orderctl.store import batches, shipment_views
from orderctl.wire import cost_rows
from orderctl.wire.cost_rows import Cost
from orderctl.wire.names import slug

#: The largest batch: what it holds is in memory at once.
MOST_SHIPMENTS = 5_000


def next_batch(ctx: Context, location: str, shipments: Sequence[BatchShipment]) -> Batch:
    """`shipments` as the batch that `location` would be handed now."""
    return Batch(
        location=location,
        number=batches.next_number(ctx.db, location),
        created_at=ctx.now,
        date=today(ctx, location),
        shipments=tuple(shipments),
        name=batch_name(shipments),
        sender=sender(ctx, location),
    )


def batch_name(shipments: Sequence[BatchShipment]) -> str:
    """The name of the special batch that rules put `shipments` into; empty for the location's usual one."""
    return str(shipments[0].options.get("batch", ""))


def gathered(
    ctx: Context, location: str, shipment_ids: Sequence[int], needs: frozenset[str], day: str = ""
) -> tuple[BatchShipment, ...]:
    """These shipments with what a document that `needs` so much may show; costs are those of `day`, else of today.

    What the location's own table of costs says goes before what is known of a SKU. RecordError where it is wrong.
    """
    found = batches.gather(ctx.db, shipment_ids, needs)
    configured = ctx.config.partners.get(location)
    if "goods" not in needs or configured is None or configured.costs is None:
        return found
    try:
        costs = cost_rows.costs_on(configured.costs, day or today(ctx, location), ctx.config.places.currency)
    except OSError as error:
        raise RecordError(f"cannot be read: {error.strerror}", where=str(configured.costs)) from None
    return tuple(_costed(shipment, costs) for shipment in found)


def _costed(shipment: BatchShipment, costs: Mapping[str, Cost]) -> BatchShipment:
    lines = []
    for line in shipment.lines:
        known = costs.get(line.sku)
        if known is not None:
            goods = replace(line.goods, supplier_sku=known.supplier_sku)
            if known.cost_minor is not None:
                goods = replace(goods, cost_minor=known.cost_minor, cost_currency=known.currency)
            line = replace(line, goods=goods)  # noqa: PLW2901 - the same line, with more known of it
        lines.append(line)
    return replace(shipment, lines=tuple(lines))


def today(ctx: Context, location: str) -> str:
    """The day it is where `location` is."""
    zone = ZoneInfo(ctx.config.partners[location].location.timezone)
    return times.as_datetime(ctx.now).astimezone(zone).date().isoformat()


def sender(ctx: Context, location: str) -> Sender:
    """Who sends what leaves `location`, as papers say it."""
    shop, configured = ctx.config.shop, ctx.config.partners.get(location)
    place = _stated(asdict(configured.address)) if configured else {}
    return Sender(shop.name, shop.email, shop.tax_id, _stated(asdict(shop.address)), place)


def _stated(address: dict[str, str]) -> dict[str, str]:
    return {part: text for part, text in address.items() if text}


def preview(ctx: Context, location: str, named: str = "") -> tuple[Batch, Document]:
    """What `location` would be handed now, as its own document or as the one called `named`; nothing is handed over.

    Orders count as they are known: no channel is read for it.
    """
    chosen([location], ctx.config.locations, "location")
    due = batches.due(ctx.db, location, batches.Due(ctx.now))[:MOST_SHIPMENTS]
    if not due:
        raise UsageError(f"nothing is due at '{location}' now", next="orderctl shipments list --state planned")
    way = _way(ctx, location, named)
    shown = gathered(ctx, location, due, way.needs)
    batch = next_batch(ctx, location, [one for one in shown if batch_name([one]) == batch_name(shown)])
    return batch, way.render(batch)


def reprint(ctx: Context, location: str, number: int, named: str = "") -> tuple[Document, bool | None]:
    """The document of a batch once more, and whether it has the very bytes that were handed over.

    It has others when an order of the batch was changed since; the batch itself is not handed over again. Of a
    document that is asked for by its name (`named`) nobody kept what it was: None.
    """
    chosen([location], ctx.config.locations, "location")
    found = shipment_views.batch(ctx.db, location, number)
    if found is None:
        raise UsageError(f"there is no batch {number} of '{location}'", next="orderctl batches list")
    way = _way(ctx, location, named)
    day, created_at = shipment_views.batch_date(ctx.db, location, number)
    shipments = gathered(ctx, location, found["shipment_ids"], way.needs, day)
    batch = Batch(location, number, created_at, day, shipments, batch_name(shipments), sender(ctx, location))
    document = way.render(batch)
    return document, None if named else document.digest == found["digest"]


class _Renders(Protocol):
    """Whatever makes the document of a batch."""

    @property
    def needs(self) -> frozenset[str]: ...

    def render(self, batch: Batch) -> Document: ...


@dataclass(frozen=True, slots=True)
class _Named:
    """One document by its name, whatever the location usually gets."""

    documents: Documents
    name: str

    @property
    def needs(self) -> frozenset[str]:
        return self.documents.needs

    def render(self, batch: Batch) -> Document:
        return self.documents.render(batch, f"{slug(batch.location)}-{batch_text(batch)}.{self.name}")


def _way(ctx: Context, location: str, named: str) -> _Renders:
    destination = ctx.adapters.way(location, "send")
    if destination is None:
        raise UsageError(f"'{location}' has no `send` in channels.toml", next="orderctl config check")
    if not named:
        return destination
    way = ctx.config.locations[location].send
    said = way.settings if way else {}
    base = ctx.config.base
    try:
        return _Named(one_of(location, named, said, base), Path(named).name.removesuffix(".j2"))
    except ValueError as error:
        raise UsageError(str(error), next="orderctl batches preview LOCATION --document packing-slip.pdf") from None
