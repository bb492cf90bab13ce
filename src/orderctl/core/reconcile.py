"""A day of the stock ledger against what was counted.

1. what lay there when the day began, + what came, - what left, +- adjustments: that is expected
2. counts of that day, by feeds and by hand, say what was there instead; the first count of a SKU is where its ledger
   begins and no difference
3. a location is out when its differences, each without sign, are more than a share of the units expected there
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

CAME = ("received", "returned", "transfer_in")
LEFT = ("shipped", "transfer_out")


@dataclass(frozen=True, slots=True)
class Day:
    """One SKU's day at one location, in units. `shipped` is below zero; `counted` is what counts changed."""

    sku: str
    opening: int
    received: int
    shipped: int
    adjusted: int
    counted: int
    ledger: int  # the sum of all its moves until now
    level: int  # what lies there now, as the sums say

    @property
    def expected(self) -> int:
        """Units that should have been there when the day ended."""
        return self.opening + self.received + self.shipped + self.adjusted

    @property
    def found(self) -> int:
        """Units that were there, as far as anyone counted."""
        return self.expected + self.counted


def differences(days: Sequence[Day]) -> list[Day]:
    """Those that a count found otherwise, the largest first."""
    return sorted((day for day in days if day.counted), key=lambda day: (-abs(day.counted), day.sku))


def share(days: Sequence[Day]) -> Decimal:
    """How many percent of the expected units the differences are, to two decimals, rounded half up."""
    off = sum(abs(day.counted) for day in days)
    units = max(1, sum(max(0, day.expected) for day in days))
    return Decimal((20_000 * off + units) // (2 * units)).scaleb(-2)


def is_out(days: Sequence[Day], threshold: Decimal) -> bool:
    """Whether the differences are more than `threshold` percent of the expected units."""
    off = sum(abs(day.counted) for day in days)
    return Decimal(off) * 100 > threshold * sum(max(0, day.expected) for day in days)
