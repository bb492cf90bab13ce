"""The journal beside the store: how far its effects had got, so that going back in time is noticed.

One line per group of effects: store id, life, number, highest effect, moment, check. Written and flushed after the
intent is committed and before the first call. Only the last line is ever compared; above 1 MB the file starts anew with
it.

1. the store counts the lines, too: it commits the number of a line before the line is written. So a store that knows
   the last line's number holds all that was committed before it was sent, to whichever transaction it was put back
2. a store with a lower number is older than its journal, by exactly as many groups as the numbers differ
3. a store and its journal share a life, a name that is given when the journal is begun and anew by every
   reconciliation: a store that was brought elsewhere, without its journal or to one it had before, is noticed by it
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
#: The store's own count: the life that it shares with its journal, and the number of the last line.
COUNT = "journal"
#: In a store that was put back: what may have happened since; nothing is sent until that was looked at.
PUT_BACK = "put_back"
_SHORTEST_LINE = 50
_WAY_OUT = "restore the newest copy of the store; without one, move the journal, then: orderctl reconcile"
_AWAY = "the store's journal {}: it came here from elsewhere, or lost it, and what was sent from it last is not known"


@dataclass(frozen=True, slots=True)
class Line:
    """One line: whose journal it is and in which life, its number, the highest effect that may be sent, and when."""

    store: str
    life: str
    number: int
    highest: int
    at: str


@dataclass(frozen=True, slots=True)
class Gap:
    """What a store that was put back cannot know: from its last pass, `since`, until the moment `until`.

    `documents` is how many were sent at most; None when its journal is not there to tell. `highest` is the sequence of
    the newest effect that is known to have been sent.
    """

    since: str
    until: str
    highest: int
    documents: int | None

    @property
    def most(self) -> int:
        """So many documents at most, whatever the journal tells of them."""
        return LARGEST // _SHORTEST_LINE if self.documents is None else self.documents


def journal_path(database: Path) -> Path:
    """The file beside the store `database` that its journal is."""
    return database.with_name(database.name + ".effects")


class Journal:
    """The journal of one store. `path` None = there is none; `reads_only` = a dry run, which looks and notes not."""

    def __init__(self, path: Path | None, *, reads_only: bool = False) -> None:
        self._path = path
        self._reads_only = reads_only

    def begin(self, db: sqlite3.Connection) -> None:
        """A store from which nothing was sent yet gets its journal, empty, so that it is missed when it is gone."""
        if self._path is None or self._reads_only or meta.get(db, COUNT):
            return
        try:
            os.close(os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))
            flush_folder(self._path)
        except OSError as error:
            raise self._unwritable(error) from error
        with transaction(db, "journal.begin"):
            _count(db, _new_life(), 0)

    def note(self, db: sqlite3.Connection, at: str) -> None:
        """The effects committed so far may be sent from now on."""
        if self._path is None or self._reads_only:
            return
        life, number = _counted(db) or (_new_life(), 0)
        with transaction(db, "journal.count"):
            _count(db, life, number + 1)
        failpoints.reached("journal.note")
        body = f"{meta.get(db, 'installation')} {life} {number + 1} {effects.highest(db)} {at}"
        line = f"{body} {digest(body)[:8]}\n".encode()
        try:
            if self._path.exists() and self._path.stat().st_size > LARGEST:
                self._replace(line)
            else:
                self._append(line)
        except OSError as error:
            raise self._unwritable(error) from error
        failpoints.reached("journal.noted")

    def renew(self, db: sqlite3.Connection, at: str) -> None:
        """From now on this is the store's journal, and no other that it had: what can be known was found out."""
        if self._path is None or self._reads_only:
            return
        with transaction(db, "journal.renew"):
            _count(db, _new_life(), 0)
        self.note(db, at)

    def check(self, db: sqlite3.Connection) -> None:
        """Refuse a store that is older than what was sent from it, or of which nobody has found out what was."""
        if self._path is None:
            return
        if meta.get(db, PUT_BACK):
            message = "was put back in time, and what was sent since then is not found out yet; nothing was sent"
            raise StoreError(message, where=str(self._path), next="orderctl reconcile")
        why = self.why_not(db)
        if why:
            raise StoreError(f"{why}; nothing was sent", where=str(self._path), next="orderctl reconcile")

    def why_not(self, db: sqlite3.Connection) -> str:
        """In which way the store may lack what was sent from it; empty: it lacks nothing. StoreError for another's."""
        last, counted = self._own(db), _counted(db)
        if last is None:
            return "" if counted is None or (counted[1] <= 1 and self._is_there) else _AWAY.format("is not here")
        if counted is not None and counted[0] != last.life:
            return _AWAY.format("is not the one that lies here")
        if counted is None or counted[1] < last.number:
            return f"the store is older than its journal (effect {last.highest} was sent from it at {last.at})"
        return ""

    def gap(self, db: sqlite3.Connection, until: str) -> Gap | None:
        """What the store does not know of what was sent from it; None when it lacks nothing.

        Where its journal is not here, `until` is the moment until which something may have been sent.
        """
        if not self.why_not(db):
            return None
        last, counted = self._own(db), _counted(db) or ("", 0)
        if last is not None and counted[0] in {"", last.life}:
            return Gap(passes.newest(db), last.at, last.highest, last.number - counted[1])
        return Gap(passes.newest(db), until, effects.highest(db), None)

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

    @property
    def _is_there(self) -> bool:
        return self._path is not None and self._path.exists()

    def _own(self, db: sqlite3.Connection) -> Line | None:
        """The last line, which has to be of this store's journal."""
        last = self.last()
        if last is not None and last.store != meta.get(db, "installation"):
            message = "the journal belongs to another store; nothing was sent"
            raise StoreError(message, where=str(self._path), next=_WAY_OUT)
        return last

    def _unwritable(self, error: OSError) -> StoreError:
        message = f"the journal cannot be written: {error.strerror}; nothing was sent"
        return StoreError(message, where=str(self._path), next="make room or make the folder writable")

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


def _counted(db: sqlite3.Connection) -> tuple[str, int] | None:
    """The life that the store shares with its journal and the number of the last line; None before there was one."""
    life, _, number = meta.get(db, COUNT).partition(" ")
    return (life, int(number)) if life else None


def _count(db: sqlite3.Connection, life: str, number: int) -> None:
    meta.put(db, COUNT, f"{life} {number}")


def _new_life() -> str:
    return digest(os.urandom(32))[:8]


def _line(text: str) -> Line | None:
    parts = text.split()
    if len(parts) != 6 or digest(" ".join(parts[:5]))[:8] != parts[5]:
        return None
    if not (parts[2].isdecimal() and parts[3].isdecimal()):
        return None
    return Line(parts[0], parts[1], int(parts[2]), int(parts[3]), parts[4])


def _write(handle: int, line: bytes) -> None:
    if os.write(handle, line) != len(line):
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
    os.fsync(handle)
