"""The elements of a list inside a JSON document, as the very bytes they were sent in.

A payload is kept as it came, so that its digest tells whether anything changed and nothing is lost by reading it. The
document has been read once already (`strict_json.loads`), so that what is cut here is sound JSON without a name twice.

1. go down the names of `path`, leaving the members of each object uncut
2. cut the list that stands there into its elements
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import msgspec

_MEMBERS = msgspec.json.Decoder(dict[str, msgspec.Raw]).decode
_ELEMENTS = msgspec.json.Decoder(list[msgspec.Raw]).decode


def elements(content: bytes, path: Sequence[str] = ()) -> Iterator[bytes]:
    """The elements of the list below `path` (names of members, outermost first) of the JSON document `content`.

    Nothing when there is no such list.
    """
    for name in path:
        content = member(content, name)
    if content.lstrip()[:1] == b"[":
        for element in _ELEMENTS(content):
            yield bytes(element)


def member(content: bytes, name: str) -> bytes:
    """The value of the member `name` of the object `content`; empty when there is none."""
    if content.lstrip()[:1] != b"{":
        return b""
    return bytes(_MEMBERS(content).get(name, b""))
