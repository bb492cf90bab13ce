"""Which rule it was: the first, stage by stage, that had another say under the other version of the rules."""

from __future__ import annotations

from orderctl.core.plans import Hold, Plan, PlannedLine, PlannedShipment
from orderctl.rules.known import Known
from orderctl.rules.load import load
from orderctl.rules.model import RuleSet
from orderctl.rules.parting import Versions

KNOWN = Known("USD", locations=("east", "west", "north"), services=("ups:ground", "usps:priority"))


def rules(*texts: str) -> RuleSet:
    return load("version = 1\n" + "\n".join(texts), "rules.toml", KNOWN)


def hold(name: str, total: int = 500, more: str = "") -> str:
    return f'[[hold]]\nname = "{name}"\nwhen.total = ">= {total}"\nthen.hold = "{name}"\n{more}'


def location(name: str, ship_from: str = "east", when: str = "") -> str:
    return f'[[location]]\nname = "{name}"\n{when}\nthen.ship_from = ["{ship_from}"]\n'


def service(name: str, takes: str = "ups:ground", when: str = "") -> str:
    return f'[[service]]\nname = "{name}"\n{when}\nthen.service = "{takes}"\n'


def a_plan(*rule_ids: str, ships: str = "east", by: str = "", **changes: object) -> Plan:
    shipment = PlannedShipment(ships, (PlannedLine("1", "MUG", 1),), rules=rule_ids, service=by)
    return Plan(shipments=(shipment,), rules=rule_ids, **changes)  # type: ignore[arg-type]


def held(rule: str) -> Plan:
    return Plan(holds=(Hold("x", rule),), rules=(rule,))


WEST = 'when.ship_to.region = "CA"'


def test_a_new_rule_that_takes_the_order_is_it():
    versions = Versions(rules(location("all")), rules(location("coast", "west", WEST), location("all")))

    assert "location/coast" == versions.cause(a_plan("location/all"), a_plan("location/coast", ships="west"))
    assert "new" == versions.state("location/coast")


def test_a_rule_that_is_gone_is_it_and_not_the_one_that_takes_over():
    versions = Versions(rules(location("coast", "west", WEST), location("all")), rules(location("all")))

    assert "location/coast" == versions.cause(a_plan("location/coast", ships="west"), a_plan("location/all"))
    assert "gone" == versions.state("location/coast")


def test_a_rule_that_no_longer_matches_is_it_and_not_the_one_that_takes_over():
    narrow = 'when.ship_to.region = "OR"'
    old = rules(location("coast", "west", WEST), location("all"))
    new = rules(location("coast", "west", narrow), location("all", "north"))

    versions = Versions(old, new)

    assert "location/coast" == versions.cause(a_plan("location/coast", ships="west"), a_plan("location/all"))
    assert "changed" == versions.state("location/coast")


def test_a_rule_with_another_action_is_it():
    versions = Versions(rules(location("all")), rules(location("all", "west")))

    assert "location/all" == versions.cause(a_plan("location/all"), a_plan("location/all", ships="west"))


def test_a_rule_that_changed_without_effect_on_the_order_is_not_it():
    old = rules(location("all"), service("land"))
    new = rules(location("all", when='unless.ship_to.country = "DE"'), service("land", "usps:priority"))

    both = ("location/all", "service/land")

    assert "service/land" == Versions(old, new).cause(a_plan(*both), a_plan(*both, by="usps:priority"))


def test_an_earlier_stage_goes_before_a_later_one():
    old = rules(hold("fraud"), location("all"))
    new = rules(hold("fraud", 900), location("all", "west"))

    assert "hold/fraud" == Versions(old, new).cause(held("hold/fraud"), a_plan("location/all", ships="west"))


def test_rules_that_changed_places_part_at_the_one_that_comes_first_now():
    coast, every = location("coast", "west", WEST), location("all")

    versions = Versions(rules(coast, every), rules(every, coast))

    assert "location/all" == versions.cause(a_plan("location/coast", ships="west"), a_plan("location/all"))
    assert "same" == versions.state("location/all")


def test_a_rule_with_a_new_name_is_the_same_rule():
    old = rules(location("coast", "west", WEST), location("all"))
    new = rules(location("west coast", "west", WEST), location("all", "north"))

    versions = Versions(old, new)

    plans = a_plan("location/coast", "location/all"), a_plan("location/west coast", "location/all", ships="north")
    assert "location/all" == versions.cause(*plans)
    assert "same" == versions.state("location/west coast")


def test_prose_and_the_way_a_value_is_written_make_no_change():
    old = rules(location("coast", "west", 'when.ship_to.region = ["CA", "OR"]'))
    new = rules(
        '[lists]\nwest = ["OR", "CA"]\n', location("coast", "west", 'why = "near"\nwhen.ship_to.region = "@west"')
    )

    assert "same" == Versions(old, new).state("location/coast")


def test_what_a_plan_puts_down_to_no_rule_is_put_down_to_the_rule_that_changed():
    tagged = 'then.add_tags = ["look"]'
    old, new = rules(hold("big", 10), location("all")), rules(hold("big", 10, tagged), location("all"))

    versions = Versions(old, new)

    assert "hold/big" == versions.cause(
        held("hold/big"), Plan(holds=held("hold/big").holds, rules=("hold/big",), tags=("look",))
    )


def test_two_plans_that_no_rule_tells_apart_have_no_cause():
    ruleset = rules(location("all"))

    assert "" == Versions(ruleset, ruleset).cause(a_plan("location/all"), a_plan("location/all", notes=("x",)))
