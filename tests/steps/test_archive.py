"""Old orders move to another file, and no sum changes by it."""

from __future__ import annotations

import os
import shutil
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import UsageError
from orderctl.steps import archive, care, views
from tests.shop import Shop, a_shop, an_order_row
from tests.steps.test_crash import go_on, in_child, kill_at, points_of

LATER, MUCH_LATER = "2026-11-21T15:00:00Z", "2027-01-20T15:00:00Z"


def an_old_shop(folder: Path) -> Shop:
    """Order 1 has left long ago, order 2 waits still."""
    shop = a_shop(folder)
    shop.orders("web", an_order_row("1", "MUG*2"), an_order_row("2", "LAMP"))
    shop.run()
    shop.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    shop.run(at=LATER)
    return shop


def put_away(shop: Shop) -> Any:
    with shop.context(at=MUCH_LATER) as ctx:
        return archive.archive(ctx, "30d", shop.folder / "old.db")


def shown(shop: Shop, name: str) -> Any:
    with shop.context(write=False) as ctx:
        return archive.archived(ctx, shop.folder / "old.db", name)


def stock_of(shop: Shop) -> list[tuple[Any, ...]]:
    with shop.context(write=False) as ctx:
        return ctx.db.execute("SELECT * FROM stock_levels ORDER BY sku, location").fetchall()


def wrong(shop: Shop) -> list[str]:
    with shop.context(write=False) as ctx:
        return [item["check"] for item in care.db_check(ctx, deep=True).items if item["wrong"]]


def test_an_old_order_is_shown_from_the_archive_as_it_was(tmp_path):
    shop = an_old_shop(tmp_path)
    before = shop.ask(views.order_show, "web/1")

    assert {"orders archived": 1} == put_away(shop).counts
    assert before == shown(shop, "WEB-1-1")
    assert "" == shop.ask(views.order_show, "web/1")["ship_to"]["name"]
    assert 0o600 == (tmp_path / "old.db").stat().st_mode & 0o777


def test_no_sum_changes_and_the_store_stays_sound(tmp_path):
    shop = an_old_shop(tmp_path)
    before = stock_of(shop)
    put_away(shop)

    assert (before, []) == (stock_of(shop), wrong(shop))


def test_an_order_that_is_not_over_stays_whole(tmp_path):
    shop = an_old_shop(tmp_path)
    before = shop.ask(views.order_show, "web/2")
    put_away(shop)

    assert before == shop.ask(views.order_show, "web/2")
    with pytest.raises(UsageError, match="no order"):
        shown(shop, "web/2")


def test_an_archived_order_does_not_come_in_as_new(tmp_path):
    shop = an_old_shop(tmp_path)
    put_away(shop)
    shop.orders("web9", an_order_row("1", "MUG*2"))
    before = shop.files()
    shop.run(at=MUCH_LATER)

    assert before == shop.files()


def test_another_file_is_never_taken_for_an_archive(tmp_path):
    shop = an_old_shop(tmp_path)
    shop.write("old.db", "mine")

    with pytest.raises(UsageError, match="no archive"):
        put_away(shop)
    assert "mine" == (tmp_path / "old.db").read_text()


def test_killed_anywhere_nothing_is_lost(tmp_path):
    start = an_old_shop(tmp_path / "start")
    expected = start.ask(views.order_show, "web/1")
    for count, name in enumerate(points_of(start.copy(tmp_path / "counted"), put_away), 1):
        shop = start.copy(tmp_path / str(count))
        assert os.WIFSIGNALED(in_child(partial(put_away, shop), kill_at(count))), name
        assert 0 == in_child(partial(put_away, shop), go_on), name

        assert expected == shown(shop, "web/1"), name
        assert [] == wrong(shop)
        shutil.rmtree(shop.folder)
