"""Only what competes is left to decide, in parts that do not touch each other."""

from __future__ import annotations

from orderctl.core.batching_parts import Choice, reduce
from orderctl.core.batching_values import Ask, Way


def reduced(supply, *asks):
    return reduce(asks, range(len(asks)), [ask.alone for ask in asks], supply)


def test_an_order_whose_best_way_takes_nothing_scarce_is_settled():
    wants = Ask(0, (Way(700, ()), Way(500, ((0, 2),))), 0)

    assert ({0: 1, 1: 1}, []) == reduced([4], wants, wants)


def test_orders_after_the_same_units_are_one_part_and_others_another_one():
    first, second = (Ask(0, (Way(500, ((sku, 1),)), Way(900, ())), 1) for sku in (0, 2))

    settled, parts = reduced([1, 5, 1], first, second, first, second)

    assert {} == settled
    assert [[0, 2], [1, 3]] == [part.asks for part in parts]
    assert [[0], [2]] == [part.resources for part in parts]


def test_a_way_that_costs_no_less_and_takes_more_is_left_out_and_a_start_gives_way_to_what_beats_it():
    wants = Ask(0, (Way(500, ((0, 1),)), Way(500, ((0, 1), (1, 1))), Way(900, ())), 1)

    _, (part,) = reduced([1, 1], wants, Ask(0, wants.ways, 2))

    assert [Choice(500, ((0, 1),), 0), Choice(900, (), 2)] == part.rows[0]
    assert [0, 1] == part.start


def test_a_dearer_way_that_takes_fewer_units_stays():
    wants = Ask(0, (Way(500, ((0, 2),)), Way(600, ((0, 1),)), Way(900, ())), 2)

    _, (part,) = reduced([2], wants, wants)

    assert [0, 1, 2] == [choice.way for choice in part.rows[0]]


def test_a_way_that_never_fits_is_left_out():
    big = Ask(0, (Way(100, ((0, 9),)), Way(500, ((0, 1),)), Way(900, ())), 2)

    _, (part,) = reduced([1], big, big)

    assert [1, 2] == [choice.way for choice in part.rows[0]]


def test_what_an_order_without_a_choice_takes_is_gone_for_the_others():
    only, wants = Ask(0, (Way(500, ((0, 1),)),), 0), Ask(0, (Way(500, ((0, 1),)), Way(900, ())), 1)

    assert ({0: 0, 1: 1}, []) == reduced([1], only, wants)


def test_an_order_that_may_have_other_ways_takes_nothing_for_sure():
    loose, wants = Ask(0, (Way(500, ((0, 1),)),), 0, ((Way(400, ()),),)), Ask(0, (Way(500, ((0, 1),)), Way(900, ())), 1)

    settled, (part,) = reduced([1], loose, wants)

    assert {} == settled
    assert [[[Choice(400, (), 0)]], []] == part.relaxed
    assert [1] == part.supply


def test_the_exits_of_an_order_are_its_cheapest_ways_without_a_resource():
    wants = Ask(0, (Way(500, ((0, 1), (1, 1))), Way(600, ((1, 1),)), Way(900, ())), 2)

    _, (part,) = reduced([1, 1], wants, wants)

    assert {0: 1, 1: 2} == part.exits[0]
    assert 500 + 900 == part.cost_minor([0, 2])
