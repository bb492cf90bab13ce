"""Files that others read: each appears under its final name whole and flushed, and never changes again.

1. stage: write into a hidden folder beside the final name (same file system), flush, fsync
2. publish: rename to the final name, fsync the folder
3. after a kill: still staged = not published, gone = published, even if the reader has taken it already

The staging folder is never removed, so that "gone" can be told from a folder that is not mounted.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from collections.abc import Iterator
from pathlib import Path

from orderctl.core import failpoints
from orderctl.core.errors import NoRoom, RemoteError

STAGING = ".orderctl-staging"
DEFAULT_MODE = 0o640
_NEW_FILE = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
#: Some file systems cannot flush a folder; there the rename is as durable as it gets.
_CANNOT_FLUSH = (errno.EINVAL, errno.ENOTSUP)
_FULL = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)


class UnflushedError(RemoteError):
    """The file stands under its final name, but its folder could not be flushed: a power loss may undo it."""

    code = "remote-unflushed"


#: The ids of a user and a group, -1 = as it comes.
Owner = tuple[int, int]
OURS: Owner = (-1, -1)


def stage(folder: Path, name: str, content: bytes, mode: int = DEFAULT_MODE, owner: Owner = OURS) -> None:
    """Write `content` where nobody looks, ready to be published as `folder`/`name` with `mode`, as `owner`'s.

    A leftover of an earlier attempt is replaced. RemoteError names the path; nothing is published then.
    """
    failpoints.reached("files.stage.before")
    path = folder / STAGING / name
    with _as_remote_error(folder / name):
        _make_folder(folder)
        _make_staging(folder)
        with contextlib.suppress(FileNotFoundError):
            path.unlink()
        try:
            _write(path, content, mode, owner)
        except OSError:
            with contextlib.suppress(OSError):
                path.unlink()
            raise
        _flush_folder(path.parent)
    failpoints.reached("files.staged")


def publish(folder: Path, name: str) -> None:
    """Give the staged `name` its final place. Where the same bytes stand there already, it counts as published.

    RemoteError while it is surely not published; UnflushedError once it is, but perhaps not for good.
    """
    failpoints.reached("files.publish.before")
    staged, final = folder / STAGING / name, folder / name
    with _as_remote_error(final):
        if _is_published(staged, final):
            staged.unlink()
        else:
            # Not link and unlink: a reader could take the file before the unlink, and recovery would publish again.
            staged.rename(final)
    failpoints.reached("files.published")
    try:
        _flush_folder(folder)
        _flush_folder(staged.parent)
    except OSError as error:
        message = f"was published, but its folder could not be flushed: {error.strerror}"
        raise UnflushedError(message, where=str(final), next="check the disk") from None
    failpoints.reached("files.publish.synced")


def is_staged(folder: Path, name: str) -> bool:
    """Whether `name` is staged and not published. RemoteError when the staging folder itself cannot be seen."""
    with _as_remote_error(folder / name):
        try:
            (folder / STAGING / name).lstat()
        except FileNotFoundError:
            if not (folder / STAGING).is_dir():
                message = f"{STAGING} is not there, so nobody can tell whether this file was published"
                hint = "mount the folder and run again; if it was emptied on purpose, make that folder again"
                raise RemoteError(message, where=str(folder / name), next=hint) from None
            return False
    return True


def staged_beside(folder: Path, name: str) -> list[str]:
    """What is staged and goes with `name`: whatever is called `name` and a dot and more, in order."""
    with _as_remote_error(folder / name):
        try:
            staged = [path.name for path in (folder / STAGING).iterdir()]
        except FileNotFoundError:
            return []
    return sorted(other for other in staged if other.startswith(f"{name}."))


def holds(path: Path, content: bytes) -> bool:
    """Whether `path` is a file with exactly these bytes. RemoteError when it cannot be read."""
    with _as_remote_error(path):
        try:
            return path.stat().st_size == len(content) and path.read_bytes() == content
        except FileNotFoundError:
            return False


def discard(folder: Path, name: str) -> None:
    """Forget the staged `name`: it is never going to be published. Nothing happens when it is not there."""
    with contextlib.suppress(OSError):
        (folder / STAGING / name).unlink()


def _write(path: Path, content: bytes, mode: int, owner: Owner) -> None:
    descriptor = os.open(path, _NEW_FILE, 0o600)
    with os.fdopen(descriptor, "wb", buffering=0) as file:
        failpoints.reached("files.stage.created")
        left = memoryview(content)
        while left:
            left = left[file.write(left) :]
        failpoints.reached("files.stage.written")
        if owner != OURS:
            os.fchown(descriptor, *owner)
        os.fchmod(descriptor, mode)
        os.fsync(descriptor)
    failpoints.reached("files.stage.flushed")


def _is_published(staged: Path, final: Path) -> bool:
    """Whether `final` has the bytes of `staged` already. RemoteError when it is anything else."""
    try:
        found = final.lstat()
    except FileNotFoundError:
        return False
    if stat.S_ISREG(found.st_mode) and final.read_bytes() == staged.read_bytes():
        return True
    message = "another file stands there under this name; it was left alone and nothing was published"
    raise RemoteError(message, where=str(final), next="move that file away and run again")


def _make_folder(folder: Path) -> None:
    """Make `folder` and what is missing above it, for owner and group whatever the umask lets through."""
    if folder.is_dir():
        return
    _make_folder(folder.parent)
    with contextlib.suppress(FileExistsError):
        folder.mkdir(0o750)
    if not folder.is_dir():
        raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR), str(folder))
    _flush_folder(folder.parent)


def _make_staging(folder: Path) -> None:
    path = folder / STAGING
    try:
        path.mkdir(0o700)
    except FileExistsError:
        found = path.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != os.geteuid():
            message = "is not a folder that belongs to this user; nothing was written"
            raise RemoteError(message, where=str(path), next="remove it and run again") from None
        if stat.S_IMODE(found.st_mode) & 0o077:
            path.chmod(0o700)
    else:
        _flush_folder(folder)


def _flush_folder(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    except OSError as error:
        if error.errno not in _CANNOT_FLUSH:
            raise
    finally:
        os.close(descriptor)


@contextlib.contextmanager
def _as_remote_error(path: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        about = f" ({error.filename})" if error.filename and str(error.filename) != str(path) else ""
        message = f"nothing was published: {error.strerror or error}{about}"
        if error.errno in _FULL:
            raise NoRoom(message, where=str(path), next="make room on the disk and run again") from None
        raise RemoteError(message, where=str(path), next="make the folder writable and run again") from None
