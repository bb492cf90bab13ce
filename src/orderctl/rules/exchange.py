"""Amounts in another currency, by the rates of the configuration: exact, rounded half up once."""

from __future__ import annotations

import functools
from fractions import Fraction

from orderctl.core import money
from orderctl.core.places import Places


def converted(minor: int, source: str, target: str, places: Places) -> int | None:
    """`minor` units of `source` in minor units of `target`; None when a rate is missing."""
    if source == target:
        return minor
    one, other = _rate(source, places), _rate(target, places)
    if one is None or other is None or not (money.is_currency(source) and money.is_currency(target)):
        return None
    scale = Fraction(10) ** (money.decimals(target) - money.decimals(source))
    worth = minor * one / other * scale
    return money.divide_half_up(worth.numerator, worth.denominator)


def _rate(currency: str, places: Places) -> Fraction | None:
    if currency == places.currency:
        return Fraction(1)
    written = places.rates.get(currency)
    return None if written is None else _exact(written)


@functools.lru_cache(maxsize=512)
def _exact(written: str) -> Fraction | None:
    rate = Fraction(written)
    return rate if rate > 0 else None
