"""Weights are whole grams. A person writes `31.7 kg`, `500 g`, `1 lb` or `8 oz`."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

#: How many grams one unit has.
GRAMS = {"g": Decimal(1), "kg": Decimal(1000), "lb": Decimal("453.59237"), "oz": Decimal("28.349523125")}
UNITS = tuple(GRAMS)
_WEIGHT = re.compile(r"\s*(\d{1,9}(?:\.\d{1,9})?)\s*(?:([a-z]+?)s?)?\s*", re.IGNORECASE | re.ASCII)


def parse_weight(text: str | int | Decimal, unit: str = "") -> int:
    """A weight as grams: `31.7 kg` -> 31700. `unit` is what a number without unit is in; "" asks for one.

    Pounds and ounces round half up to the gram. ValueError for what is no weight, or no whole number of grams.
    """
    if isinstance(text, bool):
        message = "is not a weight; write for example '500 g', '31.7 kg' or '2 lb'"
        raise ValueError(message)
    match = _WEIGHT.fullmatch(f"{text:f}" if isinstance(text, Decimal) else str(text))
    size = GRAMS.get((match[2] or unit).lower()) if match else None
    if match is None or size is None:
        message = f"'{str(text)[:40]}' is not a weight; write for example '500 g', '31.7 kg' or '2 lb'"
        raise ValueError(message)
    grams = Decimal(match[1]) * size
    whole = grams.quantize(Decimal(1), ROUND_HALF_UP)
    if grams != whole and (match[2] or unit).lower() in {"g", "kg"}:
        message = f"'{str(text)[:40]}' is not a whole number of grams"
        raise ValueError(message)
    return int(whole)
