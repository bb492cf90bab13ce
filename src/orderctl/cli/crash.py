"""A crash report: enough to find the bug, nothing that belongs to a customer.

It holds versions, the command's words without their values, and the frames of the traceback; no local variables, and
messages only with what could be data taken out. Readable by its owner alone.
"""

from __future__ import annotations

import os
import platform
import re
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from orderctl import __version__
from orderctl.core import secrets

_DATA = re.compile(r"'[^']*'|\"[^\"]*\"|\S*@\S*|\S*://\S*|\S{24,}|\d{3,}")
_COMMAND = re.compile(r"[a-z]+(-[a-z]+)*|--?[a-z][a-z-]*")


def write_report(error: BaseException, arguments: Sequence[str]) -> str:
    """Write the report of `error` to a new file and give its path; empty when no file can be made."""
    try:
        handle, path = tempfile.mkstemp(prefix="orderctl-crash-", suffix=".txt")
        with os.fdopen(handle, "w", encoding="utf-8", errors="backslashreplace") as file:
            file.write(report_text(error, arguments))
    except OSError:
        return ""
    return path


def report_text(error: BaseException, arguments: Sequence[str]) -> str:
    """The report itself."""
    parts = [
        f"orderctl {__version__}, Python {platform.python_version()}, {platform.system()} {platform.machine()}",
        f"command: orderctl {' '.join(map(_word, arguments))}",
        *_chain(error),
    ]
    return "\n".join(parts) + "\n"


def redacted(text: str) -> str:
    """`text` with everything that may be data replaced by an ellipsis: quoted, an address, a number, a long word."""
    return _DATA.sub("…", secrets.redacted(text))


def summary(error: BaseException) -> str:
    """One line that names `error`."""
    message = redacted(str(error).partition("\n")[0])
    return f"{type(error).__name__}: {message}" if message else type(error).__name__


def _chain(error: BaseException) -> list[str]:
    lines: list[str] = []
    seen: BaseException | None = error
    while seen is not None and len(lines) < 1000:
        frames = traceback.extract_tb(seen.__traceback__)
        lines += ["", summary(seen), *(f"  {_short(frame.filename)}:{frame.lineno} {frame.name}" for frame in frames)]
        seen = seen.__cause__ or (None if seen.__suppress_context__ else seen.__context__)
    return lines


def _short(path: str) -> str:
    """A file's path from the folder it is imported from, which says nothing about the machine."""
    for folder in sorted(sys.path, key=len, reverse=True):
        if folder and path.startswith(folder + os.sep):
            return path[len(folder) + 1 :]
    return Path(path).name


def _word(argument: str) -> str:
    """Commands and names of options as they are, everything else as an ellipsis."""
    name = argument.partition("=")[0]
    return name if _COMMAND.fullmatch(name) else "…"
