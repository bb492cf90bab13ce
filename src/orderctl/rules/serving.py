"""Which orders a location can ship and a carrier's service can take, as boxes; and what is named in vain.

A location serves countries, PO boxes and hazmat or not; a service has countries, a heaviest parcel and PO boxes or not.
Where none of what a rule gets can go by what it names, the name stands there in vain.
"""

from __future__ import annotations

from collections.abc import Iterator

from orderctl.core.places import Location, Places, Service
from orderctl.rules.axes import MARKS, exactly
from orderctl.rules.boxes import Box, meets
from orderctl.rules.compiled import location_policy, named_services
from orderctl.rules.model import Rule, RuleSet
from orderctl.rules.moments import conditions
from orderctl.rules.proofs import Prover
from orderctl.rules.spaces import Space
from orderctl.rules.strings import TooMany
from orderctl.rules.values import Range, Test

_BOXES = Test(exact=frozenset(("po_box", "military")))
_HAZMAT = exactly("hazmat")


def asked_of_places(ruleset: RuleSet, places: Places) -> Iterator[tuple[str, Test]]:
    """The tests on fields that `can_ship` and `can_take` ask about for what the rules name."""
    rules = ruleset.stages.get("location", ())
    about_tags = any(
        condition.field.partition(".")[2] == "tags" or condition.field in MARKS
        for rule in rules
        for condition in conditions(rule)
    )
    for rule in rules:
        for name in location_policy(rule, places).locations:
            place = places.locations[name]
            if place.serves:
                yield "ship_to.country", _countries(place.serves)
            yield "ship_to.country", exactly(place.country)
            if about_tags and "hazmat" not in place.accepts:
                yield "line.tags", _HAZMAT
    for rule in ruleset.stages.get("service", ()):
        for name in named_services(rule):
            service = places.services[name]
            if service.countries:
                yield "ship_to.country", _countries(service.countries)
            if service.max_weight_g is not None:
                yield "shipment.weight", _up_to(service.max_weight_g)


def can_ship(space: Space, place: Location) -> list[Box]:
    """The lines of orders that a location can ship at all."""
    found: list[Box] = [{}]
    if place.serves:
        found = meets(found, space.single("ship_to.country", _countries(place.serves)))
    if "po_box" not in place.accepts:
        found = meets(found, space.single("ship_to.kind", _BOXES, holds=False))
    if "international" not in place.accepts and place.country:
        found = meets(found, space.single("ship_to.country", exactly(place.country)))
    if "hazmat" not in place.accepts and _HAZMAT in space.axes.tests.get(("line.tags", ""), ()):
        found = meets(found, space.single("line.tags", _HAZMAT, holds=False))
    return found


def can_take(space: Space, service: Service) -> list[Box]:
    """The shipments that a service can take at all."""
    found: list[Box] = [{}]
    if service.countries:
        found = meets(found, space.single("ship_to.country", _countries(service.countries)))
    if not service.po_box:
        found = meets(found, space.single("ship_to.kind", _BOXES, holds=False))
    if service.max_weight_g is not None:
        found = meets(found, space.single("shipment.weight", _up_to(service.max_weight_g)))
    return found


def in_vain(prover: Prover, rule: Rule) -> list[str]:
    """The locations or services that `rule` names and that can have nothing of what it gets.

    TooMany when that takes too long to find out.
    """
    space, places = prover.space, prover.places
    if rule.stage == "location":
        wanted = {name: can_ship(space, places.locations[name]) for name in location_policy(rule, places).locations}
    else:
        wanted = {name: can_take(space, places.services[name]) for name in named_services(rule)}
    boxes = prover.some[rule.id]
    if boxes is None:
        raise TooMany
    takers = prover.always()
    using = takers.of(prover.before(rule))
    return [
        name
        for name, able in wanted.items()
        if prover.is_covered(takers, meets(boxes, able), using, rule.stage, foreign=True)
    ]


def _countries(codes: tuple[str, ...]) -> Test:
    return Test(exact=frozenset(codes))


def _up_to(weight_g: int) -> Test:
    return Test(ranges=(Range(high=weight_g),))
