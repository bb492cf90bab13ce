"""Which texts of a long stream come more than once: exactly, and in bounded memory.

1. each text leaves a mark at the place its hash says; one that finds a mark may have come before
2. those few are counted, in a second walk through the stream

Of a short stream every text is kept, and one walk will do.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping

#: Up to so many bytes every text is kept.
SHORT = 1 << 20
_MOST_MARKS = 1 << 24


def repeats(stream: Callable[[], Iterable[str]], size: int) -> Mapping[str, int]:
    """Text -> how often it comes, of those that come more than once. `stream` begins anew at every call.

    `size` is how many bytes the stream was read from, or more.
    """
    again = None if size <= SHORT else _met_again(stream(), min(size, _MOST_MARKS))
    counts = Counter(stream() if again is None else (text for text in stream() if text in again))
    return {text: times for text, times in counts.items() if times > 1}


def _met_again(stream: Iterable[str], places: int) -> set[str]:
    """Every text that comes twice, and some that do not."""
    marks = bytearray(places)
    again = set()
    for text in stream:
        place = hash(text) % places
        if marks[place]:
            again.add(text)
        else:
            marks[place] = 1
    return again
