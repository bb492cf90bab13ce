"""What can go wrong, in the words a person can act on.

Every error says what happened, where, and what to type next. Only `cli/app.py` turns one into text and an exit code.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum

from orderctl.core.secrets import redacted


class Exit(IntEnum):
    """The exit codes of every command; when several apply, `worst` picks the one that is reported."""

    OK = 0
    BUG = 1
    USAGE = 2
    ATTENTION = 3
    BUSY = 4
    REMOTE = 5
    STORE = 6
    CHECK = 7
    INTERRUPTED = 130
    TERMINATED = 143


_PRECEDENCE = (
    Exit.STORE,
    Exit.BUG,
    Exit.USAGE,
    Exit.BUSY,
    Exit.INTERRUPTED,
    Exit.TERMINATED,
    Exit.REMOTE,
    Exit.CHECK,
    Exit.ATTENTION,
    Exit.OK,
)


def worst(codes: Iterable[Exit]) -> Exit:
    """The one code to exit with when several apply."""
    return min(codes, key=_PRECEDENCE.index, default=Exit.OK)


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing wrong with a file a person wrote: what, where, and what to type instead."""

    code: str
    message: str
    file: str = ""
    line: int = 0
    stage: str = ""
    rule: str = ""
    hint: str = ""
    severity: str = "error"

    def __str__(self) -> str:
        where = f"{self.file}:{self.line}" if self.line else self.file
        rule = f"[{self.stage}] '{self.rule}': " if self.rule else ""
        hint = f" ({self.hint})" if self.hint else ""
        return f"{where}: {rule}{self.message}{hint} [{self.code}]" if where else f"{rule}{self.message}{hint}"


class OrderctlError(Exception):
    """Anything orderctl reports on purpose. `where` names the thing, `next` the command to type."""

    exit = Exit.BUG
    code = "bug"

    def __init__(self, message: str, *, where: str = "", next: str = "") -> None:  # noqa: A002
        super().__init__(message)
        self.message = redacted(message)
        self.where = where
        self.next = next

    @property
    def said(self) -> str:
        """Where and what, without what to do about it."""
        return f"{self.where}: {self.message}" if self.where else self.message

    def __str__(self) -> str:
        return f"{self.said}; next: {self.next}" if self.next else self.said


class UsageError(OrderctlError):
    """The arguments cannot be obeyed; nothing was touched."""

    exit = Exit.USAGE
    code = "usage"


class ConfigError(OrderctlError):
    """A file a person wrote is wrong. Stops before anything ran and lists all findings at once."""

    exit = Exit.USAGE
    code = "config"

    def __init__(self, findings: Iterable[Finding]) -> None:
        self.findings = tuple(findings)
        super().__init__("\n".join(map(str, self.findings)))


class RecordError(OrderctlError):
    """One record is not what it should be; it is put aside and the rest goes on.

    `field` names the part of the record that is wrong, where one can be named; `exception` is the code by which it
    waits for a person.
    """

    exit = Exit.ATTENTION
    code = "record"
    exception = "quarantine"

    def __init__(self, message: str, *, field: str = "", where: str = "", next: str = "") -> None:  # noqa: A002
        super().__init__(message, where=where, next=next)
        self.field = field


class UnmatchedCancellation(RecordError):
    """A record cancels units and does not say of which order."""

    exception = "unmatched_cancellation"


class StoreError(OrderctlError):
    """The store cannot be used: missing, full, corrupt, read-only, of another version. No effect was sent."""

    exit = Exit.STORE
    code = "store"


class BusyError(OrderctlError):
    """Another process holds the store; nothing was touched."""

    exit = Exit.BUSY
    code = "busy"


class RemoteError(OrderctlError):
    """A channel or location could not be completed; the rest was. Safe to run again.

    `outcome` says what became of the request that failed, as `core.effects.OUTCOMES` does: without better knowledge it
    may have been processed.
    """

    exit = Exit.REMOTE
    code = "remote"
    outcome = "uncertain"


class RemoteFailed(RemoteError):
    """The other side failed over what it was asked, or took too long: it may manage less at once."""


class RemoteDown(RemoteError):
    """The other side cannot be reached at all: nothing was processed."""

    code = "remote-down"
    outcome = "retry"


class RemoteBusy(RemoteError):
    """The other side asked for time; the record stays due."""

    code = "remote-busy"
    outcome = "retry"


class RemoteRefused(RemoteError):
    """The other side read the request and will not do it; the same request is not sent again.

    `status` is its HTTP status, 0 where there is none; `details` what it said, read as JSON where it is JSON.
    """

    code = "remote-refused"
    outcome = "refused"

    def __init__(self, message: str, *, where: str = "", status: int = 0, details: object = None) -> None:
        super().__init__(message, where=where)
        self.status = status
        self.details = details


class NoRoom(RemoteError):
    """The disk where something is handed over is full; nothing was, and its records stay due."""

    exit = Exit.STORE
    code = "no-room"
    outcome = "retry"


class RemoteDenied(RemoteError):
    """The other side does not let us in; that channel or location stops, the others go on.

    `status` and `details` are as for RemoteRefused.
    """

    code = "remote-denied"
    outcome = "retry"

    def __init__(
        self,
        message: str,
        *,
        where: str = "",
        next: str = "",  # noqa: A002
        status: int = 0,
        details: object = None,
    ) -> None:
        super().__init__(message, where=where, next=next)
        self.status = status
        self.details = details
