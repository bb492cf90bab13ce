"""What an address says of itself, by structure alone: whether it can be delivered to, and by whom.

1. invalid: the country is missing or does not exist
2. incomplete: nobody to deliver to, no street, no city, or no postcode where the country has them
3. suspect: characters nobody writes on a parcel, an e-mail address as a street
4. ok: everything else; `wire.addresses` knows more of each country
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from operator import attrgetter

from orderctl.core.countries import COUNTRIES
from orderctl.core.orders import Address

_PO_BOX = re.compile(
    r"\b(?:p[. ]*o[. ]*box|p\.?o\.?b\.? \d|post office box|gpo box|locked bag|private bag|postfach|postbus|postboks"
    r"|bo[iî]te postale|b\.?p\.? \d|apartado(?: postal| de correos)?|casella postale|caixa postal|skrytka pocztowa"
    r"|postilokero)",
    re.IGNORECASE,
)
_SWEDISH_BOX = re.compile(r"\s*box \d", re.IGNORECASE)
_US_FORCES_CITY = re.compile(r"(?:apo|fpo|dpo)\b", re.IGNORECASE)
_US_FORCES_REGION = frozenset(("AA", "AE", "AP"))
_BRITISH_FORCES = re.compile(r"\bbfpo\b", re.IGNORECASE)
_NO_POSTCODE = frozenset(
    (
        "AE AG AN AO AW BF BI BJ BO BQ BS BW BZ CD CF CG CI CK CM CW DJ DM ER FJ GA GD GH GM GN GQ GY HK IE JM KE KI "
        "KM KN KP LC LY ML MO MR MS MW NR NU PA QA RW SB SC SL SO SR ST SX SY TD TG TK TL TO TT TV TZ UG VC VU WS YE "
        "ZA ZW"
    ).split()
)
_NO_CITY = frozenset("GI MC SG VA HK".split())
_PLACE = ("line1", "city")
_TEXTS = ("name", "company", "line1", "line2", "line3", "city", "region", "postcode")
_texts = attrgetter(*_TEXTS)
_UNWRITTEN = re.compile("[\x00-\x1f\ufffd]")


@dataclass(frozen=True, slots=True)
class Judgment:
    """`ok`, `suspect`, `incomplete` or `invalid`, the parts that led to it, and what a person may want to hear."""

    verdict: str
    parts: tuple[str, ...] = ()
    hints: tuple[str, ...] = ()


_OK = Judgment("ok")


def po_box_or_military(address: Address) -> str:
    """`military`, `po_box`, or empty text for neither."""
    streets = (address.line1, address.line2, address.line3)
    if address.country == "US" and (
        address.region.upper() in _US_FORCES_REGION or _US_FORCES_CITY.match(address.city.strip())
    ):
        return "military"
    if address.country == "GB" and any(_BRITISH_FORCES.search(part) for part in (*streets, address.city)):
        return "military"
    if any(_PO_BOX.search(street) for street in streets):
        return "po_box"
    if address.country == "SE" and any(_SWEDISH_BOX.match(street) for street in streets):
        return "po_box"
    return ""


def kind(address: Address) -> str:
    """`military`, `po_box`, `commercial` where a company is named, else `residential`."""
    return po_box_or_military(address) or ("commercial" if address.company.strip() else "residential")


def verdict(address: Address) -> str:
    """`ok`, `suspect`, `incomplete` or `invalid`, by structure alone."""
    return judged(address).verdict


def judged(address: Address) -> Judgment:
    """The verdict, and the names of the parts of the address that led to it."""
    if address.country not in COUNTRIES:
        return Judgment("invalid", ("country",))
    missing = tuple(_missing(address))
    if missing:
        return Judgment("incomplete", missing)
    odd = tuple(_odd(address))
    return Judgment("suspect", odd) if odd else _OK


def same_place(one: Address, other: Address) -> bool:
    """Whether two addresses name the same street, postcode and country; who lives there does not matter."""
    return _place(one) == _place(other)


def _missing(address: Address) -> list[str]:
    found = []
    if not (address.name.strip() or address.company.strip()):
        found.append("name")
    if not (address.line1.strip() or address.line2.strip()):
        found.append("line1")
    if not address.city.strip() and address.country not in _NO_CITY:
        found.append("city")
    if not address.postcode.strip() and address.country not in _NO_POSTCODE:
        found.append("postcode")
    return found


def _odd(address: Address) -> list[str]:
    nonsense = [name for name in _PLACE if _is_nonsense(getattr(address, name))]
    if not nonsense and not _UNWRITTEN.search("".join(_texts(address))):
        return []
    texts = zip(_TEXTS, _texts(address), strict=True)
    return [name for name, text in texts if name in nonsense or _UNWRITTEN.search(text)]


def _is_nonsense(text: str) -> bool:
    return bool(text) and (_is_email(text) or not any(map(str.isalnum, text)))


def _is_email(text: str) -> bool:
    if "@" not in text:
        return False
    name, at, host = text.strip().partition("@")
    return bool(name and at) and "." in host and " " not in text.strip()


def _place(address: Address) -> tuple[str, ...]:
    streets = f"{address.line1} {address.line2} {address.line3}".casefold()
    words = re.sub(r"[\W_]+", " ", streets).split()
    return (" ".join(words), "".join(address.postcode.upper().split()), address.country)
