"""Files that others put into a folder of a server: read only when they are whole, each content once.

1. list the folder; what the pattern names is taken by name, without hidden, temporary and empty files, or links
2. nobody can say who still writes: a file waits until it was seen unchanged for `settle_s`. One that is older than that
   by the server's own word, and whose last line has an end, is believed at once
3. it is downloaded into a file without a name, and looked at again: had it changed meanwhile, it waits
4. its content is known by its SHA-256; how far it has been read is a byte offset, and `end` when that is all
5. once that is stored, it is kept here (`archive`) and moved away there (`move`)

Positions: `DIGEST` -> offset or `end`, for files whose moment counts (`dated`) `DIGEST@MOMENT`. `stat:PATH:SIZE:TIME`
-> that stream once it was read, `seen@MOMENT` while it waits. A listing tells minutes, so a change within the minute in
which a file was last written, to as many bytes, is noticed only because it had to rest for one.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import TypeVar

from orderctl.core import failpoints, times
from orderctl.core.digests import digest
from orderctl.core.errors import RecordError, RemoteDenied, RemoteError
from orderctl.wire import files, names
from orderctl.wire.inbox import (
    DONE,
    END,
    MOST_ROWS,
    UNFINISHED,
    After,
    Incoming,
    Items,
    Piece,
    Source,
    grouped,
    raise_all,
)
from orderctl.wire.sftp import LARGEST_FILE, Entry, Remote, unaskable
from orderctl.wire.sftp_session import ConnectionLost

_SEEN = "seen@"
_MINUTE_S = 60
_ARCHIVED = 0o600

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class _File:
    """A file as the listing showed it, with its path."""

    path: str
    entry: Entry

    @property
    def key(self) -> str:
        """The stream under which its content is remembered."""
        return f"stat:{self.path}:{self.entry.size}:{self.entry.shown}"


@dataclass(slots=True)
class RemoteInbox:
    """The files of one pattern on `remote`. `archive` is where copies are kept, under names that begin with `label`."""

    remote: Remote
    pattern: str
    now: str
    settle_s: int
    after: After = "keep"
    dated: bool = False
    most_rows: int = MOST_ROWS
    archive: Path | None = None
    label: str = ""
    _read: set[str] = field(default_factory=set)  # streams read to their end since `pieces` was called
    _waiting: dict[str, list[_File]] = field(default_factory=dict)  # files to be kept and moved, by stream

    @property
    def folder(self) -> str:
        """Where the files are."""
        folder, slash, _ = self.pattern.rpartition("/")
        return (folder or slash) or "."

    def listed(self) -> list[Entry]:
        """The files of the pattern, by name. RemoteDenied when they cannot be listed."""
        shown = self.remote.entries(self.folder)
        if shown is None:
            raise RemoteDenied("its files are not shown to us", where=f"{self.remote.where} {self.folder}")
        wanted = self.pattern.rpartition("/")[2]
        return [entry for name, entry in sorted(shown.items()) if fnmatchcase(name, wanted) and _counts(entry)]

    def pieces(self, positions: Mapping[str, str], items: Items[T]) -> Iterator[Piece[T]]:
        """What the files hold beyond `positions`, in pieces.

        At the end RecordError for a file that was refused, RemoteError for one that could not be read. A connection
        that breaks ends the walk.
        """
        errors: list[RecordError | RemoteError] = []
        self._read.clear()
        self._waiting.clear()
        prefix = self.pattern.rpartition("/")[0]
        for entry in self.listed():
            file = _File(f"{prefix}/{entry.name}" if "/" in self.pattern else entry.name, entry)
            try:
                yield from self._pieces_of(file, positions, items)
            except ConnectionLost:
                raise
            except (RecordError, RemoteError) as error:
                errors.append(error)
        raise_all(errors)

    def finished(self, stream: str) -> None:
        """`stream` is stored to its end, for good. RemoteError when its file cannot be kept or moved away."""
        for file in self._waiting.pop(stream, ()):
            if self.archive is not None:
                self._keep(file, stream)
            if self.after == "move":
                self._move(file, stream)

    def _pieces_of(self, file: _File, positions: Mapping[str, str], items: Items[T]) -> Iterator[Piece[T]]:
        known = positions.get(file.key, "")
        seen = known.startswith(_SEEN)
        if known and not seen and (positions.get(known) == END or known in self._read):
            yield from self._again(file, known)
            return
        rested = self._has_rested(known)
        if not rested and not self._is_old(file):
            if not known:
                yield self._wait(file)
            return
        source = self._fetched(file)
        if source is None:
            return
        if not rested and not source.ends_its_last_line():
            yield self._wait(file)
            return
        content = source.digest()
        stream = f"{content}@{source.incoming.moment}" if self.dated else content
        if known != stream:
            yield Piece(file.key, stream, (), closes=True)
        position = positions.get(stream, "0")
        if position == END or stream in self._read:
            yield from self._again(file, stream)
            return
        for found, end in grouped(items(source, int(position)), int(position), self.most_rows):
            if end is None:
                self._read.add(stream)
                self._will_leave(file, stream)
            yield Piece(stream, END if end is None else str(end), found, end is None, source.incoming.moment)

    def _wait(self, file: _File) -> Piece[T]:
        """It was seen, and is read once it has rested."""
        return Piece(file.key, f"{_SEEN}{self.now}", (), closes=True)

    def _has_rested(self, known: str) -> bool:
        """Whether it was seen as it is long enough ago, or read already."""
        if not known:
            return not self.settle_s
        since = known.removeprefix(_SEEN)
        return since == known or times.seconds_between(since, self.now) >= self.settle_s

    def _is_old(self, file: _File) -> bool:
        """Whether the server says so; its clock may be wrong, so that alone is not believed."""
        return times.seconds_between(file.entry.minute, self.now) >= self.settle_s + _MINUTE_S

    def _fetched(self, file: _File) -> Source | None:
        """Its content, complete and as it was listed; None when it was taken away. RecordError when it never can be."""
        if unaskable(file.path):
            raise _without_name(file)
        if file.entry.size > LARGEST_FILE:
            message = f"has {file.entry.size:,} bytes; more than {LARGEST_FILE:,} are not read"
            raise RecordError(message, where=file.path)
        content = self.remote.get(file.path)
        if content is None and "\\" in file.entry.name:
            raise _without_name(file)  # what cannot be printed is listed as its octal number
        if content is None:
            return None
        found = os.fstat(content.fileno())
        again = self.remote.look(file.path)
        if found.st_size != file.entry.size or again is None or _File(file.path, again).key != file.key:
            raise RemoteError("changed while it was read; it is read at the next pass", where=file.path)
        incoming = Incoming(file.path, Path(file.path), found.st_size, found.st_mtime_ns, found.st_ino)
        return Source(incoming, content)

    def _again(self, file: _File, stream: str) -> Iterator[Piece[T]]:
        """A file whose content is read already only waits to be kept and moved."""
        kept = self.archive is None or self._archived(file, stream).exists()
        if not kept or self.after == "move":
            self._will_leave(file, stream)
            yield Piece(stream, END, (), closes=True)

    def _will_leave(self, file: _File, stream: str) -> None:
        if self.after == "move" or self.archive is not None:
            self._waiting.setdefault(stream, []).append(file)

    def _archived(self, file: _File, stream: str) -> Path:
        assert self.archive is not None  # noqa: S101 - asked for only where there is one
        return self.archive / names.slug(f"{self.label}-{stream[:12]}-{file.entry.name}")

    def _keep(self, file: _File, stream: str) -> None:
        path = self._archived(file, stream)
        if path.exists():
            return
        source = self.remote.get(file.path)
        content = source.read() if source else b""
        if digest(content) != stream.partition("@")[0]:
            raise RemoteError("changed before it was kept; what it says now is read at the next pass", where=file.path)
        files.stage(path.parent, path.name, content, _ARCHIVED)
        files.publish(path.parent, path.name)
        failpoints.reached("sftp.archived")

    def _move(self, file: _File, stream: str) -> None:
        """Away, unless it is gone or another one by now."""
        there = self.remote.look(file.path)
        if there is None or _File(file.path, there).key != file.key:
            return
        done = f"{self.folder}/{DONE}".replace("//", "/")
        self.remote.make_folder(done)
        path = PurePosixPath(file.entry.name)
        target = f"{done}/{path.name}"
        if self.remote.look(target) is not None:
            target = f"{done}/{path.stem}-{stream[:12]}{path.suffix}"
        answer = self.remote.rename(file.path, target)
        failpoints.reached("sftp.moved")
        if answer.wrong and not answer.is_missing:
            message = f"was read, but cannot be moved to {DONE}/ ({answer.status})"
            raise RemoteDenied(message, where=file.path, next='ask the partner, or write after = "keep"')


def _without_name(file: _File) -> RecordError:
    where = repr(file.path)[:200]
    return RecordError("has a character in its name by which it cannot be asked for", where=where)


def _counts(entry: Entry) -> bool:
    """Whether it may be a file that somebody has put there to be read."""
    hidden = entry.name.startswith(".") or PurePosixPath(entry.name).suffix.lower() in UNFINISHED
    return entry.is_file and entry.size > 0 and not hidden
