"""docs/codes.md: every code that a person may meet, what it means, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping

from docs.pages.markdown import code, page, table
from orderctl.config import findings
from orderctl.core.checks import WORDS
from orderctl.core.code import Code
from orderctl.core.codes import CHECKS, EXCEPTIONS, EXITS
from orderctl.rules import codes as rule_codes
from orderctl.steps.stock import BAD_ROW

EXCEPTIONS_INTRODUCTION = """\
What waits for a person: `orderctl exceptions list`. `orderctl exceptions show N` prints the answers with the names
filled in. An exception closes itself when its cause is gone.
"""


def text() -> str:
    """The page."""
    commands = "`orderctl stock import`, `stock count` or `skus import`"
    imports = {BAD_ROW: f"A row of a file given to {commands} is wrong. Nothing of the file was taken."}
    return page(
        "Codes",
        "## Exit codes\n",
        "The same for every command. When several apply, the first of 6, 1, 2, 4, 130, 143, 5, 7, 3 is given.\n",
        _meanings("exit", EXITS),
        "## Exceptions\n",
        EXCEPTIONS_INTRODUCTION,
        *(_exception(name, known) for name, known in EXCEPTIONS.items()),
        "## Findings in rules.toml and its tests\n",
        _meanings("code", rule_codes.MEANING),
        "## Findings in channels.toml\n",
        _meanings("code", findings.CODES),
        "## Findings in imported files\n",
        _meanings("code", imports),
        "## What is noticed of an order\n",
        "In `checks` of `orderctl orders show`. Of these `money_mismatch` holds the order by itself.\n",
        _meanings("code", WORDS),
        "## Checks of the store\n",
        _meanings("code", CHECKS),
    )


def _meanings(head: str, known: Mapping[str, str]) -> str:
    return table((head, "meaning"), ((code(name), meaning) for name, meaning in known.items()))


def _exception(name: str, known: Code) -> str:
    answers = "".join(f"- `{_shown(command)}`: {when}\n" for command, when in known.answers)
    return f"### {name}\n\n{known.meaning}\n" + (f"\n{answers}" if answers else "")


def _shown(command: str) -> str:
    """The command with the names of what is filled in where it is shown for one exception."""
    marks = {"id": "N", "subject": "SUBJECT", "order": "ORDER", "reference": "REFERENCE", "subject_sku": "SKU"}
    marks |= {"location": "LOCATION", "channel": "CHANNEL", "channel_sku": "CHANNEL_SKU", "push": "CHANNEL DOCUMENT"}
    return command.format_map(marks)
