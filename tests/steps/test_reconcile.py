from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import reconcile, stock_by_hand
from orderctl.steps.report import Report
from orderctl.steps.stock import stock_import
from tests.shop import Shop, a_shop

YESTERDAY, TODAY = "2026-11-19", "2026-11-20T15:00:00Z"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """What lay there was counted two days ago: 100 mugs and 100 shirts in the east, 50 mugs in the west."""
    shop = a_shop(tmp_path, stock=False)
    feed(shop, "2026-11-18T12:00:00Z", "east,MUG,100\neast,TEE,100\nwest,MUG,50\n")
    return shop


def feed(shop: Shop, at: str, rows: str) -> None:
    file = shop.write(f"feed-{at[:13]}.csv", "location,sku,quantity\n" + rows)
    moment = datetime.fromisoformat(at).timestamp()
    os.utime(file, (moment, moment))
    with shop.context(at=at) as ctx:
        stock_import(ctx, file)


def adjusted(shop: Shop, units: int, reason: str, sku: str = "MUG", location: str = "east", at: str = "") -> None:
    with shop.context(at=at or f"{YESTERDAY}T16:00:00Z") as ctx:
        stock_by_hand.adjust(ctx, sku, location, units, reason)


def reconciled(shop: Shop, *arguments: Any, **options: Any) -> Report:
    with shop.context(write=False, at=TODAY) as ctx:
        return reconcile.stock_reconcile(ctx, *arguments, **options)


def east(report: Report) -> dict[str, Any]:
    return next(item for item in report.items if item["location"] == "east")


def test_a_day_adds_up_to_what_was_counted_when_it_was_over(shop: Shop):
    adjusted(shop, 30, "received")
    adjusted(shop, -12, "shipped")
    adjusted(shop, -3, "damaged")
    feed(shop, f"{YESTERDAY}T20:00:00Z", "east,MUG,115\neast,TEE,100\n")

    report = reconciled(shop)

    names = ("date", "opening", "received", "shipped", "adjusted", "expected", "found")
    assert (YESTERDAY, 200, 30, -12, -3, 215, 215) == tuple(east(report)[name] for name in names)
    assert ([], True, Exit.OK) == (east(report)["differences"], east(report)["within"], report.exit)


def test_a_feed_that_counts_otherwise_is_a_difference(shop: Shop):
    adjusted(shop, -10, "shipped")
    feed(shop, f"{YESTERDAY}T20:00:00Z", "east,MUG,85\neast,TEE,101\n")

    report = reconciled(shop)

    assert Exit.CHECK == report.exit
    assert [("MUG", 90, 85, -5), ("TEE", 100, 101, 1)] == [tuple(one.values()) for one in east(report)["differences"]]
    assert ("3.16", f"{YESTERDAY}T20:00:00Z") == (east(report)["share"], east(report)["feed_counted_at"])
    assert ["stock_difference"] == [problem.code for problem in report.problems]


def test_a_difference_within_the_threshold_is_listed_and_no_more(shop: Shop):
    feed(shop, f"{YESTERDAY}T20:00:00Z", "east,MUG,98\n")

    report = reconciled(shop)

    assert (Exit.OK, 1) == (report.exit, len(east(report)["differences"]))
    assert Exit.CHECK == reconciled(shop, threshold="0.99%").exit
    assert Exit.OK == reconciled(shop, YESTERDAY, "west", "0").exit


def test_the_first_count_of_a_sku_is_where_its_ledger_begins(shop: Shop):
    report = reconciled(shop, "2026-11-18")

    assert (200, 200, []) == tuple(east(report)[name] for name in ("received", "found", "differences"))
    assert Exit.OK == report.exit


def test_a_day_is_the_locations_own(shop: Shop):
    """One o'clock in the morning in London is still yesterday in New York, where the shop is."""
    adjusted(shop, 5, "received", at="2026-11-20T01:00:00Z")
    adjusted(shop, 7, "received", at="2026-11-20T06:00:00Z")

    assert 5 == east(reconciled(shop))["received"]
    assert 7 == east(reconciled(shop, "2026-11-20"))["received"]


def test_a_level_that_its_moves_do_not_add_up_to_is_a_difference(shop: Shop):
    with shop.context() as ctx:
        ctx.db.execute("UPDATE stock_levels SET on_hand = 99 WHERE sku = 'TEE' AND location = 'east'")

    report = reconciled(shop)

    assert Exit.CHECK == report.exit
    assert [{"sku": "TEE", "moves": 100, "level": 99}] == east(report)["wrong_levels"]


def test_goods_carried_between_locations_are_no_difference(shop: Shop):
    with shop.context(at=f"{YESTERDAY}T16:00:00Z") as ctx:
        stock_by_hand.move(ctx, "MUG", "east", "west", 20)
    feed(shop, f"{YESTERDAY}T20:00:00Z", "east,MUG,80\nwest,MUG,70\n")

    assert [(0, -20), (20, 0)] == [(item["received"], item["shipped"]) for item in reconciled(shop).items]
    assert Exit.OK == reconciled(shop).exit


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("yesterday",), "is not a day"),
        (("2026-11-21",), "has not begun"),
        (("", "wets"), "did you mean 'west'"),
        (("", "", "much"), "is not a percentage"),
        (("", "", "-1"), "is not a percentage"),
    ],
)
def test_a_day_or_share_that_is_none_is_a_wrong_argument(shop: Shop, arguments: tuple[str, ...], words: str):
    with pytest.raises(UsageError, match=words):
        reconciled(shop, *arguments)
