from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.effects import Receipt, StockLevel
from tests.channels.shopify_fake import Store
from tests.channels.test_shopify_pull import running
from tests.partner import Asked, Reply, saying


def told(tmp_path, store: Store, wanted: dict[str, int], after: Any = None, **settings: Any) -> Receipt:
    """What became of `wanted` (SKU -> units)."""
    with running(tmp_path, store, after, **settings) as (channel, _):
        document = channel.render_stock(3, [StockLevel(sku, units) for sku, units in wanted.items()])
        return channel.deliver(document, "key-3")


def each(receipt: Receipt) -> dict[str, tuple[str, str]]:
    return {sku: (one.outcome, one.message) for sku, one in receipt.each.items()}


def sets(store: Store) -> list[Any]:
    return [variables["input"] for variables in store.variables if "input" in variables]


def test_numbers_are_set_if_they_still_are_what_was_read(tmp_path):
    store = Store()
    mug, lamp = store.add_variant("MUG", 5), store.add_variant("LAMP", 2)
    receipt = told(tmp_path, store, {"MUG": 7, "LAMP": 2})

    assert ("accepted", {}) == (receipt.outcome, receipt.each)
    assert {mug: 7, lamp: 2} == store.stock
    (asked,) = sets(store)
    assert ("available", "correction", "orderctl://web/stock-000003") == (
        *(asked["name"], asked["reason"], asked["referenceDocumentUri"]),
    )
    assert [(mug, 7, 5)] == [
        (row["inventoryItemId"], row["quantity"], row["changeFromQuantity"]) for row in asked["quantities"]
    ]


def test_251_numbers_go_out_in_two_requests(tmp_path):
    """A SKU that is two variants makes two rows of it."""
    store = Store()
    for number in range(250):
        store.add_variant(f"S{number}", 0)
    store.add_variant("S0", 3)
    receipt = told(tmp_path, store, {f"S{number}": 1 for number in range(250)})

    assert "accepted" == receipt.outcome
    assert {1} == set(store.stock.values())
    assert [250, 1] == [len(asked["quantities"]) for asked in sets(store)]


def test_a_sku_is_told_by_its_exact_name_alone(tmp_path):
    store = Store()
    other, right = store.add_variant("abc-1", 5), store.add_variant("ABC-1", 5)
    odd = store.add_variant("O'Neil\\7", 0)
    receipt = told(tmp_path, store, {"ABC-1": 9, "O'Neil\\7": 4})

    assert ("accepted", {}) == (receipt.outcome, receipt.each)
    assert {other: 5, right: 9, odd: 4} == store.stock


def test_a_sku_that_no_variant_has_and_one_that_is_not_tracked_are_refused_by_name(tmp_path):
    store = Store()
    mug = store.add_variant("MUG", 5)
    store.add_variant("FILE", 0, tracked=False)
    receipt = told(tmp_path, store, {"MUG": 7, "FILE": 1, "NONE": 1})

    assert "accepted" == receipt.outcome
    assert {
        "FILE": ("refused", "its stock is not tracked there"),
        "NONE": ("refused", "no variant there has this SKU"),
    } == each(receipt)
    assert 7 == store.stock[mug]


def test_nothing_that_can_be_told_is_a_refusal(tmp_path):
    receipt = told(tmp_path, Store(), {"NONE": 1})

    assert ("refused", "NONE: no variant there has this SKU") == (receipt.outcome, receipt.message)


def test_a_sale_between_reading_and_writing_is_not_overwritten_and_the_others_are_set(tmp_path):
    store = Store()
    mug, lamp = store.add_variant("MUG", 5), store.add_variant("LAMP", 2)

    def sells(asked: Asked) -> None:
        if b"inventorySetQuantities" in asked.content and store.stock[mug] == 5:
            store.stock[mug] = 4

    receipt = told(tmp_path, store, {"MUG": 7, "LAMP": 6}, sells)

    assert {mug: 4, lamp: 6} == store.stock
    assert {"MUG": ("retry", "CHANGE_FROM_QUANTITY_STALE: change_from_quantity_stale")} == each(receipt)
    assert "accepted" == receipt.outcome
    assert 2 == len(store.keys)


def test_a_row_that_is_refused_does_not_keep_the_others_back(tmp_path):
    store = Store()
    mug, lamp = store.add_variant("MUG", 5), store.add_variant("LAMP", 2)
    receipt = told(tmp_path, store, {"MUG": 2_000_000_000, "LAMP": 6})

    assert {mug: 5, lamp: 6} == store.stock
    assert "refused" == each(receipt)["MUG"][0]


def test_what_is_not_stocked_there_is_activated_with_its_number(tmp_path):
    store = Store()
    mug = store.add_variant("MUG", None)

    assert "accepted" == told(tmp_path, store, {"MUG": 7}).outcome
    assert 7 == store.stock[mug]


def test_the_same_push_again_changes_nothing(tmp_path):
    store = Store()
    store.add_variant("MUG", 5)
    told(tmp_path, store, {"MUG": 7})
    told(tmp_path, store, {"MUG": 7})

    assert 1 == len(sets(store))


@pytest.mark.parametrize(("processed", "outcome"), [(True, "accepted"), (False, "absent")])
def test_a_lost_answer_is_asked_for(tmp_path, processed, outcome):
    """A request under a key is repeated by itself; here every answer is lost."""
    store = Store()
    store.add_variant("MUG", 5)

    def loses(asked: Asked) -> Reply | None:
        if b"inventorySetQuantities" not in asked.content:
            return None
        if processed:
            store.answer(asked)
        return Reply(how="close")

    with running(tmp_path, store, loses) as (channel, _):
        document = channel.render_stock(3, [StockLevel("MUG", 7)])
        assert "uncertain" == channel.deliver(document, "key-3").outcome
        assert outcome == channel.recover(document, "key-3").outcome


def test_one_lost_answer_is_repeated_under_its_key(tmp_path):
    store, lost = Store(), [True]
    mug = store.add_variant("MUG", 5)

    def loses(asked: Asked) -> Reply | None:
        if b"inventorySetQuantities" not in asked.content or not lost:
            return None
        lost.pop()
        return Reply(how="close")

    assert "accepted" == told(tmp_path, store, {"MUG": 7}, loses).outcome
    assert 7 == store.stock[mug]
    assert 1 == len(store.keys)


@pytest.mark.parametrize(
    ("code", "outcome", "asked"),
    [("IDEMPOTENCY_CONCURRENT_REQUEST", "retry", 1), ("IDEMPOTENCY_PREVIOUS_ATTEMPT_FAILED", "refused", 3)],
)
def test_a_key_that_cannot_be_used_now_is_not_used_for_ever(tmp_path, code, outcome, asked):
    store, keys = Store(), set[str]()
    store.add_variant("MUG", 5)

    def refuses(one: Asked) -> Reply | None:
        if b"inventorySetQuantities" not in one.content:
            return None
        keys.add(one.value["variables"]["key"])
        errors = [{"code": code, "field": None, "message": "try later"}]
        return saying({"data": {"inventorySetQuantities": {"inventoryAdjustmentGroup": None, "userErrors": errors}}})

    assert outcome == told(tmp_path, store, {"MUG": 7}, refuses).outcome
    assert asked == len(keys)


def test_a_store_with_several_locations_wants_to_be_told_which(tmp_path):
    store = Store()
    mug = store.add_variant("MUG", 5)
    store.locations.append(
        {"id": "gid://shopify/Location/102", "name": "Shop", "isActive": True, "shipsInventory": True}
    )
    receipt = told(tmp_path, store, {"MUG": 7})

    assert "refused" == receipt.outcome
    assert "say which by `location`: Main (101), Shop (102)" in receipt.message
    assert "accepted" == told(tmp_path, store, {"MUG": 7}, location="101").outcome
    assert 7 == store.stock[mug]
