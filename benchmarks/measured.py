"""Numbers with the floor they stand on and the limit they must keep; and the ways to measure them.

Everything is CPU time, not time on the wall. What is compared runs in turn within one process or as children of it, so
that a slow moment of the machine falls on both sides; medians are compared.
"""

from __future__ import annotations

import gc
import math
import os
import statistics
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Number:
    """What was measured, in units of its floor; smaller is better. `must` is the limit, `reach` the goal.

    `said` are the absolute numbers behind it. What could not be measured is NaN, and `said` tells why.
    """

    name: str
    value: float
    must: float
    reach: float
    said: str = ""

    @property
    def kept(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.must

    @property
    def far_off(self) -> bool:
        """Whether it misses its limit by an order of magnitude, which no slow machine explains."""
        return self.value > 10 * self.must


@dataclass(frozen=True, slots=True)
class Child:
    """What a process took: CPU seconds, and the most memory it ever held, in megabytes (10^6 bytes)."""

    cpu_s: float
    peak_mb: float


def report(numbers: Sequence[Number]) -> str:
    """A table of `numbers` for people and for reviews."""
    width = max(len(number.name) for number in numbers)
    head = f"{'':<{width}}  {'value':>8}  {'must':>8}  {'reach':>8}"
    rows = (
        f"{one.name:<{width}}  {_short(one.value):>8}  {_short(one.must):>8}  {_short(one.reach):>8}"
        f"  {_verdict(one):<8}  {one.said}".rstrip()
        for one in numbers
    )
    return "\n".join([head, *rows])


def _verdict(one: Number) -> str:
    return "FAILED" if math.isnan(one.value) else "ok" if one.kept else "TOO MUCH"


def _short(value: float) -> str:
    if math.isnan(value):
        return "-"
    return f"{value:.0f}" if value >= 100 else f"{value:.2f}" if value >= 0.1 else f"{value:.4f}"


def run(command: Sequence[str], folder: Path | None = None, heard: Path | None = None) -> Child:
    """One run of `command` in `folder`, with all its children. It has to end well, or CalledProcessError is raised.

    What it says goes to `heard`, else nowhere.
    """
    with (
        Path(heard or os.devnull).open("wb") as said,
        subprocess.Popen(command, cwd=folder, stdout=said, stderr=said) as process,
    ):
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, command)
    return Child(usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1_000_000)


def in_turn(rounds: int, *works: Callable[[], object]) -> list[float]:
    """Median CPU seconds of each of `works`, run one after the other, `rounds` times over."""
    took: list[list[float]] = [[] for _ in works]
    for _ in range(rounds):
        for times, work in zip(took, works, strict=True):
            before = time.process_time()
            work()
            times.append(time.process_time() - before)
    return [statistics.median(times) for times in took]


@contextmanager
def collecting_as_a_pass_does() -> Iterator[None]:
    """Look for garbage as seldom as a pass does, and not in the orders: a pass has read them a batch at a time."""
    before = gc.get_threshold()
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
