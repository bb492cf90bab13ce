"""The light way to complete a word: the front door calls it, and nothing of the program is loaded for it.

The table of commands (`words.json`) is made by `make docs` from the commands themselves.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence

from orderctl.steps import completing

COMMAND = "__complete"


def lines(words: Sequence[str]) -> str:
    """The candidates for the last of `words` (after the program's name), one a line, a tab before a word about each."""
    path = os.path.join(os.path.dirname(__file__), "words.json")  # noqa: PTH118, PTH120 - pathlib costs as much as this
    with open(path, encoding="utf-8") as file:  # noqa: PTH123 - as above
        table = json.load(file)
    found = completing.candidates(table, words)
    plain = ((word, about) for word, about in found if word.isprintable())
    return "".join(f"{word}\t{about}\n" if about else f"{word}\n" for word, about in plain)
