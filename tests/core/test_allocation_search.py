"""`choose` against a naive search that tries every assignment of every line, one small group at a time."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import event, given
from hypothesis import strategies as st

from orderctl.core.allocation import Candidate, Demand, Limits, alone, choose, ranked, runner_up
from tests.core.naive_allocation import LIMITS, PREFER, SEARCHES, STOCK, Naive, candidates, demands, shipped


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_no_plan_that_trying_everything_finds_is_better(demands, candidates, stock, prefer, limits):
    naive = Naive(demands, candidates, stock, prefer, limits)
    (_, values, *_), plan = naive.best()

    choice = choose(demands, candidates, stock, prefer, limits)

    event(f"{len(choice.locations)} locations, covering {choice.covering}, lines {limits.lines}")
    assert shipped(naive, plan) == [(take.location, take.line_id, take.quantity) for take in choice.takes]
    assert (naive.short(plan), values, True) == (choice.short, choice.values, choice.exact)


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_the_first_of_the_ranked_plans_is_the_choice(demands, candidates, stock, prefer, limits):
    plans = ranked(demands, candidates, stock, prefer, limits)

    assert choose(demands, candidates, stock, prefer, limits) == plans[0]
    assert len(plans) == len({plan.locations for plan in plans})


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_the_runner_up_is_the_best_plan_over_other_locations(demands, candidates, stock, prefer, limits):
    first, *others = ranked(demands, candidates, stock, prefer, limits)
    second = next(iter(others), None)

    assert second == runner_up(demands, candidates, stock, prefer, limits, first.locations)


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_what_each_location_can_do_alone_is_its_plan_without_a_split(demands, candidates, stock, prefer, limits):
    plans = ranked(demands, candidates, stock, prefer, replace(limits, split=False))

    assert {plan.locations[0]: plan for plan in plans if plan.locations} == alone(
        demands, candidates, stock, prefer, limits
    )


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_candidates_and_of_dicts_does_not_matter(demands, candidates, stock, prefer, limits, random):
    def shuffled(things):
        return random.sample(things, len(things))

    turned = {name: dict(shuffled(list(stock[name].items()))) for name in shuffled(list(stock))}

    first = choose(demands, candidates, stock, prefer, limits)
    assert first == choose(demands, tuple(shuffled(list(candidates))), turned, prefer, limits)


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_a_plan_takes_no_more_than_there_is_and_never_more_than_was_wanted(demands, candidates, stock, prefer, limits):
    choice = choose(demands, candidates, stock, prefer, limits)

    naive = Naive(demands, candidates, stock, prefer, limits)
    at = {place.name: index for index, place in enumerate(naive.places)}
    line = {demand.line_id: index for index, demand in enumerate(demands)}
    plan = {(line[take.line_id], at[take.location]): take.quantity for take in choice.takes}
    assert naive.in_stock(plan)
    assert naive.short(plan) == choice.short


@SEARCHES
@given(demands(), candidates(), STOCK, PREFER, LIMITS)
def test_letting_lines_split_never_makes_a_plan_worse(demands, candidates, stock, prefer, limits):
    whole = choose(demands, candidates, stock, prefer, replace(limits, lines=False))
    split = choose(demands, candidates, stock, prefer, replace(limits, lines=True))

    assert (sum(split.short.values()), split.values) <= (sum(whole.short.values()), whole.values)


def test_lines_that_may_split_still_ship_whole_from_more_locations_where_these_are_named_first():
    """Nothing is known of any distance, so the plan with the location that sorts first wins, as without a split."""
    places = tuple(Candidate(name, 0) for name in ("east", "north", "south"))
    stock = {"east": {"CUP": 2}, "north": {"CUP": 1}, "south": {"LID": 1}}
    wanted = [Demand("1", "CUP", 1), Demand("2", "CUP", 1), Demand("3", "LID", 1)]

    choice = choose(wanted, places, stock, ("nearest",), Limits(split=True, lines=True))

    assert [("east", "1"), ("north", "2"), ("south", "3")] == [take[:2] for take in choice.takes]
