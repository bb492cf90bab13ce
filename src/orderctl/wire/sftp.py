"""Folders of a partner, reached by OpenSSH's `sftp`: listed, read, and changed by renames.

1. who is let in, and which host key is the right one, stands in the settings (`Login`): nothing of the user's own ssh
   configuration counts, and nobody is asked anything
2. names go into commands inside double quotes, where sftp leaves nearly everything alone; names with braces, which it
   does not, or with control characters are refused
3. a listing shows sizes, and minutes instead of moments, which is all that sftp tells; a download brings the moment
4. all that a partner makes us wait for is taken off its allowance

Every failure is a RemoteError whose `outcome` is `retry`: what it means to whoever asked, only he can say.
"""

from __future__ import annotations

import io
import ipaddress
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field, PlainValidator, ValidationInfo, field_validator
from pydantic_core import PydanticCustomError

from orderctl.core import text, times
from orderctl.core.errors import RemoteBusy, RemoteDenied, RemoteError
from orderctl.core.secrets import Secret
from orderctl.wire import settings
from orderctl.wire.opening import Opening
from orderctl.wire.sftp_session import Answer, Session

CONNECT_S = 30
#: Larger files are not read.
LARGEST_FILE = 256 * 1024 * 1024
_HOST = r"^[A-Za-z0-9:][A-Za-z0-9._:-]{0,252}$"
_USER = r"^[A-Za-z0-9_][A-Za-z0-9._@+-]{0,63}$"
_FILE = "file:"
_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
#: A line of `ls -lan`: rights, links, owner, group, size, when, name.
_LISTED = re.compile(rf"(\S)\S{{9,10}}\s.*?\s(\d+) (({'|'.join(_MONTHS)}) ([ \d]\d) (?: (\d{{4}})|(\d\d):(\d\d))) (.+)")
_HOME = re.compile(r"Remote working directory: (.*)")


def _key(value: Any, info: ValidationInfo) -> Secret:
    if isinstance(value, str) and not value.startswith(_FILE):
        raise PydanticCustomError("secret_literal", "is no private key; write file:PATH")
    return settings.resolved(value, info)


#: A file with a private key, written `file:PATH`; refused if others can read it.
KeyField = Annotated[Secret, PlainValidator(_key, json_schema_input_type=str)]


class Login(settings.Settings):
    """How one is let in by a server, and how it is known to be the right one."""

    host: Annotated[str, Field(pattern=_HOST)]
    """The name of the server. `confirm` and `stock_feed` take these five over from a `send` by sftp."""
    port: Annotated[int, Field(ge=1, le=65_535)] = 22
    """Its port."""
    user: Annotated[str, Field(pattern=_USER)]
    """The name to log in with."""
    key: KeyField | None = None
    """The private key, `file:PATH`, which nobody else may read. Without it: the keys of the ssh agent."""
    known_hosts: settings.PathField
    """A file with the server's own key, as `ssh-keyscan` writes it. Any other key is refused."""

    @field_validator("host")
    @classmethod
    def _is_a_partner(cls, value: str) -> str:
        try:
            number = ipaddress.ip_address(value)
        except ValueError:
            if ":" in value:
                raise ValueError("is no address; write the port as `port`") from None
            return value
        if number.is_link_local or number.is_unspecified:
            raise ValueError(f"leads to {value}, which is no partner's address")
        return value

    @field_validator("known_hosts")
    @classmethod
    def _is_there(cls, value: Path) -> Path:
        if not value.is_file():
            raise ValueError(f"names {value}, where no file is; ssh-keyscan HOST shows what belongs there")
        if problem := _problem_of_option(str(value)):
            raise ValueError(problem)
        return value


@dataclass(frozen=True, slots=True)
class Entry:
    """A file or folder as a listing shows it. `kind` is `-` for a file; `shown` its time as it was written."""

    name: str
    kind: str
    size: int
    shown: str
    minute: str

    @property
    def is_file(self) -> bool:
        """Whether it is an ordinary file; some servers do not say."""
        return self.kind in {"-", "?"}


def unaskable(name: str) -> bool:
    """Whether `name` cannot be put into a command."""
    return not name.isprintable() or "{" in name or "}" in name


def problem_of_path(path: str) -> str:
    """What is wrong with `path`, which a person wrote, as one on a server; empty when nothing is."""
    if unaskable(path):
        return "has a character that no path on a server may have here"
    if path.startswith("~"):
        return "begins with ~; leave that out, paths without a slash at their beginning start where one logs in"
    return ""


class Remote:
    """One server. A connection is made when something is asked, and kept until `close`."""

    def __init__(self, target: str, login: Login, opening: Opening) -> None:
        self.where = f"{target}: {login.host}"
        self.name = f"sftp://{login.user}@{login.host}"
        self._arguments = _arguments(login, opening.base)
        self._allowance = opening.allowance
        self._now = opening.now
        self._session: Session | None = None
        self._home = ""

    def close(self) -> None:
        """Log out."""
        if self._session is not None:
            self._session.close()
            self._session = None

    def home(self) -> str:
        """The folder that one is in after logging in."""
        self._ask("pwd")
        return self._home

    def entries(self, folder: str) -> dict[str, Entry] | None:
        """What is in `folder`, by name; None where the server shows nothing. RemoteDenied when there is no folder."""
        answer = self._ask(f"cd {self._quoted(folder)}")
        if answer.wrong:
            message = f"there is no folder {folder} that can be entered ({answer.status})"
            raise RemoteDenied(message, where=self.where, next="ask the partner, or change `path`")
        answer = self._ask("ls -lan")
        found = [entry for line in answer.lines if (entry := _entry(line, self._now))]
        if not found:
            return None
        return {entry.name: entry for entry in found if entry.name not in {".", ".."}}

    def look(self, path: str) -> Entry | None:
        """The file at `path`; None when it is not there, or is not shown."""
        answer = self._ask(f"ls -lan {self._quoted(path)}")
        found = [entry for line in answer.lines if (entry := _entry(line, self._now))]
        return found[0] if len(found) == 1 else None

    def put(self, content: bytes, path: str, mode: int) -> str:
        """Upload `content` to `path`; what went wrong, empty when nothing did."""
        session = self._connected()
        session.scratch.seek(0)
        session.scratch.truncate()
        os.fchmod(session.scratch.fileno(), mode | 0o600)
        left = memoryview(content)
        while left:
            left = left[session.scratch.write(left) :]
        session.scratch.seek(0)
        return self._ask(f"put -f {session.local} {self._quoted(path)}", same=session).wrong

    def get(self, path: str, largest: int = LARGEST_FILE) -> io.BufferedReader | None:
        """The content of `path`, and as its own moment the server's; None when it is not there.

        It is good until the next up- or download. RemoteError when it is larger than `largest`.
        """
        session = self._connected()
        file = session.scratch
        file.seek(0)
        file.truncate()
        os.fchmod(file.fileno(), 0o600)

        def check() -> None:
            if os.fstat(file.fileno()).st_size > largest:
                message = f"{path} has more than {largest:,} bytes; it was left alone"
                raise RemoteError(message, where=self.where)

        answer = self._ask(f"get -p {self._quoted(path)} {session.local}", check, same=session)
        if answer.is_missing:
            return None
        if answer.wrong:
            raise RemoteDenied(f"{path} cannot be read ({answer.status})", where=self.where)
        check()
        file.seek(0)
        return io.BufferedReader(io.FileIO(file.fileno(), closefd=False))

    def rename(self, old: str, new: str) -> Answer:
        """Give `old` the name `new`. `ConnectionLost` when nobody knows whether that was done."""
        return self._ask(f"rename {self._quoted(old)} {self._quoted(new)}")

    def remove(self, path: str) -> str:
        """Remove the file `path`; what went wrong, empty when nothing did."""
        return self._ask(f"rm {self._quoted(path)}").wrong

    def make_folder(self, path: str) -> None:
        """Make the folder `path`; that it is there already is no matter."""
        self._ask(f"mkdir {self._quoted(path)}")

    def permit(self, path: str, mode: int) -> str:
        """Give `path` these permission bits; what went wrong, empty when nothing did."""
        return self._ask(f"chmod {mode:o} {self._quoted(path)}").wrong

    def _quoted(self, path: str) -> str:
        """`path` as an argument, absolute so that it means the same wherever we are."""
        if unaskable(path):
            raise RemoteDenied(f"'{text.printable(path)[:100]}' cannot be asked for by that name", where=self.where)
        self._connected()
        whole = path if path.startswith("/") else f"{self._home.rstrip('/')}/{path}"
        escaped = whole.replace("\\", "\\\\").replace('"', '\\"')
        return f'"{escaped}"'

    def _connected(self) -> Session:
        if self._session is None or self._session.is_over:
            self.close()
            if self._allowance.left() <= 0:
                raise RemoteBusy("has had its time in this pass", where=self.where)
            with self._allowance.spending() as deadline:
                session = Session(self._arguments, _environment(), self.where)
                answer = session.ask("pwd", deadline)
            home = [found[1] for line in answer.lines if (found := _HOME.fullmatch(line))]
            self._home = home[0] if home else "/"
            self._session = session
        return self._session

    def _ask(self, command: str, check: Any = None, same: Session | None = None) -> Answer:
        """The answer to `command`; within `same`, where a file of that session is meant."""
        session = same or self._connected()
        if self._allowance.left() <= 0:
            raise RemoteBusy("has had its time in this pass", where=self.where)
        with self._allowance.spending() as deadline:
            return session.ask(command, deadline, check) if check else session.ask(command, deadline)


def _arguments(login: Login, base: Path) -> list[str]:
    """The arguments of sftp: every option that decides who is trusted is said, and no file of the user's is read."""
    options = {
        "BatchMode": "yes",
        "StrictHostKeyChecking": "yes",
        "UserKnownHostsFile": _as_option(login.known_hosts.absolute()),
        "GlobalKnownHostsFile": "none",
        "UpdateHostKeys": "no",
        "PreferredAuthentications": "publickey",
        "ConnectTimeout": str(CONNECT_S),
        "ConnectionAttempts": "1",
        "ServerAliveInterval": "15",
        "ServerAliveCountMax": "2",
        "ClearAllForwardings": "yes",
        "ControlMaster": "no",
        "ControlPath": "none",
        "LogLevel": "ERROR",
        "User": login.user,
    }
    if login.key is not None:
        path = base / Path(login.key.reference.removeprefix(_FILE)).expanduser()
        options |= {"IdentitiesOnly": "yes", "IdentityFile": _as_option(path.absolute())}
    host = f"[{login.host}]" if ":" in login.host else login.host
    named = [f"-o{name}={value}" for name, value in options.items()]
    return ["-b", "-", "-F", "none", "-P", str(login.port), *named, host]


def _as_option(path: Path) -> str:
    """`path` as a value of ssh, where quotes keep it together and a percent sign would mean something."""
    written = str(path).replace("%", "%%")
    return f'"{written}"'


def _problem_of_option(path: str) -> str:
    """What keeps `path` from being a value of ssh."""
    bad = '"' in path or "\\" in path or "${" in path or not path.isprintable()
    return f"names '{text.printable(path)[:100]}', which ssh would not understand as a path" if bad else ""


def _environment() -> Mapping[str, str]:
    """All that sftp knows of ours. Times are told in UTC, and names in UTF-8."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "SSH_AUTH_SOCK") if name in os.environ}
    return {"PATH": os.defpath, **kept, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def _entry(line: str, now: str) -> Entry | None:
    found = _LISTED.fullmatch(line)
    if found is None:
        return None
    kind, size, shown, month, day, year, hour, minute, path = found.groups()
    when = (_MONTHS.index(month) + 1, int(day), int(hour or 0), int(minute or 0))
    return Entry(path.rpartition("/")[2], kind, int(size), shown, _moment(when, int(year or 0), now))


def _moment(when: tuple[int, int, int, int], year: int, now: str) -> str:
    """The moment of a listing; where it leaves the year out, the one nearest to `now`."""
    today = times.as_datetime(now)
    years = [year] if year else [today.year - 1, today.year, today.year + 1]
    moments = []
    for one in years:
        try:
            moments.append(datetime(one, *when, tzinfo=UTC))
        except ValueError:  # the 29th of February
            continue
    return times.moment(min(moments, key=lambda moment: abs(moment - today))) if moments else now
