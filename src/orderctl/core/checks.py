"""What orderctl looks at when an order is saved; the result is kept with the order and readable as facts."""

from __future__ import annotations

from dataclasses import dataclass

from orderctl.core import orders
from orderctl.core.orders import Order

VERDICTS = ("ok", "suspect", "incomplete", "invalid")


@dataclass(frozen=True, slots=True)
class Checks:
    """The verdict on the address, and a code for everything else that is off."""

    address: str = "ok"
    address_problems: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()


def money_checks(order: Order) -> tuple[str, ...]:
    """`money_mismatch` when the total is off by more than one minor unit a line, `money_rounding` when by less.

    An order without any stated amount (a sample, a replacement) adds up to nothing and is fine.
    """
    off = orders.money_off_by(order)
    if off == 0:
        return ()
    return ("money_rounding",) if off <= max(1, len(order.lines)) else ("money_mismatch",)
