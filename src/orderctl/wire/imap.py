"""A folder of mails on an IMAP server, read without leaving a mark.

1. a connection with TLS, then the password, as `wire.mail` does it
2. a folder is opened for reading only, unless mails are to be moved; a mail is always asked for in a way that does not
   mark it as seen
3. a mail is known by its UID, which holds as long as the folder's UIDVALIDITY does
4. every command has a deadline and a bound on what may come back
"""

from __future__ import annotations

import contextlib
import imaplib
import re
import socket
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeVar

from orderctl.core import text, times
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteDown, RemoteError
from orderctl.wire import dialed
from orderctl.wire.budgets import Allowance, Deadline
from orderctl.wire.mail import Account

LARGEST_MAIL = 32 * 1024 * 1024
_PORTS = {"starttls": 143, "tls": 993, "none": 143}
_MOST_AT_ONCE = 100
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_HEADERS = "FROM SUBJECT AUTHENTICATION-RESULTS"
_ABOUT = f"(UID RFC822.SIZE INTERNALDATE BODY.PEEK[HEADER.FIELDS ({_HEADERS})])"
_UID = re.compile(rb"\bUID (\d{1,10})\b")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d{1,12})\b")
_ARRIVED = re.compile(rb'\bINTERNALDATE "\s?(\d{1,2}-\w{3}-\d{4} \d\d:\d\d:\d\d [+-]\d{4})"')
_LONGEST_SAID = 200

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Head:
    """What is known of a mail before it is read: its UID, size in bytes, when it arrived, and its first headers."""

    uid: int
    size: int
    arrived_at: str
    headers: bytes


class _Imap(imaplib.IMAP4):
    """A connection to the server of `account`; `deadline` moves from command to command."""

    def __init__(self, account: Account, deadline: Deadline) -> None:
        self._account = account
        self._deadline = deadline
        self._tls = dialed.sealing(account.ca_file) if account.tls != "none" else None
        super().__init__(account.host, account.port or _PORTS[account.tls])

    def _create_socket(self, timeout: float | None) -> socket.socket:  # noqa: ARG002
        plain = dialed.dialed(self._account.host, self._account.port or _PORTS[self._account.tls], self._deadline)
        if self._account.tls != "tls" or self._tls is None:
            return plain
        sealed = self._tls.wrap_socket(plain, server_hostname=self._account.host)
        dialed.keep(sealed, self._deadline)
        return sealed

    def secure(self) -> None:
        """TLS, where it was not there from the beginning."""
        if self._account.tls == "starttls" and self._tls is not None:
            self.starttls(self._tls)
            dialed.keep(self.sock, self._deadline)

    def enter(self) -> None:
        """Log in, where the account has a user."""
        password = self._account.password
        if password is None or self.state == "AUTH":
            return
        if "AUTH=PLAIN" in self.capabilities:
            self.authenticate("PLAIN", lambda _: f"\0{self._account.user}\0{password.reveal()}".encode())
        else:
            self.login(self._account.user, password.reveal())

    def read(self, size: int) -> bytes:
        """As imaplib, and no more than a mail can have."""
        if size > LARGEST_MAIL:
            raise self.abort("the server sends more than it was asked for")
        return super().read(size)


class Folder:
    """One folder of an account. `target` names it in messages; `allowance` is how long the server may take in all."""

    def __init__(self, target: str, account: Account, folder: str, allowance: Allowance) -> None:
        self.name = folder
        self.validity = 0
        self._where = f"{target}: {account.host}"
        self._account = account
        self._allowance = allowance
        self._deadline = Deadline()
        self._imap: _Imap | None = None
        self._moves_at_once = False

    @contextlib.contextmanager
    def opened(self, *, to_move: bool) -> Iterator[int]:
        """The folder, open for reading, or for moving mails too; gives how many mails are in it."""
        try:
            yield self._open(to_move=to_move)
        finally:
            imap, self._imap = self._imap, None
            if imap is not None:
                with contextlib.suppress(OSError, ValueError, imaplib.IMAP4.error):
                    imap.logout()
                _hang_up(imap)

    def uids(self, after: int, since: date | None) -> list[int]:
        """UIDs above `after`, of mails that arrived on the day `since` or later where one is given, in order."""
        asked = ["UID", f"{after + 1}:*"]
        if since is not None:
            asked += ["SINCE", f"{since.day:02}-{_MONTHS[since.month - 1]}-{since.year}"]
        found = self._asked("search", lambda imap: imap.uid("SEARCH", *asked))
        numbers = b" ".join(line for line in found if isinstance(line, bytes)).split()
        return sorted({int(number) for number in numbers if number.isdigit() and int(number) > after})

    def heads(self, uids: Sequence[int]) -> Iterator[list[Head]]:
        """What is known of these mails, in lists of bounded length; those that are gone are left out."""
        for start in range(0, len(uids), _MOST_AT_ONCE):
            some = ",".join(map(str, uids[start : start + _MOST_AT_ONCE]))
            found = self._asked("fetch", lambda imap, some=some: imap.uid("FETCH", some, _ABOUT))  # type: ignore[misc]
            yield sorted(filter(None, map(_head, _answers(found))), key=lambda head: head.uid)

    def mail(self, uid: int) -> bytes:
        """The whole mail; empty when it is gone."""
        found = self._asked("fetch", lambda imap: imap.uid("FETCH", str(uid), "(UID BODY.PEEK[])"))
        return next((body for about, body in _answers(found) if _number(_UID, about) == uid), b"")

    def move(self, uid: int, folder: str) -> None:
        """Move a mail into another folder, which is made where it is not there."""
        target = _quoted(folder)
        try:
            self._move(uid, target)
        except RemoteError:
            self._asked("create", lambda imap: imap.create(target))
            self._move(uid, target)

    def _move(self, uid: int, target: str) -> None:
        if self._moves_at_once:
            self._asked("move", lambda imap: imap.uid("MOVE", str(uid), target))
            return
        self._asked("copy", lambda imap: imap.uid("COPY", str(uid), target))
        self._asked("store", lambda imap: imap.uid("STORE", str(uid), "+FLAGS.SILENT", r"(\Deleted)"))
        self._asked("expunge", lambda imap: imap.uid("EXPUNGE", str(uid)))

    def _open(self, *, to_move: bool) -> int:
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self._where)
        with self._spending():
            self._imap = self._connected()
        # many servers say what else they can do only once they know who asks
        capabilities = (
            b" ".join(filter(None, self._asked("capability", lambda imap: imap.capability()))).upper().split()
        )
        self._moves_at_once = b"MOVE" in capabilities
        if to_move and not self._moves_at_once and b"UIDPLUS" not in capabilities:
            raise RemoteDenied("cannot move single mails", where=self._where, next="write after = 'keep'")
        count = self._asked("select", lambda imap: imap.select(_quoted(self.name), readonly=not to_move))
        validity = self._asked("select", lambda imap: imap.response("UIDVALIDITY"))
        self.validity = next((int(one) for one in validity if one and one.isdigit()), 0)
        if not self.validity:
            raise RemoteError(f"does not number the mails of {self.name}", where=self._where)
        return next((int(one) for one in count if isinstance(one, bytes) and one.isdigit()), 0)

    def _connected(self) -> _Imap:
        imap = None
        try:
            imap = _Imap(self._account, self._deadline)
            imap.secure()
        except (OSError, ValueError, imaplib.IMAP4.error) as error:
            _hang_up(imap)
            message = f"cannot be reached: {_words(error)}"
            raise RemoteDown(message, where=self._where) from None
        try:
            imap.enter()
        except imaplib.IMAP4.abort as error:
            _hang_up(imap)
            raise RemoteDown(f"broke off: {_words(error)}", where=self._where) from None
        except (ValueError, imaplib.IMAP4.error) as error:
            _hang_up(imap)
            message = f"does not let us in ({_words(error)})"
            raise RemoteDenied(message, where=self._where, next="check user and password") from None
        except OSError as error:
            _hang_up(imap)
            raise RemoteDown(f"broke off: {_words(error)}", where=self._where) from None
        return imap

    def _asked(self, what: str, ask: Callable[[imaplib.IMAP4], tuple[str, Sequence[T]]]) -> Sequence[T]:
        """What the server answers. RemoteError when it does not, or says no."""
        imap = self._imap
        assert imap is not None  # noqa: S101 - only while it is opened
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self._where)
        try:
            with self._spending():
                dialed.keep(imap.sock, self._deadline, 2 * LARGEST_MAIL)
                said, found = ask(imap)
        except (OSError, ValueError, imaplib.IMAP4.error) as error:
            raise RemoteDown(f"broke off at {what}: {_words(error)}", where=self._where) from None
        if said in {"NO", "BAD"}:
            words = b" ".join(one for one in found if isinstance(one, bytes)).decode("utf-8", "replace")
            raise RemoteDenied(f"refuses {what} of {self.name} ({_clean(words)})", where=self._where)
        return found

    @contextlib.contextmanager
    def _spending(self) -> Iterator[None]:
        with self._allowance.spending() as until:
            self._deadline.at = until.at
            yield


def _answers(found: Sequence[Any]) -> Iterator[tuple[bytes, bytes]]:
    """(what stands around it, literal) of each mail in an answer; servers put the UID before or after the literal."""
    for place, one in enumerate(found):
        if isinstance(one, tuple):
            after = found[place + 1] if place + 1 < len(found) else b""
            yield one[0] + b" " + (after if isinstance(after, bytes) else b""), one[1]


def _head(answer: tuple[bytes, bytes]) -> Head | None:
    about, headers = answer
    uid, size, arrived = _number(_UID, about), _number(_SIZE, about), _ARRIVED.search(about)
    if not uid or arrived is None:
        return None
    try:
        moment = datetime.strptime(arrived[1].decode(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
    return Head(uid, size, times.moment(moment), headers)


def _number(pattern: re.Pattern[bytes], about: bytes) -> int:
    found = pattern.search(about)
    return int(found[1]) if found else 0


def _quoted(folder: str) -> str:
    escaped = folder.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _hang_up(imap: _Imap | None) -> None:
    if imap is not None:
        with contextlib.suppress(OSError):
            imap.shutdown()


def _words(error: Exception) -> str:
    if isinstance(error, OSError):
        return dialed.reason(error)
    said = str(error)
    return _clean(said[2:-1] if said.startswith(("b'", 'b"')) else said)


def _clean(said: str) -> str:
    return text.printable(" ".join(said.split()))[:_LONGEST_SAID]
