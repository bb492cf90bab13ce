"""What is asked of Walmart Marketplace: documents as orderctl keeps them, and the requests that are made of them.

1. a document says what is to be told, in our words; it is made before anything is read, and never changes
2. the order as Walmart has it by then says what of it is missing there: `parcel_left` and `cancellation_left` compare
3. `shipping_body` and `cancel_body` are the requests for what is left, or a `Refusal` says why nothing can be asked

A carrier has the exact name Walmart knows it by, or it is another one, and then needs the address of its own page.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, Literal

from orderctl.channels.walmart_orders import BY_WALMART, Units, node_type, units_of
from orderctl.core import times
from orderctl.core.carriers import Names, plain
from orderctl.core.effects import Acknowledgment, Cancellation, StockLevel, Tracking

METHODS = ("Standard", "Express", "OneDay", "Freight", "WhiteGlove", "Value")
Reason = Literal[
    "CUSTOMER_REQUESTED_SELLER_TO_CANCEL",
    "SELLER_CANCEL_PRICING_ERROR",
    "SELLER_CANCEL_OUT_OF_STOCK",
    "SELLER_CANCEL_FRAUD_STOP_SHIPMENT",
    "SELLER_CANCEL_ADDRESS_NOT_SERVICEABLE",
]
_AT_THEIR_WISH = "CUSTOMER_REQUESTED_SELLER_TO_CANCEL"
#: The carriers Walmart knows, in its own spelling: anything else it takes for another carrier, or refuses.
CARRIERS = tuple(
    (
        "UPS|USPS|FedEx|Airborne|OnTrac|DHL Ecommerce - US|DHL|LS|UDS|UPSMI|FDX|PILOT|ESTES|SAIA|FDS Express|"
        "Seko Worldwide|HIT Delivery|FEDEXSP|RL Carriers|Metropolitan Warehouse & Delivery|China Post|YunExpress|"
        "Yellow Freight Sys|AIT Worldwide Logistics|Chukou1|Sendle|Landmark Global|Sunyou|Yanwen|4PX|GLS|OSM Worldwide|"
        "FIRST MILE|AM Trucking|CEVA|India Post|SF Express|CNE|TForce Freight|AxleHire|LSO|Royal Mail|"
        "ABF Freight System|WanB|Roadrunner Freight|Meyer Distribution|AAA Cooper|Canada Post|"
        "Southeastern Freight Lines|Japan Post|Correos de Mexico|XPO Logistics|JD Logistics|YDH|JCEX|Flyt|"
        "Deutsche Post|Better Trucks|Asendia|SFC|UBI|ePost Global|YF Logistics|RXO|Estes Express|Shypmax|"
        "WIN.IT America|PITT OHIO|PostNord Sweden|Equick|Whistl|Tusou|Shiprocket|DTDC|PTS"
    ).split("|")
)
#: By our ids, where Walmart's name is another word.
_BY_ID = {
    "dhl_ecommerce": "DHL Ecommerce - US",
    "dhl_express": "DHL",
    "fedex_smartpost": "FEDEXSP",
    "lasership": "LS",
    "ups_mi": "UPSMI",
}
_NAMES = Names(CARRIERS, _BY_ID)
_LONGEST_NUMBER = 30


class Refusal(Exception):
    """Walmart's order does not allow what is to be told, in words for a person."""


def content(kind: str, told: Mapping[str, Any]) -> bytes:
    """The bytes of a document of `kind`."""
    return json.dumps({"kind": kind, **told}, ensure_ascii=False, sort_keys=True).encode()


def tracking_told(package: Tracking) -> dict[str, Any]:
    """What a document says of one package."""
    return {
        "order": package.channel_order_id,
        "number": package.order_number,
        "carrier": package.carrier,
        "tracking_number": package.tracking_number,
        "replaces": package.replaces,
        "url": package.url,
        "shipped_at": package.shipped_at,
        "lines": [[line.channel_line_id, line.quantity] for line in package.lines],
    }


def cancellation_told(one: Cancellation) -> dict[str, Any]:
    """What a document says of one cancellation; no lines = the whole order."""
    lines = [[line.channel_line_id, line.quantity] for line in one.lines]
    return {"order": one.channel_order_id, "reason": one.reason, "lines": lines}


def acknowledgment_told(one: Acknowledgment) -> dict[str, Any]:
    """What a document says of one order that we have."""
    return {"order": one.channel_order_id}


def stock_told(levels: Sequence[StockLevel]) -> dict[str, Any]:
    """What a document says of stock."""
    return {"levels": [[level.sku, level.quantity] for level in levels]}


def carrier_name(carrier: str, own: Mapping[str, str]) -> str:
    """The name Walmart knows `carrier` by, `own` names first; empty when it knows none."""
    return _NAMES.of(carrier, own)


def same_number(one: str, other: str) -> bool:
    """Whether two tracking numbers are the same but for how they are written."""
    return plain(one) == plain(other)


def called_before(
    told: Mapping[str, Any], order: Mapping[str, Any], carrier: Mapping[str, str]
) -> tuple[str, dict[str, int]]:
    """The number, as Walmart writes it, that a corrected package had there, and line -> units that still have it.

    Nothing where it does not have it any more: not the number, or with the same number not another carrier.
    """
    is_same = same_number(told["replaces"], told["tracking_number"])
    name = plain(carrier.get("carrier") or carrier.get("otherCarrier", ""))
    lines = units_of(order)
    number, left = "", dict[str, int]()
    for line, _ in told["lines"] if told["replaces"] else ():
        for one in lines[line].parcels if line in lines else ():
            if same_number(one.tracking_number, told["replaces"]) and not (is_same and plain(one.carrier) == name):
                number, left[line] = one.tracking_number, left.get(line, 0) + one.quantity
    return number, left


def parcel_left(told: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, int]:
    """Line -> units of the package that Walmart does not know to have left under its number."""
    lines = units_of(order)
    left = {}
    for name, quantity in told["lines"]:
        parcels = lines[name].parcels if name in lines else ()
        there = sum(one.quantity for one in parcels if same_number(one.tracking_number, told["tracking_number"]))
        if there < quantity:
            left[name] = quantity - there
    return left


def check_shipping(told: Mapping[str, Any], order: Mapping[str, Any], left: Mapping[str, int]) -> None:
    """Refusal when Walmart has no such units waiting."""
    if not told["tracking_number"]:
        raise Refusal("takes no shipment without a tracking number")
    if node_type(order) == BY_WALMART:
        raise Refusal("ships this order itself")
    lines = units_of(order)
    for name, quantity in left.items():
        if name not in lines:
            raise Refusal(f"has no line {name} in this order")
        if lines[name].waiting < quantity:
            others = ", ".join(sorted({one.tracking_number for one in lines[name].parcels}))
            known = f"; it knows of {others}" if others else ""
            message = f"waits for {lines[name].waiting} units of line {name}, and {quantity} were shipped{known}"
            raise Refusal(message)


def correctable(told: Mapping[str, Any], order: Mapping[str, Any], left: Mapping[str, int]) -> str:
    """The one number under which Walmart has exactly these units, and no others of these lines: it was a wrong one.

    Empty when there is none.
    """
    lines = units_of(order)
    if any(name not in lines or lines[name].waiting for name in left):
        return ""
    parcels = {(one.tracking_number, one.quantity, name) for name in left for one in lines[name].parcels}
    numbers = {number for number, _, _ in parcels}
    exact = {(quantity, name) for _, quantity, name in parcels} == {(units, name) for name, units in left.items()}
    return numbers.pop() if exact and len(numbers) == 1 and dict(told["lines"]) == dict(left) else ""


def shipping_body(
    told: Mapping[str, Any],
    order: Mapping[str, Any],
    left: Mapping[str, int],
    carrier: Mapping[str, str],
    *,
    override: bool,
    instead_of: str = "",
) -> bytes:
    """The request that ships the units `left`; with `instead_of` it replaces that tracking number.

    `override`: ship what the customer asked to cancel, too.
    """
    tracking = dict(carrier)
    url = tracking.pop("trackingURL", "")
    info: dict[str, Any] = {
        "shipDateTime": _milliseconds(told["shipped_at"]),
        "carrierName": tracking,
        "methodCode": _method(order),
        "trackingNumber": told["tracking_number"],
        **({"trackingURL": url} if url else {}),
    }
    lines = units_of(order)
    rows = []
    for name, quantity in left.items():
        status: dict[str, Any] = {"status": "Shipped", "statusQuantity": _each(quantity), "trackingInfo": info}
        if instead_of:
            status["currentTrackingInfo"] = {"trackingNumber": instead_of}
        row: dict[str, Any] = {"lineNumber": name, "sellerOrderId": told["number"][:_LONGEST_NUMBER]}
        if lines[name].cancel_wished and override:
            row["intentToCancelOverride"] = True
        rows.append({**row, "orderLineStatuses": {"orderLineStatus": [status]}})
    shipment: dict[str, Any] = {"orderLines": {"orderLine": rows}}
    if instead_of:
        shipment["processMode"] = "PARTIAL_UPDATE"
    return json.dumps({"orderShipment": shipment}).encode()


def cancellation_left(told: Mapping[str, Any], order: Mapping[str, Any]) -> dict[str, int]:
    """Line -> units that wait at Walmart and are not going to be shipped.

    Refusal when some of them have left already.
    """
    lines = units_of(order)
    wanted = [(name, units) for name, units in told["lines"]] or [(name, one.waiting) for name, one in lines.items()]
    left = {}
    for name, units in wanted:
        if name not in lines:
            raise Refusal(f"has no line {name} in this order")
        line = lines[name]
        if line.waiting:
            left[name] = min(units, line.waiting)
        elif line.cancelled < units:
            raise Refusal(f"has no unit of line {name} left to cancel")
    return left


def is_cancelled(told: Mapping[str, Any], order: Mapping[str, Any]) -> bool:
    """Whether Walmart says that these units are cancelled."""
    lines = units_of(order)
    if not told["lines"]:
        return not any(one.waiting for one in lines.values())
    return all(name in lines and lines[name].cancelled >= units for name, units in told["lines"])


def reason_for(words: str, lines: Sequence[Units], table: Mapping[str, str], default: str) -> str:
    """Why the units of `lines` are cancelled, as a `Reason`: customers who asked for it go first."""
    if lines and all(line.cancel_wished for line in lines):
        return _AT_THEIR_WISH
    found = next((reason for part, reason in table.items() if part.lower() in words.lower()), default)
    return default if found == _AT_THEIR_WISH else found  # taken only for a line that the customer asked to cancel


def cancel_body(left: Mapping[str, int], reason: str) -> bytes:
    """The request that cancels the units `left`."""
    rows = [
        {
            "lineNumber": name,
            "orderLineStatuses": {
                "orderLineStatus": [
                    {"status": "Cancelled", "cancellationReason": reason, "statusQuantity": _each(units)}
                ]
            },
        }
        for name, units in left.items()
    ]
    return json.dumps({"orderCancellation": {"orderLines": {"orderLine": rows}}}).encode()


def stock_body(sku: str, quantity: int) -> bytes:
    """The request that sets what may be sold of one SKU."""
    return json.dumps({"sku": sku, "quantity": {"unit": "EACH", "amount": quantity}}).encode()


def said(details: object) -> str:
    """What Walmart says against a request: `CODE: description (field)` of each error, empty when it says nothing."""
    found = [f"{_word(one, 'code')}: {_word(one, 'description') or _word(one, 'info')}" for one in errors(details)]
    return "; ".join(text.strip(": ") for text in found[:3])[:400]


def errors(details: object) -> list[Mapping[str, Any]]:
    """The errors in an answer, under any of the names Walmart gives their list."""
    for name in ("errors", "error"):
        if isinstance(details, Mapping) and details.get(name):
            details = details[name]
    rows = details if isinstance(details, list) else []
    return [row for row in rows if isinstance(row, Mapping) and row.get("code")]


def _word(error: Mapping[str, Any], name: str) -> str:
    value = error.get(name)
    return value if isinstance(value, str) else ""


def _each(units: int) -> dict[str, str]:
    return {"unitOfMeasurement": "EACH", "amount": str(units)}


def _method(order: Mapping[str, Any]) -> str:
    about = order.get("shippingInfo")
    method = about.get("methodCode") if isinstance(about, Mapping) else ""
    return method if method in METHODS else METHODS[0]


def _milliseconds(moment: str) -> int:
    return times.seconds_between(times.EPOCH, moment) * 1000
