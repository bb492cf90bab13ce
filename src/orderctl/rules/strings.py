"""Every kind of string that some tests can tell apart, each by one example.

1. all patterns and postcode ranges run side by side as one automaton; its alphabet is each character that one of them
   names, one character for all the others, and for ranges one in each gap between two that they name
2. breadth first over its states; strings that lead to one state are alike to every test, so one of them is kept
3. a string found this way may be one that a test names exactly; that name then joins the automaton, until none is
The examples are complete: whatever string there may be, one of them gives the same answer to every test.
"""

from __future__ import annotations

import itertools
import string
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

from orderctl.rules.values import Range, Test

#: How many states of the automaton are looked at before giving up.
MOST_STATES = 6_000
_ZIP = 5
_PLUS_4 = 4
_HYPHEN = 100
_TRIED_FIRST = "zqxjkvwyubfghlmnoprstacdei" + string.ascii_uppercase[::-1] + string.digits + "-_."
_FURTHEST = 0xD7FF

Signature = Callable[[str], int]
Span = tuple[int, int]  # the bounds of one length that begin with what was read: [first, last)
State = tuple[int, int, tuple[Span, ...], int]  # pattern positions, settled tests, spans, reading of a ZIP+4


class TooMany(Exception):
    """There are more combinations than are looked at; what was asked stays undecided."""


class Alphabet(NamedTuple):
    """Which characters the strings may have, and whether there may be none of them."""

    has: Callable[[str], bool]
    empty: bool = False


def examples(tests: Sequence[Test], signature: Signature, alphabet: Alphabet) -> list[str]:
    """Strings for which `signature`, the tests that hold as bits, takes every value that it takes for any string.

    TooMany when the patterns have too many combinations.
    """
    exact = {key for test in tests for key in test.exact if isinstance(key, str)}
    names: set[str] = set()
    while True:
        found = {signature(key): key for key in sorted(exact, reverse=True)}
        taken = set()
        for text in _Automaton(tests, sorted(names), alphabet).strings():
            if text not in exact:
                found.setdefault(signature(text), text)
            elif text not in names:
                taken.add(text)
        if not taken:
            return list(found.values())
        names |= taken


class _Automaton:
    def __init__(self, tests: Sequence[Test], names: Sequence[str], alphabet: Alphabet) -> None:
        self.alphabet = alphabet
        self.patterns = _Patterns(tests, names)
        self.bounds = _bounds(tests)
        ranges = [bound for bounds in self.bounds for bound in bounds]
        self.seen: set[tuple[State, int]] = set()
        self.letters = _letters({*"".join(ranges), *self.patterns.tokens}, alphabet, gaps=bool(ranges))
        self.few = [letter for letter in self.letters if letter in {"0", "-"}]
        self.few += [letter for letter in self.letters if letter not in {*string.digits, "-"}][:1]

    def strings(self) -> Iterator[str]:
        """One string, a shortest, for each state."""
        # alone, a ZIP+4 lies in the same ranges as its ZIP code
        lengths = [len(bounds[0]) for bounds in self.bounds]
        zips = _ZIP in lengths and (len(lengths) > 1 or self.patterns.next_bit > 0)
        start: State = (*self.patterns.settle(self.patterns.start, 0), self._spans(), 0 if zips else -1)
        row = [("", start)]
        while row:
            yield from (text for text, _ in row if text or self.alphabet.empty)
            row = list(self._next(row))

    def _next(self, row: Sequence[tuple[str, State]]) -> Iterator[tuple[str, State]]:
        for text, state in row:
            for letter in self._worth(state, len(text)):
                after = self._step(state, len(text), letter)
                # beyond the longest bound no length matters any more
                key = (after, min(len(text) + 1, self._longest() + 1))
                if key not in self.seen:
                    if len(self.seen) >= MOST_STATES:
                        raise TooMany
                    self.seen.add(key)
                    yield text + letter, after

    def _worth(self, state: State, at: int) -> Sequence[str]:
        """The letters to go on with; a few where nothing depends on which one it is."""
        pending = state[0] & self.patterns.named or any(
            first < last and at < len(bounds[0]) for bounds, (first, last) in zip(self.bounds, state[2], strict=True)
        )
        return self.letters if pending else self.few

    def _longest(self) -> int:
        return max((len(bounds[0]) for bounds in self.bounds), default=-1)

    def _spans(self) -> tuple[Span, ...]:
        return tuple((0, len(bounds)) for bounds in self.bounds)

    def _step(self, state: State, at: int, letter: str) -> State:
        positions, settled, spans, tail = state
        positions, settled = self.patterns.step(positions, settled, letter)
        if spans:
            tail = _tail(tail, at, letter)
            spans = tuple(
                _narrowed(bounds, span, at, letter, is_kept=len(bounds[0]) == _ZIP and tail > 0)
                for bounds, span in zip(self.bounds, spans, strict=True)
            )
        return positions, settled, spans, tail


def _tail(tail: int, at: int, letter: str) -> int:
    """How far a ZIP+4 is read: digits so far, one more after the hyphen that may stand after five; -1 = it is none."""
    if tail < 0:
        return -1
    if letter in string.digits:
        return tail + 1 if at < _ZIP + _PLUS_4 + (tail > _HYPHEN) else -1
    return _HYPHEN + tail if letter == "-" and at == tail == _ZIP else -1


def _narrowed(bounds: Sequence[str], span: Span, at: int, letter: str, *, is_kept: bool) -> Span:
    """The bounds that still begin with what was read; (-1, -1) when it has become too long."""
    length = len(bounds[0])
    if at >= length:
        return span if is_kept else (-1, -1)
    letters = [bound[at] for bound in bounds[span[0] : span[1]]]
    return span[0] + bisect_left(letters, letter), span[0] + bisect_right(letters, letter)


def _bounds(tests: Sequence[Test]) -> list[list[str]]:
    """The ends of all ranges by their length, sorted; each also stands for the gap before it."""
    ends: dict[int, set[str]] = {}
    for test in tests:
        for interval in test.ranges:
            for end in _ends(interval):
                ends.setdefault(len(end), set()).add(end)
    return [sorted(found) for _, found in sorted(ends.items())]


def _ends(interval: Range) -> Iterator[str]:
    for end in (interval.low, interval.high):
        if isinstance(end, str):
            yield end


def _letters(named: set[str], alphabet: Alphabet, *, gaps: bool) -> list[str]:
    """The characters that are worth reading, with one for all that nobody names."""
    found = {letter for letter in named if alphabet.has(letter)}
    if not gaps:
        other = next(letter for letter in _characters() if letter not in named and alphabet.has(letter))
        return [other, *sorted(found)]
    found |= {*string.digits, "-"}
    marks = sorted(ord(letter) for letter in found)
    for low, high in zip([31, *marks], [*marks, _FURTHEST], strict=True):
        found.update(itertools.islice(filter(alphabet.has, _between(low, high)), 1))
    return sorted(found, key=lambda letter: (not letter.isalnum(), letter))


def _between(low: int, high: int) -> Iterator[str]:
    """The characters with codes between the two, letters and digits first."""
    yield from (letter for letter in _TRIED_FIRST if low < ord(letter) < high)
    yield from map(chr, range(low + 1, high))


def _characters() -> Iterator[str]:
    yield from _TRIED_FIRST
    yield from map(chr, range(0x4E00, 0x9FFF))


class _Patterns:
    """Patterns as sets of positions: bit i is set when the first i signs of a pattern are read.

    A test is settled once a pattern of it holds whatever follows; its other patterns are then no longer followed.
    """

    def __init__(self, tests: Sequence[Test], names: Sequence[str]) -> None:
        self.tokens: dict[str, int] = {}
        self.any = self.loops = self.start = self.final = self.named = 0
        self.spans: list[tuple[int, int, int]] = []  # the bits of a pattern, its last bit, its tests as bits
        self.next_bit = 0
        owners: dict[str, int] = {}
        for index, test in enumerate(tests):
            for text in test.patterns:
                owners[text] = owners.get(text, 0) | 1 << index
        for text, tests_of in owners.items():
            self._add(text, tests_of)
        for text in names:
            self._add(text, 1 << len(tests))

    def _add(self, text: str, tests: int) -> None:
        first = at = self.next_bit
        for sign in text:
            if sign == "*":
                self.loops |= 1 << at
                continue
            if sign == "?":
                self.any |= 1 << at
            else:
                self.tokens[sign] = self.tokens.get(sign, 0) | 1 << at
                self.named |= 1 << at
            at += 1
        self.start |= 1 << first
        if self.loops >> at & 1:
            self.final |= 1 << at
        self.next_bit = at + 1
        self.spans.append(((1 << self.next_bit) - (1 << first), 1 << at, tests))

    def step(self, positions: int, settled: int, letter: str) -> tuple[int, int]:
        """The positions after one more character."""
        moved = (positions & (self.tokens.get(letter, 0) | self.any)) << 1
        return self.settle(moved | (positions & self.loops), settled)

    def settle(self, positions: int, settled: int) -> tuple[int, int]:
        """The same without the patterns that no longer matter."""
        if not positions & self.final:
            return positions, settled
        for _, last, tests in self.spans:
            if positions & last & self.final:
                settled |= tests
        for bits, _, tests in self.spans:
            if not tests & ~settled:
                positions &= ~bits
        return positions, settled
