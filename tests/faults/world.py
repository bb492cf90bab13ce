"""A shop whose command is called as it is installed, each time in a process of its own.

The process is a fork of this one, so that a call costs milliseconds; before the command begins it can be given another
clock, user, limit, environment or signal. What `python -m` itself does is tested through real processes.
"""

from __future__ import annotations

import contextlib
import csv
import ctypes
import importlib
import io
import json
import os
import pkgutil
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import traceback
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import orderctl
from orderctl import __main__ as front
from orderctl.core import failpoints
from orderctl.steps import context
from orderctl.store import care
from tests.forking import ended, fork
from tests.shop import CHANNELS, RULES, Shop, an_order_row
from tests.shop import a_shop as a_plain_shop

for _module in pkgutil.walk_packages(orderctl.__path__, "orderctl."):
    with contextlib.suppress(ImportError):  # what needs an extra package says so where it is used
        importlib.import_module(_module.name)  # before the fork, so that no call has to
importlib.import_module("sqlite_utils")

ORDERCTL = str(Path(sys.executable).parent / "orderctl")
Before = Callable[[], object]
#: What crosses a border goes without HS codes.
NO_PAPERS = "\n[routing]\nhold_missing_customs = false\n"


@dataclass(frozen=True, slots=True)
class Said:
    """What one call answered. A `code` below zero is the signal that ended it."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """The one document on stdout."""
        return json.loads(self.out)

    @property
    def text(self) -> str:
        """Everything that was said."""
        return self.out + self.err


@dataclass
class World(Shop):
    """The shop, its command, and what its store holds."""

    def orderctl(self, *arguments: str, before: Before | None = None, env: Mapping[str, str] | None = None) -> Said:
        """What `orderctl ARGUMENTS` answers in the shop's folder; `before` is done in its process first."""
        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            code = os.waitstatus_to_exitcode(ended(lambda: _be(self.folder, arguments, (out, err), before, env)))
            return Said(code, *map(_text, (out, err)))

    def start(self, *arguments: str, **environment: str) -> subprocess.Popen[str]:
        """A real process of the installed command, not waited for."""
        return subprocess.Popen(
            [ORDERCTL, *arguments],
            cwd=self.folder,
            env={**os.environ, "ORDERCTL_CONFIG": "", **environment},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """What the store answers to `query`."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as db:
            return db.execute(query, values).fetchall()

    def one(self, query: str, *values: object) -> Any:
        """The single value that the store answers with."""
        ((value,),) = self.rows(query, *values)
        return value

    def states(self) -> dict[str, str]:
        """Order number -> its state."""
        return dict(self.rows("SELECT number, state FROM orders ORDER BY number"))

    def waiting(self) -> set[str]:
        """The codes of what waits for a person."""
        return {row[0] for row in self.rows("SELECT code FROM exceptions WHERE closed_at IS NULL")}

    def put_aside(self) -> dict[str, str]:
        """Field -> reason of every payload and row in quarantine."""
        return dict(self.rows("SELECT field, reason FROM quarantine"))

    def numbers(self) -> list[str]:
        """The numbers of all orders, sorted."""
        return [row[0] for row in self.rows("SELECT number FROM orders ORDER BY number")]

    def handed_over(self) -> dict[str, list[str]]:
        """Reference -> the documents that ask for it; more than one would be a shipment sent twice."""
        found: dict[str, list[str]] = {}
        for name, content in self.files("out").items():
            if ".orderctl-staging" not in name and name.endswith(".csv"):
                for reference in {row["reference"] for row in rows_of(content)}:
                    found.setdefault(reference, []).append(name)
        return found

    def sent_once(self, *references: str) -> None:
        """These shipments and no others were handed over, each in one document."""
        assert set(references) == set(self.handed_over())
        assert {1} == {len(names) for names in self.handed_over().values()}
        self.sound()

    def sound(self) -> None:
        """The store is sound, and every sum that must hold in it does."""
        with closing(sqlite3.connect(f"file:{self.store}?mode=ro", uri=True)) as db:
            assert [] == [(name, wrong) for name, wrong in care.check(db) if wrong]

    def everything(self) -> dict[str, bytes]:
        """Every file of the shop with its bytes, but for the lock, which says who came last, and empty side files."""
        found = {}
        for path in sorted(self.folder.rglob("*")):
            if path.is_file() and path.suffix not in {".lock", ".db-shm"} and path.stat().st_size:
                found[path.relative_to(self.folder).as_posix()] = path.read_bytes()
        return found


def a_world(folder: Path, channels: str = CHANNELS, rules: str = RULES, *, stock: bool = True) -> World:
    """The shop of `tests.shop`, with its command."""
    return World(a_plain_shop(folder, channels, rules, stock=stock).folder)


def a_used_world(folder: Path) -> World:
    """A shop after a pass: one order handed over, one more waiting to be read."""
    world = a_world(folder)
    world.orders("web", an_order_row("1"))
    assert 0 == world.orderctl("run").code
    world.orders("web-2", an_order_row("2"))
    return world


def rows_of(content: bytes) -> list[dict[str, str]]:
    """The rows of a CSV file."""
    return list(csv.DictReader(io.StringIO(content.decode(), newline="")))


@contextlib.contextmanager
def another_process(world: World, *arguments: str, at: str) -> Iterator[None]:
    """A process that has come to the failpoint `at` of `orderctl ARGUMENTS` and waits there until the end."""
    there, go = os.pipe(), os.pipe()

    def wait() -> None:
        os.write(there[1], b".")
        os.read(go[0], 1)

    child = fork()
    if child == 0:
        try:
            world.orderctl(*arguments, before=doing_at(at, wait))
        finally:
            os._exit(0)
    assert b"." == os.read(there[0], 1)
    try:
        yield
    finally:
        os.write(go[1], b".")
        os.waitpid(child, 0)
        for handle in (*there, *go):
            os.close(handle)


def at(moment: str) -> Before:
    """The clock stands at `moment`."""
    return lambda: setattr(context, "now", lambda: moment)


def killed_at(name: str, nth: int = 1) -> Before:
    """The process dies where it comes to the failpoint `name` for the `nth` time."""
    return signalled_at(name, signal.SIGKILL, nth)


def signalled_at(name: str, number: signal.Signals, nth: int = 1) -> Before:
    """The process gets the signal `number` where it comes to the failpoint `name` for the `nth` time."""
    return doing_at(name, lambda: os.kill(os.getpid(), number), nth)


def doing_at(name: str, action: Callable[[], object], nth: int = 1) -> Before:
    """`action` is done where the process comes to the failpoint `name` for the `nth` time."""
    seen: list[str] = []

    def reached(passed: str, /) -> None:
        if passed == name:
            seen.append(passed)
            if len(seen) == nth:
                action()

    return lambda: setattr(failpoints, "reached", reached)


def largest_file(size: int) -> Before:
    """No file may grow beyond `size` bytes: what a full disk looks like to the one who writes."""
    return lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))


def without_privileges() -> None:
    """From now on permissions count for this process, whoever runs the tests."""
    if sys.platform != "linux" or os.geteuid() != 0:
        return
    kernel = ctypes.CDLL(None, use_errno=True)
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)  # version 3 of the interface, this process
    nothing = (ctypes.c_uint32 * 6)()
    assert 0 == kernel.capset(header, nothing), os.strerror(ctypes.get_errno())


def all_of(*before: Before) -> Before:
    """Each of `before`, in this order."""
    return lambda: [one() for one in before]


def _text(stream: BinaryIO) -> str:
    stream.seek(0)
    return stream.read().decode()


def _be(
    folder: Path,
    arguments: Sequence[str],
    streams: tuple[BinaryIO, BinaryIO],
    before: Before | None,
    env: Mapping[str, str] | None,
) -> None:
    """Be the command, and never come back."""
    code = 70
    try:
        os.dup2(os.open(os.devnull, os.O_RDONLY), 0)
        for number, stream in enumerate(streams, 1):
            os.dup2(stream.fileno(), number)
        sys.stdin, sys.stdout, sys.stderr = open(0), open(1, "w"), open(2, "w")  # noqa: SIM115
        os.chdir(folder)
        os.environ.pop("ORDERCTL_CONFIG", None)
        os.environ.update(env or {})
        sys.argv = ["orderctl", *arguments]
        signal.signal(signal.SIGINT, signal.default_int_handler)
        if before:
            before()
        code = front.main()
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001 - nothing comes back into the test runner
        with contextlib.suppress(OSError):
            os.write(2, traceback.format_exc().encode())
    finally:
        os._exit(code)
