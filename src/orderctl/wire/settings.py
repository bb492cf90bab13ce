"""What adapters build their `Settings` from: strict, closed to unknown keys, silent about values.

Whoever validates passes a context: `resolve` turns a secret's reference into a `Secret` (it raises ValueError with
words for a person), `base` is the folder that relative paths start from.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

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


#: A secret, written as a reference.
SecretField = Annotated[Secret, PlainValidator(_secret, json_schema_input_type=str)]
#: A path, relative to the file it is written in.
PathField = Annotated[Path, PlainValidator(_path, json_schema_input_type=str)]
#: A list of texts, kept as a tuple.
Texts = Annotated[tuple[str, ...], Field(strict=False)]
#: A duration in seconds, written `30 min` or `7d`.
DurationField = Annotated[int, PlainValidator(_duration, json_schema_input_type=str)]
