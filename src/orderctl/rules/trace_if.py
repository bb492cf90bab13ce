"""In words: what would have to differ for the runner-up to win, and for nothing to be short. Each was tried."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from orderctl.core import money
from orderctl.rules.as_if import World
from orderctl.rules.counterfactual import Change, Rivals, changes_to_cover, changes_to_win

_CLAUSES = {
    "more_stock": "{it} had {value} more {item}",
    "less_stock": "{it} had {less} {item}",
    "lower_cost": "shipping from {location} cost {value} less",
    "rate": "a carrier took the parcel from {location} for {value}",
    "distance": "{it} were {value}",
    "arrival": "the parcel from {location} arrived on {value}",
    "room": "{it} had room for {value} more orders today",
    "listed": "{it} were listed right before {item}",
    "prefer": "the rule preferred {item} first",
}


@dataclass(frozen=True, slots=True)
class If:
    """One change that was tried: its value as text (units, an amount, a date), and the whole of it in words."""

    change: Change
    value: str
    words: str


def wins_if(world: World, rivals: Rivals) -> tuple[If, ...]:
    """What would make the other locations win."""
    who = " and ".join(rivals.other)
    return tuple(_if(world, change, f"{who} would win", who) for change in changes_to_win(world, rivals))


def covers_if(world: World, names: Iterable[str]) -> tuple[If, ...]:
    """What would leave nothing of the group short."""
    return tuple(_if(world, change, "nothing would be short", "") for change in changes_to_cover(world, names))


def _if(world: World, change: Change, result: str, who: str) -> If:
    value = _value(world, change)
    it = "it" if change.location == who else change.location
    less = f"only {value}" if change.number else "no"
    clause = _CLAUSES[change.what].format(it=it, location=change.location, item=change.item, value=value, less=less)
    return If(change, value, f"{result} if {clause}")


def _value(world: World, change: Change) -> str:
    places, number = world.group.compiled.places, change.number
    if change.what in {"lower_cost", "rate"}:
        return f"{money.to_text(number, places.currency)} {places.currency}"
    if change.what == "distance":
        return f"{number} km away" if world.group.draft.target.coordinates else f"in zone {number}"
    if change.what == "arrival":
        return dt.date.fromordinal(number).isoformat()
    return "" if change.what in {"listed", "prefer"} else str(number)
