"""The words of a command line read without a validation library, which takes longer to load than most commands run.

typer reads every value through pydantic. A value that is plainly what its option wants (nothing at all, a text, a
path, a whole number within its bounds, one of a few words) needs none of that; everything else, and so every
complaint, is typer's own.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any, get_args, get_origin

from typer._coercion import RuntimeParam, TypeDescriptor, build_runtime_param
from typer.core import TyperArgument, TyperOption

_UNREAD = object()


def lighten(parameters: Iterable[Any]) -> None:
    """Let typer read the values of `parameters` this way."""
    for one in parameters:
        if isinstance(one, TyperArgument | TyperOption) and one._runtime_param is None:  # noqa: SLF001
            descriptor = one.type_descriptor
            one._runtime_param = _Light(descriptor.parameter_info, descriptor.annotation, descriptor)  # noqa: SLF001


@dataclass(frozen=True)
class _Light(RuntimeParam):
    descriptor: TypeDescriptor

    def _coerce_value(self, value: Any, param: Any, ctx: Any) -> Any:
        read = self._plainly(value)
        return build_runtime_param(self.descriptor).coerce(value, param=param, ctx=ctx) if read is _UNREAD else read

    def _plainly(self, value: Any) -> Any:
        annotation: Any = self.annotation
        if get_origin(annotation) is not list:
            return self._one(value, annotation)
        (kind,) = get_args(annotation)
        read = [self._one(part, kind) for part in value]
        return _UNREAD if _UNREAD in read else read

    def _one(self, value: Any, kind: Any) -> Any:
        """`value` as one of `kind`, `_UNREAD` where that is not plain to see."""
        info = self.parameter_info
        if kind is str and isinstance(value, str):
            return value
        if kind is Path and not (info.exists or info.resolve_path or info.writable or info.path_type):
            return Path(value)
        if kind is int and (isinstance(value, int) or (value.isascii() and value.isdigit() and len(value) < 10)):
            fits = (info.min is None or info.min <= int(value)) and (info.max is None or int(value) <= info.max)
            return int(value) if fits else _UNREAD
        if isinstance(kind, type) and issubclass(kind, Enum):
            return next((one for one in kind if value in {one, one.value}), _UNREAD)
        return _UNREAD
