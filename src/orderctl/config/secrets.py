"""Secret references, and where they lead.

1. `env:NAME` an environment variable; `cred:NAME` a file in $CREDENTIALS_DIRECTORY
2. `file:PATH` the first line of a regular file nobody else can read; a key or certificate (PEM) whole
3. `keyring:SERVICE/USER` the desktop keyring, an optional extra
Anything else in a secret's place is the secret itself and refused. No message shows a character of a value.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from orderctl.config.findings import LITERAL_SECRET, NO_SECRET, Refusal
from orderctl.config.paths import resolve_path
from orderctl.core.secrets import Secret, is_reference

LARGEST_SECRET = 65_536
_SECRET_NAME = re.compile(r"(?:^|_)(?:password|passwd|passphrase|secret|token|api_key|private_key)$", re.IGNORECASE)
HOW_TO_WRITE = "write env:NAME, file:PATH, cred:NAME or keyring:SERVICE/USER"


def resolve(reference: str, base: Path, environment: Mapping[str, str]) -> Secret:
    """The secret that `reference` leads to; a relative `file:` starts from the folder `base`.

    Refusal (E209) when `reference` is none, (E210) when there is nothing where it leads.
    """
    if not is_reference(reference):
        raise Refusal(LITERAL_SECRET, "holds a secret itself", HOW_TO_WRITE)
    way, _, name = reference.partition(":")
    if not name:
        raise Refusal(NO_SECRET, f"names nothing after '{way}:'", HOW_TO_WRITE)
    if way == "env":
        value = environment.get(name, "")
        if not value:
            state = "empty" if name in environment else "not set"
            raise Refusal(NO_SECRET, f"needs the environment variable {name}, which is {state}")
    elif way == "file":
        value = _of_file(resolve_path(name, base), private=True)
    elif way == "cred":
        value = _of_file(_credential(name, environment), private=False)
    else:
        value = _of_keyring(name)
    return Secret(reference, value)


def literals(data: Any, path: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The paths of values below `data` whose key says that they are secrets, and which are no reference."""
    if isinstance(data, Mapping):
        for name, value in data.items():
            if isinstance(value, Mapping | list):
                yield from literals(value, (*path, name))
            elif _SECRET_NAME.search(name) and not isinstance(value, bool) and not is_reference(str(value)):
                yield (*path, name)
    elif isinstance(data, list):
        for index, value in enumerate(data):
            yield from literals(value, (*path, index))


def _credential(name: str, environment: Mapping[str, str]) -> Path:
    folder = environment.get("CREDENTIALS_DIRECTORY", "")
    if not folder:
        message = f"needs the credential {name}, but $CREDENTIALS_DIRECTORY is not set"
        raise Refusal(NO_SECRET, message, "systemd sets it for a unit with LoadCredential=")
    if "/" in name or name in {".", ".."}:
        raise Refusal(NO_SECRET, f"'{name}' is not the name of a credential")
    return Path(folder, name)


def _of_file(path: Path, *, private: bool) -> str:
    try:
        content = _content(path, private=private)
        text = content.decode()
    except OSError as error:
        raise Refusal(NO_SECRET, f"cannot be read from {path}: {error.strerror}") from None
    except UnicodeDecodeError:
        raise Refusal(NO_SECRET, f"names {path}, which is not UTF-8 text") from None
    if len(content) > LARGEST_SECRET:
        raise Refusal(NO_SECRET, f"names {path}, which is too large for a secret")
    value = text if text.startswith("-----BEGIN ") else text.partition("\n")[0].rstrip("\r")
    if not value:
        raise Refusal(NO_SECRET, f"names {path}, whose first line is empty")
    return value


def _content(path: Path, *, private: bool) -> bytes:
    """The bytes of a regular file. Opened without waiting, so that a pipe is refused and not read."""
    if "\x00" in str(path):
        raise Refusal(NO_SECRET, "names a path with a NUL character")
    descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    try:
        state = os.fstat(descriptor)
        if not stat.S_ISREG(state.st_mode):
            raise Refusal(NO_SECRET, f"names {path}, which is not a regular file")
        if private and state.st_mode & 0o077:
            message = f"names {path}, which is open to others (mode {stat.S_IMODE(state.st_mode):04o})"
            raise Refusal(NO_SECRET, message, f"chmod 600 {path}")
        return os.read(descriptor, LARGEST_SECRET + 1)
    finally:
        os.close(descriptor)


def _of_keyring(name: str) -> str:
    service, _, user = name.rpartition("/")
    if not service or not user:
        raise Refusal(NO_SECRET, f"'keyring:{name}' is not of the form keyring:SERVICE/USER")
    try:
        import keyring
    except ImportError:
        message = "needs the package keyring, which is not installed"
        raise Refusal(NO_SECRET, message, "pip install 'orderctl[keyring]'") from None
    try:
        value = keyring.get_password(service, user)
    except keyring.errors.KeyringError as error:
        raise Refusal(NO_SECRET, f"cannot be read from the keyring: {type(error).__name__}") from None
    if not value:
        raise Refusal(NO_SECRET, f"needs an entry of the keyring for service {service}, user {user}; there is none")
    return str(value)
