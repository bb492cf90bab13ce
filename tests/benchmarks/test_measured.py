"""A number says whether it is kept, and how far off it is."""

from __future__ import annotations

import sys

from benchmarks.measured import Number, in_turn, report, run


def a_number(value: float) -> Number:
    return Number("pull", value, 5.0, 3.5, "180 us an order, floor 36 us")


def test_a_number_within_its_limit_is_kept():
    assert a_number(5.0).kept
    assert not a_number(5.1).kept


def test_only_ten_times_the_limit_is_far_off():
    assert not a_number(50).far_off
    assert a_number(51).far_off


def test_the_table_says_what_is_too_much_and_the_numbers_behind_it():
    _, kept, missed = report([a_number(4), a_number(6)]).splitlines()

    assert ["pull", "4.00", "5.00", "3.50", "ok"] == kept.split()[:5]
    assert "TOO MUCH" in missed
    assert missed.endswith("180 us an order, floor 36 us")


def test_works_are_run_in_turn():
    order: list[str] = []

    in_turn(2, lambda: order.append("floor"), lambda: order.append("ours"))

    assert ["floor", "ours"] * 2 == order


def test_a_process_takes_time_and_memory():
    taken = run((sys.executable, "-c", "x = bytearray(50_000_000)"))

    assert taken.cpu_s > 0
    assert taken.peak_mb > 50
