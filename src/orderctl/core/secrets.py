"""A secret is held in a type whose text form is `***`, so that no message, log or trace can show it.

What reaches a person all the same, inside the text of another program's error, is taken out by `redacted`.
"""

from __future__ import annotations

import base64
import json
import re

REFERENCES = ("env:", "file:", "cred:", "keyring:")
_SHORTEST = 4  # what is shorter would be found in every second word
#: What a message may have taken from data: what it quotes, and addresses of mail.
_PERSONAL = re.compile(r"'[^']*'|\"[^\"]*\"|[^\s=<>(),;:]+@\S+")
_KNOWN: dict[str, tuple[str, ...]] = {}  # the secrets of this process -> every form they may be seen in


class Secret:
    """A resolved secret. `reveal` gives the value to the one call that sends it."""

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str) -> None:
        self.reference = reference
        self._value = value
        if len(value) >= _SHORTEST:
            _KNOWN[value] = _forms(value)

    def reveal(self) -> str:
        """The value itself."""
        return self._value

    def __str__(self) -> str:
        return "***"

    def __repr__(self) -> str:
        return f"Secret({self.reference!r}, ***)"


def is_reference(text: str) -> bool:
    """Whether `text` says where a secret is to be found rather than being one."""
    return text.startswith(REFERENCES)


def redacted(text: str) -> str:
    """`text` without any secret of this process, also where one stands percent-encoded, in Base64 or in JSON."""
    for value in sorted(_KNOWN, key=len, reverse=True):
        for form in _KNOWN[value]:
            text = text.replace(form, "***")
    return text


def impersonal(text: str) -> str:
    """`text` without secrets, and without what it may have taken from a customer's data: fit for a log."""
    return _PERSONAL.sub("…", redacted(text))


def _forms(value: str) -> tuple[str, ...]:
    raw = value.encode("utf-8", "surrogatepass")
    plain = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    escaped = "".join(chr(byte) if byte in plain else f"%{byte:02X}" for byte in raw)
    encoded = (base64.b64encode(raw).decode(), base64.urlsafe_b64encode(raw).decode())
    quoted = json.dumps(value)[1:-1]
    return tuple(dict.fromkeys((value, quoted, escaped, *(form.rstrip("=") for form in encoded))))
