"""Choose where a group of order lines ships from.

1. every subset of the candidates that matters is tried (at most 12 candidates)
2. fewest units short wins, then `prefer` in its order, then the tie-break
3. a plan splits only within the limits
4. what is plain to see (one location has everything, whole lines from the fewest locations) is decided without a search
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from orderctl.core.allocation_field import MOST_CANDIDATES, Field
from orderctl.core.allocation_problem import Problem
from orderctl.core.allocation_quick import choose_from
from orderctl.core.allocation_search import Search
from orderctl.core.allocation_values import (
    ENDLESS,
    INFINITE,
    PREFERENCES,
    Candidate,
    Choice,
    Demand,
    Limits,
    Take,
)

__all__ = [
    "ENDLESS",
    "INFINITE",
    "MOST_CANDIDATES",
    "PREFERENCES",
    "Candidate",
    "Choice",
    "Demand",
    "Field",
    "Limits",
    "Take",
    "alone",
    "choose",
    "choose_from",
    "ranked",
    "runner_up",
]


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
    return choose_from(Field(candidates, prefer, limits), demands, stock)


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
    plans = [problem.choice(found, exact=exact) for found, exact in sorted(search.per_set(problem.sets()))]
    return plans or [problem.choice(None, exact=search.exact)]


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
    return search.choice() if search.best else None


def alone(
    demands: Sequence[Demand],
    candidates: Sequence[Candidate],
    stock: Mapping[str, Mapping[str, int]],
    prefer: Sequence[str],
    limits: Limits,
) -> dict[str, Choice]:
    """The best plan of each location by itself, by name; locations that can ship nothing have none."""
    problem = Problem(demands, candidates, stock, prefer, replace(limits, split=False))
    plans = [problem.choice(found, exact=exact) for found, exact in Search(problem).per_set(problem.sets())]
    return {plan.locations[0]: plan for plan in plans}
