"""Rule coverage: what each of the current rules has done."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from orderctl.steps import by_hand, rule_coverage
from orderctl.steps import run as runs
from tests.shop import NOW, RULES, Shop, a_shop, an_order_row

LATER = "2026-11-25T15:00:00Z"
WATCHED = '\n[[location]]\nname = "south"\nmode = "observe"\nwhen.ship_to.region = "NY"\nthen.ship_from = ["west"]\n'
#: A rule that only observes stands above the one that takes all.
OBSERVED = RULES.replace('\n[[location]]\nname = "everything"', f'{WATCHED}\n[[location]]\nname = "everything"')


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path, rules=OBSERVED)
    rows = [an_order_row(str(number), "MUG", tags=["fragile"]) for number in range(1, 5)]
    shop.orders("web-1", *rows, an_order_row("8", "TEE"), an_order_row("9", "TEE", currency="EUR"))
    route(shop)
    return shop


def route(shop: Shop, at: str = NOW) -> None:
    with shop.context(at=at) as ctx:
        runs.run(ctx, only=("pull", "collect", "route"))


def coverage(shop: Shop, since: str = "") -> dict[str, Any]:
    with shop.context(write=False, at=LATER) as ctx:
        return rule_coverage.coverage(ctx, since)


def rule(value: dict[str, Any], name: str) -> dict[str, Any]:
    return next(one for one in value["rules"] if one["name"] == name)


def test_a_rule_is_told_with_its_orders_and_their_money(shop: Shop):
    value = coverage(shop)

    used = rule(value, "everything")
    assert (6, 6, 6) == (value["orders"], value["decisions"], used["orders"])
    assert NOW == used["last_at"]
    assert [{"amount": "20.00", "currency": "EUR"}, {"amount": "100.00", "currency": "USD"}] == used["money"]


def test_a_rule_that_never_had_a_say_is_there_with_nothing(shop: Shop):
    assert (0, 0, "", []) == tuple(
        rule(coverage(shop), "made to order")[name] for name in ("orders", "decisions", "last_at", "money")
    )


def test_a_rule_that_only_observes_says_what_it_would_have_done(shop: Shop):
    south = rule(coverage(shop), "south")

    assert (True, 0, 6, ["west"]) == (
        south["observe"],
        south["orders"],
        south["observed"]["orders"],
        south["then"]["ship_from"],
    )


def test_rules_are_known_by_stage_and_name_whatever_else_of_them_changed(shop: Shop):
    shop.write("rules.toml", RULES.replace('["east", "west"]', '["west"]').replace('"made to order"', '"rings"'))
    shop.orders("web-2", an_order_row("20", "LAMP"))
    route(shop, at="2026-11-21T15:00:00Z")

    value = coverage(shop)

    assert (7, "2026-11-21T15:00:00Z") == tuple(rule(value, "everything")[name] for name in ("orders", "last_at"))
    assert ["south"] == [one["name"] for one in value["gone"]]


def test_only_what_was_decided_since_then_counts(shop: Shop):
    shop.orders("web-2", an_order_row("20", "LAMP"))
    route(shop, at="2026-11-24T15:00:00Z")

    assert (1, 1) == (coverage(shop, "2d")["orders"], rule(coverage(shop, "2d"), "everything")["orders"])


def test_what_people_moved_by_hand_is_told_with_the_tag_it_shares(shop: Shop):
    with shop.context() as ctx:
        for number in ("1", "2", "3"):
            by_hand.route_to(ctx, number, "west", {}, "", "the east breaks mugs")
    route(shop, at="2026-11-21T15:00:00Z")

    value = coverage(shop)

    assert [
        {
            "rule": "location/everything",
            "from": "east",
            "to": "west",
            "orders": 3,
            "of": 6,
            "tag": "fragile",
            "tagged": 3,
            "tagged_of": 4,
        }
    ] == value["moved"]
    assert (3, []) == (value["by_hand"], value["gone"])


def test_what_was_redacted_is_left_out_and_said(shop: Shop):
    db = sqlite3.connect(shop.store)
    db.execute("UPDATE decision_blocks SET content = NULL")
    db.commit()
    db.close()

    assert (0, 6) == (coverage(shop)["decisions"], coverage(shop)["redacted"])
