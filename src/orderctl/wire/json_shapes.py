"""JSON read straight into values of a declared shape, as strictly as `strict_json` reads it, in half the time.

1. msgspec reads the shape, which has the fields in the order they are sent, and writes the value again: where that is
   what was sent, nothing was left out and no name stood there twice
2. what is not proven so is read by `strict_json`, and then put into the shape
3. what does not fit is refused with the field it stands in
"""

from __future__ import annotations

import re
from typing import Any, Generic, TypeVar

import msgspec

from orderctl.core.errors import RecordError
from orderctl.wire import strict_json

_Shape = TypeVar("_Shape")
_MISFIT = re.compile(r"Expected `([a-z]+)[^`]*`.*?(?: - at `\$\.?(.*)`)?")
_NEEDED = re.compile(r"Object missing required field `([^`]+)`(?: - at `\$\.?(.*)`)?")
_WORDS = {
    "int": "is not a whole number in its bounds",
    "str": "is not text",
    "bool": "is neither true nor false",
    "array": "is not a list",
    "object": "is not a table of fields",
}
#: A value of a shape as JSON, its fields in their order and nothing between them.
written = msgspec.json.Encoder().encode


class Row(msgspec.Struct, frozen=True, gc=False, rename="camel"):
    """Base of a shape, which says `frozen=True` again: fields in snake_case, which are sent in camelCase."""


class Reader(Generic[_Shape]):
    """Reads JSON into `shape`, a Row. Fields that it does not have are passed over."""

    def __init__(self, shape: type[_Shape]) -> None:
        self._shape = shape
        self._decode = msgspec.json.Decoder(shape).decode

    def read(self, raw: bytes) -> _Shape:
        """The value `raw` states. ValueError as `strict_json.loads` says it; RecordError names what does not fit."""
        if len(raw) <= strict_json.LARGEST and b"\\u" not in raw:
            try:
                found = self._decode(raw)
            except ValueError:
                pass
            else:
                if written(found) == raw:
                    return found
        return self.made(strict_json.loads(raw))

    def glance(self, raw: bytes) -> _Shape:
        """What of `raw` is in this shape; that no name stands there twice is left to who reads it. Errors as `read`."""
        try:
            return self._decode(raw)
        except msgspec.ValidationError as error:
            raise _refusal(str(error)) from None

    def made(self, value: Any) -> _Shape:
        """`value`, as `strict_json.loads` gives it, in this shape. RecordError names what does not fit."""
        try:
            return msgspec.convert(value, self._shape)
        except msgspec.ValidationError as error:
            raise _refusal(str(error)) from None


def _refusal(said: str) -> RecordError:
    """What msgspec says, in our words; it repeats nothing of what was sent."""
    needed = _NEEDED.fullmatch(said)
    if needed:
        name, inside = needed.groups()
        field = f"{inside}.{name}" if inside else name
        return RecordError(f"{field} is missing", field=field)
    misfit = _MISFIT.fullmatch(said)
    kind, field = misfit.groups() if misfit else ("", "")
    field = field or "order"
    return RecordError(f"{field} {_WORDS.get(kind, 'is not what it should be')}", field=field)
