"""The rehearsal that is measured takes the orders that the floor decides."""

from __future__ import annotations

from benchmarks import rehearsing


def test_it_gives_a_number(tmp_path):
    numbers = rehearsing.measure(tmp_path, 100, rounds=1)

    assert all(number.value > 0 for number in numbers)
    assert "simulate of 100 orders" in numbers[0].name
