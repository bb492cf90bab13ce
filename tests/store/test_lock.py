from __future__ import annotations

import os
import stat
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from orderctl.core.errors import BusyError, StoreError
from orderctl.store import lock

HOLD = """
import sys
from pathlib import Path
from orderctl.store import lock
holder = {"pid": "7", "command": "orderctl run", "since": "2026-11-20T15:00:00Z"}
with lock.held(Path(sys.argv[1]), holder, lambda: False):
    print("held", flush=True)
    sys.stdin.read()
"""
ME = {"pid": "8", "command": "orderctl push", "since": "2026-11-20T16:00:00Z"}


def never() -> bool:
    return False


@contextmanager
def another_process(database) -> Iterator[subprocess.Popen[str]]:
    """A process that holds the store until it ends."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(database)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        assert "held\n" == process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def database(tmp_path):
    return tmp_path / "orderctl.db"


def test_the_second_of_two_processes_is_told_who_holds_the_store(database):
    with (
        another_process(database),
        pytest.raises(BusyError, match=r"'orderctl run' \(pid 7, since 2026-11-20T15:00:00Z\) holds the store"),
        lock.held(database, ME, never),
    ):
        pass


def test_a_dead_process_holds_nothing(database):
    with another_process(database) as process:
        process.kill()
        process.wait()
        with lock.held(database, ME, never):
            pass
    with lock.held(database, ME, never):
        pass


def test_whoever_waits_gets_the_store_when_it_is_free(database):
    with another_process(database) as process:
        tries = []

        def wait_a_little() -> bool:
            tries.append(1)
            process.kill()
            process.wait()
            return True

        with lock.held(database, ME, wait_a_little):
            assert [1] == tries


def test_a_process_waits_only_as_long_as_it_wants_to(database):
    answers = iter([True, True, False])
    with another_process(database), pytest.raises(BusyError), lock.held(database, ME, lambda: next(answers)):
        pass
    assert [] == list(answers)


def test_the_lock_lies_beside_the_store_for_its_owner_alone(database):
    before = os.umask(0)
    try:
        with lock.held(database, ME, never):
            pass
    finally:
        os.umask(before)

    assert 0o600 == stat.S_IMODE(lock.lock_path(database).stat().st_mode)


def test_what_an_earlier_holder_wrote_there_does_not_stay(database):
    lock.lock_path(database).write_text("x" * 5000)

    with lock.held(database, ME, never):
        assert '"orderctl push"' in lock.lock_path(database).read_text()
        assert "x" * 100 not in lock.lock_path(database).read_text()


def test_nonsense_in_the_file_does_not_hide_that_the_store_is_held(database):
    with another_process(database):
        lock.lock_path(database).write_text("nonsense")
        with pytest.raises(BusyError, match="a process holds the store"), lock.held(database, ME, never):
            pass


def test_without_a_folder_there_is_no_lock(tmp_path):
    with (
        pytest.raises(StoreError, match="cannot open the lock file"),
        lock.held(tmp_path / "nowhere" / "orderctl.db", ME, never),
    ):
        pass


def test_who_holds_the_store_can_be_asked_without_touching_it(database):
    with another_process(database):
        held = lock.holder(database)
        before = lock.lock_path(database).stat()
    free = lock.holder(database)

    assert held is not None
    assert ("7", "orderctl run") == (held["pid"], held["command"])
    assert None is free
    assert before.st_mtime_ns == lock.lock_path(database).stat().st_mtime_ns


def test_a_store_that_was_never_opened_is_held_by_nobody(database):
    assert None is lock.holder(database)
    assert not lock.lock_path(database).exists()
