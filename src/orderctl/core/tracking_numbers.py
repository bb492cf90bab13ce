"""Tracking numbers: whose a number is, by its form and its check digit.

1. spaces and hyphens are left out, letters are capitals; the number itself is kept as it was written
2. every form that fits and whose check digit is right names its carrier; a form with letters or a long prefix of its
   own is *sure*, digits alone are not: another carrier's number can have the same form by chance
3. a carrier and a number contradict each other when the number has the carrier's form with a wrong check digit, or is
   surely the number of somebody who does not carry parcels for it
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from orderctl.core import check_digits
from orderctl.core.carriers import POSTAL, Named, canonical, family, named, title
from orderctl.core.check_digits import Scheme, mod_10, mod_11
from orderctl.core.countries import COUNTRIES

_LEFT_OUT = re.compile(r"[\s\-\u2010-\u2015]+")


@dataclass(frozen=True, slots=True)
class Form:
    """One form of numbers. In `pattern`, `n` is what the check digit `c` is made of, `country` who issued it."""

    carrier: str
    pattern: re.Pattern[str]
    scheme: Scheme | None = None
    sure: bool = False
    before: str = ""  # what stands before `n` where the check digit is made

    def check_digit(self, found: re.Match[str]) -> str:
        """What the check digit has to be; what it is where there is none."""
        if self.scheme is None:
            return ""
        return self.scheme(self.before + found["n"])

    def is_right(self, found: re.Match[str]) -> bool:
        """Whether the check digit is right, and the country one that there is."""
        if "country" in self.pattern.groupindex and found["country"] not in COUNTRIES:
            return False
        return self.scheme is None or self.check_digit(found) == found["c"]

    def carriers(self, found: re.Match[str]) -> tuple[str, ...]:
        """Whose number it is; the postal services of the country that issued it."""
        if "country" in self.pattern.groupindex:
            return _POSTS.get(found["country"], (POSTAL,))
        return (self.carrier,)


def compact(number: str) -> str:
    """Letters and digits of a number in capitals, as it is compared."""
    return _LEFT_OUT.sub("", number).upper()


@dataclass(frozen=True, slots=True)
class Owner:
    """A carrier whose number it can be. `checked`: a check digit says so."""

    carrier: str
    sure: bool
    checked: bool


@lru_cache(maxsize=4096)
def owners(number: str) -> tuple[Owner, ...]:
    """Every carrier whose number this can be, the surest first."""
    written = compact(number)
    found = [
        Owner(carrier, form.sure, form.scheme is not None)
        for form in FORMS
        if (match := form.pattern.fullmatch(written)) and form.is_right(match)
        for carrier in form.carriers(match)
    ]
    return tuple(dict.fromkeys(sorted(found, key=lambda one: (not one.sure, not one.checked))))


def recognized(number: str) -> str:
    """The one carrier whose number this is; empty where its form says nothing, or says several."""
    found = owners(number)
    for told in ([one for one in found if one.sure], [one for one in found if one.checked]):
        if told:
            return told[0].carrier if told[0].sure or len({one.carrier for one in told}) == 1 else ""
    return ""


def fits(carrier: str, number: str) -> bool:
    """Whether `number` has a form of `carrier` with a right check digit."""
    return any(_is_part(one.carrier, carrier) for one in owners(number))


def contradiction(carrier: str, number: str) -> str:
    """Why `number` cannot be one of `carrier`, in words for a person; empty where nothing speaks against it."""
    if carrier not in _KNOWN or not number or fits(carrier, number):
        return ""
    found = owners(number)
    others = _CARRIES_FOR.get(family(carrier), ())
    if any((one.sure and one.carrier in others) or family(one.carrier) == family(carrier) for one in found):
        return ""
    written = compact(number)
    for form in _KNOWN[carrier]:
        match = form.pattern.fullmatch(written)
        if match and form.scheme is not None:
            wanted = form.check_digit(match)
            if wanted != match["c"]:
                return f"the check digit of {number} is {match['c']}; in a number of {title(carrier)} it is {wanted}"
    if not found or not found[0].sure or (carrier in _ALL_POSTS and found[0].carrier in _ALL_POSTS):
        return ""  # a postal service delivers what another one has posted
    if family(carrier) in _OWN_NUMBERS:
        return f"{number} is a number of {title(found[0].carrier)}, not of {title(carrier)}"
    return ""


def carrier_of(stated: str, number: str, planned: str, own: Iterable[str] = ()) -> Named:
    """Who carries a parcel: what was stated, else what was planned if the number fits, else whose number it is.

    `stated` as a location writes it, `planned` as the shipment has it, `own` the carriers of the configuration. Of a
    group (`DHL`) the number says which. What is stated and known to nobody is kept as it is.
    """
    if stated:
        told = named(stated, own)
        if not told.carrier:
            return Named(stated)
        return Named(_member(told.carrier, number), told.service)
    plan = canonical(planned)
    if plan and fits(plan, number):
        return Named(plan)
    if plan and plan not in _KNOWN:
        found = owners(number)
        return Named(found[0].carrier if found and found[0].sure else plan)
    return Named(recognized(number) or plan)


def _member(carrier: str, number: str) -> str:
    """Which part of a group has such numbers, if it is one alone."""
    told = [one for one in owners(number) if one.sure or one.checked]
    parts = {one.carrier for one in told if one.carrier != carrier and family(one.carrier) == carrier}
    return parts.pop() if len(parts) == 1 and carrier in _GROUPS else carrier


def _is_part(one: str, carrier: str) -> bool:
    """Whether numbers of `one` are numbers of `carrier`: it is the same, the group of it, or a part of it."""
    return one == carrier or family(one) == carrier or family(carrier) == one


def _form(carrier: str, pattern: str, scheme: Scheme | None = None, *, sure: bool = False, before: str = "") -> Form:
    return Form(carrier, re.compile(pattern), scheme, sure, before)


_FEDEX_12 = mod_11((3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))
_FEDEX_34 = mod_11((1, 7, 3, 1, 7, 3, 1, 7, 3, 1, 7, 3, 1))
_GS1 = mod_10(3, 1)  # of an odd number of digits: its weights count from the right
_TO_ZIP = r"(?:420\d{5}(?:\d{4})?)?"

FORMS = (
    _form("ups", r"1Z(?P<n>[A-Z0-9]{15})(?P<c>\d)", mod_10(1, 2), sure=True),
    _form("ups", r"[AHJKTV](?P<n>\d{9})(?P<c>\d)", mod_10(1, 2)),
    _form("usps", _TO_ZIP + r"(?P<n>9[1-5]\d{19})(?P<c>\d)", _GS1, sure=True),
    _form("usps", _TO_ZIP + r"(?P<n>9[2-5]\d{23})(?P<c>\d)", _GS1, sure=True),
    _form("usps", r"(?P<n>94\d{27})(?P<c>\d)", _GS1, sure=True),
    _form("usps", r"(?P<n>\d{19})(?P<c>\d)", _GS1),
    _form("usps", r"(?P<n>\d{19})(?P<c>\d)", _GS1, before="91"),
    _form("", r"[A-Z]{2}(?P<n>\d{8})(?P<c>\d)(?P<country>[A-Z]{2})", check_digits.s10, sure=True),
    _form("fedex", r"(?P<n>\d{11})(?P<c>\d)", _FEDEX_12),
    _form("fedex", r"(?P<n>\d{14})(?P<c>\d)", mod_10(1, 3)),
    _form("fedex", r"(?P<n>\d{17})(?P<c>\d)", _GS1),
    _form("fedex", r"96\d{5}(?P<n>\d{14})(?P<c>\d)", mod_10(1, 3), sure=True),
    _form("fedex", r"3\d{15}(?P<n>\d{11})(?P<c>\d)\d{4}", _FEDEX_12),
    _form("fedex", r"[0-8]\d{19}(?P<n>\d{13})(?P<c>\d)", _FEDEX_34),
    _form("fedex", r"96\d{18}(?P<n>\d{13})(?P<c>\d)", _FEDEX_34, sure=True),
    _form("fedex_smartpost", r"(?P<n>61\d{17})(?P<c>\d)", _GS1, before="92"),
    _form("dhl_express", r"(?P<n>\d{9,10})(?P<c>\d)", check_digits.mod_7),
    _form("dhl_express", r"J[A-Z]{2,3}\d{9,10}", sure=True),
    _form("dhl_ecommerce", r"GM(?=[0-9A-Z]*\d)[0-9A-Z]{10,39}", sure=True),
    _form("dhl_ecommerce", r"(?:LX|RX|UV|CN|SG|TH|IN|HK|MY)(?=[0-9A-Z]*\d)[0-9A-Z]{10,39}"),
    _form("dhl_ecommerce", r"\d{14}"),
    _form("dhl_de", r"(?P<n>0034\d{15})(?P<c>\d)", _GS1, sure=True),
    _form("dhl_de", r"JJD\d{17,20}", sure=True),
    _form("dhl_de", r"\d{12}"),
    _form("dpd", r"(?P<n>\d{14})(?P<c>[0-9A-Z])", check_digits.mod_37_36),
    _form("dpd", r"(?P<n>\d{27})(?P<c>[0-9A-Z])", check_digits.mod_37_36),
    _form("dpd", r"[01]\d{13}"),
    _form("gls", r"\d{11,12}"),
    _form("gls", r"(?=.*\d)(?=.*[A-Z])[A-Z0-9]{8}"),
    _form("postnl", r"3S[A-Z]{2}[A-Z0-9]{2}\d{7,9}", sure=True),
    _form("postnl", r"3S[A-Z0-9]{8,15}"),
    _form("evri", r"[CHMT]\d{2}[A-Z][A-Z0-9]{2}\d{10}", sure=True),
    _form("evri", r"\d{16}"),
    _form("hermes_de", r"H\d{19}", sure=True),
    _form("hermes_de", r"\d{14}"),
    _form("yodel", r"JJ?D\d{16}", sure=True),
    _form("colissimo", r"\d[A-Z]\d{11}", sure=True),
    _form("bpost", r"3232\d{20}", sure=True),
    _form("canada_post", r"(?P<n>\d{15})(?P<c>\d)", _GS1),
    _form("purolator", r"(?P<n>[0-5]\d{10})(?P<c>\d)", check_digits.luhn),
    _form("purolator", r"[A-Z]{3}\d{9}"),
    _form("canpar", r"[CDKLSUXZ]\d{21}", sure=True),
    _form("ontrac", r"C(?P<n>4\d{12})(?P<c>\d)", mod_10(1, 2), sure=True),
    _form("ontrac", r"C(?P<n>[0-35-9]\d{12})(?P<c>\d)", mod_10(1, 2), sure=True, before="4"),
    _form("ontrac", r"D(?P<n>5\d{12})(?P<c>\d)", mod_10(1, 2), sure=True),
    _form("ontrac", r"D(?P<n>[0-46-9]\d{12})(?P<c>\d)", mod_10(1, 2), sure=True, before="5"),
    _form("lasership", r"L[AEHINX][1-3]\d{7}", sure=True),
    _form("lasership", r"1LS(?:7[12]\d{10}|7[12]\d{2}01[1-4]\d{6}1|CX[0-9A-Z]{10})", sure=True),
    _form("amazon_logistics", r"TB[ACM]\d{12}", sure=True),
    _form("amazon_logistics", r"[ACF]\d{10}"),
    _form("landmark", r"LTN\d{8}N1", sure=True),
    _form("old_dominion", r"(?P<n>(?:77[78]|072|780)\d{7}|80\d{8})(?P<c>\d)", check_digits.luhn),
    _form("yunexpress", r"YT\d{16}", sure=True),
    _form("4px", r"4PX\d{13}CN", sure=True),
    _form("sf_express", r"SF\d{12,13}", sure=True),
)

#: Who uses the form of the Universal Postal Union, by the country at its end; the first one where nothing else tells.
_POSTS: Mapping[str, tuple[str, ...]] = {
    "AT": ("austrian_post",),
    "AU": ("australia_post",),
    "BE": ("bpost", "landmark"),
    "CA": ("canada_post",),
    "CH": ("swiss_post", "asendia"),
    "CN": ("china_post",),
    "DE": ("deutsche_post", "dhl_de", "dhl_ecommerce"),
    "DK": ("postnord",),
    "ES": ("correos",),
    "FR": ("la_poste", "colissimo", "chronopost"),
    "GB": ("royal_mail", "parcelforce"),
    "HK": ("hongkong_post",),
    "IE": ("an_post",),
    "IN": ("india_post",),
    "IT": ("poste_italiane",),
    "JP": ("japan_post",),
    "KR": ("korea_post",),
    "NL": ("postnl",),
    "NZ": ("nz_post",),
    "PL": ("poczta_polska",),
    "SE": ("postnord",),
    "SG": ("singapore_post",),
    "US": ("usps",),
}
_ALL_POSTS = frozenset({POSTAL, *(post for posts in _POSTS.values() for post in posts)})
#: Groups that people name where they mean a part of them.
_GROUPS = frozenset({"dhl", "hermes"})
#: Whose parcels go the last mile under somebody else's number.
_CARRIES_FOR: Mapping[str, tuple[str, ...]] = {
    "ups": ("usps", "canada_post", "royal_mail"),
    "fedex": ("usps",),
    "dhl": ("usps", "royal_mail", "evri", "yodel", "deutsche_post"),
    "lasership": ("ontrac",),
    "ontrac": ("lasership", "usps"),
}
#: Carriers with a network and numbers of their own, so that somebody else's number is not theirs.
_OWN_NUMBERS = frozenset(
    "ups fedex dhl dpd gls hermes amazon_logistics purolator canpar ontrac lasership yodel usps royal_mail".split()
)


def _known() -> dict[str, tuple[Form, ...]]:
    """Carrier or group -> its forms."""
    posts = _ALL_POSTS - {POSTAL}
    ours = {form.carrier for form in FORMS if form.carrier} | posts
    postal = [form for form in FORMS if not form.carrier]
    names = ours | {family(one) for one in ours} | {"dpd_uk", "dpd_de"}
    return {
        name: tuple(form for form in FORMS if form.carrier and _is_part(form.carrier, name))
        + tuple(postal if name in posts else ())
        for name in sorted(names)
    }


_KNOWN = _known()
