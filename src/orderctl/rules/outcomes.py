"""What a plan comes to for whoever waits for the goods, part by part; which rule said so makes no difference.

A part is a value to compare and a text to read. Two plans of which every part is equal are the same to the customer,
the locations and the channel.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

from orderctl.core import money
from orderctl.core.plans import Backorder, Plan, PlannedLine, PlannedShipment
from orderctl.rules.compare import units_of

NOTHING = "none"
#: How many SKUs of a shipment or backorder are named one by one.
MOST_NAMED = 4


@dataclass(frozen=True, slots=True)
class Difference:
    """One part in which two plans differ: its name, and what each has in words."""

    what: str
    old: str
    new: str


@dataclass(frozen=True, slots=True)
class Coins:
    """The currencies of amounts in a plan: of what shipping costs, and of what the order is worth."""

    costs: str
    order: str


class _Part(NamedTuple):
    """What is compared, and how it reads."""

    value: Any
    text: str


def differences(old: Plan, new: Plan, coins: Coins) -> tuple[Difference, ...]:
    """The parts in which `old` and `new` differ, the most important first."""
    before, after = _parts(old, coins), _parts(new, coins)
    if bool(old.shipments) is bool(new.shipments):  # how parcels look is no news where there are none
        before |= _looks(old, coins)
        after |= _looks(new, coins)
    absent = _Part(None, NOTHING)
    names = dict.fromkeys((*before, *after))
    found = ((name, before.get(name, absent), after.get(name, absent)) for name in names)
    return tuple(Difference(name, was.text, now.text) for name, was, now in found if was.value != now.value)


def sentence(plan: Plan, coins: Coins) -> str:
    """What becomes of the order, in a line: `newark by ups:ground, 8.90`, `held: fraud`."""
    if plan.rejected is not None:
        return "rejected"
    if plan.track_only:
        return "only tracked"
    if plan.holds:
        return f"held: {', '.join(hold.reason for hold in plan.holds)}"
    parts = [_ships(plan, coins)] if plan.shipments else []
    if plan.backorders:
        parts.append(f"{_units(plan.backorders)} backordered")
    if plan.cancelled:
        parts.append(f"{_units(plan.cancelled)} cancelled")
    if not parts and plan.problems:
        parts.append(f"put aside: {', '.join(dict.fromkeys(one.code for one in plan.problems))}")
    return "; ".join(parts) or "nothing to ship"


def cost_minor(plan: Plan) -> int | None:
    """What all its shipments cost; None when it has none, or when nobody knows what one of them costs."""
    costs = [shipment.cost_minor for shipment in plan.shipments]
    known = [cost for cost in costs if cost is not None]
    return sum(known) if known and len(known) == len(costs) else None


def _ships(plan: Plan, coins: Coins) -> str:
    cost = cost_minor(plan)
    price = f", {money.to_text(cost, coins.costs)}" if cost is not None else ""
    several = len(plan.shipments) > 1
    return " + ".join(_ship(shipment, several=several) for shipment in _parcels(plan)) + price


def _parcels(plan: Plan) -> list[PlannedShipment]:
    """The shipments, the one with the order's first line first: how they were planned makes no difference."""
    places = {line.line_id: place for place, line in enumerate(line for one in plan.shipments for line in one.lines)}
    return sorted(plan.shipments, key=lambda one: sorted((line.line_id, places[line.line_id]) for line in one.lines))


def _ship(shipment: PlannedShipment, *, several: bool) -> str:
    what = f"{_units(shipment.lines)} from " if several else ""
    by = f" by {shipment.service}" if shipment.service else ""
    return f"{what}{shipment.location}{by}"


def _units(lines: Iterable[PlannedLine | Backorder]) -> str:
    """`2 MUG + 1 LAMP`; of many SKUs the first ones, and how much the others are."""
    units = units_of(lines)
    named = list(units.items()) if len(units) <= MOST_NAMED else list(units.items())[: MOST_NAMED - 1]
    words = [f"{quantity} {sku}" for sku, quantity in named]
    if len(named) < len(units):
        left = sum(units.values()) - sum(quantity for _, quantity in named)
        words.append(f"{left} of {len(units) - len(named)} other SKUs")
    return " + ".join(words)


def _parts(plan: Plan, coins: Coins) -> dict[str, _Part]:
    """What happens to the order as a whole."""
    holds = sorted(hold.reason for hold in plan.holds)
    found = {
        "hold": _listed(holds),
        "rejection": _Part(plan.rejected, plan.rejected or NOTHING),
        "tracking": _Part(plan.track_only, "only tracked" if plan.track_only else "routed"),
        "location": _location(plan),
        "backorder": _Part(
            [(one.line_id, one.quantity, one.wait_until, one.after_wait) for one in plan.backorders],
            _units(plan.backorders) or NOTHING,
        ),
        "cancelled": _Part([(one.line_id, one.quantity) for one in plan.cancelled], _units(plan.cancelled) or NOTHING),
        "cost": _cost(plan, coins),
        "problem": _listed(sorted(dict.fromkeys(problem.code for problem in plan.problems))),
        "tags": _listed(plan.tags),
        "notify": _listed(plan.notify),
        "assigned": _Part(plan.assigned, plan.assigned or NOTHING),
        "note": _listed(plan.notes),
        "later priority": _Part(plan.priority, plan.priority or NOTHING),
    }
    if holds:
        ends = [(hold.reason, hold.release_at, hold.cancel_at, hold.helpdesk) for hold in plan.holds]
        found["hold ends"] = _Part(sorted(ends), ", ".join(filter(None, map(_end, plan.holds))) or "by a person")
    return found


def _listed(words: Iterable[str]) -> _Part:
    known = list(words)
    return _Part(known, ", ".join(known) or NOTHING)


def _end(hold: Any) -> str:
    words = (("until", hold.release_at), ("cancelled at", hold.cancel_at))
    return " ".join(f"{word} {moment}" for word, moment in words if moment)


def _location(plan: Plan) -> _Part:
    value = sorted(
        (one.location, sorted((line.line_id, line.quantity) for line in one.lines)) for one in plan.shipments
    )
    several = len(plan.shipments) > 1
    texts = [f"{_units(one.lines)} from {one.location}" if several else one.location for one in _parcels(plan)]
    return _Part(value, " + ".join(texts) or NOTHING)


def _cost(plan: Plan, coins: Coins) -> _Part:
    cost = cost_minor(plan)
    return _Part(cost, "unknown" if cost is None else money.to_text(cost, coins.costs))


def _looks(plan: Plan, coins: Coins) -> dict[str, _Part]:
    """How the parcels leave, each part as a list with one entry a parcel."""
    ships = _parcels(plan)
    found = {
        "service": _each([one.service for one in ships], "none"),
        "not before": _each([one.not_before for one in ships], "at once"),
        "priority": _each([one.priority for one in ships], NOTHING),
        "parcel tags": _each([", ".join(one.tags) for one in ships], NOTHING),
    }
    for name in dict.fromkeys(name for one in ships for name in one.options):
        found[_OPTIONS.get(name, name.replace("_", " "))] = _each(
            [_option(name, one.options, coins) for one in ships], NOTHING
        )
    return found


_OPTIONS = {"insure_minor": "insure", "note": "parcel note"}


def _option(name: str, options: Mapping[str, object], coins: Coins) -> str:
    value: Any = options.get(name)
    if value is None:
        return ""
    if name == "insure_minor":
        return money.to_text(value, coins.order)
    if isinstance(value, Mapping):
        return ", ".join(f"{units} {sku}" for sku, units in value.items())
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    return "yes" if value is True else str(value)


def _each(texts: list[str], absent: str) -> _Part:
    """What is the same for every parcel is said once."""
    said = dict.fromkeys(text or absent for text in texts)
    return _Part(texts, " / ".join(said) or NOTHING)
