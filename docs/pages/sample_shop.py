"""The example shop after two passes, in a folder of its own, at a fixed moment: it answers what the pages ask it."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orderctl.cli import app
from orderctl.core import times
from orderctl.steps import context

EXAMPLES = Path(__file__).parents[2] / "examples"
AT = "2026-11-21T15:00:00Z"
LATER = "2026-11-21T16:00:00Z"
LOCATIONS = ("newark", "reno", "rotterdam", "lumen")


@dataclass(frozen=True, slots=True)
class SampleShop:
    """The copy in `folder`."""

    folder: Path

    def json(self, command: str, at: str = AT) -> Any:
        """What `orderctl COMMAND --format json` answers at the moment `at`."""
        words = [word.replace("{shop}", str(self.folder)) for word in command.split()]
        answer = io.StringIO()
        with clock_at(at), contextlib.redirect_stdout(answer), contextlib.redirect_stderr(io.StringIO()):
            app.command([*words, "-c", str(self.folder / "channels.toml"), "--format", "json"])
        return json.loads(answer.getvalue())

    def screen(self, command: str, width: int, at: str = AT) -> str:
        """What a person sees who types `command` in the folder, at a terminal of `width` columns with colors.

        The answer comes first, what is said beside it after that.
        """
        answer, beside = _Screen(), io.StringIO()
        with (
            clock_at(at),
            contextlib.chdir(self.folder),
            _environment(width),
            contextlib.redirect_stdout(answer),
            contextlib.redirect_stderr(beside),
        ):
            app.command(command.split()[1:])
        return answer.getvalue() + beside.getvalue()

    def answers_arrive(self) -> None:
        """The locations' answers, a payment and a new order."""
        for location in LOCATIONS:
            shutil.copytree(self.folder / "answers" / location, self.folder / "in" / location)
        shutil.copytree(self.folder / "answers" / "web", self.folder / "inbox" / "web", dirs_exist_ok=True)
        _dated(self.folder, AT)


class _Screen(io.StringIO):
    """A stream that says it is a terminal."""

    def isatty(self) -> bool:
        return True


@contextlib.contextmanager
def _environment(width: int) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update({"COLUMNS": str(width), "LINES": "50", "TERM": "xterm-256color", "LOGNAME": "ana"})
    for name in ("COLORTERM", "FORCE_COLOR", "NO_COLOR", "ORDERCTL_CONFIG", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        os.environ.pop(name, None)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


@contextlib.contextmanager
def opened() -> Iterator[SampleShop]:
    """A shop that is gone when the block ends."""
    with tempfile.TemporaryDirectory(prefix="orderctl-pages-") as name:
        folder = Path(name) / "shop"
        shutil.copytree(EXAMPLES, folder)
        _dated(folder, AT)
        yield SampleShop(folder)


def _dated(folder: Path, at: str) -> None:
    """Every file was last written at `at`: a stock feed counts for when it was written."""
    seconds = int(times.as_datetime(at).timestamp())
    for path in folder.rglob("*"):
        os.utime(path, (seconds, seconds))


@contextlib.contextmanager
def clock_at(at: str) -> Iterator[None]:
    """The program's one clock stands still at `at`."""
    clock = context.now
    setattr(context, "now", lambda: at)  # noqa: B010 - mypy rightly refuses the plain assignment
    try:
        yield
    finally:
        setattr(context, "now", clock)  # noqa: B010
