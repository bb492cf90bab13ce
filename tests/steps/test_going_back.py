"""Backup, pass, restore, pass: refused until it was found out what had been sent, and nothing is sent twice."""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
from collections import Counter
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import BusyError, Exit, StoreError, UsageError
from orderctl.steps import by_hand, care, going_back, pausing, restore, run, shipments
from orderctl.steps.report import Report
from tests.destinations.api_fake import KEYED, Warehouse
from tests.destinations.api_shop import an_api_shop, states, waiting
from tests.partner import partner
from tests.shop import CHANNELS, Shop, a_shop, an_order_row
from tests.steps.test_crash import go_on, in_child, kill_at, points_of

LOST, BACK, LATER, LAST = (
    "2026-11-20T16:00:00Z",
    "2026-11-20T17:00:00Z",
    "2026-11-20T18:00:00Z",
    "2026-11-20T19:00:00Z",
)
MOVED = CHANNELS.replace('path = "orders/web*.jsonl"', 'path = "orders/web*.jsonl"\nafter = "move"')
BLIND = CHANNELS.replace(
    'send       = { via = "file", path = "out/acme', 'class = "C"\nsend       = { via = "file", path = "out/acme'
)


def back_up(shop: Shop) -> Path:
    copy = shop.folder / "copy.db"
    with shop.context(write=False) as ctx:
        care.db_backup(ctx, copy)
    return copy


def put_back(shop: Shop) -> None:
    restore.db_restore(shop.config, None, shop.folder / "copy.db", at=BACK)


def reconcile(shop: Shop, at: str = BACK, until: str = "") -> Report:
    with shop.context(at=at, put_back=True) as ctx:
        return going_back.reconcile(ctx, until)


def a_shop_put_back(folder: Path, channels: str = CHANNELS) -> tuple[Shop, dict[str, bytes]]:
    """Order 1 was handed over before the backup, 2 and 3 after it, and 1 had its tracking told after it, too."""
    shop = a_shop(folder, channels)
    shop.orders("web1", an_order_row("1"))
    shop.run()
    back_up(shop)
    shop.orders("web2", an_order_row("2", "MUG*2"), an_order_row("3", "LAMP"))
    shop.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    assert Exit.OK == shop.run(at=LOST)[0]
    sent = shop.files()
    put_back(shop)
    return shop, sent


def handed_over(shop: Shop) -> Counter[str]:
    """How often each reference was handed over, in whatever lies or lay in the folders of the locations."""
    texts = [content.decode() for name, content in shop.files("out", "taken").items() if name.endswith(".csv")]
    return Counter(reference for text in texts for reference in set(re.findall(r"WEB-\d+-\d", text)))


def test_a_store_that_was_put_back_refuses_every_pass_until_it_is_reconciled(tmp_path):
    shop, sent = a_shop_put_back(tmp_path)

    with pytest.raises(StoreError, match="older than its journal") as refused:
        shop.run(at=BACK)
    assert "orderctl reconcile" == refused.value.next
    assert sent == shop.files()

    report = reconcile(shop)
    assert (Exit.OK, []) == (report.exit, report.problems)
    assert Exit.OK == shop.run(at=LATER)[0]
    assert {"WEB-1-1": "shipped", "WEB-2-1": "dispatched", "WEB-3-1": "dispatched"} == states(shop)
    assert sent == shop.files()


def test_numbers_that_were_used_outside_never_come_back(tmp_path):
    shop, sent = a_shop_put_back(tmp_path)
    reconcile(shop)
    shop.orders("web3", an_order_row("4", placed_at=LATER))
    shop.run(at=LATER)

    assert {"out/east/2026-11-20-0003.csv"} == {name for name in shop.files("out") if name not in sent}


def test_what_a_location_took_away_meanwhile_is_left_to_a_person(tmp_path):
    shop, _ = a_shop_put_back(tmp_path)
    (tmp_path / "out").rename(tmp_path / "taken")
    for folder in ("east", "west"):
        (tmp_path / "out" / folder / ".orderctl-staging").mkdir(parents=True)

    report = reconcile(shop)
    assert Exit.CHECK == report.exit
    assert {"WEB-2-1": "uncertain", "WEB-3-1": "uncertain"} == {
        name: state for name, state in states(shop).items() if name != "WEB-1-1"
    }
    assert ["uncertain", "uncertain"] == [code for code in waiting(shop) if code == "uncertain"]
    assert Exit.OK == shop.run(at=LATER)[0]
    assert {"WEB-1-1": 1, "WEB-2-1": 1, "WEB-3-1": 1} == handed_over(shop)

    with shop.context(at=LATER) as ctx:
        shipments.resolve(ctx, "WEB-2-1", sent=True)
        shipments.resolve(ctx, "WEB-3-1", sent=False)
    shop.run(at=LAST)
    assert {"WEB-1-1": 1, "WEB-2-1": 1, "WEB-3-1": 2} == handed_over(shop)
    assert not any(name.endswith(("-0001.csv", "-0002.csv")) for name in shop.files("out"))


def test_an_answer_that_lies_there_says_that_a_shipment_was_sent(tmp_path):
    shop, _ = a_shop_put_back(tmp_path)
    shop.answers("east", "two", "WEB-2-1,acknowledged,,,,,")
    for file in (tmp_path / "out").rglob("*.csv"):
        file.unlink()

    reconcile(shop)
    assert ("acknowledged", "uncertain") == (states(shop)["WEB-2-1"], states(shop)["WEB-3-1"])


def test_orders_that_waited_may_have_left_too(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders(
        "web1",
        an_order_row("1"),
        an_order_row(
            "7", "MUG", total="600.00", lines=[{"id": "1", "sku": "MUG", "quantity": 1, "unit_price": "600.00"}]
        ),
    )
    shop.run()
    back_up(shop)
    with shop.context(at=LOST) as ctx:
        by_hand.release(ctx, "web/7", why="known customer")
    shop.run(at=LOST)
    put_back(shop)
    shop.answers("east", "x")

    reconcile(shop)
    assert "put_back" in waiting(shop)
    with shop.context(at=LATER) as ctx:
        by_hand.release(ctx, "web/7", ["fraud"], why="known customer")
    shop.run(at=LATER)
    assert {"WEB-1-1": 1, "WEB-7-1": 1} == handed_over(shop)


def test_inputs_that_were_moved_away_are_read_again(tmp_path):
    shop, sent = a_shop_put_back(tmp_path, MOVED)
    assert [] == list((tmp_path / "orders").glob("*.jsonl"))

    assert Exit.OK == reconcile(shop).exit
    shop.run(at=LATER)
    assert sent == shop.files()
    assert 2 == len(list((tmp_path / "orders" / "done").glob("*.jsonl")))


def test_nothing_is_sent_while_a_channel_cannot_be_read(tmp_path):
    shop, sent = a_shop_put_back(tmp_path)
    with shop.context(at=BACK, put_back=True) as ctx:
        pausing.pause(ctx, "channel", "web", "for a while")
    report = reconcile(shop)

    assert (Exit.REMOTE, ["not_reconciled"]) == (report.exit, [one.code for one in report.problems])
    with pytest.raises(StoreError, match="not found out yet"):
        shop.run(at=LATER)
    assert sent == shop.files()


@pytest.mark.parametrize("partner_class", ["A", "B"])
def test_a_location_that_can_be_asked_is_asked(tmp_path, partner_class):
    warehouse = Warehouse()
    changes: dict[str, Any] = {"create": KEYED} if partner_class == "A" else {}
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shop(tmp_path, server.url, partner_class, **changes)
        shop.orders("web1", an_order_row("1"))
        shop.run()
        back_up(shop)
        shop.orders("web2", an_order_row("2"), an_order_row("3"))
        shop.run(at=LOST)
        shop.orders("web3", an_order_row("4", placed_at=LOST))
        put_back(shop)
        with pytest.raises(StoreError):
            shop.run(at=BACK)

        assert Exit.OK == reconcile(shop).exit
        assert ["WEB-1-1", "WEB-2-1", "WEB-3-1"] == warehouse.effects
        shop.run(at=LATER)
        shop.run(at=LAST)

    assert ["WEB-1-1", "WEB-2-1", "WEB-3-1", "WEB-4-1"] == warehouse.effects
    assert {"dispatched"} == set(states(shop).values())


def test_a_location_that_cannot_be_asked_keeps_back_what_it_may_have(tmp_path):
    warehouse = Warehouse()
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shop(tmp_path, server.url, "C")
        shop.run()
        back_up(shop)
        shop.orders("web2", an_order_row("2"), an_order_row("3"))
        shop.run(at=LOST)
        put_back(shop)

        assert Exit.CHECK == reconcile(shop).exit
        shop.run(at=LATER)
        shop.run(at=LAST)

    assert ["WEB-2-1", "WEB-3-1"] == warehouse.effects
    assert {"WEB-2-1": "uncertain", "WEB-3-1": "uncertain"} == states(shop)


def test_a_copy_that_lacks_nothing_goes_on_at_once(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web1", an_order_row("1"))
    shop.run()
    back_up(shop)
    put_back(shop)
    shop.orders("web2", an_order_row("2"))

    assert Exit.OK == shop.run(at=LATER)[0]
    assert Exit.OK == shop.run(at=LAST)[0]
    assert [] == reconcile(shop, LAST).items


def test_what_was_told_later_of_what_was_known_before_is_missed_too(tmp_path):
    """The backup knows the effect, which was still to be told; what it does not know is that it was."""
    shop = a_shop(tmp_path)
    shop.orders("web1", an_order_row("1"))
    shop.run()
    shop.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    with shop.context(at=LOST) as ctx:
        run.run(ctx, only=["collect"])
    shutil.copy(shop.store, tmp_path / "copy.db")  # as a snapshot of the machine would have it
    shop.run(at=BACK)
    sent = shop.files()
    restore.db_restore(shop.config, None, tmp_path / "copy.db", at=LATER)

    with pytest.raises(StoreError, match="older than its journal"):
        shop.run(at=LATER)
    assert Exit.OK == reconcile(shop, LATER).exit
    shop.run(at=LAST)
    assert sent == shop.files()


def test_the_newer_store_is_refused_once_the_older_one_went_on(tmp_path):
    shop, _ = a_shop_put_back(tmp_path)
    newer = next(tmp_path.glob("orderctl.db.before-*"))
    reconcile(shop)
    shop.orders("web3", an_order_row("4", placed_at=LATER))
    shop.run(at=LATER)
    shutil.copy(newer, shop.store)

    with pytest.raises(StoreError, match="journal is not the one that lies here"):
        shop.run(at=LAST)


def test_a_snapshot_from_the_middle_of_a_pass_is_missed_too(tmp_path):
    """It knows the pass and the effect; all that it lacks is that the channel was about to be told."""
    shop = a_shop(tmp_path)
    shop.orders("web1", an_order_row("1"))
    shop.run()
    shop.answers("east", "one", "WEB-1-1,shipped,,,ups,1Z1,")
    with shop.context(at=LOST) as ctx:
        run.run(ctx, only=["collect"])
        sqlite3.connect(shop.store).execute("VACUUM INTO ?", (str(tmp_path / "copy.db"),))
        run.run(ctx, only=["push"])
    sent = shop.files()
    restore.db_restore(shop.config, None, tmp_path / "copy.db", at=LATER)

    with pytest.raises(StoreError, match="older than its journal"):
        shop.run(at=LATER)
    assert Exit.OK == reconcile(shop, LATER).exit
    assert Exit.OK == shop.run(at=LAST)[0]
    assert sent == shop.files()


def test_a_copy_that_is_none_is_refused_before_anything_is_touched(tmp_path):
    shop = a_shop(tmp_path)
    shop.run()
    shop.write("copy.db", "no store")
    before = shop.store.read_bytes()

    with pytest.raises(StoreError):
        restore.db_restore(shop.config, None, tmp_path / "copy.db")
    with pytest.raises(UsageError, match="no such file"):
        restore.db_restore(shop.config, None, tmp_path / "gone.db")
    assert before == shop.store.read_bytes()


def test_nothing_is_restored_while_somebody_works_with_the_store(tmp_path):
    shop = a_shop(tmp_path)
    shop.run()
    back_up(shop)

    with shop.context(), pytest.raises(BusyError):
        restore.db_restore(shop.config, None, tmp_path / "copy.db")


def test_a_broken_store_is_replaced_and_kept(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web1", an_order_row("1"))
    shop.run()
    back_up(shop)
    shop.store.write_bytes(b"broken" * 1000)
    put_back(shop)

    assert b"broken" * 1000 == next(tmp_path.glob("orderctl.db.before-*")).read_bytes()
    assert Exit.OK == shop.run(at=LATER)[0]
    assert {"WEB-1-1": 1} == handed_over(shop)


def test_killed_anywhere_while_it_reconciles_nothing_is_sent_twice(tmp_path):
    start, sent = a_shop_put_back(tmp_path / "start")
    counted = start.copy(tmp_path / "counted")
    names = points_of(counted, reconcile)
    finished = names.index("going_back.end.committed") + 1
    shown = states(counted)
    for count, name in enumerate(names, 1):
        shop = start.copy(tmp_path / str(count))
        assert os.WIFSIGNALED(in_child(partial(reconcile, shop), kill_at(count))), name
        if count < finished:
            with pytest.raises(StoreError):
                shop.run(at=LATER)

        assert 0 == in_child(partial(reconcile, shop), go_on), name
        assert (sent, shown) == (shop.files(), states(shop)), name
        shutil.rmtree(shop.folder)


def test_killed_anywhere_while_it_restores_there_is_a_store_or_none_is_made(tmp_path):
    start = a_shop(tmp_path / "start")
    start.orders("web1", an_order_row("1"))
    start.run()
    back_up(start)
    counted = start.copy(tmp_path / "counted")
    for count, name in enumerate(points_of(counted, put_back), 1):
        shop = start.copy(tmp_path / str(count))
        assert os.WIFSIGNALED(in_child(partial(put_back, shop), kill_at(count))), name
        if not shop.store.exists():
            with pytest.raises(StoreError):
                shop.run(at=LATER)
            put_back(shop)

        assert Exit.OK == shop.run(at=LATER)[0]
        assert {"WEB-1-1": 1} == handed_over(shop)
