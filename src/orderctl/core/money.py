"""Money is whole minor units beside a currency code; no float comes near it.

Currencies and their number of decimals follow ISO 4217.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Context, Decimal, InvalidOperation

_TWO = (
    "AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CNY COP "
    "CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL HTG HUF IDR ILS INR IRR "
    "JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN "
    "NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SVC SYP "
    "SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD UYU UZS VED VES WST XCD XCG YER ZAR ZMW ZWG"
)
_DECIMALS = (
    dict.fromkeys(_TWO.split(), 2)
    | dict.fromkeys("BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF".split(), 0)
    | dict.fromkeys("BHD IQD JOD KWD LYD OMR TND".split(), 3)
)
LARGEST_MINOR = 10**15
_EXACT = Context(prec=60)  # more digits than any text that is read; the usual 28 would round a longer one


def is_currency(code: str) -> bool:
    """Whether `code` is a currency code of ISO 4217, in capitals."""
    return code in _DECIMALS


def decimals(currency: str) -> int:
    """How many decimals amounts of `currency` have. KeyError for an unknown code."""
    return _DECIMALS[currency]


def to_minor(amount: str | int | Decimal, currency: str) -> int:
    """An amount in major units (`"19.90"`) as minor units (1990).

    ValueError when it is not a plain number, has more decimals than the currency, or is beyond 10^15 minor units.
    """
    places = _DECIMALS[currency]
    if isinstance(amount, str):
        whole, dot, fraction = amount.partition(".")
        if whole.isascii() and whole.isdigit() and len(whole) <= 12:
            if not dot:
                return int(whole + "0" * places)
            if len(fraction) == places and fraction.isascii() and fraction.isdigit():
                return int(whole + fraction)
    return _to_minor_slowly(amount, currency, places)


def _to_minor_slowly(amount: str | int | Decimal, currency: str, places: int) -> int:
    if isinstance(amount, bool) or not isinstance(amount, str | int | Decimal):
        message = f"{amount!r} is not an amount of money"
        raise ValueError(message)
    text = str(amount)
    if len(text) > 40 or not text.isascii() or "_" in text or text != text.strip():
        message = f"'{text[:40]}' is not an amount of money"
        raise ValueError(message)
    try:
        value = Decimal(text)
    except InvalidOperation:
        message = f"'{text}' is not an amount of money"
        raise ValueError(message) from None
    if not value.is_finite() or abs(value) > LARGEST_MINOR:
        message = f"'{text}' is not an amount of money that can be real"
        raise ValueError(message)
    minor = value.scaleb(places, _EXACT)
    if minor != minor.to_integral_value():
        message = f"'{text}' has more decimals than {currency} has"
        raise ValueError(message)
    if abs(minor) > LARGEST_MINOR:
        message = f"'{text}' is not an amount of money that can be real"
        raise ValueError(message)
    return int(minor)


def to_text(minor: int, currency: str) -> str:
    """Minor units as decimal text in major units: 1990 USD -> `19.90`."""
    places = _DECIMALS.get(currency, 2)
    digits = str(minor)
    if places == 0:
        return digits
    if minor > 0 and len(digits) > places:
        return f"{digits[:-places]}.{digits[-places:]}"
    sign = "-" if minor < 0 else ""
    digits = str(abs(minor)).rjust(places + 1, "0")
    return f"{sign}{digits[:-places]}.{digits[-places:]}"


def divide_half_up(numerator: int, denominator: int) -> int:
    """`numerator / denominator` rounded half away from zero; the denominator is positive."""
    sign = -1 if numerator < 0 else 1
    return sign * ((2 * abs(numerator) + denominator) // (2 * denominator))


def shares(total: int, weights: Sequence[int]) -> list[int]:
    """`total` split by `weights` with the largest remainder, ties to the earlier; the parts add up to `total`.

    Weights are not negative. When all are zero the first gets everything.
    """
    if not weights:
        return []
    whole = sum(weights)
    if whole == 0:
        return [total] + [0] * (len(weights) - 1)
    sign = -1 if total < 0 else 1
    parts = [divmod(abs(total) * weight, whole) for weight in weights]
    missing = abs(total) - sum(quotient for quotient, _ in parts)
    first = sorted(range(len(parts)), key=lambda index: (-parts[index][1], index))[:missing]
    return [sign * (quotient + (index in first)) for index, (quotient, _) in enumerate(parts)]


def of_units(total: int, units: int, before: int, of: int) -> int:
    """The part of `total`, the amount of `of` units, that `units` of them have which come after `before` others.

    As `shares` among all units would have it, ties to the earlier: parts that follow each other add up to `total`.
    """
    each, more = divmod(abs(total), max(of, before + units, 1))
    part = units * each + min(before + units, more) - min(before, more)
    return -part if total < 0 else part
