"""A secret is held in a type whose text form is `***`, so that no message, log or trace can show it."""

from __future__ import annotations

REFERENCES = ("env:", "file:", "cred:", "keyring:")


class Secret:
    """A resolved secret. `reveal` gives the value to the one call that sends it."""

    __slots__ = ("_value", "reference")

    def __init__(self, reference: str, value: str) -> None:
        self.reference = reference
        self._value = value

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
