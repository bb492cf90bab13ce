"""Whether a stock feed is believed.

A feed of zeros, one that was cut off and one in other units are mistakes more often than news.

1. units: what it would take away or add at the location, all SKUs together, against what lies there; a feed that
   changes a single SKU is an ordinary count
2. rows: how many SKUs it counts, against the feed before it; a few rows prove nothing
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from fractions import Fraction

FEWEST_SKUS = 2
FEWEST_ROWS = 10


@dataclass(frozen=True, slots=True)
class Limits:
    """By how many percent one feed may cut units or rows, and raise units."""

    drop: str
    rise: str


def doubt(
    counted: Mapping[str, int], have: Mapping[str, int], units: Callable[[], int], rows: int, limits: Limits
) -> str:
    """Why a feed that counted `counted` (SKU -> units) is put aside; empty when it is believed.

    `have` is what lies there of these SKUs, `rows` how many SKUs the feed before it counted. `units` answers what lies
    there of all SKUs; it is asked only about a feed that changes much of those it counts.
    """
    changes = [quantity - max(0, have.get(sku, 0)) for sku, quantity in counted.items()]
    change = sum(changes)
    known = sum(max(0, have.get(sku, 0)) for sku in counted)
    if sum(delta < 0 for delta in changes) >= FEWEST_SKUS and _is_more(-change, limits.drop, known):
        before = units()
        if _is_more(-change, limits.drop, before):
            return f"it would leave {before + change:,} of {before:,} units"
    if sum(delta > 0 for delta in changes) >= FEWEST_SKUS and _is_more(change, limits.rise, known):
        before = units()
        if before and _is_more(change, limits.rise, before):
            return f"it would raise {before:,} units to {before + change:,}"
    if rows >= FEWEST_ROWS and _is_more(rows - len(counted), limits.drop, rows):
        return f"it counts {len(counted):,} SKUs, the one before it {rows:,}"
    return ""


def _is_more(change: int, percent: str, of: int) -> bool:
    return Fraction(change) > Fraction(percent) / 100 * of
