"""What the benchmarks compare with does the same work."""

from __future__ import annotations

import json

from hypothesis import given, settings
from hypothesis import strategies as st

from benchmarks import deciding, generate
from benchmarks.deciding import by_priority, if_chain
from orderctl.config.load import load as load_config
from orderctl.core.allocation import Demand
from orderctl.core.order_json import order_from_json
from orderctl.rules.facts import Facts
from orderctl.rules.known import Known
from orderctl.rules.load import load as load_rules
from orderctl.rules.matching import compile_rules


def test_the_chain_of_ifs_takes_the_same_rules(tmp_path):
    places = load_config(generate.write_shop(tmp_path, 0)).places
    rules = load_rules(generate.rules_toml(60).encode(), "rules.toml", Known.from_places(places))
    chain, matcher = if_chain(rules), compile_rules(rules)
    seen = set()
    for raw in generate.orders(300):
        order = order_from_json(json.loads(raw))
        facts = Facts(order, generate.NOW, places, {}, {}, {})
        found = [matcher.first("location", facts, line=line) for line in order.lines]

        assert [rule.name for _, rule in filter(None, found)] == chain(facts)
        seen.update(chain(facts))
    assert len(seen) > 3


STOCK = st.fixed_dictionaries(
    {name: st.dictionaries(st.sampled_from("ABC"), st.integers(0, 4)) for name in ("east", "west")}
)
WANTED = st.dictionaries(st.sampled_from("ABC"), st.integers(1, 5), min_size=1).map(lambda wanted: list(wanted.items()))


@given(STOCK, WANTED)
@settings(max_examples=50)
def test_taking_by_priority_takes_what_is_there_and_no_more(stock, wanted):
    takes = by_priority([Demand(sku, sku, units) for sku, units in wanted], stock)

    for take in takes:
        assert 0 < take.quantity <= stock[take.location].get(take.sku, 0)
    for sku, units in wanted:
        there = sum(here.get(sku, 0) for here in stock.values())
        assert min(units, there) == sum(take.quantity for take in takes if take.sku == sku)


def test_every_part_gives_numbers(tmp_path):
    numbers = deciding.measure(tmp_path, 50, rounds=1)

    assert 4 == len(numbers)
    assert all(number.value > 0 for number in numbers)
