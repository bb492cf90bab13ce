"""Many orders decided together: what fits, what it costs, and how far from the best it can be."""

from __future__ import annotations

from itertools import count, product

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.batching import Ask, Together, Way, together


def fits(asks, chosen, supply):
    left = list(supply)
    for ask, at in zip(asks, chosen, strict=True):
        for resource, units in ask.ways[at].uses:
            left[resource] -= units
    return min(left, default=0) >= 0


def cost(asks, chosen):
    return sum(ask.ways[at].cost_minor for ask, at in zip(asks, chosen, strict=True))


def by_class(asks, chosen):
    """What each class pays, the first to be served first."""
    pairs = list(zip(asks, chosen, strict=True))
    return [
        sum(ask.ways[at].cost_minor for ask, at in pairs if ask.rank == rank)
        for rank in sorted({ask.rank for ask in asks})
    ]


def optimum(asks, supply):
    every = product(*(range(len(ask.ways)) for ask in asks))
    return min(cost(asks, chosen) for chosen in every if fits(asks, chosen, supply))


def alone(asks):
    return [ask.alone for ask in asks]


@st.composite
def ways_and_parts(draw, ways, *, loose):
    """Ways of an order, and where `loose` the parts of which these are some, dearer than the parts by themselves."""
    found = draw(st.lists(ways, min_size=1, max_size=4))
    if not loose or draw(st.booleans()):
        return found, ()
    short = Way(49, ())  # of each part, so that an order may go without
    parts = [[*found, short], [*draw(st.lists(ways, min_size=1, max_size=2)), short]]
    every = [
        Way(one.cost_minor + other.cost_minor + draw(st.integers(0, 5)), added(one.uses, other.uses))
        for one, other in product(*parts)
    ]
    some = draw(st.lists(st.sampled_from(every), min_size=1, max_size=4))
    return some, tuple(map(tuple, parts))


def added(uses, more):
    total = dict(uses)
    for resource, units in more:
        total[resource] = total.get(resource, 0) + units
    return tuple(sorted(total.items()))


@st.composite
def batches(draw, ranks=(0,), loose=False):
    """Up to five orders, and what there is; what they get one by one fits. `loose` = not all ways may be listed."""
    supply = draw(st.lists(st.integers(0, 4), min_size=1, max_size=4))
    uses = st.dictionaries(st.integers(0, len(supply) - 1), st.integers(1, 3), max_size=2)
    way = st.builds(lambda minor, used: Way(minor, tuple(sorted(used.items()))), st.integers(0, 30), uses)
    left, asks = list(supply), []
    for _ in range(draw(st.integers(0, 5))):
        ways, parts = draw(ways_and_parts(way, loose=loose))
        able = [at for at, one in enumerate(ways) if all(units <= left[name] for name, units in one.uses)]
        if not able:
            able = [len(ways)]
            ways = [*ways, Way(99, ())]
        at = draw(st.sampled_from(able))
        for resource, units in ways[at].uses:
            left[resource] -= units
        asks.append(Ask(draw(st.sampled_from(ranks)), tuple(ways), at, parts))
    return asks, supply


@settings(max_examples=150, deadline=None)
@given(batches())
def test_small_batches_get_the_best_there_is_and_the_bound_proves_it(batch):
    asks, supply = batch

    found = together(asks, supply)

    assert fits(asks, found.chosen, supply)
    assert optimum(asks, supply) == found.cost_minor == found.bound_minor == cost(asks, found.chosen)


@settings(max_examples=150, deadline=None)
@given(batches(ranks=(0, 0, 3, 7), loose=True))
def test_a_choice_fits_and_lies_between_its_bound_and_the_orders_one_by_one(batch):
    asks, supply = batch

    found = together(asks, supply)

    assert fits(asks, found.chosen, supply)
    assert cost(asks, found.chosen) == found.cost_minor
    assert cost(asks, alone(asks)) == found.alone_minor
    assert found.bound_minor <= optimum(asks, supply) <= found.cost_minor <= found.alone_minor
    assert by_class(asks, found.chosen) <= by_class(asks, alone(asks))


@settings(max_examples=50, deadline=None)
@given(batches(ranks=(0, 1), loose=True))
def test_the_same_batch_gets_the_same_answer(batch):
    asks, supply = batch

    assert together(asks, supply) == together(list(asks), tuple(supply))


@settings(max_examples=80, deadline=None)
@given(batches(ranks=(0, 1), loose=True), st.integers(0, 12))
def test_stopped_at_any_moment_the_answer_is_valid(batch, rounds):
    asks, supply = batch
    asked = count()

    found = together(asks, supply, go_on=lambda: next(asked) < rounds)

    assert found.steps <= rounds
    assert fits(asks, found.chosen, supply)
    assert found.bound_minor <= optimum(asks, supply) <= found.cost_minor <= found.alone_minor
    assert by_class(asks, found.chosen) <= by_class(asks, alone(asks))


def test_nothing_to_decide_costs_nothing():
    assert Together((), 0, 0, 0, (), steps=0, finished=True) == together([], [3, 0])


def test_the_last_unit_goes_to_whom_it_saves_most():
    asks = [
        Ask(0, (Way(500, ((0, 1),)), Way(600, ())), alone=0),
        Ask(0, (Way(500, ((0, 1),)), Way(900, ())), alone=1),
    ]

    found = together(asks, [1])

    assert (1, 0) == found.chosen
    assert (1_100, 1_400, 1_100) == (found.cost_minor, found.alone_minor, found.bound_minor)


def test_another_unit_is_worth_what_the_next_order_would_save():
    first, second, third = (Ask(0, (Way(500, ((1, 1),)), Way(minor, ())), 1) for minor in (600, 900, 700))

    found = together([first, second, third], [9, 1])

    assert (1, 0, 1) == found.chosen
    (worth,) = found.worth
    assert [1] == list(worth)
    assert 200 <= worth[1] <= 400


def test_a_class_is_served_first_even_where_that_costs_more_in_all():
    asks = [
        Ask(2, (Way(500, ((0, 1),)), Way(900, ())), alone=1),
        Ask(1, (Way(500, ((0, 1),)), Way(600, ())), alone=0),
    ]

    found = together(asks, [1])

    assert (1, 0) == found.chosen
    assert 1_400 == found.cost_minor
    assert 1_100 == found.bound_minor


def test_a_first_class_that_saves_little_does_not_make_the_whole_dearer_than_one_by_one():
    asks = [
        Ask(1, (Way(510, ()), Way(500, ((0, 1),))), alone=0),
        Ask(2, (Way(500, ((0, 1),)), Way(900, ())), alone=0),
    ]

    found = together(asks, [1])

    assert (0, 0) == found.chosen
    assert 1_010 == found.cost_minor == found.alone_minor


def test_a_later_class_that_has_nothing_else_keeps_what_it_gets_one_by_one():
    asks = [
        Ask(1, (Way(900, ()), Way(500, ((0, 1),))), alone=0),
        Ask(2, (Way(700, ((0, 1),)),), alone=0),
    ]

    assert (0, 0) == together(asks, [1]).chosen


def test_of_equally_good_ways_the_first_is_taken_and_nothing_moves_without_a_gain():
    ways = (Way(500, ((0, 1),)), Way(500, ()), Way(500, ((1, 1),)))

    assert (0,) == together([Ask(0, ways, 0)], [1, 1]).chosen
    assert (2,) == together([Ask(0, ways, 2)], [1, 1]).chosen


def test_an_order_whose_ways_are_not_all_known_lowers_the_bound_to_its_floor():
    known = Ask(0, (Way(500, ((0, 1),)), Way(900, ())), 1)
    loose = Ask(0, (Way(500, ((0, 1),)), Way(600, ())), 0, relaxed=((Way(450, ()),),))

    found = together([known, loose], [1])

    assert 1_100 == found.cost_minor
    assert 950 == found.bound_minor


def test_an_order_with_one_known_way_does_not_take_stock_from_a_bound():
    known = Ask(0, (Way(500, ((0, 1),)), Way(900, ())), 1)
    loose = Ask(0, (Way(500, ((0, 1),)),), 0, relaxed=((Way(450, ()),),))

    found = together([known, loose], [1])

    assert 1_400 == found.cost_minor
    assert 950 == found.bound_minor


def test_stopped_before_the_first_round_everything_stays_as_one_by_one():
    asks = [
        Ask(0, (Way(500, ((0, 1),)), Way(600, ())), alone=0),
        Ask(0, (Way(500, ((0, 1),)), Way(900, ())), alone=1),
    ]

    found = together(asks, [1], go_on=lambda: False)

    assert (0, 1) == found.chosen
    assert (1_400, 1_000, 0, False) == (found.cost_minor, found.bound_minor, found.steps, found.finished)


def test_an_order_makes_room_for_another_one():
    busy = [Ask(0, (Way(300, ((0, 1),)), Way(310, ((1, 1),)), Way(2_000, ())), 0) for _ in range(60)]
    asks = [*busy, Ask(0, (Way(300, ((0, 1),)), Way(3_000, ())), 1)]

    found = together(asks, [60, 1])

    assert 61 * 300 + 10 == found.cost_minor == found.bound_minor
