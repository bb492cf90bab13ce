"""What a store needs around it: room, a clock that goes forward, copies, and something that starts passes.

Each is looked at without touching it; a lock is read where the kernel lists it, never tried.
"""

from __future__ import annotations

import itertools
import os
import shutil
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path

from orderctl.core import times
from orderctl.core.adapters import Probe
from orderctl.steps import schedules
from orderctl.store import beside, lock, passes
from orderctl.wire import mounts

#: Less room than this is not enough for a pass; less than this, or than the store twice, not for a copy of it.
_NO_ROOM, _LITTLE_ROOM = 100_000_000, 1_000_000_000
#: A write-ahead log this large was not written back for long.
_LARGE_LOG = 500_000_000
_LONG_HELD_S, _OLD_COPY_S, _OLD_PASS_S = 3600, 8 * 86_400, 3600
_SLACK_S = 120

Told = Iterator[tuple[str, Probe]]


def looked_at(database: Path, db: sqlite3.Connection | None, now: str) -> Told:
    """(subject, what was found) of everything around the store `database`; `db` is the store, where it can be read."""
    yield from _beside(database, now)
    yield "machine", _room(database)
    yield "machine", _clock(db, now)
    yield "schedule", _schedule()
    if db is not None:
        yield "schedule", _last_pass(db, database, now)


def _beside(database: Path, now: str) -> Told:
    kind = mounts.unsafe_type(database)
    if kind:
        advice = "move it to a local disk, or say network_store = true in [safety]"
        yield "store", Probe("disk", "warn", f"lies on a network file system ({kind})", advice)
    if database.exists():
        yield "store", _mode(database)
        log = database.with_name(database.name + "-wal")
        if log.exists() and log.stat().st_size > _LARGE_LOG:
            found = f"{log} has {log.stat().st_size:,} bytes: something keeps the store open and reads"
            yield "store", Probe("log", "warn", found, f"fuser -v {database}")
    yield "store", _lock(database, now)
    for path in beside.without_log(database):
        found = f"{path.name} was copied from a store in use; it may lack what was written last"
        yield "copies", Probe("log", "warn", found, f"orderctl db backup FILE, then remove {path.name}")
    if database.exists():
        yield "copies", _last_copy(database, now)


def _mode(database: Path) -> Probe:
    mode = stat.S_IMODE(database.stat().st_mode)
    if mode & 0o077:
        return Probe("mode", "warn", f"others may open it (mode {mode:04o})", f"chmod 600 {database}")
    return Probe("mode", "ok", "nobody else may open it")


def _lock(database: Path, now: str) -> Probe:
    holder = lock.holder(database)
    if holder is None:
        return Probe("lock", "ok", "free")
    since = holder.get("since", "")
    found = f"held by '{holder.get('command', 'a process')}' (pid {holder.get('pid', 'unknown')}, since {since})"
    if since and times.seconds_between(since, now) > _LONG_HELD_S:
        return Probe("lock", "warn", found, f"ps -p {holder.get('pid', 'PID')}: is it still at work?")
    return Probe("lock", "ok", found)


def _last_copy(database: Path, now: str) -> Probe:
    advice = "orderctl db backup FILE, each night: orderctl schedule"
    last = beside.last_copy(database)
    if last is None:
        return Probe("backup", "warn", "no copy made by orderctl db backup is known", advice)
    found = f"{last.file} of {last.at}"
    if not last.file.exists():
        return Probe("backup", "ok", f"{found}; it was carried elsewhere or removed since")
    if times.seconds_between(last.at, now) > _OLD_COPY_S:
        return Probe("backup", "warn", f"{found} is old", advice)
    return Probe("backup", "ok", found)


def _room(database: Path) -> Probe:
    folder = database.absolute().parent
    try:
        free = shutil.disk_usage(folder).free
        state = os.statvfs(folder)
    except OSError as error:
        return Probe("room", "fail", f"{folder} cannot be looked at: {error.strerror}", f"mkdir -p {folder}")
    found = f"{free // 1_000_000:,} MB free in {folder}"
    if free < _NO_ROOM or (state.f_files and not state.f_favail):
        what = found if free < _NO_ROOM else f"no more files fit into {folder}"
        return Probe("room", "fail", what, "make room: a pass that finds none stops with exit 6")
    size = database.stat().st_size if database.exists() else 0
    if free < max(_LITTLE_ROOM, 2 * size):
        return Probe("room", "warn", found, "make room: a copy or an upgrade needs as much as the store has")
    return Probe("room", "ok", found)


def _clock(db: sqlite3.Connection | None, now: str) -> Probe:
    newest = passes.newest(db) if db is not None else ""
    behind = times.seconds_between(now, newest) if newest else 0
    if behind > _SLACK_S:
        found = f"it is {now}, {behind:,} s before the last pass began"
        return Probe("clock", "fail", found, "set the clock of this machine by NTP")
    return Probe("clock", "ok", f"it is {now}")


def _schedule() -> Probe:
    seen = schedules.seen()
    if seen:
        return Probe("start", "ok", f"seen in {', '.join(seen)}")
    advice = "orderctl schedule --print cron"
    return Probe("start", "warn", "nothing is seen that starts passes; another user's crontab would not be", advice)


def _last_pass(db: sqlite3.Connection, database: Path, now: str) -> Probe:
    last = passes.last(db)
    if last is None:
        return Probe("last pass", "warn", "there was none yet", "orderctl run --dry-run")
    began, ended, code = str(last["started_at"]), last["ended_at"], last["exit_code"]
    if ended is None and lock.holder(database) is None:
        return Probe(
            "last pass", "warn", f"that of {began} did not end; the next one finishes its work", "orderctl run"
        )
    age = max(0, times.seconds_between(began, now))
    found = f"{began}, exit {code}" if ended is not None else f"{began}, at work"
    if age > max(_OLD_PASS_S, 5 * _usual_gap(db)):
        return Probe("last pass", "warn", f"{found}, {_ago(age)} ago", "is cron running? orderctl schedule")
    return Probe("last pass", "ok", f"{found}, {_ago(age)} ago")


def _usual_gap(db: sqlite3.Connection) -> int:
    """Seconds between the last passes, in the middle."""
    moments = [began for began, _ in passes.of_step(db, "pull", 12)]
    gaps = sorted(times.seconds_between(earlier, later) for later, earlier in itertools.pairwise(moments))
    return gaps[len(gaps) // 2] if gaps else 0


def _ago(seconds: int) -> str:
    size = next((size for size in (86_400, 3_600, 60) if seconds >= 2 * size), 1)
    return times.duration_text(seconds // size * size)
