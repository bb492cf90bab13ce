"""`python -m benchmarks`: what orderctl costs, each number against a floor measured in the same run.

With `--smoke` every benchmark runs once, small, to show that it still works; its numbers then mean nothing.
A number beyond what it must keep ends in exit code 1, but not in a smoke run.
"""

from __future__ import annotations

import sys

from benchmarks import startup
from benchmarks.measured import Number, report


def main(arguments: list[str]) -> int:
    """Run everything, print a table, and say whether every number is kept."""
    smoke = "--smoke" in arguments
    numbers: list[Number] = []
    for benchmark in (startup,):
        numbers += benchmark.run(smoke=smoke)
    print(report(numbers))
    return int(not smoke and not all(number.kept for number in numbers))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
