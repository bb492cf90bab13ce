"""Mail servers on loopback ports: one that takes mails and can fail at every step, one that holds mailboxes.

A mail counts from the moment its last byte was read, whatever comes of the answer.
"""

from __future__ import annotations

import asyncio
import contextlib
import imaplib
import socket
import ssl
import threading
from argparse import Namespace
from collections.abc import Callable, Coroutine, Iterable, Iterator
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

import trustme
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from proxyprotocol.reader import ProxyProtocolReader
from pymap.backend.dict import DictBackend
from pymap.imap import IMAPServer
from pysasl.hashing import Cleartext

USER, PASSWORD = "orders@shop.example", "mail-secret-4711"
#: Mails are refused when they are larger.
LARGEST = 33_554_432


@dataclass(frozen=True)
class Mail:
    """One mail as it was read."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    sealed: bool
    user: str

    @property
    def message(self) -> EmailMessage:
        found = message_from_bytes(self.content, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class MailServer:
    """What it was told to do, and what it has read.

    `faults` says what happens at a verb (`CONNECT`, `EHLO`, `STARTTLS`, `AUTH`, `MAIL`, `RCPT`, `DATA`, `BODY` while
    the mail is read, `END` once it is): an answer such as `450 later`, `close`, or `hang`. `RCPT a@b.example` is about
    one recipient. `once`: each happens a single time.
    """

    port: int = 0
    mails: list[Mail] = field(default_factory=list)
    verbs: list[str] = field(default_factory=list)
    faults: dict[str, str] = field(default_factory=dict)
    once: bool = False
    stopped: threading.Event = field(default_factory=threading.Event)
    transports: list[Any] = field(default_factory=list)

    def fault(self, *names: str) -> str:
        for name in names:
            if name in self.faults:
                return self.faults.pop(name) if self.once else self.faults[name]
        return ""


class _Smtp(SMTP):
    def __init__(self, box: MailServer, *, password: str, tls: ssl.SSLContext | None, sealed: bool) -> None:
        self.box = box
        self._must_enter = bool(password)
        super().__init__(
            _Takes(box, sealed=sealed),
            data_size_limit=LARGEST,
            hostname="mail.example",
            tls_context=None if sealed else tls,
            require_starttls=tls is not None and not sealed,
            authenticator=_checks(password) if password else None,
            auth_require_tls=tls is not None and not sealed,
        )

    def connection_made(self, transport: Any) -> None:
        self.box.transports.append(transport)
        super().connection_made(transport)

    async def _handle_client(self) -> None:
        how = self.box.fault("CONNECT")
        if how:
            await self._fail(how)
            return
        await super()._handle_client()

    async def _fail(self, how: str) -> None:
        if how == "hang":
            await asyncio.to_thread(self.box.stopped.wait, 20)
        if how not in {"hang", "close"}:
            await self.push(how)
        if self.transport is not None and how.startswith(("hang", "close", "421")):
            self.transport.close()

    async def _step(self, verb: str, argument: str | None, usual: Callable[..., Coroutine[Any, Any, None]]) -> None:
        self.box.verbs.append(verb)
        address = (argument or "").partition("<")[2].partition(">")[0]
        how = self.box.fault(f"{verb} {address}", verb)
        if how:
            await self._fail(how)
        else:
            await usual(argument)

    async def smtp_EHLO(self, hostname: str) -> None:  # noqa: N802 - the names aiosmtpd looks for
        await self._step("EHLO", hostname, super().smtp_EHLO)

    async def smtp_HELO(self, hostname: str) -> None:  # noqa: N802
        await self._step("EHLO", hostname, super().smtp_HELO)

    async def smtp_STARTTLS(self, arg: str) -> None:  # noqa: N802
        await self._step("STARTTLS", arg, super().smtp_STARTTLS)

    async def smtp_AUTH(self, arg: str) -> None:  # noqa: N802
        await self._step("AUTH", arg, super().smtp_AUTH)

    async def smtp_MAIL(self, arg: str | None) -> None:  # noqa: N802
        entered = not self._must_enter or (self.session is not None and self.session.authenticated)
        self.box.faults.update({} if entered else {"MAIL": "530 who are you"})
        await self._step("MAIL", arg, super().smtp_MAIL)

    async def smtp_RCPT(self, arg: str | None) -> None:  # noqa: N802
        await self._step("RCPT", arg, super().smtp_RCPT)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        how = self.box.fault("BODY")
        if how:
            await self.push("354 go on")
            await self._fail(how)
            return
        await self._step("DATA", arg, super().smtp_DATA)


class _Takes:
    """What aiosmtpd asks once a mail was read."""

    def __init__(self, box: MailServer, *, sealed: bool) -> None:
        self._box = box
        self._sealed = sealed

    async def handle_DATA(self, server: _Smtp, session: Session, envelope: Envelope) -> str:  # noqa: N802
        how = self._box.fault("END")
        content = envelope.original_content or b""
        sealed = self._sealed or bool(session.ssl)
        user = USER if session.authenticated else ""
        if not how or how in {"close", "hang"} or how[0] == "2" or not how[0].isdigit():
            self._box.mails.append(
                Mail(envelope.mail_from or "", tuple(envelope.rcpt_tos), bytes(content), sealed, user)
            )
        if how in {"close", "hang"}:
            await server._fail(how)
            return "250 too late"
        return how or "250 2.0.0 taken as 4711"


def _checks(password: str) -> Callable[..., AuthResult]:
    def authenticate(_server: Any, _session: Any, _envelope: Any, _mechanism: str, given: Any) -> AuthResult:
        right = isinstance(given, LoginPassword) and (given.login, given.password) == (
            USER.encode(),
            password.encode(),
        )
        return AuthResult(success=right, handled=False, auth_data=given.login if right else None)

    return authenticate


class Loop:
    """An event loop in a thread of its own."""

    def __init__(self) -> None:
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, daemon=True)
        self._thread.start()

    def do(self, work: Coroutine[Any, Any, Any]) -> Any:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(20)

    def stop(self, server: asyncio.Server, transports: Iterable[Any] = ()) -> None:
        async def over() -> None:
            server.close()
            tasks = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for transport in transports:
                transport.abort()
            for _ in range(5):
                await asyncio.sleep(0)

        self.do(over())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(20)
        self._loop.close()


def certificate(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    """TLS of a server whose certificate is for `names`, this machine when none is given."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*(names or ("127.0.0.1", "localhost"))).configure_cert(context)
    return context


@contextlib.contextmanager
def mail_server(
    *, tls: ssl.SSLContext | None = None, sealed: bool = False, password: str = "", **told: Any
) -> Iterator[MailServer]:
    """A running server: plain, with STARTTLS where `tls` is given, with TLS from the first byte where `sealed`."""
    box = MailServer(**told)
    loop = Loop()

    async def listen() -> asyncio.Server:
        return await asyncio.get_running_loop().create_server(
            lambda: _Smtp(box, password=password, tls=tls, sealed=sealed), "127.0.0.1", 0, ssl=tls if sealed else None
        )

    server = loop.do(listen())
    box.port = server.sockets[0].getsockname()[1]
    try:
        yield box
    finally:
        box.stopped.set()
        loop.stop(server, box.transports)


@dataclass(frozen=True)
class Mailboxes:
    """A running server of mailboxes; tests put mails there as any mail program does."""

    port: int

    @contextlib.contextmanager
    def entered(self) -> Iterator[imaplib.IMAP4]:
        session = imaplib.IMAP4("127.0.0.1", self.port, timeout=20)
        session.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        try:
            session.authenticate("PLAIN", lambda _: f"\0{USER}\0{PASSWORD}".encode())
            yield session
        finally:
            session.logout()

    def put(self, *mails: bytes, folder: str = "INBOX", at: str = '"20-Nov-2026 14:00:00 +0000"') -> None:
        with self.entered() as session:
            for mail in mails:
                said = session.append(folder, "", at, mail)
                assert "OK" == said[0], said

    def make(self, folder: str) -> None:
        with self.entered() as session:
            session.create(folder)

    def drop(self, folder: str) -> None:
        with self.entered() as session:
            session.delete(folder)

    def remove(self, uid: int, folder: str = "INBOX") -> None:
        with self.entered() as session:
            session.select(folder)
            session.uid("STORE", str(uid), "+FLAGS", r"(\Deleted)")
            session.expunge()

    def held(self, folder: str = "INBOX") -> dict[int, tuple[str, ...]]:
        """The mails of a folder: UID -> its flags, without what is about the asking itself."""
        with self.entered() as session:
            if session.select(folder, readonly=True)[0] != "OK":
                return {}
            found = session.uid("FETCH", "1:*", "(UID FLAGS)")[1]
        held = {}
        for line in found:
            if isinstance(line, bytes) and b"UID " in line:
                uid = int(line.split(b"UID ")[1].split()[0].rstrip(b")"))
                flags = [flag.decode() for flag in imaplib.ParseFlags(line)]
                held[uid] = tuple(flag for flag in flags if flag != r"\Recent")
        return held


@contextlib.contextmanager
def mailboxes(*, tls: ssl.SSLContext | None = None, sealed: bool = False) -> Iterator[Mailboxes]:
    """A running server with one account: plain, with STARTTLS where `tls` is given, or with TLS from the first byte."""
    loop = Loop()
    stack = contextlib.AsyncExitStack()

    async def listen() -> asyncio.Server:
        args = Namespace(
            debug=False,
            host="127.0.0.1",
            port="0",
            cert=None,
            key=None,
            tls=tls is not None and not sealed,
            proxy_protocol=None,
            inherited_sockets=None,
            passlib_cfg=None,
            demo_data=False,
            demo_user=USER,
            demo_password=PASSWORD,
        )
        backend, config = await DictBackend.init(args, ssl_context=tls, hash_context=Cleartext())
        config.apply_context()
        await backend.start(stack)
        serve = ProxyProtocolReader(config.proxy_protocol).get_callback(IMAPServer(backend.login, config))
        return await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls if sealed else None)

    server = loop.do(listen())
    try:
        yield Mailboxes(server.sockets[0].getsockname()[1])
    finally:
        loop.stop(server)
