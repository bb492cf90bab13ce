from __future__ import annotations

import sqlite3
import stat
from contextlib import closing

import pytest

from orderctl.core.errors import StoreError, UsageError
from orderctl.store import care
from tests.builders import a_line, an_order
from tests.store.shelf import (
    a_store,
    answer,
    from_location,
    hand_over,
    put_stock,
    rows,
    save,
    ship_from,
    shipped,
)


@pytest.fixture
def busy(tmp_path):
    """A store with a shipment that has left in part, and nobody who checks it afterwards."""
    with closing(a_store(tmp_path)) as db:
        put_stock(db, mug=9)
        (order_id,) = save(db, an_order(a_line("MUG", 3)))
        ship_from(db, order_id, from_location(mug=2))
        hand_over(db)
        answer(db, shipped(quantity=1))
        db.execute("PRAGMA ignore_check_constraints = ON")
        for trigger in rows(db, "SELECT name FROM sqlite_master WHERE type = 'trigger'"):
            db.execute(f"DROP TRIGGER {trigger[0]}")
        yield db


def wrong(db) -> dict[str, list[str]]:
    return {name: found for name, found in care.check(db) if found}


def test_a_store_in_use_is_sound(busy):
    assert {} == wrong(busy)


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        ("units of a line add up", "UPDATE order_lines SET cancelled = 1"),
        ("on hand is the sum of the moves", "UPDATE stock_levels SET on_hand = on_hand + 1"),
        ("on hand is the sum of the moves", "DELETE FROM stock_moves WHERE delta < 0"),
        ("reserved is the sum of open reservations", "UPDATE stock_levels SET reserved = 0"),
        ("planned units stand in planned shipments", "UPDATE order_lines SET open = 0, planned = 1"),
        ("dispatched units stand in dispatched shipments", "UPDATE order_lines SET dispatched = 0, open = 2"),
        ("packages hold what was packed", "DELETE FROM package_lines"),
        ("settled shipments hold no stock", "UPDATE shipments SET state = 'shipped'"),
        ("what was handed over has its effect", "UPDATE effects SET state = 'refused'"),
    ],
)
def test_every_sum_that_does_not_hold_is_named_with_what_breaks_it(busy, name, damage):
    busy.execute(damage)

    found = wrong(busy)

    assert name in found
    assert found[name][0].startswith(("line 1", "MUG at east", "WEB-1042-1"))


def test_a_row_that_points_to_nothing_is_found(busy):
    busy.execute("PRAGMA foreign_keys = OFF")
    busy.execute("DELETE FROM batches")

    assert ["shipments row 1"] == wrong(busy)["every row has what it points to"]


def test_a_shipment_in_two_batches_is_found(busy):
    busy.execute(
        "INSERT INTO effects (key, kind, target, subject_id, payload, digest, state, next_try_at, created_at)"
        " SELECT 'k', kind, target, subject_id, payload, digest, 'uncertain', '', '' FROM effects"
        " WHERE kind = 'handoff'"
    )

    assert ["WEB-1042-1"] == wrong(busy)["one hand-off per shipment"]


def test_a_backup_is_a_checked_copy_for_its_owner_alone(busy, tmp_path):
    target = tmp_path / "copy.db"

    assert care.backup(busy, target) == target.stat().st_size
    assert 0o600 == stat.S_IMODE(target.stat().st_mode)
    with closing(sqlite3.connect(target)) as copy:
        assert [("1042",)] == rows(copy, "SELECT number FROM orders")
        assert [("delete",)] == rows(copy, "PRAGMA journal_mode")


def test_a_backup_never_writes_over_anything(busy, tmp_path):
    target = tmp_path / "copy.db"
    target.write_text("mine")

    with pytest.raises(UsageError, match="left alone"):
        care.backup(busy, target)
    with pytest.raises(StoreError, match="cannot be made"):
        care.backup(busy, tmp_path / "nowhere" / "copy.db")
    assert "mine" == target.read_text()
