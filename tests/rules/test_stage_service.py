from __future__ import annotations

import dataclasses
from typing import Any

from orderctl.core.orders import Customer, Order
from orderctl.core.places import Rate, Service
from orderctl.core.plans import Plan
from orderctl.core.stock import Sku
from tests.builders import NEW_YORK, a_line, an_order
from tests.rules.deciding import AIR, ANYWHERE, EAST, GROUND, WEST, at, codes, decided, some_places

STOCK = {"east": {"MUG": 99, "LAMP": 9}, "west": {"SOFA": 9}}


def served(rules: str, order: Order | None = None, services: tuple[Service, ...] = (GROUND, AIR), **facts: Any) -> Plan:
    """The plan of an order shipped from east by the service rules in `rules`."""
    places = some_places(EAST, WEST, at(EAST, name="north"), services={service.id: service for service in services})
    return decided(ANYWHERE + "then.split.allow = true\n" + rules, order or an_order(), STOCK, places, **facts)


def service(then: str, when: str = "") -> str:
    """One service rule."""
    return f'[[service]]\nname = "rule"\n{when}\n{then}\n'


def services_of(plan: Plan) -> list[str]:
    """The service of each shipment."""
    return [shipment.service for shipment in plan.shipments]


def test_the_first_rule_that_matches_a_shipment_gives_it_its_service_package_and_duties():
    rules = service('then.service = "ups:air"', 'when.shipment.weight = "> 1 kg"') + service(
        'then.service = "ups:ground"\nthen.package = "box"\nthen.duties = "ddp"'
    ).replace('"rule"', '"all"')
    order = an_order(a_line("MUG"), a_line("SOFA"))
    skus = {"MUG": Sku("MUG", weight_g=300), "SOFA": Sku("SOFA", weight_g=15000)}

    plan = served(rules, order, skus=skus)

    assert ["ups:ground", "ups:air"] == services_of(plan)
    assert [{"package": "box", "duties": "ddp"}, {}] == [shipment.options for shipment in plan.shipments]
    assert ("location/anywhere", "service/all", "service/rule") == plan.rules
    assert ("location/anywhere", "service/all") == plan.shipments[0].rules


def test_a_shipment_that_no_service_rule_takes_has_no_service_and_is_no_problem():
    plan = served(service('then.service = "ups:air"', 'when.shipment.weight = "> 1 kg"'))

    assert ([""], []) == (services_of(plan), codes(plan))


def test_the_cheapest_service_for_the_weight_is_taken():
    light = Service("usps", "light", rates=(Rate(200, 300), Rate(1000, 700)))
    rules = service('then.cheapest_of = ["ups:ground", "usps:light"]')

    assert ["usps:light"] == services_of(served(rules, services=(GROUND, light)))
    assert ["ups:ground"] == services_of(served(rules, an_order(a_line("MUG", 2)), services=(GROUND, light)))


def test_a_service_without_a_rate_is_taken_only_when_no_other_can():
    free = Service("usps", "free")
    rules = service('then.cheapest_of = ["usps:free", "ups:ground"]')

    assert ["ups:ground"] == services_of(served(rules, services=(GROUND, free)))
    plan = served(rules, services=(dataclasses.replace(GROUND, max_weight_g=100), free))
    assert ["usps:free"] == services_of(plan)
    assert [None] == [shipment.cost_minor for shipment in plan.shipments]


def test_the_fastest_service_is_taken_and_ties_go_to_the_cheaper():
    dear = Service("dhl", "air", days_min=1, days_max=1, rates=(Rate(20000, 9000),))
    rules = service('then.fastest_of = ["ups:ground", "dhl:air", "ups:air"]')

    assert ["ups:air"] == services_of(served(rules, services=(GROUND, AIR, dear)))


def test_only_services_that_go_there_and_carry_the_weight_are_taken():
    eu = Service("dhl", "eu", countries=("DE",))
    no_box = dataclasses.replace(GROUND, po_box=False)
    po_box = an_order(ship_to=dataclasses.replace(NEW_YORK, line1="PO Box 7"))
    rules = service('then.cheapest_of = ["dhl:eu", "ups:ground", "ups:air"]')

    assert ["ups:air"] == services_of(served(rules, po_box, services=(eu, no_box, AIR)))
    assert ["ups:ground"] == services_of(served(rules, services=(eu, no_box, AIR)))


def test_a_shipment_that_no_named_service_can_take_is_a_problem_and_still_planned():
    plan = served(service('then.service = "ups:ground"'), services=(dataclasses.replace(GROUND, max_weight_g=100),))

    assert ([""], ["no_service"]) == (services_of(plan), codes(plan))
    assert "service/rule" == plan.problems[0].rule


def test_a_promised_day_rules_out_services_that_come_later():
    rules = service('then.cheapest_of = ["ups:ground", "ups:air"]\nthen.deliver_by = "promised"')

    assert ["ups:ground"] == services_of(served(rules))
    assert ["ups:ground"] == services_of(served(rules, an_order(deliver_by="2026-11-27T22:00:00Z")))
    assert ["ups:air"] == services_of(served(rules, an_order(deliver_by="2026-11-26T22:00:00Z")))


def test_when_every_service_comes_late_the_quickest_goes_and_a_person_is_told():
    rules = service('then.cheapest_of = ["ups:ground", "ups:air"]\nthen.deliver_by = "promised"')

    plan = served(rules, an_order(deliver_by="2026-11-20T22:00:00Z"))

    assert (["ups:air"], ["late_delivery"]) == (services_of(plan), codes(plan))


def test_a_shipment_costs_its_rate_and_the_handling_of_its_location():
    rules = service('then.service = "ups:ground"')

    assert [600] == [shipment.cost_minor for shipment in served(rules).shipments]
    assert [500] == [shipment.cost_minor for shipment in served(rules, opened=("east",)).shipments]


def test_an_order_to_abroad_is_international_and_a_refilled_backorder_is_known():
    abroad = service('then.service = "ups:air"', "when.shipment.international = true")
    again = service('then.service = "ups:air"', "when.shipment.backordered = true")
    order = an_order(ship_to=dataclasses.replace(NEW_YORK, country="CA"))

    assert ["ups:air"] == services_of(served(abroad, order))
    assert [""] == services_of(served(abroad))
    assert ["ups:air"] == services_of(served(again, backordered_at={"mug": "2026-11-01T00:00:00Z"}))
    assert [""] == services_of(served(again))


def test_a_service_rule_that_only_observes_leaves_the_shipment_to_the_next():
    rules = service('then.service = "ups:air"').replace("then.", 'mode = "observe"\nthen.', 1).replace(
        '"rule"', '"trial"'
    ) + service('then.service = "ups:ground"')

    plan = served(rules)

    assert (["ups:ground"], ("service/trial",)) == (services_of(plan), plan.observed)


NEEDS_PHONE = Service("dpd", "home", rates=(Rate(20000, 100),), needs=("phone",))
WITH_PHONE = Customer(phone="+1 212 555 0100")


def test_a_carrier_that_needs_a_phone_is_no_candidate_without_one():
    rules = service('then.cheapest_of = ["dpd:home", "ups:ground"]')
    services = (NEEDS_PHONE, GROUND)

    assert ["ups:ground"] == services_of(served(rules, services=services))
    assert ["dpd:home"] == services_of(served(rules, an_order(customer=WITH_PHONE), services))


def test_a_shipment_that_no_service_takes_without_a_phone_says_what_it_lacks():
    plan = served(service('then.service = "dpd:home"'), services=(NEEDS_PHONE,))

    assert ([""], ["no_service"]) == (services_of(plan), codes(plan))
    assert plan.problems[0].message.endswith("; the order has no phone")


def test_what_a_location_costs_leaves_out_carriers_that_need_more_than_is_known():
    far = dataclasses.replace(GROUND, rates=(Rate(20000, 900, origin="west"), Rate(20000, 950, origin="east")))
    near = dataclasses.replace(NEEDS_PHONE, rates=(Rate(20000, 100, origin="east"),))
    rules = ANYWHERE + 'then.prefer = ["lowest_cost"]\n'
    places = some_places(EAST, WEST, at(EAST, name="north"), services={one.id: one for one in (far, near)})
    stock = {"east": {"MUG": 1}, "west": {"MUG": 1}}

    assert ["west"] == [one.location for one in decided(rules, an_order(), stock, places).shipments]
    called = an_order(customer=WITH_PHONE)
    assert ["east"] == [one.location for one in decided(rules, called, stock, places).shipments]
