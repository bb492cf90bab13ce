"""What an order of WooCommerce states of money beside what was sold: refunds, and fees of payment gateways. Pure.

1. each refund, and how much of it was tax, by its lines where they were asked for
2. with a refund, what was sold before it: the order is lowered by its refunds
3. what gateways keep stands only in meta that their extensions write, under names of their own; each is told, with the
   meta that names its currency where that is not the order's
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderctl.channels.woocommerce_orders import Sheet, meta_of, moment_of, opened, rows_of
from orderctl.core import money, times
from orderctl.core.money_entries import ORDER, MoneyEntry, refunded, sold
from orderctl.wire.json_parts import refuse

#: What gateways keep: meta -> the meta that names its currency, empty = the order's.
FEE_META = {
    "_stripe_fee": "_stripe_currency",
    "_wcpay_transaction_fee": "",
    "_ppcp_paypal_fees.paypal_fee.value": "_ppcp_paypal_fees.paypal_fee.currency_code",
    "_paypal_transaction_fee": "",
    "PayPal Transaction Fee": "",
}
_TAXED = ("line_items", "shipping_lines", "fee_lines")


def entries(payload: Any, fee_meta: Mapping[str, str]) -> list[MoneyEntry]:
    """What `payload` (JSON of an order) states. RecordError names the field."""
    sheet, joined = opened(payload)
    identity, currency = str(sheet.order["id"]), sheet.currency
    found = [entry for refund in _refunds(sheet, joined) for entry in _refund(sheet, identity, refund)]
    if found:
        discount = sheet.amount(sheet.order, "discount_total")
        cards = sum([sheet.amount(card, "amount") for card in rows_of(sheet.order, "gift_cards")])
        parts = {name: sheet.amount(sheet.order, stated) for name, stated in _PARTS.items()}
        at = _moment(sheet.order, "date_created_gmt")
        found += sold(identity, currency, at, **parts, discount=discount + cards)
    return [*found, *_fees(sheet, identity, fee_meta)]


_PARTS = {"total": "total", "tax": "total_tax", "shipping": "shipping_total"}


def _refunds(sheet: Sheet, joined: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """The refunds with their lines, else as the order lists them."""
    return rows_of(joined, "refunds") or rows_of(sheet.order, "refunds")


def _refund(sheet: Sheet, identity: str, refund: Mapping[str, Any]) -> list[MoneyEntry]:
    total = abs(sheet.amount(refund, "amount" if "amount" in refund else "total", "refunds[]."))
    items = [item for kind in _TAXED for item in rows_of(refund, kind)]
    tax = sum([abs(sheet.amount(item, "total_tax", "refunds[].line_items[].")) for item in items])
    at = _moment(refund, "date_created_gmt")
    return refunded(
        identity, sheet.currency, at, reference=f"refund {refund.get('id')}", total=total, tax=min(tax, total)
    )


def _fees(sheet: Sheet, identity: str, fee_meta: Mapping[str, str]) -> Iterator[MoneyEntry]:
    meta = meta_of(sheet.order)
    at = _moment(sheet.order, "date_paid_gmt") or _moment(sheet.order, "date_created_gmt")
    for name, currency_in in fee_meta.items():
        stated = _at(meta, name)
        if stated is None or stated == "":
            continue
        currency = str(_at(meta, currency_in) or "").upper() or sheet.currency
        if not money.is_currency(currency):
            refuse(f"meta_data {currency_in}", f"'{currency[:40]}' is not a currency code")
        kept = Sheet(sheet.order, currency).amount({name: stated}, name, "meta_data ")
        yield MoneyEntry(identity, "payment_fee", ORDER, name, -kept, currency, at)


def _at(meta: Mapping[str, Any], path: str) -> Any:
    """The value of the meta called `path`, or of what lies in one, names joined by points; None where there is none."""
    if path in meta:
        return meta[path]
    value: Any = meta
    for name in path.split("."):
        value = value.get(name) if isinstance(value, Mapping) else None
    return value


def _moment(row: Mapping[str, Any], name: str) -> str:
    stated = moment_of(row.get(name))
    try:
        return times.parse_moment(stated) if stated else ""
    except ValueError:
        refuse(name, f"is not a moment: {stated[:40]}")
