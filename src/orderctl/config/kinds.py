"""How a value of channels.toml is written, and what it becomes.

A kind is a sentence for the reference and a function from what the file says to the checked value. The function
raises `Refusal` with words that fit after the key's name ("'x' is not a duration").
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from orderctl.config import calendars
from orderctl.config.findings import NOT_AVAILABLE, WRONG_TYPE, WRONG_VALUE, Refusal, near
from orderctl.config.paths import resolve_path
from orderctl.core import money, times, weights
from orderctl.core.countries import COUNTRIES
from orderctl.core.secrets import is_reference

LARGEST_WHOLE = 10**9


@dataclass(frozen=True, slots=True)
class Scope:
    """What the meaning of a value may depend on."""

    base: Path
    currency: str = "USD"
    timezone: str = "UTC"
    choices: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Kind:
    """How a value is written (`says`, for people) and read (`parse`)."""

    says: str
    parse: Callable[[Any, Scope], Any]


def _wrong_type(value: Any, wanted: str) -> Refusal:
    names = {
        bool: "true or false",
        str: "a text",
        dict: "a table",
        list: "a list",
        int: "a number",
        Decimal: "a number",
    }
    return Refusal(WRONG_TYPE, f"is {names.get(type(value), 'a date or time')}, not {wanted}")


def _text(value: Any, _: Scope) -> str:
    if not isinstance(value, str):
        raise _wrong_type(value, "a text")
    if not value or "\x00" in value:
        raise Refusal(WRONG_VALUE, "is empty" if not value else "holds a NUL character")
    return value


def _whole(value: Any, _: Scope) -> int:
    if isinstance(value, bool) or not isinstance(value, int):
        raise _wrong_type(value, "a whole number")
    if not 0 <= value <= LARGEST_WHOLE:
        raise Refusal(WRONG_VALUE, f"is {value}; it can be 0 to {LARGEST_WHOLE}")
    return value


def _boolean(value: Any, _: Scope) -> bool:
    if not isinstance(value, bool):
        raise _wrong_type(value, "true or false")
    return value


def _texts(value: Any, scope: Scope) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong_type(value, "a list of texts")
    return tuple(_text(item, scope) for item in value)


def _choice(value: Any, scope: Scope) -> str:
    word = _text(value, scope)
    if word not in scope.choices:
        guess = near(word, scope.choices)
        raise Refusal(WRONG_VALUE, f"is '{word}'; it can be {', '.join(scope.choices)}", guess)
    return word


def _choices(value: Any, scope: Scope) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise _wrong_type(value, "a list")
    words = tuple(_choice(item, scope) for item in value)
    if len(set(words)) != len(words):
        raise Refusal(WRONG_VALUE, "names something twice")
    return words


def _version(value: Any, scope: Scope) -> int:
    if _whole(value, scope) != 1:
        raise Refusal(NOT_AVAILABLE, f"is {value}; this orderctl reads version 1")
    return 1


def _currency(value: Any, scope: Scope) -> str:
    code = _text(value, scope)
    if not money.is_currency(code):
        capital = code.upper()
        hint = f"did you mean '{capital}'?" if money.is_currency(capital) else ""
        raise Refusal(WRONG_VALUE, f"'{code}' is not a currency code of ISO 4217", hint)
    return code


def _countries(value: Any, scope: Scope) -> tuple[str, ...]:
    return tuple(_country(code, scope) for code in _texts(value, scope))


def _country(value: Any, scope: Scope) -> str:
    code = _text(value, scope)
    if code not in COUNTRIES:
        other = {"UK": "GB", "EL": "GR"}.get(code, code.upper())
        hint = f"did you mean '{other}'?" if other in COUNTRIES else ""
        raise Refusal(WRONG_VALUE, f"'{code}' is not a country code of ISO 3166 (two capitals)", hint)
    return code


def _timezone(value: Any, scope: Scope) -> str:
    name = _text(value, scope)
    try:
        ZoneInfo(name)
    except (KeyError, ValueError, OSError):
        guess = near(name, sorted(available_timezones()))
        hint = guess or "write for example 'America/New_York' or 'UTC'"
        raise Refusal(WRONG_VALUE, f"'{name}' is not a time zone", hint) from None
    return name


def _path(value: Any, scope: Scope) -> Path:
    return resolve_path(_text(value, scope), scope.base)


def _page(value: Any, scope: Scope) -> str:
    written = _text(value, scope)
    if not re.fullmatch(r"https?://[^\s/]\S*", written) or "{n}" not in written:
        raise Refusal(WRONG_VALUE, f"'{written[:60]}' is no address of a page with {{n}} for the tracking number")
    return written


def _ping(value: Any, scope: Scope) -> str:
    written = _text(value, scope)
    here = re.match(r"http://(localhost|127\.0\.0\.1|\[::1\])[:/]", written)
    if not (here or is_reference(written) or re.fullmatch(r"https://[^\s/@?#]+[^\s?#]*", written)):
        raise Refusal(WRONG_VALUE, "is no https address without a query, and no reference to one")
    return written


def _duration(value: Any, scope: Scope) -> int:
    written = _text(value, scope)
    try:
        return times.parse_duration(written)
    except ValueError as error:
        raise Refusal(WRONG_VALUE, str(error)) from None


def _lead_time(value: Any, scope: Scope) -> int:
    return _duration(re.sub(r"(?i)\bbusiness\s+(?=days?\b)", "", _text(value, scope)), scope)


def _money(value: Any, scope: Scope) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _wrong_type(value, 'an amount such as "1.10"')
    try:
        minor = money.to_minor(value, scope.currency)
    except ValueError as error:
        raise Refusal(WRONG_VALUE, str(error)) from None
    if minor < 0:
        raise Refusal(WRONG_VALUE, f"is {value}; it cannot be negative")
    return minor


def decimal(value: Any, wanted: str) -> Decimal:
    """`value` (text, whole number or Decimal) as a plain number. Refusal when it is none."""
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _wrong_type(value, wanted)
    written = str(value)
    try:
        number = Decimal(written) if re.fullmatch(r"-?\d{1,12}(\.\d{1,12})?", written, re.ASCII) else None
    except InvalidOperation:
        number = None
    if number is None:
        raise Refusal(WRONG_VALUE, f"'{written[:40]}' is not {wanted}")
    return number


def _percent(value: Any, _: Scope) -> str:
    bare = value.removesuffix("%").rstrip() if isinstance(value, str) else value
    share = decimal(bare, 'a percentage such as "80%"')
    if not 0 <= share <= 100:
        raise Refusal(WRONG_VALUE, f"is {share}; a percentage is 0 to 100")
    return f"{share.normalize():f}"


def _share(value: Any, _: Scope) -> str:
    bare = value.removesuffix("%").rstrip() if isinstance(value, str) else value
    share = decimal(bare, 'a percentage such as "900%"')
    if share < 0:
        raise Refusal(WRONG_VALUE, f"is {share}; it cannot be negative")
    return f"{share.normalize():f}"


def _rate(value: Any, _: Scope) -> str:
    rate = decimal(value, 'an exchange rate such as "1.08"')
    if rate <= 0:
        raise Refusal(WRONG_VALUE, f"is {rate}; an exchange rate is more than 0")
    return f"{rate.normalize():f}"


def _weight(value: Any, _: Scope) -> int:
    if isinstance(value, bool) or not isinstance(value, str | int | Decimal):
        raise _wrong_type(value, "a weight such as '31.7 kg'")
    try:
        return weights.parse_weight(value, "kg")
    except ValueError as error:
        raise Refusal(WRONG_VALUE, str(error)) from None


def _centimeters(value: Any, _: Scope) -> int:
    length = decimal(value, "a length in cm such as 40 or 12.5") * 10
    if length <= 0 or length != length.to_integral_value():
        raise Refusal(WRONG_VALUE, f"is {value}; write cm, more than 0, to the millimeter")
    return int(length)


def _moment(value: Any, scope: Scope) -> str:
    zone = ZoneInfo(scope.timezone)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime.combine(value, time())
    try:
        if isinstance(value, datetime):
            return times.moment(value if value.tzinfo else value.replace(tzinfo=zone))
        return times.parse_moment(_text(value, scope), zone)
    except Refusal:
        raise
    except ValueError:
        hint = "write for example 2026-11-01 or 2026-11-01T00:00:00-04:00"
        raise Refusal(WRONG_VALUE, f"'{str(value)[:40]}' is not a date or a time", hint) from None


def _capacity(value: Any, scope: Scope) -> int:
    if not isinstance(value, dict):
        return _whole(value, scope)
    if list(value) != ["orders_per_day"]:
        raise Refusal(
            WRONG_VALUE, "is a table of other keys than orders_per_day", "capacity = { orders_per_day = 150 }"
        )
    return _whole(value["orders_per_day"], scope)


def _days(value: Any, _: Scope) -> tuple[int, int]:
    written = str(value) if isinstance(value, int) and not isinstance(value, bool) else value
    match = (
        re.fullmatch(r"\s*(\d{1,3})\s*(?:-\s*(\d{1,3})\s*)?", written, re.ASCII) if isinstance(written, str) else None
    )
    if match is None:
        raise Refusal(WRONG_VALUE, "is not a number of days", 'write for example "2-5" or "1"')
    first, last = int(match[1]), int(match[2] or match[1])
    if last < first:
        raise Refusal(WRONG_VALUE, f"'{written}' ends before it begins", f'write "{last}-{first}"')
    return first, last


def _coordinates(value: Any, _: Scope) -> tuple[int, int]:
    if not isinstance(value, list) or len(value) != 2:
        raise Refusal(WRONG_TYPE, "is not a pair of degrees", "write [latitude, longitude], e.g. [40.73566, -74.17237]")
    latitude, longitude = (decimal(part, "degrees such as 40.73566") for part in value)
    if abs(latitude) > 90 or abs(longitude) > 180:
        raise Refusal(WRONG_VALUE, f"{latitude}, {longitude} is not on Earth", "write [latitude, longitude]")
    return int(latitude.scaleb(6).to_integral_value()), int(longitude.scaleb(6).to_integral_value())


def _zones(value: Any, scope: Scope) -> dict[str, int]:
    if not isinstance(value, dict):
        raise _wrong_type(value, "a table such as { US-CA = 8, US = 5 }")
    for place in value:
        _country(place.partition("-")[0], scope)
    return {place: _whole(zone, scope) for place, zone in value.items()}


def _text_table(value: Any, scope: Scope) -> dict[str, str]:
    if not isinstance(value, dict):
        raise _wrong_type(value, "a table of texts")
    return {name: _text(item, scope) for name, item in value.items()}


#: Every kind a key of `config.keys` can have.
KINDS = {
    "text": Kind("text", _text),
    "texts": Kind("list of texts", _texts),
    "text table": Kind("table of texts", _text_table),
    "whole number": Kind("whole number", _whole),
    "boolean": Kind("true or false", _boolean),
    "choice": Kind("one of", _choice),
    "choices": Kind("list of", _choices),
    "version": Kind("1", _version),
    "currency": Kind("currency code, ISO 4217", _currency),
    "rate": Kind('decimal text, e.g. "1.08"', _rate),
    "timezone": Kind("time zone, e.g. `America/New_York`", _timezone),
    "country": Kind("country code, ISO 3166", _country),
    "countries": Kind("list of country codes, ISO 3166", _countries),
    "page": Kind("address of a page, with `{n}` where the tracking number stands", _page),
    "ping": Kind("https address, or a reference to one, e.g. `env:NAME`", _ping),
    "path": Kind("path, relative to the file", _path),
    "duration": Kind("duration, e.g. `30 min`, `12 h`, `7d`", _duration),
    "lead time": Kind("duration; a business day counts as a day", _lead_time),
    "moment": Kind("date (its midnight in `timezone`) or date and time with offset", _moment),
    "money": Kind('amount in `currency` as decimal text, e.g. `"1.10"`', _money),
    "percent": Kind('percentage, e.g. `"80%"`', _percent),
    "share": Kind('percentage that may be more than 100, e.g. `"900%"`', _share),
    "weight": Kind("weight, e.g. `31.7 kg`, `500 g`, `2 lb`; a bare number is kg", _weight),
    "centimeters": Kind("number of cm", _centimeters),
    "capacity": Kind("whole number, or `{ orders_per_day = N }`", _capacity),
    "days": Kind("`2-5` or `1`", _days),
    "coordinates": Kind("[latitude, longitude] in degrees", _coordinates),
    "zones": Kind("table of country or country-region -> zone number", _zones),
    "weekdays": Kind("list of weekdays, e.g. `[mon_fri, sat]`", lambda value, _: calendars.weekdays(value)),
    "cutoff": Kind("`15:00`, or a table of weekdays -> time", lambda value, _: calendars.cutoffs(value)),
    "holidays": Kind("list of dates", lambda value, _: calendars.holidays(value)),
}
