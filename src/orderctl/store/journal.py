"""The journal beside the store: how far its effects had got, so that going back in time is noticed.

One line per group of effects: store id, highest effect, moment, check. Written and flushed after the intent is
committed and before the first call. Only the last line is ever compared; above 1 MB the file starts anew with it,
after an empty line.

A store is older than its journal when it lacks the last line's effect, when it knows of no pass at or after the line's
moment (what was sent may have been written down long before), or when it is a copy that was made before that line.
"""

from __future__ import annotations

import errno
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from orderctl.core import failpoints
from orderctl.core.digests import digest
from orderctl.core.errors import StoreError
from orderctl.store import effects, meta, passes
from orderctl.store.connection import flush_folder
from orderctl.store.transactions import transaction

LARGEST = 1_000_000
#: In a copy of the store: the journal's last line when the copy was made, until the copy itself sends something.
COPIED_AT = "copied_at"
#: In a store that was put back: what may have happened since; nothing is sent until that was looked at.
PUT_BACK = "put_back"
_SHORTEST_LINE = 40
_WAY_OUT = "restore the newest copy of the store; without one, ask the locations what they have, then move the journal"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: whose journal it is, the highest effect that may have been sent, at which moment; and all of it."""

    store: str
    highest: int
    at: str
    text: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What a store that was put back cannot know: from its last pass, `since`, until the journal's last line.

    `documents` is how many were sent at most; None when the journal was begun anew since then. `highest` is the
    sequence of the newest effect among them.
    """

    since: str
    until: str
    highest: int
    documents: int | None

    @property
    def most(self) -> int:
        """So many documents at most, whatever the journal still tells of them."""
        return LARGEST // _SHORTEST_LINE if self.documents is None else self.documents


def journal_path(database: Path) -> Path:
    """The file beside the store `database` that its journal is."""
    return database.with_name(database.name + ".effects")


class Journal:
    """The journal of one store. `path` None = there is none; `reads_only` = a dry run, which looks and notes not."""

    def __init__(self, path: Path | None, *, reads_only: bool = False) -> None:
        self._path = path
        self._reads_only = reads_only

    def note(self, db: sqlite3.Connection, at: str) -> None:
        """The effects committed so far may be sent from now on."""
        if self._path is None or self._reads_only:
            return
        if meta.get(db, COPIED_AT):
            with transaction(db, "journal.goes_on"):
                meta.drop(db, COPIED_AT)
        failpoints.reached("journal.note")
        body = f"{meta.get(db, 'installation')} {effects.highest(db)} {at}"
        line = f"{body} {digest(body)[:8]}\n".encode()
        fresh = self._path.exists() and self._path.stat().st_size > LARGEST
        try:
            if fresh:
                self._replace(b"\n" + line)  # the empty line says that it was begun anew
            else:
                self._append(line)
        except OSError as error:
            message = f"the journal cannot be written: {error.strerror}; nothing was sent"
            raise StoreError(message, where=str(self._path), next="make room or make the folder writable") from error
        failpoints.reached("journal.noted")

    def check(self, db: sqlite3.Connection) -> None:
        """Refuse a store that is older than what was sent from it, or of which nobody has found out what was."""
        if self._path is None:
            return
        if meta.get(db, PUT_BACK):
            message = "was put back in time, and what was sent since then is not found out yet; nothing was sent"
            raise StoreError(message, where=str(self._path), next="orderctl reconcile")
        last = self.last()
        if last is not None:
            self._need_own(db, last)
            if _is_older(db, last):
                message = f"the store is older than its journal (effect {last.highest} was sent from it at {last.at})"
                raise StoreError(f"{message}; nothing was sent", where=str(self._path), next="orderctl reconcile")

    def gap(self, db: sqlite3.Connection) -> Gap | None:
        """What the store does not know of what was sent from it; None when it is as new as its journal."""
        last = self.last()
        if last is None:
            return None
        self._need_own(db, last)
        if not _is_older(db, last):
            return None
        return Gap(passes.newest(db), last.at, last.highest, self._since(db))

    def last(self) -> Line | None:
        """The last whole line; None when there is no journal or only a torn one."""
        data = self._tail(4096)
        if data is None:
            return None
        for text in reversed(data.decode("ascii", "replace").splitlines()):
            line = _line(text)
            if line is not None:
                return line
        if data.endswith(b"\n"):
            raise StoreError("the journal is damaged; nothing was sent", where=str(self._path), next=_WAY_OUT)
        return None

    def _need_own(self, db: sqlite3.Connection, last: Line) -> None:
        if last.store != meta.get(db, "installation"):
            message = "the journal belongs to another store; nothing was sent"
            raise StoreError(message, where=str(self._path), next=_WAY_OUT)

    def _since(self, db: sqlite3.Connection) -> int | None:
        """How many documents were sent at most that the store cannot know; None when not all of them stand here."""
        data = self._tail(2 * LARGEST) or b""
        lines = [line for text in data.decode("ascii", "replace").splitlines() if (line := _line(text))]
        texts, mark = [line.text for line in lines], meta.get(db, COPIED_AT)
        if mark in texts:
            return len(lines) - texts.index(mark) - 1
        highest, newest = effects.highest(db), passes.newest(db)
        unknown = [line for line in lines if line.highest > highest or line.at >= newest]
        is_begun_anew = data.startswith(b"\n")
        return None if is_begun_anew and len(unknown) == len(lines) else len(unknown)

    def _tail(self, most: int) -> bytes | None:
        if self._path is None or not self._path.exists():
            return None
        try:
            with self._path.open("rb") as file:
                file.seek(0, os.SEEK_END)
                file.seek(max(0, file.tell() - most))
                return file.read()
        except OSError as error:
            message = f"the journal cannot be read: {error.strerror}; nothing was sent"
            raise StoreError(message, where=str(self._path), next="make it a file that can be read") from error

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


def _is_older(db: sqlite3.Connection, last: Line) -> bool:
    copied_at = meta.get(db, COPIED_AT)
    if copied_at and copied_at != last.text:
        return True
    return last.highest > effects.highest(db) or not passes.reaches(db, last.at)


def _line(text: str) -> Line | None:
    parts = text.split()
    if len(parts) != 4 or digest(" ".join(parts[:3]))[:8] != parts[3] or not parts[1].isdecimal():
        return None
    return Line(parts[0], int(parts[1]), parts[2], text)


def _write(handle: int, line: bytes) -> None:
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)
