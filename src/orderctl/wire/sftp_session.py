"""One run of OpenSSH's `sftp`, told commands and heard line by line.

1. it is started without a shell, in batch mode and in a process group of its own, so that it asks nobody anything
2. each command is followed by a comment that nobody can guess; sftp repeats every line that it reads, so what it writes
   before it repeats the comment is the command's answer, and what stands on stderr by then is what went wrong
3. once the deadline has passed, or more is written than can be right, the whole group is killed
4. what is up- or downloaded passes through one file without a name, which is gone with this process however it ends
"""

from __future__ import annotations

import contextlib
import io
import os
import secrets
import selectors
import signal
import subprocess
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from orderctl.core import text
from orderctl.core.errors import RemoteDenied, RemoteDown, RemoteError
from orderctl.wire.budgets import Deadline

PROGRAM = "sftp"
#: sftp cuts longer lines in two, and runs both.
LONGEST_COMMAND = 2_000
MOST_BYTES = 32 * 1024 * 1024
_LONGEST_SAID = 200
#: So often whoever asked looks after what is being transferred.
_LOOK_S = 0.2
_LEAVE_S = 2.0
_REPEATED = b"sftp> "
#: What ssh writes into its complaints and nobody learns anything from.
_NOISE = ("@@@", "Connection closed", "Host key verification failed")


class ConnectionLost(RemoteDown):
    """The connection broke, or took too long; what was asked last may have been done."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What sftp wrote to a command, and what went wrong; the latter is empty when it was done."""

    lines: tuple[str, ...]
    wrong: str

    @property
    def status(self) -> str:
        """The server's own word for what went wrong: `Permission denied`."""
        return self.wrong.rpartition(": ")[2] if self.wrong else ""

    @property
    def is_missing(self) -> bool:
        """Whether what was asked for is not there."""
        return "no such file" in self.wrong.lower() or self.wrong.rstrip(".").endswith("not found")


def _nothing() -> None:
    """Nobody looks after the command."""


class Session:
    """A running sftp. `where` names the other side in messages; `environment` is all that it knows of ours."""

    def __init__(self, arguments: Sequence[str], environment: Mapping[str, str], where: str) -> None:
        self._where = where
        self.scratch = tempfile.TemporaryFile(buffering=0)  # noqa: SIM115 - open for as long as sftp runs
        try:
            self._process = subprocess.Popen(  # noqa: S603 - no shell, and every argument is ours or checked
                [PROGRAM, *arguments],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.PIPE,
                cwd="/",
                env=dict(environment),
                pass_fds=(self.scratch.fileno(),),
                start_new_session=True,
                bufsize=0,
            )
        except OSError as error:
            self.scratch.close()
            message = f"the program {PROGRAM} cannot be started: {error.strerror}"
            raise RemoteDown(message, where=where, next="install OpenSSH's client (openssh-client)") from None
        assert self._process.stdin and self._process.stdout and self._process.stderr  # noqa: S101, PT018 - pipes
        self._in, self._out, self._err = self._process.stdin, self._process.stdout, self._process.stderr
        for pipe in (self._out, self._err):
            os.set_blocking(pipe.fileno(), False)

    @property
    def local(self) -> str:
        """What sftp calls the file that transfers pass through."""
        return f"/dev/fd/{self.scratch.fileno()}"

    @property
    def is_over(self) -> bool:
        """Whether it has ended, so that nothing can be asked any more."""
        return self.scratch.closed or self._process.poll() is not None

    def ask(self, command: str, deadline: Deadline, check: Callable[[], None] = _nothing) -> Answer:
        """The answer to `command`. `check` is called again and again meanwhile, and may raise.

        ConnectionLost when none came, RemoteDenied when we were not let in; it has ended then.
        """
        if len(command.encode()) > LONGEST_COMMAND:
            raise RemoteDenied("the name of the file is too long for sftp", where=self._where)
        mark = f"#{secrets.token_hex(12)}"
        try:
            self._in.write(f"-{command}\n{mark}\n".encode())
            written, said = self._until(mark.encode(), deadline, check)
        except BrokenPipeError:
            raise self._lost(deadline) from None
        except BaseException:
            self.close(at_once=True)
            raise
        lines = [line for line in _lines(written) if not line.startswith(_REPEATED.decode())]
        return Answer(tuple(lines), _words(said))

    def close(self, *, at_once: bool = False) -> None:
        """End it; with what it is doing `at_once`, else when it has noticed that nothing more comes."""
        if self.scratch.closed:
            return
        self.scratch.close()
        with contextlib.suppress(OSError):
            self._in.close()
        if not at_once:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(_LEAVE_S)
        if self._process.poll() is None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._out.close()
        self._err.close()

    def _until(self, mark: bytes, deadline: Deadline, check: Callable[[], None]) -> tuple[bytes, bytes]:
        """What was written to stdout and stderr until `mark` was repeated."""
        end = _REPEATED + mark + b"\n"
        written, said = bytearray(), bytearray()
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._out, selectors.EVENT_READ, written)
            waiting.register(self._err, selectors.EVENT_READ, said)
            while True:
                left = deadline.left()
                if left <= 0:
                    raise ConnectionLost("did not answer in time", where=self._where)
                check()
                for key, _ in waiting.select(min(left, _LOOK_S)):
                    if not _take(key.fileobj, key.data):
                        waiting.unregister(key.fileobj)
                    if key.fileobj is self._out and self._out not in waiting.get_map():
                        raise self._lost(deadline, bytes(said))
                if len(written) + len(said) > MOST_BYTES:
                    raise ConnectionLost("says more than can be right", where=self._where)
                if written.endswith(end):
                    _take(self._err, said)
                    return bytes(written[: -len(end)]), bytes(said)

    def _lost(self, deadline: Deadline, said: bytes = b"") -> RemoteError:
        """Why nothing comes any more, in as many words as ssh had for it."""
        heard = bytearray(said)
        with selectors.DefaultSelector() as waiting:
            waiting.register(self._err, selectors.EVENT_READ)
            until = Deadline.after(max(0.0, min(deadline.left(), _LEAVE_S)))
            while waiting.select(max(0.0, until.left())) and _take(self._err, heard):
                pass
        self.close(at_once=True)
        return _reason(bytes(heard).decode("utf-8", "replace"), self._where)


def _take(pipe: object, into: bytearray) -> bool:
    """Read what is there; False once nothing can come any more."""
    assert isinstance(pipe, io.RawIOBase)  # noqa: S101 - opened without buffers
    while True:
        some = pipe.read(65_536)
        if some is None:
            return True
        if not some:
            return False
        into += some


def _reason(said: str, where: str) -> RemoteError:
    """The error that the complaints of ssh amount to."""
    lower = said.lower()
    if "identification has changed" in lower or "host key for" in lower:
        message = "shows another host key than the one in known_hosts; nothing was sent"
        hint = "ask the partner whether the key was changed, and by whom, before you change known_hosts"
        return RemoteDenied(message, where=where, next=hint)
    if "host key is known" in lower or "host key verification failed" in lower:
        message = "has a host key that is not in known_hosts; nothing was sent"
        return RemoteDenied(message, where=where, next="ask the partner for it and add it (ssh-keyscan shows it)")
    if "permission denied (" in lower or "too many authentication failures" in lower:
        return RemoteDenied("does not let this user in with this key", where=where, next="check user and key")
    words = _words(said.encode())
    if "subsystem request failed" in lower:
        return RemoteDenied(f"offers no SFTP ({words})", where=where, next="check host and port")
    return ConnectionLost(words or "closed the connection", where=where)


def _lines(written: bytes) -> list[str]:
    return written.decode("utf-8", "surrogateescape").split("\n")[:-1]


def _words(said: bytes) -> str:
    """What sftp or ssh complain of, as one line."""
    lines = [" ".join(line.split()) for line in said.decode("utf-8", "replace").splitlines()]
    telling = [line for line in lines if line and not line.startswith(_NOISE)] or [line for line in lines if line]
    return text.printable("; ".join(telling))[-_LONGEST_SAID:]
