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
from typing import Any, NoReturn

from orderctl.core import money
from orderctl.core.errors import RecordError

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
    order, disputes = _opened(value)
    identity = _part(order, "orderId")
    if not isinstance(identity, str) or not identity:
        _refuse("orderId", "is missing")
    start = next(iter(_rows(order, "fulfillmentStartInstructions")), {})
    kind = _part(start, "fulfillmentInstructionsType")
    by_ebay = kind == "FULFILLED_BY_EBAY" or _part(order, "program.fulfillmentProgram.fulfilledBy") == "EBAY"
    currency = _part(order, "pricingSummary.total.currency")
    amounts = _Amounts(currency if isinstance(currency, str) else "")
    items = _rows(order, "lineItems")
    lines = [_line(item, index, amounts, digital=kind == "DIGITAL") for index, item in enumerate(items, 1)]
    gift = next((text for item in items if (text := _part(item, "giftDetails.message"))), None)
    contact = _part(order, "buyer.buyerRegistrationAddress")
    return {
        "channel_order_id": identity,
        "number": identity,
        "placed_at": _part(order, "creationDate"),
        "updated_at": _part(order, "lastModifiedDate"),
        **_cancelled(order),
        "dispute": _dispute(disputes),
        "payment": _known(order, "orderPaymentStatus", PAYMENTS),
        "pos_location": _part(start, "pickupStep.merchantLocationKey"),
        "fulfilled_by": "channel" if by_ebay else "merchant",
        "currency": currency,
        "customer": _customer(order, contact),
        "ship_to": None if by_ebay else _address(_part(start, "shippingStep.shipTo"), _reference(start)),
        "bill_to": _address(contact),
        "requested_service": "pickup" if kind == "PREPARE_FOR_PICKUP" else _service(start),
        "ship_by": min(_texts(items, "lineItemFulfillmentInstructions.shipByDate"), default=None),
        "deliver_by": _part(start, "maxEstimatedDeliveryDate"),
        "note": _part(order, "buyerCheckoutNotes"),
        "gift_message": gift,
        "attributes": _attributes(order, start),
        **_totals(order, lines, amounts),
    }


def _opened(value: Any) -> tuple[Mapping[str, Any], list[Any]]:
    """The order in a payload, and the disputes about it."""
    if not isinstance(value, dict):
        raise RecordError("the order is not a table of fields", field="order")
    if "orderId" in value or not ({"order", "more"} & value.keys()):
        return value, []
    order = value.get("more") or value.get("order")
    if not isinstance(order, dict):
        _refuse("order", "is not a table of fields")
    listed = value.get("order")
    if isinstance(listed, dict) and listed.get("orderId") != order.get("orderId"):
        _refuse("orderId", "is not that of the order it was asked for")
    return order, _rows(value, "disputes")


class _Amounts:
    """Reads amounts of one currency as minor units; another currency in the same order is refused."""

    def __init__(self, currency: str) -> None:
        if not currency:
            _refuse("pricingSummary.total.currency", "is missing")
        if not money.is_currency(currency):
            _refuse("pricingSummary.total.currency", f"'{currency[:40]}' is not a currency code")
        self.currency = currency

    def minor(self, row: Mapping[str, Any], path: str, where: str = "") -> int | None:
        """The amount at `path` of `row`, None where there is none."""
        amount = _part(row, path, where)
        if amount is None:
            return None
        field = where + path
        stated = _part(row, f"{path}.currency", where)
        if stated is not None and stated != self.currency:
            _refuse(f"{field}.currency", f"is {str(stated)[:40]}, while the order is in {self.currency}")
        value = amount.get("value")
        try:
            return None if value is None else money.to_minor(value, self.currency)
        except ValueError as error:
            _refuse(f"{field}.value", f"is wrong: {error}")

    def sum(self, rows: Iterable[Mapping[str, Any]], path: str, where: str) -> int:
        """The sum of the amounts at `path` of `rows`."""
        return sum([self.minor(row, path, where) or 0 for row in rows])

    def text(self, minor: int) -> str:
        """`minor` as the neutral JSON writes money."""
        return money.to_text(minor, self.currency)


def _line(item: Mapping[str, Any], index: int, amounts: _Amounts, *, digital: bool) -> dict[str, Any]:
    where = f"lineItems[{index}]."
    if not _part(item, "lineItemId"):
        _refuse(f"{where}lineItemId", "is missing")
    cost = amounts.minor(item, "lineItemCost", where)
    if cost is None:
        _refuse(f"{where}lineItemCost", "is missing")
    paid = amounts.minor(item, "discountedLineItemCost", where)
    listing, variation = _part(item, "legacyItemId"), _part(item, "legacyVariationId")
    aspects = {str(one["name"]): one.get("value") for one in _rows(item, "variationAspects", where) if one.get("name")}
    return {
        "id": item["lineItemId"],
        "sku": _part(item, "sku") or "-".join(str(one) for one in (listing, variation) if one),
        "title": _part(item, "title"),
        "quantity": item.get("quantity"),
        "amount": amounts.text(cost),
        "discount": amounts.text(0 if paid is None else max(0, cost - paid)),
        "tax": amounts.text(amounts.sum(_rows(item, "taxes", where), "amount", f"{where}taxes.")),
        "requires_shipping": not (digital or _part(item, "giftDetails.recipientEmail")),
        "fulfilled_by": "channel" if _part(item, "lineItemFulfillmentStatus") == "FULFILLED" else "merchant",
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
    state = _part(order, "cancelStatus.cancelState") or "NONE_REQUESTED"
    if state not in CANCEL_STATES:
        _refuse("cancelStatus.cancelState", f"is '{str(state)[:40]}'; it can be {', '.join(CANCEL_STATES)}")
    at = _part(order, "cancelStatus.cancelledDate") or _part(order, "lastModifiedDate") or _part(order, "creationDate")
    return {"cancelled_at": at if state == "CANCELED" else None, "cancel_requested": state == "IN_PROGRESS"}


def _dispute(disputes: Iterable[Mapping[str, Any]]) -> str:
    """The worst of all disputes. A closed one is lost where money is taken back from the seller."""
    found = {_one_dispute(one) for one in disputes}
    return next((state for state in ("open", "lost", "won") if state in found), "none")


def _one_dispute(dispute: Mapping[str, Any]) -> str:
    status, resolution = _part(dispute, "paymentDisputeStatus"), _part(dispute, "resolution")
    if status in OPEN_DISPUTES or not isinstance(resolution, dict):
        return "open"
    return "lost" if _part(resolution, "recoupAmount.value") else "won"


def _customer(order: Mapping[str, Any], contact: Any) -> dict[str, Any]:
    about = {"buyer": contact}
    return {
        "id": _part(order, "buyer.username"),
        "name": _part(about, "buyer.fullName"),
        "email": _part(about, "buyer.email"),
        "phone": _part(about, "buyer.primaryPhone.phoneNumber"),
    }


def _address(contact: Any, reference: str = "") -> dict[str, Any] | None:
    """Eight of our fields from a contact; None where it states nothing at all."""
    about = {"contact": contact}
    where = {name: _part(about, f"contact.contactAddress.{name}") for name in _ADDRESS}
    name, company = _part(about, "contact.fullName"), _part(about, "contact.companyName")
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
        "phone": _part(about, "contact.primaryPhone.phoneNumber"),
    }


_ADDRESS = (
    *("addressLine1", "addressLine2", "city", "stateOrProvince", "county", "postalCode"),
    "countryCode",
)


def _reference(start: Mapping[str, Any]) -> str:
    return str(_part(start, "shippingStep.shipToReferenceId") or "")


def _service(start: Mapping[str, Any]) -> Any:
    return _part(start, "shippingStep.shippingServiceCode")


def _attributes(order: Mapping[str, Any], start: Mapping[str, Any]) -> dict[str, Any]:
    """What rules may ask for beside the fields. Nothing that changes because we told eBay something."""
    found = {
        "sales_record": _part(order, "salesRecordReference"),
        "marketplace": next(iter(_texts(_rows(order, "lineItems"), "purchaseMarketplaceId")), None),
        "tax_id": _part(order, "buyer.taxIdentifier.taxpayerId"),
        "cancel_reason": next(iter(_texts(_rows(order, "cancelStatus.cancelRequests"), "cancelReason")), None),
    }
    if _part(start, "ebaySupportedFulfillment") is True:
        found["forwarded_by"] = "ebay-authentication" if _part(order, "program.authenticityVerification") else "ebay"
        found["final_country"] = _part(start, "finalDestinationAddress.countryCode")
        found["shipping_reference"] = _reference(start)
    return {name: value for name, value in found.items() if value}


def _known(order: Mapping[str, Any], field: str, names: Mapping[str, str]) -> str:
    value = _part(order, field)
    if value not in names:
        _refuse(field, f"is '{str(value)[:40]}'; it can be {', '.join(names)}" if value else "is missing")
    return names[value]


def _texts(rows: Iterable[Mapping[str, Any]], path: str) -> list[str]:
    return [value for row in rows if isinstance(value := _part(row, path), str) and value]


def _part(row: Mapping[str, Any], path: str, where: str = "") -> Any:
    """What stands at `path`, names joined by points; None where anything on the way is missing."""
    value: Any = row
    walked: list[str] = []
    for name in path.split("."):
        if value is None:
            return None
        if not isinstance(value, dict):
            _refuse(where + ".".join(walked), "is not a table of fields")
        value = value.get(name)
        walked.append(name)
    return value


def _rows(row: Mapping[str, Any], path: str, where: str = "") -> list[dict[str, Any]]:
    found = _part(row, path, where)
    if found is None:
        return []
    if not isinstance(found, list) or not all(isinstance(one, dict) for one in found):
        _refuse(where + path, "is not a list of tables")
    return found


def _refuse(field: str, problem: str) -> NoReturn:
    raise RecordError(f"{field} {problem}", field=field)
