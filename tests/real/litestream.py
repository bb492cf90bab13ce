"""Litestream beside a store: it copies the write-ahead log to a replica while passes run, until it is killed.

The replica is a folder, as it would be a bucket or another machine. Intervals are short, so that tests need not wait.
"""

from __future__ import annotations

import os
import platform
import signal
import sqlite3
import subprocess
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from tests.real import npm

_PROGRAM = Path("node_modules/@flydotio/litestream-linux-x64/litestream")
_CONFIG = """
logging:
  level: warn
dbs:
  - path: {database}
    monitor-interval: 20ms
    checkpoint-interval: {checkpoints}
    replicas:
      - type: file
        path: {replica}
        sync-interval: 20ms
"""
CATCH_UP_S, END_S = 30, 10


def program() -> Path:
    """Litestream itself; the test is left out where it cannot be had."""
    if platform.system() != "Linux" or platform.machine() != "x86_64":
        npm.give_up("the pinned Litestream is one for Linux on x86_64")
    return npm.installed("litestream") / _PROGRAM


@dataclass
class Litestream:
    """A running Litestream of one host, whose store is `database`."""

    database: Path
    replica: Path
    process: subprocess.Popen[bytes]

    def freeze(self) -> None:
        """From now on nothing reaches the replica, as when the network to it is gone."""
        self.process.send_signal(signal.SIGSTOP)

    def kill(self) -> None:
        """As the power going out: SIGKILL."""
        self.process.kill()
        self.process.wait(END_S)

    def catch_up(self) -> None:
        """Returns once the replica holds all that the store holds."""
        latest = time.monotonic() + CATCH_UP_S
        here = _content(self.database)
        copy = self.replica.with_name("looked-at.db")
        while time.monotonic() < latest:
            if restore(self.replica, copy, must=False) and _content(copy) == here:
                copy.unlink()
                return
            copy.unlink(missing_ok=True)
        log = self.database.with_name("litestream.log").read_text(encoding="utf-8")
        raise AssertionError(f"Litestream has not caught up: {log[-2000:]}")


def replicate(database: Path, replica: Path, checkpoints: str = "1h") -> Litestream:
    """Start to replicate `database` to the folder `replica`, checkpointing at most as often as `checkpoints` says."""
    config = database.with_name("litestream.yml")
    config.write_text(_CONFIG.format(database=database, replica=replica, checkpoints=checkpoints), encoding="utf-8")
    with database.with_name("litestream.log").open("ab") as log:
        process = subprocess.Popen([program(), "replicate", "-config", config], stdout=log, stderr=log)
    return Litestream(database, replica, process)


def restore(replica: Path, target: Path, *, must: bool = True) -> bool:
    """Make the store `target` of what `replica` holds; whether that could be done. Fails where it `must` be."""
    command = [str(program()), "restore", "-o", str(target), f"file://{replica}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, env=dict(os.environ))
    assert not must or done.returncode == 0, done.stderr
    return done.returncode == 0


def _content(database: Path) -> list[str]:
    """All that a store holds, but for what Litestream notes there for itself."""
    with closing(sqlite3.connect(f"file:{database}?mode=ro", uri=True)) as db:
        return [line for line in db.iterdump() if "_litestream_" not in line]
