"""Orders for what is not there yet: promised from what is on order, sent once that has come."""

from __future__ import annotations

from typing import Any

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import explain, skus, stock_by_hand
from orderctl.store import order_views, stock
from orderctl.store.transactions import transaction
from tests.shop import NOW, RULES, Shop, a_shop, an_order_row

SOON, LATER = "2026-12-01T00:00:00Z", "2027-01-15T00:00:00Z"
TELL = RULES.replace('then.if_short = "backorder"', 'then.if_short = "exception"')


@pytest.fixture
def shop(tmp_path) -> Shop:
    """A new mug is sold before it comes."""
    shop = a_shop(tmp_path, rules=TELL)
    file = shop.write("skus.csv", "sku,preorder\nNEW,yes\n")
    with shop.context() as ctx:
        skus.import_(ctx, file)
    return shop


def order_in(shop: Shop, number: str, units: int, expected_at: str = SOON, sku: str = "NEW") -> None:
    with shop.context() as ctx, transaction(ctx.db, "test"):
        stock.know(ctx.db, [sku], NOW)
        ctx.db.execute("INSERT INTO purchase_orders VALUES (?, 'acme', 'east', ?, ?)", (number, NOW, expected_at))
        ctx.db.execute(
            "INSERT INTO purchase_lines (po_number, position, sku, ordered) VALUES (?, 1, ?, ?)", (number, sku, units)
        )


def receive(shop: Shop, number: str, units: int) -> None:
    with shop.context() as ctx:
        with transaction(ctx.db, "test"):
            ctx.db.execute("UPDATE purchase_lines SET received = received + ? WHERE po_number = ?", (units, number))
        stock_by_hand.adjust(ctx, "NEW", "east", units, "received")


def order(shop: Shop, number: str) -> dict[str, Any]:
    with shop.context(write=False) as ctx:
        ((order_id, _),) = order_views.find(ctx.db, f"web/{number}")
        return order_views.one(ctx.db, order_id)


def waits(shop: Shop, number: str) -> list[tuple[int, str | None]]:
    return [(wait["quantity"], wait["expected_at"]) for wait in order(shop, number)["backorders"]]


def codes(shop: Shop, number: str) -> list[str]:
    return [one["code"] for one in order(shop, number)["exceptions"]]


def test_preorders_are_promised_from_the_deliveries_in_the_order_in_which_they_came(shop):
    order_in(shop, "PO-1", 3)
    order_in(shop, "PO-2", 2, LATER)
    shop.orders("web", an_order_row("1", "NEW*2"), an_order_row("2", "NEW*2"))
    shop.run()
    shop.orders("web-more", an_order_row("3", "NEW"), an_order_row("4", "NEW*2"))
    shop.run()

    assert [(2, SOON)] == waits(shop, "1")
    assert [(2, LATER)] == waits(shop, "2")
    assert [(1, LATER)] == waits(shop, "3")
    assert ([(2, None)], ["short_stock"]) == (waits(shop, "4"), codes(shop, "4"))
    assert [[], [], []] == [codes(shop, number) for number in "123"]


def test_preorders_keep_their_promise_when_they_are_decided_again(shop):
    order_in(shop, "PO-1", 4)
    shop.orders("web", an_order_row("1", "NEW*3"), an_order_row("2", "NEW"))
    shop.run()
    with shop.context() as ctx, transaction(ctx.db, "test"):
        ctx.db.execute("UPDATE orders SET due_at = ?", (NOW,))
    shop.run()

    assert ([(3, SOON)], [(1, SOON)]) == (waits(shop, "1"), waits(shop, "2"))
    assert ([], []) == (codes(shop, "1"), codes(shop, "2"))


def test_what_comes_in_releases_the_preorders_that_it_was_for(shop):
    order_in(shop, "PO-1", 3)
    order_in(shop, "PO-2", 2, LATER)
    shop.orders("web", an_order_row("1", "NEW*2"), an_order_row("2", "NEW*2"))
    shop.run()
    receive(shop, "PO-1", 3)
    shop.run()

    assert ("dispatched", []) == (order(shop, "1")["state"], waits(shop, "1"))
    assert ("backordered", [(2, LATER)]) == (order(shop, "2")["state"], waits(shop, "2"))
    receive(shop, "PO-2", 2)
    shop.run()
    assert "dispatched" == order(shop, "2")["state"]


def test_a_preorder_with_nothing_on_order_waits_quietly(shop):
    shop.orders("web", an_order_row("1", "NEW"))
    code, _ = shop.run()

    assert (Exit.OK, [(1, None)], []) == (code, waits(shop, "1"), codes(shop, "1"))


def test_a_backorder_says_when_the_next_delivery_is_expected(shop):
    order_in(shop, "PO-1", 3, sku="LAMP")
    shop.stock(west={"LAMP": 0})
    shop.orders("web", an_order_row("1", "LAMP"))
    shop.run()

    assert ([(1, SOON)], ["short_stock"]) == (waits(shop, "1"), codes(shop, "1"))


def test_a_decision_from_what_is_on_order_can_be_replayed(shop):
    order_in(shop, "PO-1", 3)
    shop.orders("web", an_order_row("1", "NEW*2"))
    shop.run()

    with shop.context(write=False) as ctx:
        found = explain.explain(ctx, "web/1")
    assert ("same", [SOON]) == (found.replay, [wait.expected_at for wait in found.traced.plan.backorders])
