"""What an order of Vendure states of money beside what was sold: refunds of its payments. Pure.

A refund counts once it is settled. Cancelled units lower the order by themselves and are given back by a refund, so
that what was paid for them is said too: what is settled beyond the order's total, as far as it was refunded.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from orderctl.channels.vendure_orders import Amounts, Terms, rows_of, text_of
from orderctl.core import times
from orderctl.core.money_entries import ORDER, MoneyEntry, refunded
from orderctl.wire.json_parts import refuse


def entries(row: Any, terms: Terms) -> list[MoneyEntry]:
    """What the payload `row` (JSON of an order) states. RecordError names the field."""
    if not isinstance(row, Mapping):
        refuse("order", "is not a table of fields")
    amounts = Amounts(text_of(row, "currencyCode"), terms)
    identity = text_of(row, "id")
    found: list[MoneyEntry] = []
    settled = back = 0
    for payment in rows_of(row, "payments"):
        settled += amounts.minor(payment, "amount", "payments.") if payment.get("state") == "Settled" else 0
        for refund in rows_of(payment, "refunds"):
            if refund.get("state") != "Settled":
                continue
            total = amounts.minor(refund, "total", "refunds.")
            back += total
            reference = f"refund {text_of(refund, 'id', 'refunds.')}"
            at = _moment(refund)
            found += refunded(identity, amounts.currency, at, reference=reference, total=total)
    beyond = min(settled - amounts.minor(row, "totalWithTax"), back)
    if beyond > 0:
        at = _moment(row, "orderPlacedAt")
        found.append(
            MoneyEntry(identity, "adjustment", ORDER, "paid for what was cancelled", beyond, amounts.currency, at)
        )
    return found


def _moment(row: Mapping[str, Any], name: str = "createdAt") -> str:
    stated = text_of(row, name)
    try:
        return times.parse_moment(stated) if stated else ""
    except ValueError:
        refuse(name, f"is not a moment: {stated[:40]}")
