"""A store that was put on another host, without its journal: what the host before sent last is found out there."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from orderctl.core.errors import Exit, StoreError, UsageError
from tests.destinations.api_shop import states
from tests.shop import Shop, a_shop, an_order_row
from tests.steps.test_going_back import BACK, LAST, LATER, a_shop_put_back, handed_over, reconcile


def a_shop_elsewhere(folder: Path) -> tuple[Shop, dict[str, bytes]]:
    """As `a_shop_put_back`, but the copy of the store was put into a folder of another host, without its journal."""
    shop, sent = a_shop_put_back(folder / "there")
    there = shop.copy(folder / "here")
    (there.folder / "orderctl.db.effects").unlink()
    return there, sent


def test_a_store_that_was_put_elsewhere_without_its_journal_sends_nothing_until_it_is_reconciled(tmp_path):
    shop, sent = a_shop_elsewhere(tmp_path)

    with pytest.raises(StoreError, match="journal is not here") as refused:
        shop.run(at=BACK)
    assert "orderctl reconcile" == refused.value.next
    report = reconcile(shop)
    shop.run(at=LATER)

    assert (Exit.OK, {"found": 3, "adopted": 2, "told already": 1}) == (report.exit, report.counts)
    assert {"WEB-1-1": 1, "WEB-2-1": 1, "WEB-3-1": 1} == handed_over(shop)
    assert sent == shop.files()


def test_a_journal_from_before_the_store_went_elsewhere_is_not_taken_for_its_own(tmp_path):
    """A goes to B and comes back to A, where A's old journal still lies: what B sent last is not known there."""
    a = a_shop(tmp_path / "a")
    a.orders("web1", an_order_row("1"))
    a.run()
    b = a.copy(tmp_path / "b")
    (b.folder / "orderctl.db.effects").unlink()
    reconcile(b)
    shutil.copy(b.store, a.store)

    with pytest.raises(StoreError, match="is not the one that lies here"):
        a.run(at=LATER)


def test_what_came_after_the_other_host_had_stopped_is_in_no_doubt(tmp_path):
    shop, _ = a_shop_elsewhere(tmp_path)
    (tmp_path / "here" / "out").rename(tmp_path / "here" / "taken")
    for folder in ("east", "west"):
        (tmp_path / "here" / "out" / folder / ".orderctl-staging").mkdir(parents=True)
    shop.orders("web3", an_order_row("4", placed_at="2026-11-20T16:40:00Z"))

    assert Exit.CHECK == reconcile(shop, BACK, "30 min").exit
    shop.run(at=LATER)

    assert {"WEB-1-1": "shipped", "WEB-2-1": "uncertain", "WEB-3-1": "uncertain", "WEB-4-1": "dispatched"} == states(
        shop
    )
    assert {"WEB-1-1": 1, "WEB-2-1": 1, "WEB-3-1": 1, "WEB-4-1": 1} == handed_over(shop)


def test_the_other_host_has_not_stopped_in_the_future(tmp_path):
    shop, _ = a_shop_elsewhere(tmp_path)

    with pytest.raises(UsageError, match="lies in the future"):
        reconcile(shop, BACK, LAST)
