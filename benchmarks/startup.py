"""How long a person waits for nothing: the installed command against an interpreter that only starts."""

from __future__ import annotations

import statistics
import sys
from pathlib import Path

from benchmarks import generate
from benchmarks.measured import Number, run

ORDERCTL = str(Path(sys.executable).parent / "orderctl")
FLOOR = (sys.executable, "-c", "pass")
#: What is asked -> (must, reach), in times the floor.
ASKED = {
    ("--version",): (2.0, 1.7),
    ("--help",): (6.5, 1.8),
    ("rules", "check"): (18.0, 8.0),
}


def measure(folder: Path, rounds: int) -> list[Number]:
    """The start-up of what needs no work, and of checking 20 rules."""
    generate.write_shop(folder, 0, rules=20)
    floor: list[float] = []
    took: dict[tuple[str, ...], list[float]] = {asked: [] for asked in ASKED}
    for _ in range(rounds * 5):
        floor.append(run(FLOOR, folder).cpu_s)
        for asked, times in took.items():
            times.append(run((ORDERCTL, *asked), folder).cpu_s)
    least = statistics.median(floor)
    return [
        Number(
            f"orderctl {' '.join(asked)}, times python -c pass",
            statistics.median(took[asked]) / least,
            *limits,
            said=f"{statistics.median(took[asked]) * 1000:.1f} ms, floor {least * 1000:.1f} ms",
        )
        for asked, limits in ASKED.items()
    ]
