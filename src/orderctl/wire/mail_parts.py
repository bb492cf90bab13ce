"""What a mail holds: who it is from, its subject, files and words. Nothing in it is believed to be well made.

1. headers are decoded, cleaned and cut; a mail with no sender, or with several, is from nobody
2. who it says it is from is proven only by what the own mail server found out (`Authentication-Results`, RFC 8601)
3. what an attached file is, its suffix or its type says; its name is a name, never a path
4. words are the plain text, else the HTML without its marks; what is quoted from an earlier mail is left out
"""

from __future__ import annotations

import email
import email.header
import email.policy
import email.utils
import html
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from email.message import Message
from typing import Any

from orderctl.core import text
from orderctl.wire import names
from orderctl.wire.mail_text import LONGEST_SUBJECT, header_text

#: Suffix of an attached file -> the form of its table.
FORMATS = {"csv": "csv", "tsv": "tsv", "json": "json", "jsonl": "jsonl", "ndjson": "jsonl", "xlsx": "xlsx"}
_TYPES = {
    "text/csv": "csv",
    "application/csv": "csv",
    "text/tab-separated-values": "tsv",
    "application/json": "json",
    "application/jsonl": "jsonl",
    "application/x-ndjson": "jsonl",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": "xlsx",
}
LONGEST_WORDS = 2_000
_MOST_PARTS = 200
_MARKS = re.compile(
    r"<(script|style)\b.*?</\1\s*>|<br\s*/?>|</p\s*>|</div\s*>|</tr\s*>|<[^>]*>", re.IGNORECASE | re.DOTALL
)
_BLANK = re.compile(r"\n{3,}")
_QUOTED_FROM = re.compile(r"^(-{2,} ?(original message|forwarded message)|_{10,}|on .{5,200} wrote:$)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Heading:
    """Who a mail says it is from (a bare address in lower case, empty = nobody), and its subject."""

    sender: str
    subject: str
    results: Sequence[str]

    def proven_by(self, server: str) -> bool:
        """Whether `server`, our own, found the sender proven: its topmost result says that DMARC passed."""
        for result in self.results:
            named, _, found = result.partition(";")
            if named.split()[:1] == [server.lower()]:
                return re.search(r"(^|;|\s)dmarc\s*=\s*pass\b", found) is not None
        return False


@dataclass(frozen=True, slots=True)
class Attached:
    """One attached file: its name, the form of the table that it says it is (empty = none), and its bytes."""

    name: str
    format: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Parts:
    """What a mail holds: its attached files, and its words."""

    files: Sequence[Attached]
    words: str


def heading(headers: bytes) -> Heading:
    """What the first headers of a mail say."""
    message = email.message_from_bytes(headers, policy=email.policy.compat32)
    senders = email.utils.getaddresses([str(one) for one in message.get_all("from", [])])
    sender = senders[0][1].strip().lower() if len(senders) == 1 else ""
    results = [" ".join(str(one).lower().split()) for one in message.get_all("authentication-results", [])]
    return Heading(sender if sender.isascii() and sender.isprintable() else "", _decoded(message["subject"]), results)


def parts(content: bytes) -> Parts:
    """What the mail `content` holds, as far as it can be read."""
    message = email.message_from_bytes(content, policy=email.policy.compat32)
    files: list[Attached] = []
    plain: list[str] = []
    marked: list[str] = []
    for part in _leaves(message):
        kind, name = part.get_content_type().lower(), _file_name(part)
        body = _body(part)
        format_ = FORMATS.get(name.rpartition(".")[2].lower(), "") or _TYPES.get(kind, "")
        if name or format_:
            files.append(Attached(name or f"{len(files) + 1}.{format_}", format_, body))
        elif kind == "text/plain":
            plain.append(_text(part, body))
        elif kind == "text/html":
            marked.append(_unmarked(_text(part, body)))
    return Parts(files, _words("\n".join(plain)) or _words("\n".join(marked)))


def _leaves(message: Message) -> Iterator[Message]:
    for count, part in enumerate(message.walk()):
        if count == _MOST_PARTS:
            return
        if not part.is_multipart():
            yield part


def _body(part: Message) -> bytes:
    try:
        body = part.get_payload(decode=True)
    except (LookupError, ValueError):
        return b""
    return body if isinstance(body, bytes) else b""


def _file_name(part: Message) -> str:
    """The last part of an attached file's name, safe and with its suffix; empty for what is no file."""
    try:
        stated = _decoded(part.get_filename(), 4 * names.LONGEST_NAME)
    except (LookupError, ValueError, TypeError):
        stated = "attachment"
    stated = re.split(r"[\\/]", stated)[-1]
    stem, dot, suffix = stated.rpartition(".")
    if dot and stem and suffix.isascii() and suffix.isalnum() and len(suffix) <= 8:
        return f"{names.slug(stem)}.{suffix}"
    return names.slug(stated) if stated else ""


def _decoded(value: Any, longest: int = LONGEST_SUBJECT) -> str:
    """A header as text, on one line."""
    if value is None:
        return ""
    try:
        shown = "".join(
            one.decode(charset or "ascii", "replace") if isinstance(one, bytes) else one
            for one, charset in email.header.decode_header(str(value))
        )
    except (LookupError, ValueError):
        shown = str(value)
    return header_text(shown, longest)


def _text(part: Message, body: bytes) -> str:
    try:
        return body.decode(part.get_content_charset("utf-8"), "replace")
    except (LookupError, ValueError):
        return body.decode("utf-8", "replace")


def _unmarked(value: str) -> str:
    def plain(match: re.Match[str]) -> str:
        return "\n" if match[0].lower().startswith(("<br", "</p", "</div", "</tr")) else " "

    return html.unescape(_MARKS.sub(plain, value))


def _words(value: str) -> str:
    """`value` without what is quoted from an earlier mail and without control characters, cut."""
    kept = []
    for line in text.storable(value[: 50 * LONGEST_WORDS]).replace("\r\n", "\n").replace("\r", "\n").split("\n"):
        shown = header_text(line, LONGEST_WORDS)
        if _QUOTED_FROM.match(shown):
            break
        if not shown.startswith(">"):
            kept.append(shown)
    whole = _BLANK.sub("\n\n", "\n".join(kept)).strip()
    return whole if len(whole) <= LONGEST_WORDS else whole[:LONGEST_WORDS].rstrip() + "\u2026"
