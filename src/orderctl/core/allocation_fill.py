"""Fill the lines of a group location by location, where units of one line may come from several.

1. groups that ship together stand first, at every location in turn, or short
2. the other lines are filled in order, each from the locations in the order in which `prefer` ranks them when each
   had to ship the whole group, then by position, even if a later one could ship the line whole
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product

from orderctl.core.allocation_problem import Amount, Found, Needs, Problem, available, most_units
from orderctl.core.allocation_values import WHOLE, Part, Value, plan_values, remaining_share
from orderctl.core.money import divide_half_up

FILLED = -1  # first in the placing of a plan: before one of whole lines that is worth the same
Left = dict[int, dict[str, int] | None]  # per location the units of each SKU that are still there, None = all


def fill_order(problem: Problem) -> list[int]:
    """The locations in the order in which they are filled."""
    units = sum(atom.units for atom in problem.atoms)
    weight_g = sum(atom.weight_g for atom in problem.atoms)
    needs: dict[str, int] = {}
    for atom in problem.atoms:
        for sku, wanted in atom.needs.items():
            needs[sku] = needs.get(sku, 0) + wanted

    def alone(at: int) -> tuple[tuple[Value, ...], int]:
        have = problem.stock[at]
        share = WHOLE if have is None else min(remaining_share(have.get(sku, 0), needs[sku]) for sku in needs)
        return plan_values(problem.prefer, [Part(problem.places[at], units, weight_g, share)], problem.terms), at

    return sorted(range(len(problem.places)), key=alone)


def fillings(problem: Problem, members: tuple[int, ...], order: Sequence[int]) -> Iterator[Found | None]:
    """Every plan that fills the lines from all these locations; None for a try that the limits do not allow."""
    ranked = [at for at in order if at in members]
    groups = [(atom, problem.reach_of(bit, members)) for bit, atom in enumerate(problem.atoms) if atom.together]
    for placed in product(*((*way, None) for _, way in groups)):
        left = {at: _left(problem, at) for at in members}
        amounts: list[Amount] = []
        for (atom, _), at in zip(groups, placed, strict=True):
            if at is not None and most_units(left[at], atom.needs, 1):
                _take(left[at], atom.needs, 1)
                amounts += [(line, at, problem.demands[line].quantity) for line in atom.lines]
        for atom in problem.atoms:
            if not atom.together:
                amounts += _fill(problem, atom.lines[0], ranked, left)
        yield _found(problem, members, sorted(amounts))


def _left(problem: Problem, at: int) -> dict[str, int] | None:
    have = problem.stock[at]
    return None if have is None else {sku: available(have, sku) for atom in problem.atoms for sku in atom.needs}


def _take(left: dict[str, int] | None, needs: Needs, times: int) -> None:
    if left is not None:
        for sku, units in needs.items():
            left[sku] -= units * times


def _fill(problem: Problem, line: int, ranked: Sequence[int], left: Left) -> Iterator[Amount]:
    """Take a line's units from one location after the other, as many as each still has."""
    wanted, needs = problem.demands[line].quantity, problem.unit_needs[line]
    for at in ranked:
        if units := most_units(left[at], needs, wanted):
            _take(left[at], needs, units)
            wanted -= units
            yield line, at, units


def _found(problem: Problem, members: tuple[int, ...], amounts: Sequence[Amount]) -> Found | None:
    """The plan of these amounts, if it uses every location and splits no further than it may."""
    taken = {(line, at): units for line, at, units in amounts}
    value = dict.fromkeys(members, 0)
    short = [demand.quantity for demand in problem.demands]
    for line, at, units in amounts:
        value[at] += _value(problem, line, units)
        short[line] -= units
    short_value = sum(_value(problem, line, units) for line, units in enumerate(short))
    remainder = problem.limits.partial and any(short)
    least = problem.limits.min_value_minor
    if len({at for _, at in taken}) < len(members) or (remainder and short_value < least):
        return None
    if (remainder or len(members) > 1) and min(value.values()) < least:
        return None
    placing = (FILLED, *(-taken.get((line, at), 0) for line in range(len(short)) for at in members))
    return Found(sum(short), problem.plan_values(amounts), members, placing, tuple(amounts))


def _value(problem: Problem, line: int, units: int) -> int:
    demand = problem.demands[line]
    return divide_half_up(demand.value_minor * units, demand.quantity)
