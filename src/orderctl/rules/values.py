"""What a person wrote on the right of `field =`, as a checked test.

1. a list means one of its entries, `@name` the entries of a list; both may mix, lists never nest
2. each entry is read by the field's kind: equal, a pattern with * and ?, a comparison, or a range with its ends
3. the entries together are one `Test`: a set of keys, patterns and intervals

A test compares keys: what `Kind.key` makes of a field's value, such as text in lower case or money in minor units.
Patterns match in time linear in the text for each `*`, whatever they are.
"""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from orderctl.core.text import did_you_mean
from orderctl.rules import codes
from orderctl.rules.known import Refused, Setup

Key = str | int | bool
_ZIP_PLUS_4 = re.compile(r"\d{5}-?\d{4}", re.ASCII)


@dataclass(frozen=True, slots=True)
class Range:
    """An interval of keys, its ends included; None = without end.

    Text ends are postcodes and compare only with one as long as they are; a ZIP+4 counts as its ZIP code there.
    """

    low: int | str | None = None
    high: int | str | None = None

    def has(self, key: Key) -> bool:
        """Whether `key` lies in it."""
        low, high = self.low, self.high
        if isinstance(key, str):
            if not isinstance(low, str) or not isinstance(high, str):
                return False
            code = zip5(key, len(low))
            return len(code) == len(low) and low <= code <= high
        return (not isinstance(low, int) or low <= key) and (not isinstance(high, int) or key <= high)


def zip5(key: str, length: int) -> str:
    """The postcode that ends of `length` characters compare: a ZIP+4 is its ZIP code to ends of five."""
    return key[:5] if length == 5 and _ZIP_PLUS_4.fullmatch(key) else key


@dataclass(frozen=True, slots=True)
class Test:
    """True of a key that is one of `exact`, matches one of `patterns` or lies in one of `ranges`.

    `currency` is what money in it is in; empty for every other kind.
    """

    __test__: ClassVar[bool] = False  # not a test case, whatever its name makes a test runner think

    exact: frozenset[Key] = frozenset()
    patterns: tuple[str, ...] = ()
    ranges: tuple[Range, ...] = ()
    currency: str = ""

    def has(self, key: Key) -> bool:
        """Whether the test holds for `key`."""
        if key in self.exact:
            return True
        if self.patterns and isinstance(key, str) and any(pattern(text).fullmatch(key) for text in self.patterns):
            return True
        return any(interval.has(key) for interval in self.ranges)


class Kind:
    """What the values of a field are: how a person writes them, and how they are compared.

    `many` fields hold several values at once and match when any does.
    """

    name: str
    many: bool = False

    def item(self, raw: Any, setup: Setup) -> Test:
        """One written value as a test. Refused when it cannot be one."""
        raise NotImplementedError

    def key(self, value: Any) -> Key:
        """A field's value as the key that tests of this kind compare."""
        raise NotImplementedError

    def show(self, value: Any, currency: str) -> str:  # noqa: ARG002
        """A field's value as a person reads it; `currency` is the order's."""
        return str(value)


@functools.lru_cache(maxsize=4096)
def pattern(text: str) -> re.Pattern[str]:
    """The matcher for a pattern: `*` is any run of characters, `?` one character, the rest itself.

    Each run is taken once and never given back, which cannot miss a match and cannot run away.
    """
    head, *rest = (_literal(part) for part in re.split(r"\*+", text))
    if not rest:
        return re.compile(head, re.DOTALL)
    *middle, tail = rest
    return re.compile(head + "".join(f"(?>.*?{part})" for part in middle if part) + ".*" + tail, re.DOTALL)


def _literal(part: str) -> str:
    return "".join("." if character == "?" else re.escape(character) for character in part)


def is_pattern(text: str) -> bool:
    """Whether `text` has a `*` or a `?`."""
    return "*" in text or "?" in text


def parse(kind: Kind, raw: Any, setup: Setup) -> Test:
    """The test for a field of `kind` that `raw`, a TOML value, states. Refused names the first thing wrong."""
    entries = [kind.item(entry, setup) for entry in _spread(raw, setup)]
    if not entries:
        raise Refused(codes.EMPTY, "the list is empty: nothing could ever match")
    currencies = {entry.currency for entry in entries}
    if len(currencies) > 1:
        raise Refused(codes.UNKNOWN_CURRENCY, f"amounts in {' and '.join(sorted(currencies))} in one condition")
    return Test(
        exact=frozenset().union(*(entry.exact for entry in entries)),
        patterns=_unique(entry.patterns for entry in entries),
        ranges=_unique(entry.ranges for entry in entries),
        currency=currencies.pop(),
    )


def _unique(groups: Iterator[tuple[Any, ...]] | Sequence[tuple[Any, ...]]) -> tuple[Any, ...]:
    return tuple(dict.fromkeys(entry for group in groups for entry in group))


def _spread(raw: Any, setup: Setup) -> Iterator[Any]:
    if not isinstance(raw, list):
        yield from _named(raw, setup)
        return
    for entry in raw:
        if isinstance(entry, list):
            raise Refused(codes.WRONG_TYPE, "a list inside a list")
        yield from _named(entry, setup)


def _named(raw: Any, setup: Setup) -> Iterator[Any]:
    if not isinstance(raw, str) or not raw.startswith("@"):
        yield raw
        return
    name = raw[1:]
    if name not in setup.lists:
        near = did_you_mean(name, setup.lists).removeprefix("; ")
        raise Refused(codes.UNKNOWN_LIST, f"unknown list '@{name}'", near or "name it under [lists]")
    yield from setup.lists[name]


def written(raw: Any) -> str:
    """A TOML value as the person wrote it, near enough to be recognized in a message."""
    if isinstance(raw, bool):
        return "true" if raw else "false"
    if isinstance(raw, list):
        return ", ".join(written(entry) for entry in raw)
    return str(raw)
