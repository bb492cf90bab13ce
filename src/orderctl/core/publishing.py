"""What a channel is told of a SKU, and how that number comes about.

1. available: per location what lies there less what is promised, never below zero; a kit has as many as its scarcest
   component makes, location by location
2. the locations that can ship now are added up, less `buffer`
3. the share that `percent` says, rounded down
4. at least `least`, at most `most`
Where one of the locations has no limit, the number is `most`. `store.published` does the same for all SKUs at once.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from fractions import Fraction

from orderctl.core.digests import canonical


@dataclass(frozen=True, slots=True)
class Terms:
    """How a channel's numbers are made: `locations` it counts on, those `open` now, and the share in whole numbers."""

    locations: tuple[str, ...]
    open: tuple[str, ...]
    unlimited: bool = False  # one of the open locations has no limit; `most` is set then
    buffer: int = 0
    numerator: int = 1
    denominator: int = 1
    least: int = 0
    most: int | None = None

    @property
    def text(self) -> str:
        """All of it as one text: while it stays the same, only SKUs whose stock moved get other numbers."""
        return canonical(asdict(self))


@dataclass(frozen=True, slots=True)
class Line:
    """One signed step on the way to a number. `location` is empty where it is about all of them."""

    location: str
    what: str
    units: int


def share(percent: str) -> tuple[int, int]:
    """`80` or `12.5` percent as numerator and denominator."""
    exact = Fraction(percent) / 100
    return exact.numerator, exact.denominator


def number(terms: Terms, units: int) -> int:
    """What is told when `units` are available at the open locations."""
    if terms.unlimited and terms.most is not None:
        return terms.most
    left = max(0, units - terms.buffer) * terms.numerator // terms.denominator
    left = max(terms.least, left)
    return left if terms.most is None else min(terms.most, left)


def sets(parts: Mapping[str, int], available: Mapping[str, int]) -> int:
    """How many kits the `available` units of one location make; `parts` is component -> units in one kit."""
    return min((available.get(part, 0) // each for part, each in parts.items()), default=0)


def steps(terms: Terms, units: int) -> list[Line]:
    """The lines that lead from `units` at the open locations to the number: what they add up to is the number."""
    lines = []
    left = units
    for what, now in (
        ("buffer", units - terms.buffer),
        ("not below 0", max(0, units - terms.buffer)),
        (_percent(terms), max(0, units - terms.buffer) * terms.numerator // terms.denominator),
    ):
        lines.append(Line("", what, now - left))
        left = now
    lines.append(Line("", f"at least {terms.least}", max(terms.least, left) - left))
    left = max(terms.least, left)
    if terms.most is not None:
        lines.append(Line("", f"at most {terms.most}", min(terms.most, left) - left))
    return [line for line in lines if line.units or line.what == "buffer"]


def _percent(terms: Terms) -> str:
    exact = Fraction(terms.numerator, terms.denominator) * 100
    whole = str(exact.numerator) if exact.denominator == 1 else f"{float_free(exact)}"
    return f"{whole}%, rounded down"


def float_free(value: Fraction) -> str:
    """A fraction that came from decimal text, as decimal text."""
    digits = 0
    scaled = value
    while scaled.denominator != 1:
        scaled *= 10
        digits += 1
    text = str(scaled.numerator).rjust(digits + 1, "0")
    return f"{text[:-digits]}.{text[-digits:]}"


def is_cut(told: int, now: int, sold: int, percent: str) -> bool:
    """Whether a channel's total falls from `told` to `now` by more than `percent`, what was `sold` left aside."""
    return Fraction(told - now - max(0, sold)) > Fraction(percent) / 100 * told


def listed_open(locations: Sequence[str], closed: Mapping[str, str]) -> tuple[str, ...]:
    """Those of `locations` that are not `closed` (location -> why)."""
    return tuple(name for name in locations if name not in closed)
