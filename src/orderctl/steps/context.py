"""What every step works with: the configuration, the rules, the store, the clock, the adapters.

This is the only place that looks at a clock. A dry run differs here and nowhere else: its store is a private copy,
its adapters only take notes, it holds no lock and keeps no journal.
"""

from __future__ import annotations

import contextlib
import os
import sqlite3
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orderctl.core import times
from orderctl.core.errors import ConfigError, Finding, StoreError
from orderctl.core.stamp import Stamp
from orderctl.store import connection, lock
from orderctl.store.journal import Journal

if TYPE_CHECKING:
    from orderctl.config.model import Config
    from orderctl.rules.compiled import Compiled
    from orderctl.steps.adapters import Adapters


class Progress(Protocol):
    """Told how far long work has come; drawn at a terminal, silent elsewhere."""

    def __call__(self, what: str, done: int, total: int | None) -> None:
        """`done` of `total` (None = unknown) of `what`."""


def silent(what: str, done: int, total: int | None) -> None:
    """Progress that nobody watches."""


@dataclass
class Context:
    """One command's world. `stamp` carries the moment that counts as now for everything it does."""

    config: Config
    db: sqlite3.Connection
    stamp: Stamp
    adapters: Adapters
    journal: Journal
    rules_file: Path
    dry_run: bool = False  # for the words of a report only; what differs has been arranged here
    progress: Progress = field(default=silent)

    @property
    def now(self) -> str:
        """The moment that counts as now."""
        return self.stamp.at

    @cached_property
    def rules(self) -> Compiled:
        """The rule set, made ready. ConfigError lists everything wrong with the file."""
        from orderctl.rules.compiled import prepare
        from orderctl.rules.known import Known
        from orderctl.rules.load import load

        places = self.config.places
        return prepare(load(_content(self.rules_file), str(self.rules_file), Known.from_places(places)), places)

    @cached_property
    def counted(self) -> frozenset[str]:
        """The locations that keep a ledger."""
        locations = self.config.places.locations
        return frozenset(name for name, location in locations.items() if location.stock == "counted")


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        message = f"the rules file cannot be read: {error.strerror}"
        raise ConfigError([Finding("E101", message, str(path), hint="name it with --rules FILE")]) from None


def now() -> str:
    """This moment."""
    return times.moment(datetime.now(UTC))


@contextlib.contextmanager
def open_context(
    config: Path | None,
    rules: Path | None,
    db: Path | None,
    *,
    write: bool,
    dry_run: bool = False,
    wait_s: int = 0,
    actor: str = "orderctl",
    at: str = "",
) -> Iterator[Context]:
    """Open what a command needs and close it again. `at` is the moment that counts as now, else this one.

    ConfigError, BusyError or StoreError before anything is touched.
    """
    from orderctl.config.load import load
    from orderctl.steps.adapters import Adapters

    loaded = load(config or Path("channels.toml"))
    database = db or loaded.database
    at = at or now()
    with contextlib.ExitStack() as stack:
        if not write:
            opened = connection.open_for_reading(database)
            journal = Journal(None)
        elif dry_run:
            opened = connection.open_copy(database)
            journal = Journal(None)
        else:
            _need_folder(database)
            holder = {"pid": str(os.getpid()), "command": _command(), "since": at}
            stack.enter_context(lock.held(database, holder, _patience(wait_s)))
            opened = connection.open_for_writing(database)
            journal = Journal(database.with_name(database.name + ".effects"))
        stack.callback(opened.close)
        yield Context(
            config=loaded,
            db=opened,
            stamp=Stamp(at=at, actor=actor),
            adapters=Adapters(loaded, noted=dry_run),
            journal=journal,
            rules_file=rules or loaded.rules,
            dry_run=dry_run,
        )


def _need_folder(database: Path) -> None:
    if not database.parent.is_dir():
        raise StoreError("there is no such folder", where=str(database.parent), next=f"mkdir -p {database.parent}")


def _command() -> str:
    return " ".join(["orderctl", *sys.argv[1:]])[:200]


class _patience:  # noqa: N801 - reads as a function
    """Answers whether to keep waiting for the store, sleeping a little before each yes."""

    def __init__(self, seconds: int) -> None:
        self._until = time.monotonic() + seconds

    def __call__(self) -> bool:
        left = self._until - time.monotonic()
        if left <= 0:
            return False
        time.sleep(min(0.2, left))
        return True
