"""What a pull of a Shopify store keeps to."""

from __future__ import annotations

from dataclasses import dataclass

from orderctl.core import times


@dataclass(frozen=True, slots=True)
class Terms:
    """What is read: `since` when nothing was yet, `settled` = by then the index knows what changed before it."""

    name: str
    since: str
    overlap_s: int
    page_size: int
    personal: bool
    tests: bool
    now: str
    bulk_over: int = 1_000  # more orders than this are fetched by a bulk operation
    walk: int = 20_000  # orders in one walk, a good deal below the 25,000 that a list has at most

    def settled(self, skew_s: int) -> str:
        """Whatever changed before this moment stands in the index as it is. `skew_s`: how far their clock is ahead."""
        return times.later(self.now, skew_s - self.overlap_s)
