from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core.stock import REASONS, WorkingStock

SKUS = st.sampled_from(["MUG", "TEE"])
LEVELS = st.dictionaries(st.sampled_from(["east", "west"]), st.dictionaries(SKUS, st.integers(0, 5)))


@given(LEVELS, st.lists(st.tuples(st.sampled_from(["east", "west"]), SKUS, st.integers(1, 3)), max_size=6))
def test_what_one_order_takes_the_next_does_not_see(levels, takes):
    stock = WorkingStock({location: dict(units) for location, units in levels.items()})
    for take in takes:
        stock.take(*take)

    seen = stock.of(["east", "west"], ["MUG", "TEE"])

    for location in ("east", "west"):
        for sku in ("MUG", "TEE"):
            taken = sum(units for where, what, units in takes if (where, what) == (location, sku))
            left = levels.get(location, {}).get(sku, 0) - taken
            assert max(0, left) == seen.get(location, {}).get(sku, 0)


def test_facts_are_a_copy_and_leave_out_what_is_not_there():
    stock = WorkingStock({"east": {"MUG": 2, "TEE": 0}})
    seen = stock.of(["east", "west"], ["MUG", "TEE"])

    stock.take("east", "MUG", 2)

    assert {"east": {"MUG": 2}} == seen


def test_stock_read_later_joins_what_was_taken_from():
    stock = WorkingStock({"east": {"MUG": 2}})
    stock.take("east", "MUG", 1)

    stock.add({"east": {"TEE": 3}, "west": {"TEE": 1}})

    assert {"east": {"MUG": 1, "TEE": 3}, "west": {"TEE": 1}} == stock.of(["east", "west"], ["MUG", "TEE"])


def test_every_reason_stands_once():
    assert len(REASONS) == len(set(REASONS))
