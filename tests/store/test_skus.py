from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from orderctl.core.plans import Plan, Problem
from orderctl.core.skus import Alias
from orderctl.core.stock import Sku
from orderctl.store import skus, stock
from orderctl.store.transactions import transaction
from tests.builders import NOW, a_line, an_order
from tests.store.shelf import a_store, decide, rows, save

KIT = {"CUP": 2, "SAUCER": 1}


@pytest.fixture
def db(tmp_path: Path) -> sqlite3.Connection:
    db = a_store(tmp_path)
    with transaction(db, "known"):
        stock.know(db, ["MUG", "CUP", "SAUCER", "SET"], NOW)
        skus.put_parts(db, "SET", KIT)
        for alias in (Alias("web", "M-6", "MUG", 6), Alias("web", "S", "SET", 2), Alias("market", "MUG", "CUP")):
            skus.put_alias(db, alias)
    return db


def test_what_is_known_of_a_sku_is_laid_over_and_never_lost(db: sqlite3.Connection):
    with transaction(db, "keep"):
        assert ["MUG"] == skus.keep(db, [("MUG", {"weight_g": 300, "title": "Mug"}), ("CUP", {"title": None})])
        assert ["MUG"] == skus.keep(db, [("MUG", {"weight_g": None, "category": "mugs"})])
        assert [] == skus.keep(db, [("MUG", {"category": "mugs"})])

    (row,) = skus.listed(db, "MUG")
    assert ("Mug", "mugs", None) == (row["title"], row["category"], row.get("weight_g"))
    assert {"MUG": Sku("MUG", category="mugs")} == skus.known(db, ["MUG", "GONE"])


def test_a_kit_is_its_parts(db: sqlite3.Connection):
    assert KIT == skus.known(db, ["SET"])["SET"].components


def test_a_channel_sells_what_it_calls_so_and_all_the_rest_under_its_name(db: sqlite3.Connection):
    web = skus.sold(db, "web", ["M-6", "S", "MUG", "GONE"])
    market = skus.sold(db, "market", ["M-6", "MUG"])

    assert {"M-6": {"MUG": 6}, "S": {"CUP": 4, "SAUCER": 2}, "MUG": {}} == {
        name: sku.components for name, sku in web.items()
    }
    assert {"MUG": ("CUP", {"CUP": 1})} == {name: (sku.sku, sku.components) for name, sku in market.items()}


def test_a_part_is_sold_as_its_kits_and_as_all_that_channels_call_them(db: sqlite3.Connection):
    assert {"CUP", "SET", "S", "MUG"} == skus.sold_as(db, ["CUP"])
    assert {"MUG", "M-6"} == skus.sold_as(db, ["MUG"])
    assert {"HAT"} == skus.sold_as(db, ["HAT"])


def test_no_sku_can_be_a_part_or_an_alias_that_nobody_knows(db: sqlite3.Connection):
    with pytest.raises(sqlite3.IntegrityError), transaction(db, "unknown part"):
        skus.put_parts(db, "SET", {"GONE": 1})
    with pytest.raises(sqlite3.IntegrityError), transaction(db, "unknown alias"):
        skus.put_alias(db, Alias("web", "X", "GONE"))

    assert KIT == skus.known(db, ["SET"])["SET"].components


def test_an_alias_that_is_removed_says_what_it_was(db: sqlite3.Connection):
    with transaction(db, "remove"):
        assert Alias("web", "M-6", "MUG", 6) == skus.remove_alias(db, "web", "M-6")
        assert skus.remove_alias(db, "web", "M-6") is None


def test_a_kit_within_a_kit_is_found(db: sqlite3.Connection):
    with transaction(db, "nested"):
        stock.know(db, ["BOX"], NOW)
        skus.put_parts(db, "BOX", {"SET": 1, "MUG": 1})

    assert [("BOX", "SET")] == skus.kits_within(db)


def test_an_order_that_waits_for_its_sku_is_due_once_that_is_mapped(db: sqlite3.Connection):
    (order_id,) = save(db, an_order(a_line("B00X"), a_line("M-6"), a_line("NEW")))
    decide(db, order_id, Plan(problems=(Problem("unknown_sku", "SKU B00X is not known"),)))
    assert [(None,)] == rows(db, "SELECT due_at FROM orders")

    assert ("web", ["B00X", "NEW"]) == skus.unknown_of(db, "WEB-1042")
    with transaction(db, "wake"):
        assert 0 == skus.wake_unknown(db, ["OTHER"], NOW)
        assert 1 == skus.wake_unknown(db, ["B00X"], NOW)
    assert [(NOW,)] == rows(db, "SELECT due_at FROM orders")
