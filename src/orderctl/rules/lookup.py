"""From a field's value to the set of conditions that hold for it, as a bit mask, in time that hardly grows with them.

1. numbers: the ends of all intervals cut the line into pieces, each with its mask; bisection finds the piece
2. text: equal values by dict, `ABC*` and `*ABC` by dict of prefixes and suffixes, other patterns one by one
3. what a text gave is remembered, so that most values cost one dict look-up
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from orderctl.rules.numbers import NumberKind
from orderctl.rules.values import Kind, Range, Test, is_pattern, pattern, zip5

Lookup = Callable[[Any], int]
Marked = Sequence[tuple[int, Test]]  # the bits of a condition, and what it tests
#: How many values of one field are remembered before starting anew.
MOST_REMEMBERED = 20_000


def lookup(kind: Kind, tests: Marked, free: int, missing: int) -> Lookup:
    """A function from a value to `free` and the bits of every test that holds; `missing` is for None."""
    if isinstance(kind, NumberKind):
        return _of_numbers(tests, free, missing)
    return _of_texts(kind, tests, free, missing)


def _of_numbers(tests: Marked, free: int, missing: int) -> Lookup:
    spans: list[tuple[int, Any, Any]] = []
    for bits, test in tests:
        spans += [(bits, key, int(key) + 1) for key in test.exact]
        spans += [
            (bits, interval.low, None if interval.high is None else int(interval.high) + 1) for interval in test.ranges
        ]
    cuts, masks = _pieces(spans, free)

    def found(value: int | None) -> int:
        return missing if value is None else masks[bisect_right(cuts, value)]

    return found


def _pieces(spans: Iterable[tuple[int, Any, Any]], free: int) -> tuple[list[Any], list[int]]:
    """The cuts between pieces, and the mask of each piece: `free` and the bits of the spans [start, end) over it."""
    spans = list(spans)
    cuts = sorted({end for _, low, high in spans for end in (low, high) if end is not None})
    masks = []
    for piece in range(len(cuts) + 1):
        mask = free
        for bits, low, high in spans:
            starts = low is None or (piece > 0 and low <= cuts[piece - 1])
            if starts and (high is None or (piece < len(cuts) and cuts[piece] <= high)):
                mask |= bits
        masks.append(mask)
    return cuts, masks


def _of_texts(kind: Kind, tests: Marked, free: int, missing: int) -> Lookup:
    one = _one_text(tests, free)
    seen: dict[Any, int] = {None: missing}

    def found(value: Any) -> int:
        mask = seen.get(value)
        if mask is None:
            if kind.many:
                mask = free
                for part in value:
                    mask |= one(kind.key(part))
            else:
                mask = one(kind.key(value))
            if len(seen) >= MOST_REMEMBERED:
                seen.clear()
                seen[None] = missing
            seen[value] = mask
        return mask

    return found


def _one_text(tests: Marked, free: int) -> Lookup:
    """A function from one key to its mask."""
    exact: dict[Any, int] = {}
    for bits, test in tests:
        for key in test.exact:
            exact[key] = exact.get(key, 0) | bits
    patterns = _patterns([(bits, text) for bits, test in tests for text in test.patterns])
    spans = _text_spans([(bits, interval) for bits, test in tests for interval in test.ranges])

    def one(key: Any) -> int:
        mask = free | exact.get(key, 0)
        return mask | patterns(key) | spans(key) if isinstance(key, str) else mask

    return one


def _patterns(marked: Sequence[tuple[int, str]]) -> Callable[[str], int]:
    heads: dict[int, dict[str, int]] = {}
    tails: dict[int, dict[str, int]] = {}
    others: dict[str, int] = {}
    for bits, text in marked:
        part = text.strip("*")
        if text in {part + "*", "*" + part} and not is_pattern(part):
            known = (heads if text == part + "*" else tails).setdefault(len(part), {})
            known[part] = known.get(part, 0) | bits
        else:
            others[text] = others.get(text, 0) | bits
    matchers = [(pattern(text).fullmatch, bits) for text, bits in others.items()]

    def found(key: str) -> int:
        mask = 0
        for length, known in heads.items():
            mask |= known.get(key[:length], 0)
        for length, known in tails.items():
            mask |= known.get(key[len(key) - length :] if length <= len(key) else key, 0)
        for matches, bits in matchers:
            if matches(key):
                mask |= bits
        return mask

    return found


def _text_spans(marked: Sequence[tuple[int, Range]]) -> Callable[[str], int]:
    spans: dict[int, list[tuple[int, Any, Any]]] = {}
    for bits, interval in marked:
        low, high = str(interval.low), str(interval.high)
        spans.setdefault(len(low), []).append((bits, (low, 0), (high, 1)))
    pieces = {length: _pieces(found, 0) for length, found in spans.items()}

    def found(key: str) -> int:
        mask = 0
        for length, (cuts, masks) in pieces.items():
            code = zip5(key, length)
            if len(code) == length:
                mask |= masks[bisect_right(cuts, (code, 0))]
        return mask

    return found
