"""A mail as bytes: the same words and attachments give the same bytes, and nothing in them can become a header.

1. whatever comes from outside loses its control characters before it stands in a header
2. text and attachments are carried in seven bits; the mark between parts is a digest of what stands between them
3. what differs each time (when, and under which id) is put before it once the mail is sent (`addressed`)
"""

from __future__ import annotations

import email.policy
import email.utils
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from email.message import EmailMessage

from orderctl.core import text, times
from orderctl.core.digests import digest

LONGEST_SUBJECT = 200
_BREAKS = re.compile(r"\s+")
_POLICY = email.policy.SMTP


@dataclass(frozen=True, slots=True)
class Attachment:
    """One file that goes with a mail. `name` is safe on every system."""

    name: str
    content: bytes
    media_type: str


@dataclass(frozen=True, slots=True)
class Letter:
    """Who a mail is from, who gets it, and what it says. Addresses may have names before them."""

    sender: str
    to: Sequence[str]
    subject: str
    body: str
    attachments: Sequence[Attachment] = ()
    reply_to: str = ""


def header_text(value: str, longest: int = LONGEST_SUBJECT) -> str:
    """`value` as one line of printable characters, cut to `longest`."""
    shown = "".join(" " if unicodedata.category(one)[0] == "C" else one for one in value)
    line = _BREAKS.sub(" ", shown).strip()
    return line if len(line) <= longest else line[: longest - 1].rstrip() + "\u2026"


def composed(letter: Letter) -> bytes:
    """The mail, without the headers that `addressed` puts before it."""
    message = EmailMessage(_POLICY)
    message["From"] = letter.sender
    message["To"] = ", ".join(letter.to)
    if letter.reply_to:
        message["Reply-To"] = letter.reply_to
    message["Subject"] = header_text(letter.subject)
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(_body(letter.body), cte="quoted-printable")
    for one in letter.attachments:
        main, _, sub = one.media_type.partition("/")
        message.add_attachment(one.content, maintype=main, subtype=sub, cte="base64", filename=one.name)
    if letter.attachments:
        parts = "".join(digest(one.content) for one in letter.attachments)
        message.set_boundary(f"=_{digest(_body(letter.body) + parts)[:40]}")
    return message.as_bytes(policy=_POLICY)


def addressed(content: bytes, sender: str, key: str, at: str) -> bytes:
    """`content` with the moment `at` and the id that whoever gets it twice can know it by: one for each `key`."""
    domain = sender.rpartition("@")[2]
    date = email.utils.format_datetime(times.as_datetime(at))
    return f"Date: {date}\r\nMessage-ID: <{key}@{domain}>\r\n".encode() + content


def _body(value: str) -> str:
    lines = text.storable(value).replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(one for one in lines if one in "\n\t" or unicodedata.category(one) != "Cc")
    return kept.rstrip() + "\n"
