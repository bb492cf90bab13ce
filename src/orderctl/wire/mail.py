"""Mails to a mail server, each with a receipt that says no more than is known.

1. a connection with TLS (checked certificates, 1.2 or newer), then the password, never the other way round; without
   TLS only to this very machine
2. every recipient is asked for before anything is sent: one that is refused, and nobody gets the mail
3. the text goes first, the dot that ends it alone: what breaks before the dot was surely not taken, what breaks after
   it may have been
4. a server that will not take the mail (5xx) has judged the mail, not the work: it stays due, and a person is told

`[smtp]` and every table of its own have the same settings (`Server`).
"""

from __future__ import annotations

import contextlib
import email.utils
import re
import smtplib
import socket
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, PlainValidator, ValidationInfo, model_validator

from orderctl.core import failpoints, text
from orderctl.core.adapters import Probe
from orderctl.core.effects import Receipt, receipt_of
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError
from orderctl.core.secrets import is_reference
from orderctl.wire import dialed, settings
from orderctl.wire.budgets import Allowance
from orderctl.wire.settings import resolved

Tls = Literal["starttls", "tls", "none"]
_PORTS = {"starttls": 587, "tls": 465, "none": 25}
#: What a mailbox is called, without the exotic forms: no quotes, no comments, ASCII on both sides.
_ADDRESS = re.compile(r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~.-]{1,64}@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*", re.ASCII)
_LONGEST_SAID = 200


def bare(address: str) -> str:
    """`orders@acme.example` of `Acme <orders@acme.example>`; empty when it is no address."""
    found = email.utils.getaddresses([address])
    return found[0][1] if len(found) == 1 and _ADDRESS.fullmatch(found[0][1]) else ""


def _address(value: str) -> str:
    if not bare(value) or not value.isprintable():
        raise ValueError(f"'{value[:60]}' is no mail address")
    return value


def _user(value: Any, info: ValidationInfo) -> str:
    """A name, as it is or where it is to be found."""
    if not isinstance(value, str):
        raise ValueError("is not a text")
    return resolved(value, info).reveal() if is_reference(value) else value


#: An address, with or without a name before it.
AddressField = Annotated[str, AfterValidator(_address)]
#: A name to log in with, which may be kept where secrets are.
UserField = Annotated[str, PlainValidator(_user, json_schema_input_type=str)]


class Account(settings.Settings):
    """How one is let in by a server of mails."""

    host: Annotated[str, Field(min_length=1, pattern=r"^[A-Za-z0-9.:_-]+$")]
    """The name of the server."""
    port: Annotated[int, Field(ge=0, le=65_535)] = 0
    """Its port; 0 = the usual one."""
    tls: Tls = "starttls"
    """`starttls`, `tls` from the first byte, or `none`, which is for servers on this very machine."""
    user: UserField = ""
    """The name to log in with, as it is or as a reference to a secret. Empty: nobody logs in."""
    password: settings.SecretField | None = None
    """Its password."""
    ca_file: settings.PathField | None = None
    """Certificates of a private authority, trusted beside the public ones."""

    @model_validator(mode="after")
    def _is_safe(self) -> Account:
        if self.tls == "none" and not dialed.is_here(self.host):
            raise ValueError(f"tls is 'none', and {self.host} is another machine")
        if bool(self.user) != (self.password is not None):
            raise ValueError("needs both user and password, or neither")
        return self


class Server(Account):
    """The mail server that mails are handed to."""

    from_: AddressField | None = Field(default=None, alias="from")
    """Who mails are from, where nothing else is said: `orders@shop.example` or `Shop <orders@shop.example>`."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who a mail is from and who gets it, as bare addresses."""

    sender: str
    recipients: tuple[str, ...]


class _Session(smtplib.SMTP):
    """A connection to `server` that keeps the deadline it was made with."""

    def __init__(self, server: Server, allowed: Any, helo: str) -> None:
        self._allowed = allowed
        self._tls = dialed.sealing(server.ca_file) if server.tls != "none" else None
        self._at_once = server.tls == "tls"
        super().__init__(server.host, server.port or _PORTS[server.tls], local_hostname=helo)

    def _get_socket(self, host: str, port: int, timeout: float) -> socket.socket:  # noqa: ARG002
        plain = dialed.dialed(host, port, self._allowed)
        return self._seal(plain) if self._at_once else plain

    def _seal(self, plain: socket.socket) -> socket.socket:
        assert self._tls is not None  # noqa: S101 - the settings say so
        sealed = self._tls.wrap_socket(plain, server_hostname=self._host)  # type: ignore[attr-defined]
        dialed.keep(sealed, self._allowed)
        return sealed

    def secure(self) -> None:
        """TLS, where it was not there from the beginning."""
        if self._tls is not None and not self._at_once:
            self.starttls(context=self._tls)
            dialed.keep(self.sock, self._allowed)
        self.ehlo_or_helo_if_needed()


class Post:
    """Hands mails to one server. `target` names it in messages; `allowance` is how long it may keep us waiting."""

    def __init__(self, target: str, server: Server, allowance: Allowance) -> None:
        self._where = f"{target}: {server.host}"
        self._server = server
        self._allowance = allowance

    def send(self, envelope: Envelope, content: bytes) -> Receipt:
        """The receipt of the mail `content` (a whole message with CRLF) for `envelope`."""
        try:
            with self._session(envelope.sender) as session:
                refused = _asked(session, envelope, len(content))
                return next(iter(refused.values())) if refused else _told(session, content)
        except RemoteError as error:
            return receipt_of(error)

    def probe(self, envelope: Envelope) -> list[Probe]:
        """Whether the server lets us in and would take mails for each recipient. Nothing is sent."""
        try:
            with self._session(envelope.sender) as session:
                refused = _asked(session, envelope, 0)
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    session.rset()
        except RemoteError as error:
            return [Probe("mail server", "fail", error.said, error.next)]
        how = {"none": "without TLS", "starttls": "with STARTTLS", "tls": "with TLS"}[self._server.tls]
        entered = "and lets us in" if self._server.user else "and asks for no password"
        found = [Probe("mail server", "ok", f"{self._server.host} answers {how} {entered}")]
        for address in (envelope.sender, *envelope.recipients):
            verdict = "fail" if address in refused else "ok"
            said = refused[address].message if address in refused else f"mails {_way(address, envelope)} are taken"
            found.append(Probe(f"mail {_way(address, envelope)}", verdict, said))
        return found

    @contextlib.contextmanager
    def _session(self, sender: str) -> Iterator[_Session]:
        """A connection that was let in. RemoteError when there is none: nothing was sent then."""
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self._where)
        with self._allowance.spending() as deadline:
            session = self._opened(deadline, sender.rpartition("@")[2])
            try:
                yield session
            finally:
                with contextlib.suppress(smtplib.SMTPException, OSError):
                    session.quit()
                session.close()

    def _opened(self, deadline: Any, helo: str) -> _Session:
        try:
            session = _Session(self._server, deadline, helo)
        except smtplib.SMTPResponseException as error:
            raise self._not_let_in(error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise RemoteDown(f"cannot be reached: {dialed.reason(error)}", where=self._where) from None
        try:
            session.secure()
            password = self._server.password
            if password is not None:
                session.login(self._server.user, password.reveal())
        except smtplib.SMTPResponseException as error:
            session.close()
            raise self._not_let_in(error) from None
        except smtplib.SMTPNotSupportedError as error:
            session.close()
            raise RemoteDenied(_words(str(error)), where=self._where, next="check `tls` and `port`") from None
        except (OSError, ValueError, smtplib.SMTPException) as error:
            session.close()
            raise RemoteDown(f"broke off: {dialed.reason(error)}", where=self._where) from None
        return session

    def _not_let_in(self, error: smtplib.SMTPResponseException) -> RemoteError:
        said = _reply(error.smtp_code, error.smtp_error)
        if 500 <= error.smtp_code < 600:
            return RemoteDenied(f"does not let us in ({said})", where=self._where, next="check user and password")
        return RemoteBusy(f"asks for time ({said})", where=self._where)


def _asked(session: _Session, envelope: Envelope, size: int) -> dict[str, Receipt]:
    """Address -> why it is not taken, of those that are not. RemoteError when the server speaks no more."""
    refused: dict[str, Receipt] = {}
    try:
        options = [f"size={size}"] if session.has_extn("size") and size else []
        code, said = session.mail(envelope.sender, options)
        if code // 100 != 2:
            return {envelope.sender: _not_taken(code, said, f"a mail from {envelope.sender}")}
        for address in envelope.recipients:
            code, said = session.rcpt(address)
            if code // 100 != 2:
                refused[address] = _not_taken(code, said, f"mails to {address}")
    except (OSError, smtplib.SMTPException) as error:
        message = f"broke off before anything was sent: {dialed.reason(error)}"
        raise RemoteDown(message, where=session._host) from None  # type: ignore[attr-defined]  # noqa: SLF001
    # one that a person has to see to goes before one that only takes time
    return dict(sorted(refused.items(), key=lambda one: not one[1].stuck))


def _told(session: _Session, content: bytes) -> Receipt:
    try:
        code, said = session.docmd("DATA")
        if code != 354:
            return _not_taken(code, said, "the mail")
        session.send(_stuffed(content))
    except (OSError, smtplib.SMTPException) as error:
        return Receipt("retry", message=f"the connection was lost before the mail was whole: {dialed.reason(error)}")
    failpoints.reached("mail.sending")
    try:
        session.send(b".\r\n")
        code, said = session.getreply()
    except (OSError, smtplib.SMTPException) as error:
        return Receipt("uncertain", message=f"the mail was sent, and no answer came: {dialed.reason(error)}")
    failpoints.reached("mail.sent")
    if code // 100 == 2:
        return Receipt("accepted", message=_reply(code, said))
    if code // 100 in {4, 5}:
        return _not_taken(code, said, "the mail")
    return Receipt("uncertain", message=f"the mail was sent, and the answer is not understood ({_reply(code, said)})")


def _stuffed(content: bytes) -> bytes:
    """`content` as SMTP carries it: a line that begins with a dot gets another, the last one has its end."""
    doubled = re.sub(rb"(?m)^\.", b"..", content)
    return doubled if doubled.endswith(b"\r\n") else doubled + b"\r\n"


def _not_taken(code: int, said: bytes, what: str) -> Receipt:
    """Surely not taken: for now, or (5xx) until somebody changes something."""
    return Receipt("retry", message=f"the server does not take {what} ({_reply(code, said)})", stuck=code // 100 == 5)


def _way(address: str, envelope: Envelope) -> str:
    return f"from {address}" if address == envelope.sender else f"to {address}"


def _reply(code: int, said: bytes | str) -> str:
    return f"{code} {_words(said.decode('utf-8', 'replace') if isinstance(said, bytes) else said)}".strip()


def _words(said: str) -> str:
    return text.printable(" ".join(said.split()))[:_LONGEST_SAID]
