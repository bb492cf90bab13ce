"""What an order of Walmart states of money beside what was sold: refunds, line by line. Pure.

Not every refund has a number, so that a line's refunds are one entry; what is refunded later makes it larger. Walmart's
commission stands in no order, only in its reconciliation reports, which are not read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from orderctl.core import money
from orderctl.core.money_entries import MoneyEntry, refunded
from orderctl.wire.json_parts import needed, part, refuse, rows


def entries(value: Any) -> Iterator[MoneyEntry]:
    """What the payload `value` (JSON of an order) states. RecordError names the field."""
    order = part({"payload": value}, "payload.order")
    if not isinstance(order, dict):
        refuse("order", "is missing")
    identity = str(part(order, "purchaseOrderId") or "") or refuse("purchaseOrderId", "is missing")
    for index, line in enumerate(rows(order, "orderLines.orderLine"), 1):
        where = f"orderLine[{index}]."
        charges = rows(line, "refund.refundCharges.refundCharge", where)
        found = [_amount(one, "charge.chargeAmount", where) for one in charges]
        taxes = [_amount(one, "charge.tax.taxAmount", where) for one in charges]
        stated = [one for one in (*found, *taxes) if one is not None]
        if not stated:
            continue
        currencies = {currency for _, currency in stated}
        if len(currencies) > 1:
            refuse(f"{where}refund", f"has amounts in {' and '.join(sorted(currencies))}")
        total, tax = _given_back(stated), _given_back([one for one in taxes if one is not None])
        reference = f"refund of line {line.get('lineNumber')}"
        yield from refunded(identity, currencies.pop(), "", reference=reference, total=total, tax=tax)


def _given_back(amounts: list[tuple[int, str]]) -> int:
    """Walmart writes what goes back below nothing."""
    return -sum(minor for minor, _ in amounts)


def _amount(row: Mapping[str, Any], path: str, where: str) -> tuple[int, str] | None:
    """(minor units, currency) at `path`; None where nothing is stated."""
    if part(row, path, where) is None:
        return None
    currency = needed(row, f"{path}.currency")
    if not money.is_currency(currency):
        refuse(f"{where}{path}.currency", f"'{currency[:40]}' is not a currency code")
    try:
        return money.to_minor(part(row, f"{path}.amount", where) or 0, currency), currency
    except ValueError as error:
        refuse(f"{where}{path}.amount", f"is wrong: {error}")
