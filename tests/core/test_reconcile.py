from __future__ import annotations

from decimal import Decimal

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import reconcile
from orderctl.core.reconcile import Day

UNITS = st.integers(-50, 50)


def a_day(sku: str = "MUG", opening: int = 100, counted: int = 0, **changes: int) -> Day:
    fields = {"received": 10, "shipped": -5, "adjusted": -1, "ledger": 0, "level": 0} | changes
    return Day(sku=sku, opening=opening, counted=counted, **fields)


def test_what_came_left_and_was_adjusted_is_what_is_expected():
    day = a_day(counted=-4)

    assert (104, 100) == (day.expected, day.found)


def test_differences_stand_with_the_largest_first_whatever_their_sign():
    days = [a_day("A", counted=1), a_day("B", counted=-9), a_day("C"), a_day("D", counted=9)]

    assert ["B", "D", "A"] == [day.sku for day in reconcile.differences(days)]


def test_differences_of_unlike_sign_do_not_make_up_for_each_other():
    days = [a_day("A", counted=2), a_day("B", counted=-2)]

    assert Decimal("1.92") == reconcile.share(days)
    assert reconcile.is_out(days, Decimal(1))
    assert not reconcile.is_out(days, Decimal(2))


def test_what_is_just_at_the_threshold_is_within():
    day = a_day(opening=96, counted=-1)

    assert 100 == day.expected
    assert not reconcile.is_out([day], Decimal(1))
    assert reconcile.is_out([day], Decimal("0.99"))


def test_units_where_none_was_expected_are_out():
    assert reconcile.is_out([a_day(opening=-4, counted=3)], Decimal(50))


@given(st.lists(st.tuples(UNITS, UNITS), max_size=8))
def test_without_differences_nothing_is_ever_out(days: list[tuple[int, int]]):
    found = [a_day(str(at), opening, received=came) for at, (opening, came) in enumerate(days)]

    assert not reconcile.is_out(found, Decimal(0))
    assert 0 == reconcile.share(found)
