"""What every step works with: the configuration, the rules, the store, the clock, the adapters.

This is the only place that looks at a clock. A dry run differs here and nowhere else: its store is a private copy,
its adapters only take notes, it holds no lock and keeps no journal.
"""

from __future__ import annotations

import contextlib
import gc
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
from orderctl.core.errors import StoreError
from orderctl.core.stamp import Stamp
from orderctl.store import connection, lock, meta
from orderctl.store.journal import Journal
from orderctl.store.transactions import transaction
from orderctl.wire import mounts

if TYPE_CHECKING:
    from orderctl.config.model import Config
    from orderctl.rules.compiled import Compiled
    from orderctl.steps.adapters import Adapters


#: What is left of budgets stands in the store's small facts, under this and the target's name.
BUDGET = "budget:"


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
    fresh: set[str] = field(default_factory=set)  # channels that were read to their end in this pass

    @property
    def now(self) -> str:
        """The moment that counts as now."""
        return self.stamp.at

    @cached_property
    def rules(self) -> Compiled:
        """The rule set, made ready. ConfigError lists everything wrong with the file."""
        return _rules(self.rules_file, self.config)

    @cached_property
    def counted(self) -> frozenset[str]:
        """The locations that keep a ledger."""
        locations = self.config.places.locations
        return frozenset(name for name, location in locations.items() if location.stock == "counted")


def _rules(file: Path, config: Config) -> Compiled:
    from orderctl.rules.compiled import prepare
    from orderctl.steps.rules import ruleset

    return prepare(ruleset(file, config), config.places)


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
    progress: Progress | None = None,
) -> Iterator[Context]:
    """Open what a command needs and close it again. `at` is the moment that counts as now, else this one.

    `progress` is told how far long work has come; None = nobody watches.
    ConfigError, BusyError or StoreError before anything is touched.
    """
    from orderctl.config.load import load
    from orderctl.steps.adapters import Adapters

    loaded = load(config or Path("channels.toml"))
    database = db or loaded.database
    rules_file = rules or loaded.rules
    at = at or now()
    adapters = Adapters(loaded, noted=dry_run, now=at)
    # A pass makes many values and no cycles among them: looking for some after every 700 costs a tenth of its time.
    gc.set_threshold(50_000, 20, 20)
    with contextlib.ExitStack() as stack:
        if not write:
            opened = connection.open_for_reading(database)
            journal = Journal(None)
        elif dry_run:
            opened = connection.open_copy(database)
            journal = Journal(None)
        else:
            _need_folder(database)
            if not database.exists():  # no store is made for files that are wrong
                adapters.open_all()
                _rules(rules_file, loaded)
            if not loaded.safety.network_store:
                _need_local(database)
            holder = {"pid": str(os.getpid()), "command": _command(), "since": at}
            stack.enter_context(lock.held(database, holder, _patience(wait_s)))
            opened = connection.open_for_writing(database)
            journal = Journal(database.with_name(database.name + ".effects"))
        stack.callback(opened.close)
        stack.enter_context(connection.answering(database))
        journal.check(opened)
        adapters.recall(meta.beginning(opened, BUDGET))
        stack.callback(_remember, opened, adapters, write=write and not dry_run)
        yield Context(
            config=loaded,
            db=opened,
            stamp=Stamp(at=at, actor=actor),
            adapters=adapters,
            journal=journal,
            rules_file=rules_file,
            dry_run=dry_run,
            progress=progress or silent,
        )


def _remember(db: sqlite3.Connection, adapters: Adapters, *, write: bool) -> None:
    """What partners still allow is kept for the next run: they remember what this one asked."""
    adapters.close()
    spent = adapters.spent()
    if write and spent:
        with transaction(db, "budgets"):
            for target, text in spent.items():
                meta.put(db, BUDGET + target, text)


def _need_folder(database: Path) -> None:
    if not database.parent.is_dir():
        raise StoreError("there is no such folder", where=str(database.parent), next=f"mkdir -p {database.parent}")


def _need_local(database: Path) -> None:
    kind = mounts.unsafe_type(database)
    if kind:
        message = f"lies on a network file system ({kind}), where locks and flushes cannot be relied on"
        hint = "move it to a local disk, or say network_store = true in [safety]"
        raise StoreError(f"{message}; nothing was touched", where=str(database), next=hint)


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
