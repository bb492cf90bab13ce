"""Rule diff: what was decided, decided once more under other rules."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core.errors import ConfigError, UsageError
from orderctl.core.plans import Hold, Plan
from orderctl.rules.diff import Change, Group, Tally
from orderctl.rules.outcomes import Coins
from orderctl.steps import by_hand, rule_diff
from orderctl.steps import run as runs
from orderctl.steps.report import MOST_ITEMS
from orderctl.steps.rule_diff import Diff
from tests.shop import CHANNELS, NOW, RULES, Shop, a_shop, an_order_row

LATER = "2026-11-25T15:00:00Z"
SERVICES = """
[carrier.ups.services]
ground = { days = "1-5", rates = "rates.csv" }
air    = { days = "1", rates = "air.csv" }
"""
#: The rules with a west coast of their own, and everything by ground.
COAST = RULES.replace(
    '[[location]]\nname = "everything"',
    '[[location]]\nname = "coast"\nwhen.ship_to.region = "CA"\nthen.ship_from = ["west"]\n'
    'then.if_short = "next_rule"\n\n[[location]]\nname = "everything"',
)


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.orders(
        "web-1",
        an_order_row("1", "MUG"),
        an_order_row("2", "LAMP"),
        an_order_row("3", "RING-1"),
        an_order_row(
            "4", "MUG*2", total="600.00", lines=[{"id": "mug", "sku": "MUG", "quantity": 2, "amount": "600.00"}]
        ),
    )
    route(shop)
    return shop


def route(shop: Shop, at: str = NOW) -> None:
    """Decide what waits; nothing leaves the house, so that people can still have their say."""
    with shop.context(at=at) as ctx:
        runs.run(ctx, only=("pull", "collect", "route"))


def diff(shop: Shop, rules: str, **options: Any) -> Diff:
    file = shop.write("new.toml", rules)
    with shop.context(write=False, at=LATER) as ctx:
        return rule_diff.of_store(ctx, file, **options)


def changed(found: Diff) -> dict[str, str]:
    """Order -> the rule that changes it."""
    return {row["order"]: row["rule"] for row in found.orders}


def places(row: dict[str, Any], side: str) -> list[str]:
    return [one["location"] for one in row[side]["shipments"]]


def tamper(shop: Shop, statement: str) -> None:
    """What no command does: the store is changed behind orderctl's back."""
    db = sqlite3.connect(shop.store)
    db.execute(statement)
    db.commit()
    db.close()


def test_the_rules_compared_with_themselves_change_nothing(shop: Shop):
    for stock in ("frozen", "now"):
        found = diff(shop, RULES, stock=stock)

        assert (4, 4, 0, []) == (found.tally.compared, found.tally.same, found.tally.changed, found.orders)


def test_another_first_location_changes_the_orders_of_that_rule(shop: Shop):
    found = diff(shop, RULES.replace('["east", "west"]', '["west", "east"]'))

    (row,) = found.orders
    assert {"WEB-1": "location/everything"} == changed(found)
    assert (["east"], ["west"], "changed") == (
        places(row, "old"),
        places(row, "new"),
        found.tally.groups["location/everything"].state,
    )
    assert [{"what": "location", "old": "east", "new": "west"}] == row["differences"]


def test_a_hold_that_is_gone_lets_its_order_go(shop: Shop):
    found = diff(shop, RULES.replace(RULES[RULES.index("[[hold]]") : RULES.index("[[location]]")], ""))

    assert {"WEB-4": "hold/expensive"} == changed(found)
    assert ("held: fraud", "east", "gone") == (
        found.orders[0]["old"]["text"],
        found.orders[0]["new"]["text"],
        found.tally.groups["hold/expensive"].state,
    )


def test_another_rule_to_the_same_end_is_no_change(shop: Shop):
    found = diff(shop, RULES.replace('name = "everything"', 'name = "all"\nwhen.channel = "web"'))

    assert (0, 2) == (found.tally.changed, found.tally.other_rules)


def test_what_a_person_decided_is_counted_and_not_compared(shop: Shop):
    with shop.context() as ctx:
        by_hand.route_to(ctx, "1", "west", {}, "", "they asked for it")
    route(shop, at="2026-11-21T15:00:00Z")  # the rules look at it once more and find nothing left to route

    found = diff(shop, RULES.replace('["east", "west"]', '["west", "east"]'))

    assert ({}, 3, 1) == (changed(found), found.tally.compared, found.apart["by_hand"])


def test_the_newest_decision_with_something_to_route_is_compared(shop: Shop):
    shop.orders("web-2", an_order_row("5", "MUG*20"))
    route(shop, at="2026-11-21T15:00:00Z")
    shop.stock(east={"MUG": 100})
    route(shop, at="2026-11-22T15:00:00Z")

    found = diff(shop, RULES.replace('["east", "west"]', '["west"]'))

    row = next(row for row in found.orders if row["order"] == "WEB-5")
    assert (["east"], []) == (places(row, "old"), places(row, "new"))


def test_decisions_of_another_engine_and_redacted_ones_stand_apart(shop: Shop):
    tamper(shop, "UPDATE decisions SET engine = 0 WHERE decision_id = 1")
    found = diff(shop, RULES)
    assert (3, 1, 0) == (found.tally.compared, found.apart["other_engine"], found.apart["redacted"])

    tamper(shop, "UPDATE decision_blocks SET content = NULL")
    found = diff(shop, RULES)
    assert (0, 4) == (found.tally.compared, found.apart["redacted"])


def test_only_what_was_decided_since_then_is_compared(shop: Shop):
    shop.orders("web-2", an_order_row("5", "MUG"))
    route(shop, at="2026-11-24T15:00:00Z")

    assert (1, 5) == (diff(shop, RULES, since="2d").tally.compared, diff(shop, RULES, since="30 d").tally.compared)
    with pytest.raises(UsageError, match="'soon' is not a duration"):
        diff(shop, RULES, since="soon")


def test_with_todays_stock_both_rule_sets_decide_and_an_order_has_what_it_reserved(shop: Shop):
    west_first = RULES.replace('["east", "west"]', '["west", "east"]')
    tamper(shop, "UPDATE stock_levels SET on_hand = reserved WHERE location = 'east'")
    assert {"WEB-1": "location/everything"} == changed(diff(shop, west_first, stock="now"))

    tamper(shop, "UPDATE stock_levels SET on_hand = 0 WHERE location = 'west' AND sku = 'MUG'")

    assert {} == changed(diff(shop, west_first, stock="now"))
    assert {"WEB-1": "location/everything"} == changed(diff(shop, west_first, stock="frozen"))


def test_a_location_that_is_new_in_the_configuration_may_be_named(shop: Shop):
    north = '\n[location.north]\nsend = { via = "file", path = "out/north/{batch}.csv" }\n'
    shop.write("channels.toml", CHANNELS + north)
    tamper(shop, "INSERT INTO stock_levels (location, sku, on_hand) VALUES ('north', 'MUG', 5)")
    rules = RULES.replace('["east", "west"]', '["north", "east", "west"]')

    assert {} == changed(diff(shop, rules))
    assert {"WEB-1": "location/everything"} == changed(diff(shop, rules, stock="now"))


def test_an_item_that_only_the_new_rules_add_is_taken_from_todays_stock(shop: Shop):
    tamper(shop, "INSERT INTO stock_levels (location, sku, on_hand) VALUES ('east', 'FLYER', 50)")
    flyer = '\n[[enhance]]\nname = "flyer"\nthen.add_item = { sku = "FLYER", quantity = 1 }\n'

    found = diff(shop, RULES + flyer)

    assert dict.fromkeys(("WEB-3", "WEB-1"), "enhance/flyer") == changed(found)  # acme has all, the west has none
    assert [{"what": "add items", "old": "none", "new": "1 FLYER"}] == found.orders[-1]["differences"]


def test_decisions_that_were_only_watched_count_as_live(tmp_path: Path):
    shop = a_shop(tmp_path, CHANNELS.replace("live_from = 2026-11-01T00:00:00Z\n", ""))
    shop.orders("web-1", an_order_row("1", "MUG"))
    route(shop)

    assert {"WEB-1": "location/everything"} == changed(diff(shop, RULES.replace('["east", "west"]', '["west"]')))


def test_each_order_is_compared_with_the_rules_that_decided_it(shop: Shop):
    shop.write("rules.toml", COAST)
    shop.orders("web-2", an_order_row("5", "MUG", ship_to=an_order_row("0")["ship_to"] | {"region": "CA"}))
    route(shop, at="2026-11-21T15:00:00Z")

    found = diff(shop, RULES)

    assert ({"WEB-5": "location/coast"}, 2) == (changed(found), found.rulesets)


def test_costs_are_added_up_where_both_are_known(tmp_path: Path):
    shop = a_shop(tmp_path, CHANNELS + SERVICES)
    shop.write("rates.csv", "max_weight,cost\n10 kg,5.00\n")
    shop.write("air.csv", "max_weight,cost\n10 kg,15.50\n")
    rules = RULES + '\n[[service]]\nname = "land"\nthen.service = "ups:ground"\n'
    shop.write("rules.toml", rules)
    shop.orders("web-1", an_order_row("1", "MUG"), an_order_row("2", "LAMP"), an_order_row("3", "TEE*9"))
    route(shop)

    found = diff(shop, rules.replace("ups:ground", "ups:air"))

    (group,) = found.to_json()["groups"]
    assert ("service/land", "changed", 2, 2, "21.00") == tuple(
        group[name] for name in ("rule", "state", "orders", "priced", "cost_change")
    )
    assert "east by ups:ground, 5.00" == found.orders[-1]["old"]["text"]


def test_wrong_rules_are_told_as_the_check_tells_them(shop: Shop):
    with pytest.raises(ConfigError) as caught:
        diff(shop, RULES.replace('"east", "west"', '"eest", "west"').replace("when.total", "when.totl"))

    assert ["E111", "E115"] == sorted(finding.code for finding in caught.value.findings)


def test_of_very_many_orders_the_first_are_named_and_some_of_every_rule():
    found = Diff("new.toml", "frozen", Tally("USD"))
    for number, rule in [(n, "hold/a") for n in range(MOST_ITEMS + 50)] + [(n, "hold/b") for n in range(50)]:
        group = found.tally.groups.setdefault(rule, Group(rule))
        group.orders += 1
        found.tally.compared += 1
        found.note(f"WEB-{number}", Change(rule, Plan(), Plan(holds=(Hold("x"),)), Coins("USD", "USD"), ()))

    value = found.to_json()
    assert (MOST_ITEMS + rule_diff.EXAMPLES, 90) == (len(value["orders"]), value["not_listed"])


ROWS = st.lists(
    st.tuples(
        st.lists(
            st.sampled_from(["MUG", "LAMP*2", "TEE*2", "RING-1", "RING-1*3"]),
            min_size=1,
            max_size=3,
            unique_by=lambda sku: sku[:3],
        ),
        st.sampled_from(["NY", "CA"]),
        st.sampled_from(["paid", "pending"]),
    ),
    min_size=1,
    max_size=12,
)


@settings(max_examples=12, deadline=None)
@given(ROWS)
def test_whatever_the_orders_only_those_of_the_changed_rule_differ(rows: list[tuple[list[str], str, str]]):
    with tempfile.TemporaryDirectory() as folder:
        shop = a_shop(Path(folder), rules=COAST)
        address = an_order_row("0")["ship_to"]
        shop.orders(
            "web-1",
            *(
                an_order_row(str(number), *skus, ship_to=address | {"region": region}, payment=payment)
                for number, (skus, region, payment) in enumerate(rows, 1)
            ),
        )
        route(shop, at=NOW)

        assert {} == changed(diff(shop, COAST))
        rings = {f"WEB-{number}" for number, (skus, _, _) in enumerate(rows, 1) if any("RING" in sku for sku in skus)}
        elsewhere = diff(shop, COAST.replace('["acme"]', '["west"]').replace('then.failover_to = ["east"]\n', ""))
        assert dict.fromkeys(rings, "location/made to order") == changed(elsewhere)
