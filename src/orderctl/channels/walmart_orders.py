"""What an order of Walmart Marketplace says: its payload as the neutral JSON of an order, and its lines unit by unit.

1. an order has no state of its own: every line says how many of its units are in which status
2. cancelled units are taken off the quantity and off what is charged; shipped ones stay, and a line all of whose units
   were shipped is done with, whoever did it
3. charges are sorted by what they are for: product, discount, shipping, and fees as a line that needs no shipping
4. moments are milliseconds since 1970, as numbers or as text, or ISO 8601; countries have three letters

Walmart states no total. What customers pay is the sum of the charges and their taxes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from orderctl.core import countries, money, times, weights
from orderctl.core.errors import RecordError

#: Ship nodes from which Walmart sends the goods itself.
BY_WALMART = "WFSFulfilled"
BY_3PL = "3PLFulfilled"
_WAITING = ("Created", "Acknowledged")
_GONE = ("Shipped", "Delivered", "Refund")
_NO = ("", "false", "no")
_1970 = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_MS = 253_402_300_799_000  # the last second of the year 9999
_UNITS = {"pounds": "lb", "pound": "lb", "lbs": "lb", "ounces": "oz", "ounce": "oz", "grams": "g", "kilograms": "kg"}
#: Of a line, kept as they are for rules and documents to look at.
_NOTED = ("configId", "originalCarrierMethod")
_NOTED_OF_FULFILLMENT = ("fulfillmentOption", "shipMethod", "shippingProgramType", "storeId")


@dataclass(frozen=True, slots=True)
class Reading:
    """How the charges of a line are meant: of all its units or of one, and who ships from a 3PL's node."""

    per_unit: bool = False
    third_party_ships: bool = True


@dataclass(frozen=True, slots=True)
class Parcel:
    """Units of a line that Walmart knows to have left, under which number and with whom."""

    tracking_number: str
    quantity: int
    carrier: str = ""


@dataclass(frozen=True, slots=True)
class Units:
    """How the units of one line are spread: `ordered` of them, and how many are in which status."""

    line: str
    ordered: int
    in_status: Mapping[str, int]
    parcels: tuple[Parcel, ...]
    cancel_wished: bool

    @property
    def cancelled(self) -> int:
        """Units that nobody gets any more."""
        return self.in_status.get("Cancelled", 0)

    @property
    def waiting(self) -> int:
        """Units that are neither shipped nor cancelled."""
        return sum(self.in_status.get(status, 0) for status in _WAITING)

    @property
    def has_left(self) -> bool:
        """Whether every unit that was not cancelled was sent, by whomever."""
        left = sum(self.in_status.get(status, 0) for status in _GONE)
        return 0 < self.ordered - self.cancelled <= left

    @property
    def unacknowledged(self) -> int:
        """Units of which Walmart does not know yet that we have seen them."""
        return self.in_status.get("Created", 0)


@dataclass(slots=True)
class _Sums:
    """What the lines of an order come to, in minor units of its currency."""

    currency: str = ""
    shipping: int = 0
    discount: int = 0
    tax: int = 0
    refunded: int = 0
    paid: int = 0


def units_of(order: Mapping[str, Any]) -> dict[str, Units]:
    """Line number -> its units. RecordError names what is missing or cannot be."""
    return {one.line: one for one in (_units(row, where) for where, row in _line_rows(order))}


def neutral(value: Any, reading: Reading) -> dict[str, Any]:
    """The neutral JSON of a payload: `{"order": ..., "shipNodeType": ...}`, the latter where the order does not say it.

    RecordError names the field that is wrong.
    """
    payload = _table(value, "order")
    order = _table(payload.get("order"), "order")
    sums = _Sums()
    lines = [line for where, row in _line_rows(order) for line in _lines(row, where, sums, reading)]
    units = list(units_of(order).values())
    if not units:
        _refuse("orderLines", "is missing")
    placed_at = _moment(order, "orderDate") or _refuse("orderDate", "is missing")
    changed = [at for where, row in _line_rows(order) if (at := _moment(row, "statusDate", where))]
    gone = all(one.cancelled == one.ordered for one in units)
    updated_at = max([placed_at, *changed])
    about = _table(order.get("shippingInfo") or {}, "shippingInfo")
    return {
        "channel_order_id": _text(order, "purchaseOrderId") or _refuse("purchaseOrderId", "is missing"),
        "placed_at": placed_at,
        "updated_at": updated_at,
        "cancelled_at": updated_at if gone else "",
        "cancel_requested": any(one.cancel_wished and one.waiting for one in units),
        "payment": _payment(sums, gone=gone),
        "fulfilled_by": _fulfilled_by(order, payload, reading),
        "type": "replacement" if _text(order, "orderType").upper() == "REPLACEMENT" else "b2c",
        "currency": sums.currency,
        "customer": {"id": _text(order, "buyerId"), "email": _text(order, "customerEmailId")},
        "ship_to": _ship_to(about),
        "requested_service": _text(about, "methodCode", "shippingInfo."),
        "ship_by": _moment(about, "estimatedShipDate", "shippingInfo."),
        "deliver_by": _moment(about, "estimatedDeliveryDate", "shippingInfo."),
        "lines": lines,
        **{
            name: money.to_text(amount, sums.currency)
            for name, amount in (("shipping_price", sums.shipping), ("discount", sums.discount), ("tax", sums.tax))
            if sums.currency
        },
        "tags": sorted({line.get("attributes", {}).get("shippingProgramType", "") for line in lines} - {""}),
        "attributes": _attributes(order),
    }


def _line_rows(order: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Each line with the words that begin its fields in messages."""
    for position, row in enumerate(_rows(order, "orderLines", "orderLine"), 1):
        where = f"orderLine[{position}]."
        yield where, _table(row, where.rstrip("."))


def _units(row: Mapping[str, Any], where: str) -> Units:
    ordered = _quantity(row.get("orderLineQuantity"), where + "orderLineQuantity")
    spread: dict[str, int] = {}
    parcels = []
    for one in _rows(row, "orderLineStatuses", "orderLineStatus", where):
        status = _text(_table(one, where + "orderLineStatus"), "status", where)
        quantity = _quantity(one.get("statusQuantity"), where + "statusQuantity")
        spread[status] = spread.get(status, 0) + quantity
        tracking = _table(one.get("trackingInfo") or {}, where + "trackingInfo")
        if number := _text(tracking, "trackingNumber", where):
            names = _table(tracking.get("carrierName") or {}, where + "carrierName")
            carrier = _text(names, "carrier", where) or _text(names, "otherCarrier", where)
            parcels.append(Parcel(number, quantity, carrier))
    if spread.get("Cancelled", 0) > ordered:
        _refuse(where + "statusQuantity", f"says that more units are cancelled than the {ordered} that were ordered")
    line = _text(row, "lineNumber", where) or _refuse(where + "lineNumber", "is missing")
    return Units(line, ordered, spread, tuple(parcels), _text(row, "intentToCancel", where).lower() not in _NO)


def _lines(row: Mapping[str, Any], where: str, sums: _Sums, reading: Reading) -> Iterator[dict[str, Any]]:
    """The line, and one more for each fee on it; what else it charges goes to `sums`."""
    units = _units(row, where)
    kept = units.ordered - units.cancelled
    share = Fraction(kept * (units.ordered if reading.per_unit else 1), max(1, units.ordered))
    amount = discount = line_tax = 0
    fees: list[tuple[str, int]] = []
    for name, kind, price, tax in _charges(row, where, share, sums):
        if kind == "PRODUCT":
            amount += max(0, price)
            discount += max(0, -price)
            line_tax += tax
        elif kind == "SHIPPING" and price > 0:
            sums.shipping += price
        elif price < 0:
            sums.discount -= price
        elif price:
            fees.append((name, price))
        sums.tax += tax
        sums.paid += price + tax
    sums.refunded += _refunded(row, where, sums)
    item = _table(row.get("item") or {}, where + "item")
    yield {
        "id": units.line,
        "sku": _text(item, "sku", where),
        "title": _text(item, "productName", where),
        "quantity": kept,
        "amount": _minor_text(amount, sums),
        "discount": _minor_text(discount, sums),
        "tax": _minor_text(max(0, line_tax), sums),
        "weight_g": _weight(item),
        "fulfilled_by": "channel" if units.has_left else "",
        "attributes": _line_attributes(row, where),
    }
    for name, price in fees:
        identity, amount_text = f"{units.line}/{name}", _minor_text(price, sums)
        yield {"id": identity, "title": name, "quantity": 1, "amount": amount_text, "requires_shipping": False}


def _charges(row: Mapping[str, Any], where: str, share: Fraction, sums: _Sums) -> Iterator[tuple[str, str, int, int]]:
    """(name, type, amount, tax) of each charge of a line: `share` of the goods, and all else while any unit is left."""
    for one in _rows(row, "charges", "charge", where):
        charge = _table(one, where + "charge")
        name = _text(charge, "chargeName", where)
        kind = _text(charge, "chargeType", where).upper()
        tax = _table(charge.get("tax") or {}, where + "tax").get("taxAmount")
        of_it = share if kind == "PRODUCT" else Fraction(bool(share))
        price, tax_on_it = _amount(charge.get("chargeAmount"), where, sums), _amount(tax, where, sums)
        yield name or kind, kind, _part(price, of_it), _part(tax_on_it, of_it)


def _refunded(row: Mapping[str, Any], where: str, sums: _Sums) -> int:
    refund = _table(row.get("refund") or {}, where + "refund")
    total = 0
    for one in _rows(refund, "refundCharges", "refundCharge", where):
        charge = _table(_table(one, where + "refundCharge").get("charge") or {}, where + "refundCharge")
        tax = _table(charge.get("tax") or {}, where + "tax").get("taxAmount")
        total -= _amount(charge.get("chargeAmount"), where, sums) + _amount(tax, where, sums)
    return total


def _part(minor: int, share: Fraction) -> int:
    return money.divide_half_up(minor * share.numerator, share.denominator)


def _minor_text(minor: int, sums: _Sums) -> str | None:
    return money.to_text(minor, sums.currency) if sums.currency else None


def _payment(sums: _Sums, *, gone: bool) -> str:
    """Walmart vouches for every order that it passes on, and charges when the goods leave."""
    if gone:
        return "voided"
    if sums.refunded > 0:
        return "refunded" if sums.refunded >= sums.paid else "partly_refunded"
    return "paid"


def node_type(order: Mapping[str, Any]) -> str:
    """The kind of ship node as far as the order says it."""
    return _text(_table(order.get("shipNode") or {}, "shipNode"), "type", "shipNode.")


def _fulfilled_by(order: Mapping[str, Any], payload: Mapping[str, Any], reading: Reading) -> str:
    node = node_type(order) or _text(payload, "shipNodeType")
    themselves = node == BY_WALMART or (node == BY_3PL and reading.third_party_ships)
    return "channel" if themselves else "merchant"


def _ship_to(about: Mapping[str, Any]) -> dict[str, str] | None:
    address = _table(about.get("postalAddress") or {}, "postalAddress")
    if not address:
        return None
    names = {"name": "name", "line1": "address1", "line2": "address2", "city": "city", "region": "state"}
    found = {ours: _text(address, theirs, "postalAddress.") for ours, theirs in names.items()}
    return {
        **found,
        "postcode": _text(address, "postalCode", "postalAddress."),
        "country": countries.two_letters(_text(address, "country", "postalAddress.")),
        "phone": _text(about, "phone", "shippingInfo."),
    }


def _attributes(order: Mapping[str, Any]) -> dict[str, str]:
    node = _table(order.get("shipNode") or {}, "shipNode")
    found = {name: _text(order, name) for name in ("customerOrderId", "originalCustomerOrderID")}
    found |= {"shipNode": _text(node, "id", "shipNode."), "shipNodeName": _text(node, "name", "shipNode.")}
    return {name: value for name, value in found.items() if value}


def _line_attributes(row: Mapping[str, Any], where: str) -> dict[str, str]:
    fulfillment = _table(row.get("fulfillment") or {}, where + "fulfillment")
    found = {name: _text(fulfillment, name, where) for name in _NOTED_OF_FULFILLMENT}
    found |= {name: _text(row, name, where) for name in _NOTED}
    serials = row.get("serialNumbers")
    found["serialNumbers"] = ", ".join(map(str, serials)) if isinstance(serials, list) else ""
    return {name: value for name, value in found.items() if value}


def _weight(item: Mapping[str, Any]) -> int | None:
    """What one unit weighs in grams, where it is said in a way that can be understood."""
    stated = item.get("weight")
    if not isinstance(stated, Mapping):
        return None
    unit = str(stated.get("unit") or "").lower()
    try:
        return weights.parse_weight(str(stated.get("value") or ""), _UNITS.get(unit, unit))
    except ValueError:
        return None


def _refuse(field: str, problem: str) -> NoReturn:
    raise RecordError(f"{field} {problem}", field=field)


def _table(value: Any, field: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        _refuse(field, "is missing" if value is None else "is not a table of fields")
    return value


def _rows(holder: Mapping[str, Any], outer: str, inner: str, where: str = "") -> Sequence[Any]:
    """The list `inner` inside of the table `outer`; nothing where Walmart leaves either out."""
    listed = _table(holder.get(outer) or {}, where + outer).get(inner)
    if listed is None:
        return ()
    if not isinstance(listed, list):
        _refuse(where + inner, "is not a list")
    return listed


def _text(row: Mapping[str, Any], name: str, where: str = "") -> str:
    """Text, or the number that Walmart writes where its documentation says text."""
    value = row.get(name)
    if value is None:
        return ""
    if isinstance(value, bool) or not isinstance(value, str | int):
        _refuse(where + name, "is not text")
    return str(value).strip()


def _quantity(value: Any, field: str) -> int:
    amount = _table(value, field).get("amount")
    digits = str(amount).strip()
    if isinstance(amount, bool) or not isinstance(amount, str | int) or not (digits.isascii() and digits.isdigit()):
        _refuse(field, f"is not a whole number: {digits[:40]}")
    if len(digits) > 9:
        _refuse(field, f"is more than can be real: {digits[:40]}")
    return int(digits)


def _amount(value: Any, where: str, sums: _Sums) -> int:
    """Minor units; nothing where no amount is stated. All amounts of an order have one currency."""
    if value is None:
        return 0
    stated = _table(value, where + "amount")
    currency = _text(stated, "currency", where)
    if not money.is_currency(currency):
        _refuse(where + "currency", f"'{currency[:40]}' is not a currency code")
    if sums.currency not in {"", currency}:
        _refuse(where + "currency", f"is {currency} in an order in {sums.currency}")
    sums.currency = currency
    try:
        return money.to_minor(stated.get("amount", 0), currency)
    except ValueError as error:
        _refuse(where + "amount", f"is wrong: {error}")


def _moment(row: Mapping[str, Any], name: str, where: str = "") -> str:
    """A moment as `core.times` writes it, "" where none is stated."""
    value = row.get(name)
    if value is None or value == "":
        return ""
    said = str(value).strip()
    if isinstance(value, bool) or not isinstance(value, str | int):
        _refuse(where + name, f"is not a moment: {said[:40]}")
    if said.isascii() and said.isdigit():
        if len(said) > 15 or int(said) > _MOST_MS:
            _refuse(where + name, f"is not a moment: {said[:40]}")
        return times.moment(_1970 + timedelta(milliseconds=int(said)))
    try:
        return times.parse_moment(said, ZoneInfo("UTC"))
    except ValueError:
        _refuse(where + name, f"is not a moment: {said[:40]}")
