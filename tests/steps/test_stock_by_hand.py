from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import ConfigError, Exit, UsageError
from orderctl.steps import run, stock_by_hand, views
from orderctl.steps.report import Report
from orderctl.steps.stock import stock_import
from orderctl.store import care as store_care
from tests.shop import CHANNELS, Shop, a_shop, an_order_row


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    shop = a_shop(tmp_path)
    shop.run()
    return shop


def counted(shop: Shop, rows: str, location: str = "east", **options: Any) -> Report:
    full = options.pop("full", False)
    with shop.context(**options) as ctx:
        return stock_by_hand.count(ctx, location, shop.write("count.csv", "sku,quantity\n" + rows), full=full)


def on_hand(shop: Shop, location: str = "east") -> dict[str, int]:
    return {row["sku"]: row["on_hand"] for row in shop.ask(views.stock_show) if row["location"] == location}


def reasons(shop: Shop, sku: str = "MUG") -> list[tuple[str, str, int]]:
    return [(row["location"], row["reason"], row["delta"]) for row in shop.ask(views.stock_history, sku)]


def states(shop: Shop) -> dict[str, str]:
    return {row["number"]: row["state"] for row in shop.ask(views.orders_list)}


def waiting(shop: Shop) -> list[str]:
    return [one["subject"] for one in shop.ask(views.exceptions_list)]


def planned(shop: Shop, *units: int) -> None:
    """Orders 1, 2, ... for so many mugs, placed one after another, planned and not handed over."""
    rows = [
        an_order_row(str(at), f"MUG*{count}", placed_at=f"2026-11-20T{9 + at:02}:00:00Z")
        for at, count in enumerate(units, 1)
    ]
    shop.orders("web", *rows)
    with shop.context() as ctx:
        run.run(ctx, only=("pull", "route"))


def fallen(report: Report) -> dict[str, str]:
    return {one["reference"]: one["outcome"] for item in report.items for one in item["unkept"]}


def sound(shop: Shop) -> None:
    with shop.context(write=False) as ctx:
        assert {} == {name: wrong for name, wrong in store_care.check(ctx.db) if wrong}


def test_a_count_posts_the_differences_and_lists_them(shop: Shop):
    report = counted(shop, "MUG,8\nTEE,5\nHAT,2\n")

    assert [("HAT", 0, 2, 2), ("MUG", 10, 8, -2)] == [
        tuple(item[name] for name in ("sku", "on_hand", "counted", "difference")) for item in report.items
    ]
    assert {"MUG": 8, "TEE": 5, "HAT": 2, "RING-1": 2, "LAMP": 0} == {"LAMP": 0} | on_hand(shop)
    assert ("east", "count", -2) == reasons(shop)[0]
    sound(shop)


def test_what_a_full_count_leaves_out_is_not_there(shop: Shop):
    counted(shop, "MUG,10\n", full=True)

    assert {"MUG": 10} == {sku: units for sku, units in on_hand(shop).items() if units}
    assert 4 == on_hand(shop, "west")["MUG"]


def test_a_dry_run_of_a_count_says_the_same_and_changes_nothing(shop: Shop):
    planned(shop, 3, 3)

    said = counted(shop, "MUG,3\n", dry_run=True)

    assert {"WEB-2-1": "planned anew"} == fallen(said)
    assert 10 == on_hand(shop)["MUG"]
    assert said.items == counted(shop, "MUG,3\n").items


def test_what_is_only_planned_is_planned_anew_the_last_in_turn_first(shop: Shop):
    planned(shop, 3, 3, 3)

    report = counted(shop, "MUG,4\n")

    assert {"WEB-3-1": "planned anew", "WEB-2-1": "planned anew"} == fallen(report)
    assert Exit.OK == report.exit
    shop.run()
    assert {"1": "dispatched", "2": "dispatched", "3": "backordered"} == states(shop)
    assert [] == waiting(shop)
    sound(shop)


def test_what_a_location_has_in_hand_waits_for_a_person(shop: Shop):
    shop.orders("web", an_order_row("1", "MUG*6"))
    shop.run()

    report = counted(shop, "MUG,4\n")

    assert ({"WEB-1-1": "dispatched: waits for a person"}, Exit.ATTENTION) == (fallen(report), report.exit)
    assert ["east MUG"] == waiting(shop)
    counted(shop, "MUG,6\n")
    assert [] == waiting(shop)
    sound(shop)


def test_less_by_an_adjustment_or_a_move_is_told_in_the_same_way(shop: Shop):
    planned(shop, 5, 5)
    with shop.context() as ctx:
        assert {"WEB-2-1": "planned anew"} == fallen(stock_by_hand.adjust(ctx, "MUG", "east", -1, "damaged"))
        assert {} == fallen(stock_by_hand.move(ctx, "MUG", "east", "west", 4))
        assert {"WEB-1-1": "planned anew"} == fallen(stock_by_hand.move(ctx, "MUG", "east", "west", 1))
    sound(shop)


def test_a_move_leaves_one_location_and_comes_to_the_other(shop: Shop):
    with shop.context() as ctx:
        stock_by_hand.move(ctx, "MUG", "east", "west", 4)

    assert (6, 8) == (on_hand(shop)["MUG"], on_hand(shop, "west")["MUG"])
    assert [("west", "transfer_in", 4), ("east", "transfer_out", -4)] == reasons(shop)[:2]


def test_units_that_came_wake_the_orders_that_wait_for_them(shop: Shop):
    shop.config.write_text(CHANNELS)
    shop.orders("web", an_order_row("1", "LAMP*5"))
    shop.run()
    assert {"1": "backordered"} == states(shop)

    counted(shop, "LAMP,5\n")
    shop.run()

    assert {"1": "dispatched"} == states(shop)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("MUG", "east", "west", 11), "east has 10 of MUG, not 11"),
        (("MUG", "east", "east", 1), "is no move"),
        (("MUG", "east", "west", 0), "0 is not from 1 to"),
        (("MUGG", "east", "west", 1), "there is no SKU 'MUGG'; did you mean 'MUG'"),
        (("MUG", "east", "wets", 1), "there is no location 'wets'; did you mean 'west'"),
        (("MUG", "east", "acme", 1), "'acme' has unlimited stock"),
    ],
)
def test_a_move_that_cannot_be_leaves_no_trace(shop: Shop, arguments: tuple[str, str, str, int], words: str):
    before = reasons(shop)
    with shop.context() as ctx:
        passes = ctx.db.execute("SELECT count(*) FROM passes").fetchone()
        with pytest.raises(UsageError, match=words):
            stock_by_hand.move(ctx, *arguments)
        assert passes == ctx.db.execute("SELECT count(*) FROM passes").fetchone()

    assert before == reasons(shop)


@pytest.mark.parametrize(
    ("rows", "words"),
    [
        ("MUG,1\nMUG,2\n", "count.csv:3: counts MUG once more; it stands in line 2 already"),
        ("MUG,-1\n", "count.csv:2: is not a whole number"),
        ("MUG,1\n,3\n", "count.csv:3: lacks a SKU"),
    ],
)
def test_a_wrong_row_of_a_count_is_named_and_nothing_is_taken(shop: Shop, rows: str, words: str):
    with pytest.raises(ConfigError) as error:
        counted(shop, rows)

    assert words in str(error.value)
    assert 10 == on_hand(shop)["MUG"]


def test_a_count_speaks_of_one_location(shop: Shop):
    file = shop.write("count.csv", "sku,quantity,location\nMUG,1,east\nMUG,1,west\n")
    with shop.context() as ctx, pytest.raises(ConfigError, match="is about west"):
        stock_by_hand.count(ctx, "east", file)

    with shop.context() as ctx, pytest.raises(UsageError, match="'acme' has unlimited stock"):
        stock_by_hand.count(ctx, "acme", file)


def test_a_feed_made_before_a_count_does_not_undo_it(shop: Shop):
    """S03: late, and about a SKU that was counted since."""
    counted(shop, "MUG,8\n", at="2036-11-20T15:00:00Z")
    feed = shop.write("late.csv", "sku,quantity\nMUG,10\nTEE,4\n")
    moment = datetime(2036, 11, 20, 14, tzinfo=UTC).timestamp()
    os.utime(feed, (moment, moment))
    with shop.context() as ctx:
        stock_import(ctx, feed, "east")
    assert (8, 4) == (on_hand(shop)["MUG"], on_hand(shop)["TEE"])

    os.utime(feed, (moment + 7200, moment + 7200))
    with shop.context() as ctx:
        stock_import(ctx, feed, "east")
    assert (10, 4) == (on_hand(shop)["MUG"], on_hand(shop)["TEE"])


def test_an_absolute_list_counts_once_however_often_it_comes(shop: Shop):
    """S03."""
    file = shop.write("stock-list.csv", "sku,quantity\nMUG,7\n")
    with shop.context() as ctx:
        stock_import(ctx, file, "east")
        stock_by_hand.adjust(ctx, "MUG", "east", 3, "received")
        stock_import(ctx, file, "east")
    moment = datetime(2026, 1, 1, tzinfo=UTC).timestamp()
    late = shop.write("older.csv", "sku,quantity\nMUG,1\n")
    os.utime(late, (moment, moment))
    with shop.context() as ctx:
        stock_import(ctx, late, "east")

    assert 10 == on_hand(shop)["MUG"]


def test_reasons_of_ones_own_are_reasons(shop: Shop):
    shop.config.write_text(CHANNELS + '\n[stock]\nreasons = ["photo shoot"]\n')
    with shop.context() as ctx:
        stock_by_hand.adjust(ctx, "MUG", "east", -1, "photo shoot")
        with pytest.raises(UsageError, match="did you mean 'photo shoot'"):
            stock_by_hand.adjust(ctx, "MUG", "east", -1, "photo shot")

    assert ("east", "photo shoot", -1) == reasons(shop)[0]


@pytest.mark.parametrize("how", ["import", "feed"])
def test_a_list_below_what_is_promised_says_which_orders_came_last(shop: Shop, how: str):
    """Nothing is taken back; a person is told."""
    planned(shop, 8, 2)
    moment = datetime(2036, 1, 1, tzinfo=UTC).timestamp()
    shop.stock(east={"MUG": 7})
    os.utime(shop.folder / "stock/east.csv", (moment, moment))
    with shop.context() as ctx:
        if how == "import":
            reports = [stock_import(ctx, shop.folder / "stock/east.csv", "east")]
        else:
            reports = run.run(ctx, only=("collect",))

    (problem,) = [one for report in reports for one in report.problems]
    assert ("oversold", "east MUG", Exit.ATTENTION) == (problem.code, problem.subject, reports[0].exit)
    assert problem.message.endswith("3 too many; the latest orders: WEB-2 of web, WEB-1 of web")
