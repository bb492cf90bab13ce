"""The kinds of values without numbers: text, SKUs, postcodes, choices, countries, flags, names, tags."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from orderctl.core import money
from orderctl.core.countries import COUNTRIES
from orderctl.core.registry import CHANNELS
from orderctl.core.text import did_you_mean
from orderctl.rules import codes
from orderctl.rules.known import Known, Refused, Setup
from orderctl.rules.values import Kind, Range, Test, is_pattern, pattern, written

_COMPARISON = re.compile(r"\s*[<>]=?\s*\S")
_RANGE = re.compile(r"\s*([^\s.]+)\s*\.\.\s*([^\s.]+)\s*")


def text_of(raw: Any, what: str) -> str:
    """`raw` when it is text with something in it, else Refused."""
    if not isinstance(raw, str):
        hint = f'write "{raw}"' if isinstance(raw, int) and not isinstance(raw, bool) else ""
        raise Refused(codes.WRONG_TYPE, f"{written(raw)} is not {what}", hint)
    if not raw.strip():
        raise Refused(codes.EMPTY, f"an empty text is not {what}", "to ask whether it is there, use has or lacks")
    return raw.strip()


class TextKind(Kind):
    """Text without regard to case; `*` and `?` make it a pattern."""

    name = "text"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """Equal text or a pattern."""
        text = text_of(raw, "a text")
        if _COMPARISON.match(text) or _RANGE.fullmatch(text):
            raise Refused(codes.WRONG_TYPE, f"'{text}' compares numbers, but this is text")
        key = self.key(text)
        return Test(patterns=(key,)) if is_pattern(text) else Test(exact=frozenset((key,)))

    def key(self, value: Any) -> str:
        """The text in lower case."""
        return str(value).casefold()


class TagsKind(TextKind):
    """Several texts at once; matches when any of them does. None at all is known, not missing."""

    name = "tags"
    many = True

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """The texts in a row."""
        return ", ".join(value) or "(none)"


class SkuKind(TextKind):
    """A SKU as it is written, case included; `*` and `?` make it a pattern."""

    name = "SKU"

    def key(self, value: Any) -> str:
        """The SKU itself."""
        return str(value)


class PostcodeKind(Kind):
    """A postcode, compared upper case without spaces: equal, a pattern, or a range of two as long as each other."""

    name = "postcode"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """A postcode, a pattern or a range."""
        text = text_of(raw, "a postcode")
        if _COMPARISON.match(text):
            raise Refused(codes.WRONG_TYPE, f"'{text}' is not a postcode", 'write a range such as "90000..96699"')
        ends = _RANGE.fullmatch(text.replace(" ", ""))
        if ends is None:
            key = self.key(text)
            return Test(patterns=(key,)) if is_pattern(key) else Test(exact=frozenset((key,)))
        low, high = self.key(ends[1]), self.key(ends[2])
        if is_pattern(low + high):
            raise Refused(codes.WRONG_TYPE, f"'{text}' mixes a range and a pattern")
        if len(low) != len(high):
            raise Refused(codes.EMPTY_RANGE, f"the ends of '{text}' are not equally long")
        if low > high:
            raise Refused(codes.EMPTY_RANGE, f"nothing lies in '{text}'", f'did you mean "{ends[2]}..{ends[1]}"?')
        return Test(ranges=(Range(low, high),))

    def key(self, value: Any) -> str:
        """Upper case, without spaces."""
        return "".join(str(value).upper().split())


@dataclass(frozen=True)
class Choice(Kind):
    """One of a few words."""

    words: tuple[str, ...]
    many: bool = False
    name: str = "one of a few words"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """One of the words."""
        word = text_of(raw, "one of " + ", ".join(self.words))
        if word.casefold() not in self.words:
            hint = did_you_mean(word.casefold(), self.words).removeprefix("; ")
            raise Refused(codes.WRONG_CHOICE, f"'{word}' is not one of {', '.join(self.words)}", hint)
        return Test(exact=frozenset((word.casefold(),)))

    def key(self, value: Any) -> str:
        """The word."""
        return str(value).casefold()

    def show(self, value: Any, currency: str) -> str:
        """The word, or the words in a row."""
        return ", ".join(value) or "(none)" if self.many else super().show(value, currency)


_LONG_DAYS = {"tues": "tue", "weds": "wed", "thur": "thu", "thurs": "thu"} | {
    day: day[:3] for day in ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
}
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


class WeekdayKind(Kind):
    """A day of the week, `mon` to `sun`, or a range such as `mon..fri`."""

    name = "weekday"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """A day, or each day of a range; a range may run over the end of the week."""
        text = text_of(raw, "a weekday").casefold()
        ends = _RANGE.fullmatch(text)
        if ends is None:
            return Test(exact=frozenset((self._day(text),)))
        first, last = _DAYS.index(self._day(ends[1])), _DAYS.index(self._day(ends[2]))
        return Test(exact=frozenset(_DAYS[day % 7] for day in range(first, last + 1 if first <= last else last + 8)))

    def _day(self, word: str) -> str:
        day = _LONG_DAYS.get(word, word)
        if day not in _DAYS:
            raise Refused(codes.WRONG_CHOICE, f"'{word}' is not one of {', '.join(_DAYS)}")
        return day

    def key(self, value: Any) -> str:
        """The day's three letters."""
        return str(value)


class CountryKind(Kind):
    """A country, ISO 3166 two letters."""

    name = "country"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """A country code."""
        code = text_of(raw, "a country code").upper()
        if code not in COUNTRIES:
            hint = "did you mean 'GB'?" if code == "UK" else "two letters, such as DE"
            raise Refused(codes.UNKNOWN_COUNTRY, f"'{raw}' is not a country code", hint)
        return Test(exact=frozenset((code,)))

    def key(self, value: Any) -> str:
        """The code in capitals."""
        return str(value).upper()


class CurrencyKind(Kind):
    """A currency, ISO 4217 three letters."""

    name = "currency"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """A currency code."""
        code = text_of(raw, "a currency code").upper()
        if not money.is_currency(code):
            raise Refused(codes.UNKNOWN_CURRENCY, f"'{raw}' is not a currency code", "three letters, such as EUR")
        return Test(exact=frozenset((code,)))

    def key(self, value: Any) -> str:
        """The code in capitals."""
        return str(value).upper()


class FlagKind(Kind):
    """true or false."""

    name = "true or false"

    def item(self, raw: Any, setup: Setup) -> Test:  # noqa: ARG002
        """True or false, without quotes."""
        if not isinstance(raw, bool):
            near = str(raw).casefold()
            hint = f"write {near} without quotes" if near in {"true", "false"} else ""
            raise Refused(codes.WRONG_TYPE, f"'{written(raw)}' is neither true nor false", hint)
        return Test(exact=frozenset((raw,)))

    def key(self, value: Any) -> bool:
        """The flag."""
        return bool(value)

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """`true` or `false`."""
        return written(bool(value))


@dataclass(frozen=True)
class NameKind(Kind):
    """A name that channels.toml configures; a pattern must match at least one."""

    name: str
    code: str
    names: Callable[[Known], Iterable[str]]

    def item(self, raw: Any, setup: Setup) -> Test:
        """A known name, or a pattern that matches one."""
        text = text_of(raw, f"the name of a {self.name}")
        known = {name.casefold(): name for name in self.names(setup.known)}
        key = text.casefold()
        if is_pattern(key):
            if not any(pattern(key).fullmatch(name) for name in known):
                raise Refused(self.code, f"no {self.name} matches '{text}'")
            return Test(patterns=(key,))
        if key not in known:
            hint = did_you_mean(text, known.values()).removeprefix("; ")
            raise Refused(self.code, f"unknown {self.name} '{text}'", hint)
        return Test(exact=frozenset((key,)))

    def key(self, value: Any) -> str:
        """The name in lower case."""
        return str(value).casefold()


def _channel_types(known: Known) -> Iterable[str]:
    return dict.fromkeys((*known.channels.values(), *CHANNELS))


Text = TextKind()
Tags = TagsKind()
SkuCode = SkuKind()
Postcode = PostcodeKind()
Weekday = WeekdayKind()
Country = CountryKind()
Currency = CurrencyKind()
Flag = FlagKind()
Channel = NameKind("channel", codes.UNKNOWN_CHANNEL, lambda known: known.channels)
ChannelType = NameKind("channel type", codes.UNKNOWN_CHANNEL, _channel_types)
LocationName = NameKind("location", codes.UNKNOWN_LOCATION, lambda known: known.locations)


def presence(*words: str) -> Choice:
    """What an order may have or lack; many at once."""
    return Choice(words, many=True, name="one of " + ", ".join(words))
