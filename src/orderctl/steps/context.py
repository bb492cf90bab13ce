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
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from orderctl.core import times
from orderctl.core.errors import StoreError
from orderctl.core.stamp import Stamp
from orderctl.store import connection, lock, meta
from orderctl.store.journal import Journal, journal_path
from orderctl.store.transactions import transaction
from orderctl.wire import mounts

if TYPE_CHECKING:
    from orderctl.config.model import Config
    from orderctl.rules.compiled import Compiled
    from orderctl.steps.adapters import Adapters


#: What is left of budgets stands in the store's small facts, under this and the target's name.
BUDGET = "budget:"
#: Between two passes of one process: longer than whoever waits for the store sleeps before it tries again.
_BREATH_S = 0.5


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
    database: Path = Path()  # where the store lies, also for a copy of it
    dry_run: bool = False  # for the words of a report only; what differs has been arranged here
    progress: Progress = field(default=silent)
    fresh: set[str] = field(default_factory=set)  # channels that were read to their end in this pass

    @property
    def now(self) -> str:
        """The moment that counts as now."""
        return self.stamp.at

    def outside(self, path: Path) -> Path | None:
        """`path`, where a file beside the store may be written or moved; None in a dry run, which touches none."""
        return None if self.dry_run else path

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
def open_context(  # noqa: PLR0913 - one argument per thing that a command may want otherwise
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
    put_back: bool = False,
    max_time_s: int | None = None,
) -> Iterator[Context]:
    """Open what a command needs and close it again. `at` is the moment that counts as now, else this one.

    `put_back`: the store may be older than its journal; whoever asks for that sends nothing.
    `progress` is told how far long work has come; None = nobody watches. `max_time_s` beats `[safety] max_time`.
    ConfigError, BusyError or StoreError before anything is touched.
    """
    from orderctl.config.load import load
    from orderctl.steps.adapters import Adapters

    loaded = load(config or Path("channels.toml"))
    if max_time_s is not None:
        loaded = replace(loaded, safety=replace(loaded.safety, max_time_s=max_time_s))
    database = db or loaded.database
    rules_file = rules or loaded.rules
    at = at or now()
    adapters = Adapters(loaded, noted=dry_run, now=at)
    # A pass makes many values and no cycles among them: looking for some after every 700 costs a tenth of its time.
    gc.set_threshold(50_000, 20, 20)
    with contextlib.ExitStack() as stack:
        if write and not dry_run:
            _need_place(loaded, database, adapters, rules_file)
            stack.enter_context(held(database, at, wait_s))
        opened = _opened(database, write=write, dry_run=dry_run)
        journal = _journal(database, write=write, dry_run=dry_run)
        stack.callback(opened.close)
        stack.enter_context(connection.answering(database))
        if not put_back:
            journal.check(opened)
            journal.begin(opened)
        adapters.recall(meta.beginning(opened, BUDGET))
        stack.callback(_remember, opened, adapters, write=write and not dry_run)
        yield Context(
            config=loaded,
            db=opened,
            stamp=Stamp(at=at, actor=actor),
            adapters=adapters,
            journal=journal,
            rules_file=rules_file,
            database=database,
            dry_run=dry_run,
            progress=progress or silent,
        )


def _need_place(loaded: Config, database: Path, adapters: Adapters, rules_file: Path) -> None:
    """StoreError when no store can be where it is to be; ConfigError before one is made for files that are wrong."""
    if not database.exists():
        _need_folder(database)
        adapters.open_all()
        _rules(rules_file, loaded)
    if not loaded.safety.network_store:
        _need_local(database)


def _opened(database: Path, *, write: bool, dry_run: bool) -> sqlite3.Connection:
    if not write:
        return connection.open_for_reading(database)
    return connection.open_copy(database) if dry_run else connection.open_for_writing(database)


def _journal(database: Path, *, write: bool, dry_run: bool) -> Journal:
    """The store's journal, for whoever sends; a dry run is refused where the pass would be, and writes nothing down."""
    return Journal(journal_path(database) if write else None, reads_only=dry_run)


def held(database: Path, at: str, wait_s: int) -> contextlib.AbstractContextManager[None]:
    """Hold the store for this process; BusyError once another one has held it for `wait_s` seconds."""
    holder = {"pid": str(os.getpid()), "command": _command(), "since": at}
    return lock.held(database, holder, _patience(wait_s))


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
    """The command's words for whoever finds the store held; what stands behind them may be about a person."""
    words = [word for word in sys.argv[1:] if not word.startswith("-") and word.replace("-", "").isalpha()]
    return " ".join(["orderctl", *words[:2]])[:200]


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


class Stopwatch:
    """Runs from when it is made."""

    def __init__(self, seconds: int) -> None:
        self._until = time.monotonic() + seconds

    def has_time(self) -> bool:
        """Whether its seconds are not over."""
        return time.monotonic() < self._until


class Pace:
    """Turns that begin `every_s` seconds apart. After one that took longer there is a breath for whoever else waits."""

    def __init__(self, every_s: int) -> None:
        self._every_s = every_s
        self._next = time.monotonic()

    def wait(self) -> None:
        """Sleep until the next turn; a signal that raises ends it at once."""
        self._next = max(self._next + self._every_s, time.monotonic() + _BREATH_S)
        time.sleep(max(0.0, self._next - time.monotonic()))
