"""What customs want to know of goods that cross a customs border: HS code, origin and value.

1. countries of one customs territory have no customs border between them, though each is abroad for the other
2. a kit is declared as itself, or by its parts when something is not known of it
3. what is given away has no price; what it cost is its value then
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from orderctl.core.orders import Line
from orderctl.core.stock import Sku

_TERRITORIES = (
    "AT AX BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MC MT NL PL PT RO SE SI SK",
    "GB GG IM JE",
    "CH LI",
    "PR US",
)
#: Country -> the territory it is in, where that is more than itself.
_TERRITORY = {country: countries for countries in _TERRITORIES for country in countries.split()}


class Declared(NamedTuple):
    """What is known of a SKU for customs."""

    hs_code: bool = False
    origin: bool = False
    value: bool = False


_WORDS = Declared._fields
_NOTHING = Declared()


def is_border(origin: str, destination: str) -> bool:
    """Whether goods from one country to the other go through customs. A location without a country ships at home."""
    return bool(origin) and _TERRITORY.get(origin, origin) != _TERRITORY.get(destination, destination)


def lacking(line: Line, sku: Sku, declared: Mapping[str, Declared]) -> str:
    """What customs want to know of a line and nobody has said, in words; empty when all is known."""
    own = declared.get(sku.sku, _NOTHING)
    inside = [part for part in (*sku.components, *sku.assembled_from) if part != sku.sku]
    parts = [declared.get(part, _NOTHING) for part in inside]
    known = Declared(*(mine or (bool(parts) and all(theirs)) for mine, *theirs in zip(own, *parts, strict=True)))
    known = known._replace(value=known.value or line.amount_minor > 0)
    return ", ".join(name.replace("hs_code", "HS code") for name, there in zip(_WORDS, known, strict=True) if not there)
