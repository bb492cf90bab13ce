"""What rules did, counted from plans, and what people did otherwise."""

from __future__ import annotations

from typing import Any

from orderctl.core.places import Places
from orderctl.core.plans import Backorder, Plan, PlannedLine, PlannedShipment
from orderctl.rules.facts import Facts
from orderctl.rules.history import History, Moved, Moves, Past
from tests.builders import NOW, a_line, an_order

PLACES = Places("USD")


def decided(order: int, plan: Plan, sequence: int = 1, **changes: Any) -> Past:
    tags, given = changes.pop("tags", ()), changes.pop("given", {})
    facts = Facts(an_order(a_line(), tags=tags), NOW, PLACES, {}, {"mug": 1}, {}, given=given)
    stated: dict[str, Any] = {"decided_at": NOW, "total_minor": 1000, "currency": "USD"} | changes
    return Past(order, sequence, facts=facts, plan=plan, **stated)


def sent(location: str, *rules: str, **changes: Any) -> Plan:
    named = rules or ("location/all",)
    return Plan(shipments=(PlannedShipment(location, (PlannedLine("mug", "MUG", 1),), named),), rules=named, **changes)


def waits() -> Plan:
    return Plan(backorders=(Backorder("mug", "MUG", 1, "location/all"),), rules=("location/all",))


def by_hand(location: str) -> dict[str, Any]:
    return {"plan": sent(location, "location/by hand"), "given": {"location": location, "lines": {"mug": 1}}}


def told(*orders: list[Past]) -> list[Moved]:
    """What came of these orders, each with its decisions from the first to the last."""
    moves = Moves()
    for decisions in orders:
        if any(one.facts.given for one in decisions):
            moves.add(decisions)
    history = History(moves.telling())
    for one in sorted((one for decisions in orders for one in decisions), key=lambda one: -one.sequence):
        history.add(one)
    return moves.told(history)


def test_an_order_counts_once_for_a_rule_however_often_it_was_decided():
    history = History()
    for one in (
        decided(1, sent("east"), 2, decided_at="2026-11-20T16:00:00Z"),
        decided(2, sent("east"), currency="EUR"),
    ):
        history.add(one)
    history.add(decided(1, waits(), 1))

    use = history.said["location/all"]
    assert (3, 2, "2026-11-20T16:00:00Z") == (use.decisions, use.orders, use.last_at)
    assert {"USD": 1000, "EUR": 1000} == use.money
    assert (2, 3) == (history.orders, history.decisions)


def test_what_only_observed_is_counted_apart():
    history = History()
    history.add(decided(1, sent("east", observed=("location/new",))))

    assert 1 == history.observed["location/new"].orders
    assert "location/new" not in history.said


def test_orders_that_people_moved_are_counted_among_those_the_rule_had_sent_there():
    moved = [[decided(n, sent("east"), 1), decided(n, **by_hand("west"), sequence=2)] for n in range(3)]
    stayed = [[decided(n, sent("east"))] for n in (7, 8)]
    elsewhere = [[decided(9, sent("west"))]]

    assert [Moved("location/all", "east", "west", 3, 5)] == told(*moved, *stayed, *elsewhere)


def test_a_tag_that_tells_the_moved_orders_apart_is_named():
    moved = [
        [
            decided(n, sent("east"), 1, tags=("shop", "fragile")),
            decided(n, **by_hand("west"), sequence=2, tags=("shop", "fragile")),
        ]
        for n in range(4)
    ]
    stayed = [[decided(n, sent("east"), tags=("shop",))] for n in range(10, 16)]
    stayed += [[decided(20, sent("east"), tags=("fragile",))]]

    assert [Moved("location/all", "east", "west", 4, 11, "fragile", 4, 5)] == told(*moved, *stayed)


def test_a_tag_that_says_nothing_is_not_named():
    moved = [
        [decided(n, sent("east"), 1, tags=("shop",)), decided(n, **by_hand("west"), sequence=2, tags=("shop",))]
        for n in range(4)
    ]

    assert [Moved("location/all", "east", "west", 4, 5)] == told(*moved, [decided(9, sent("east"), tags=("shop",))])


def test_an_order_that_waited_and_was_sent_by_hand_is_told_so():
    assert [Moved("location/all", "", "west", 1, 1)] == told(
        [decided(1, waits(), 1), decided(1, **by_hand("west"), sequence=2)]
    )


def test_a_person_who_agrees_with_the_rule_has_moved_nothing():
    assert [] == told([decided(1, sent("east"), 1), decided(1, **by_hand("east"), sequence=2)])
