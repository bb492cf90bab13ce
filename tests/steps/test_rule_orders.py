"""Rule diff without a store: the orders of a file under two versions of the rules."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import UsageError
from orderctl.steps import rule_orders
from orderctl.steps.rule_diff import Diff
from tests.shop import RULES, Shop, a_shop, an_order_row

WEST_FIRST = RULES.replace('["east", "west"]', '["west", "east"]')


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return a_shop(tmp_path)


def diff(shop: Shop, rules: str, *rows: dict[str, Any] | str, stock: Path | None = None) -> Diff:
    lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
    orders = shop.write("some.jsonl", "".join(f"{line}\n" for line in lines))
    return rule_orders.of_file(shop.config, None, shop.write("new.toml", rules), orders, stock)


def changed(found: Diff) -> dict[str, str]:
    return {row["order"]: row["rule"] for row in found.orders}


def test_the_rules_compared_with_themselves_change_nothing_and_need_no_store(shop: Shop):
    found = diff(shop, RULES, an_order_row("1"), an_order_row("2", "RING-1"))

    assert (2, 2, False) == (found.tally.compared, found.tally.same, shop.store.exists())


def test_an_order_goes_elsewhere_with_plenty_of_stock_everywhere(shop: Shop):
    found = diff(shop, WEST_FIRST, an_order_row("1", "MUG*24"), an_order_row("2", "RING-1"))

    assert {"web/1": "location/everything"} == changed(found)


def test_stock_from_a_file_is_all_there_is(shop: Shop):
    stock = shop.write("stock.csv", "location,sku,quantity\neast,MUG,5\n")

    assert {} == changed(diff(shop, WEST_FIRST, an_order_row("1", "MUG"), stock=stock))
    with pytest.raises(UsageError, match="did you mean 'east'"):
        diff(shop, RULES, stock=shop.write("wrong.csv", "location,sku,quantity\neasst,MUG,5\n"))


def test_a_channel_that_is_not_live_yet_counts_as_live(shop: Shop):
    found = diff(shop, WEST_FIRST, an_order_row("1", placed_at="2020-01-01T10:00:00Z", channel="market"))

    assert {"market/1": "location/everything"} == changed(found)


def test_an_order_is_decided_at_the_moment_it_was_placed(shop: Shop):
    monday = RULES + '\n[[enhance]]\nname = "monday"\nwhen.now.weekday = "mon"\nthen.add_tags = ["monday"]\n'
    rows = [an_order_row(str(day), placed_at=f"2026-11-{day}T15:00:00Z") for day in (16, 17)]

    assert {"web/16": "enhance/monday"} == changed(diff(shop, monday, *rows))


def test_amounts_and_addresses_are_looked_at_as_on_saving(shop: Shop):
    held = RULES + '\n[[hold]]\nname = "address"\nwhen.address = "invalid"\nthen.hold = "address"\n'
    rows = [
        an_order_row("1", ship_to=an_order_row("0")["ship_to"] | {"country": "XX"}),
        an_order_row("2", total="400.00"),
    ]

    found = diff(shop, held, *rows)

    assert {"web/1": "hold/address"} == changed(found)
    assert [] == [row for row in found.orders if row["order"] == "web/2"]
    west = diff(shop, WEST_FIRST, rows[1])
    assert (1, {}) == (west.tally.compared, changed(west))  # its amounts hold it, whatever the rules say


def test_lines_that_are_no_orders_are_named_and_the_others_compared(shop: Shop):
    found = diff(
        shop,
        WEST_FIRST,
        an_order_row("1"),
        "{nonsense",
        an_order_row("2", currency="XXX"),
        an_order_row("3", channel="wbe"),
    )

    assert (1, 3) == (found.tally.compared, found.refused_lines)
    assert [
        ("line 2", "the order is not JSON"),
        ("line 3", "currency 'XXX' is not"),
        ("line 4", "channel 'wbe' is not "),
    ] == [(one["where"][-6:], one["message"][:21]) for one in found.refused]
    assert "did you mean 'web'?" in found.refused[2]["message"]


def test_a_file_that_holds_no_lines_of_orders_is_refused(shop: Shop):
    with pytest.raises(UsageError, match="is a JSON list, not JSONL"):
        diff(shop, RULES, "[", json.dumps(an_order_row("1")), "]")
    with pytest.raises(UsageError, match="cannot be read: No such file"):
        rule_orders.of_file(shop.config, None, shop.folder / "rules.toml", shop.folder / "nowhere.jsonl")
