"""Orders that cross a customs border, and what has to be known of their goods."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit
from orderctl.steps import by_hand, explain, skus, views
from tests.shop import CHANNELS, Shop, a_shop, an_order_row

TORONTO = {
    "name": "Bo",
    "line1": "1 King St",
    "city": "Toronto",
    "region": "ON",
    "postcode": "M5H 1A1",
    "country": "CA",
}


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    return a_shop(tmp_path)


def order(shop: Shop, number: str = "1") -> dict[str, Any]:
    return shop.ask(views.order_show, f"web/{number}")  # type: ignore[no-any-return]


def holds(shop: Shop, number: str = "1") -> list[str]:
    return [hold["reason"] for hold in order(shop, number)["holds"]]


def imported(shop: Shop, *rows: str) -> None:
    with shop.context() as ctx:
        skus.import_(ctx, shop.write("skus.csv", "sku,hs_code,origin,parts\n" + "".join(f"{row}\n" for row in rows)))


def test_an_order_abroad_waits_until_its_hs_code_and_origin_are_imported(shop: Shop):
    shop.orders("web", an_order_row("1", "MUG", "TEE", ship_to=TORONTO), an_order_row("2", "MUG"))
    code, _ = shop.run()

    assert (Exit.ATTENTION, ["missing_customs"], []) == (code, holds(shop), holds(shop, "2"))
    (told,) = order(shop)["exceptions"]
    assert ("missing_customs", "MUG would leave east for CA without HS code, origin") == (
        told["code"],
        told["message"],
    )
    imported(shop, "MUG,6912.00,CN,")
    shop.run()
    assert ["missing_customs"] == holds(shop)
    imported(shop, "TEE,6109.10,PT,")
    shop.run()
    assert ("dispatched", [], []) == (order(shop)["state"], holds(shop), order(shop)["exceptions"])


def test_the_data_of_a_kits_parts_lets_its_order_go(shop: Shop):
    imported(shop, "MUG,,,", "TEE,,,", "SET,,,MUG; TEE")
    shop.orders("web", an_order_row("1", "SET", ship_to=TORONTO))
    shop.run()
    assert ["missing_customs"] == holds(shop)

    imported(shop, "MUG,691200,CN,", "TEE,610910,PT,")
    shop.run()
    assert "dispatched" == order(shop)["state"]


def test_a_person_may_let_an_order_go_without_papers(shop: Shop):
    shop.orders("web", an_order_row("1", ship_to=TORONTO))
    shop.run()
    with shop.context() as ctx:
        by_hand.release(ctx, "web/1", ["missing_customs"], "a sample")
    shop.run()

    assert "dispatched" == order(shop)["state"]


def test_a_shop_whose_partner_does_the_papers_says_so(tmp_path: Path):
    shop = a_shop(tmp_path, CHANNELS + "\n[routing]\nhold_missing_customs = false\n")
    shop.orders("web", an_order_row("1", ship_to=TORONTO))
    shop.run()

    assert "dispatched" == order(shop)["state"]


def test_the_held_decision_can_be_replayed(shop: Shop):
    shop.orders("web", an_order_row("1", ship_to=TORONTO))
    shop.run()

    with shop.context(write=False) as ctx:
        found = explain.explain(ctx, "web/1")
    assert ("same", "the order is held: missing_customs") == (found.replay, found.traced.ended)
