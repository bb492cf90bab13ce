"""How long a partner asks us to wait before the next request, in whichever header it says so.

1. `Retry-After` and `x-retry-after` count for everybody; an adapter names what its partner says beside them
2. a header holds seconds from now (`seconds`) or a moment (`moment`: seconds or milliseconds since 1970); a date may
   stand in both, and counts from the partner's own clock where its answer tells it
3. what is no time, what is over already and what lies absurdly far ahead is bounded: never less than nothing, never
   more than `LONGEST_S`; a moment that is over says nothing, so that nobody is asked again at once because of a clock
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from email.utils import parsedate_to_datetime
from typing import Literal, NamedTuple

from orderctl.core import times

LONGEST_S = 1e9
_MILLISECONDS = 1e11  # more than this since 1970 are no seconds


class WaitHeader(NamedTuple):
    """A header in which a partner says when to come again, and what its number means."""

    name: str
    meaning: Literal["seconds", "moment"] = "seconds"


#: What everybody may say.
RETRY_AFTER = (WaitHeader("retry-after"), WaitHeader("x-retry-after"))


def wait_s(headers: Mapping[str, str], waits: Sequence[WaitHeader], now_s: float) -> float | None:
    """Seconds to wait by the first of `waits` that says something; None where none does.

    `headers` by their names in lower case; `now_s` is our own clock, in seconds since 1970, for answers without a date.
    """
    stated = date_s(headers.get("date", ""))
    found = (_read(headers.get(one.name.lower(), ""), one, now_s if stated is None else stated) for one in waits)
    return next((wait for wait in found if wait is not None), None)


def date_s(text: str) -> float | None:
    """The moment that an HTTP date or an ISO 8601 text means, in seconds since 1970; None where it is none."""
    try:
        return parsedate_to_datetime(text).timestamp()
    except (ValueError, TypeError, OverflowError):
        pass
    try:
        return times.as_datetime(times.parse_moment(text)).timestamp()
    except ValueError:
        return None


def _read(text: str, header: WaitHeader, now_s: float) -> float | None:
    try:
        number = float(text)
    except ValueError:
        until = date_s(text.strip()) if text.strip() else None
        return None if until is None else _ahead(until - now_s)
    if math.isnan(number):
        return None
    if header.meaning == "moment":
        return _ahead((number / 1000 if number > _MILLISECONDS else number) - now_s)
    return min(max(0.0, number), LONGEST_S)


def _ahead(seconds: float) -> float | None:
    return min(seconds, LONGEST_S) if seconds > 0 else None
