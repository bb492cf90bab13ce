"""The elements of a list inside a JSON document, as the very bytes they were sent in.

A payload is kept as it came, so that its digest tells whether anything changed and nothing is lost by reading it.

1. go down the names of a path, passing over everything else
2. cut the list that stands there into its elements

`elements` and `member` cut what was read once already, which is sound JSON without a name twice. `apart` reads a
document for the first time, without reading its elements, which are read one by one later:

3. the elements are found in the document one after the other, with nothing between them but commas and space
4. what is left without them is read strictly, and has to have an empty list in their place; else all is read strictly
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from typing import Any

import msgspec

from orderctl.wire import strict_json

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_BETWEEN = b", \t\r\n"


def elements(content: bytes, path: Sequence[str] = ()) -> Iterator[bytes]:
    """The elements of the list below `path` (names of members, outermost first) of the JSON document `content`.

    Nothing when there is no such list.
    """
    with contextlib.suppress(msgspec.ValidationError):
        for element in _cutter(tuple(path))(content):
            yield bytes(element)


def member(content: bytes, name: str) -> bytes:
    """The value of the member `name` of the object `content`; empty when there is none."""
    if content.lstrip()[:1] != b"{":
        return b""
    return bytes(_MEMBERS(content).get(name, b""))


def apart(content: bytes, path: Sequence[str], *, largest: int = strict_json.LARGEST) -> tuple[Any, list[bytes]]:
    """What `content` states with the list below `path` emptied, and the elements of that list, not read yet.

    No elements when there is no such list. ValueError as `strict_json.loads` says it.
    """
    if len(content) <= largest:
        try:
            found = [bytes(element) for element in _cutter(tuple(path))(content)]
            value = strict_json.loads(_without(content, found), largest=largest)
        except ValueError:
            pass
        else:
            if found and _below(value, path) == []:
                return value, found
    value = strict_json.loads(content, largest=largest)
    stands_there = _below(value, path)
    if not isinstance(stands_there, list) or not stands_there:
        return value, []
    stands_there.clear()
    return value, list(elements(content, path))


def _without(content: bytes, found: Sequence[bytes]) -> bytes:
    """`content` without these elements of a list. ValueError when they are not found one after the other."""
    if not found:
        raise ValueError
    begin = end = content.index(found[0])
    for element in found:
        while content[end] in _BETWEEN:
            end += 1
        if not content.startswith(element, end):
            raise ValueError
        end += len(element)
    return content[:begin] + content[end:]


def _below(value: Any, path: Sequence[str]) -> Any:
    for name in path:
        value = value.get(name) if isinstance(value, dict) else None
    return value


@cache
def _cutter(path: tuple[str, ...]) -> Callable[[bytes], list[msgspec.Raw]]:
    """What cuts the list below `path` in one go, passing over everything else."""
    kind: Any = list[msgspec.Raw]
    for name in reversed(path):
        kind = msgspec.defstruct("Holder", [("held", kind)], rename={"held": name})
    decode = msgspec.json.Decoder(kind).decode

    def cut(content: bytes) -> list[msgspec.Raw]:
        value = decode(content)
        for _ in path:
            value = value.held
        return value  # type: ignore[no-any-return]

    return cut
