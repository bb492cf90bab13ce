"""How long a person waits for nothing: the installed command against an interpreter that only starts.

Runs are interleaved, so that a slow moment of the machine falls on both sides; medians are compared.
"""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks.measured import Number, cpu_s

ORDERCTL = str(Path(sys.executable).parent / "orderctl")
FLOOR = [sys.executable, "-c", "pass"]
#: What is asked -> (must, reach), in times the floor.
ASKED = {"--version": (2.0, 1.7), "--help": (6.5, 1.8)}


def run(*, smoke: bool) -> list[Number]:
    """The start-up of what needs no work."""
    rounds = 1 if smoke else 25
    floor: list[float] = []
    took: dict[str, list[float]] = {asked: [] for asked in ASKED}
    for _ in range(rounds):
        floor.append(cpu_s(FLOOR))
        for asked, times in took.items():
            times.append(cpu_s([ORDERCTL, asked]))
    return [
        Number(
            f"orderctl {asked}, times python -c pass",
            statistics.median(took[asked]) / statistics.median(floor),
            *limits,
        )
        for asked, limits in ASKED.items()
    ]
