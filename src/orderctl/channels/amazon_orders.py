"""An order of the Orders API 2026-01-01 as the neutral JSON of an order. Pure.

1. the payload is an order as `searchOrders` sends it, or as `getOrder` does, below `order`
2. an order that is pending has neither address nor prices; it is kept, and waits for its address. One that Amazon ships
   has none, and needs none
3. an order that we ship and that has no address is marked `address_not_permitted`
4. units that are neither shipped nor to be shipped were cancelled; a line that is wholly shipped on Amazon needs nobody
   any more, whoever has shipped it
Orders of `NON_AMAZON` were placed through Multi-Channel Fulfillment: they are orders of another channel, told again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from orderctl.channels.amazon_money import Amounts, line_amounts, stated_currency, totals
from orderctl.core.errors import RecordError
from orderctl.wire.json_parts import known, needed, part, refuse, rows, texts, whole

NOT_PERMITTED = "address_not_permitted"
_PENDING = ("PENDING_AVAILABILITY", "PENDING")
_OPEN = ("UNSHIPPED", "PARTIALLY_SHIPPED")
_CANCELLED = "CANCELLED"
STATUSES = (*_PENDING, *_OPEN, "SHIPPED", _CANCELLED, "UNFULFILLABLE")
_FULFILLERS = {"MERCHANT": "merchant", "AMAZON": "channel"}
_BUSINESS = "AMAZON_BUSINESS"
_ASSOCIATIONS = {"REPLACEMENT_ORIGINAL_ID": "replaces", "EXCHANGE_ORIGINAL_ID": "exchanges"}
#: What has to be so on delivery: Amazon's name -> ours, as an attribute of the order and a tag of the line.
CONSTRAINTS = {
    "signatureConfirmation": "signature_confirmation",
    "recipientAgeVerification": "age_verification",
    "recipientIdentityVerification": "identity_verification",
    "palletDelivery": "pallet_delivery",
    "cashOnDelivery": "cash_on_delivery",
}
#: The currency of prices in each marketplace, for orders that state no price yet.
CURRENCIES = {
    **dict.fromkeys(("A1PA6795UKMFR9", "A13V1IB3VIYZZH", "APJ6JRA9NG5V4", "A1RKKUPIHCS9HS", "A1805IZSGTT6HS"), "EUR"),
    "ATVPDKIKX0DER": "USD",
    "A2EUQ1WTGCTBG2": "CAD",
    "A1AM78C64UM0Y8": "MXN",
    "A2Q3Y263D00KWC": "BRL",
    "A1F83G8C2ARO7P": "GBP",
    "A1VC38T7YXB528": "JPY",
    "A39IBJ37TRP1C6": "AUD",
    "A33AVAJ2PDY3EV": "TRY",
}
_ADDRESS = {
    "name": "name",
    "company": "companyName",
    "line1": "addressLine1",
    "line2": "addressLine2",
    "line3": "addressLine3",
    "postcode": "postalCode",
    "country": "countryCode",
    "phone": "phone",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """The currency of orders that state none from a marketplace we don't know; whether missing units are cancelled."""

    currency: str
    count_cancelled: bool = True


def is_echo(order: object) -> bool:
    """Whether the order was placed through Multi-Channel Fulfillment, for another channel."""
    channel = order.get("salesChannel") if isinstance(order, dict) else None
    return isinstance(channel, dict) and channel.get("channelName") == "NON_AMAZON"


def order_row(value: Any, terms: Terms) -> dict[str, Any]:
    """The neutral JSON of the order in `value`, a payload read as JSON. RecordError names Amazon's field."""
    order = _opened(value)
    identity = needed(order, "orderId")
    if is_echo(order):
        refuse("salesChannel.channelName", "is NON_AMAZON: another channel's order, shipped by Amazon for us")
    status = known(order, "fulfillment.fulfillmentStatus", STATUSES)
    by = _FULFILLERS[known(order, "fulfillment.fulfilledBy", _FULFILLERS)]
    items = rows(order, "orderItems")
    if "orderItems" not in order:
        refuse("orderItems", "is missing")
    marketplace = part(order, "salesChannel.marketplaceId")
    amounts = Amounts(stated_currency(order) or CURRENCIES.get(str(marketplace), terms.currency))
    lines, sums = [], []
    for index, item in enumerate(items, 1):
        line, one = _line(item, f"orderItems[{index}].", amounts, _Reading(status, by, terms))
        lines.append(line)
        sums.append(one)
    updated_at = needed(order, "lastUpdatedTime")
    ship_to = None if status in _PENDING else _ship_to(order)
    not_permitted = ship_to is None and by == "merchant" and status in _OPEN
    attributes = _attributes(order, items) | ({NOT_PERMITTED: "yes"} if not_permitted else {})
    cod = CONSTRAINTS["cashOnDelivery"] in attributes
    return {
        "channel_order_id": identity,
        "number": identity,
        "placed_at": needed(order, "createdTime"),
        "updated_at": updated_at,
        "cancelled_at": updated_at if status == _CANCELLED else None,
        "cancel_requested": status != _CANCELLED and any(map(_is_asked_back, items)),
        "payment": _payment(status, cash=cod),
        "payment_terms": "cash on delivery" if cod else None,
        "fulfilled_by": by,
        "type": _type(order, items, attributes),
        "currency": amounts.currency,
        "customer": _customer(order),
        "ship_to": ship_to,
        "bill_to": _bill_to(order),
        "requested_service": part(order, "fulfillment.fulfillmentServiceLevel"),
        "ship_by": part(order, "fulfillment.shipByWindow.latestDateTime"),
        "deliver_by": part(order, "fulfillment.deliverByWindow.latestDateTime"),
        "tags": list(dict.fromkeys(texts(order, "programs"))),
        "note": _note(order),
        "gift_message": _first(items, "fulfillment.packing.giftOption.giftMessage"),
        "po_number": part(order, "buyer.buyerPurchaseOrderNumber"),
        "attributes": attributes,
        **totals(order, lines, sums, amounts),
    }


def _opened(value: Any) -> Mapping[str, Any]:
    """The order in a payload."""
    if not isinstance(value, dict):
        raise RecordError("the order is not a table of fields", field="order")
    order = value.get("order", value)
    if not isinstance(order, dict):
        refuse("order", "is not a table of fields")
    return order


@dataclass(frozen=True, slots=True)
class _Reading:
    """What of the whole order decides how its lines are read."""

    status: str
    by: str
    terms: Terms


def _line(item: Mapping[str, Any], where: str, amounts: Amounts, reading: _Reading) -> tuple[dict[str, Any], Any]:
    ordered = whole(item, "quantityOrdered", where)
    if ordered is None:
        refuse(f"{where}quantityOrdered", "is missing")
    if not isinstance(item.get("orderItemId"), str) or not item["orderItemId"]:
        refuse(f"{where}orderItemId", "is missing")
    minor, sums = line_amounts(item, ordered, amounts, where)
    shipped, kept = _units(item, ordered, where, reading)
    gone = reading.by == "merchant" and 0 < kept <= shipped
    return {
        "id": item["orderItemId"],
        "sku": part(item, "product.sellerSku", where) or part(item, "product.asin", where),
        "title": part(item, "product.title", where),
        "quantity": kept,
        **minor,
        "fulfilled_by": "channel" if gone else reading.by,
        "tags": list(dict.fromkeys((*texts(item, "programs", where), *_constraints(item)))),
        "attributes": _line_attributes(item, where),
    }, sums


def _units(item: Mapping[str, Any], ordered: int, where: str, reading: _Reading) -> tuple[int, int]:
    """How many units of a line were shipped on Amazon, and how many were not cancelled."""
    shipped = whole(item, "fulfillment.quantityFulfilled", where)
    waiting = whole(item, "fulfillment.quantityUnfulfilled", where)
    counts = reading.terms.count_cancelled and reading.status in {*_OPEN, "SHIPPED"}
    if not counts or shipped is None or waiting is None:
        return shipped or 0, ordered
    return shipped, min(ordered, shipped + waiting)


def _payment(status: str, *, cash: bool) -> str:
    if status in _PENDING:
        return "pending"
    if status == _CANCELLED:
        return "voided"
    return "on_terms" if cash else "paid"


def _type(order: Mapping[str, Any], items: list[dict[str, Any]], attributes: Mapping[str, Any]) -> str:
    if "replaces" in attributes:
        return "replacement"
    for_business = any(part(item, "product.price.priceDesignation") == "BUSINESS_PRICE" for item in items)
    return "b2b" if for_business or _BUSINESS in texts(order, "programs") else "b2c"


def _is_asked_back(item: Mapping[str, Any]) -> bool:
    """Whether the buyer has asked to cancel the line, and nobody has done it yet."""
    asked = part(item, "cancellation.cancellationRequest.requester") == "BUYER"
    return asked and not part(item, "cancellation.cancellationExecution")


def _ship_to(order: Mapping[str, Any]) -> dict[str, Any] | None:
    """The address on the parcel; None where Amazon gives none that anything could be sent to."""
    address = part(order, "recipient.deliveryAddress")
    found = _address({"recipient": address}, "recipient") if address else None
    return found if found and any(found[name] for name in ("name", "company", "line1", "line2", "line3")) else None


def _bill_to(order: Mapping[str, Any]) -> dict[str, Any] | None:
    of_buyer = [one for one in rows(order, "tax.taxRegistrations") if one.get("entityType") == "BUYER"]
    return next(
        (_address(one, "taxRegistrationAddress") for one in of_buyer if one.get("taxRegistrationAddress")), None
    )


def _address(row: Mapping[str, Any], path: str) -> dict[str, Any]:
    """Our fields of an address. In Brazil street, number and quarter may stand apart, and all are needed on a label."""

    def of(name: str) -> Any:
        return part(row, f"{path}.{name}")

    found = {ours: of(theirs) for ours, theirs in _ADDRESS.items()}
    if not found["line1"]:
        found["line1"] = ", ".join(
            str(one) for name in ("streetName", "streetNumber") if (one := of(f"extendedFields.{name}"))
        )
        found["line2"] = found["line2"] or of("extendedFields.complement")
    found["line3"] = found["line3"] or of("extendedFields.neighborhood")
    district = of("districtOrCounty")
    return {
        **found,
        "city": of("city") or of("municipality") or district,
        "region": of("stateOrRegion") or (district if of("city") else None),
    }


def _customer(order: Mapping[str, Any]) -> dict[str, Any]:
    business = _BUSINESS in texts(order, "programs")
    return {
        "name": part(order, "buyer.buyerName"),
        "email": part(order, "buyer.buyerEmail"),
        "type": "business" if business else None,
    }


def _note(order: Mapping[str, Any]) -> str:
    preference = "recipient.deliveryPreference"
    wishes = [part(order, f"{preference}.{name}") for name in ("dropOffLocation", "addressInstruction")]
    return "; ".join(str(one) for one in wishes if one)


def _first(items: list[dict[str, Any]], path: str) -> Any:
    return next((found for item in items if (found := part(item, path))), None)


def _constraints(item: Mapping[str, Any]) -> list[str]:
    path = "fulfillment.shipping.shippingConstraints"
    return [ours for theirs, ours in CONSTRAINTS.items() if part(item, f"{path}.{theirs}") == "MANDATORY"]


def _attributes(order: Mapping[str, Any], items: list[dict[str, Any]]) -> dict[str, Any]:
    """What rules may ask for beside the fields. Nothing that changes because we told Amazon something."""
    aliases = [one.get("aliasId") for one in rows(order, "orderAliases") if one.get("aliasType") == "SELLER_ORDER_ID"]
    of_buyer = [one for one in rows(order, "tax.taxRegistrations") if one.get("entityType") == "BUYER"]
    related = {
        _ASSOCIATIONS[one["associationType"]]: one.get("orderId")
        for one in rows(order, "associatedOrders")
        if one.get("associationType") in _ASSOCIATIONS
    }
    collections = [one for item in items for one in rows(item, "tax.taxCollections")]
    schemes = [one for item in items for one in rows(item, "tax.taxCalculationBreakdowns")]
    found = {
        "marketplace": part(order, "salesChannel.marketplaceId"),
        "marketplace_name": part(order, "salesChannel.marketplaceName"),
        "seller_order_id": next(iter(aliases), None),
        **related,
        "address_type": str(part(order, "recipient.deliveryAddress.addressType") or "").lower(),
        "company": part(order, "buyer.buyerCompanyName"),
        "tax_id": next((one["taxRegistrationNumber"] for one in of_buyer if one.get("taxRegistrationNumber")), None),
        "tax_model": next((one["model"] for one in collections if one.get("model")), None),
        "tax_scheme": next((one["reportingScheme"] for one in schemes if one.get("reportingScheme")), None),
        "ioss": _first(items, "fulfillment.shipping.internationalShipping.iossNumber"),
        "gift_wrap": _first(items, "fulfillment.packing.giftOption.giftWrapLevel"),
        **dict.fromkeys((one for item in items for one in _constraints(item)), "mandatory"),
    }
    return {name: value for name, value in found.items() if value}


def _line_attributes(item: Mapping[str, Any], where: str) -> dict[str, Any]:
    gift = "fulfillment.packing.giftOption"
    measured = part(item, "measurement", where)
    found = {
        "asin": part(item, "product.asin", where),
        "condition": part(item, "product.condition.conditionType", where),
        "customization": part(item, "product.customization.customizedUrl", where),
        "gift_message": part(item, f"{gift}.giftMessage", where),
        "gift_wrap": part(item, f"{gift}.giftWrapLevel", where),
        "ioss": part(item, "fulfillment.shipping.internationalShipping.iossNumber", where),
        "measurement": f"{measured.get('value')} {measured.get('unit')}" if isinstance(measured, dict) else None,
        "price": str(part(item, "product.price.priceDesignation", where) or "").lower(),
        "serial_numbers": str(part(item, "fulfillment.packing.serialNumberRequirement.requirementType") or "").lower(),
    }
    return {name: value for name, value in found.items() if value}
