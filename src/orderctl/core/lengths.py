"""Lengths of goods are whole millimeters. A person writes `30 cm`, `305 mm`, `12 in`, or `30` for centimeters."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_UP, Decimal

#: How many millimeters one unit has.
MILLIMETERS = {"mm": Decimal(1), "cm": Decimal(10), "m": Decimal(1000), "in": Decimal("25.4")}
_LENGTH = re.compile(r"\s*(\d{1,6}(?:\.\d{1,6})?)\s*([a-z]+)?\s*", re.IGNORECASE | re.ASCII)


def parse_length(text: str, unit: str = "cm") -> int:
    """A length as millimeters: `30 cm` -> 300, rounded half up. ValueError for what is no length above zero."""
    match = _LENGTH.fullmatch(text)
    size = MILLIMETERS.get((match[2] or unit).lower()) if match else None
    if match is None or size is None:
        message = f"'{text[:40]}' is not a length; write for example '30 cm', '305 mm' or '12 in'"
        raise ValueError(message)
    whole = int((Decimal(match[1]) * size).quantize(Decimal(1), ROUND_HALF_UP))
    if whole == 0:
        message = f"'{text[:40]}' is no length above zero"
        raise ValueError(message)
    return whole
