"""A Shopify order as orderctl understands one.

1. a payload is an order as the `Orders` document brings it, or `{"order":...,NAME:[...]}` with what did not come along;
   it was read into `shopify_shapes`, so that everything has its type, or is missing
2. amounts are those of the shop's currency, as they stand now: after edits, returns and refunds ("Order" of the Admin
   API reference); what the customer saw stands in the attributes `presentment_currency` and `presentment_total`
3. a line counts `currentQuantity` units, and those that came back after they had been shipped
4. lines add up to the subtotal, whatever discounts they bear; tips, fees and duties are lines that nobody ships
5. a fulfillment order says how its lines leave: by us, over a counter, or by a fulfillment service of Shopify's; a
   line all of whose units are fulfilled has left
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from msgspec import UNSET, UnsetType

from orderctl.channels.shopify_shapes import Address, Bag, Joined, Line, Named, Order, Pair, Place
from orderctl.core import money
from orderctl.core.errors import RecordError

Row = dict[str, Any]
#: A fulfillment order, and the ids of its lines.
Laid = tuple[Place, set[str]]

PAYMENTS = {
    "PENDING": "pending",
    "AUTHORIZED": "authorized",
    "PARTIALLY_PAID": "partly_paid",
    "PAID": "paid",
    "PARTIALLY_REFUNDED": "partly_refunded",
    "REFUNDED": "refunded",
    "VOIDED": "voided",
    "EXPIRED": "voided",
}
_SOURCES = {"web": "online", "pos": "pos", "shopify_draft_order": "draft"}
_RISKS = {"NONE": "low", "LOW": "low", "MEDIUM": "medium", "HIGH": "high"}
_ADVICE = {"INVESTIGATE": "medium", "CANCEL": "high"}
_RISING = ("", "low", "medium", "high")
#: Ways to deliver by which goods leave over a counter.
_IN_PERSON = frozenset({"RETAIL", "PICK_UP"})
#: A fulfillment service was asked to send these lines, by Shopify itself.
_THEIRS = frozenset({"SUBMITTED", "ACCEPTED", "CANCELLATION_REQUESTED", "CANCELLATION_REJECTED", "CLOSED"})
#: Ways to deliver that are nothing special.
_PLAIN = frozenset({"", "none", "shipping"})
_LONGEST_AMOUNT = 30
_NOTHING = Decimal(0)


def neutral(payload: Joined, sources: Mapping[str, str]) -> Row:
    """The order in the shape of `orders show --json`. `sources` names our source for more of Shopify's."""
    order = payload.order
    currency = order.currency_code or _refuse("currencyCode", "is missing")
    if not money.is_currency(currency):
        _refuse("currencyCode", f"'{currency[:10]}' is not a currency code")
    amounts = _Amounts(currency)
    places = _places(payload)
    found = _stated(payload, sources)
    found["currency"] = currency
    found["attributes"] = _attributes(order, currency, places)
    if order.line_items is not UNSET or payload.lines is not UNSET:
        came_back = _came_back(payload)
        sold = [*((order.line_items.nodes or ()) if order.line_items else ()), *(payload.lines or ())]
        lines = found["lines"] = [_line(row, amounts, came_back) for row in sold]
        found |= _totals(order, amounts, lines)
        _by_place(found, lines, places, {row.id for row in sold if row.unfulfilled_quantity == 0})
    return found


def _stated(payload: Joined, sources: Mapping[str, str]) -> Row:
    """What is taken over as it is."""
    order = payload.order
    source = order.source_name or ""
    ways = [*((order.shipping_lines.nodes or ()) if order.shipping_lines else ()), *payload.shipping_lines]
    return {
        "channel_order_id": order.id or _refuse("id", "is missing"),
        "number": order.name or "",
        "placed_at": order.processed_at or order.created_at or None,
        "updated_at": order.updated_at or None,
        "cancelled_at": order.cancelled_at or "",
        "payment": _payment(order),
        "source": sources.get(source) or _SOURCES.get(source) or ("api" if source.isdigit() else "online"),
        "pos_location": plain_id(_id(order.retail_location)),
        "customer": _customer(order),
        "ship_to": _address(order.shipping_address),
        "bill_to": _address(order.billing_address),
        "requested_service": next((one.title or "" for one in ways if one.is_removed is not True), ""),
        "prices_include_tax": order.taxes_included is True,
        "risk": _risk(order),
        "tags": order.tags or [],
        "note": order.note or "",
        "po_number": order.po_number or "",
    }


def plain_id(gid: str) -> str:
    """The number at the end of `gid://shopify/Location/103`, as it stands in addresses of the admin."""
    return gid.rpartition("/")[2].partition("?")[0]


def _payment(order: Order) -> str:
    status = order.display_financial_status
    if status:
        unknown = f"is '{status[:40]}', which this version does not know"
        return PAYMENTS.get(status) or str(_refuse("displayFinancialStatus", unknown))
    money_left = order.total_outstanding_set.shop_money if order.total_outstanding_set else None
    outstanding = (money_left.amount if money_left else None) or None
    # An order over nothing has no status, and one that nobody paid yet.
    settled = order.fully_paid is True and outstanding and not _decimal("totalOutstandingSet", outstanding)
    return "paid" if settled else "pending"


def _risk(order: Order) -> str:
    """The worst of what anyone said; empty when nobody did."""
    if not order.risk:
        return ""
    levels = [_RISKS.get(one.risk_level or "", "") for one in order.risk.assessments or ()]
    return max([*levels, _ADVICE.get(order.risk.recommendation or "", "")], key=_RISING.index)


def _customer(order: Order) -> Row:
    row = order.customer
    if not row:
        return {"email": order.email or "", "phone": order.phone or ""}
    orders, mail, phone, spent = (
        *(row.number_of_orders, row.default_email_address, row.default_phone_number, row.amount_spent),
    )
    return {
        "id": row.id or "",
        "name": _name(row.first_name, row.last_name),
        "email": order.email or (mail.email_address if mail else "") or "",
        "phone": order.phone or (phone.phone_number if phone else "") or "",
        "tags": row.tags or [],
        "orders": int(orders) if isinstance(orders, str) and orders.isascii() and orders.isdigit() else orders or None,
        "spent": spent.amount or None if spent and spent.currency_code == order.currency_code else None,
    }


def _name(*parts: str | UnsetType | None) -> str:
    return " ".join([part for part in parts if part])


def _address(row: Address | UnsetType | None) -> Row | None:
    """An address, None where there is none; what is left of a redacted one is empty throughout."""
    if not row:
        return None
    found = {
        "name": row.name or _name(row.first_name, row.last_name),
        "company": row.company or "",
        "line1": row.address1 or "",
        "line2": row.address2 or "",
        "city": row.city or "",
        "region": row.province_code or row.province or "",
        "postcode": row.zip or "",
        "country": row.country_code or "",
        "phone": row.phone or "",
    }
    return found if any(found.values()) else None


def _line(row: Line, amounts: _Amounts, came_back: Mapping[str, int]) -> Row:
    """One line; its amounts are minor units for now."""
    name = row.id or _refuse("lineItems.id", "is missing")
    ordered, now = row.quantity or 0, row.current_quantity
    units = ordered if now is None or now is UNSET else min(ordered, now + came_back.get(name, 0))
    amount = amounts.of("originalUnitPriceSet", row.original_unit_price_set, units) or 0
    paid = amounts.of(
        "discountedUnitPriceAfterAllDiscountsSet", row.discounted_unit_price_after_all_discounts_set, units
    )
    attributes, group = _pairs(row.custom_attributes), row.line_item_group
    if group:
        attributes["bundle"] = group.title or plain_id(group.id or "")
    return {
        "id": name,
        "sku": row.sku or "",
        "title": row.name or row.title or "",
        "quantity": units,
        "amount": amount,
        "discount": 0 if paid is None or paid > amount else amount - paid,
        "tax": amounts.tax(row, units, ordered) if row.tax_lines else 0,
        "requires_shipping": row.requires_shipping is not False and row.is_gift_card is not True,
        "attributes": attributes,
    }


def _came_back(payload: Joined) -> Mapping[str, int]:
    """Units by line that were shipped and returned: they are no longer current, and nobody has to ship them again."""
    if not payload.refunds:
        return {}
    returned, left = Counter[str](), Counter[str]()
    for refund in payload.refunds:
        for row in (refund.refund_line_items.nodes or ()) if refund.refund_line_items else ():
            if row.restock_type == "RETURN":
                returned[_id(row.line_item)] += row.quantity or 0
    for fulfillment in payload.fulfillments:
        if fulfillment.status == "SUCCESS" and fulfillment.fulfillment_line_items:
            for row in fulfillment.fulfillment_line_items.nodes or ():
                left[_id(row.line_item)] += row.quantity or 0
    return returned & left


def _totals(order: Order, amounts: _Amounts, lines: list[Row]) -> Row:
    """What the order comes to, with the lines brought to text, and more of them for what is no merchandise."""
    tax = amounts.of("currentTotalTaxSet", order.current_total_tax_set) or 0
    shipping = amounts.of("currentShippingPriceSet", order.current_shipping_price_set) or 0
    total = amounts.of("currentTotalPriceSet", order.current_total_price_set)
    if total is None:
        total = _refuse("currentTotalPriceSet", "is missing")
    parts = sum([line["amount"] - line["discount"] for line in lines])
    paid = amounts.of("currentSubtotalPriceSet", order.current_subtotal_price_set)
    if paid is None:
        paid = parts
    if paid > parts:
        _take_back(lines, paid - parts)
        parts = sum([line["amount"] - line["discount"] for line in lines])
    rest = total - paid - shipping - (0 if order.taxes_included is True else tax)
    for name, field, bag in (
        ("tip", "totalTipReceivedSet", order.total_tip_received_set),
        ("fees", "currentTotalAdditionalFeesSet", order.current_total_additional_fees_set),
        ("duties", "currentTotalDutiesSet", order.current_total_duties_set),
    ):
        extra = min(amounts.of(field, bag) or 0, max(0, rest))
        rest -= extra
        if extra:
            kept = {"id": name, "title": name.capitalize(), "quantity": 1, "amount": extra, "discount": 0, "tax": 0}
            lines.append({**kept, "requires_shipping": False})
    for line in lines:
        for name in ("amount", "discount", "tax"):
            line[name] = _in_text(line[name], amounts.currency)
    stated = {"shipping_price": shipping, "discount": max(0, parts - paid), "tax": tax, "total": total}
    return {name: _in_text(minor, amounts.currency) for name, minor in stated.items()}


_in_text = lru_cache(maxsize=4096)(money.to_text)  # most amounts are prices, and come again and again


def _take_back(lines: Sequence[Row], missing: int) -> None:
    """Unit prices after discount are rounded: `missing` minor units too much were taken off the lines."""
    for line in sorted(lines, key=lambda one: -int(one["discount"])):
        part = min(missing, line["discount"])
        line["discount"] -= part
        missing -= part


class _Amounts:
    """Reads amounts of one order, which are all of its currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def of(self, name: str, bag: Bag | UnsetType | None, units: int = 1) -> int | None:
        """`units` times the money bag `name`, in minor units of the shop's currency; None where it is not stated."""
        amount = self._amount(name, bag)
        if amount is None:
            return None
        minor = _minor(amount, self.currency)
        if minor is not None and minor * units <= money.LARGEST_MINOR:
            return minor * units
        return _rounded(_decimal(name, amount) * units, self.currency)

    def tax(self, row: Line, units: int, ordered: int) -> int:
        """The tax on `units` of the `ordered` ones, in minor units."""
        amounts = [self._amount("priceSet", one.price_set) for one in row.tax_lines or ()]
        tax = sum([_decimal("priceSet", amount) for amount in amounts if amount is not None], _NOTHING)
        return _rounded(tax * units / ordered, self.currency) if ordered and tax else 0

    def _amount(self, name: str, bag: Bag | UnsetType | None) -> str | None:
        stated = bag.shop_money if bag else None
        if not stated or stated.amount is None or stated.amount is UNSET:
            return None
        if stated.currency_code != self.currency and stated.currency_code:
            _refuse(name, f"is in {stated.currency_code[:10]}, the order in {self.currency}")
        return stated.amount


@lru_cache(maxsize=4096)
def _minor(amount: str, currency: str) -> int | None:
    """A plain amount in minor units, of which nothing has to be rounded; None for every other."""
    whole, _, fraction = amount.partition(".")
    fraction = fraction.rstrip("0")
    places, digits = money.decimals(currency), whole + fraction
    if not digits.isascii() or not digits.isdigit() or not whole or len(whole) > 12 or len(fraction) > places:
        return None
    return int(digits + "0" * (places - len(fraction)))


def _rounded(amount: Decimal, currency: str) -> int:
    """Minor units, rounded half up."""
    unit = Decimal(1).scaleb(-money.decimals(currency))
    return money.to_minor(str(amount.quantize(unit, ROUND_HALF_UP)), currency)


def _decimal(field: str, amount: str) -> Decimal:
    found = _number(amount)
    return _refuse(field, f"is not an amount: '{amount[:30]}'") if found is None else found


def _number(amount: str) -> Decimal | None:
    try:
        found = Decimal(amount) if len(amount) <= _LONGEST_AMOUNT else None
    except InvalidOperation:
        return None
    return found if found is not None and found.is_finite() and abs(found) <= money.LARGEST_MINOR else None


def _places(payload: Joined) -> list[Laid]:
    """The fulfillment orders that still mean anything."""
    came = payload.order.fulfillment_orders
    places = {row.id or "": row for row in [*((came.nodes or ()) if came else ()), *payload.fulfillment_orders]}
    beyond = {row.id or "": row.nodes or [] for row in payload.fulfillment_order_lines}
    found = []
    for name, place in places.items():
        lines = (place.line_items.nodes or []) if place.line_items else []
        ids = {_id(line.line_item) for line in [*lines, *beyond.get(name, ())] if line.total_quantity != 0}
        if place.status != "CANCELLED" and ids:
            found.append((place, ids))
    return found


def _by_place(found: Row, lines: Iterable[Row], places: Sequence[Laid], done: Collection[Any]) -> None:
    """Which lines are not ours to send, when the others have to leave, and whether all went over a counter.

    Lines of `done` have left, whoever sent them.
    """
    ours = [place for place, _ in places if place.status != "CLOSED" and not _is_in_person(place)]
    found["ship_by"] = min((place.fulfill_by for place in ours if place.fulfill_by), default=None)
    methods = [place.delivery_method for place in ours if place.delivery_method]
    found["deliver_by"] = min(
        (one.max_delivery_date_time for one in methods if one.max_delivery_date_time), default=None
    )
    if not done and not any(place.request_status in _THEIRS or _is_in_person(place) for place, _ in places):
        return
    of_line = {line["id"]: [place for place, ids in places if line["id"] in ids] for line in lines}
    physical = [line for line in lines if line["requires_shipping"] and line["quantity"]]
    in_person = [line for line in physical if of_line[line["id"]] and all(map(_is_in_person, of_line[line["id"]]))]
    if physical and len(in_person) == len(physical):
        counters = filter(None, map(_location_of, of_line[physical[0]["id"]]))
        found["source"] = "pos"
        found["pos_location"] = found["pos_location"] or next(counters, "")
        found["ship_to"] = None
        return
    for line in physical:
        rows = of_line[line["id"]]
        theirs = bool(rows) and all(place.request_status in _THEIRS for place in rows)
        if theirs or line in in_person or line["id"] in done:
            line["fulfilled_by"] = "channel"


def _is_in_person(place: Place) -> bool:
    return (place.delivery_method.method_type or "") in _IN_PERSON if place.delivery_method else False


def _location_of(place: Place) -> str:
    return plain_id(_id(place.assigned_location.location)) if place.assigned_location else ""


def _attributes(order: Order, currency: str, places: Sequence[Laid]) -> dict[str, str]:
    """What the shop and its customers added, and what else a rule may want to look at."""
    ours: dict[str, str] = {}
    seen = order.current_total_price_set.presentment_money if order.current_total_price_set else None
    if seen and seen.currency_code and seen.currency_code != currency:
        ours |= {"presentment_currency": seen.currency_code, "presentment_total": seen.amount or ""}
    if order.risk and any(one.risk_level == "PENDING" for one in order.risk.assessments or ()):
        ours["risk_pending"] = "yes"
    held = {one.reason or "" for place, _ in places for one in place.fulfillment_holds or ()}
    held |= {"SCHEDULED" for place, _ in places if place.status == "SCHEDULED"}
    methods = {(place.delivery_method.method_type or "").lower() for place, _ in places if place.delivery_method}
    for name, words in (
        *(("fulfillment_hold", held), ("delivery", methods - _PLAIN)),
        ("discount_codes", set(order.discount_codes or ())),
    ):
        if words:
            ours[name] = ", ".join(sorted(words))
    if order.source_identifier:
        ours["receipt"] = order.source_identifier
    return _pairs(order.custom_attributes) | ours


def _pairs(rows: Sequence[Pair] | UnsetType | None) -> dict[str, str]:
    return {one.key: one.value or "" for one in rows or () if one.key}


def _id(row: Named | UnsetType | None) -> str:
    return (row.id or "") if row else ""


def _refuse(field: str, problem: str) -> Any:
    raise RecordError(f"{field} {problem}", field=field)
