"""Numbers with the floor they stand on and the limit they must keep."""

from __future__ import annotations

import resource
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Number:
    """A ratio: what was measured in units of its floor. `must` is the limit, `reach` the goal."""

    name: str
    value: float
    must: float
    reach: float

    @property
    def kept(self) -> bool:
        """Whether it is within its limit."""
        return self.value <= self.must


def report(numbers: Sequence[Number]) -> str:
    """A table of `numbers` for people and for reviews."""
    width = max(len(number.name) for number in numbers)
    head = f"{'':<{width}}  {'ratio':>6}  {'must':>6}  {'reach':>6}"
    rows = (
        f"{one.name:<{width}}  {one.value:6.2f}  {one.must:6.2f}  {one.reach:6.2f}  {'ok' if one.kept else 'TOO MUCH'}"
        for one in numbers
    )
    return "\n".join([head, *rows])


def cpu_s(command: Sequence[str]) -> float:
    """Seconds of CPU that one run of `command` takes, with all its children."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
