"""What channels are asked hour by hour, against what they allow."""

from __future__ import annotations

from orderctl.core.quotas import Price, Quota, hourly
from orderctl.core.rehearsal_calls import ChannelCalls

HOUR = 500_000
EVERYTHING = frozenset({"orders", "acknowledgments", "tracking", "stock"})


def calls(per_hour: int | None, burst: int = 0, kinds: frozenset[str] = EVERYTHING, **prices: Price) -> ChannelCalls:
    return ChannelCalls((Quota("all", prices, per_hour, burst),), kinds)


def test_a_request_costs_the_same_however_full_it_is():
    assert [0, 3, 3, 6] == [Price(3, 100).of(count) for count in (0, 1, 100, 101)]


def test_every_pass_reads_once_and_once_more_for_each_full_page():
    asked = calls(1000, orders=Price(1, 50))
    asked.tell("orders", HOUR, 50)
    asked.tell("orders", HOUR, 120)

    (use,) = asked.uses(HOUR, HOUR)

    assert (14, 14, None) == (use.tokens, use.calls, use.exceeded)


def test_an_hour_that_needs_more_than_there_is_passes_the_rest_on():
    told = calls(100, 50, tracking=Price(2))
    told.tell("tracking", HOUR + 1, 1, 100)

    (use,) = told.uses(HOUR, HOUR + 3)

    assert (HOUR + 1, 200, 50) == (use.exceeded, use.needed, use.waiting)


def test_the_reserve_takes_what_one_hour_needs_beyond_the_rate():
    told = calls(100, 50, tracking=Price(1))
    told.tell("tracking", HOUR, 1, 150)
    told.tell("tracking", HOUR + 1, 1, 101)

    (use,) = told.uses(HOUR, HOUR + 1)

    assert (HOUR + 1, 1) == (use.exceeded, use.waiting)


def test_a_day_of_packages_is_told_over_eight_hours_to_the_last_one():
    told = calls(None, tracking=Price(1))
    told.tell_picked(HOUR, 83)

    (use,) = told.uses(HOUR, HOUR + 24)

    assert (HOUR + 9, 11) == (use.busiest, use.tokens)
    assert 83 == sum(told._sent["tracking"].values())


def test_what_a_channel_is_not_told_costs_nothing():
    silent = calls(1, kinds=frozenset({"tracking"}), stock=Price(1), tracking=Price(1))
    silent.tell("stock", HOUR, 900)

    assert [0] == [use.tokens for use in silent.uses(HOUR, HOUR)]


def test_a_bucket_paced_by_the_second_is_one_by_the_hour():
    assert (20, 20) == hourly(0.0056, 20.0)
