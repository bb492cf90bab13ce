"""What is counted of plans."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import rehearsal
from orderctl.core.plans import Backorder, Hold, Plan, PlannedLine, PlannedShipment
from orderctl.core.rehearsal import LocalDay, Tally

NOW = "2026-11-27T10:00:00Z"


def ships(*units: int, cost: int | None = None) -> tuple[PlannedShipment, ...]:
    return tuple(PlannedShipment("east", (PlannedLine("1", "MUG", count),), cost_minor=cost) for count in units)


@given(
    st.lists(
        st.tuples(st.lists(st.integers(1, 9), max_size=3), st.integers(0, 9), st.integers(0, 9), st.integers(0, 9))
    )
)
def test_units_that_are_wanted_end_in_one_place_each(orders):
    tally = Tally()
    for shipped, waiting, cancelled, aside in orders:
        units = sum(shipped) + waiting + cancelled + aside
        plan = Plan(
            shipments=ships(*shipped),
            backorders=(Backorder("1", "MUG", waiting, "location/all"),) if waiting else (),
            cancelled=(PlannedLine("1", "MUG", cancelled),) if cancelled else (),
        )
        tally.begin(units)
        tally.hold(units, is_first=True)
        tally.release(units)
        tally.settle(plan, units, NOW)

    assert tally.wanted == tally.planned + tally.backordered + tally.cancelled + tally.held + tally.aside


def test_an_order_is_in_one_parcel_only_when_nothing_of_it_waits():
    tally = Tally()
    tally.settle(Plan(shipments=ships(2, cost=500)), 2, NOW)
    tally.settle(Plan(shipments=ships(2), backorders=(Backorder("2", "TEE", 1, "location/all"),)), 3, NOW)
    tally.settle(Plan(shipments=ships(1, 1)), 2, NOW)

    assert (1, 1, 500, 3) == (tally.one_parcel, tally.splits, tally.cost_minor, tally.unpriced)


def test_an_order_that_a_location_rule_holds_is_short_as_a_whole_and_one_held_for_fraud_is_not():
    for rule, short in (("location/all", {"MUG": 3}), ("hold/fraud", {})):
        assert short == rehearsal.short_of(Plan(holds=(Hold("stock", rule),)), {"1": 3}, {"1": "MUG"})


def test_a_day_is_short_of_stock_beyond_two_in_a_hundred():
    tally = Tally()
    tally.look_at_stock(1, NOW, 98, {})
    tally.look_at_stock(1, NOW, 2, {"MUG": 2})
    assert not tally.days[1].is_short
    tally.look_at_stock(1, NOW, 1, {"MUG": 1})
    assert tally.days[1].is_short


def test_days_begin_at_midnight_of_their_zone():
    today = LocalDay(ZoneInfo("America/New_York"))

    days = [today.of(f"2026-11-{moment}:00Z") for moment in ("27T04:59", "27T05:00", "28T04:59", "28T05:00")]

    assert [0, 1, 1, 2] == [day - days[0] for day in days]


def test_shares_are_cut_not_rounded():
    assert ["66.6", "100.0", "0.0", "100.0"] == [rehearsal.tenths(*of) for of in ((2, 3), (3, 3), (0, 5), (0, 0))]
