"""Killed at any instant, the next pass ends where one that was never interrupted ends."""

from __future__ import annotations

import os
import signal
import sqlite3
from collections.abc import Callable
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

from orderctl.core import failpoints
from tests.forking import ended
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

#: What a pass leaves that may differ after a kill: the rows about runs themselves.
_ABOUT_RUNS = {"passes", "_sqlite_migrations"}
_IN_PIECES = {"order_search_data", "order_search_idx"}  # the index lies in pieces, one a transaction
_OF_A_RUN = {"pass_id", "event_id", "installation", "started_at"}


def a_busy_shop(folder: Path) -> Shop:
    shop = a_shop(folder, CHANNELS.replace('push = ["tracking"]', 'push = ["tracking", "stock"]', 1))
    shop.orders(
        "web",
        an_order_row("1001"),
        an_order_row("1002", "TEE", "LAMP"),
        an_order_row("1003", "TEE*9"),
        an_order_row("1004", "MUG*30", ship_by="2026-11-20T12:00:00Z"),
        an_order_row("1005", "RING-1"),
        an_order_row("1006", "UNKNOWN"),
        an_order_row("1007", "MUG*-1"),
        "{",
    )
    shop.orders("market", an_order_row("77", "MUG", "LAMP"))
    return shop


def answer(shop: Shop) -> None:
    """What the locations say after the first pass: shipped, a split order's parts, a rejection, an unknown one.

    And that one of them has nothing any more, which nobody believes.
    """
    shop.stock(west={"MUG": 0, "LAMP": 0})
    shop.answers("east", "a", "WEB-1001-1,shipped,,,UPS,1Z1,", "WEB-1002-1,acknowledged,,,,,")
    shop.answers("west", "a", "WEB-1002-2,shipped,lamp,1,UPS,1Z3,", "MARKET-77-1,short,lamp,1,,,broken")
    shop.answers("acme", "a", "WEB-1005-1,rejected,,,,,no gold", "WEB-9-1,shipped,,,UPS,1Z9,")


def a_pass(shop: Shop) -> None:
    shop.run()


def in_child(work: Callable[[], object], reached: Callable[[str], None]) -> int:
    """Do `work` in a forked process whose failpoints call `reached`; its wait status."""

    def watched() -> None:
        failpoints.reached = reached
        work()

    return ended(watched)


def go_on(name: str, /) -> None:
    """Nothing happens at any failpoint."""


def kill_at(count: int) -> Callable[[str], None]:
    seen = 0

    def reached(name: str, /) -> None:
        nonlocal seen
        seen += 1
        if seen == count:
            os.kill(os.getpid(), signal.SIGKILL)

    return reached


def points_of(shop: Shop, work: Callable[[Shop], object] = a_pass) -> list[str]:
    """The failpoints that `work` (one pass) over `shop` reaches, in order."""
    names: list[str] = []
    old = failpoints.reached
    failpoints.reached = names.append
    try:
        work(shop)
    finally:
        failpoints.reached = old
    return names


def story(shop: Shop) -> dict[str, Any]:
    """Everything that must be the same: the store's rows, and the bytes of every file handed over."""
    found: dict[str, Any] = dict(shop.files())
    with closing(sqlite3.connect(shop.store)) as db:
        tables = [row[0] for row in db.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
        for table in set(tables) - _ABOUT_RUNS - _IN_PIECES:
            cursor = db.execute(f"SELECT * FROM {table}")  # noqa: S608
            names = [column[0] for column in cursor.description]
            rows = [
                tuple(
                    value
                    for name, value in zip(names, row, strict=True)
                    if name not in _OF_A_RUN and not (table == "effects" and name == "key")
                )
                for row in cursor
            ]
            # a copied shop's files have other inodes, so what is remembered of those differs
            found[table] = sorted(repr(row) for row in rows if table != "meta" and "stat:" not in repr(row))
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
    return found


def test_killed_at_every_failpoint_of_two_passes_nothing_is_lost_or_sent_twice(tmp_path):
    """First pass: orders in, batches out. Second pass: answers in, a rejection re-routed, tracking out."""
    first = a_busy_shop(tmp_path / "first")
    second = first.copy(tmp_path / "second")
    points = points_of(second)
    after_first = story(second)
    answer(second)
    second_start = second.copy(tmp_path / "second-start")
    more_points = points_of(second)
    after_second = story(second)

    for start, names, expected in ((first, points, after_first), (second_start, more_points, after_second)):
        for count, name in enumerate(names, 1):
            shop = start.copy(tmp_path / f"{start.folder.name}-{count}")
            status = in_child(partial(a_pass, shop), kill_at(count))
            assert os.WIFSIGNALED(status), f"not killed at {count} ({name})"

            assert 0 == in_child(partial(a_pass, shop), go_on), f"the pass after {count} ({name})"

            assert expected == story(shop), f"killed at failpoint {count} ({name})"
    print(f"\n{len(points) + len(more_points)} kill points, 0 violations")  # noqa: T201


def test_every_step_that_writes_or_sends_has_failpoints(tmp_path):
    shop = a_busy_shop(tmp_path / "shop")
    names = set(points_of(shop))
    answer(shop)
    names |= set(points_of(shop))

    for name in (
        *("pull.page.commit", "pull.page.committed", "collect.page.committed", "route.apply.committed"),
        *("files.staged", "dispatch.sending.committed", "journal.noted", "files.published", "dispatch.delivered"),
        *("dispatch.receipt.committed", "push.sending.committed", "push.delivered", "push.receipt.committed"),
        *("publish.reckon.committed", "publish.sending.committed", "publish.delivered", "publish.receipt.committed"),
        *("feeds.aside.committed", "deadlines.review.committed"),
    ):
        assert name in names
