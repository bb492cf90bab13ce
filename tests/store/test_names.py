from __future__ import annotations

from pathlib import Path

import pytest

from orderctl.store import names
from tests.shop import a_shop, an_order_row


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> str:
    folder = tmp_path_factory.mktemp("a shop, 50% #1?")
    shop = a_shop(folder)
    shop.orders("web", *(an_order_row(str(number), "MUG") for number in range(1000, 1200)))
    shop.run()
    return str(folder / "orderctl.db")


def test_orders_are_found_by_number_by_channel_and_by_reference(database: str):
    assert ["1007"] == names.beginning(database, "order", "1007")
    assert ["web/1007"] == names.beginning(database, "order", "web/1007")
    assert ["WEB-1007"] == names.beginning(database, "order", "WEB-1007")
    assert [] == names.beginning(database, "order", "market/1007")


def test_of_many_the_first_and_the_last_stand_for_all(database: str):
    found = names.beginning(database, "order", "1")

    assert len(found) <= 2 * names.MOST
    assert {"1000", "1199"} <= set(found)  # so a shell does not take what is alike in the first ones for all of it


def test_before_anything_is_typed_the_newest_are_among_them(database: str):
    assert "1199" in names.beginning(database, "order", "")


def test_shipments_skus_and_exceptions_have_names_too(database: str):
    assert ["WEB-1007-1"] == names.beginning(database, "shipment", "WEB-1007")
    assert "MUG" in names.beginning(database, "sku", "M")
    assert [] == names.beginning(database, "exception", "")


@pytest.mark.parametrize("kind", ["order", "shipment", "sku", "exception"])
def test_a_store_that_is_missing_or_none_has_no_names_and_is_left_alone(tmp_path: Path, kind: str):
    other = tmp_path / "other.db"
    other.write_text("no store", encoding="utf-8")

    assert [] == names.beginning(str(other), kind, "")
    assert [] == names.beginning(str(tmp_path / "missing.db"), kind, "")
    assert [other] == list(tmp_path.iterdir())
