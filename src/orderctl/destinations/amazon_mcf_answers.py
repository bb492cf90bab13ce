"""What Amazon says of a fulfillment order, as answers of a location.

1. a state says whether Amazon took the order, and whether nothing of it is going to ship
2. a parcel that has left holds the units that Amazon puts into it; items that name no parcel are in the first one of
   their shipment
3. of an order that ends with only some of its units, those are short that are in no shipment
4. a parcel is told once it has a tracking number; without one only when the order is over
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from orderctl.core import times
from orderctl.core.confirmations import Confirmation
from orderctl.core.text import printable
from orderctl.destinations.amazon_mcf_orders import line_of
from orderctl.destinations.amazon_mcf_skus import Skus
from orderctl.wire.json_parts import part, rows, whole

#: State of a fulfillment order (its letters in capitals) -> state of a shipment.
STATES = {
    "NEW": "dispatched",
    "RECEIVED": "acknowledged",
    "PLANNING": "acknowledged",
    "PROCESSING": "acknowledged",
    "COMPLETE": "shipped",
    "COMPLETEPARTIALLED": "shipped",
    "UNFULFILLABLE": "rejected",
    "INVALID": "rejected",
    "CANCELLED": "cancelled",
}
_REFUSED = ("UNFULFILLABLE", "INVALID")
_OVER = ("COMPLETE", "COMPLETEPARTIALLED", "CANCELLED")
_IN_PART = ("COMPLETEPARTIALLED", "CANCELLED")
_SHIPPED, _PENDING = "SHIPPED", "PENDING"


@dataclass(frozen=True, slots=True)
class Parcel:
    """One parcel that has left, by the number that Amazon follows it under."""

    package: int
    tracking_number: str


@dataclass(frozen=True, slots=True)
class Units:
    """So many units of one item of the order in one parcel."""

    item: str
    seller_sku: str
    quantity: int


def state_of(order: Mapping[str, Any]) -> str:
    """The state of an order, in capital letters: Amazon's model and its own examples spell it in two ways."""
    stated = str(part(order, "fulfillmentOrderStatus") or "")
    return "".join(character for character in stated.upper() if character.isalpha())


class Reader:
    """Reads orders of one location. `where` is for messages. RecordError for what cannot be read."""

    def __init__(self, skus: Skus, carriers: Mapping[str, str], where: str) -> None:
        self._skus = skus
        self._carriers = {theirs.casefold(): ours for theirs, ours in carriers.items()}
        self._where = where

    def rows(self, reference: str, held: Mapping[str, Any]) -> list[Confirmation]:
        """What an order says of the shipment `reference`."""
        return list(self._rows(reference, held))

    def parcels(self, held: Mapping[str, Any]) -> list[Parcel]:
        """The parcels of an order that have left and can be followed."""
        return [
            Parcel(number, tracking)
            for shipment in _shipments(held, _SHIPPED)
            for number, row in _packages(shipment).items()
            if (tracking := _tracking(row))
        ]

    def _rows(self, reference: str, held: Mapping[str, Any]) -> Iterator[Confirmation]:
        state = state_of(part(held, "fulfillmentOrder") or {})
        if state in _REFUSED:
            said = part(held, "fulfillmentOrder.fulfillmentOrderStatus")
            yield Confirmation("rejected", reference, reason=f"Amazon: {printable(str(said))[:40]}", where=self._where)
            return
        shipped = list(self._shipped(reference, held, is_over=state in _OVER))
        if state == "CANCELLED" and not shipped:
            yield Confirmation("cancelled", reference, reason="cancelled at Amazon", where=self._where)
            return
        if STATES.get(state, "dispatched") != "dispatched":
            yield Confirmation("acknowledged", reference, where=self._where)
        yield from shipped
        if state in _IN_PART:
            yield from self._short(reference, held)

    def _shipped(self, reference: str, held: Mapping[str, Any], *, is_over: bool) -> Iterator[Confirmation]:
        for shipment in _shipments(held, _SHIPPED):
            packages = _packages(shipment)
            contents = _contents(shipment, packages)
            at = _moment(part(shipment, "shippingDate"))
            for number, units in contents.items():
                package = packages.get(number, {})
                tracking = _tracking(package)
                if not tracking and not is_over:
                    continue
                for one in units or ([Units("", "", 0)] if tracking else []):
                    yield self._about("shipped", reference, one, carrier=self._carrier(package), number=tracking, at=at)

    def _short(self, reference: str, held: Mapping[str, Any]) -> Iterator[Confirmation]:
        told: dict[str, int] = {}
        for shipment in (*_shipments(held, _SHIPPED), *_shipments(held, _PENDING)):
            for item in rows(shipment, "fulfillmentShipmentItem"):
                name = str(item.get("sellerFulfillmentOrderItemId"))
                told[name] = told.get(name, 0) + (whole(item, "quantity", "fulfillmentShipmentItem.") or 0)
        for item in rows(held, "fulfillmentOrderItems"):
            name = str(item.get("sellerFulfillmentOrderItemId"))
            left = (whole(item, "quantity", "fulfillmentOrderItems.") or 0) - told.get(name, 0)
            if left > 0:
                units = Units(name, str(item.get("sellerSku")), left)
                yield self._about("short", reference, units, reason="Amazon does not ship it")

    def _about(
        self,
        kind: str,
        reference: str,
        units: Units,
        *,
        carrier: str = "",
        number: str = "",
        at: str = "",
        reason: str = "",
    ) -> Confirmation:
        return Confirmation(
            kind=kind,
            reference=reference,
            line_id=line_of(units.item),
            sku=(self._skus.ours(units.seller_sku) or units.seller_sku) if units.seller_sku else "",
            quantity=units.quantity,
            carrier=carrier,
            tracking_number=number,
            at=at,
            reason=reason,
            where=self._where,
        )

    def _carrier(self, package: Mapping[str, Any]) -> str:
        stated = str(package.get("carrierCode") or "")
        return self._carriers.get(stated.casefold(), stated)


def _shipments(held: Mapping[str, Any], state: str) -> list[dict[str, Any]]:
    found = rows(held, "fulfillmentShipments")
    return [one for one in found if str(one.get("fulfillmentShipmentStatus") or "").upper() == state]


def _packages(shipment: Mapping[str, Any]) -> dict[int, dict[str, Any]]:
    """The parcels of a shipment by their numbers."""
    found = rows(shipment, "fulfillmentShipmentPackage")
    return {number: one for one in found if isinstance(number := one.get("packageNumber"), int)}


def _contents(shipment: Mapping[str, Any], packages: Mapping[int, Any]) -> dict[int, Sequence[Units]]:
    """Parcel -> what is in it, each item once."""
    found: dict[int, dict[tuple[str, str], int]] = {number: {} for number in packages}
    first = next(iter(packages), 0)
    for item in rows(shipment, "fulfillmentShipmentItem"):
        stated = item.get("packageNumber")
        number = stated if isinstance(stated, int) and stated in packages else first
        about = (str(item.get("sellerFulfillmentOrderItemId")), str(item.get("sellerSku")))
        inside = found.setdefault(number, {})
        units = whole(item, "quantity", "fulfillmentShipmentItem.") or 0
        inside[about] = inside.get(about, 0) + units
    return {
        number: [Units(item, sku, units) for (item, sku), units in inside.items() if units]
        for number, inside in found.items()
    }


def _tracking(package: Mapping[str, Any]) -> str:
    found = package.get("trackingNumber") or package.get("amazonFulfillmentTrackingNumber") or ""
    return str(found).strip()


def _moment(stated: Any) -> str:
    try:
        return times.parse_moment(stated) if stated else ""
    except (TypeError, ValueError):
        return ""
