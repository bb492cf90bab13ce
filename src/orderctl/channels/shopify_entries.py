"""What an order of Shopify states of money beside what was sold: refunds, and what Shopify Payments keeps. Pure.

1. a refund is what went back in all its transactions; its tax is that of its lines and of its shipping
2. with a refund, what was sold before it, since the order is lowered by refunds. Units that were taken off an order
   without paying anything back were never paid for: they are taken off what was sold
3. a fee stands with the payment it was kept of, in the currency of the account, with the tax on it
Amounts are those of the shop's currency, as in `shopify_orders`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any

from orderctl.channels.shopify_orders import plain_id
from orderctl.core import money, times
from orderctl.core.money_entries import ORDER, MoneyEntry, refunded, sold
from orderctl.wire.json_parts import needed, part, refuse, rows

_SOLD = {
    "total": "totalPriceSet",
    "tax": "totalTaxSet",
    "shipping": "totalShippingPriceSet",
    "discount": "totalDiscountsSet",
}


def entries(value: Any) -> list[MoneyEntry]:
    """What the payload `value` (JSON of an order) states. RecordError names Shopify's field."""
    joined = value if isinstance(value, dict) and "order" in value else {"order": value}
    order = part(joined, "order")
    if not isinstance(order, dict):
        refuse("order", "is not a table of fields")
    identity, currency = needed(order, "id"), needed(order, "currencyCode")
    if not money.is_currency(currency):
        refuse("currencyCode", f"'{currency[:10]}' is not a currency code")
    at = _moment(order, "processedAt") or _moment(order, "createdAt")
    back = [one for one in rows(joined, "refunds") if part(one, "totalRefundedSet") is not None]
    found = [entry for one in back for entry in _refund(one, identity, currency)]
    if found:
        before = {name: _minor(back[0], f"order.{path}", currency) for name, path in _SOLD.items()}
        for one in back:
            if not _minor(one, "totalRefundedSet", currency):
                subtotal, tax, shipping = _worth(one, currency)
                before["tax"] -= tax
                before["shipping"] -= shipping
                before["total"] -= subtotal + shipping + (0 if order.get("taxesIncluded") is True else tax)
        found += sold(identity, currency, at, **before)
    return [*found, *_fees(order, identity, at)]


def _refund(row: Mapping[str, Any], identity: str, currency: str) -> list[MoneyEntry]:
    total = _minor(row, "totalRefundedSet", currency)
    _, tax, _ = _worth(row, currency)
    reference = f"refund {plain_id(needed(row, 'id'))}"
    return refunded(
        identity, currency, _moment(row, "processedAt"), reference=reference, total=total, tax=min(tax, total)
    )


def _worth(refund: Mapping[str, Any], currency: str) -> tuple[int, int, int]:
    """What the lines of a refund come to, the tax on them and on shipping, and the shipping; minor units."""
    lines, ways = rows(refund, "refundLineItems.nodes"), rows(refund, "refundShippingLines.nodes")
    tax = [_minor(one, "totalTaxSet", currency) for one in lines] + [
        _minor(one, "taxAmountSet", currency) for one in ways
    ]
    subtotal = sum([_minor(one, "subtotalSet", currency) for one in lines])
    return subtotal, sum(tax), sum([_minor(one, "subtotalAmountSet", currency) for one in ways])


def _fees(order: Mapping[str, Any], identity: str, at: str) -> Iterator[MoneyEntry]:
    for row in rows(order, "transactions"):
        fees = rows(row, "fees")
        if not fees or row.get("status") != "SUCCESS":
            continue
        currency = needed(fees[0], "amount.currencyCode")
        kept = sum([_amount(one, path, currency) for one in fees for path in ("amount", "taxAmount")])
        reference = f"payment {plain_id(needed(row, 'id'))}"
        booked = _moment(row, "processedAt") or at
        yield MoneyEntry(identity, "payment_fee", ORDER, reference, -kept, currency, booked)


def _minor(row: Mapping[str, Any], path: str, currency: str) -> int:
    """The money bag at `path` in the shop's currency, minor units; 0 where there is none."""
    return _amount(row, f"{path}.shopMoney", currency)


def _amount(row: Mapping[str, Any], path: str, currency: str) -> int:
    stated = part(row, path)
    if stated is None:
        return 0
    if part(row, f"{path}.currencyCode") != currency or not money.is_currency(currency):
        refuse(path, f"is not in {currency[:10]}")
    unit = Decimal(1).scaleb(-money.decimals(currency))
    try:
        return money.to_minor(str(Decimal(stated.get("amount")).quantize(unit, ROUND_HALF_UP)), currency)
    except (InvalidOperation, TypeError, ValueError):
        refuse(path, f"is not an amount: {str(stated.get('amount'))[:30]}")


def _moment(row: Mapping[str, Any], name: str) -> str:
    stated = part(row, name)
    try:
        return times.parse_moment(stated) if stated else ""
    except (TypeError, ValueError):
        refuse(name, f"is not a moment: {str(stated)[:40]}")
