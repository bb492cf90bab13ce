"""Files that others put into a folder: read only when they are whole, each content once.

1. list what the pattern names, sorted; hidden, temporary and empty files, folders, and links that lead out of the
   pattern's folder are passed over
2. a file that a program here holds open for writing, or that changes while it is read, waits for the next pass; where
   nobody can say who writes, a file whose last line has no end waits until a second pass finds it unchanged
3. its content is known by its SHA-256; how far it has been read is a byte offset, and `end` when that is all
4. one bad file never stops the others: what was wrong is raised when all have been read

Positions (stream -> position) hold two kinds of entries. `DIGEST` -> offset or `end` says how far a content has been
read; for files whose moment counts (`dated`) the stream is `DIGEST@MOMENT`. `stat:PATH:SIZE:MTIME_NS:INODE` -> DIGEST
lets a file that has not changed since be skipped without being hashed again.
"""

from __future__ import annotations

import contextlib
import fcntl
import glob
import hashlib
import io
import os
import signal
import stat
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import Generic, Literal, TypeVar

from orderctl.core import text, times
from orderctl.core.errors import RecordError, RemoteError

END = "end"
DONE = "done"
MOST_ROWS = 500
MOST_BYTES = 4 * 1024 * 1024
After = Literal["keep", "move"]
#: How names end while others still write the file.
UNFINISHED = (".tmp", ".part", ".partial", ".filepart", ".crdownload")
_READ = os.O_RDONLY | os.O_NONBLOCK | os.O_NOFOLLOW | os.O_CLOEXEC

T = TypeVar("T")
#: Reads the items of a source that come after a byte offset, in lists that belong together, with the offset after each.
Items = Callable[["Source", int], Iterator[tuple[list[T], int]]]


class RefusedFiles(RecordError):
    """Several files were refused; `errors` holds the error of each."""

    def __init__(self, errors: Sequence[RecordError | RemoteError]) -> None:
        super().__init__("; ".join(map(str, errors)))
        self.errors = tuple(errors)


def raise_all(errors: Sequence[RecordError | RemoteError]) -> None:
    """Nothing for none of them; else one error that says them all."""
    if len(errors) > 1 and any(isinstance(error, RecordError) for error in errors):
        raise RefusedFiles(errors)
    if errors:
        raise errors[0]


@dataclass(frozen=True, slots=True)
class Incoming:
    """A file that waits to be read. `name` is its path as messages show it, `path` where it really is."""

    name: str
    path: Path
    size: int
    mtime_ns: int
    inode: int

    @property
    def key(self) -> str:
        """The stream under which its digest is remembered."""
        return f"stat:{self.name}:{self.size}:{self.mtime_ns}:{self.inode}"

    @property
    def moment(self) -> str:
        """When it was last written."""
        return times.moment(datetime.fromtimestamp(self.mtime_ns // 1_000_000_000, UTC))


@dataclass(frozen=True, slots=True)
class Source:
    """An open incoming file."""

    incoming: Incoming
    file: io.BufferedReader

    @property
    def name(self) -> str:
        """Its path as messages show it."""
        return self.incoming.name

    def check(self) -> None:
        """RemoteError when the file is not what it was when it was listed."""
        found = os.fstat(self.file.fileno())
        if (found.st_size, found.st_mtime_ns, found.st_ino) != (
            self.incoming.size,
            self.incoming.mtime_ns,
            self.incoming.inode,
        ):
            raise RemoteError("changed while it was read; it is read at the next pass", where=self.name)

    def ends_its_last_line(self) -> bool:
        """Whether the last byte is a line end."""
        self.file.seek(-1, os.SEEK_END)
        return self.file.read(1) == b"\n"

    def digest(self) -> str:
        """The SHA-256 of its whole content. RemoteError when it changed meanwhile."""
        self.file.seek(0)
        found = hashlib.file_digest(self.file, "sha256").hexdigest()
        self.check()
        return found


@dataclass(frozen=True, slots=True)
class Piece(Generic[T]):
    """Items read completely from one stream, and its position after them. `moment` is when the file was written."""

    stream: str
    position: str
    items: Sequence[T]
    closes: bool
    moment: str = ""


def incoming(pattern: str, base: Path) -> list[Incoming]:
    """The whole files that `pattern` (relative to `base`) names, sorted by name.

    A folder that is missing is empty when it is named relative to `base`; RemoteError when it is an absolute one,
    which is then not mounted, and when it cannot be read.
    """
    root = folder_of(pattern, base)
    try:
        os.scandir(root).close()
    except FileNotFoundError:
        if Path(pattern).is_absolute():
            raise RemoteError("is not there", where=str(root), next="mount or make the folder and run again") from None
        return []
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise RemoteError(message, where=str(root), next="check its permissions and run again") from None
    names = sorted(set(glob.glob(pattern, root_dir=base, recursive=True)))  # noqa: PTH207 - skips hidden names
    asked_for_done = DONE in PurePosixPath(pattern).parts
    found = (_incoming(name, base, root.resolve()) for name in names)
    return [file for file in found if file and (asked_for_done or PurePosixPath(file.name).parent.name != DONE)]


def folder_of(pattern: str, base: Path) -> Path:
    """The folder above the first wildcard of `pattern`, which is relative to `base`."""
    return base / _fixed_part(pattern)


@dataclass(slots=True)
class Inbox:
    """The files of one pattern. With `after = "move"` those read to their end go to `done/` beside them.

    `dated`: the same content written again later counts as new. `most_rows` is how many items a piece has at most.
    """

    pattern: str
    base: Path
    after: After = "keep"
    dated: bool = False
    most_rows: int = MOST_ROWS
    _read: set[str] = field(default_factory=set)  # streams read to their end since `pieces` was called
    _waiting: dict[str, list[Incoming]] = field(default_factory=dict)  # files to be moved, by stream

    def pieces(self, positions: Mapping[str, str], items: Items[T]) -> Iterator[Piece[T]]:
        """What the files hold beyond `positions`, in pieces.

        At the end RecordError for a file that was refused, RemoteError for one that could not be read.
        """
        errors: list[RecordError | RemoteError] = []
        self._read.clear()
        self._waiting.clear()
        for file in incoming(self.pattern, self.base):
            try:
                yield from self._pieces_of(file, positions, items)
            except (RecordError, RemoteError) as error:
                errors.append(error)
        raise_all(errors)

    def finished(self, stream: str) -> None:
        """`stream` is stored to its end, for good. RemoteError when its file cannot be moved."""
        for file in self._waiting.pop(stream, ()):
            _move(file, stream)

    def _pieces_of(self, file: Incoming, positions: Mapping[str, str], items: Items[T]) -> Iterator[Piece[T]]:
        known = positions.get(file.key)
        if known and positions.get(self._stream(file, known)) == END:
            yield from self._again(file, self._stream(file, known))
            return
        with _opened(file) as source:
            writing = _is_being_written(source.file.fileno())
            if writing:
                raise RemoteError("is still being written; it is read once the writer has closed it", where=file.name)
            content = known or source.digest()
            if not known:
                yield Piece(file.key, content, (), closes=True)
                if writing is None and not source.ends_its_last_line():
                    return
            stream = self._stream(file, content)
            position = positions.get(stream, "0")
            if position == END or stream in self._read:
                yield from self._again(file, stream)
                return
            for found, end in grouped(items(source, int(position)), int(position), self.most_rows):
                source.check()
                if end is None:
                    self._read.add(stream)
                    self._will_move(file, stream)
                yield Piece(stream, END if end is None else str(end), found, end is None, file.moment)

    def _again(self, file: Incoming, stream: str) -> Iterator[Piece[T]]:
        """A file whose content is read already only waits to be moved."""
        if self._will_move(file, stream):
            yield Piece(stream, END, (), closes=True)

    def _will_move(self, file: Incoming, stream: str) -> bool:
        if self.after == "move":
            self._waiting.setdefault(stream, []).append(file)
        return self.after == "move"

    def _stream(self, file: Incoming, content: str) -> str:
        return f"{content}@{file.moment}" if self.dated else content


def _fixed_part(pattern: str) -> Path:
    """The folder of `pattern` above its first wildcard."""
    parts = Path(pattern).parts[:-1]
    fixed = next((index for index, part in enumerate(parts) if glob.has_magic(part)), len(parts))
    return Path(*parts[:fixed])


def _incoming(name: str, base: Path, root: Path) -> Incoming | None:
    path = base / name
    if path.name.startswith(".") or path.suffix.lower() in UNFINISHED:
        return None
    try:
        real = path.resolve(strict=True)
        found = real.stat()
    except (OSError, RuntimeError):
        return None  # taken away since it was listed, or a link that leads nowhere
    if not stat.S_ISREG(found.st_mode) or not found.st_size or not real.is_relative_to(root):
        return None
    return Incoming(text.storable(name), real, found.st_size, found.st_mtime_ns, found.st_ino)


def grouped(lists: Iterator[tuple[list[T], int]], offset: int, most_rows: int) -> Iterator[tuple[list[T], int | None]]:
    """Items in groups of bounded length and bytes, each with the offset after it; None after the last group."""
    group: list[T] = []
    start = end = offset
    for items, after in lists:
        if group and (len(group) + len(items) > most_rows or after - start > MOST_BYTES):
            yield group, end
            group, start = [], end
        group += items
        end = after
    yield group, None


@contextlib.contextmanager
def _opened(file: Incoming) -> Iterator[Source]:
    try:
        descriptor = os.open(file.path, _READ)
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
        raise RemoteError(message, where=file.name, next="check its permissions and run again") from None
    with os.fdopen(descriptor, "rb") as stream:
        source = Source(file, stream)
        source.check()
        yield source


def _is_being_written(descriptor: int) -> bool | None:
    """Whether a program on this machine holds the file open for writing; None where the kernel cannot tell.

    It grants a read lease only while nobody does, and only to the file's owner.
    """
    if not hasattr(fcntl, "F_SETLEASE"):
        return None
    try:
        # Should a writer come in this very moment, it is to wait a moment; SIGIO, the usual notice, would kill us.
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_RDLCK)
    except BlockingIOError:
        return True
    except OSError:
        return None
    fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_UNLCK)
    return False


def _move(file: Incoming, content: str) -> Path:
    done = file.path.parent / DONE
    try:
        done.mkdir(exist_ok=True)
        target = done / file.path.name
        if target.exists():
            target = done / f"{file.path.stem}-{content[:12]}{file.path.suffix}"
        file.path.rename(target)
    except OSError as error:
        message = f"was read, but cannot be moved to {DONE}/: {error.strerror}"
        raise RemoteError(message, where=file.name, next="make the folder writable") from None
    return target
