"""Status: how things stand, on one page. It is what `orderctl` alone says in a folder that is set up."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from orderctl.cli.answers import Answer, Block, Facts, Lines, Page, table
from orderctl.cli.command import reading
from orderctl.cli.render import readable
from orderctl.cli.reports import sentence
from orderctl.core.states import ORDER_STATES

if TYPE_CHECKING:
    from orderctl.steps.context import Context

_COLUMNS = {"what": "what", "name": "name", "count": ">count"}


@reading
def status(ctx: Context) -> Answer:
    """Show how things stand: orders by state, what waits for a person, what is not told yet, the last pass.

    Exit: 0 done, 2 a file is wrong, 6 the store cannot be used.
    """
    from orderctl.steps import care

    value = care.status(ctx)
    counted = [
        {"what": what, "name": name, "count": count}
        for what in ("orders", "exceptions", "waiting_effects")
        for name, count in value[what].items()
    ]
    return Page(value, tuple(_page(value)), table(_COLUMNS, counted))


def _page(status: Mapping[str, Any]) -> Iterable[Block]:
    yield Facts(
        (
            ("orders", sentence(_in_order(status["orders"])) if status["orders"] else "none yet"),
            ("exceptions", sentence(status["exceptions"])),
            ("to be told", _effects(status["waiting_effects"])),
            ("passes", f"refused: {status['refused']}" if status["refused"] else ""),
            ("watched", _watched(status["watched"])),
            ("paused", ", ".join(f"{name} since {readable(at)}" for name, at in status["paused"].items())),
            ("last pass", _pass(status["last_pass"])),
        )
    )
    if status["refused"]:
        yield Lines(("orderctl reconcile",))
    if status["exceptions"]:
        yield Lines(("orderctl exceptions list",))


def _in_order(counts: Mapping[str, int]) -> dict[str, int]:
    """The states as an order goes through them."""
    return {state: counts[state] for state in reversed(ORDER_STATES) if state in counts}


def _effects(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{target.replace(':', ' ')} {count:,}" for target, count in sorted(counts.items()))


def _watched(channels: Sequence[str]) -> str:
    """What is meant by a pass that hands nothing over."""
    return f"{', '.join(channels)}: nothing ships before live_from is set in channels.toml" if channels else ""


def _pass(last: Mapping[str, Any] | None) -> str:
    if last is None:
        return "none yet; orderctl run --dry-run shows what a first one would do"
    if last["ended_at"] is None:
        return f"{readable(last['started_at'])} by {last['actor']}, not finished"
    return f"{readable(last['ended_at'])} by {last['actor']}, exit {last['exit_code']}"
