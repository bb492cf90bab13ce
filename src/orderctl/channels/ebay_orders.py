"""An order of eBay's Fulfillment API as the neutral JSON of an order. Pure.

1. the payload is an order as `getOrders` sends it, or `{"order", "more", "disputes"}` where more had to be asked for;
   `more` is the same order from `getOrder`, which alone holds cancellation requests, and wins
2. amounts: a line's `lineItemCost` is for all its units before discount; fees and surcharges become lines that need no
   shipping, price reductions a discount, so that the order adds up to `pricingSummary.total`
3. a line that is fulfilled is the channel's own: what somebody sent by hand is not sent again
4. goods go to `shipTo`, also where eBay forwards them; its reference stands above the street, as on the label
Payouts are not read: they may be in another currency and say nothing about the order.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from orderctl.core import money
from orderctl.core.errors import RecordError
from orderctl.wire.json_parts import part, refuse, rows

PAYMENTS = {
    "PENDING": "pending",
    "PAID": "paid",
    "FAILED": "voided",
    "PARTIALLY_REFUNDED": "partly_refunded",
    "FULLY_REFUNDED": "refunded",
}
CANCEL_STATES = ("NONE_REQUESTED", "IN_PROGRESS", "CANCELED")
#: States of a dispute in which the seller's money is not safe.
OPEN_DISPUTES = ("OPEN", "ACTION_NEEDED")


def order_row(value: Any) -> dict[str, Any]:
    """The neutral JSON of the order in `value`, a payload read as JSON. RecordError names eBay's field."""
    order, disputes = opened(value)
    identity = part(order, "orderId")
    if not isinstance(identity, str) or not identity:
        refuse("orderId", "is missing")
    start = next(iter(rows(order, "fulfillmentStartInstructions")), {})
    kind = part(start, "fulfillmentInstructionsType")
    by_ebay = kind == "FULFILLED_BY_EBAY" or part(order, "program.fulfillmentProgram.fulfilledBy") == "EBAY"
    currency = part(order, "pricingSummary.total.currency")
    amounts = _Amounts(currency if isinstance(currency, str) else "")
    items = rows(order, "lineItems")
    lines = [_line(item, index, amounts, digital=kind == "DIGITAL") for index, item in enumerate(items, 1)]
    gift = next((text for item in items if (text := part(item, "giftDetails.message"))), None)
    contact = part(order, "buyer.buyerRegistrationAddress")
    return {
        "channel_order_id": identity,
        "number": identity,
        "placed_at": part(order, "creationDate"),
        "updated_at": part(order, "lastModifiedDate"),
        **_cancelled(order),
        "dispute": _dispute(disputes),
        "payment": _known(order, "orderPaymentStatus", PAYMENTS),
        "pos_location": part(start, "pickupStep.merchantLocationKey"),
        "fulfilled_by": "channel" if by_ebay else "merchant",
        "currency": currency,
        "customer": _customer(order, contact),
        "ship_to": None if by_ebay else _address(part(start, "shippingStep.shipTo"), _reference(start)),
        "bill_to": _address(contact),
        "requested_service": "pickup" if kind == "PREPARE_FOR_PICKUP" else _service(start),
        "ship_by": min(_texts(items, "lineItemFulfillmentInstructions.shipByDate"), default=None),
        "deliver_by": part(start, "maxEstimatedDeliveryDate"),
        "note": part(order, "buyerCheckoutNotes"),
        "gift_message": gift,
        "attributes": _attributes(order, start),
        **_totals(order, lines, amounts),
    }


def opened(value: Any) -> tuple[Mapping[str, Any], list[Any]]:
    """The order in a payload, and the disputes about it."""
    if not isinstance(value, dict):
        raise RecordError("the order is not a table of fields", field="order")
    if "orderId" in value or not ({"order", "more"} & value.keys()):
        return value, []
    order = value.get("more") or value.get("order")
    if not isinstance(order, dict):
        refuse("order", "is not a table of fields")
    listed = value.get("order")
    if isinstance(listed, dict) and listed.get("orderId") != order.get("orderId"):
        refuse("orderId", "is not that of the order it was asked for")
    return order, rows(value, "disputes")


class _Amounts:
    """Reads amounts of one currency as minor units; another currency in the same order is refused."""

    def __init__(self, currency: str) -> None:
        if not currency:
            refuse("pricingSummary.total.currency", "is missing")
        if not money.is_currency(currency):
            refuse("pricingSummary.total.currency", f"'{currency[:40]}' is not a currency code")
        self.currency = currency

    def minor(self, row: Mapping[str, Any], path: str, where: str = "") -> int | None:
        """The amount at `path` of `row`, None where there is none."""
        amount = part(row, path, where)
        if amount is None:
            return None
        field = where + path
        stated = part(row, f"{path}.currency", where)
        if stated is not None and stated != self.currency:
            refuse(f"{field}.currency", f"is {str(stated)[:40]}, while the order is in {self.currency}")
        value = amount.get("value")
        try:
            return None if value is None else money.to_minor(value, self.currency)
        except ValueError as error:
            refuse(f"{field}.value", f"is wrong: {error}")

    def sum(self, found: Iterable[Mapping[str, Any]], path: str, where: str) -> int:
        """The sum of the amounts at `path` of all that was `found`."""
        return sum([self.minor(row, path, where) or 0 for row in found])

    def text(self, minor: int) -> str:
        """`minor` as the neutral JSON writes money."""
        return money.to_text(minor, self.currency)


def _line(item: Mapping[str, Any], index: int, amounts: _Amounts, *, digital: bool) -> dict[str, Any]:
    where = f"lineItems[{index}]."
    if not part(item, "lineItemId"):
        refuse(f"{where}lineItemId", "is missing")
    cost = amounts.minor(item, "lineItemCost", where)
    if cost is None:
        refuse(f"{where}lineItemCost", "is missing")
    paid = amounts.minor(item, "discountedLineItemCost", where)
    listing, variation = part(item, "legacyItemId"), part(item, "legacyVariationId")
    aspects = {str(one["name"]): one.get("value") for one in rows(item, "variationAspects", where) if one.get("name")}
    return {
        "id": item["lineItemId"],
        "sku": part(item, "sku") or "-".join(str(one) for one in (listing, variation) if one),
        "title": part(item, "title"),
        "quantity": item.get("quantity"),
        "amount": amounts.text(cost),
        "discount": amounts.text(0 if paid is None else max(0, cost - paid)),
        "tax": amounts.text(amounts.sum(rows(item, "taxes", where), "amount", f"{where}taxes.")),
        "requires_shipping": not (digital or part(item, "giftDetails.recipientEmail")),
        "fulfilled_by": "channel" if part(item, "lineItemFulfillmentStatus") == "FULFILLED" else "merchant",
        "attributes": {**aspects, **({"item_id": listing} if listing else {})},
    }


def _totals(order: Mapping[str, Any], lines: list[dict[str, Any]], amounts: _Amounts) -> dict[str, Any]:
    """The amounts of the whole order, with whatever is no goods, shipping or tax as lines or as a discount.

    Taxes that eBay collects stand among the lines' taxes exactly when they are part of the total (`TAX_BREAKDOWN`).
    Where the total is reached without the tax, prices include it.
    """

    def stated(name: str) -> int | None:
        return amounts.minor(order, f"pricingSummary.{name}")

    def added(name: str) -> int:
        return sum([money.to_minor(line[name], amounts.currency) for line in lines])

    total = stated("total")
    discounts = added("discount")
    shipping = (stated("deliveryCost") or 0) + (stated("deliveryDiscount") or 0)
    discount = max(0, -(stated("priceDiscount") or 0) - discounts) + max(0, -shipping)
    extras = {"fee": stated("fee") or 0, "adjustment": stated("adjustment") or 0}
    discount += sum([-minor for minor in extras.values() if minor < 0])
    tax = stated("tax")
    tax = added("tax") if tax is None else tax
    surcharges = [_surcharge(name, amounts.text(minor)) for name, minor in extras.items() if minor > 0]
    before_tax = added("amount") - discounts + max(0, shipping) - discount + sum(m for m in extras.values() if m > 0)
    return {
        "lines": lines + surcharges,
        "shipping_price": amounts.text(max(0, shipping)),
        "discount": amounts.text(discount),
        "tax": amounts.text(tax),
        "prices_include_tax": tax > 0 and total == before_tax,
        "total": None if total is None else amounts.text(total),
    }


def _surcharge(name: str, amount: str) -> dict[str, Any]:
    title = "eBay fee" if name == "fee" else "Price adjustment"
    return {"id": name, "title": title, "quantity": 1, "amount": amount, "requires_shipping": False}


def _cancelled(order: Mapping[str, Any]) -> dict[str, Any]:
    state = part(order, "cancelStatus.cancelState") or "NONE_REQUESTED"
    if state not in CANCEL_STATES:
        refuse("cancelStatus.cancelState", f"is '{str(state)[:40]}'; it can be {', '.join(CANCEL_STATES)}")
    at = part(order, "cancelStatus.cancelledDate") or part(order, "lastModifiedDate") or part(order, "creationDate")
    return {"cancelled_at": at if state == "CANCELED" else None, "cancel_requested": state == "IN_PROGRESS"}


def _dispute(disputes: Iterable[Mapping[str, Any]]) -> str:
    """The worst of all disputes. A closed one is lost where money is taken back from the seller."""
    found = {_one_dispute(one) for one in disputes}
    return next((state for state in ("open", "lost", "won") if state in found), "none")


def _one_dispute(dispute: Mapping[str, Any]) -> str:
    status, resolution = part(dispute, "paymentDisputeStatus"), part(dispute, "resolution")
    if status in OPEN_DISPUTES or not isinstance(resolution, dict):
        return "open"
    return "lost" if part(resolution, "recoupAmount.value") else "won"


def _customer(order: Mapping[str, Any], contact: Any) -> dict[str, Any]:
    about = {"buyer": contact}
    return {
        "id": part(order, "buyer.username"),
        "name": part(about, "buyer.fullName"),
        "email": part(about, "buyer.email"),
        "phone": part(about, "buyer.primaryPhone.phoneNumber"),
    }


def _address(contact: Any, reference: str = "") -> dict[str, Any] | None:
    """Eight of our fields from a contact; None where it states nothing at all."""
    about = {"contact": contact}
    where = {name: part(about, f"contact.contactAddress.{name}") for name in _ADDRESS}
    name, company = part(about, "contact.fullName"), part(about, "contact.companyName")
    if not any((name, company, *where.values())):
        return None
    streets = [*([f"Reference #{reference}"] if reference else []), where["addressLine1"], where["addressLine2"]]
    region = where["stateOrProvince"]
    return {
        "name": name,
        "company": company,
        **dict(zip(("line1", "line2", "line3"), streets, strict=False)),
        "city": where["city"],
        "region": where["county"] if region in {None, "", "default"} else region,
        "postcode": where["postalCode"],
        "country": where["countryCode"],
        "phone": part(about, "contact.primaryPhone.phoneNumber"),
    }


_ADDRESS = (
    *("addressLine1", "addressLine2", "city", "stateOrProvince", "county", "postalCode"),
    "countryCode",
)


def _reference(start: Mapping[str, Any]) -> str:
    return str(part(start, "shippingStep.shipToReferenceId") or "")


def _service(start: Mapping[str, Any]) -> Any:
    return part(start, "shippingStep.shippingServiceCode")


def _attributes(order: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """What rules may ask for beside the fields. Nothing that changes because we told eBay something."""
    found = {
        "sales_record": part(order, "salesRecordReference"),
        "marketplace": next(iter(_texts(rows(order, "lineItems"), "purchaseMarketplaceId")), None),
        "tax_id": part(order, "buyer.taxIdentifier.taxpayerId"),
        "cancel_reason": next(iter(_texts(rows(order, "cancelStatus.cancelRequests"), "cancelReason")), None),
    }
    if part(start, "ebaySupportedFulfillment") is True:
        found["forwarded_by"] = "ebay-authentication" if part(order, "program.authenticityVerification") else "ebay"
        found["final_country"] = part(start, "finalDestinationAddress.countryCode")
        found["shipping_reference"] = _reference(start)
    return {name: value for name, value in found.items() if value}


def _known(order: Mapping[str, Any], field: str, names: Mapping[str, str]) -> str:
    value = part(order, field)
    if value not in names:
        refuse(field, f"is '{str(value)[:40]}'; it can be {', '.join(names)}" if value else "is missing")
    return names[value]


def _texts(found: Iterable[Mapping[str, Any]], path: str) -> list[str]:
    return [value for row in found if isinstance(value := part(row, path), str) and value]
