"""Debian's Chromium without a window: a page as it is after its scripts, as a picture, and as it is printed."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

PROGRAM = shutil.which("chromium")
PATIENCE_S = 120
needed = pytest.mark.skipif(PROGRAM is None, reason="needs Chromium: apt-get install chromium")


def dom(url: str, profile: Path) -> str:
    """The page at `url` as its browser has it in the end. A complaint of the page, or about it, is a failure."""
    done = _run(profile, "--enable-logging=stderr", "--dump-dom", url)
    assert [] == [line for line in done.stderr.splitlines() if ":CONSOLE" in line]
    return done.stdout


def picture(url: str, profile: Path, file: Path, width: int = 1400) -> Path:
    """What a window of `width` shows of the page at `url`."""
    _run(profile, "--hide-scrollbars", f"--window-size={width},1000", f"--screenshot={file}", url)
    return file


def printed(url: str, profile: Path, file: Path) -> Path:
    """The page at `url` as it goes to a printer."""
    _run(profile, "--no-pdf-header-footer", f"--print-to-pdf={file}", url)
    return file


def _run(profile: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    assert PROGRAM is not None
    usual = ("--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", f"--user-data-dir={profile}")
    return subprocess.run([PROGRAM, *usual, *arguments], capture_output=True, text=True, timeout=PATIENCE_S, check=True)
