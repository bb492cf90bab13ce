"""How fast and how long a partner may be asked: buckets of tokens that are kept between runs, and an allowance of time.

1. a bucket holds at most `burst` tokens and gains `per_s` a second; a call takes its cost
2. a partner that says what is left is believed: `learn` replaces our own count
3. the state is plain text that whoever opened the adapter keeps, else every cron run would begin with a full bucket
   that the partner knows to be empty
"""

from __future__ import annotations

import contextlib
import json
import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass


@dataclass(slots=True)
class Deadline:
    """The moment on the process's own clock at which something has to be over."""

    at: float = 0.0

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """`seconds` from now."""
        return cls(time.monotonic() + seconds)

    def left(self) -> float:
        """Seconds until then, negative when it has passed."""
        return self.at - time.monotonic()


@dataclass(slots=True)
class Allowance:
    """How long one partner may keep us waiting in one pass, all its requests together, and when the pass is over."""

    seconds: float
    over: Deadline

    def left(self) -> float:
        """Seconds that it may still take."""
        return min(self.seconds, self.over.left())

    @contextlib.contextmanager
    def spending(self) -> Iterator[Deadline]:
        """What is done meanwhile is taken off it; the deadline is when nothing will be left."""
        begun = time.monotonic()
        try:
            yield Deadline.after(self.left())
        finally:
            self.seconds -= time.monotonic() - begun


@dataclass(slots=True)
class Bucket:
    """Tokens left at the moment `at` (seconds since 1970)."""

    per_s: float
    burst: float
    left: float
    at: float

    def wait_s(self, cost: float, now: float) -> float:
        """Seconds until `cost` tokens are there."""
        self._gain(now)
        missing = min(cost, self.burst) - self.left
        return 0.0 if missing <= 0 else missing / self.per_s

    def take(self, cost: float, now: float) -> None:
        """A call goes out; the bucket may go below nothing when its cost was only known afterwards."""
        self._gain(now)
        self.left -= cost

    def learn(self, left: float, now: float, *, burst: float = 0.0, per_s: float = 0.0) -> None:
        """The partner says that `left` tokens are left, and perhaps how many there can be and how fast they come."""
        self.burst = burst or self.burst
        self.per_s = per_s or self.per_s
        self.left, self.at = min(left, self.burst), now

    def _gain(self, now: float) -> None:
        passed = max(0.0, now - self.at)  # a clock that was set back must not take tokens away
        self.left = min(self.burst, self.left + passed * self.per_s)
        self.at = now


class Budgets:
    """The buckets of one channel or location. `saved` is what `to_text` gave at the end of the last run.

    `now_s` are seconds since 1970 at the moment of opening; from there the process's own clock counts.
    """

    def __init__(self, now_s: float, saved: str = "") -> None:
        self._buckets: dict[str, Bucket] = {}
        self._offset = now_s - time.monotonic()
        self._saved: Mapping[str, list[float]] = json.loads(saved) if saved else {}

    def now(self) -> float:
        """Seconds since 1970."""
        return self._offset + time.monotonic()

    def bucket(self, name: str, per_s: float, burst: float) -> Bucket:
        """The bucket called `name`; what was saved of it counts, cut to what it may hold by now."""
        if name not in self._buckets:
            left, at = self._saved.get(name, (burst, self.now()))
            self._buckets[name] = Bucket(per_s, burst, min(left, burst), min(at, self.now()))
        return self._buckets[name]

    def to_text(self) -> str:
        """What to keep until the next run; empty when nothing was asked."""
        kept = {name: [round(one.left, 3), round(one.at, 3)] for name, one in sorted(self._buckets.items())}
        return json.dumps({**self._saved, **kept}) if kept or self._saved else ""
