"""What one code means to a person who meets it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Code:
    """What an exception means and the fixed list of answers to it: (command, when to give it).

    `confirmable`: it holds something back that goes on once a person confirms it.
    """

    meaning: str
    answers: tuple[tuple[str, str], ...] = ()
    confirmable: bool = False
