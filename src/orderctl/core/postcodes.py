"""Where a postcode lies, as far as a table of postcodes knows: the code itself, then the wider area it is part of."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation

from orderctl.core.distances import Point

#: How many characters name the wider area, counted from the left, or from the right where the number is negative.
_AREAS = {"US": 5, "CA": 3, "GB": -3, "IE": 3, "NL": 4}
_DEGREES = (90, 180)


def normal(postcode: str) -> str:
    """`postcode` in capitals, without spaces and hyphens."""
    return postcode.upper().replace(" ", "").replace("-", "")


def candidates(country: str, postcode: str) -> tuple[str, ...]:
    """The texts to look for, the most exact first: `EC1Y8SY`, `EC1Y`. Empty for an empty postcode."""
    whole = normal(postcode)
    area = whole[: _AREAS.get(country, len(whole))]
    return tuple(dict.fromkeys(text for text in (whole, area) if text))


def found(known: Mapping[tuple[str, str], Point], country: str, postcode: str) -> Point | None:
    """Where `postcode` lies by `known` ((country, text) -> point), None when nothing of it is known."""
    return next((known[country, text] for text in candidates(country, postcode) if (country, text) in known), None)


def degrees(text: str, nth: int) -> int:
    """Degrees as text, latitude (`nth` 0) or longitude (1), in millionths. ValueError when it is neither."""
    try:
        value: Decimal | None = Decimal(text.strip())
    except InvalidOperation:
        value = None
    if value is None or not value.is_finite() or abs(value) > _DEGREES[nth]:
        message = f"'{text[:20]}' is no {('latitude', 'longitude')[nth]}"
        raise ValueError(message)
    return round(value * 1_000_000)
