"""A list of orders with few requests to spend, read so that none is skipped and none is paid for twice.

1. closed windows of the time of change follow one another; the position is up to when Amazon says it has looked
2. a page that is not its window's last moves another position: the window with the token of its next page, so that the
   next pass goes on there when the budget of requests has run out
3. a token lives a day; where Amazon does not take it any more, the window is read again from its begin, cut in half
4. a window of one page makes the next one twice as long: an empty year costs few requests
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass, replace

from orderctl.channels.amazon_api import Listed
from orderctl.core import times
from orderctl.core.errors import RemoteError, RemoteRefused

#: The streams: up to when all orders are stored, and the window that is only stored in part.
DONE, PART = "orders", "window"
_HOUR_S, _DAY_S = 3_600, 86_400
_FIRST_S, _LONGEST_S = 7 * _DAY_S, 60 * _DAY_S
_MOST_RESTARTS = 3
_BAD_REQUEST = 400


@dataclass(frozen=True, slots=True)
class Window:
    """Orders changed between two moments, from the page that `token` names on. `base` is the position it began at."""

    base: str
    after: str
    before: str
    token: str = ""

    @property
    def text(self) -> str:
        """As a position."""
        return json.dumps(asdict(self), separators=(",", ":"))


#: The page of a window that its token names.
Ask = Callable[[Window], Listed]


#: A page, the stream whose position it moves, and that position.
Read = tuple[Listed, str, str]


def walk(ask: Ask, positions: Mapping[str, str], start: str, end: str, target: str) -> Iterator[Read]:
    """The pages of all windows from `start` to `end`."""
    position = positions.get(DONE, "")
    window = _kept(positions.get(PART, ""), position)
    span, restarts = _FIRST_S, 0
    while window is not None or start < end:
        window = window or Window(position, start, min(times.later(start, span), end))
        try:
            page = ask(window)
        except RemoteRefused as error:
            if not window.token or error.status != _BAD_REQUEST:
                raise
            restarts += 1
            if restarts > _MOST_RESTARTS:
                raise RemoteError("does not take its own page tokens", where=target) from None
            span = max(_HOUR_S, times.seconds_between(window.after, window.before) // 2)
            start, window = window.after, None
            continue
        if page.token:
            if page.token == window.token:
                raise RemoteError("gives the same page again and again", where=target)
            window = replace(window, token=page.token)
            yield page, PART, window.text
            continue
        until = min(page.applied or window.before, window.before)
        position = max(position, until)
        yield page, DONE, position
        if until <= window.after:
            return
        span = span if window.token else min(2 * span, _LONGEST_S)
        start, window = until, None


def _kept(text: str, position: str) -> Window | None:
    """The window that an earlier pass has not read to its end; None when it has, or the text is not ours."""
    try:
        window = Window(**json.loads(text)) if text else None
    except (TypeError, ValueError):
        return None
    return window if window is not None and window.base == position and window.token else None
