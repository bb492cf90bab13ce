"""A choice that fits is made from prices, and improved by moves that save."""

from __future__ import annotations

from orderctl.core.batching_exact import MOST_ORDERS, exact
from orderctl.core.batching_parts import reduce
from orderctl.core.batching_prices import SCALE, Prices
from orderctl.core.batching_repair import built, improved
from orderctl.core.batching_values import Ask, Way


def part_of(supply, *asks):
    _, (part,) = reduce(asks, range(len(asks)), [ask.alone for ask in asks], supply)
    return part


def wants(otherwise_minor, alone=1):
    """An order that ships for 500 with a unit of the only resource."""
    return Ask(0, (Way(500, ((0, 1),)), Way(otherwise_minor, ())), alone)


def test_who_would_lose_most_chooses_first():
    part = part_of([1], wants(600), wants(900), wants(700))
    values = [choice.cost_minor for row in part.rows for choice in row]

    assert [1, 0, 1] == built(part, values, [0, 2, 4, 6])


def test_nothing_is_built_where_an_order_finds_nothing_left():
    loose = Ask(0, (Way(500, ((0, 1),)),), 0, relaxed=((Way(400, ()),),))
    part = part_of([1], loose, wants(900))
    values = [choice.cost_minor for row in part.rows for choice in row]

    assert built(part, values, [0, 1, 3]) is None


def test_an_order_moves_away_for_one_that_saves_more_by_its_unit():
    part = part_of([1], wants(600, alone=0), wants(900))

    assert [1, 0] == improved(part, part.start)


def test_no_order_moves_away_for_one_that_saves_less():
    part = part_of([1], wants(900, alone=0), wants(600))

    assert [0, 1] == improved(part, part.start)


def test_a_small_part_is_decided_exactly_whatever_the_prices():
    part = part_of([2], wants(600, alone=0), wants(900), wants(800, alone=0), wants(850))

    assert ([1, 0, 1, 0], True) == exact(part, part.start, [0], SCALE)
    assert ([1, 0, 1, 0], True) == exact(part, part.start, [900 * SCALE], SCALE)


def test_a_large_part_is_left_as_it_is():
    part = part_of([1], *(wants(600 + nth) for nth in range(MOST_ORDERS + 1)))

    assert (part.start, False) == exact(part, part.start, [0], SCALE)


def test_prices_rise_where_too_much_is_asked_until_the_bound_is_near_what_can_be_had():
    part = part_of([20], *(wants(600 + 10 * nth) for nth in range(40)))
    best = 20 * 500 + sum(600 + 10 * nth for nth in range(20))
    prices = Prices(part)

    assert 40 * 500 == prices.bound_minor
    for _ in range(60):
        prices.round(best)
    assert best * 99 // 100 <= prices.bound_minor <= best
    assert 250 <= prices.worth_minor()[0] <= 350
