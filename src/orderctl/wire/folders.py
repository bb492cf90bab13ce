"""Trying out folders: whether files can be put there and read there. Nothing is left behind."""

from __future__ import annotations

import contextlib
import os
import shutil
from pathlib import Path

from orderctl.core.adapters import Probe
from orderctl.core.errors import RemoteError
from orderctl.wire import inbox

_TRIAL = b"a trial of orderctl; it may be removed\n"
#: With less than this on its disk a folder is said to be nearly full.
LITTLE_ROOM = 100 * 1024 * 1024


def above(path: str, base: Path) -> Path:
    """The folder that files called `path` lie in, as far as it is the same for all: `out/{date}/x` -> `out`."""
    parts = Path(path).parent.parts
    fixed = next((index for index, part in enumerate(parts) if "{" in part), len(parts))
    return base / Path(*parts[:fixed])


def writable(folder: Path) -> list[Probe]:
    """Whether a hidden file can be written, renamed and removed in `folder`, and how much room is left on its disk."""
    if not folder.exists():
        nearest = next(one for one in folder.parents if one.exists())
        hint = f"mount it, or let it be made with the first file: mkdir -p {folder}"
        if not os.access(nearest, os.W_OK | os.X_OK):
            return [Probe("folder", "fail", f"{folder} is not there, and {nearest} cannot be written", hint)]
        return [Probe("folder", "warn", f"{folder} is not there", hint)]
    if problem := _written(folder):
        return [Probe("folder", "fail", f"{folder}: {problem}", f"let this user write there: ls -ld {folder}")]
    return [Probe("folder", "ok", f"{folder}: a hidden file was written, renamed and removed"), room(folder)]


def room(folder: Path) -> Probe:
    """How much room is left on the disk of `folder`."""
    free = shutil.disk_usage(folder).free
    found = f"{free // 1_000_000:,} MB are free"
    if free < LITTLE_ROOM:
        return Probe("room", "warn", found, f"make room on the disk of {folder}")
    return Probe("room", "ok", found)


def readable(pattern: str, base: Path) -> list[Probe]:
    """Whether the folder of `pattern` can be read, and how many files there would be."""
    folder = inbox.folder_of(pattern, base)
    try:
        files = inbox.incoming(pattern, base)
    except RemoteError as error:
        return [Probe("folder", "fail", error.said, error.next)]
    if not folder.exists():
        return [Probe("folder", "warn", f"{folder} is not there", f"make it before anything is put there: {folder}")]
    closed = [file.name for file in files if not os.access(file.path, os.R_OK)]
    if closed:
        found = f"{len(closed):,} of {len(files):,} files cannot be read, the first {closed[0]}"
        return [Probe("folder", "fail", found, "let this user read them")]
    newest = f", the newest of {max(file.moment for file in files)}" if files else ""
    many = "1 file" if len(files) == 1 else f"{len(files):,} files"
    return [Probe("folder", "ok", f"{folder} has {many} of the name {pattern}{newest}")]


def _written(folder: Path) -> str:
    """What kept a hidden file from being written and renamed in `folder`; empty when nothing did."""
    first, second = (folder / f".orderctl-trial-{os.getpid()}-{step}" for step in (1, 2))
    try:
        descriptor = os.open(first, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
        with os.fdopen(descriptor, "wb", buffering=0) as file:
            file.write(_TRIAL)
            os.fsync(file.fileno())
        first.rename(second)
        second.unlink()
    except OSError as error:
        return error.strerror or str(error)
    finally:
        for left in (first, second):
            with contextlib.suppress(OSError):
                left.unlink()
    return ""
