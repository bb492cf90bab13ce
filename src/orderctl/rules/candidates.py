"""The locations that may ship a group of lines, with the numbers by which plans are compared.

1. what does not change during a pass (countries served, PO boxes, rates, distance) is remembered per rule and target
2. what changes from order to order is looked at each time: paused, stale feed, rejected, capacity, cut-off; those that
   are left are the same value as before, so that what is chosen from them is prepared once
3. a location that may not ship hazmat keeps its other stock; a full one is refused, free, or ships later, by the rule
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from typing import NamedTuple
from zoneinfo import ZoneInfo

from orderctl.core import times, workdays
from orderctl.core.allocation import MOST_CANDIDATES, Candidate
from orderctl.core.distances import kilometers
from orderctl.core.places import Location
from orderctl.rules import lanes
from orderctl.rules.compiled import Compiled, Lasting, LocationPolicy, make_room
from orderctl.rules.draft import Draft
from orderctl.rules.lanes import Target

_DAY_S = 86_400
_TIMED = frozenset({"fastest", "deadline"})


class Field(NamedTuple):
    """The candidates of one group. `not_before` says from when a full location could ship, by name."""

    candidates: tuple[Candidate, ...]
    not_before: Mapping[str, str] = {}


class _Way(NamedTuple):
    """What the remembered numbers depend on; the moments only where `prefer` compares days."""

    target: Target
    now: str = ""
    promised: str = ""


def candidates_of(draft: Draft, compiled: Compiled, policy: LocationPolicy, names: Sequence[str]) -> Field:
    """The locations among `names` that may ship, at most 12, in order of position."""
    facts = draft.facts
    usable = _templates(draft, compiled, policy, len(names))
    told = facts.paused or facts.stale or facts.excluded or facts.opened or facts.together
    changing = policy.before_cutoff_only or told
    if not changing and not draft.parts and not compiled.limited.intersection(names):
        return Field(usable if len(usable) <= MOST_CANDIDATES else usable[:MOST_CANDIDATES])
    chosen: list[Candidate] = []
    left = 0
    not_before: dict[str, str] = {}
    for at, candidate in enumerate(usable):
        location = compiled.places.locations[candidate.name]
        if refusal_now(draft, policy, location):
            continue
        free = capacity_free(draft, location)
        opened = is_opened(draft, candidate.name)
        if free == 0:
            waits = _waits(draft, policy, location)
            if waits is None:
                continue
            if waits:
                not_before[candidate.name] = waits
                if candidate.arrives_day is not None:
                    day = _arrives_day(compiled, location, _Way(draft.target, facts.now), waits)
                    candidate = replace(candidate, arrives_day=day)  # noqa: PLW2901
        if opened or (free is not None and "most_capacity" in policy.prefer):
            weight = _weight_there(draft, candidate.name) if opened else 0
            chosen.append(replace(candidate, opened=opened, opened_weight_g=weight, capacity_free=free))
        else:
            chosen.append(candidate)
            left |= (candidate is usable[at]) << at
        if len(chosen) == MOST_CANDIDATES:
            break
    changed = left.bit_count() < len(chosen)
    return Field(tuple(chosen) if changed else compiled.some_of(usable, left), not_before)


def refusal(location: Location, target: Target) -> str:
    """Why `location` can never ship to `target`, empty when it can."""
    if location.serves and target.country not in location.serves:
        return f"does not serve {target.country}"
    if target.po_box and "po_box" not in location.accepts:
        return "does not ship to PO boxes and military addresses"
    if is_international(location, target) and "international" not in location.accepts:
        return "does not ship abroad"
    return ""


def refusal_now(draft: Draft, policy: LocationPolicy, location: Location) -> str:
    """Why `location` cannot ship this order at this moment whatever its capacity, empty when it can."""
    facts = draft.facts
    if location.name in facts.paused:
        return "is paused"
    if location.name in facts.excluded:
        return "rejected this order"
    if location.name in facts.stale:
        return "has a stock feed that is too old"
    if location.name in facts.together.get("closed", ()):
        return "is left to orders that were decided together with this one"
    if policy.before_cutoff_only and not workdays.makes_today(location, facts.now):
        return "is past its cut-off"
    return ""


def is_international(location: Location, target: Target) -> bool:
    """Whether a shipment crosses a border; a location without a country ships at home."""
    return bool(location.country) and location.country != target.country


def is_opened(draft: Draft, name: str) -> bool:
    """Whether the order has a shipment at this location already, from before or from an earlier group."""
    return name in draft.parts or name in draft.facts.opened


def capacity_free(draft: Draft, location: Location) -> int | None:
    """How many more orders the location takes today, None without limit; this order counts once."""
    if location.capacity is None:
        return None
    free = max(0, location.capacity - draft.facts.capacity_used.get(location.name, 0))
    return max(1, free) if is_opened(draft, location.name) else free


def _weight_there(draft: Draft, name: str) -> int:
    """Grams that earlier groups gave to the order's shipment at this location."""
    part = draft.parts.get(name)
    return sum(draft.unit_weight_g(line_id) * units for line_id, units in part.units.items()) if part else 0


def _waits(draft: Draft, policy: LocationPolicy, location: Location) -> str | None:
    """From when a full location may ship: "" at once, None never."""
    if policy.if_full == "exceed":
        return ""
    kind, _, seconds = policy.if_full.partition(":")
    if kind != "wait":
        return None
    days = max(1, int(seconds) // _DAY_S)
    today = workdays.local(location, draft.facts.now).date()
    day = workdays.next_worked(location, today + timedelta(days=days - 1))
    return None if day is None else workdays.opening(location, day)


def _templates(draft: Draft, compiled: Compiled, policy: LocationPolicy, first: int) -> tuple[Candidate, ...]:
    """The first locations of the rule that can ship to the target at all, with the numbers its `prefer` compares."""
    timed = not _TIMED.isdisjoint(policy.prefer)
    way = _Way(draft.target, draft.facts.now, draft.facts.order.deliver_by) if timed else _Way(draft.target)
    key = (policy.rule.name, first, way)
    found = compiled.candidates.get(key)
    if found is None:
        make_room(compiled.candidates)
        found = compiled.candidates[key] = Lasting(
            _template(compiled, policy, location, position, way)
            for position, name in enumerate(policy.locations[:first])
            if (location := compiled.places.locations.get(name)) and not refusal(location, draft.target)
        )
    return found


def _template(compiled: Compiled, policy: LocationPolicy, location: Location, position: int, way: _Way) -> Candidate:
    places, prefer, target = compiled.places, policy.prefer, way.target
    services = places.services.values()
    by_km = target.coordinates is not None and any(
        places.locations[name].coordinates for name in policy.locations if name in places.locations
    )
    return Candidate(
        name=location.name,
        position=position,
        unlimited=location.stock == "unlimited",
        distance=distance(location, target, by_km=by_km) if "nearest" in prefer else None,
        order_cost_minor=location.pick_cost_minor,
        unit_cost_minor=location.unit_cost_minor,
        rates=lanes.cheapest_steps(services, location, target) if "lowest_cost" in prefer else (),
        arrives_day=_arrives_day(compiled, location, way) if way.now else None,
        deliver_by_day=promised_day(way.promised, places.timezone) if way.promised else None,
    )


def distance(location: Location, target: Target, *, by_km: bool) -> int | None:
    """Whole kilometers, or the number of the zone; None when it is not known."""
    if not by_km:
        return lanes.zone_number(location, target)
    if location.coordinates is None or target.coordinates is None:
        return None
    return kilometers(location.coordinates, target.coordinates)


def _arrives_day(compiled: Compiled, location: Location, way: _Way, not_before: str = "") -> int | None:
    """The promised day as a day number. Where no service anywhere says its days, the day of leaving stands for it."""
    left = workdays.ship_day(location, way.now)
    if left is None:
        return None
    if not_before:
        left = max(left, workdays.local(location, not_before).date())
    days = lanes.transit_days(compiled.places.services.values(), way.target)
    return workdays.arrival(left, days or 0).toordinal()


def promised_day(moment: str, timezone: str) -> int:
    """The day number of a promised moment in the configuration's time zone."""
    return times.as_datetime(moment).astimezone(ZoneInfo(timezone)).toordinal()
