"""The values of one field as far as a rules file tells them apart: finitely many classes, each with examples.

Two values are of one class when every test of the file on that field gives the same answer for both. Numbers fall into
classes by the ends of intervals, texts by patterns and exact values (`rules.strings`); a channel, a location and a word
of a choice is a class of its own. A field that may be missing has one class more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any

from orderctl.core.countries import COUNTRIES
from orderctl.rules import strings
from orderctl.rules.kinds import Choice, CountryKind, FlagKind, PostcodeKind, SkuKind, TagsKind, TextKind, WeekdayKind
from orderctl.rules.lookup import lookup
from orderctl.rules.numbers import ClockKind, CountKind, DateKind, NumberKind, WeightKind
from orderctl.rules.values import Kind, Test

#: The values that make an example look like any order, tried before others.
USUAL_COUNTRIES = ("US", "CA", "GB", "DE", "FR", "AU", "JP", "NL")
_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
_LAST_MINUTE = 24 * 60 - 1
_DATES = range(dt.date(2000, 1, 1).toordinal(), dt.date(2200, 1, 1).toordinal())
_PLAIN_NUMBERS = (1, 2000, 500, 0)


@dataclass(slots=True)
class Dimension:
    """One axis of a space. `examples` are the values of each class, the plainest first; None = missing.

    `about` is the field, with `part` where a field has several axes: a tag, a word of `has`, a currency.
    """

    index: int
    about: str
    part: str
    kind: Kind
    examples: tuple[tuple[Any, ...], ...]
    tests: tuple[Test, ...] = ()
    masks: dict[Test, int] = field(default_factory=dict)
    classes: dict[int, int] = field(default_factory=dict)
    signature: strings.Signature | None = None

    @property
    def full(self) -> int:
        """The mask of all values."""
        return (1 << len(self.examples)) - 1

    @property
    def missing(self) -> int:
        """The mask of the missing value, 0 when it cannot be missing."""
        return 1 << len(self.examples) - 1 if self.examples[-1] == (None,) else 0

    @property
    def present(self) -> int:
        """The mask of all values but the missing one."""
        return self.full & ~self.missing

    def where(self, test: Test) -> int:
        """The values for which `test`, one of the file's tests on this field, holds."""
        mask = self.masks.get(test)
        if mask is None:
            mask = 0
            for value, examples in enumerate(self.examples):
                if examples[0] is not None and test.has(self.kind.key(examples[0])):
                    mask |= 1 << value
            self.masks[test] = mask
        return mask

    def at(self, value: Any) -> int:
        """The mask of the class that a field's value belongs to, 0 for one that was not thought of."""
        if value is None:
            return self.missing
        if not self.tests and len(self.examples) - bool(self.missing) == 1:
            return self.present
        if not self.tests:
            key = self.kind.key(value)
            same = (at for at, examples in enumerate(self.examples) if examples[0] is not None)
            return next((1 << at for at in same if self.kind.key(self.examples[at][0]) == key), 0)
        if self.signature is None:
            self.signature = signatures(self.kind, self.tests)
            for at, examples in enumerate(self.examples):
                if examples[0] is not None:
                    self.classes[self.signature(examples[0])] = 1 << at
        return self.classes.get(self.signature(value), 0)


def of_words(words: Iterable[Any]) -> list[tuple[Any, ...]]:
    """A class for each value."""
    return [(word,) for word in words]


def values_of(kind: Kind, tests: Sequence[Test]) -> list[tuple[Any, ...]]:
    """The classes that `tests` make of a field's values. TooMany when patterns have too many combinations."""
    if isinstance(kind, FlagKind):
        return of_words((False, True))
    if isinstance(kind, Choice):
        return of_words(kind.words)
    if isinstance(kind, WeekdayKind):
        return of_words(_DAYS)
    signature = signatures(kind, tests)
    if isinstance(kind, NumberKind):
        values: Iterable[Any] = _numbers(kind, tests)
    elif isinstance(kind, CountryKind):
        values = (*USUAL_COUNTRIES, *sorted(COUNTRIES), "ZZ")
    else:
        values = (*_exact(tests), *strings.examples(tests, signature, _alphabet(kind)))
    found: dict[int, dict[Any, None]] = {}
    for value in values:
        found.setdefault(signature(value), {})[value] = None
    return [tuple(examples) for examples in found.values()]


def tags_of(kind: Kind, tests: Sequence[Test]) -> list[tuple[str, ...]]:
    """The classes of single texts of a field that holds several, without the class that no test asks for."""
    signature = signatures(kind, tests)
    values = dict.fromkeys((*_exact(tests), *strings.examples(tests, signature, _alphabet(kind))))
    found: dict[int, list[str]] = {}
    for value in values:
        found.setdefault(signature(value), []).append(value)
    found.pop(0, None)
    return [tuple(examples) for examples in found.values()]


def signatures(kind: Kind, tests: Sequence[Test]) -> strings.Signature:
    """A function from one value to the bits of the tests that hold for it."""
    marked = [(1 << index, test) for index, test in enumerate(tests)]
    found = lookup(kind, marked, 0, 0)
    if kind.many:
        return lambda value: found((value,))
    return found


def _exact(tests: Sequence[Test]) -> list[str]:
    return sorted({key for test in tests for key in test.exact if isinstance(key, str)})


def _alphabet(kind: Kind) -> strings.Alphabet:
    if isinstance(kind, PostcodeKind):
        return strings.Alphabet(lambda letter: letter.upper() == letter and not letter.isspace())
    if isinstance(kind, SkuKind) or not isinstance(kind, TextKind):
        return strings.Alphabet(str.isprintable)
    return strings.Alphabet(lambda letter: letter.casefold() == letter, empty=isinstance(kind, TagsKind))


def _numbers(kind: NumberKind, tests: Sequence[Test]) -> list[int]:
    """Numbers from every interval that no test divides, the plain ones first; dates of two centuries."""
    lowest: int | None = 0 if isinstance(kind, CountKind | WeightKind | ClockKind) else None
    highest: int | None = _LAST_MINUTE if isinstance(kind, ClockKind) else None
    if isinstance(kind, DateKind):
        lowest, highest = _DATES.start, _DATES.stop - 1
    starts = {int(key) + more for test in tests for key in test.exact for more in (0, 1)}
    for test in tests:
        starts |= {interval.low for interval in test.ranges if isinstance(interval.low, int)}
        starts |= {interval.high + 1 for interval in test.ranges if isinstance(interval.high, int)}
    found = [*_PLAIN_NUMBERS, _DATES.start]
    for start in sorted(starts):
        found += [start, start - 1]
    return [
        number for number in found if (lowest is None or number >= lowest) and (highest is None or number <= highest)
    ]
