"""What would have to differ for the runner-up to win: said only when the engine, given that, decides so."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import event, given, settings
from hypothesis import strategies as st

from orderctl.core.allocation import PREFERENCES
from orderctl.core.orders import Order
from orderctl.core.places import Places, Rate
from orderctl.rules import engine
from orderctl.rules.counterfactual import Change
from orderctl.rules.trace import trace
from orderctl.rules.trace_group import GroupTrace
from orderctl.rules.trace_if import If
from orderctl.rules.trace_json import trace_to_json
from tests.builders import a_line, an_order
from tests.rules.deciding import (
    EAST,
    GROUND,
    NORTH,
    WEST,
    Stock,
    at,
    ready,
    ship_from,
    shipped,
    some_facts,
    some_places,
)

PLENTY = {name: {"MUG": 9, "LAMP": 9} for name in ("east", "west", "north")}
BOTH = an_order(a_line("MUG", 2), a_line("LAMP", 3))


def group(
    rules: str, order: Order | None = None, stock: Stock = PLENTY, places: Places | None = None, **changes: Any
) -> GroupTrace:
    places = places or some_places()
    (found,) = trace(some_facts(order or an_order(), stock, places, **changes), ready(rules, places)).groups
    return found


def words(told: tuple[If, ...]) -> list[str]:
    return [one.words for one in told]


def preferring(*names: str, more: str = "") -> str:
    prefer = ", ".join(f'"{name}"' for name in names)
    return ship_from("east", "west", more=f"then.prefer = [{prefer}]\n{more}")


def test_a_runner_up_that_comes_later_in_the_list_would_win_before_the_winner_or_without_the_winners_stock():
    assert ["west would win if it were listed right before east", "west would win if east had no MUG"] == words(
        group(ship_from("east", "west")).wins_if
    )


def test_a_runner_up_that_ships_less_would_win_with_the_units_it_lacks_and_no_fewer():
    stock = {"east": {"MUG": 2, "LAMP": 3}, "west": {"MUG": 2, "LAMP": 1}}
    rules = ship_from("west", "east", more='then.if_short = "backorder"\nthen.backorder.ship_available_now = true')
    found = group(rules, BOTH, stock)

    assert (("east",), ("west",)) == (found.chosen.locations, found.runner_up and found.runner_up.locations)
    assert "west would win if it had 2 more LAMP" == found.wins_if[0].words
    assert [] == words(found.covers_if)


def test_units_kept_back_are_counted_among_those_it_lacks():
    stock = {"east": {"MUG": 9, "LAMP": 9}, "west": {"MUG": 9, "LAMP": 1}}
    rules = ship_from(
        *("west", "east"),
        more='then.keep_stock = 4\nthen.if_short = "backorder"\nthen.backorder.ship_available_now = true',
    )

    assert "west would win if it had 6 more LAMP" == group(rules, BOTH, stock).wins_if[0].words


def test_a_dearer_runner_up_would_win_a_cent_below_the_winner_or_level_with_it_when_it_is_named_first():
    cheap, dear = replace(EAST, pick_cost_minor=100), replace(WEST, pick_cost_minor=250)
    later = group(preferring("lowest_cost"), places=some_places(cheap, dear))
    earlier = group(
        preferring("lowest_cost"), places=some_places(at(cheap, pick_cost_minor=250), at(dear, pick_cost_minor=100))
    )

    assert "west would win if shipping from west cost 1.51 USD less" == later.wins_if[0].words
    assert "east would win if shipping from east cost 1.50 USD less" == earlier.wins_if[0].words


def test_a_runner_up_without_a_rate_would_win_with_one():
    only_east = replace(GROUND, rates=(Rate(20000, 500, origin="east"),))
    places = some_places(EAST, at(WEST, pick_cost_minor=40), services={GROUND.id: only_east})

    assert (
        "west would win if a carrier took the parcel from west for 5.59 USD"
        == words(group(preferring("lowest_cost"), places=places).wins_if)[0]
    )


def test_a_farther_runner_up_would_win_in_a_nearer_zone():
    zones = some_places(at(EAST, zones={"US": 3}), at(WEST, zones={"US": 6}))
    unknown = some_places(at(EAST, zones={"US": 3}), WEST)

    assert "west would win if it were in zone 2" == group(preferring("nearest"), places=zones).wins_if[0].words
    assert "west would win if it were in zone 2" == group(preferring("nearest"), places=unknown).wins_if[0].words


def test_a_slower_runner_up_would_win_if_its_parcel_came_in_time():
    places = some_places(EAST, at(WEST, holidays=("2026-11-20", "2026-11-23")))
    found = group(preferring("fastest", "listed"), places=places)

    assert "west would win if the parcel from west arrived on 2026-11-22" == found.wins_if[0].words


def test_a_fuller_runner_up_would_win_with_more_room():
    places = some_places(at(EAST, capacity=9), at(WEST, capacity=7))

    assert (
        "west would win if it had room for 3 more orders today"
        == words(group(preferring("most_capacity"), places=places).wins_if)[0]
    )


def test_another_preference_first_may_turn_it_round():
    cheap = some_places(EAST, at(WEST, pick_cost_minor=0))
    found = group(preferring("listed", "lowest_cost"), places=cheap)

    assert "west would win if the rule preferred lowest_cost first" in words(found.wins_if)


def test_a_winner_of_one_shipment_gives_way_to_two_only_when_it_lacks_something():
    stock = {"east": {"MUG": 2}, "west": {"MUG": 2, "LAMP": 3}}
    found = group(ship_from("east", "west", more="then.split.allow = true"), BOTH, stock)

    assert (("west",), ("east", "west")) == (found.chosen.locations, found.runner_up and found.runner_up.locations)
    assert [
        "east and west would win if the rule preferred listed first",
        "east and west would win if west had only 1 MUG",
    ] == words(found.wins_if)


def test_nothing_is_said_where_no_single_change_does_it():
    """Both SKUs are missing at the runner-up, and the winner has all without counting."""
    places = some_places(at(EAST, stock="unlimited"), WEST)
    stock = {"west": {"MUG": 1, "LAMP": 1}}
    more = 'then.if_short = "backorder"\nthen.backorder.ship_available_now = true\nthen.split.lines = true'
    found = group(ship_from("east", "west", more=more), BOTH, stock, places)

    assert found.runner_up is not None
    assert () == found.wins_if


def test_a_group_that_is_short_says_which_units_would_do():
    stock = {"east": {"MUG": 1, "LAMP": 9}, "west": {"MUG": 9}}
    found = group(ship_from("east", "west"), BOTH, stock)

    assert ["nothing would be short if east had 1 more MUG"] == words(found.covers_if)
    assert () == found.wins_if
    assert [] == words(group(ship_from("east"), BOTH, {}).covers_if)
    assert ["nothing would be short if east had 1 more MUG"] == words(group(ship_from("east"), stock={}).covers_if)


def test_the_json_of_a_change_names_it_in_parts():
    places = some_places()
    facts = some_facts(an_order(), PLENTY, places)
    (found,) = trace_to_json(trace(facts, ready(ship_from("east", "west"), places)), facts)["groups"]

    assert {
        "change": "less_stock",
        "location": "east",
        "item": "MUG",
        "value": "0",
        "words": "west would win if east had no MUG",
    } == found["wins_if"][-1]


COSTS = st.integers(0, 300)
LOCATIONS = (EAST, WEST, NORTH)


@st.composite
def situations(draw: st.DrawFn) -> tuple[str, Stock, Places]:
    units = st.integers(0, 5)
    names = [one.name for one in LOCATIONS]
    stock = {name: {"MUG": draw(units), "LAMP": draw(units)} for name in names}
    places = some_places(
        *(
            at(
                one,
                pick_cost_minor=draw(COSTS),
                capacity=draw(st.sampled_from((None, 3, 5))),
                zones=draw(st.sampled_from(({}, {"US": 2}, {"US": 5}))),
                stock="unlimited" if draw(st.integers(0, 7)) == 0 else "counted",
            )
            for one in LOCATIONS
        )
    )
    prefer = draw(st.lists(st.sampled_from(PREFERENCES), min_size=1, max_size=3, unique=True))
    near = draw(st.integers(1, 3))
    lines = [f"then.prefer = {prefer}".replace("'", '"'), f"then.keep_stock = {draw(st.integers(0, 2))}"]
    lines += [f"then.failover_to = {names[near:]}".replace("'", '"')] if names[near:] else []
    lines += draw(
        st.lists(
            st.sampled_from(
                (
                    "then.split.allow = true",
                    'then.if_short = "backorder"',
                    "then.backorder.ship_available_now = true",
                    "then.split.lines = true",
                )
            ),
            unique=True,
        )
    )
    return ship_from(*names[:near], more="\n".join(lines)), stock, places


@pytest.mark.parametrize("stated", ["wins_if", "covers_if"])
@settings(max_examples=120, deadline=None)
@given(data=st.data())
def test_whatever_is_said_comes_true_when_it_is_so_and_one_unit_less_would_not_do(stated: str, data: st.DataObject):
    """Each change is made to the rules, stock or configuration themselves, and the engine decides from them."""
    situation = data.draw(situations())
    found = group(situation[0], BOTH, *situation[1:])
    for told in getattr(found, stated):
        event(f"{stated}: {told.change.what}")
        changed = as_said(told.change, *situation)
        if changed is not None:
            assert comes_true(stated, found, *changed), told
        if told.change.what in {"more_stock", "less_stock"}:
            nearly = replace(told.change, number=told.change.number + (-1 if told.change.what == "more_stock" else 1))
            assert not comes_true(stated, found, *as_said(nearly, *situation) or situation), told


def comes_true(stated: str, found: GroupTrace, rules: str, stock: Stock, places: Places) -> bool:
    plan = engine.decide(some_facts(BOTH, stock, places), ready(rules, places))
    if stated == "covers_if":
        return 5 == sum(units for one in shipped(plan).values() for units in one.values())
    return found.runner_up is not None and set(found.runner_up.locations) == set(shipped(plan))


def as_said(change: Change, rules: str, stock: Stock, places: Places) -> tuple[str, Stock, Places] | None:
    """The situation with the change made; None for what a configuration cannot say as such."""
    if change.what in {"more_stock", "less_stock"}:
        keep = int(rules.partition("keep_stock = ")[2].split()[0])
        have = stock[change.location][change.item]
        units = have + change.number if change.what == "more_stock" else change.number + keep
        return rules, {**stock, change.location: {**stock[change.location], change.item: units}}, places
    if change.what == "room":
        room = (places.locations[change.location].capacity or 0) + change.number
        return rules, stock, moved(places, change.location, capacity=room)
    if change.what == "lower_cost":
        cost = places.locations[change.location].pick_cost_minor - change.number
        return rules, stock, moved(places, change.location, pick_cost_minor=cost)
    if change.what == "distance":
        return rules, stock, moved(places, change.location, zones={"US": change.number})
    if change.what == "prefer":
        return (
            again(rules, "prefer", lambda names: [change.item, *(one for one in names if one != change.item)]),
            stock,
            places,
        )
    if change.what == "listed":
        return listed(rules, change.location, change.item), stock, places
    return None


def moved(places: Places, name: str, **changes: Any) -> Places:
    locations: Mapping[str, Any] = places.locations
    return replace(places, locations={**locations, name: replace(locations[name], **changes)})


def again(rules: str, action: str, change: Any) -> str:
    """The rules with another list for an action."""
    rows = rules.split("\n")
    for at_, row in enumerate(rows):
        if row.startswith(f"then.{action} = "):
            names = row.partition(" = ")[2].strip("[]").replace('"', "").split(", ")
            said = ", ".join(f'"{name}"' for name in change(names))
            rows[at_] = f"then.{action} = [{said}]" if said else ""
    return "\n".join(rows)


def listed(rules: str, name: str, before: str) -> str:
    def moved_up(names: list[str]) -> list[str]:
        left = [one for one in names if one != name]
        return [found for one in left for found in ((name, one) if one == before else (one,))]

    return again(again(rules, "ship_from", moved_up), "failover_to", moved_up)
