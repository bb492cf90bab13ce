"""A list of orders that can only be paged by offset, read so that none is skipped while orders change.

1. windows of the time of change follow one another, all of them over, so that no order enters one that is being read
2. an order that changes meanwhile leaves its window, and every row behind it moves up: the count tells, and the window
   is read again, cut in half, until the part fits
3. a window with very many orders is cut in half before it is paged, so that a pass that is cut off keeps something
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any

from orderctl.core import times
from orderctl.core.errors import RemoteError
from orderctl.wire import json_slices

if TYPE_CHECKING:
    from orderctl.wire.http import Answer

_DAY_S, _HOUR_S, _MINUTE_S = 86_400, 3_600, 60
_LONGEST_S = 30 * _DAY_S
_MOST = 2_000
_FEW = 200
_MOST_CUTS = 16


@dataclass(frozen=True, slots=True)
class Part:
    """One page of a list: each element's bytes and value, how many the whole list has, whether a page follows."""

    raw: Sequence[bytes]
    values: Sequence[Any]
    total: int
    has_next: bool


#: A page of the window from .. until (both belong to it, the second of `until` does not), from an offset.
Ask = Callable[[str, str, int], Part]


class _Moved(Exception):
    """The window has to be read again."""


def part_of(answer: Answer, name: str, target: str) -> Part:
    """The page in `answer`, whose elements stand in the list `name`. RemoteError when it is no such page."""
    value = answer.value
    rows = value.get(name) if isinstance(value, dict) else None
    total = value.get("total") if isinstance(value, dict) else None
    if rows is None and total == 0:
        rows = []
    if not isinstance(rows, list) or not isinstance(total, int) or isinstance(total, bool):
        message = f"answers without `{name}` and `total` where a list was asked for"
        raise RemoteError(message, where=target)
    raw = list(json_slices.elements(answer.content, [name]))
    return Part(raw, rows, total, bool(value.get("next")))


def walk(ask: Ask, start: str, end: str, target: str) -> Iterator[tuple[Part, str]]:
    """The pages of all windows between two moments, each with the end of its window if it is the window's last."""
    span, cuts = _DAY_S, 0
    while start < end:
        until = min(times.later(start, span), end)
        lasts = times.seconds_between(start, until)
        most = 0
        try:
            for part in _pages(partial(ask, start, until), can_be_cut=lasts > _HOUR_S):
                most = part.total
                yield part, "" if part.has_next else until
        except _Moved:
            cuts += 1
            if cuts > _MOST_CUTS:
                message = "its orders change faster than they can be read"
                raise RemoteError(message, where=target) from None
            span = max(_MINUTE_S, lasts // 2)
            continue
        start, cuts = until, 0
        span = min(_LONGEST_S, 2 * span) if most <= _FEW else span


def _pages(ask: Callable[[int], Part], *, can_be_cut: bool) -> Iterator[Part]:
    part = ask(0)
    total, seen = part.total, len(part.raw)
    if total > _MOST and can_be_cut:
        raise _Moved
    while part.has_next:
        if not part.raw or seen >= total:
            raise _Moved
        yield part
        part = ask(seen)
        seen += len(part.raw)
        if part.total != total:
            raise _Moved
    if seen != total:
        raise _Moved
    yield part
