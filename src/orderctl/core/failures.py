"""Which failures of a pass a person is told of: when one starts, once a day while it lasts, and when it has ended.

1. a failure that comes again in the same words is told again only when a day has gone by since it was told last
2. other words about the same subject are told at once; the earlier ones are remembered for as long as it fails
3. a subject that failed and, in a pass that ran the same step, no longer does has recovered
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from orderctl.core.times import seconds_between

AGAIN_AFTER_S = 24 * 3600
_FLEETING = re.compile(r" \[request [^\]]*\]|\b[\d,]+ s\b")


@dataclass(frozen=True, slots=True)
class Failure:
    """Something that could not be completed: in which step, with which channel or location, and why."""

    step: str
    code: str
    subject: str
    message: str


@dataclass(frozen=True, slots=True)
class Told:
    """A failure that a person was told of: at which moment last, and since when its subject fails."""

    failure: Failure
    told_at: str
    since: str


@dataclass(frozen=True, slots=True)
class Recovered:
    """A subject that a person was told of, and that no longer fails in `step`."""

    step: str
    subject: str
    since: str


@dataclass(frozen=True, slots=True)
class Telling:
    """What to tell now: the failures, what has recovered; and what to remember of it for the next pass."""

    failures: tuple[Failure, ...]
    recovered: tuple[Recovered, ...]
    memory: tuple[Told, ...]


def to_tell(failures: Sequence[Failure], memory: Sequence[Told], ran: Collection[str], now: str) -> Telling:
    """What to tell of `failures` at the moment `now`, after a pass of the steps `ran`, given what was told before."""
    known = {_gist(told.failure): told for told in memory}
    since: dict[tuple[str, str], str] = {}
    for told in memory:
        about = _about(told.failure)
        since[about] = min(told.since, since.get(about, told.since))
    failing = {_about(failure) for failure in failures}
    news, kept = [], []
    for gist, failure in {_gist(failure): failure for failure in failures}.items():
        before = known.pop(gist, None)
        is_news = before is None or _old(before, now)
        if is_news:
            news.append(failure)
        told_at = now if before is None or is_news else before.told_at
        kept.append(Told(failure, told_at, since.get(_about(failure), now)))
    kept += [
        told
        for told in known.values()
        if told.failure.step not in ran or (_about(told.failure) in failing and not _old(told, now))
    ]
    recovered = tuple(
        Recovered(*about, start) for about, start in since.items() if about[0] in ran and about not in failing
    )
    return Telling(tuple(news), recovered, tuple(kept))


def _gist(failure: Failure) -> tuple[str, str, str, str]:
    """What makes two failures the same. The number of a request and how long to wait are others each time."""
    return failure.step, failure.code, failure.subject, _FLEETING.sub("", failure.message)


def _about(failure: Failure) -> tuple[str, str]:
    return failure.step, failure.subject


def _old(told: Told, now: str) -> bool:
    return seconds_between(told.told_at, now) >= AGAIN_AFTER_S
