"""Why a rule or a location had no part in a decision, in a line or two."""

from __future__ import annotations

from collections.abc import Iterator

from orderctl.rules.trace import RuleTrace, Trace
from orderctl.rules.trace_group import GroupTrace


def of_rule(traced: Trace, name: str) -> list[str]:
    """What became of the rule `name` (`west coast` or `location/west coast`); empty when no reached stage has it."""
    return [
        line
        for stage, rules in traced.stages.items()
        for one in rules
        if name.casefold() in {one.rule.name.casefold(), one.rule.id.casefold()}
        for line in _rule(stage, one)
    ]


def of_location(traced: Trace, name: str) -> list[str]:
    """What became of the location `name` in each group that was decided."""
    if not traced.groups:
        return [f"{name}: no location was looked at, {traced.ended}"]
    return [line for group in traced.groups for line in (f"{name}: {_place(group, name)}", *_ifs(group, name))]


def _ifs(group: GroupTrace, name: str) -> list[str]:
    """What would have made the location win, where it was the runner-up, or left nothing short."""
    runner_up = group.runner_up.locations if group.runner_up else ()
    wins = group.wins_if if name in runner_up else ()
    return [one.words for one in (*wins, *(one for one in group.covers_if if one.change.location == name))]


def _rule(stage: str, one: RuleTrace) -> Iterator[str]:
    for asked in one.asked:
        about = f" for {asked.about}" if asked.about else ""
        said = f": {asked.words}" if asked.words else ""
        verdict = "matched" if asked.matched else "did not match"
        yield f"{stage}/{one.rule.name} {verdict}{about}{said}"


def _place(group: GroupTrace, name: str) -> str:
    lines = ", ".join(group.lines)
    found = next((place for place in group.places if place.location == name), None)
    if found is None:
        return f"'{group.rule.partition('/')[2]}', which took {lines}, does not name it"
    if found.refused:
        return f"{found.refused}, so it was no candidate for {lines}"
    if found.ships and not group.passed_on:
        return f"it ships {', '.join(f'{units} {sku}' for sku, units in found.ships.items())}"
    stock = ", ".join(f"{'all' if units is None else units} {sku}" for sku, units in found.available.items())
    chosen = ", ".join(group.chosen.locations) or "nothing"
    why = group.margin if group.runner_up and name in group.runner_up.locations else ""
    return f"it could use {stock} for {lines}; chosen was {chosen}" + (f" ({why})" if why else "")
