"""SFTP servers on loopback ports: OpenSSH's own, and one that can fail at every request.

Both serve folders of this machine under their real paths, to the user who runs the tests, with keys made for the run.
"""

from __future__ import annotations

import asyncio
import contextlib
import getpass
import os
import shutil
import socket
import subprocess
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

import asyncssh
import pytest

from tests.mail_servers import Loop

_WHERE = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/sbin"
SSHD = shutil.which("sshd", path=_WHERE)
needs_sftp = pytest.mark.skipif(shutil.which("sftp") is None, reason="needs sftp: apt-get install openssh-client")
needs_sshd = pytest.mark.skipif(
    SSHD is None or shutil.which("sftp") is None, reason="needs sshd and sftp: apt-get install openssh-server"
)
_CONFIG = """\
Port {port}
ListenAddress 127.0.0.1
HostKey {folder}/host_key
AuthorizedKeysFile {folder}/user_key.pub
PidFile none
StrictModes no
PermitRootLogin yes
PasswordAuthentication no
KbdInteractiveAuthentication no
UseDNS no
MaxStartups 100
PerSourceMaxStartups none
LogLevel INFO
Subsystem sftp {serving}
"""


@cache
def a_key() -> asyncssh.SSHKey:
    """The one key that the tests let in."""
    return asyncssh.generate_private_key("ssh-ed25519")


@dataclass
class Server:
    """A running server, and what one needs to be let in."""

    port: int
    key: Path
    known_hosts: Path
    user: str = field(default_factory=getpass.getuser)

    def settings(self, **changes: Any) -> dict[str, Any]:
        """As channels.toml states them."""
        return {
            "host": "127.0.0.1",
            "port": self.port,
            "user": self.user,
            "key": f"file:{self.key}",
            "known_hosts": str(self.known_hosts),
        } | changes

    def toml(self) -> str:
        """The same as keys of an inline table."""
        return ", ".join(f"{key} = {value!r}".replace("'", '"') for key, value in self.settings().items())


def write_keys(folder: Path, host: asyncssh.SSHKey) -> None:
    """The files of a server with the host key `host`, in `folder`."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, key in (("host_key", host), ("user_key", a_key())):
        key.write_private_key(folder / name)
        key.write_public_key(folder / f"{name}.pub")
        (folder / name).chmod(0o600)


def pin(folder: Path, port: int, host: asyncssh.SSHKey) -> Path:
    """A file that says which key the server on `port` has."""
    known = folder / f"known_hosts-{port}"
    public = " ".join(host.export_public_key().decode().split()[:2])
    known.write_text(f"[127.0.0.1]:{port} {public}\n")
    return known


def _free_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return int(taken.getsockname()[1])


@contextlib.contextmanager
def sshd(folder: Path, serving: str = "internal-sftp") -> Iterator[Server]:
    """OpenSSH's server with its files in `folder`; `serving` is its SFTP part with options."""
    assert SSHD is not None
    host = asyncssh.generate_private_key("ssh-ed25519")
    write_keys(folder, host)
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd wants it, as long as it runs as root
    log = folder / "sshd.log"
    for _ in range(10):
        port = _free_port()
        (folder / "sshd_config").write_text(_CONFIG.format(port=port, folder=folder, serving=serving))
        command = [SSHD, "-D", "-E", str(log), "-f", str(folder / "sshd_config")]
        running = subprocess.Popen(command, stdin=subprocess.DEVNULL)
        if _listens(port, running):
            break
        assert "Bind to port" in log.read_text(), log.read_text()
    try:
        yield Server(port, folder / "user_key", pin(folder, port, host))
    finally:
        running.terminate()
        running.wait(20)


def _listens(port: int, running: subprocess.Popen[bytes]) -> bool:
    """Whether somebody answers on `port`; False once `running` has given up."""
    while running.poll() is None:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as asked:
            return asked.recv(4) == b"SSH-"
    return False


def _nothing() -> None:
    """Nothing happens."""


@dataclass
class Faulty:
    """What a server was told to do, and what it has done.

    `faults` says what happens at a request (`login`, `list`, `stat`, `open`, `write`, `close`, `rename`, `remove`):
    `drop` before it is done, `drop after`, `hang`, `denied`, `missing`, `failure`. `once`: each happens a single time.
    `blind`: it shows nothing. `takes`: whoever reads there takes every file away as soon as it has its name.
    `after_close` is done after each file was closed.
    """

    faults: dict[str, str] = field(default_factory=dict)
    once: bool = False
    blind: bool = False
    takes: bool = False
    published: list[tuple[str, bytes]] = field(default_factory=list)
    requests: list[str] = field(default_factory=list)
    server: Server | None = None
    after_close: Callable[[], None] = _nothing
    over: asyncio.Event = field(default_factory=asyncio.Event)
    files: list[Any] = field(default_factory=list)

    def appeared(self, file: Path) -> None:
        """Something has its name; what is not hidden was published."""
        if not file.name.startswith("."):
            self.published.append((file.name, file.read_bytes()))
            if self.takes:
                file.unlink()

    def fault(self, request: str) -> str:
        self.requests.append(request)
        if request not in self.faults:
            return ""
        return self.faults.pop(request) if self.once else self.faults[request]


class _Sftp(asyncssh.SFTPServer):
    def __init__(self, chan: asyncssh.SSHServerChannel[bytes], box: Faulty) -> None:
        super().__init__(chan)
        self._box = box

    async def _meet(self, request: str) -> str:
        """What is to happen after `request` was done; whatever is to happen before happens."""
        how = self._box.fault(request)
        if how == "hang":
            await self._box.over.wait()
        if how == "drop":
            self.channel.get_connection().abort()
            await self._box.over.wait()
        if how == "denied":
            raise asyncssh.SFTPPermissionDenied("not you")
        if how == "missing":
            raise asyncssh.SFTPNoSuchFile("not here")
        if how == "failure":
            raise asyncssh.SFTPFailure("no room")
        return how

    async def _after(self, how: str) -> None:
        if how == "drop after":
            self.channel.get_connection().abort()
            await self._box.over.wait()

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        await self._meet("open")
        opened = super().open(path, pflags, attrs)
        self._box.files.append(opened)
        return opened

    async def write(self, file_obj: object, offset: int, data: bytes) -> int:
        how = await self._meet("write")
        done = super().write(file_obj, offset, data)
        await self._after(how)
        assert isinstance(done, int)
        return done

    async def close(self, file_obj: object) -> None:
        how = await self._meet("close")
        super().close(file_obj)
        self._box.after_close()
        await self._after(how)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        await self._meet("list")
        if not self._box.blind:
            async for name in super().scandir(path):
                yield name

    async def lstat(self, path: bytes) -> Any:
        await self._meet("stat")
        if self._box.blind:
            raise asyncssh.SFTPPermissionDenied("not you")
        return super().lstat(path)

    async def remove(self, path: bytes) -> None:
        await self._meet("remove")
        super().remove(path)

    async def posix_rename(self, oldpath: bytes, newpath: bytes) -> None:
        how = await self._meet("rename")
        super().posix_rename(oldpath, newpath)
        self._box.appeared(Path(os.fsdecode(newpath)))
        await self._after(how)


class _Lets(asyncssh.SSHServer):
    def __init__(self, box: Faulty) -> None:
        self._box = box

    def connection_made(self, conn: asyncssh.SSHServerConnection) -> None:
        self._connection = conn

    async def begin_auth(self, username: str) -> bool:  # noqa: ARG002 - asyncssh names it
        how = self._box.fault("login")
        if how == "drop":
            self._connection.abort()
        if how in {"hang", "drop"}:
            await self._box.over.wait()
        return True

    def public_key_auth_supported(self) -> bool:
        return True

    def validate_public_key(self, username: str, key: asyncssh.SSHKey) -> bool:  # noqa: ARG002
        return self._box.faults.get("login") != "denied" and key == a_key().convert_to_public()


@contextlib.contextmanager
def faulty_sftp(folder: Path, **told: Any) -> Iterator[Faulty]:
    """A server that can fail, with its files in `folder`."""
    host = asyncssh.generate_private_key("ssh-ed25519")
    write_keys(folder, host)
    box = Faulty(**told)
    loop = Loop()

    async def listen() -> Any:
        return await asyncssh.listen(
            "127.0.0.1",
            0,
            server_host_keys=[host],
            server_factory=lambda: _Lets(box),
            sftp_factory=lambda chan: _Sftp(chan, box),
            allow_scp=False,
        )

    acceptor = loop.do(listen())
    port = acceptor.get_port()
    box.server = Server(port, folder / "user_key", pin(folder, port, host))
    try:
        yield box
    finally:
        loop.stop(acceptor)
        for file in box.files:
            file.close()
