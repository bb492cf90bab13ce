"""What an order of eBay states of money beside what was sold, and what the Finances API adds. Pure.

1. of an order: the fees that eBay has taken (`totalMarketplaceFee`) and the refunds that went out (`paymentSummary`)
2. a refund is what left the seller's account; the buyer got more, because eBay gave its fee back. Both are said where
   the lines state what the buyer got, so that they add up to what left
3. taxes that eBay collects and passes on itself are taken out again where they are part of the order
4. of the Finances API what no order states: labels, disputes, credits, charges such as for ads. Sales and refunds are
   those of the order; charges of the account as a whole belong to none
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderctl.channels.ebay_orders import opened
from orderctl.core import money, times
from orderctl.core.errors import RecordError
from orderctl.core.money_entries import ORDER, STATEMENT, MoneyEntry
from orderctl.wire.json_parts import needed, part, refuse, rows

#: Kinds of transactions that belong to an order and stand in none, and what they are.
_BOOKED = {
    "SHIPPING_LABEL": "shipping_cost",
    "DISPUTE": "refund",
    "CREDIT": "adjustment",
    "NON_SALE_CHARGE": "marketplace_fee",
    "TRANSFER": "adjustment",
}
_SIGNS = {"CREDIT": 1, "DEBIT": -1}


def entries(value: Any) -> list[MoneyEntry]:
    """What the payload `value` (JSON of an order) states. RecordError names eBay's field."""
    order, _ = opened(value)
    identity, currency = needed(order, "orderId"), needed(order, "pricingSummary.total.currency")
    placed_at = moment(order, "creationDate")
    found = []
    if (fee := amount(order, "totalMarketplaceFee", currency)) is not None:
        found.append(MoneyEntry(identity, "marketplace_fee", ORDER, "", -fee[0], fee[1], placed_at))
    if withheld := _withheld(order, currency):
        found.append(MoneyEntry(identity, "tax", ORDER, "withheld", -withheld, currency, placed_at))
    return [*found, *_refunds(order, identity, currency)]


def _refunds(order: Mapping[str, Any], identity: str, currency: str) -> Iterator[MoneyEntry]:
    left = 0
    for index, row in enumerate(rows(order, "paymentSummary.refunds"), 1):
        if row.get("refundStatus") not in {None, "REFUNDED"}:
            continue
        where = f"paymentSummary.refunds[{index}]."
        paid = amount(row, "amount", currency, where)
        if paid is None:
            refuse(f"{where}amount", "is missing")
        reference = row.get("refundReferenceId") or row.get("refundId") or row.get("refundDate") or index
        at = moment(row, "refundDate", where)
        left += paid[0]
        yield MoneyEntry(identity, "refund", ORDER, f"refund {reference}", -paid[0], paid[1], at)
    got = [
        amount(refund, "amount", currency, "lineItems[].refunds[].")
        for item in rows(order, "lineItems")
        for refund in rows(item, "refunds")
    ]
    by_fees = sum([one[0] for one in got if one is not None]) - left
    if left and by_fees > 0 and all(one is None or one[1] == currency for one in got):
        yield MoneyEntry(identity, "refund", ORDER, "refunds of fees", -by_fees, currency)
        yield MoneyEntry(identity, "marketplace_fee", ORDER, "refunds of fees", by_fees, currency)


def _withheld(order: Mapping[str, Any], currency: str) -> int:
    """The taxes eBay collects, minor units, as far as they are part of the order's total."""

    def added(path: str) -> int:
        found = [amount(tax, "amount", currency) for item in rows(order, "lineItems") for tax in rows(item, path)]
        return sum([one[0] for one in found if one is not None])

    stated = amount(order, "pricingSummary.tax", currency)
    tax = stated[0] if stated is not None else added("taxes")
    collected = added("ebayCollectAndRemitTaxes")
    return collected if 0 < collected <= tax else 0


def transaction(row: Mapping[str, Any]) -> list[MoneyEntry]:
    """What a transaction of the Finances API adds to its order. RecordError names the field."""
    kind, identity = needed(row, "transactionType"), row.get("orderId")
    if kind not in _BOOKED or not isinstance(identity, str) or not identity:
        return []
    booked = needed(row, "bookingEntry")
    if booked not in _SIGNS:
        refuse("bookingEntry", f"is '{booked[:40]}'; it can be {', '.join(_SIGNS)}")
    paid = amount(row, "amount", "")
    if paid is None:
        refuse("amount", "is missing")
    minor = _SIGNS[booked] * abs(paid[0])
    at = moment(row, "transactionDate")
    return [MoneyEntry(identity, _BOOKED[kind], STATEMENT, reference(row), minor, paid[1], at)]


def reference(row: Mapping[str, Any]) -> str:
    """What a transaction is called: its number is unique together with its kind."""
    return f"{row.get('transactionType')} {row.get('transactionId')}"


def amount(row: Mapping[str, Any], path: str, currency: str, where: str = "") -> tuple[int, str] | None:
    """(minor units, currency) of the amount at `path`; None where there is none.

    One that was converted for the seller's account is taken as it was in `currency`, if that is what it was.
    """
    stated = part(row, path, where)
    if stated is None or part(row, f"{path}.value", where) is None:
        return None
    value, code = stated.get("value"), stated.get("currency")
    if currency and code != currency and stated.get("convertedFromCurrency") == currency:
        value, code = stated.get("convertedFromValue"), currency
    if not isinstance(code, str) or not money.is_currency(code):
        refuse(f"{where}{path}.currency", f"'{str(code)[:40]}' is not a currency code")
    try:
        return money.to_minor(value, code), code
    except ValueError as error:
        raise RecordError(f"{where}{path}.value is wrong: {error}", field=f"{where}{path}.value") from None


def moment(row: Mapping[str, Any], path: str, where: str = "") -> str:
    """The moment at `path`, empty where there is none."""
    stated = part(row, path, where)
    if stated is None or stated == "":
        return ""
    try:
        return times.parse_moment(stated)
    except (TypeError, ValueError):
        refuse(where + path, f"is not a moment: {str(stated)[:40]}")
