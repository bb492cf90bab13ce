"""Doctor: is everything as it has to be? One line each, with what to do about it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated, Any

from typer import Option

from orderctl.cli.answers import Answer, Block, Lines, table
from orderctl.cli.command import storeless
from orderctl.cli.options import Shared
from orderctl.cli.reports import Done

_COLUMNS = {"verdict": "verdict", "subject": "subject", "what": "what", "found": "_found", "next": "_what to do"}


@storeless
def doctor(
    said: Shared,
    offline: Annotated[bool, Option("--offline", help="Ask nobody over a network.")] = False,
    deep: Annotated[bool, Option("--deep", help="Check every sum in the store, too; it reads all of it.")] = False,
) -> Answer:
    """Look at everything that a pass needs: files, secrets, the store, the machine, channels and locations.

    Each thing is a line: OK, WARN or FAIL, what was found, and what to do about it. With --quiet only what is not OK
    is told. Nothing is changed; a file that is written to a location to try it out is removed again.

    Exit: 0 nothing fails, 7 something does.
    """
    from orderctl.steps.doctor import examined

    report = examined(said.config, said.rules, said.db, offline=offline, deep=deep)
    left_out = report.counts.get("not asked", 0)
    lines = [_line(one) for one in report.items]
    if left_out:
        lines.append(f"{left_out} channels and ways of locations were not asked: --offline")
    worth = [_line(one) for one in report.items if one["verdict"] != "ok"] if said.quiet else []
    rows = table(_COLUMNS, report.items)
    return _Examined([report], said=[Lines(tuple(lines))], listed=rows, worth=tuple(worth))


@dataclass(frozen=True, slots=True)
class _Examined(Done):
    """The lines say what fails and what to do about it; it is not said again below them. `worth` is told when quiet."""

    worth: tuple[str, ...] = ()

    def blocks(self) -> Iterable[Block]:
        """The lines alone."""
        return self.said

    def warnings(self, *, verbose: bool) -> Sequence[str]:
        """What is not well, for whoever wants to hear of nothing else; else how much fails."""
        return self.worth or Done.warnings(self, verbose=verbose)


def _line(one: Mapping[str, Any]) -> str:
    what = one["subject"] if one["what"] in {"file", one["subject"]} else f"{one['subject']}, {one['what']}"
    found = f": {one['found']}" if one["found"] else ""
    fix = f"; next: {one['next']}" if one["next"] and one["verdict"] != "ok" else ""
    return f"{one['verdict'].upper():<4}  {what}{found}{fix}"
