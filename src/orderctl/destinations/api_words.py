"""Words in the addresses, queries and headers of requests: `{reference}`, `{id}`, `{since}`, `{values.account}`.

What stands for a word is data: in a path it is percent-encoded, in a query by the client, in a header it is one line.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated
from urllib.parse import quote

from pydantic import AfterValidator

from orderctl.core import text

_WORD = re.compile(r"\{([^{}]*)\}")
_VALUES = "values."
_OURS = ("reference", "order_number", "channel")
_THEIRS = ("reference", "id")
_LISTED = ("since", "now", "page", "cursor")
_PATH = re.compile(r"(/[^?#\s]*)?")


class BadTemplate(Exception):
    """A body cannot be made; the words name its template, and the line where there is one."""


def words_of(written: str) -> set[str]:
    """The words that stand in `written`."""
    return set(_WORD.findall(written))


def in_path(written: str, words: Mapping[str, str]) -> str:
    """`written` with its words, each percent-encoded as one part of a path."""
    return _WORD.sub(lambda match: quote(words[match[1]], safe=""), written)


def in_text(written: str, words: Mapping[str, str]) -> str:
    """`written` with its words as they are."""
    return _WORD.sub(lambda match: words[match[1]], written)


def in_header(written: str, words: Mapping[str, str]) -> str:
    """`written` with its words, as the value of a header: one line of ASCII, everything else percent-encoded."""
    return quote(in_text(written, words), safe=" !\"#$%&'()*+,-./:;<=>?@[\\]^_`{|}~").strip()


def _is_path(written: str) -> str:
    if not _PATH.fullmatch(written):
        raise ValueError("begins with / and holds neither a query nor spaces; `query` is a table of its own")
    return written


def _only(*words: str) -> AfterValidator:
    def check(written: str) -> str:
        for word in sorted(words_of(written)):
            if word not in words and not (word.startswith(_VALUES) and word != _VALUES):
                near = text.did_you_mean(word, words)
                message = f"'{{{word[:40]}}}' is no word here{near}; there are {', '.join((*words, 'values.NAME'))}"
                raise ValueError(message)
        return written

    return AfterValidator(check)


OurPath = Annotated[str, AfterValidator(_is_path), _only(*_OURS)]
LookupPath = Annotated[str, AfterValidator(_is_path), _only("reference")]
TheirPath = Annotated[str, AfterValidator(_is_path), _only(*_THEIRS)]
ListPath = Annotated[str, AfterValidator(_is_path), _only(*_LISTED)]
PollPath = Annotated[str, AfterValidator(_is_path), _only(*_THEIRS, *_LISTED)]
PlainPath = Annotated[str, AfterValidator(_is_path), _only()]
OurTexts = dict[str, Annotated[str, _only(*_OURS)]]
LookupTexts = dict[str, Annotated[str, _only("reference")]]
TheirTexts = dict[str, Annotated[str, _only(*_THEIRS)]]
ListTexts = dict[str, Annotated[str, _only(*_LISTED)]]
PollTexts = dict[str, Annotated[str, _only(*_THEIRS, *_LISTED)]]
PlainTexts = dict[str, Annotated[str, _only()]]
