"""What Amazon says beforehand of an order: whether it could ship it, and what that would cost at each speed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

from orderctl.core.text import printable
from orderctl.wire.json_parts import part, rows, texts

_IN_PARTS = ("FillAll", "FillAllAvailable")


@dataclass(frozen=True, slots=True)
class Previewed:
    """`problem` is why Amazon would not ship it, empty when it would; `estimate` the costs, for people."""

    problem: str = ""
    estimate: str = ""


def read(previews: Sequence[Mapping[str, Any]], body: Mapping[str, Any]) -> Previewed:
    """What `previews` say of an order with this body. RecordError for what cannot be read.

    Where Amazon says nothing of its speed, it is tried.
    """
    speed = body["shippingSpeedCategory"]
    asked = next((one for one in previews if one.get("shippingSpeedCategory") == speed), None)
    if asked is None or asked.get("isFulfillable") is True or _ships_some(asked, body):
        return Previewed(estimate=_estimate(previews, speed))
    return Previewed(problem=f"Amazon cannot ship it at {speed}: {_reasons(asked) or 'no reason given'}")


def _ships_some(preview: Mapping[str, Any], body: Mapping[str, Any]) -> bool:
    """Whether something of it would leave, where the order may leave in parts."""
    return body["fulfillmentPolicy"] in _IN_PARTS and bool(rows(preview, "fulfillmentPreviewShipments"))


def _reasons(preview: Mapping[str, Any]) -> str:
    said = texts(preview, "orderUnfulfillableReasons")
    for item in rows(preview, "unfulfillablePreviewItems"):
        why = ", ".join(texts(item, "itemUnfulfillableReasons"))
        said.append(f"{item.get('quantity')} x {item.get('sellerSku')}{f' ({why})' if why else ''}")
    return "; ".join(printable(one)[:120] for one in said[:5])


def _estimate(previews: Sequence[Mapping[str, Any]], speed: str) -> str:
    """`Standard costs about 7.32 USD, there by 2026-11-25 (Expedited 9.20 USD)`; empty where nothing is known."""
    fees = {str(one.get("shippingSpeedCategory")): _fees(one) for one in previews if one.get("isFulfillable") is True}
    mine = fees.pop(speed, "")
    if not mine:
        return ""
    arrives = _arrives(next(one for one in previews if one.get("shippingSpeedCategory") == speed))
    others = ", ".join(f"{printable(name)[:20]} {fee}" for name, fee in sorted(fees.items()) if fee)
    return f"{speed} costs about {mine}{arrives}{f' ({others})' if others else ''}"


def _fees(preview: Mapping[str, Any]) -> str:
    """All estimated fees together; empty where they are not stated, or in several currencies."""
    totals: dict[str, Decimal] = {}
    for fee in rows(preview, "estimatedFees"):
        try:
            amount = Decimal(str(part(fee, "amount.value")))
        except InvalidOperation:
            return ""
        currency = str(part(fee, "amount.currencyCode"))
        totals[currency] = totals.get(currency, Decimal(0)) + amount
    return " ".join(f"{amount} {printable(currency)[:3]}" for currency, amount in totals.items()) if totals else ""


def _arrives(preview: Mapping[str, Any]) -> str:
    latest = max((str(one.get("latestArrivalDate") or "") for one in rows(preview, "fulfillmentPreviewShipments")),
                 default="")  # fmt: skip
    return f", there by {printable(latest)[:10]}" if latest else ""
