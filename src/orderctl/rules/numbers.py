"""The kinds of values with an order: money, weights, counts, durations, times of day, dates.

Each is a whole number of its smallest unit. `500` is equal, `">= 500"` and `"< 2 kg"` compare, `"50..100"` is a range
with both ends. A bound between two whole numbers is moved to the one that keeps the comparison true.
"""

from __future__ import annotations

import datetime as dt
import math
import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from orderctl.core import money, times, weights
from orderctl.rules import codes
from orderctl.rules.known import Refused, Setup
from orderctl.rules.values import Kind, Range, Test, written

_COMPARISON = re.compile(r"\s*(>=|<=|>|<)\s*(.*)", re.DOTALL)
_AMOUNT = re.compile(r"\s*([+-]?\d{1,15}(?:\.\d{1,15})?)\s*([^\d\s.,+-][^\d.,]*?)?\s*", re.ASCII)
_CLOCK = re.compile(r"\s*([01]?\d|2[0-3]):([0-5]\d)\s*", re.ASCII)
_TIME_UNITS = ("s", "sec", "second", "min", "minute", "h", "hour", "d", "day", "w", "week")
_LAST_MINUTE = 24 * 60 - 1


class NumberKind(Kind):
    """Numbers with or without a unit; subclasses say what one is worth in the smallest unit."""

    example = "500"

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:
        """`number` of `unit` ("" = none written) in the smallest unit. Refused when the unit is wrong."""
        raise NotImplementedError

    def currency(self, unit: str, setup: Setup) -> str:  # noqa: ARG002
        """The currency a test with this unit is in; only money has one."""
        return ""

    def key(self, value: Any) -> int:
        """The whole number itself."""
        return int(value)

    def item(self, raw: Any, setup: Setup) -> Test:
        """A number, a comparison or a range."""
        if isinstance(raw, bool) or not isinstance(raw, int | Decimal | str):
            raise self._wrong(written(raw))
        text = f"{raw:f}" if isinstance(raw, Decimal) else str(raw)
        comparison = _COMPARISON.fullmatch(text)
        if comparison:
            number, unit = self._amount(comparison[2], text)
            bound = self.worth(number, unit, setup)
            return Test(ranges=(_compared(comparison[1], bound),), currency=self.currency(unit, setup))
        low, dots, high = text.partition("..")
        if dots:
            return self._range(low, high, text, setup)
        number, unit = self._amount(text, text)
        key = self._whole(self.worth(number, unit, setup), text)
        return Test(exact=frozenset((key,)), currency=self.currency(unit, setup))

    def _range(self, low: str, high: str, text: str, setup: Setup) -> Test:
        first, first_unit = self._amount(low, text)
        last, last_unit = self._amount(high, text)
        first_unit = first_unit or last_unit
        if self.currency(first_unit, setup) != self.currency(last_unit, setup):
            raise Refused(codes.UNKNOWN_CURRENCY, f"'{text}' has two currencies")
        start = math.ceil(self.worth(first, first_unit, setup))
        end = math.floor(self.worth(last, last_unit, setup))
        if start > end:
            raise Refused(codes.EMPTY_RANGE, f"nothing lies in '{text}'")
        return Test(ranges=(Range(start, end),), currency=self.currency(last_unit, setup))

    def _amount(self, part: str, text: str) -> tuple[Fraction, str]:
        match = _AMOUNT.fullmatch(part)
        if match is None:
            raise self._wrong(text)
        return Fraction(match[1]), (match[2] or "").strip()

    def _whole(self, worth: Fraction, text: str) -> int:
        if worth.denominator != 1:
            raise self._wrong(text)
        return int(worth)

    def _wrong(self, text: str) -> Refused:
        message = f"'{text}' is not {_with_article(self.name)}"
        return Refused(codes.WRONG_TYPE, message, f'write for example "{self.example}"')


def _compared(sign: str, bound: Fraction) -> Range:
    if sign == ">=":
        return Range(low=math.ceil(bound))
    if sign == ">":
        return Range(low=math.floor(bound) + 1)
    if sign == "<=":
        return Range(high=math.floor(bound))
    return Range(high=math.ceil(bound) - 1)


def wrong_unit(unit: str, what: str, example: str) -> Refused:
    """The refusal of `unit` where a `what` is needed; says what the unit would measure."""
    bare = unit.casefold().removesuffix("s")
    if bare in weights.UNITS:
        problem = f"'{unit}' is a unit of weight"
    elif bare in _TIME_UNITS or unit.casefold() in _TIME_UNITS:
        problem = f"'{unit}' is a unit of time"
    elif money.is_currency(unit.upper()):
        problem = f"'{unit}' is a currency"
    else:
        problem = f"'{unit}' is not a unit known here"
    message = f"{problem}, and this is {_with_article(what)}"
    return Refused(codes.WRONG_UNIT, message, f'write for example "{example}"')


def _with_article(name: str) -> str:
    return f"an {name}" if name.startswith("a") else f"a {name}"


class MoneyKind(NumberKind):
    """An amount of money: `500`, `">= 19.90"`, `">= 500 AUD"`. Without a code it is in the file's currency."""

    name = "amount of money"
    example = ">= 500"

    def currency(self, unit: str, setup: Setup) -> str:
        """The written code, else the file's currency."""
        return unit.upper() or setup.currency

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:
        """Minor units; more decimals than the currency has are refused."""
        code = self.currency(unit, setup)
        if not money.is_currency(code):
            if len(unit) == 3 and unit.isalpha() and unit.casefold() not in {*_TIME_UNITS, *weights.UNITS, "lbs"}:
                raise Refused(codes.UNKNOWN_CURRENCY, f"'{unit}' is not a currency code")
            raise wrong_unit(unit, self.name, self.example)
        worth = number * Fraction(10 ** money.decimals(code))
        if worth.denominator != 1:
            raise Refused(codes.WRONG_TYPE, f"{float_free(number)} has more decimals than {code} has")
        return worth

    def show(self, value: Any, currency: str) -> str:
        """Decimal text in the order's currency."""
        return money.to_text(value, currency)


def float_free(number: Fraction) -> str:
    """A decimal fraction as decimal text."""
    return format((Decimal(number.numerator) / Decimal(number.denominator)).normalize(), "f")


class WeightKind(NumberKind):
    """A weight: `"< 2 kg"`, `"500 g"`, `"1 lb"`. Without a unit it is in the file's `weight`."""

    name = "weight"
    example = "< 2 kg"

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:
        """Grams, exact."""
        word = (unit or setup.weight_unit).casefold()
        size = weights.GRAMS.get(word) or weights.GRAMS.get(word.removesuffix("s"))
        if size is None:
            raise wrong_unit(unit, self.name, self.example)
        return number * Fraction(size)

    def _whole(self, worth: Fraction, text: str) -> int:  # noqa: ARG002
        return math.floor(worth + Fraction(1, 2))

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """Grams, or kilograms from 1 kg."""
        return f"{value} g" if value < 1000 else f"{float_free(Fraction(value, 1000))} kg"


class CountKind(NumberKind):
    """A whole number without a unit."""

    name = "whole number"
    example = ">= 3"

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:  # noqa: ARG002
        """The number."""
        if unit:
            raise wrong_unit(unit, self.name, self.example)
        return number


class DurationKind(NumberKind):
    """A span of time: `"< 30 min"`, `">= 2d"`. Times left are negative once they have passed."""

    name = "span of time"
    example = "< 12 h"

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:  # noqa: ARG002
        """Seconds."""
        if not unit:
            raise Refused(codes.WRONG_UNIT, f"{float_free(number)} has no unit", f'write for example "{self.example}"')
        try:
            return number * times.parse_duration(f"1 {unit}")
        except ValueError:
            raise wrong_unit(unit, self.name, self.example) from None

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """The largest unit that divides it."""
        return f"-{times.duration_text(-value)}" if value < 0 else times.duration_text(value)


class ClockKind(NumberKind):
    """A time of day in the file's time zone: `"< 15:00"`, `"22:00..06:00"` runs over midnight."""

    name = "time of day"
    example = "< 15:00"

    def item(self, raw: Any, setup: Setup) -> Test:
        """A minute, a comparison or a range that may run over midnight."""
        text = raw.strftime("%H:%M") if isinstance(raw, dt.time) else raw
        if isinstance(text, str) and ".." in text:
            low, _, high = text.partition("..")
            start, end = int(self._amount(low, text)[0]), int(self._amount(high, text)[0])
            if start <= end:
                return Test(ranges=(Range(start, end),))
            return Test(ranges=(Range(start, _LAST_MINUTE), Range(0, end)))
        return super().item(text, setup)

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:  # noqa: ARG002
        """Minutes since midnight."""
        return number

    def _amount(self, part: str, text: str) -> tuple[Fraction, str]:
        match = _CLOCK.fullmatch(part)
        if match is None:
            raise self._wrong(text)
        return Fraction(int(match[1]) * 60 + int(match[2])), ""

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """Hours and minutes."""
        return f"{value // 60:02}:{value % 60:02}"


class DateKind(NumberKind):
    """A day: `2026-12-24`, `">= 2026-12-01"`, `"2026-12-01..2026-12-24"`."""

    name = "date"
    example = ">= 2026-12-01"

    def item(self, raw: Any, setup: Setup) -> Test:
        """A day, a comparison or a range."""
        plain = isinstance(raw, dt.date) and not isinstance(raw, dt.datetime)
        return super().item(raw.isoformat() if plain else raw, setup)

    def worth(self, number: Fraction, unit: str, setup: Setup) -> Fraction:  # noqa: ARG002
        """The day's number."""
        return number

    def _amount(self, part: str, text: str) -> tuple[Fraction, str]:
        try:
            return Fraction(dt.date.fromisoformat(part.strip()).toordinal()), ""
        except ValueError:
            raise self._wrong(text) from None

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """ISO 8601."""
        return dt.date.fromordinal(value).isoformat()


Money = MoneyKind()
Weight = WeightKind()
Count = CountKind()
Duration = DurationKind()
Clock = ClockKind()
Date = DateKind()
