"""What a step or a pass did, as an answer.

At a terminal: one line per step, then what needs a person with the command to type. Without one, a pass speaks only
when something is wrong: a subject, then a line each, short enough for a mail that cron sends.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderctl.cli import items
from orderctl.cli.answers import Block, Facts, Heading, Lines, Table, table
from orderctl.core.errors import Exit, worst

if TYPE_CHECKING:
    from orderctl.steps.report import Report, Trouble

LONGEST_MAIL = 15

_COLUMNS = {"step": "step", "what": "what", "count": ">count"}
#: What a problem that leads to an exit code is called in the subject, one and many.
_KINDS = {
    Exit.ATTENTION: ("new exception", "new exceptions"),
    Exit.REMOTE: ("channel or location failed", "channels or locations failed"),
    Exit.CHECK: ("difference", "differences"),
}


@dataclass(frozen=True, slots=True)
class Done:
    """The reports of a whole pass, or of one step and the recovery before it, the step last."""

    reports: Sequence[Report]
    whole_pass: bool = False
    dry_run: bool = False

    @property
    def exit(self) -> Exit:
        """The worst of the steps' codes."""
        return worst(report.exit for report in self.reports)

    @property
    def problems(self) -> list[Trouble]:
        """What needs a person or could not be completed, in the order of the steps."""
        return [problem for report in self.reports for problem in report.problems]

    def document(self) -> dict[str, Any]:
        """A pass as the list of its steps; one step by itself, with the problems of the recovery before it."""
        steps = [report.to_json() for report in self.reports]
        if self.whole_pass:
            return {"exit_code": int(self.exit), "steps": steps}
        problems = [problem for step in steps for problem in step["problems"]]
        return steps[-1] | {"exit_code": int(self.exit), "problems": problems}

    def rows(self) -> Table:
        """How many of what, per step."""
        counts = [
            {"step": report.step, "what": what, "count": count}
            for report in self.reports
            for what, count in report.counts.items()
        ]
        return table(_COLUMNS, counts, "")

    def blocks(self) -> Iterable[Block]:
        """A line per step, then what needs a person."""
        if self.dry_run:
            yield Heading("Dry run: this is what would be done; nothing was.")
        yield Facts(tuple((report.step, _sentence(report.counts)) for report in self.reports))
        if self.dry_run:
            for report in self.reports:
                yield from items.blocks(report)
        if self.problems:
            yield Heading(f"{subject(self.problems).capitalize()}:")
            yield Lines(tuple(line for problem in self.problems for line in _lines(problem)))

    def unattended(self) -> Sequence[str] | None:
        """A pass without a terminal: nothing when all is well, else a subject and a line each. None for one step."""
        if not self.whole_pass:
            return None
        return mail(self.problems) if self.exit else ()

    def warnings(self, *, verbose: bool) -> Sequence[str]:
        """The line that every exit code other than 0 comes with; each problem too when asked for more."""
        if not self.exit:
            return ()
        return mail(self.problems) if verbose else mail(self.problems)[:1]


def mail(problems: Sequence[Trouble]) -> list[str]:
    """A subject and at most fourteen lines, each with the command to type."""
    lines = [f"{problem.subject}: {problem.message}{_next(problem)}" for problem in problems]
    room = LONGEST_MAIL - 1
    if len(lines) > room:
        lines = [*lines[: room - 1], f"and {len(lines) - room + 1} more; next: orderctl exceptions list"]
    return [f"orderctl: {subject(problems)}", *lines]


def subject(problems: Sequence[Trouble]) -> str:
    """How many of which kind: `2 new exceptions, 1 channel or location failed`."""
    counts = Counter(problem.exit for problem in problems)
    parts = []
    for kind in sorted(counts, key=lambda one: one is not Exit.ATTENTION):
        one, many = _KINDS.get(kind, ("problem", "problems"))
        parts.append(f"{counts[kind]} {one if counts[kind] == 1 else many}")
    return ", ".join(parts)


def _sentence(counts: dict[str, int]) -> str:
    said = ", ".join(f"{count:,} {what.replace('_', ' ')}" for what, count in counts.items() if count)
    return said or "nothing to do"


def _lines(problem: Trouble) -> Iterable[str]:
    yield f"  {problem.subject}: {problem.message}"
    if problem.next:
        yield f"      {problem.next}"


def _next(problem: Trouble) -> str:
    return f"; next: {problem.next}" if problem.next else ""
