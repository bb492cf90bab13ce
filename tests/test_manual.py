"""The manual page is one that `man` can show."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from docs.pages.commands import every_command

PAGE = Path(__file__).parent.parent / "docs" / "orderctl.1"


@pytest.mark.skipif(shutil.which("groff") is None, reason="needs groff")
def test_troff_finds_nothing_wrong_with_it_and_shows_every_command():
    done = subprocess.run(
        ["groff", "-man", "-ww", "-Tutf8", "-P-cbou", str(PAGE)],  # noqa: S607
        capture_output=True,
        text=True,
        check=True,
    )

    lines = {line.strip() for line in done.stdout.splitlines()}
    assert [] == [line for line in done.stderr.splitlines() if "cannot" not in line]  # a long option is no fault
    assert [] == [path for path, _ in every_command() if path not in lines]
