"""What lies beside a store: a note of the last copy that was made of it, and copies that were made in a wrong way.

1. `db backup` leaves the moment and the file of its last copy in `STORE.backup`, because a store that is only read
   cannot keep it, and nobody should have to wait for a pass to make a copy
2. a copy of that kind says in its header that it needs no write-ahead log; what was copied from a living store by
   other means says that it does, and without one it may lack what was written last
"""

from __future__ import annotations

import contextlib
import json
import os
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from orderctl.store.migrations import APPLICATION_ID

_HEADER = 72
_MAGIC = b"SQLite format 3\x00"
_WAL = b"\x02\x02"
#: Folders hold few files beside a store; one with more is somebody else's.
_MOST_FILES = 10_000


@dataclass(frozen=True, slots=True)
class LastCopy:
    """The last copy that `db backup` made: when, and the file, which may be gone."""

    at: str
    file: Path


def note_copy(db: sqlite3.Connection, file: Path, at: str) -> None:
    """A copy of the store was made at the moment `at`. Where that cannot be written down nobody will know."""
    path = _note(Path(db.execute("PRAGMA database_list").fetchone()[2]))
    part = path.with_name(path.name + ".new")
    with contextlib.suppress(OSError):
        handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_CLOEXEC, 0o600)
        with os.fdopen(handle, "w", encoding="utf-8", errors="surrogateescape") as opened:
            json.dump({"at": at, "file": str(file.resolve())}, opened)
        part.rename(path)


def last_copy(database: Path) -> LastCopy | None:
    """The last copy that was noted; None when there is none."""
    try:
        noted = json.loads(_note(database).read_text(encoding="utf-8", errors="surrogateescape"))
        return LastCopy(str(noted["at"]), Path(str(noted["file"])))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def without_log(database: Path) -> list[Path]:
    """Files in the folder of `database` that are stores of orderctl, need a write-ahead log and have none.

    Those that a restore set aside were moved with their log, if there was any.
    """
    kept = f"{database.name}.before-"
    return [path for path in sorted(_others(database)) if not path.name.startswith(kept) and _lacks_log(path)]


def _note(database: Path) -> Path:
    whole = database.resolve()  # as SQLite names it
    return whole.with_name(whole.name + ".backup")


def _others(database: Path) -> Iterator[Path]:
    try:
        with os.scandir(database.parent) as entries:
            for number, entry in enumerate(entries):
                if number == _MOST_FILES:
                    return
                if entry.name != database.name and entry.is_file(follow_symlinks=False):
                    yield Path(entry.path)
    except OSError:
        return


def _lacks_log(path: Path) -> bool:
    try:
        with path.open("rb") as file:
            header = file.read(_HEADER)
        if not header.startswith(_MAGIC) or header[18:20] != _WAL:
            return False
        log = path.with_name(path.name + "-wal")
        return header[68:72] == APPLICATION_ID.to_bytes(4, "big") and not (log.exists() and log.stat().st_size)
    except OSError:
        return False
