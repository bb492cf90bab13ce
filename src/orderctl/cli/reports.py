"""What a step or a pass did, as an answer.

At a terminal: one line per step, then what needs a person with the command to type. Without one, a pass speaks only
when there is something to tell: a subject, then a line each, short enough for a mail that cron sends.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from orderctl.cli import items
from orderctl.cli.answers import Block, Facts, Heading, Lines, Table, table
from orderctl.core import money
from orderctl.core.errors import Exit, worst
from orderctl.core.failures import Recovered

if TYPE_CHECKING:
    from orderctl.steps.quiet import Telling
    from orderctl.steps.report import Report, Together, Trouble

LONGEST_MAIL = 15
MOST_PROBLEMS = 10
DRY_RUN = "Dry run: this is what would be done. Nothing was changed, written or sent."

_COLUMNS = {"step": "step", "what": "what", "count": ">count"}
#: What a problem is called in the subject, one and many.
_NEW = ("new exception", "new exceptions")
_CHANNEL = ("channel failed", "channels failed")
_LOCATION = ("location failed", "locations failed")
_DIFFERENCE = ("difference", "differences")
_TRIED = ("thing does not work", "things do not work")
_MISSED = ("location is no-go", "locations are no-go")
_OTHER = ("problem", "problems")
_FAILED = {"pull": _CHANNEL, "push": _CHANNEL, "collect": _LOCATION, "dispatch": _LOCATION}

_ONE = {
    **{f"{word}s": word for word in ("unit", "field", "package", "shipment", "change", "row", "move", "check", "kit")},
    **{f"{word}s": word for word in ("order", "record")},
    "differences": "difference",
    "batches": "batch",
    "copies": "copy",
}

Problems = Sequence[tuple[str, "Trouble"]]


@dataclass(frozen=True, slots=True)
class Done:
    """The reports of a whole pass, or of one step and the recovery before it, the step last.

    `said` stands in place of the counts where a command has better words, `listed` where a spreadsheet has use for
    other rows. `telling` is what an unattended pass says, everything when it is None.
    """

    reports: Sequence[Report]
    whole_pass: bool = False
    dry_run: bool = False
    said: Sequence[Block] = ()
    telling: Telling | None = None
    listed: Table | None = None

    @property
    def exit(self) -> Exit:
        """The worst of the steps' codes."""
        return worst(report.exit for report in self.reports)

    @property
    def problems(self) -> Problems:
        """What needs a person or could not be completed, with its step, in the order of the steps."""
        return [(report.step, problem) for report in self.reports for problem in report.problems]

    def document(self) -> dict[str, Any]:
        """A pass as the list of its steps; one step by itself, with the problems of the recovery before it."""
        steps = [report.to_json() for report in self.reports]
        if self.whole_pass:
            return {"exit_code": int(self.exit), "steps": steps}
        problems = [problem for step in steps for problem in step["problems"]]
        return steps[-1] | {"exit_code": int(self.exit), "problems": problems}

    def rows(self) -> Table:
        """How many of what, per step, unless there are other rows."""
        if self.listed is not None:
            return self.listed
        counts = [
            {"step": report.step, "what": what, "count": count}
            for report in self.reports
            for what, count in report.counts.items()
        ]
        return table(_COLUMNS, counts)

    def blocks(self) -> Iterable[Block]:
        """A line per step or what was `said`, in a dry run who would get what, then what needs a person."""
        if self.dry_run:
            yield Heading(DRY_RUN)
        if self.said:
            yield from self.said
        else:
            yield Facts(tuple((report.step, sentence(report.counts)) for report in self.reports))
            yield from (Lines((together(report.together),)) for report in self.reports if report.together)
            if self.dry_run:
                for report in self.reports:
                    yield from items.blocks(report, whole_pass=self.whole_pass)
        if self.problems:
            yield Lines(tuple(self._said_of_problems()))

    def _said_of_problems(self) -> Iterable[str]:
        """The problems with what to type; the first of them when they would fill more than a screen."""
        shown = self.problems[:MOST_PROBLEMS] if len(self.problems) > MOST_PROBLEMS + 1 else self.problems
        for _, problem in shown:
            yield _about(problem)
            if problem.next and not self.dry_run:  # the exceptions of a dry run vanish with its copy of the store
                yield f"    {problem.next}"
        if len(shown) < len(self.problems):
            yield f"and {len(self.problems) - len(shown):,} more"

    def unattended(self) -> Sequence[str] | None:
        """What a pass without a terminal says: a subject and a line each, or nothing. None for one step."""
        if not self.whole_pass or self.dry_run:
            return None
        if self.telling is None:
            return mail(self.problems)
        return mail(self.telling.problems, self.telling.recovered)

    def warnings(self, *, verbose: bool) -> Sequence[str]:
        """The line that every exit code other than 0 comes with; each problem too when asked for more."""
        if not self.exit:
            return ()
        if self.dry_run:
            return [f"orderctl: a dry run found {subject(self.problems)}; nothing was done"]
        return mail(self.problems) if verbose else [f"{mail(self.problems)[0]}; next: {_look(self.problems)}"]


def together(told: Together) -> str:
    """What deciding many orders together came to, in a sentence."""
    cost, alone = (money.to_text(amount, told.currency) for amount in (told.cost_minor, told.alone_minor))
    words = f"{told.asked:,} of {told.orders:,} orders decided together: {cost} {told.currency}"
    if told.fell_back:
        words += f"; for {told.fell_back:,} of them one by one was as good, and stands"
    elif told.cost_minor < told.alone_minor:
        words += f" instead of {alone} one by one"
    if told.short or told.short_alone:
        before = "either way" if told.short == told.short_alone else f"{told.short_alone:,} one by one"
        words += f"; {told.short:,} {'unit' if told.short == 1 else 'units'} short, {before}"
    gap = told.gap_percent
    if gap is not None:
        words += f"; at most {gap} % above the least there can be" if gap else "; nothing can cost less"
    return f"{words}." if told.finished else f"{words}; the time for it was over ([routing] max_time)."


def mail(problems: Problems, recovered: Sequence[Recovered] = ()) -> list[str]:
    """A subject and at most fourteen lines, each with the command to type; nothing when there is nothing to tell."""
    if not problems and not recovered:
        return []
    lines = [f"{_about(problem)}{_next(problem)}" for _, problem in problems]
    lines += [f"{one.subject}: {one.step} works again; it failed since {one.since}" for one in recovered]
    room = LONGEST_MAIL - 1
    if len(lines) > room:
        lines = [*lines[: room - 1], f"and {len(lines) - room + 1:,} more; next: orderctl exceptions list"]
    return [f"orderctl: {subject(problems, recovered)}", *lines]


def subject(problems: Problems, recovered: Sequence[Recovered] = ()) -> str:
    """How many of which kind: `2 new exceptions, 1 location failed`. What fails twice at one place counts once."""
    found: dict[tuple[str, str], set[object]] = {_NEW: set()}
    for number, (step, problem) in enumerate(problems):
        kind = _kind(step, problem)
        found.setdefault(kind, set()).add(problem.subject if kind in {_CHANNEL, _LOCATION} else number)
    parts = [_many(len(ones), *kind) for kind, ones in found.items() if ones]
    if recovered:
        parts.append(_many(len(recovered), "failure has ended", "failures have ended"))
    return ", ".join(parts)


def sentence(counts: dict[str, int]) -> str:
    """`37 new, 2 put aside`."""
    return ", ".join(f"{count:,} {_named(what, count)}" for what, count in counts.items() if count) or "nothing"


def _named(what: str, count: int) -> str:
    """The name of a count, in the singular for 1: `units cancelled` -> `unit cancelled`."""
    words = what.replace("_", " ").split(" ")
    return " ".join(_ONE.get(word, word) for word in words) if count == 1 else " ".join(words)


def _kind(step: str, problem: Trouble) -> tuple[str, str]:
    if problem.exit is Exit.ATTENTION:
        return _NEW
    if problem.exit is Exit.CHECK:
        return {"probe_failed": _TRIED, "target_missed": _MISSED}.get(problem.code, _DIFFERENCE)
    return _FAILED.get(step, _OTHER)


def _many(count: int, one: str, many: str) -> str:
    return f"{count:,} {one if count == 1 else many}"


def _look(problems: Problems) -> str:
    """The one command that leads to all of `problems`, else that of the first which has one."""
    commands = list(dict.fromkeys(problem.next for _, problem in problems if problem.next))
    if len(commands) > 1 and any(problem.exit is Exit.ATTENTION for _, problem in problems):
        return "orderctl exceptions list"
    return commands[0] if commands else "orderctl status"


def _about(problem: Trouble) -> str:
    """The message after its subject, unless it begins with that itself."""
    begins = problem.message.startswith((f"{problem.subject}:", f"{problem.subject} "))
    return problem.message if begins else f"{problem.subject}: {problem.message}"


def _next(problem: Trouble) -> str:
    return f"; next: {problem.next}" if problem.next else ""
