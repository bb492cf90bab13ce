"""The quick ways against a naive search, and against the search that they spare."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from orderctl.core.allocation import Demand, Field, Limits, choose, choose_from
from orderctl.core.allocation_problem import Problem
from orderctl.core.allocation_search import Search
from tests.core.naive_allocation import (
    LIMITS,
    LOCATIONS,
    PREFER,
    SEARCHES,
    STOCK,
    Naive,
    candidates,
    demands,
    shipped,
)

#: Preferences that the quick ways take, and groups that need two locations now and then.
BY_COST = st.sampled_from(
    [
        ("fewest_shipments", "lowest_cost"),
        ("fewest_shipments", "lowest_cost", "listed"),
        ("fewest_shipments", "nearest", "lowest_cost"),
        ("fewest_shipments", "listed"),
    ]
)
WHOLE_LINES = st.builds(
    Limits, split=st.sampled_from([True]), split_cost_minor=st.sampled_from([0, 120]), partial=st.booleans()
)
SPREAD = st.fixed_dictionaries(
    {name: st.fixed_dictionaries({f"S{at}": st.sampled_from([0, 0, 4, 9]) for at in range(4)}) for name in LOCATIONS}
)


@st.composite
def plain_lines(draw):
    return tuple(
        Demand(f"{at}", f"S{at}", units := draw(st.integers(1, 3)), 0, units * draw(st.sampled_from([0, 90, 160, 350])))
        for at in range(draw(st.integers(1, 4)))
    )


@SEARCHES
@given(st.lists(plain_lines(), min_size=1, max_size=3), candidates(), st.integers(-1, 3), SPREAD, BY_COST, WHOLE_LINES)
def test_a_field_prepared_once_chooses_what_trying_everything_finds(orders, candidates, opened, stock, prefer, limits):
    candidates = tuple(replace(place, opened=at == opened) for at, place in enumerate(candidates))
    field = Field(candidates, prefer, limits)
    for order in [*orders, *orders]:  # the second time its rankings are remembered
        naive = Naive(order, candidates, stock, prefer, limits)
        (_, values, *_), plan = naive.best()

        choice = choose_from(field, order, stock)

        event(f"{len(choice.locations)} locations, one opened {opened >= 0}, covering {choice.covering}")
        assert shipped(naive, plan) == [(take.location, take.line_id, take.quantity) for take in choice.takes]
        assert (naive.short(plan), values, True) == (choice.short, choice.values, choice.exact)


@SEARCHES
@given(demands(6), candidates(), STOCK, PREFER, LIMITS)
def test_the_quick_ways_choose_what_the_search_chooses(demands, candidates, stock, prefer, limits):
    demands = [demand._replace(sku=f"{demand.sku}{at % 2}", components=()) for at, demand in enumerate(demands)]
    stock = {
        name: {f"{sku}{at}": units for sku, units in here.items() for at in (0, 1)} for name, here in stock.items()
    }
    problem = Problem(demands, candidates, stock, prefer, limits)
    search = Search(problem)
    search.run(problem.sets())

    choice = choose(demands, candidates, stock, prefer, limits)

    found = search.best.amounts if search.best else ()
    plan = {(line, at): units for line, at, units in found}
    places = [problem.places[at].name for _, at in sorted(plan, key=lambda where: (where[1], where[0]))]
    assert places == [take.location for take in choice.takes]
    assert {(take.line_id, take.quantity) for take in choice.takes} == {
        (problem.demands[line].line_id, units) for (line, _), units in plan.items()
    }
