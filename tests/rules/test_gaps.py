"""A gap is told exactly when there is one, with an order that the engine leaves without a location or a service."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.order_document import order_to_json
from orderctl.core.order_json import order_from_json
from orderctl.core.places import Location, Places, Service
from orderctl.rules import engine, gaps, serving
from orderctl.rules.gaps import Gap
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.proofs import Prover
from tests.rules.small_world import HEAD, PLACES, worlds

ALL = '[[location]]\nname = "all"\nthen.ship_from = ["east", "west"]\n'


def gap(text: str, places: Places = PLACES, stage: str = "location") -> Gap | None:
    rules = load(HEAD + text, "rules.toml", Known.from_places(places))
    prover = Prover(rules, places, serving.asked_of_places(rules, places))
    find = gaps.location_gap if stage == "location" else gaps.service_gap
    found = find(prover, engine.prepare(rules, places))
    if found is not None and found.facts is not None:
        order = found.facts.order
        assert order == order_from_json(order_to_json(order))
    return found


@given(st.data())
@settings(max_examples=120, deadline=None)
def test_a_gap_in_location_rules_is_found_exactly_when_some_order_falls_through(data: st.DataObject):
    world = data.draw(worlds("location"))
    prover = Prover(world.ruleset, PLACES)
    compiled = engine.prepare(world.ruleset, PLACES)
    found = gaps.location_gap(prover, compiled)
    loose = any(not any(map(_in_force, world.rules, applies)) for applies in world.taken())
    short = any(
        not any(prover.hides(rule) and applied for rule, applied in zip(world.rules, applies, strict=True))
        for applies in world.taken()
    )

    if loose or short:
        assert found is not None
        assert found.facts is not None
        assert loose != found.short
        assert ["unrouted"] == [hold.reason for hold in engine.decide(found.facts, compiled).holds]
    else:
        assert found is None


def _in_force(rule: object, applied: bool) -> bool:
    return applied and not rule.observe  # type: ignore[attr-defined]


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_a_gap_in_service_rules_is_found_exactly_when_some_shipment_falls_through(data: st.DataObject):
    world = data.draw(worlds("service"))
    text = world.ruleset.text.removeprefix(HEAD)
    loose = any(not any(map(_in_force, world.rules, applies)) for applies in world.taken())
    found = gap(ALL + text, stage="service")

    if loose and any(not rule.observe for rule in world.rules):
        assert found is not None
        assert found.facts is not None
    else:
        assert found is None


def test_without_location_rules_every_order_is_a_gap():
    found = gap("")

    assert found is not None
    assert found.facts is not None


def test_orders_that_are_held_are_no_gap():
    hold = '[[hold]]\nname = "h"\nunless.ship_to.country = "US"\nthen.hold = "a"\n'
    us = '[[location]]\nname = "us"\nwhen.ship_to.country = "US"\nthen.ship_from = "east"\n'

    assert gap(hold + us) is None
    assert gap(us) is not None


def test_the_example_of_a_gap_looks_like_any_order():
    found = gap('[[location]]\nname = "x"\nwhen.tags = "vip"\nthen.ship_from = "east"\n')

    assert found is not None
    assert found.facts is not None
    assert "ok" == found.facts.address
    assert (2000, "US", "web") == (
        found.facts.order.total_minor,
        found.facts.order.ship_to and found.facts.order.ship_to.country,
        found.facts.order.channel,
    )


def test_a_last_rule_that_passes_on_leaves_a_gap_when_it_is_short():
    found = gap(ALL + 'then.if_short = "next_rule"\n')

    assert found is not None
    assert (True, {}) == (found.short, found.facts and found.facts.stock)


def test_a_gap_that_depends_on_the_moment_is_shown_at_one_and_says_so():
    found = gap('[[location]]\nname = "x"\nwhen.now.weekday = "mon..fri"\nthen.ship_from = "east"\n')

    assert found is not None
    assert found.facts is not None
    assert ("2026-02-28T15:00:00Z", ("now.weekday",)) == (found.facts.now, found.fields)


def test_a_service_gap_is_shown_with_a_shipment_from_where_it_leaves():
    places = replace(PLACES, services={"ups:ground": Service("ups", "ground")})
    rule = '[[service]]\nname = "east"\nwhen.shipment.location = "east"\nthen.service = "ups:ground"\n'
    found = gap(ALL + rule, places, "service")

    assert found is not None
    assert "west" == found.location


def test_a_location_that_cannot_ship_there_makes_no_service_gap():
    places = replace(
        PLACES,
        locations={"east": Location("east", country="US", serves=("US",)), "west": Location("west", country="DE")},
        services={"ups:ground": Service("ups", "ground")},
    )
    rules = (
        '[[location]]\nname = "east"\nthen.ship_from = "east"\n'
        '[[service]]\nname = "us"\nwhen.ship_to.country = "US"\nthen.service = "ups:ground"\n'
    )

    assert gap(rules, places, "service") is None


def test_heavy_shipments_with_many_units_are_made_from_lines_that_weigh_so_much():
    rules = (
        '[[service]]\nname = "light"\nwhen.shipment.weight = "< 30 kg"\nthen.duties = "ddp"\n'
        '[[service]]\nname = "few"\nwhen.shipment.units = "< 7"\nthen.duties = "ddp"\n'
        '[[service]]\nname = "cheap"\nwhen.shipment.value = "< 300"\nthen.duties = "ddp"\n'
    )
    found = gap(ALL + rules, stage="service")

    assert found is not None
    assert found.facts is not None
    (line,) = found.facts.order.lines
    assert line.quantity >= 7
    assert (line.weight_g or 0) * line.quantity >= 30000


def test_a_channel_that_only_the_catch_all_takes_is_told():
    text = '[[location]]\nname = "web"\nwhen.channel = "web"\nwhen.ship_to.country = "US"\nthen.ship_from = "east"\n'
    rules = load(HEAD + text + ALL, "rules.toml", Known.from_places(PLACES))

    assert [("ebay", "all")] == [(name, rule.name) for name, rule in gaps.only_catch_all(Prover(rules, PLACES))]


def test_a_catch_all_alone_is_what_was_meant():
    rules = load(HEAD + ALL, "rules.toml", Known.from_places(PLACES))

    assert [] == gaps.only_catch_all(Prover(rules, PLACES))


def test_rules_for_every_moment_of_the_week_leave_no_gap():
    days = [('"mon..fri"', "a"), ('["sat", "sun"]', "b")]
    rules = [
        f'[[location]]\nname = "{name}"\nwhen.now.weekday = {day}\nthen.ship_from = "east"\n' for day, name in days
    ]

    assert gap("".join(rules)) is None


def test_an_example_has_the_age_and_the_time_of_day_that_are_asked():
    rule = '[[location]]\nname = "x"\nwhen.any = [{{ {} }}]\nthen.ship_from = "east"\n'
    for condition in (
        'age = ">= 30 min"',
        'ship_by = "< 1 h"',
        'placed.time = "< 12:00"',
        'now.date = ">= 2026-01-01"',
    ):
        found = gap(rule.format(condition))

        assert found is not None
        assert found.facts is not None
        assert found.fields
