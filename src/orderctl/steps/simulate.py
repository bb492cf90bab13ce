"""Simulate: the rehearsal of a peak. History, or a file of orders, at N times the volume or with something changed.

1. orders come from the store, or from a file without a store; two rehearsals take them side by side: the baseline as
   things stand, and the other one N times and with what is to be changed
2. both end with the same numbers; limits that were reached are named in the order of time, the first one first
Nothing is written and nothing is sent: a store is only read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

from orderctl.config.load import load as load_config
from orderctl.config.model import Config
from orderctl.core import times
from orderctl.core.errors import UsageError
from orderctl.core.rehearsal_calls import ChannelCalls
from orderctl.rules import engine
from orderctl.steps import adapter_classes, rehearsal_orders, rehearsal_shelves, what_if
from orderctl.steps.context import Context, Progress, silent
from orderctl.steps.rehearsal_orders import Arrival, History
from orderctl.steps.rehearsal_result import result
from orderctl.steps.rehearsal_shelves import Shelves
from orderctl.steps.rehearsing import Rehearsal, Setting
from orderctl.steps.rule_diff import MOST_REFUSED, since_moment
from orderctl.steps.rules import CONFIG, ruleset
from orderctl.steps.what_if import Asked, WhatIf

SINCE = "30d"
Row = dict[str, Any]


@dataclass(slots=True)
class Run:
    """One call: what was asked, what the orders of it are, what came of both rehearsals."""

    source: str
    what: WhatIf
    baseline: Rehearsal
    changed: Rehearsal
    words: list[str]
    assumed: list[str]
    refused: list[dict[str, str]] = field(default_factory=list)
    refused_lines: int = 0
    moved_s: int = 0

    def refuse(self, where: str, message: str) -> None:
        """Name a line that is no order, as far as there is room."""
        self.refused_lines += 1
        if len(self.refused) < MOST_REFUSED:
            self.refused.append({"where": where, "message": message})


def of_store(ctx: Context, asked: Asked, since: str, release: str, rules: Path | None) -> Row:
    """The orders of the last `since` as a rehearsal from now on. UsageError when there are none."""
    what = what_if.read(asked, ctx.config)
    history = rehearsal_orders.of_store(ctx, since_moment(ctx, since or SINCE))
    if not history.orders:
        raise UsageError(
            f"no order was placed in the last {since or SINCE}", next="--since SPAN, or --orders FILE.jsonl"
        )
    shelves = rehearsal_shelves.OfStore(ctx)
    run = _opened(f"orders of the last {since or SINCE}", ctx.config, what, shelves, rules, release, ctx.now)
    run.moved_s = history.moved_s
    _play(run, history, shelves, ctx.progress)
    return result(run)


def of_file(
    config: Path | None,
    orders: Path,
    asked: Asked,
    release: str,
    rules: Path | None,
    progress: Progress | None = None,
) -> Row:
    """The orders of a file at their own moments; no store is opened. UsageError when there are none in it."""
    found = load_config(config or Path(CONFIG), adapters=False)
    what = what_if.read(asked, found)
    counts = what.counts if what.counted_in else None
    shelves = rehearsal_shelves.OfFile(counts)
    run = _opened(f"orders of {orders}", found, what, shelves, rules, release, "")
    with rehearsal_orders.of_file(orders, found, run.refuse) as history:
        if not history.orders:
            first = f"; {run.refused[0]['where']}: {run.refused[0]['message']}" if run.refused else ""
            raise UsageError(f"holds no orders{first}", where=str(orders))
        _play(run, history, shelves, progress or silent)
    run.assumed.append(
        "the stock of the file of counts" if counts else "plenty of stock everywhere unless said otherwise"
    )
    return result(run)


def _opened(
    source: str, config: Config, what: WhatIf, shelves: Shelves, rules: Path | None, release: str, now: str
) -> Run:
    before = WhatIf(Fraction(1), config)
    named = replace(config, places=replace(what.config.places, services=config.places.services))
    usual = rules if rules is not None and not config.rules.exists() else config.rules
    words = list(what.words)
    if rules is not None and rules != usual:
        words.append(f"the rules of {rules}")
    release_s = _span(release)
    old = _rehearsal(before, usual, config, shelves, release_s, now)
    new = _rehearsal(what, rules or usual, named, shelves, release_s, now)
    return Run(source, what, old, new, words, _assumed(what, new, release, config))


def _rehearsal(
    what: WhatIf, rules: Path, named: Config, shelves: Shelves, release_s: int | None, now: str
) -> Rehearsal:
    places = what.config.places
    ready = engine.prepare(ruleset(rules, named), places)
    counted = frozenset(name for name, place in places.locations.items() if place.stock == "counted")
    calls = {name: _calls(what.config, name) for name in what.config.channels}
    return Rehearsal(
        Setting(what.config, ready, counted),
        shelves.desk(what),
        calls,
        expected=shelves.expected(now),
        pickups=what.pickups,
        release_s=release_s,
    )


def _calls(config: Config, name: str) -> ChannelCalls:
    channel = config.channels[name]
    return ChannelCalls(adapter_classes.quotas(channel), frozenset({"orders", *channel.push}))


def _span(text: str) -> int | None:
    try:
        return times.parse_duration(text) if text else None
    except ValueError as error:
        raise UsageError(f"{error}; nothing was done", where="--release") from None


def _assumed(what: WhatIf, changed: Rehearsal, release: str, config: Config) -> list[str]:
    """What a reader has to know about the model before believing a number."""
    unlimited = [name for name, place in what.config.places.locations.items() if place.capacity is None]
    said = []
    if unlimited:
        said.append(f"capacity not configured, so unlimited: {', '.join(unlimited)}")
    if not changed.expects:
        said.append("nothing is on order with a date, so that stock is not refilled")
    if release:
        said.append(f"holds count as released after {release}")
    else:
        said.append("orders that rules hold stay held, unless the rule itself releases them (--release SPAN)")
    if config.routing.strategy == "batch":
        said.append("orders are decided one by one, not together as strategy = 'batch' decides them")
    named = {name for policy in changed.setting.rules.policies for name in policy.locations}
    idle = [name for name in what.config.places.locations if name not in named and name not in config.locations]
    said += [f"no rule sends orders to {name}; name it in rules of its own (--rules FILE)" for name in idle]
    return said


def _play(run: Run, history: History, shelves: Shelves, progress: Progress) -> None:
    same = run.what.times == 1 and not run.words
    setting = run.baseline.setting
    desks = [(run.baseline.desk, WhatIf(Fraction(1), setting.config), setting.rules)]
    if not same:
        desks.append((run.changed.desk, run.what, run.changed.setting.rules))
    done = 0

    def arriving() -> Iterator[Arrival]:
        nonlocal done
        for batch in history.batches():
            shelves.load(desks, [one.order.order for one in batch])
            for one in batch:
                run.baseline.take(one.order, one.moment)
                yield one
            done += len(batch)
            progress("orders rehearsed", done, history.orders)

    if same:
        for _ in arriving():
            pass
        run.changed = run.baseline
    else:
        for one in rehearsal_orders.several(arriving(), run.what.times):
            run.changed.take(one.order, one.moment)
        run.changed.finish()
    run.baseline.finish()
    if not run.changed.tally.orders:
        found = f"{run.baseline.tally.orders:,} orders, {run.what.times_text} times, are none"
        raise UsageError(f"{found}; nothing was rehearsed", next="--times N, or --since SPAN")
