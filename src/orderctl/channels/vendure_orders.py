"""What an order of Vendure says, as the neutral JSON of an order.

- `quantity` is what is still wanted: Vendure lowers it when units are cancelled. A refund is money alone, and shows in
  `payment` only
- amounts are whole numbers with as many decimals for every currency as the server says (`money_precision`); they are
  taken with tax, or without it and the tax beside them, so that lines, surcharges and shipping add up to
  `totalWithTax`
- a line's discount is its price before discounts less its prorated price, which carries its share of the order's
- a surcharge is a line that needs no shipping, or a discount when it is less than nothing
- `updatedAt` does not say which of two versions is newer (a change of state leaves it, or puts an older one back), so
  no moment of change is stated: what was read last counts
- of an order in a state such as Shipped everything has left: what we did not send is not sent any more
- an address of which nothing is set comes as an object of nulls: there is none
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NoReturn

from orderctl.core import money
from orderctl.core.errors import RecordError

#: What is asked of every order. Fulfillments are left out: they change with every parcel, and say nothing of the wish.
FIELDS = """id code type state updatedAt orderPlacedAt currencyCode couponCodes
      total totalWithTax shipping shippingWithTax
      customer { id firstName lastName emailAddress phoneNumber }
      shippingAddress { ...Place } billingAddress { ...Place }
      shippingLines { shippingMethod { code name } }
      surcharges { id description sku price priceWithTax }
      lines {
        id quantity orderPlacedQuantity
        linePrice linePriceWithTax proratedLinePrice proratedLinePriceWithTax
        productVariant { sku name %s }
      }
      payments { method amount state refunds { id createdAt total state } }"""
PLACE = """fragment Place on OrderAddress {
  fullName company streetLine1 streetLine2 city province postalCode countryCode phoneNumber
}"""
_ADDRESS = {
    "name": "fullName",
    "company": "company",
    "line1": "streetLine1",
    "line2": "streetLine2",
    "city": "city",
    "region": "province",
    "postcode": "postalCode",
    "country": "countryCode",
    "phone": "phoneNumber",
}


@dataclass(frozen=True, slots=True)
class Terms:
    """How a shop states its orders: decimals of its amounts, whether they are read with tax, its own names."""

    precision: int = 2
    with_tax: bool = True
    digital_field: str = ""
    on_terms: frozenset[str] = frozenset()
    done_states: frozenset[str] = frozenset({"Shipped", "Delivered"})


def order_json(row: Any, terms: Terms) -> dict[str, Any]:
    """The neutral JSON of the order `row`. RecordError names the field that is not what Vendure's schema says."""
    if not isinstance(row, Mapping):
        _refuse("order", "is not a table of fields")
    amounts = Amounts(text_of(row, "currencyCode"), terms)
    surcharges = rows_of(row, "surcharges")
    taken_off = [one for one in surcharges if amounts.of(one, "price", "surcharges.") < 0]
    lines = [_line(one, number, amounts) for number, one in enumerate(rows_of(row, "lines"), 1)]
    lines += [_surcharge(one, amounts) for one in surcharges if one not in taken_off]
    state, updated_at, placed_at = (text_of(row, name) for name in ("state", "updatedAt", "orderPlacedAt"))
    total = amounts.minor(row, "totalWithTax")
    shipping = [one for one in rows_of(row, "shippingLines") if isinstance(one.get("shippingMethod"), Mapping)]
    return {
        "channel_order_id": text_of(row, "id"),
        "number": text_of(row, "code"),
        "placed_at": placed_at,
        "cancelled_at": max(updated_at, placed_at) if state == "Cancelled" else "",
        "fulfilled_by": "channel" if state in terms.done_states else "merchant",
        "payment": _payment(row, total, state, amounts),
        "currency": amounts.currency,
        "customer": _customer(row),
        "ship_to": _address(row, "shippingAddress"),
        "bill_to": _address(row, "billingAddress"),
        "requested_service": text_of(shipping[0]["shippingMethod"], "code") if shipping else "",
        "lines": lines,
        "shipping_price": amounts.text(amounts.of(row, "shipping")),
        "discount": amounts.text(-sum(amounts.of(one, "price", "surcharges.") for one in taken_off)),
        "tax": amounts.text(total - amounts.minor(row, "total")),
        "prices_include_tax": terms.with_tax,
        "total": amounts.text(total),
        "attributes": _attributes(row, state),
    }


class Amounts:
    """Amounts of one order: Vendure's whole numbers as minor units of its currency."""

    def __init__(self, currency: str, terms: Terms) -> None:
        if not money.is_currency(currency):
            _refuse("currencyCode", f"'{currency[:10]}' is not a currency code")
        self.currency = currency
        self.terms = terms
        self._more = money.decimals(currency) - terms.precision

    def minor(self, row: Mapping[str, Any], name: str, prefix: str = "") -> int:
        """The amount `name` in minor units, rounded half up where Vendure counts finer than the currency."""
        value = row.get(name)
        if isinstance(value, bool) or not isinstance(value, int):
            _refuse(prefix + name, "is missing" if value is None else f"is not a whole number: {str(value)[:40]}")
        return value * 10**self._more if self._more >= 0 else money.divide_half_up(value, 10**-self._more)

    def of(self, row: Mapping[str, Any], name: str, prefix: str = "") -> int:
        """The amount `name` with tax or without, as the shop's amounts are read."""
        return self.minor(row, f"{name}WithTax" if self.terms.with_tax else name, prefix)

    def text(self, minor: int) -> str:
        """Decimal text in major units."""
        return money.to_text(minor, self.currency)


def _line(row: Mapping[str, Any], number: int, amounts: Amounts) -> dict[str, Any]:
    prefix = f"lines[{number}]."
    variant = row.get("productVariant") or {}
    if not isinstance(variant, Mapping):
        _refuse(prefix + "productVariant", "is not a table of fields")
    before, after = amounts.of(row, "linePrice", prefix), amounts.of(row, "proratedLinePrice", prefix)
    tax = amounts.minor(row, "proratedLinePriceWithTax", prefix) - amounts.minor(row, "proratedLinePrice", prefix)
    custom = variant.get("customFields")
    digital = custom.get(amounts.terms.digital_field) if isinstance(custom, Mapping) else None
    return {
        "id": text_of(row, "id", prefix) or _refuse(prefix + "id", "is missing"),
        "sku": text_of(variant, "sku", prefix),
        "title": text_of(variant, "name", prefix),
        "quantity": row.get("quantity"),
        "amount": amounts.text(max(before, after)),
        "discount": amounts.text(max(0, before - after)),
        "tax": amounts.text(max(0, tax)),
        "requires_shipping": digital is not True,
    }


def _surcharge(row: Mapping[str, Any], amounts: Amounts) -> dict[str, Any]:
    tax = amounts.minor(row, "priceWithTax", "surcharges.") - amounts.minor(row, "price", "surcharges.")
    return {
        "id": f"surcharge-{text_of(row, 'id', 'surcharges.')}",
        "sku": text_of(row, "sku", "surcharges."),
        "title": text_of(row, "description", "surcharges."),
        "quantity": 1,
        "amount": amounts.text(amounts.of(row, "price", "surcharges.")),
        "tax": amounts.text(max(0, tax)),
        "requires_shipping": False,
    }


def _payment(row: Mapping[str, Any], total: int, state: str, amounts: Amounts) -> str:
    """What of the total was settled, authorized and given back. A refund counts once it did not fail."""
    paid = [one for one in rows_of(row, "payments") if one.get("state") in {"Authorized", "Settled"}]
    settled = sum(amounts.minor(one, "amount", "payments.") for one in paid if one["state"] == "Settled")
    authorized = [one for one in paid if one["state"] == "Authorized"]
    refunded = sum(
        amounts.minor(refund, "total", "refunds.")
        for one in paid
        for refund in rows_of(one, "refunds")
        if refund.get("state") != "Failed"
    )
    if refunded:
        return "refunded" if refunded >= settled else "partly_refunded"
    if settled >= total and (settled or state != "Cancelled"):
        return "paid"
    if settled:
        return "partly_paid"
    if authorized:
        on_terms = all(one.get("method") in amounts.terms.on_terms for one in authorized)
        return "on_terms" if on_terms else "authorized"
    return "voided" if state == "Cancelled" else "pending"


def _customer(row: Mapping[str, Any]) -> dict[str, str] | None:
    customer = row.get("customer")
    if customer is None:
        return None
    if not isinstance(customer, Mapping):
        _refuse("customer", "is not a table of fields")
    names = (text_of(customer, "firstName", "customer."), text_of(customer, "lastName", "customer."))
    return {
        "id": text_of(customer, "id", "customer."),
        "name": " ".join(filter(None, names)),
        "email": text_of(customer, "emailAddress", "customer."),
        "phone": text_of(customer, "phoneNumber", "customer."),
    }


def _address(row: Mapping[str, Any], name: str) -> dict[str, str] | None:
    address = row.get(name)
    if address is None:
        return None
    if not isinstance(address, Mapping):
        _refuse(name, "is not a table of fields")
    found = {ours: text_of(address, theirs, f"{name}.") for ours, theirs in _ADDRESS.items()}
    found["country"] = found["country"].upper()
    return found if any(found.values()) else None


def _attributes(row: Mapping[str, Any], state: str) -> dict[str, str]:
    coupons = row.get("couponCodes") or []
    if not isinstance(coupons, list) or not all(isinstance(one, str) for one in coupons):
        _refuse("couponCodes", "is not a list of texts")
    found = {"state": state, "order_type": text_of(row, "type"), "coupons": ", ".join(coupons)}
    return {name: value for name, value in found.items() if value}


def rows_of(row: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    """The list of tables called `name`; an absent one is empty, unless it is that of the lines."""
    value = row.get(name)
    if name == "lines" and value is None:
        _refuse(name, "is missing")
    if value is None:
        return []
    if not isinstance(value, list) or not all(isinstance(one, Mapping) for one in value):
        _refuse(name, "is not a list of tables")
    return value


def text_of(row: Mapping[str, Any], name: str, prefix: str = "") -> str:
    """The text called `name`, empty where there is none."""
    value = row.get(name)
    if value is None:
        return ""
    if not isinstance(value, str):
        _refuse(prefix + name, "is not text")
    return value


def _refuse(field: str, problem: str) -> NoReturn:
    raise RecordError(f"{field} {problem}", field=field)
