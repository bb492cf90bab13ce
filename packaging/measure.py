"""What the binary costs at every start, against the same program out of an installation: `python packaging/measure.py`.

Each command is run in turns, and of each the run counts that took the processor least, in user and system time: what
else the machine does meanwhile is not in it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import sysconfig
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ROUNDS = 40
COMMANDS = (["--version"], ["rules", "check"], ["orders", "list"])


def main() -> None:
    """Print a row for each command: how often as long as `python -m orderctl` each form takes."""
    with tempfile.TemporaryDirectory() as folder:
        (archive,) = ROOT.glob("dist/orderctl-*-*-*.tar.gz")
        with tarfile.open(archive) as tar:
            tar.extractall(folder, filter="data")
        (unpacked,) = Path(folder).iterdir()
        forms = {
            "python -m orderctl": [sys.executable, "-m", "orderctl"],
            "installed command": [str(Path(sysconfig.get_path("scripts")) / "orderctl")],
            "folder": [str(unpacked / "orderctl")],
            "one file": [str(ROOT / "dist" / "orderctl")],
        }
        print("command", *forms, sep="\t")
        for words in COMMANDS:
            fastest = _fastest([[*form, *words] for form in forms.values()])
            print(" ".join(words), *(f"{one * 1000:.0f} ms, {one / fastest[0]:.2f}" for one in fastest), sep="\t")


def _fastest(commands: list[list[str]]) -> list[float]:
    taken: list[list[float]] = [[] for _ in commands]
    for _ in range(ROUNDS):
        for command, times in zip(commands, taken, strict=True):
            process = subprocess.Popen(
                command, cwd=ROOT / "examples", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
            )
            _, _, used = os.wait4(process.pid, 0)
            process.returncode = 0
            times.append(used.ru_utime + used.ru_stime)
    return [min(times) for times in taken]


if __name__ == "__main__":
    main()
