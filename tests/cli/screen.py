"""What a person at a terminal sees."""

from __future__ import annotations

import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]


def on_a_terminal(program: str, environment: Mapping[str, str]) -> str:
    """Everything that `program` (Python text) writes to a terminal of its own."""
    main, side = pty.openpty()
    with subprocess.Popen(
        [sys.executable, "-c", program], stdin=side, stdout=side, stderr=side, env=dict(environment), cwd=ROOT
    ):
        os.close(side)
        return read_all(main)


def read_all(handle: int) -> str:
    """What comes from `handle` until the other side is closed."""
    pieces = []
    while piece := _next(handle):
        pieces.append(piece)
    os.close(handle)
    return b"".join(pieces).decode().replace("\r\n", "\n")


def _next(handle: int) -> bytes:
    try:
        return os.read(handle, 65536)
    except OSError:  # Linux says so when the last process that held the terminal has gone
        return b""
