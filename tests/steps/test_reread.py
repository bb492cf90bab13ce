"""What a list never tells is found all the same: open orders are asked for by their ids, the last days walked daily."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import by_hand, reread
from tests.channels.http_contract import Between
from tests.channels.woocommerce_shop import KEY, SECRET, WooShop, a_woo_line, a_woo_order
from tests.partner import Reply, partner
from tests.shop import CHANNELS, RULES, Shop, a_shop

FILES = 'type = "file"\npath = "orders/web*.jsonl"\n'
WOO = 'type = "woocommerce"\nconsumer_key = "env:WOO_KEY"\nconsumer_secret = "env:WOO_SECRET"\nbase_url = "{}"\n{}\n'
HELD = RULES.replace('when.total = ">= 500"', 'when.total = ">= 1"')
NOON, AFTERNOON, EVENING = "2026-11-20T12:00:00Z", "2026-11-20T18:00:00Z", "2026-11-21T01:00:00Z"
NEXT_DAY, LATER = "2026-11-21T12:30:00Z", "2026-11-21T14:00:00Z"


@pytest.fixture(autouse=True)
def _keys(monkeypatch):
    monkeypatch.setenv("WOO_KEY", KEY)
    monkeypatch.setenv("WOO_SECRET", SECRET)


@contextlib.contextmanager
def selling(woo: Any, folder: Path, more: str = "", rules: str = HELD) -> Iterator[tuple[Shop, list[str]]]:
    """A shop that sells by `woo`, and the ids of single orders it was asked for, as they come."""
    asked: list[str] = []

    def answer(one: Any) -> Reply:
        last = urlsplit(one.path).path.rpartition("/orders/")[2]
        asked.extend([last] if last.isdigit() and one.method == "GET" else [])
        reply: Reply = woo.answer(one)
        return reply

    with partner(answer=answer) as served:
        yield a_shop(folder, CHANNELS.replace(FILES, WOO.format(served.url, more)), rules=rules), asked


def states(shop: Shop) -> dict[str, str]:
    with shop.context(write=False) as ctx:
        return dict(ctx.db.execute("SELECT number, state FROM orders WHERE channel = 'web'"))


def waiting(shop: Shop) -> list[tuple[str, str]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT code, subject FROM exceptions WHERE closed_at IS NULL").fetchall()


def test_a_cancellation_that_no_list_tells_is_found(tmp_path):
    woo = WooShop([a_woo_order(1), a_woo_order(2, 7_200)])
    with selling(woo, tmp_path) as (shop, asked):
        shop.run(at=NOON)
        assert {"1": "held", "2": "held"} == states(shop)
        woo.orders[1]["status"] = "cancelled"  # and nothing says that it changed

        shop.run(at=AFTERNOON)
        assert [] == asked, "six hours are no age"

        code, reports = shop.run(at=EVENING)

    assert ({"1": "cancelled", "2": "held"}, ["1", "2"]) == (states(shop), asked)
    assert (Exit.OK, 2, 1) == (code, *(reports[0].counts[name] for name in ("asked for again", "changed")))


def test_each_is_asked_for_once_in_its_time(tmp_path):
    woo = WooShop([a_woo_order(1)])
    with selling(woo, tmp_path) as (shop, asked):
        for at in (NOON, EVENING, "2026-11-21T02:00:00Z", "2026-11-21T12:00:00Z"):
            shop.run(at=at)
        assert ["1"] == asked
        shop.run(at="2026-11-21T13:30:00Z")
        assert ["1", "1"] == asked


def test_what_has_left_is_not_asked_for_again(tmp_path):
    woo = WooShop([a_woo_order(1, status="completed"), a_woo_order(2, 60, status="cancelled")])
    with selling(woo, tmp_path) as (shop, asked):
        shop.run(at=NOON)
        shop.run(at=EVENING)

    assert [] == asked


def test_a_pass_asks_for_a_few_the_oldest_first(tmp_path, monkeypatch):
    monkeypatch.setattr(reread, "MOST", 3)
    woo = WooShop([a_woo_order(number, 60 * number) for number in range(1, 6)])
    with selling(woo, tmp_path) as (shop, asked):
        shop.run(at=NOON)
        shop.run(at=EVENING)
        assert ["1", "2", "3"] == asked
        shop.run(at=EVENING)
        assert ["1", "2", "3", "4", "5"] == asked
        shop.run(at=EVENING)
        assert 5 == len(asked)


def test_it_can_be_more_often_or_never(tmp_path):
    for folder, more, expected in (("often", 'reread_open = "1 h"', ["1"]), ("never", 'reread_open = "0 h"', [])):
        woo = WooShop([a_woo_order(1)])
        with selling(woo, tmp_path / folder, more) as (shop, asked):
            shop.run(at=NOON)
            shop.run(at=AFTERNOON)
        assert expected == asked


def test_an_order_that_is_gone_there_is_told_once_and_closes_with_its_cause(tmp_path):
    woo = WooShop([a_woo_order(1), a_woo_order(2, 60)])
    with selling(woo, tmp_path) as (shop, _):
        shop.run(at=NOON)
        lost = {number: woo.orders.pop(number) for number in (1, 2)}
        code, _ = shop.run(at=EVENING)
        assert (Exit.ATTENTION, [("gone_there", "WEB-1"), ("gone_there", "WEB-2")]) == (code, waiting(shop))
        assert {"1": "held", "2": "held"} == states(shop), "nobody cancels for that"

        woo.orders[1] = lost[1]
        with shop.context() as ctx:
            by_hand.cancel(ctx, "WEB-2", {}, "deleted there")
        assert Exit.OK == shop.run(at=LATER)[0]

    assert [("cancel_not_pushed", "WEB-2")] == waiting(shop)


@pytest.mark.parametrize(
    ("reply", "problems"),
    [
        (Reply(429, headers={"retry-after": "1000000"}), []),
        (Reply(400, b'{"code": "odd", "message": "No.", "data": {"status": 400}}'), ["refused"]),
        (Reply(401), ["denied"]),
    ],
)
def test_a_channel_that_will_not_say_keeps_nothing_else_back(tmp_path, reply, problems):
    between = Between(WooShop([a_woo_order(1)]))
    with selling(between, tmp_path, rules=RULES) as (shop, _):
        between.matches = lambda asked: urlsplit(asked.path).path.endswith("/orders/1")
        shop.run(at=NOON)
        between.faults = [reply] * 6
        code, reports = shop.run(at=EVENING)

    assert (Exit.REMOTE if problems else Exit.OK) == code
    assert len(problems) == len(reports[0].problems)


def test_one_that_is_refused_does_not_take_the_turn_of_the_others(tmp_path, monkeypatch):
    monkeypatch.setattr(reread, "MOST", 1)
    between = Between(WooShop([a_woo_order(1), a_woo_order(2, 60)]))
    with selling(between, tmp_path) as (shop, asked):
        between.matches = lambda one: urlsplit(one.path).path.endswith("/orders/1")
        shop.run(at=NOON)
        between.faults = [Reply(400, b"{}")]
        shop.run(at=EVENING)
        shop.run(at=EVENING)

    assert ["1", "2"] == asked


def test_once_a_day_the_last_days_are_walked_again(tmp_path):
    """An order that came to light long after its moment of change, further back than any overlap."""
    woo = WooShop([a_woo_order(2, 36_000)])
    with selling(woo, tmp_path) as (shop, _):
        shop.run(at="2026-11-20T19:00:00Z")
        woo.orders[1] = a_woo_order(1, 60, line_items=[a_woo_line(12)])
        shop.run(at="2026-11-20T20:00:00Z")
        assert {"2"} == set(states(shop)), "its moment is long over"

        shop.run(at="2026-11-21T20:00:00Z")
        assert {"1", "2"} == set(states(shop))
        assert [] == waiting(shop)


def test_it_is_walked_once_and_no_position_moves_back(tmp_path):
    woo = WooShop([a_woo_order(number, 60 * number) for number in range(1, 4)])
    lists: list[str] = []
    woo.before_list = lambda: lists.append("list")
    with selling(woo, tmp_path) as (shop, _):
        shop.run(at=NOON)
        with shop.context(write=False) as ctx:
            before = ctx.db.execute("SELECT * FROM cursors WHERE source = 'channel:web'").fetchall()
        lists.clear()
        shop.run(at=NEXT_DAY)
        again = len(lists)
        lists.clear()
        shop.run(at=LATER)

        assert 2 * len(lists) == again
        with shop.context(write=False) as ctx:
            after = ctx.db.execute("SELECT * FROM cursors WHERE source = 'channel:web'").fetchall()
            assert [] == ctx.db.execute("SELECT * FROM cursors WHERE source = 'rescan:web'").fetchall()
    assert [row[:3] for row in before] == [row[:3] for row in after]


def test_a_walk_for_which_there_was_no_time_goes_on_with_the_next_pass(tmp_path):
    woo = WooShop([a_woo_order(1)])
    between = Between(woo)
    with selling(between, tmp_path, 'reread_open = "0 h"') as (shop, _):
        shop.run(at=NOON)
        woo.orders[2] = a_woo_order(2, -80_000)
        between.matches = lambda asked: "modified_after=2026-11-18" in asked.path
        between.faults = [Reply(429, headers={"retry-after": "1000000"})]

        assert Exit.OK == shop.run(at=NEXT_DAY)[0], "everything new was read"
        assert ["1"] == list(states(shop))
        with shop.context(write=False) as ctx:
            assert ctx.db.execute("SELECT * FROM cursors WHERE source = 'rescan:web'").fetchall()

        shop.run(at=LATER)
        with shop.context(write=False) as ctx:
            assert [] == ctx.db.execute("SELECT * FROM cursors WHERE source = 'rescan:web'").fetchall()
    assert ["1", "2"] == sorted(states(shop))


def test_a_walk_that_fails_is_told_and_tried_again(tmp_path):
    between = Between(WooShop([a_woo_order(1)]))
    with selling(between, tmp_path, 'reread_open = "0 h"') as (shop, _):
        shop.run(at=NOON)
        between.matches = lambda asked: "modified_after=2026-11-18" in asked.path
        between.faults = [Reply(403, b"{}")]
        assert Exit.REMOTE == shop.run(at=NEXT_DAY)[0]
        assert Exit.OK == shop.run(at=LATER)[0]


def test_rescan_can_be_turned_off(tmp_path):
    woo = WooShop([a_woo_order(1)])
    lists: list[str] = []
    woo.before_list = lambda: lists.append("list")
    with selling(woo, tmp_path, 'rescan = "0 d"\nreread_open = "0 h"') as (shop, _):
        shop.run(at=NOON)
        first = len(lists)
        shop.run(at=NEXT_DAY)

    assert 2 * first == len(lists)


def test_orders_that_wait_are_found_by_an_index_of_those_that_wait(tmp_path):
    shop = a_shop(tmp_path)
    with shop.context() as ctx:
        plan = ctx.db.execute(
            "EXPLAIN QUERY PLAN SELECT channel_order_id, order_id FROM orders INDEXED BY orders_open_copies"
            " WHERE channel = ? AND read_at <> '' AND read_at < ? AND watched = 0 AND state IN"
            " ('new', 'held', 'backordered', 'routed', 'dispatched', 'partly_shipped') ORDER BY read_at LIMIT ?",
            ("web", NOON, 5),
        ).fetchall()

    assert ["SEARCH orders USING INDEX orders_open_copies (channel=? AND read_at<?)"] == [row[3] for row in plan]


def test_a_dry_run_asks_and_keeps_nothing(tmp_path):
    woo = WooShop([a_woo_order(1)])
    with selling(woo, tmp_path) as (shop, asked):
        shop.run(at=NOON)
        before = shop.store.read_bytes()
        shop.run(at=EVENING, dry_run=True)

        assert ["1"] == asked
        assert before == shop.store.read_bytes()
