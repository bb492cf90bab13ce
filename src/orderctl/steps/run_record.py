"""What others are told of a pass while it goes: a monitor by pings, a log file by one line per event.

1. the file of the configuration is looked at for `[heartbeat]` alone, so that a pass which a mistake in the rest of it
   stops is told of, too
2. neither a ping nor a line of the log that cannot be written changes what the pass does or how it exits; only a log
   that cannot even be opened is refused, before anything is touched
3. a pass that finds another one at work is none, and tells nothing but the log
4. the log holds codes, counts, subjects and messages; what a message quotes, addresses and secrets are taken out
"""

from __future__ import annotations

import contextlib
import json
import os
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orderctl import __version__
from orderctl.core import times
from orderctl.core.errors import BusyError, Exit, OrderctlError, UsageError
from orderctl.core.secrets import Secret, impersonal, is_reference
from orderctl.steps import context
from orderctl.steps.report import Report

if TYPE_CHECKING:
    from orderctl.wire.heartbeat import Heartbeat

FORMATS = ("text", "json")


@dataclass(slots=True)
class Record:
    """The record of one pass. `unpinged` says why the monitor could not be told, if it could not."""

    heartbeat: Heartbeat | None = None
    log: int | None = None
    as_json: bool = False
    began: str = field(default_factory=context.now)
    unpinged: str = ""

    def begin(self) -> None:
        """The store is ours and the pass begins."""
        self._ping("start")
        self._write("pass_began", version=__version__, pid=os.getpid())

    def step(self, report: Report) -> None:
        """A step of it has ended; a line is for one that did something."""
        if report.counts or report.problems:
            self._write("step_ended", step=report.step, exit_code=int(report.exit), counts=report.counts)
        for one in report.problems:
            about = {"code": one.code, "subject": impersonal(one.subject), "message": impersonal(one.message)}
            self._write("problem", step=report.step, **about, next=impersonal(one.next))

    def end(self, code: Exit) -> None:
        """It came to its end. What waits for a person is no failure."""
        self._write("pass_ended", exit_code=int(code), seconds=times.seconds_between(self.began, context.now()))
        self._ping(str(int(Exit.OK if code is Exit.ATTENTION else code)))

    def fail(self, error: BaseException) -> None:
        """It could not be done, or was stopped."""
        code = exit_of(error)
        named = error.code if isinstance(error, OrderctlError) else type(error).__name__
        message = impersonal(str(error)) if isinstance(error, OrderctlError) else ""
        seconds = times.seconds_between(self.began, context.now())
        self._write("pass_failed", exit_code=int(code), seconds=seconds, code=named, message=message)
        if not isinstance(error, BusyError):
            self._ping("fail")

    def close(self) -> None:
        """Nothing more is told."""
        if self.heartbeat is not None:
            self.heartbeat.close()
        if self.log is not None:
            os.close(self.log)

    def _ping(self, what: str) -> None:
        if self.heartbeat is not None:
            self.unpinged = self.heartbeat.ping(what) or self.unpinged
            if self.unpinged:
                self._write("unpinged", message=self.unpinged)

    def _write(self, event: str, **about: Any) -> None:
        if self.log is None:
            return
        line = _line({"at": context.now(), "event": event, **about}, as_json=self.as_json)
        with contextlib.suppress(OSError):  # a full disk stops the pass itself where it matters
            os.write(self.log, line.encode("utf-8", "backslashreplace"))


@contextlib.contextmanager
def kept(config: Path | None, log: Path | None, log_format: str) -> Iterator[Record]:
    """The record of a pass by the configuration in the file `config`, in the file `log` if one is named.

    What is raised inside is recorded as how the pass failed, and raised on. UsageError when the log cannot be opened.
    """
    if log_format not in FORMATS:
        message = f"there is no log format '{log_format[:40]}'; there are {', '.join(FORMATS)}"
        raise UsageError(message, next="orderctl run --help")
    record = Record(_heartbeat(config or Path("channels.toml")), _opened(log), log_format == "json")
    try:
        yield record
    except BaseException as error:
        record.fail(error)
        raise
    finally:
        record.close()


def exit_of(error: BaseException) -> Exit:
    """The code that `error` ends the program with."""
    if isinstance(error, KeyboardInterrupt):
        return Exit.INTERRUPTED
    code = getattr(error, "exit", None)
    return code if isinstance(code, Exit) else Exit.BUG


def address(file: Path) -> str:
    """`[heartbeat] url` as it is written in the file; empty when there is none or nothing of the file can be read."""
    try:
        text = file.read_text(encoding="utf-8")
        written = tomllib.loads(text).get("heartbeat", {}) if "heartbeat" in text else {}
    except (OSError, ValueError, RecursionError):
        return ""
    url = written.get("url", "") if isinstance(written, dict) else ""
    return url if isinstance(url, str) else ""


def resolved(written: str, base: Path) -> Secret:
    """The address behind what is written as `url`. Refusal (in words) when a reference leads nowhere."""
    from orderctl.config.secrets import resolve

    return resolve(written, base, os.environ) if is_reference(written) else Secret("", written)


def _heartbeat(file: Path) -> Heartbeat | None:
    written = address(file)
    if not written:
        return None
    from orderctl.wire.heartbeat import Heartbeat

    try:
        return Heartbeat(resolved(written, file.parent))
    except ValueError:
        return None  # `config check` and `doctor` say so; a pass does its work all the same


def _opened(log: Path | None) -> int | None:
    if log is None:
        return None
    try:
        return os.open(log, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOCTTY, 0o600)
    except (OSError, ValueError) as error:
        why = getattr(error, "strerror", None) or "no such path"
        message = f"the log cannot be opened: {why}; nothing was done"
        raise UsageError(message, where=str(log), next="name a file in a folder that can be written") from None


def _line(event: dict[str, Any], *, as_json: bool) -> str:
    if as_json:
        return json.dumps(event, ensure_ascii=True, allow_nan=False) + "\n"
    first, *rest = event.items()
    named = (f"{name}={_plain(value)}" for name, value in rest[1:] if value not in ("", {}))
    return " ".join([str(first[1]), str(rest[0][1]), *named]) + "\n"


def _plain(value: Any) -> str:
    """A value as it is where it is one word, else as JSON."""
    text = str(value)
    one_word = text.isascii() and not any(character.isspace() or character in "\"'{}=" for character in text)
    return text if one_word else json.dumps(value)
