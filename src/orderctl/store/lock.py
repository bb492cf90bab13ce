"""One writer per store, by a kernel lock that dies with its process.

There is no lock file to delete and no timeout: what is written into the file is for the message only.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path

from orderctl.core.errors import BusyError, StoreError

_LOCKS = Path("/proc/locks")


def lock_path(database: Path) -> Path:
    """The file beside the store that the lock is on."""
    return database.with_name(database.name + ".lock")


@contextlib.contextmanager
def held(database: Path, holder: dict[str, str], keep_waiting: Callable[[], bool]) -> Iterator[None]:
    """Hold the store for this process. `holder` says who we are to those who find it held.

    `keep_waiting` is asked after each failed try (and may sleep); BusyError once it says no.
    """
    path = lock_path(database)
    try:
        handle = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    except OSError as error:
        raise StoreError(
            f"cannot open the lock file: {error.strerror}; nothing was touched", where=str(path)
        ) from error
    try:
        while True:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if not keep_waiting():
                    raise _busy(handle, database) from None
            except OSError as error:
                message = f"cannot be locked: {error.strerror}; nothing was touched"
                raise StoreError(message, where=str(path), next="move the store to a local disk") from error
        with contextlib.suppress(OSError):  # a full disk only costs others the name of who is here
            os.ftruncate(handle, 0)
            os.pwrite(handle, json.dumps(holder).encode(), 0)
        yield
    finally:
        os.close(handle)


def holder(database: Path) -> dict[str, str] | None:
    """Who holds the store now (`pid`, `command`, `since`, where known); None when it is free. Nothing is locked for it.

    Trying the lock would make a pass that starts just then believe that the store is held; so the kernel's table of
    locks is read (Linux). Where there is none, nobody can tell, and the store counts as free.
    """
    try:
        inode = lock_path(database).stat().st_ino
        held_files = {line.split()[5].rpartition(":")[2] for line in _LOCKS.read_text().splitlines() if "FLOCK" in line}
        written = lock_path(database).read_bytes()[:4096] if str(inode) in held_files else None
    except (OSError, IndexError):
        return None
    if written is None:
        return None
    with contextlib.suppress(ValueError):
        told = json.loads(written)
        if isinstance(told, dict):
            return {str(name): str(value) for name, value in told.items()}
    return {}


def _busy(handle: int, database: Path) -> BusyError:
    try:
        holder = json.loads(os.pread(handle, 4096, 0) or b"{}")
    except ValueError:
        holder = {}
    who = f"'{holder['command']}' (pid {holder['pid']}, since {holder['since']})" if "pid" in holder else "a process"
    message = f"{who} holds the store; nothing was touched"
    return BusyError(message, where=str(database), next="run again later, or add --wait 60")
