"""The made-up shop is the same every time, and what it claims to be."""

from __future__ import annotations

import json

from benchmarks import generate
from orderctl.core.order_json import order_from_json


def test_an_order_is_the_same_wherever_it_is_asked_from():
    assert list(generate.orders(3, first=5)) == [generate.order(5), generate.order(6), generate.order(7)]
    assert generate.order(5) != generate.order(5, seed=2)


def test_orders_have_the_size_and_the_lines_that_are_claimed():
    payloads = list(generate.orders(2_000))
    orders = [order_from_json(json.loads(payload)) for payload in payloads]

    assert 4_400 < sum(map(len, payloads)) / len(payloads) < 4_700
    assert 2.6 < sum(len(order.lines) for order in orders) / len(orders) < 2.75
    assert len({order.channel_order_id for order in orders}) == len(orders)


def test_rules_files_have_as_many_rules_as_asked():
    for count in (20, 200):
        assert count == generate.rules_toml(count).count("[[")


def test_a_warehouse_lacks_some_articles():
    units = dict(generate.stock("newark", 1_000))

    assert generate.SKUS == len(units)
    assert 0 < sum(1 for have in units.values() if not have) < generate.SKUS
