"""`report regret`: the orders of a shop's last days decided again with hindsight, and each rule left out."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import UsageError
from orderctl.steps import by_hand
from orderctl.steps import regret as looking_back
from orderctl.steps import run as runs
from orderctl.steps.regret import Found, Sum
from tests.shop import CHANNELS, NOW, Shop, a_shop, an_order_row

LATER = "2026-11-21T15:00:00Z"
CARRIER = """
[carrier.ups.services]
ground = { days = "1-5", rates = "rates.csv" }
air    = { days = "1", rates = "air.csv" }
"""
#: East is near to everybody, and to Toronto west is far.
RATES = (
    "origin,country,max_weight,cost\neast,US,30 kg,5.00\nwest,US,30 kg,6.00\neast,CA,30 kg,10.00\nwest,CA,30 kg,25.00\n"
)
RULES = """
version  = 1
currency = "USD"
default_weight = "1 kg"

[[location]]
name = "cheapest"
then.ship_from = ["east", "west"]
then.prefer = ["lowest_cost"]
then.if_short = "backorder"

[[service]]
name = "in a hurry"
when.tags = "vip"
then.service = "ups:air"

[[service]]
name = "ground"
then.service = "ups:ground"

[[enhance]]
name = "never asked"
when.tags = "nobody"
then.hide_prices = true
"""
TORONTO = {
    "name": "Ana Diaz",
    "line1": "1 Front St",
    "city": "Toronto",
    "region": "ON",
    "postcode": "M5E 1B2",
    "country": "CA",
}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path, CHANNELS + CARRIER + "\n[routing]\nhold_missing_customs = false\n", RULES)
    shop.write("rates.csv", RATES)
    shop.write("air.csv", "max_weight,cost\n30 kg,30.00\n")
    shop.stock(east={"MUG": 1}, west={"MUG": 5})
    return shop


def routed(shop: Shop, at: str = NOW) -> None:
    """Decide what waits; nothing leaves the house."""
    with shop.context(at=at) as ctx:
        runs.run(ctx, only=("pull", "collect", "route"))


def regret(shop: Shop, **options: Any) -> Found:
    with shop.context(write=False, at=LATER) as ctx:
        return looking_back.regret(ctx, **options)


def two_orders(shop: Shop) -> None:
    """The first takes the scarce mug that is near, and the second has to come from afar."""
    first, second = an_order_row("1"), an_order_row("2", ship_to=TORONTO, placed_at="2026-11-20T11:00:00Z")
    shop.orders("web", first, second)
    routed(shop)


def test_the_order_that_took_the_scarce_unit_is_named_by_rule_location_and_amount(shop: Shop):
    two_orders(shop)

    value = regret(shop).to_json()

    assert (2, 2, "30.00", "16.00", "14.00", "16.00") == tuple(
        value[name] for name in ("orders", "changed", "cost", "hindsight", "regret", "bound")
    )
    assert [(["location/cheapest"], "14.00")] == [(one["rules"], one["regret"]) for one in value["rules"]]
    assert [(["west"], "15.00"), (["east"], "-1.00")] == [
        (one["locations"], one["regret"]) for one in value["locations"]
    ]
    assert [(["west"], ["east"], "15.00"), (["east"], ["west"], "-1.00")] == [
        (one["from"], one["to"], one["regret"]) for one in value["moves"]
    ]


def test_leaving_a_rule_out_says_what_it_costs_and_who_never_took_part(shop: Shop):
    shop.stock(east={"MUG": 9})
    shop.orders("web", an_order_row("1", tags=["vip"]), an_order_row("2"))
    routed(shop)

    value = regret(shop).to_json()

    first, *others = value["without"]
    assert ("in a hurry", 1, 1, "-25.00") == tuple(first[name] for name in ("name", "orders", "changed", "cost_change"))
    assert {"cheapest": 2, "ground": 0} == {one["name"]: one["unrouted"] for one in others}
    assert ["enhance/never asked"] == value["never"]


def test_rules_left_out_are_those_of_today_and_not_those_of_then(shop: Shop):
    two_orders(shop)
    shop.write(
        "rules.toml", RULES.replace('name = "ground"\n', 'name = "all by air"\n').replace("ups:ground", "ups:air")
    )

    value = regret(shop).to_json()

    assert ["service/all by air"] == [f"service/{one['name']}" for one in value["without"] if one["stage"] == "service"]
    assert [["location/cheapest"]] == [one["rules"] for one in value["rules"]]


def test_a_period_with_nothing_has_no_regret(shop: Shop):
    routed(shop)
    empty = regret(shop)
    two_orders(shop)
    too_early = regret(shop, since="1 min")

    for found in (empty, too_early):
        assert (Sum(), 0, [], 0) == (found.total, found.orders, found.without, found.bound_minor)


def test_what_a_person_decided_stands_apart_and_keeps_what_it_took(shop: Shop):
    two_orders(shop)
    with shop.context() as ctx:
        by_hand.route_to(ctx, "1", "east", {}, "", "they asked for it")

    value = regret(shop).to_json()

    assert (1, 1, "25.00", "0.00") == (value["apart"]["by_hand"], value["orders"], value["cost"], value["regret"])


def test_what_was_only_watched_stands_apart(shop: Shop):
    shop.write("channels.toml", shop.config.read_text("utf-8").replace("live_from = 2026-11-01T00:00:00Z", "", 1))
    two_orders(shop)

    value = regret(shop).to_json()

    assert (2, 0) == (value["apart"]["watched"], value["orders"])


def test_held_orders_are_counted_and_not_priced(shop: Shop):
    hold = '\n[[hold]]\nname = "vip"\nwhen.tags = "vip"\nthen.hold = "vip"\n'
    shop.write("rules.toml", RULES + hold)
    shop.orders("web", an_order_row("1", tags=["vip"]), an_order_row("2"))
    routed(shop)

    value = regret(shop).to_json()

    assert (1, 1) == (value["orders"], value["not_asked"])
    assert 1 == next(one["let_go"] for one in value["without"] if one["stage"] == "hold")


def test_an_order_that_waited_for_stock_is_looked_at_once_and_hindsight_knows_of_the_delivery(shop: Shop):
    """West had mugs enough when the order waited for a lamp; both came on the next day."""
    shop.stock(east={}, west={})
    shop.orders("web", an_order_row("1", ship_to=TORONTO))
    routed(shop)
    shop.stock(west={"MUG": 1})
    routed(shop, at="2026-11-21T10:00:00Z")
    shop.stock(east={"MUG": 1})
    shop.orders("web-2", an_order_row("2"))
    routed(shop, at="2026-11-21T12:00:00Z")

    value = regret(shop).to_json()

    assert (2, "30.00", "16.00", 0) == (value["orders"], value["cost"], value["hindsight"], value["short"])


def test_the_groups_add_up_to_the_total(shop: Shop):
    shop.stock(east={"MUG": 2, "LAMP": 1}, west={"MUG": 3, "LAMP": 1})
    rows = [an_order_row(str(at), *(("MUG",), ("LAMP",), ("MUG", "LAMP"))[at % 3]) for at in range(9)]
    shop.orders("web", *(row | ({"ship_to": TORONTO} if at % 2 else {}) for at, row in enumerate(rows)))
    routed(shop)

    found = regret(shop)

    for groups in (found.rules, found.locations):
        for name in Sum.__slots__:
            assert getattr(found.total, name) == sum(getattr(one, name) for one in groups.values()), name
    assert found.total.regret_minor == sum(one.regret_minor for one in found.moves.values())
    assert found.bound_minor is not None
    assert found.bound_minor <= found.total.hindsight_minor <= found.total.cost_minor


def test_more_orders_than_fit_in_one_chunk_are_decided_chunk_by_chunk(shop: Shop):
    two_orders(shop)

    found = regret(shop, at_once=1)

    assert (2, 3000) == (found.total.orders, found.total.cost_minor)
    assert found.bound_minor == 500 + 1000


def test_a_span_that_is_none_is_refused(shop: Shop):
    routed(shop)

    with pytest.raises(UsageError, match="'soon' is not a duration"):
        regret(shop, since="soon")


def test_nothing_is_written(shop: Shop):
    two_orders(shop)
    before = shop.store.read_bytes()

    regret(shop)

    assert before == shop.store.read_bytes()
