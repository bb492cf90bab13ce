"""Choose where a group of order lines ships from.

1. every subset of the candidates that matters is tried (at most 12 candidates)
2. fewest units short wins, then `prefer` in its order, then the tie-break
3. a plan splits only within the limits
4. what is plain to see (one location has everything, whole lines from the fewest locations) is decided without a search
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from orderctl.core.allocation_field import field_of
from orderctl.core.allocation_problem import Found, Problem
from orderctl.core.allocation_quick import from_few, from_one
from orderctl.core.allocation_search import Search
from orderctl.core.allocation_values import (
    INFINITE,
    PREFERENCES,
    Candidate,
    Choice,
    Demand,
    Limits,
    Take,
    plan_values,
)

__all__ = [
    "INFINITE",
    "MOST_CANDIDATES",
    "PREFERENCES",
    "Candidate",
    "Choice",
    "Demand",
    "Limits",
    "Take",
    "alone",
    "choose",
    "ranked",
    "runner_up",
]

MOST_CANDIDATES = 12


def choose(
    demands: Sequence[Demand],
    candidates: Sequence[Candidate],
    stock: Mapping[str, Mapping[str, int]],
    prefer: Sequence[str],
    limits: Limits,
) -> Choice:
    """The best plan; without any location that can help, one with no takes and everything short.

    `stock` is location -> SKU -> units that may be taken, `prefer` names of `PREFERENCES`. ValueError for more
    candidates than can be tried, KeyError for an unknown preference.
    """
    if len(candidates) > MOST_CANDIDATES:
        message = f"{len(candidates)} candidates are more than {MOST_CANDIDATES}"
        raise ValueError(message)
    field = field_of(candidates, prefer, limits)
    quick = from_one(field, demands, stock) or from_few(field, demands, stock, limits)
    if quick is not None:
        return quick
    problem = Problem(demands, candidates, stock, prefer, limits)
    search = Search(problem)
    search.run(problem.sets())
    return _choice(problem, search.best, exact=search.exact)


def ranked(
    demands: Sequence[Demand],
    candidates: Sequence[Candidate],
    stock: Mapping[str, Mapping[str, int]],
    prefer: Sequence[str],
    limits: Limits,
) -> list[Choice]:
    """The best plan of every set of locations that has one, best first; `choose`'s plan is the first."""
    problem = Problem(demands, candidates, stock, prefer, limits)
    search = Search(problem)
    plans = [_choice(problem, found, exact=exact) for found, exact in sorted(search.per_set(problem.sets()))]
    return plans or [_choice(problem, None, exact=search.exact)]


def runner_up(
    demands: Sequence[Demand],
    candidates: Sequence[Candidate],
    stock: Mapping[str, Mapping[str, int]],
    prefer: Sequence[str],
    limits: Limits,
    chosen: Collection[str],
) -> Choice | None:
    """The best plan that ships from another set of locations than `chosen`; None when there is none."""
    problem = Problem(demands, candidates, stock, prefer, limits)
    search = Search(problem)
    search.run(problem.sets(), sum(1 << at for at, place in enumerate(problem.places) if place.name in chosen))
    return _choice(problem, search.best, exact=search.exact) if search.best else None


def alone(
    demands: Sequence[Demand],
    candidates: Sequence[Candidate],
    stock: Mapping[str, Mapping[str, int]],
    prefer: Sequence[str],
    limits: Limits,
) -> dict[str, Choice]:
    """The best plan of each location by itself, by name; locations that can ship nothing have none."""
    problem = Problem(demands, candidates, stock, prefer, replace(limits, split=False))
    plans = [_choice(problem, found, exact=exact) for found, exact in Search(problem).per_set(problem.sets())]
    return {plan.locations[0]: plan for plan in plans}


def _choice(problem: Problem, found: Found | None, *, exact: bool) -> Choice:
    """A plan in the words of its order; None is the plan that takes nothing."""
    demands = problem.demands
    short = {demand.line_id: demand.quantity for demand in demands}
    takes = []
    for line, at, units in sorted(found.amounts, key=lambda amount: (amount[1], amount[0])) if found else ():
        demand = demands[line]
        takes.append(Take(problem.places[at].name, demand.line_id, demand.sku, units))
        short[demand.line_id] -= units
    return Choice(
        takes=tuple(takes),
        short={line: units for line, units in short.items() if units},
        values=found.values if found else plan_values(problem.prefer, (), problem.terms),
        exact=exact,
    )
