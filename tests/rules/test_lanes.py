from __future__ import annotations

from orderctl.core.places import Location, Rate, Service
from orderctl.rules.lanes import Target, cheapest_steps, cost_at, goes_to, rate_steps, transit_days, zone_number

EAST = Location("east", zones={"US": 5, "US-NY": 2})
NEW_YORK = Target("US", "NY")


def test_the_rate_for_a_weight_is_the_lightest_that_is_not_too_light():
    steps = rate_steps(Service("ups", "ground", rates=(Rate(5000, 900), Rate(1000, 500))), EAST, NEW_YORK)

    assert [500, 500, 900, None] == [cost_at(steps, grams) for grams in (0, 1000, 1001, 5001)]


def test_a_rate_for_the_country_the_location_or_the_zone_comes_before_one_for_everywhere():
    everywhere = Rate(5000, 900)
    for rate in (Rate(1000, 500, country="US"), Rate(1000, 500, origin="east"), Rate(1000, 500, zone=2)):
        steps = rate_steps(Service("ups", "ground", rates=(everywhere, rate)), EAST, NEW_YORK)
        assert [500, 900] == [cost_at(steps, 700), cost_at(steps, 2000)]


def test_a_rate_for_another_way_does_not_count():
    rates = (Rate(1000, 1, country="CA"), Rate(1000, 1, origin="west"), Rate(1000, 1, zone=5))

    assert () == rate_steps(Service("ups", "ground", rates=rates), EAST, NEW_YORK)


def test_a_service_carries_no_more_than_its_heaviest_parcel():
    steps = rate_steps(Service("ups", "ground", max_weight_g=800, rates=(Rate(1000, 500),)), EAST, NEW_YORK)

    assert ((800, 500),) == steps


def test_the_cheapest_service_may_be_another_one_for_each_weight():
    light = Service("a", "light", rates=(Rate(500, 100), Rate(1000, 700)))
    heavy = Service("b", "heavy", rates=(Rate(3000, 400),))

    assert ((500, 100), (3000, 400)) == cheapest_steps((light, heavy), EAST, NEW_YORK)


def test_a_service_goes_to_its_countries_and_to_po_boxes_where_it_serves_them():
    service = Service("a", "b", countries=("US",), po_box=False)

    assert goes_to(service, NEW_YORK)
    assert not goes_to(service, Target("CA"))
    assert not goes_to(service, Target("US", po_box=True))


def test_the_zone_of_a_region_comes_before_that_of_its_country():
    assert [2, 5, None] == [zone_number(EAST, Target(*to)) for to in (("US", "NY"), ("US", "TX"), ("CA", "ON"))]


def test_the_quickest_service_that_goes_there_sets_the_days():
    slow, quick = Service("a", "slow", days_max=5), Service("a", "quick", days_max=1, countries=("CA",))

    assert [5, 1, None] == [
        transit_days((slow, quick), NEW_YORK),
        transit_days((slow, quick), Target("CA")),
        transit_days((Service("a", "unsaid"),), NEW_YORK),
    ]


def test_a_service_of_the_same_day_is_the_quickest():
    today, tomorrow = Service("bike", "now", days_max=0), Service("a", "next", days_max=1)

    assert 0 == transit_days((tomorrow, today), NEW_YORK)


def test_a_service_goes_only_where_it_knows_what_it_needs():
    service = Service("a", "b", needs=("phone",))

    assert goes_to(service, Target("US", lacks=("email",)))
    assert not goes_to(service, Target("US", lacks=("phone",)))
