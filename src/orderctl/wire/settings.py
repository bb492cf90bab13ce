"""What adapters build their `Settings` from: strict, closed to unknown keys, silent about values.

Whoever validates passes a context: `resolve` turns a secret's reference into a `Secret` (it raises ValueError with
words for a person), `base` is the folder that relative paths start from.
"""

from __future__ import annotations

import grp
import ipaddress
import pwd
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from orderctl.core import times
from orderctl.core.secrets import Secret, is_reference


class Settings(BaseModel):
    """The base of every adapter's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def resolved(value: Any, info: ValidationInfo) -> Secret:
    """The secret that the reference `value` leads to, inside a validation."""
    if isinstance(value, Secret):
        return value
    if not isinstance(value, str) or not is_reference(value):
        raise PydanticCustomError("secret_literal", "holds a secret itself")
    try:
        secret: Secret = (info.context or {})["resolve"](value)
    except ValueError as error:
        hint = getattr(error, "hint", "")
        context = {"reason": str(error), "hint": hint}
        raise PydanticCustomError("secret_missing", "cannot be resolved", context) from None
    return secret


def _path(value: Any, info: ValidationInfo) -> Path:
    if not isinstance(value, str) or not value or "\x00" in value:
        raise PydanticCustomError("path_type", "is not a path")
    try:
        written = Path(value).expanduser()
    except RuntimeError:
        raise ValueError("needs a home folder, and there is none") from None
    base: Path = (info.context or {}).get("base", Path())
    return base / written


def _duration(value: Any) -> int:
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "is not a text")
    return times.parse_duration(value)


def address(value: Any) -> str:
    """An address that may be asked: https, or http on this machine; nobody's password in it, no link-local host."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "is not a text")
    parts = urlsplit(value)
    host = parts.hostname or ""
    try:
        number = ipaddress.ip_address(host)
    except ValueError:
        number = None
    here = host == "localhost" or (number is not None and number.is_loopback)
    if not host or parts.scheme not in {"https", "http"} or (parts.scheme == "http" and not here):
        raise ValueError(f"'{parts.scheme}://{host}' is not an https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user or a password; they belong into settings of their own")
    if parts.query or parts.fragment:
        raise ValueError("holds a query; write the address alone")
    if number is not None and (number.is_link_local or number.is_unspecified):
        raise ValueError(f"leads to {host}, which is no partner's address")
    return value.rstrip("/")


def _mode(value: object) -> object:
    """Permission bits are written as text, "0640", or in TOML's own way, 0o640."""
    if isinstance(value, str) and value.isascii() and value.isdigit() and len(value) <= 4:
        try:
            return int(value, 8)
        except ValueError:
            return value
    return value


def _readable(mode: int) -> int:
    if not 0o400 <= mode <= 0o777 or not mode & 0o400:
        raise ValueError('lets not even its owner read the file; write for example "0640"')
    return mode


#: A secret, written as a reference.
SecretField = Annotated[Secret, PlainValidator(resolved, json_schema_input_type=str)]
#: A path, relative to the file it is written in.
PathField = Annotated[Path, PlainValidator(_path, json_schema_input_type=str)]
#: A list of texts, kept as a tuple.
Texts = Annotated[tuple[str, ...], Field(strict=False)]
#: The address of a partner, https (http on this machine only), without a slash at its end.
UrlField = Annotated[str, PlainValidator(address, json_schema_input_type=str)]


#: Permission bits of a file, as text.
def _owner(value: object) -> object:
    """`user`, `user:group` or `:group`, by name or number, as their ids."""
    if not isinstance(value, str) or not value:
        return value
    user, _, group = value.partition(":")
    try:
        return (
            -1 if not user else int(user) if user.isdecimal() else pwd.getpwnam(user).pw_uid,
            -1 if not group else int(group) if group.isdecimal() else grp.getgrnam(group).gr_gid,
        )
    except KeyError as error:
        raise ValueError(f"this machine does not know {str(error.args[0]).removesuffix('name not found: ')}") from None


ModeField = Annotated[int, BeforeValidator(_mode), AfterValidator(_readable)]
#: A duration in seconds, written `30 min` or `7d`.
DurationField = Annotated[int, PlainValidator(_duration, json_schema_input_type=str)]
#: Whose a file is, as the ids of user and group; -1 = as it comes.
OwnerField = Annotated[tuple[int, int], BeforeValidator(_owner, json_schema_input_type=str)]
