"""What an unattended pass tells: what is new, and of failures that last only when they start, daily, and end.

What was told stands in the store, so that it is known to the next pass whatever process that is.
"""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass

from orderctl.core import failures
from orderctl.core.errors import Exit
from orderctl.core.failures import Failure, Recovered, Told
from orderctl.steps.context import Context
from orderctl.steps.report import Report, Trouble
from orderctl.store import meta
from orderctl.store.transactions import transaction

_MEMORY = "failures_told"
#: A pass always does this, whatever steps it was limited to; its report is left out when there was nothing to do.
_RECOVERY = "recover"


@dataclass(frozen=True, slots=True)
class Telling:
    """What is worth a mail: problems with the step they arose in, and what works again."""

    problems: tuple[tuple[str, Trouble], ...]
    recovered: tuple[Recovered, ...]


def worth_telling(ctx: Context, reports: Sequence[Report]) -> Telling:
    """What to tell of a whole pass that made `reports`; remembers that it was told."""
    lasting = {
        (report.step, problem): Failure(report.step, problem.code, problem.subject, problem.message)
        for report in reports
        for problem in report.problems
        if problem.exit is Exit.REMOTE
    }
    before = remembered(ctx.db)
    told = failures.to_tell(list(lasting.values()), before, {_RECOVERY, *(report.step for report in reports)}, ctx.now)
    if told.memory != tuple(before):
        with transaction(ctx.db, "quiet.told"):
            meta.put(ctx.db, _MEMORY, _text(told.memory))
    problems = tuple(
        (report.step, problem)
        for report in reports
        for problem in report.problems
        if lasting.get((report.step, problem)) in (None, *told.failures)
    )
    return Telling(problems, told.recovered)


def remembered(db: sqlite3.Connection) -> list[Told]:
    """The failures that unattended passes have told of and that have not ended."""
    return [Told(Failure(**row.pop("failure")), **row) for row in json.loads(meta.get(db, _MEMORY) or "[]")]


def _text(memory: Sequence[Told]) -> str:
    return json.dumps([dataclasses.asdict(told) for told in memory], ensure_ascii=False, sort_keys=True)
