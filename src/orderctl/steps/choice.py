"""Which of the configured things a command is about."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from orderctl.core.errors import UsageError
from orderctl.core.text import did_you_mean


def chosen(named: Sequence[str], known: Iterable[str], noun: str) -> list[str]:
    """`named`, or everything known when nothing is named. UsageError for a name that is not configured."""
    known = list(known)
    for name in named:
        if name not in known:
            near = did_you_mean(name, known)
            message = f"there is no {noun} '{name}'{near or '; known: ' + ', '.join(known)}"
            raise UsageError(message, next=f"orderctl {noun}s list")
    return list(named) or known
