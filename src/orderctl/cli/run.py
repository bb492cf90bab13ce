"""A pass as a command: once, as cron starts it, or again and again in one process.

1. every pass opens configuration, rules and store anew and closes them again: between two of them the store is free
2. a pass of many that fails does not end the process, and what it says is not said again until it changes
3. a bug ends it, so that whoever keeps it running decides; a signal does, too, at once between passes
"""

from __future__ import annotations

import contextlib
import gc
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

from typer import Option

from orderctl.cli import render
from orderctl.cli.answers import Answer, Heading
from orderctl.cli.command import opened, replacing
from orderctl.cli.options import Shared
from orderctl.cli.reports import Done
from orderctl.core import times
from orderctl.core.errors import BusyError, OrderctlError, UsageError, worst

Steps = Annotated[list[str] | None, Option(metavar="STEP", help="A step by name; may be said again.")]
SHORTEST_S, LONGEST_S = 1, 86_400


class LogFormat(StrEnum):
    """How lines of a log are written."""

    TEXT = "text"
    JSON = "json"


@replacing
def run(
    said: Shared,
    *,
    only: Steps = None,
    skip: Steps = None,
    if_free: Annotated[bool, Option("--if-free", help="Do nothing, and say nothing, while another works.")] = False,
    every: Annotated[
        str, Option("--every", metavar="SPAN", help="Pass after pass, e.g. 30s, until a signal ends it.")
    ] = "",
    max_time: Annotated[
        str, Option("--max-time", metavar="SPAN", help="How long others may keep it waiting; beats [safety] max_time.")
    ] = "",
    log: Annotated[
        Path | None, Option("--log", metavar="FILE", help="Add a line per event to FILE (0600); /dev/stderr, too.")
    ] = None,
    log_format: Annotated[
        LogFormat, Option("--log-format", metavar="FORMAT", help="text or json; what stands in FILE.")
    ] = LogFormat.TEXT,
    unattended: bool = False,
) -> Answer:
    """One pass: pull, collect, route, dispatch, push, after recovery of what a killed pass left.

    Without a terminal it says only what is new: a subject and a line per problem. A failure that lasts is told when it
    begins, once a day, and when it has ended. With --every each pass is as if cron had started it: files are read
    again, the store is free between passes. `orderctl schedule` prints what cron or systemd needs.

    Exit: 0 done, 2 a file is wrong, 3 something new needs a person, 4 another process holds the store, 5 a channel or
    location could not be completed, 6 the store cannot be used, 130 or 143 stopped by a signal.
    """
    log_to = None if said.dry_run else log
    one = _Pass(said, only or (), skip or (), _seconds("--max-time", max_time), log_to, str(log_format))
    if every:
        _again_and_again(one, _interval(said, every))
    try:
        return one(unattended=unattended)
    except BusyError:
        if not if_free:
            raise
        return Done((), whole_pass=True)


@dataclass(frozen=True, slots=True)
class _Pass:
    """What every pass of this call does."""

    said: Shared
    only: list[str] | tuple[()]
    skip: list[str] | tuple[()]
    max_time_s: int | None
    log: Path | None
    log_format: str

    def __call__(self, *, unattended: bool) -> Done:
        """One pass, and what to say of it; `unattended` = only what is new."""
        from orderctl.steps.quiet import worth_telling
        from orderctl.steps.run import run as run_pass
        from orderctl.steps.run_record import Record, kept

        said = self.said
        recorded = contextlib.nullcontext(Record()) if said.dry_run else kept(said.config, self.log, self.log_format)
        with recorded as record:
            with opened(said, write=True, max_time_s=self.max_time_s) as ctx:
                record.begin()
                reports = run_pass(ctx, self.only, self.skip, done=record.step)
                telling = worth_telling(ctx, reports) if unattended else None
            record.end(worst(report.exit for report in reports))
        if said.verbose and record.unpinged:
            render.note(f"orderctl: the heartbeat was not told: {record.unpinged}")
        return Done(reports, whole_pass=True, dry_run=said.dry_run, telling=telling)


def _again_and_again(one: _Pass, every_s: int) -> NoReturn:
    """Pass after pass, until a signal or a bug raises."""
    from orderctl.steps.context import Pace, now

    watched = render.at_a_terminal()
    chats = watched and not one.said.quiet
    if chats:
        render.note(f"orderctl: a pass every {times.duration_text(every_s)}; Ctrl-C ends it")
    pace, trouble = Pace(every_s), ""
    while True:
        try:
            done = one(unattended=not watched)
        except BusyError:
            pass  # as with --if-free: the next turn comes
        except OrderctlError as error:
            if str(error) != trouble:
                trouble = str(error)
                render.note(f"orderctl: {trouble}")
        else:
            trouble = ""
            if not watched or any(report.counts or report.problems for report in done.reports):
                if chats:
                    render.show_blocks([Heading(render.readable(now()))])
                render.show(done, one.said)
            del done
        gc.collect()  # a pass looks for cycles rarely; over days they would add up
        pace.wait()


def _interval(said: Shared, written: str) -> int:
    every_s = _seconds("--every", written)
    if every_s is None or not SHORTEST_S <= every_s <= LONGEST_S:
        raise UsageError(
            f"--every {written} is no span from 1 s to 1 day; nothing was done", next="orderctl run --help"
        )
    if said.dry_run or said.format is not None:
        other = "--dry-run" if said.dry_run else "--format"
        message = f"--every goes on and on, and {other} gives one answer; nothing was done"
        raise UsageError(message, next=f"orderctl run {other}{'' if said.dry_run else f' {said.format}'}")
    return every_s


def _seconds(option: str, written: str) -> int | None:
    """A span as seconds, None for none. UsageError when it is none."""
    if not written:
        return None
    try:
        return times.parse_duration(written)
    except ValueError as error:
        raise UsageError(f"{option}: {error}; nothing was done", next="orderctl run --help") from None
