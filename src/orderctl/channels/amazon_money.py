"""What an order of Amazon costs, so that its parts add up to `proceeds.grandTotal`. Pure.

1. a line is worth its ITEM, else its price times the units ordered; DISCOUNT is negative and taken off the line, what
   of it is for shipping off the order
2. SHIPPING is the order's; gift wrapping, fees for cash on delivery, tips and others become lines that ship nothing
3. what no line states is taken from the order's own breakdown; a tip that is not final is not charged yet
4. where the total is reached without the tax, prices include it
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from orderctl.core import money
from orderctl.wire.json_parts import part, refuse, rows

#: Kinds of proceeds that become lines of their own, and their titles.
_EXTRAS = {
    "GIFT_WRAP": "Gift wrap",
    "COD_FEE": "Cash on delivery fee",
    "DELIVERY_TIP": "Delivery tip",
    "OTHER": "Other charge",
}
_TAX, _SHIPPING, _DISCOUNT, _ITEM = "TAX", "SHIPPING", "DISCOUNT", "ITEM"


@dataclass(slots=True)
class _Sums:
    """Minor units by kind of proceeds, and what of the discounts is for shipping."""

    by_kind: dict[str, int] = field(default_factory=dict)
    off_shipping: int = 0

    def add(self, kind: str, minor: int) -> None:
        self.by_kind[kind] = self.by_kind.get(kind, 0) + minor


class Amounts:
    """Reads amounts of one currency as minor units; another currency in the same order is refused."""

    def __init__(self, currency: str) -> None:
        if not money.is_currency(currency):
            refuse("currencyCode", f"'{currency[:40]}' is not a currency code" if currency else "is missing")
        self.currency = currency

    def minor(self, row: Mapping[str, Any], path: str, where: str = "") -> int | None:
        """The amount at `path` of `row`, None where there is none."""
        stated = part(row, path, where)
        if stated is None:
            return None
        field = where + path
        currency = part(row, f"{path}.currencyCode", where)
        if currency != self.currency:
            refuse(f"{field}.currencyCode", f"is {str(currency)[:40]}, while the order is in {self.currency}")
        try:
            return money.to_minor(stated.get("amount"), self.currency)
        except ValueError as error:
            refuse(f"{field}.amount", f"is wrong: {error}")

    def text(self, minor: int) -> str:
        """`minor` as the neutral JSON writes money."""
        return money.to_text(minor, self.currency)


def stated_currency(order: Mapping[str, Any]) -> str:
    """The first currency that any amount of the order names; empty when it has none, as before it is paid for."""
    places: list[tuple[Mapping[str, Any], str]] = [(order, "proceeds.grandTotal.currencyCode")]
    for item in rows(order, "orderItems"):
        places += [(item, "proceeds.proceedsTotal.currencyCode"), (item, "product.price.unitPrice.currencyCode")]
        places += [(one, "subtotal.currencyCode") for one in rows(item, "proceeds.breakdowns")]
    found = (part(row, path) for row, path in places)
    return next((str(currency) for currency in found if currency), "")


def line_amounts(item: Mapping[str, Any], ordered: int, amounts: Amounts, where: str) -> tuple[dict[str, Any], _Sums]:
    """`amount`, `discount` and `tax` of one line, and its sums by kind for `totals`."""
    sums = _summed(rows(item, "proceeds.breakdowns", where), amounts, f"{where}proceeds.breakdowns")
    worth = sums.by_kind.get(_ITEM)
    if worth is None:
        worth = (amounts.minor(item, "product.price.unitPrice", where) or 0) * ordered
    discount = min(worth, max(0, -sums.by_kind.get(_DISCOUNT, 0) - sums.off_shipping))
    minor = {"amount": worth, "discount": discount, "tax": sums.by_kind.get(_TAX, 0)}
    return {name: amounts.text(value) for name, value in minor.items()}, sums


def totals(
    order: Mapping[str, Any], lines: list[dict[str, Any]], parts: Iterable[_Sums], amounts: Amounts
) -> dict[str, Any]:
    """The amounts of the whole order; `lines` and `parts` are what `line_amounts` gave for each of its lines."""
    sums = _Sums()
    for one in parts:
        for kind, minor in one.by_kind.items():
            sums.add(kind, minor)
    charged = [row for row in rows(order, "proceeds.breakdowns") if row.get("status") != "PENDING"]
    for kind, minor in _summed(charged, amounts, "proceeds.breakdowns").by_kind.items():
        sums.by_kind.setdefault(kind, minor)

    def added(name: str) -> int:
        return sum([money.to_minor(line[name], amounts.currency) for line in lines])

    extras = {kind: minor for kind, minor in sums.by_kind.items() if kind not in {_TAX, _SHIPPING, _DISCOUNT, _ITEM}}
    discount = -sums.by_kind.get(_DISCOUNT, 0) - added("discount") + sum(-m for m in extras.values() if m < 0)
    shipping, tax = sums.by_kind.get(_SHIPPING, 0), sums.by_kind.get(_TAX, 0)
    more = [_extra(kind, amounts.text(minor)) for kind, minor in extras.items() if minor > 0]
    before_tax = added("amount") - added("discount") + shipping - discount + sum(m for m in extras.values() if m > 0)
    total = amounts.minor(order, "proceeds.grandTotal")
    return {
        "lines": [*lines, *more],
        "shipping_price": amounts.text(shipping),
        "discount": amounts.text(discount),
        "tax": amounts.text(tax),
        "prices_include_tax": tax > 0 and total == before_tax,
        "total": None if total is None else amounts.text(total),
    }


def _summed(breakdowns: Iterable[Mapping[str, Any]], amounts: Amounts, where: str) -> _Sums:
    found = _Sums()
    for index, row in enumerate(breakdowns, 1):
        place = f"{where}[{index}]."
        kind = part(row, "type", place)
        if not isinstance(kind, str) or not kind:
            refuse(f"{place}type", "is missing")
        minor = amounts.minor(row, "subtotal", place) or 0
        found.add(kind, -abs(minor) if kind == _DISCOUNT else minor)
        if kind == _DISCOUNT:
            details = [one for one in rows(row, "detailedBreakdowns", place) if one.get("subtype") == _SHIPPING]
            place += "detailedBreakdowns."
            found.off_shipping += sum(abs(amounts.minor(one, "value", place) or 0) for one in details)
    return found


def _extra(kind: str, amount: str) -> dict[str, Any]:
    title = _EXTRAS.get(kind, kind.replace("_", " ").capitalize())
    return {"id": kind.lower(), "title": title, "quantity": 1, "amount": amount, "requires_shipping": False}
