"""The batches of the benchmark are what they say, and deciding them together pays."""

from __future__ import annotations

from benchmarks import together


def test_what_the_orders_get_one_by_one_fits_and_stock_is_short_of_what_they_want():
    asks, supply = together.batch("tight", 80)

    used, wanted = [0] * len(supply), [0] * len(supply)
    for ask in asks:
        for resource, units in ask.ways[ask.alone].uses:
            used[resource] += units
        for resource, units in ask.ways[0].uses:
            wanted[resource] += units
    assert all(units <= there for units, there in zip(used, supply, strict=True))
    assert any(units > there for units, there in zip(wanted, supply, strict=True))


def test_together_is_cheaper_and_near_its_bound():
    tight, _, normal, _ = together.measure(80)

    assert 0 <= tight.value < 10
    assert 0 <= normal.value < 3
    assert "cheaper than one by one" in tight.said
