"""The journal beside the store: how far its effects had got, so that going back in time is noticed.

One line per group of effects: store id, highest effect, moment, check. Written and flushed after the intent is
committed and before the first call. Only the last line is ever compared; above 1 MB the file starts anew with it.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from pathlib import Path

from orderctl.core import failpoints
from orderctl.core.digests import digest
from orderctl.core.errors import StoreError
from orderctl.store import effects, meta
from orderctl.store.connection import flush_folder

LARGEST = 1_000_000
_WAY_OUT = "restore the newest copy of the store; without one, ask the locations what they have, then move the journal"


class Journal:
    """The journal of one store. `path` None = a dry run, which has none."""

    def __init__(self, path: Path | None) -> None:
        self._path = path

    def note(self, db: sqlite3.Connection, at: str) -> None:
        """The effects committed so far may be sent from now on."""
        if self._path is None:
            return
        failpoints.reached("journal.note")
        body = f"{meta.get(db, 'installation')} {effects.highest(db)} {at}"
        line = f"{body} {digest(body)[:8]}\n".encode()
        fresh = self._path.exists() and self._path.stat().st_size > LARGEST
        try:
            if fresh:
                self._replace(line)
            else:
                self._append(line)
        except OSError as error:
            message = f"the journal cannot be written: {error.strerror}; nothing was sent"
            raise StoreError(message, where=str(self._path), next="make room or make the folder writable") from error
        failpoints.reached("journal.noted")

    def check(self, db: sqlite3.Connection) -> None:
        """Refuse a store that is older than what was sent from it."""
        last = self._last()
        if last is None:
            return
        store_id, highest = last
        if store_id != meta.get(db, "installation"):
            message = "the journal belongs to another store; nothing was sent"
        elif highest > effects.highest(db):
            message = f"the store is older than its journal (effect {highest} was sent from it); nothing was sent"
        else:
            return
        raise StoreError(message, where=str(self._path), next=_WAY_OUT)

    def _last(self) -> tuple[str, int] | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            with self._path.open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - 4096))
                data = file.read()
        except OSError as error:
            message = f"the journal cannot be read: {error.strerror}; nothing was sent"
            raise StoreError(message, where=str(self._path), next="make it a file that can be read") from error
        lines = data.decode("ascii", "replace").splitlines()
        is_whole = data.endswith(b"\n")
        for line in reversed(lines):
            parts = line.split()
            if len(parts) == 4 and digest(" ".join(parts[:3]))[:8] == parts[3]:
                return parts[0], int(parts[1])
        if is_whole:
            raise StoreError("the journal is damaged; nothing was sent", where=str(self._path), next=_WAY_OUT)
        return None

    def _append(self, line: bytes) -> None:
        assert self._path is not None  # noqa: S101 - asked before
        fresh = not self._path.exists()
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o600)
        try:
            size = os.fstat(handle).st_size
            torn = size > 0 and os.pread(handle, 1, size - 1) != b"\n"
            _write(handle, b"\n" + line if torn else line)
        finally:
            os.close(handle)
        if fresh:
            flush_folder(self._path)

    def _replace(self, line: bytes) -> None:
        assert self._path is not None  # noqa: S101 - asked before
        part = self._path.with_name(self._path.name + ".new")
        part.unlink(missing_ok=True)
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            _write(handle, line)
        finally:
            os.close(handle)
        part.replace(self._path)
        flush_folder(self._path)


def _write(handle: int, line: bytes) -> None:
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)
