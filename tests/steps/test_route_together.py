"""Many orders decided together: cheaper than one by one where that can be, never dearer, and each replays alone."""

from __future__ import annotations

from typing import Any

import pytest

from orderctl.steps import explain, views
from orderctl.steps.report import Report, Together
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

RULES = """
version  = 1
currency = "USD"

[[location]]
name = "anywhere"
then.ship_from = ["east", "west"]
then.prefer = ["lowest_cost"]
then.if_short = "backorder"

[[service]]
name = "post"
then.service = "post:parcel"
"""
CARRIER = """
[carrier.post.services]
parcel = { days = "2", max_weight = "20 kg", rates = "rates.csv" }
"""
TOGETHER = '\n[routing]\nstrategy = "batch"\n'
#: A light parcel costs nearly the same from both; a heavy one is dear from the west.
RATES = "max_weight,cost,origin\n1 kg,5.00,east\n20 kg,6.00,east\n1 kg,5.50,west\n20 kg,30.00,west\n"


def a_parcel_shop(folder: Any, routing: str = TOGETHER, rules: str = RULES, **stock: dict[str, int]) -> Shop:
    shop = a_shop(folder, CHANNELS + CARRIER + routing, rules, stock=False)
    shop.write("rates.csv", RATES)
    shop.stock(**(stock or {"east": {"MUG": 1, "ANVIL": 5}, "west": {"MUG": 5, "ANVIL": 5}}))
    return shop


def a_row(number: str, *skus: str, **changes: Any) -> dict[str, Any]:
    row = an_order_row(number, *skus, **changes)
    for line in row["lines"]:
        line["weight_g"] = 9000 if line["sku"] == "ANVIL" else 300
    return row


LIGHT, HEAVY = a_row("1", "MUG"), a_row("2", "MUG", "ANVIL")


def routed(shop: Shop) -> Report:
    _, reports = shop.run()
    return next(report for report in reports if report.step == "route")


def from_where(shop: Shop, *names: str) -> dict[str, list[str]]:
    shown = {name: shop.ask(views.order_show, f"web/{name}") for name in names}
    return {name: [one["location"] for one in order["shipments"]] for name, order in shown.items()}


def told(report: Report) -> Together:
    assert report.together is not None
    return report.together


def test_one_by_one_the_first_order_takes_what_the_second_needs_more(tmp_path):
    shop = a_parcel_shop(tmp_path, routing="")
    shop.orders("web", LIGHT, HEAVY)
    shop.run()
    assert from_where(shop, "1", "2") == {"1": ["east"], "2": ["west"]}


def test_together_the_scarce_unit_goes_where_it_saves_most(tmp_path):
    shop = a_parcel_shop(tmp_path)
    shop.orders("web", LIGHT, HEAVY)
    came = told(routed(shop))
    assert from_where(shop, "1", "2") == {"1": ["west"], "2": ["east"]}
    assert (came.orders, came.asked, came.changed, came.missed, came.fell_back) == (2, 2, 2, 0, 0)
    assert (came.cost_minor, came.alone_minor, came.bound_minor) == (550 + 600, 500 + 3000, 550 + 600)


def test_a_higher_priority_is_served_first_whatever_it_costs_the_others(tmp_path):
    shop = a_parcel_shop(tmp_path)
    shop.orders("web", LIGHT | {"priority": "urgent"}, HEAVY)
    routed(shop)
    assert from_where(shop, "1", "2") == {"1": ["east"], "2": ["west"]}


def test_each_decision_replays_and_says_what_more_would_be_worth(tmp_path):
    shop = a_parcel_shop(tmp_path)
    shop.orders("web", LIGHT, HEAVY)
    shop.run()
    light, heavy = (shop.ask(explain.explain, f"web/{name}") for name in ("1", "2"))
    assert (light.replay, heavy.replay) == ("same", "same")
    assert light.document["together"]["closed"] == ["east"]
    worth = heavy.document["together"]["worth"]
    assert [(one["location"], one["sku"], one["currency"]) for one in worth] == [("east", "MUG", "USD")]


def test_of_too_little_for_all_as_many_orders_ship_as_can(tmp_path):
    shop = a_parcel_shop(tmp_path, east={"MUG": 2, "LAMP": 2}, west={})
    shop.orders("web", a_row("1", "MUG*2", "LAMP*2"), a_row("2", "MUG"), a_row("3", "MUG"), a_row("4", "LAMP*2"))
    came = told(routed(shop))
    assert came.short == came.short_alone == 4, "of eight units four ship either way"
    assert came.cost_minor <= came.alone_minor


def test_a_days_orders_go_to_those_it_saves_most(tmp_path):
    channels = CHANNELS.replace("[location.east]", "[location.east]\ncapacity = 1")
    shop = a_shop(tmp_path, channels + CARRIER + TOGETHER, RULES, stock=False)
    shop.write("rates.csv", RATES)
    shop.stock(east={"MUG": 9, "ANVIL": 9}, west={"MUG": 9, "ANVIL": 9})
    shop.orders("web", LIGHT, HEAVY)
    came = told(routed(shop))
    assert from_where(shop, "1", "2") == {"1": ["west"], "2": ["east"]}
    assert (came.missed, came.fell_back) == (0, 0)


def test_orders_that_a_person_holds_or_routed_keep_their_own(tmp_path):
    shop = a_parcel_shop(tmp_path, rules=RULES + '\n[[hold]]\nname = "look"\nwhen.tags = "wait"\nthen.hold = "look"\n')
    shop.orders("web", LIGHT, HEAVY, a_row("3", "MUG", tags=["wait"]))
    came = told(routed(shop))
    assert (came.orders, came.asked) == (3, 2)
    assert shop.ask(views.order_show, "web/3")["state"] == "held"


def test_a_rule_that_looks_at_stock_leaves_no_bound_to_speak_of(tmp_path):
    rules = RULES.replace('name = "anywhere"', 'name = "anywhere"\nunless.line.stock = "nowhere"')
    shop = a_parcel_shop(tmp_path, rules=rules)
    shop.orders("web", LIGHT, HEAVY)
    assert told(routed(shop)).bound_minor is None


def test_a_second_pass_has_nothing_left_to_decide(tmp_path):
    shop = a_parcel_shop(tmp_path)
    shop.orders("web", LIGHT, HEAVY)
    shop.run()
    assert routed(shop).together is None


@pytest.mark.parametrize("limit", ['max_time = "0 s"', 'short_cost = "1.00"'])
def test_it_is_never_dearer_than_one_by_one_whatever_the_settings(tmp_path, limit):
    shop = a_parcel_shop(tmp_path, routing=f"{TOGETHER}{limit}\n")
    shop.orders("web", LIGHT, HEAVY, *(a_row(str(number), "MUG") for number in range(3, 9)))
    came = told(routed(shop))
    assert came.cost_minor <= came.alone_minor


def test_a_pass_says_what_deciding_together_came_to(tmp_path):
    shop = a_parcel_shop(tmp_path)
    shop.orders("web", LIGHT, HEAVY)
    document = routed(shop).to_json()["together"]
    assert ("11.50", "35.00", "11.50") == (document["cost"], document["cost_one_by_one"], document["bound"])
    assert ("0.00", True, 0) == (document["gap_percent"], document["finished"], document["short"])
