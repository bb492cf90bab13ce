from __future__ import annotations

import json
from pathlib import Path

import pytest

from orderctl.core.errors import Exit
from tests.shop import CHANNELS, Shop, an_order_row
from tests.steps.shadow_shop import BY_FILES, a_shadow_shop, asked, copies

LATER = ("2026-11-20T15:10:00Z", "2026-11-20T15:20:00Z")


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Orders 1001 and 1002 are handed to the east, and copies of them to `next`."""
    made = a_shadow_shop(tmp_path)
    made.orders("web", an_order_row("1001"), an_order_row("1002", "MUG*2"))
    made.run()
    return made


def kinds(shop: Shop) -> list[tuple[str, bool]]:
    """What was kept, and whether it speaks of a copy."""
    return asked(shop, "SELECT kind, copy_id IS NOT NULL FROM shadow_answers ORDER BY answer_id")


def test_answers_move_the_copies_and_nothing_else(shop: Shop):
    shop.answers("next", "a", "TEST-WEB-1001-1,shipped,,,UPS,1Z,", "test-web-1002-1 ,acknowledged,,,,,")
    code, _ = shop.run(at=LATER[0])

    assert (Exit.OK, {"TEST-WEB-1001-1": "shipped", "TEST-WEB-1002-1": "acknowledged"}) == (code, copies(shop))
    assert {("dispatched",)} == set(asked(shop, "SELECT state FROM shipments"))
    assert [] == asked(shop, "SELECT * FROM packages")


def test_an_answer_about_the_real_shipment_is_none_of_a_copy(shop: Shop):
    shop.answers("next", "a", "WEB-1001-1,shipped,,,UPS,1Z,")
    shop.run(at=LATER[0])

    assert [("shipped", False)] == kinds(shop)
    assert {("dispatched",)} == set(asked(shop, "SELECT state FROM shipments"))
    assert ([], []) == (asked(shop, "SELECT * FROM unmatched_answers"), asked(shop, "SELECT code FROM exceptions"))


def test_what_cannot_be_read_is_kept_once_however_often_it_is_looked_at(shop: Shop):
    shop.answers("next", "a", "TEST-WEB-1001-1,nonsense,,,,,")
    shop.write("in/next/b.csv", "who,what\nTEST-WEB-1001-1,shipped\n")
    for at in LATER:
        assert Exit.OK == shop.run(at=at)[0]

    assert [("unreadable", False)] * 2 == kinds(shop)
    said = [json.loads(answer)["reason"] for (answer,) in asked(shop, "SELECT answer FROM shadow_answers")]
    assert [True, True] == [
        said[0].startswith("has the status 'nonsense'"),
        said[1].startswith("there is no column 'reference'"),
    ]


def test_the_same_file_under_another_name_is_kept_once(shop: Shop):
    for name in ("a", "b"):
        shop.answers("next", name, "TEST-WEB-1001-1,acknowledged,,,,,")
    shop.run(at=LATER[0])

    assert [("acknowledged", True)] == kinds(shop)


def test_counts_are_kept_and_change_no_stock(shop: Shop):
    before = asked(shop, "SELECT * FROM stock_levels")
    shop.stock(next={"MUG": 70, "HAT": 3})
    shop.run(at=LATER[0])

    counts = "SELECT sku, quantity FROM shadow_counts ORDER BY sku"
    assert [("HAT", 3), ("MUG", 70)] == asked(shop, counts)
    assert before == asked(shop, "SELECT * FROM stock_levels")
    assert [] == asked(shop, "SELECT * FROM skus WHERE sku = 'HAT'")
    shop.stock(next={"MUG": 71})
    shop.run(at=LATER[1])
    assert [("HAT", 3), ("MUG", 71)] == asked(shop, counts)


def test_once_it_ships_its_old_answers_stay_read_and_its_stock_is_known_at_once(shop: Shop):
    shop.answers("next", "a", "TEST-WEB-1001-1,acknowledged,,,,,")
    shop.stock(next={"MUG": 70})
    shop.run(at=LATER[0])
    live = BY_FILES.replace('shadow = true\nbeside = "east"\n', "")
    shop.write("channels.toml", CHANNELS + live)
    code, _ = shop.run(at=LATER[1])

    assert Exit.OK == code
    assert [("MUG", 70)] == asked(shop, "SELECT sku, on_hand FROM stock_levels WHERE location = 'next'")
    assert [] == asked(shop, "SELECT code FROM exceptions")
