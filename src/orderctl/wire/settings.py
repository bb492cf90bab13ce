"""What adapters build their `Settings` from: strict, closed to unknown keys, silent about values.

Whoever validates passes a context: `resolve` turns a secret's reference into a `Secret` (it raises ValueError with
words for a person), `base` is the folder that relative paths start from.
"""

from __future__ import annotations

import ipaddress
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import BaseModel, ConfigDict, Field, PlainValidator, ValidationInfo
from pydantic_core import PydanticCustomError

from orderctl.core import times
from orderctl.core.secrets import Secret, is_reference


class Settings(BaseModel):
    """The base of every adapter's settings."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True, hide_input_in_errors=True)


def _secret(value: Any, info: ValidationInfo) -> Secret:
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


def _url(value: Any) -> str:
    """An address that may be asked: https, or http on this machine; nobody's password in it, no link-local host."""
    if not isinstance(value, str):
        raise PydanticCustomError("string_type", "is not a text")
    parts = urlsplit(value)
    host = parts.hostname or ""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        address = None
    here = host == "localhost" or (address is not None and address.is_loopback)
    if not host or parts.scheme not in {"https", "http"} or (parts.scheme == "http" and not here):
        raise ValueError(f"'{parts.scheme}://{host}' is not an https address")
    if parts.username is not None or parts.password is not None:
        raise ValueError("holds a user or a password; they belong into settings of their own")
    if parts.query or parts.fragment:
        raise ValueError("holds a query; write the address alone")
    if address is not None and (address.is_link_local or address.is_unspecified):
        raise ValueError(f"leads to {host}, which is no partner's address")
    return value.rstrip("/")


#: A secret, written as a reference.
SecretField = Annotated[Secret, PlainValidator(_secret, json_schema_input_type=str)]
#: A path, relative to the file it is written in.
PathField = Annotated[Path, PlainValidator(_path, json_schema_input_type=str)]
#: A list of texts, kept as a tuple.
Texts = Annotated[tuple[str, ...], Field(strict=False)]
#: The address of a partner, https (http on this machine only), without a slash at its end.
UrlField = Annotated[str, PlainValidator(_url, json_schema_input_type=str)]
#: A duration in seconds, written `30 min` or `7d`.
DurationField = Annotated[int, PlainValidator(_duration, json_schema_input_type=str)]
