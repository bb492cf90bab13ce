"""A Shopify order as orderctl understands one.

1. a payload is an order as the `Orders` document brings it, or `{"order": ..., NAME: [...]}` with what did not fit
2. amounts are those of the shop's currency, as they stand now: after edits, returns and refunds ("Order" of the Admin
   API reference); what the customer saw stands in the attributes `presentment_currency` and `presentment_total`
3. a line counts `currentQuantity` units, and those that came back after they had been shipped
4. lines add up to the subtotal, whatever discounts they bear; tips, fees and duties are lines that nobody ships
5. a fulfillment order says how its lines leave: by us, over a counter, or by a fulfillment service of Shopify's
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from functools import lru_cache
from typing import Any

from orderctl.core import money
from orderctl.core.errors import RecordError

Row = dict[str, Any]

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
_PARTS = ("lines", "fulfillmentOrders", "fulfillmentOrderLines", "refunds", "fulfillments")


def neutral(value: Any, sources: Mapping[str, str]) -> Row:
    """The order in the shape of `orders show --json`. `sources` names our source for more of Shopify's."""
    payload = _table({"order": value}, "order")
    more = {name: _rows(payload, name) for name in _PARTS} if "order" in payload else {}
    order = _table(payload, "order") if "order" in payload else payload
    currency = _text(order, "currencyCode") or _refuse("currencyCode", "is missing")
    if not money.is_currency(currency):
        _refuse("currencyCode", f"'{currency[:10]}' is not a currency code")
    amounts = _Amounts(currency)
    places = _places(order, more)
    sold = _nodes(order, "lineItems") + more.get("lines", []) if "lineItems" in order else None
    came_back = _came_back(more)
    lines = None if sold is None else [_line(row, amounts, came_back) for row in sold]
    found = _stated(order, sources) | {"currency": currency, "lines": lines}
    if lines is not None:
        found |= _totals(order, amounts, lines)
        _by_place(found, lines, places)
    found["attributes"] = _attributes(order, amounts, places)
    return found


def _stated(order: Row, sources: Mapping[str, str]) -> Row:
    """What is taken over as it is."""
    source = _text(order, "sourceName")
    return {
        "channel_order_id": _text(order, "id") or _refuse("id", "is missing"),
        "number": _text(order, "name"),
        "placed_at": order.get("processedAt") or order.get("createdAt"),
        "updated_at": order.get("updatedAt"),
        "cancelled_at": order.get("cancelledAt"),
        "payment": _payment(order),
        "source": sources.get(source) or _SOURCES.get(source) or ("api" if source.isdigit() else "online"),
        "pos_location": plain_id(_text(_table(order, "retailLocation"), "id")),
        "customer": _customer(order),
        "ship_to": _address(order, "shippingAddress"),
        "bill_to": _address(order, "billingAddress"),
        "requested_service": next(
            (_text(one, "title") for one in _nodes(order, "shippingLines") if one.get("isRemoved") is not True), ""
        ),
        "prices_include_tax": order.get("taxesIncluded"),
        "risk": _risk(order),
        "tags": order.get("tags"),
        "note": order.get("note"),
        "po_number": order.get("poNumber"),
    }


def plain_id(gid: str) -> str:
    """The number at the end of `gid://shopify/Location/103`, as it stands in addresses of the admin."""
    return gid.rpartition("/")[2].partition("?")[0]


def _payment(order: Row) -> str:
    status = _text(order, "displayFinancialStatus")
    if not status:  # of an order over nothing, and of one that nobody paid yet
        outstanding = _table(_table(order, "totalOutstandingSet"), "shopMoney").get("amount")
        settled = order.get("fullyPaid") is True and outstanding is not None and not _decimal("amount", outstanding)
        return "paid" if settled else "pending"
    if status not in PAYMENTS:
        _refuse("displayFinancialStatus", f"is '{status[:40]}', which this version does not know")
    return PAYMENTS[status]


def _risk(order: Row) -> str:
    """The worst of what anyone said; empty when nobody did."""
    risk = _table(order, "risk")
    levels = [_RISKS.get(_text(one, "riskLevel"), "") for one in _rows(risk, "assessments")]
    return max([*levels, _ADVICE.get(_text(risk, "recommendation"), "")], key=_RISING.index)


def _customer(order: Row) -> Row:
    row = _table(order, "customer")
    orders = row.get("numberOfOrders")
    spent = _table(row, "amountSpent")
    return {
        "id": _text(row, "id"),
        "name": _name(row),
        "email": _text(order, "email") or _text(_table(row, "defaultEmailAddress"), "emailAddress"),
        "phone": _text(order, "phone") or _text(_table(row, "defaultPhoneNumber"), "phoneNumber"),
        "tags": row.get("tags"),
        "orders": int(orders) if isinstance(orders, str) and orders.isascii() and orders.isdigit() else orders,
        "spent": spent.get("amount") if spent.get("currencyCode") == order.get("currencyCode") else None,
    }


def _name(row: Row) -> str:
    return _text(row, "name") or " ".join(filter(None, (_text(row, "firstName"), _text(row, "lastName"))))


def _address(order: Row, name: str) -> Row | None:
    """An address, None where there is none; what is left of a redacted one is empty throughout."""
    row = _table(order, name)
    found = {
        "name": _name(row),
        "company": _text(row, "company"),
        "line1": _text(row, "address1"),
        "line2": _text(row, "address2"),
        "city": _text(row, "city"),
        "region": _text(row, "provinceCode") or _text(row, "province"),
        "postcode": _text(row, "zip"),
        "country": _text(row, "countryCodeV2"),
        "phone": _text(row, "phone"),
    }
    return found if any(found.values()) else None


def _line(row: Row, amounts: _Amounts, came_back: Mapping[str, int]) -> Row:
    """One line. `amount` is the price of its units, `paid` (taken out later) what was paid for them."""
    ordered, now = _whole(row, "quantity"), _whole(row, "currentQuantity")
    name = _text(row, "id") or _refuse("lineItems.id", "is missing")
    units = min(ordered, (ordered if row.get("currentQuantity") is None else now) + came_back[name])
    price = amounts.of(row, "originalUnitPriceSet") or Decimal(0)
    paid = amounts.of(row, "discountedUnitPriceAfterAllDiscountsSet")
    tax = sum((amounts.of(one, "priceSet") or Decimal(0) for one in _rows(row, "taxLines")), Decimal(0))
    amount = amounts.minor(price * units)
    group = _table(row, "lineItemGroup")
    bundle = {"bundle": _text(group, "title") or plain_id(_text(group, "id"))} if group else {}
    return {
        "id": name,
        "sku": row.get("sku"),
        "title": _text(row, "name") or _text(row, "title"),
        "quantity": units,
        "amount": amount,
        "discount": 0 if paid is None else max(0, amount - amounts.minor(paid * units)),
        "tax": amounts.minor(tax * units / ordered) if ordered and tax else 0,
        "requires_shipping": row.get("requiresShipping") is not False and row.get("isGiftCard") is not True,
        "attributes": _pairs(row) | bundle,
    }


def _came_back(more: Mapping[str, Sequence[Row]]) -> Counter[str]:
    """Units by line that were shipped and returned: they are no longer current, and nobody has to ship them again."""
    returned, left = Counter[str](), Counter[str]()
    for refund in more.get("refunds", ()):
        for row in _nodes(refund, "refundLineItems"):
            if row.get("restockType") == "RETURN":
                returned[_text(_table(row, "lineItem"), "id")] += _whole(row, "quantity")
    for fulfillment in more.get("fulfillments", ()):
        if fulfillment.get("status") == "SUCCESS":
            for row in _nodes(fulfillment, "fulfillmentLineItems"):
                left[_text(_table(row, "lineItem"), "id")] += _whole(row, "quantity")
    return returned & left


def _totals(order: Row, amounts: _Amounts, lines: list[Row]) -> Row:
    """What the order comes to, with the lines brought to text, and more of them for what is no merchandise."""
    tax = amounts.total(order, "currentTotalTaxSet", 0)
    shipping = amounts.total(order, "currentShippingPriceSet", 0)
    total = amounts.total(order, "currentTotalPriceSet", None)
    parts = sum(line["amount"] - line["discount"] for line in lines)
    paid = amounts.total(order, "currentSubtotalPriceSet", parts)
    _take_back(lines, paid - parts)
    discount = sum(line["amount"] - line["discount"] for line in lines) - paid
    rest = total - paid - shipping - (0 if order.get("taxesIncluded") is True else tax)
    for name, field in (
        *(("tip", "totalTipReceivedSet"), ("fees", "currentTotalAdditionalFeesSet")),
        ("duties", "currentTotalDutiesSet"),
    ):
        extra = min(amounts.total(order, field, 0), max(0, rest))
        rest -= extra
        if extra:
            kept = {"id": name, "title": name.capitalize(), "quantity": 1, "amount": extra, "discount": 0, "tax": 0}
            lines.append({**kept, "requires_shipping": False})
    for line in lines:
        line |= {name: money.to_text(line[name], amounts.currency) for name in ("amount", "discount", "tax")}
    stated = {"shipping_price": shipping, "discount": max(0, discount), "tax": tax, "total": total}
    return {name: money.to_text(minor, amounts.currency) for name, minor in stated.items()}


def _take_back(lines: Sequence[Row], missing: int) -> None:
    """Unit prices after discount are rounded: `missing` minor units too much were taken off the lines."""
    for line in sorted(lines, key=lambda one: -int(one["discount"])):
        part = min(max(0, missing), line["discount"])
        line["discount"] -= part
        missing -= part


class _Amounts:
    """Reads amounts of one order, which are all of its currency."""

    def __init__(self, currency: str) -> None:
        self.currency = currency

    def of(self, row: Row, name: str) -> Decimal | None:
        """The amount of the money bag `name` in the shop's currency, None where it is not stated."""
        stated = _table(_table(row, name), "shopMoney")
        if stated.get("amount") is None:
            return None
        currency = _text(stated, "currencyCode") or self.currency
        if currency != self.currency:
            _refuse(name, f"is in {currency[:10]}, the order in {self.currency}")
        return _decimal(name, stated["amount"])

    def total(self, row: Row, name: str, default: int | None) -> int:
        """The same in minor units; without a `default` it has to be there."""
        amount = self.of(row, name)
        if amount is None:
            return _refuse(name, "is missing") if default is None else default
        return self.minor(amount)

    def minor(self, amount: Decimal) -> int:
        """Minor units, rounded half up."""
        return _minor(amount, self.currency)


@lru_cache(maxsize=4096)  # most amounts are prices, and come again and again
def _minor(amount: Decimal, currency: str) -> int:
    unit = Decimal(1).scaleb(-money.decimals(currency))
    return money.to_minor(str(amount.quantize(unit, ROUND_HALF_UP)), currency)


def _places(order: Row, more: Mapping[str, Sequence[Row]]) -> list[tuple[Row, set[str]]]:
    """The fulfillment orders that still mean anything, each with the ids of its lines."""
    rows = {_text(row, "id"): row for row in (*_nodes(order, "fulfillmentOrders"), *more.get("fulfillmentOrders", ()))}
    beyond = {_text(row, "id"): _rows(row, "nodes") for row in more.get("fulfillmentOrderLines", ())}
    found = []
    for name, row in rows.items():
        lines = [*_nodes(row, "lineItems"), *beyond.get(name, ())]
        ids = {_text(_table(one, "lineItem"), "id") for one in lines if one.get("totalQuantity") != 0}
        if row.get("status") != "CANCELLED" and ids:
            found.append((row, ids))
    return found


def _by_place(found: Row, lines: Iterable[Row], places: Sequence[tuple[Row, set[str]]]) -> None:
    """Which lines are not ours to send, when the others have to leave, and whether all went over a counter."""
    of_line = {line["id"]: [row for row, ids in places if line["id"] in ids] for line in lines}
    physical = [line for line in lines if line["requires_shipping"] and line["quantity"]]
    in_person = [line for line in physical if of_line[line["id"]] and all(map(_is_in_person, of_line[line["id"]]))]
    ours = [row for row, _ in places if not _is_in_person(row) and row.get("status") != "CLOSED"]
    found["ship_by"] = min((row["fulfillBy"] for row in ours if isinstance(row.get("fulfillBy"), str)), default=None)
    latest = [_table(row, "deliveryMethod").get("maxDeliveryDateTime") for row in ours]
    found["deliver_by"] = min((moment for moment in latest if isinstance(moment, str)), default=None)
    if physical and len(in_person) == len(physical):
        counters = [row for row in of_line[physical[0]["id"]] if _location_of(row)]
        found["source"] = "pos"
        found["pos_location"] = found["pos_location"] or (_location_of(counters[0]) if counters else "")
        found["ship_to"] = None
        return
    for line in physical:
        rows = of_line[line["id"]]
        if line in in_person or (rows and all(_text(row, "requestStatus") in _THEIRS for row in rows)):
            line["fulfilled_by"] = "channel"


def _is_in_person(place: Row) -> bool:
    return _text(_table(place, "deliveryMethod"), "methodType") in _IN_PERSON


def _location_of(place: Row) -> str:
    return plain_id(_text(_table(_table(place, "assignedLocation"), "location"), "id"))


def _attributes(order: Row, amounts: _Amounts, places: Sequence[tuple[Row, set[str]]]) -> dict[str, str]:
    """What the shop and its customers added, and what else a rule may want to look at."""
    ours: dict[str, str] = {}
    seen = _table(_table(order, "currentTotalPriceSet"), "presentmentMoney")
    seen_in = _text(seen, "currencyCode") or amounts.currency
    if seen_in != amounts.currency:
        ours |= {"presentment_currency": seen_in, "presentment_total": _text(seen, "amount")}
    if any(_text(one, "riskLevel") == "PENDING" for one in _rows(_table(order, "risk"), "assessments")):
        ours["risk_pending"] = "yes"
    held = {_text(one, "reason") for row, _ in places for one in _rows(row, "fulfillmentHolds")}
    held |= {"SCHEDULED" for row, _ in places if row.get("status") == "SCHEDULED"}
    methods = {_text(_table(row, "deliveryMethod"), "methodType").lower() for row, _ in places} - {
        "",
        "none",
        "shipping",
    }
    for name, words in (
        *(("fulfillment_hold", held), ("delivery", methods)),
        ("discount_codes", _codes(order)),
    ):
        if words:
            ours[name] = ", ".join(sorted(words))
    if _text(order, "sourceIdentifier"):
        ours["receipt"] = _text(order, "sourceIdentifier")
    return _pairs(order) | ours


def _codes(order: Row) -> set[str]:
    codes = order.get("discountCodes") or []
    if not isinstance(codes, list):
        _refuse("discountCodes", "is not a list")
    return {str(code) for code in codes}


def _pairs(row: Row) -> dict[str, str]:
    return {_text(one, "key"): _text(one, "value") for one in _rows(row, "customAttributes") if one.get("key")}


def _refuse(field: str, problem: str) -> Any:
    raise RecordError(f"{field} {problem}", field=field)


def _decimal(field: str, value: Any) -> Decimal:
    if not isinstance(value, str) or len(value) > 30:
        _refuse(field, "is not an amount")
    found = _number(value)
    return _refuse(field, f"is not an amount: '{value[:30]}'") if found is None else found


@lru_cache(maxsize=4096)
def _number(value: str) -> Decimal | None:
    try:
        found = Decimal(value)
    except InvalidOperation:
        return None
    return found if found.is_finite() and abs(found) <= money.LARGEST_MINOR else None


def _whole(row: Row, name: str) -> int:
    value = row.get(name)
    if value is None:
        return 0
    if isinstance(value, bool) or not isinstance(value, int) or not 0 <= value <= 1_000_000:
        _refuse(name, f"is not a whole number from 0 to 1,000,000: {str(value)[:40]}")
    return int(value)


def _text(row: Row, name: str) -> str:
    value = row.get(name)
    if value is not None and not isinstance(value, str):
        _refuse(name, "is not text")
    return value or ""


def _table(row: Row, name: str) -> Row:
    value = row.get(name)
    if value is not None and not isinstance(value, dict):
        _refuse(name, "is not a table of fields")
    return value or {}


def _rows(row: Row, name: str) -> list[Row]:
    value = row.get(name)
    if value is not None and not (isinstance(value, list) and all(isinstance(one, dict) for one in value)):
        _refuse(name, "is not a list of tables")
    return value or []


def _nodes(row: Row, name: str) -> list[Row]:
    return _rows(_table(row, name), "nodes")
