"""What the Finances API 2024-06-19 states of orders: fees, refunds and what else is booked after a sale. Pure.

1. a transaction's total is the sum of its breakdowns, and each of these that of those below it; what is missing to a
   sum is a part of its own, so that nothing is lost. Without breakdowns those of its items count
2. the names on the way to a part say what it is: a fee, postage, tax that Amazon passes on itself. Of a sale all else
   is what the order says already; of a refund it is what the customer got, with its tax apart
3. a sale that is deferred comes again when it is released, under another number: both go by the deferred one's
4. a transaction without an order is the account's and belongs to none
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from orderctl.core import money, times
from orderctl.core.money_entries import STATEMENT, MoneyEntry
from orderctl.wire.json_parts import needed, part, refuse, rows

_SALES = ("shipment", "orderpayment")
_GIVEN_BACK = ("refund", "chargeback", "guaranteeclaim", "retrocharge")
_POSTAGE = ("shippinglabel", "postage", "shippingservices")
_PASSED_ON = ("withheld", "facilitator")
_FEES = ("fee", "commission", "expenses")
_LETTERS = re.compile(r"[^a-z]")
_DEEPEST = 20


def entries(row: Mapping[str, Any]) -> list[MoneyEntry]:
    """What a transaction adds to its order, one entry a type. RecordError names Amazon's field."""
    identity = _related(row, "ORDER_ID")
    if not identity:
        return []
    currency = needed(row, "totalAmount.currencyCode")
    if not money.is_currency(currency):
        refuse("totalAmount.currencyCode", f"'{currency[:40]}' is not a currency code")
    kind = _plain(needed(row, "transactionType"))
    sums: dict[str, int] = {}
    for names, minor in _parts(row, currency):
        type_ = _type_of(kind, [_plain(name) for name in names])
        if type_:
            sums[type_] = sums.get(type_, 0) + minor
    at = _moment(row)
    return [
        MoneyEntry(identity, type_, STATEMENT, reference(row), minor, currency, at)
        for type_, minor in sums.items()
        if minor
    ]


def reference(row: Mapping[str, Any]) -> str:
    """What a transaction is called: the number of the deferred one it goes back to, else its own."""
    number = _related(row, "DEFERRED_TRANSACTION_ID") or row.get("transactionId")
    return f"{row.get('transactionType')} {number or row.get('postedDate')}"


def _type_of(kind: str, names: list[str]) -> str:
    """The type of the part that `names` lead to, from the outermost on; empty = the order says it already."""

    def says(words: tuple[str, ...]) -> bool:
        return any(word in name for name in names for word in words)

    if says(_POSTAGE) or any(word in kind for word in _POSTAGE):
        return "shipping_cost"
    if says(_FEES):
        return "marketplace_fee"
    if says(_PASSED_ON):
        return "tax"
    if kind.startswith(_SALES):
        return ""
    if any(word in kind for word in _GIVEN_BACK):
        return "tax" if says(("tax",)) else "refund"
    return "adjustment"


def _parts(row: Mapping[str, Any], currency: str) -> Iterator[tuple[list[str], int]]:
    """The parts of a transaction that have none themselves: the names that lead to each, and its amount."""
    total = _amount(row, "totalAmount", currency)
    below = _breakdowns(row, "") or [one for item in rows(row, "items") for one in _breakdowns(item, "items[].")]
    left = total
    for one in below:
        left -= _amount(one, "breakdownAmount", currency)
        yield from _leaves(one, [], currency)
    if left:
        yield [], left


def _leaves(row: Mapping[str, Any], above: list[str], currency: str) -> Iterator[tuple[list[str], int]]:
    if len(above) >= _DEEPEST:
        refuse("breakdowns", f"lie more than {_DEEPEST} deep")
    names = [*above, str(part(row, "breakdownType") or "")]
    left = _amount(row, "breakdownAmount", currency)
    for one in _breakdowns(row, "breakdowns."):
        left -= _amount(one, "breakdownAmount", currency)
        yield from _leaves(one, names, currency)
    if left:
        yield names, left


def _breakdowns(row: Mapping[str, Any], where: str) -> list[dict[str, Any]]:
    """The breakdowns of a row; the model's own example has them one level further down."""
    path = "breakdowns.breakdowns" if isinstance(row.get("breakdowns"), dict) else "breakdowns"
    return rows(row, path, where)


def _amount(row: Mapping[str, Any], path: str, currency: str) -> int:
    stated = part(row, path)
    if stated is None:
        return 0
    if part(row, f"{path}.currencyCode") not in {currency, None}:
        refuse(f"{path}.currencyCode", f"is {str(stated.get('currencyCode'))[:40]} in a transaction in {currency}")
    value = stated.get("currencyAmount")
    if value is None:
        return 0
    try:
        return money.to_minor(value if isinstance(value, str | int | Decimal) else "", currency)
    except ValueError as error:
        refuse(f"{path}.currencyAmount", f"is wrong: {error}")


def _related(row: Mapping[str, Any], name: str) -> str:
    found = [
        one.get("relatedIdentifierValue")
        for one in rows(row, "relatedIdentifiers")
        if one.get("relatedIdentifierName") == name
    ]
    return next((value for value in found if isinstance(value, str) and value), "")


def _plain(name: str) -> str:
    return _LETTERS.sub("", name.casefold())


def _moment(row: Mapping[str, Any]) -> str:
    stated = part(row, "postedDate")
    try:
        return times.parse_moment(stated) if stated else ""
    except (TypeError, ValueError):
        refuse("postedDate", f"is not a moment: {str(stated)[:40]}")
