"""Every preference alone, and every two and three of them in each order, against trying everything."""

from __future__ import annotations

import random
from collections import Counter
from itertools import permutations
from typing import Any

import pytest

from orderctl.core.allocation import PREFERENCES, Candidate, Demand, Limits, choose
from tests.core.naive_allocation import LOCATIONS, SKUS, Naive, shipped

#: All that can be asked for: 8 preferences alone, 56 pairs, 336 triples.
COMBINATIONS = [prefer for size in (1, 2, 3) for prefer in permutations(PREFERENCES, size)]
KITS = ((), (), (), (("CUP", 1), ("LID", 1)), (("TEE", 2),))
RATES = ((), ((500, 300),), ((200, 100), (600, 250), (2000, 200)), ((100, 10), (900, 400)))


def a_demand(chance: random.Random, number: int) -> Demand:
    quantity, kit = chance.randint(1, 3), chance.choice(KITS)
    return Demand(
        line_id=f"{number}",
        sku="KIT" if kit else chance.choice(SKUS),
        quantity=quantity,
        value_minor=quantity * chance.choice([0, 5, 10, 33]),
        weight_g=quantity * chance.choice([0, 100, 250]),
        components=kit,
        together=chance.choice(["", "", "", "set"]),
    )


def a_candidate(chance: random.Random, name: str) -> Candidate:
    return Candidate(
        name=name,
        position=chance.randint(0, 4),
        opened=chance.random() < 0.2,
        unlimited=chance.random() < 0.1,
        distance=chance.choice([None, 0, 10, 20]),
        capacity_free=chance.choice([None, 1, 5]),
        order_cost_minor=chance.choice([0, 50]),
        unit_cost_minor=chance.choice([0, 5, 7]),
        rates=chance.choice(RATES),
        arrives_day=chance.choice([None, 1, 2, 3]),
        deliver_by_day=chance.choice([None, 1, 2]),
        opened_weight_g=chance.choice([0, 150]),
    )


def a_case(seed: str) -> tuple[Any, ...]:
    """A small group of lines, where it may ship from, what lies there, and how far it may split."""
    chance = random.Random(seed)  # noqa: S311
    demands = tuple(a_demand(chance, number) for number in range(chance.randint(1, 3)))
    names = chance.sample(LOCATIONS, chance.randint(2, 4))
    stock = {name: {sku: chance.choice([0, 1, 2, 3, 5, -1]) for sku in SKUS} for name in names}
    limits = Limits(
        split=chance.random() < 0.7,
        max_shipments=chance.choice([None, None, 1, 2, 3]),
        min_value_minor=chance.choice([0, 0, 10, 25]),
        lines=chance.random() < 0.3,
        partial=chance.random() < 0.5,
        split_cost_minor=chance.choice([0, 120]),
    )
    return demands, tuple(a_candidate(chance, name) for name in names), stock, limits


def test_every_preference_is_asked_for_in_every_place():
    places = Counter((name, place) for prefer in COMBINATIONS for place, name in enumerate(prefer))

    assert {(name, place) for name in PREFERENCES for place in range(3)} == set(places)
    assert (8 + 56 + 336, 1 + 7 + 7 * 6) == (len(COMBINATIONS), places["nearest", 0])


@pytest.mark.parametrize("first", PREFERENCES)
def test_the_chosen_plan_is_the_best_one_by_every_combination_of_preferences(first: str):
    decisive = 0
    for prefer in (one for one in COMBINATIONS if one[0] == first):
        for number in range(12):
            demands, candidates, stock, limits = a_case(f"{prefer} {number}")
            naive = Naive(demands, candidates, stock, prefer, limits)
            plans = list(naive.plans())
            best, plan = min(plans, key=lambda found: found[0])

            choice = choose(demands, candidates, stock, prefer, limits)

            assert shipped(naive, plan) == [(take.location, take.line_id, take.quantity) for take in choice.takes]
            assert (naive.short(plan), best[1]) == (choice.short, choice.values)
            others = {key[1] for key, _ in plans if key[0] == best[0]}
            decisive += any(values[0] != best[1][0] for values in others)

    assert decisive > 50  # it told plans apart that ship as many units
