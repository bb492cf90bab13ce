from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps.shadow_compare import locations_compare
from tests.shop import Shop, an_order_row
from tests.steps.shadow_shop import BY_FILES, a_shadow_shop

LATER = "2026-11-20T16:00:00Z"
MUCH_LATER = "2026-11-24T16:00:00Z"
EASY = "[targets]\nmin_shipments = 2\nmin_days = 1\n"


@pytest.fixture
def shop(tmp_path: Path) -> Shop:
    """Copies of 1001 (a mug) and 1002 (two mugs) are at `next`."""
    made = a_shadow_shop(tmp_path, BY_FILES + EASY)
    made.orders("web", an_order_row("1001"), an_order_row("1002", "MUG*2"))
    made.run()
    return made


def compared(shop: Shop, at: str = LATER, since: str = "7d") -> tuple[Exit, dict[str, Any]]:
    with shop.context(write=False, at=at) as ctx:
        report = locations_compare(ctx, "next", since)
    json.dumps(report.to_json())
    return report.exit, report.items[0]


def verdicts(item: dict[str, Any]) -> dict[str, str]:
    return {one["target"]: one["verdict"] for one in item["targets"]}


def test_a_partner_that_answers_all_in_time_is_go(shop: Shop):
    shop.answers(
        "next",
        *("a", "TEST-WEB-1001-1,shipped,,,UPS,1Z999AA10123456784,", "TEST-WEB-1002-1,acknowledged,,,,,"),
        "TEST-WEB-1002-1,shipped,mug,2,UPS,1Z12345E6605272234,",
    )
    shop.run(at=LATER)
    code, item = compared(shop)

    assert (Exit.OK, "go") == (code, item["verdict"])
    assert {"ok", "not asked"} == set(verdicts(item).values())
    assert {"made": 2, "handed_over": 2, "shipped": 2}.items() <= item["copies"].items()


def test_a_partner_that_is_silent_is_no_go_once_its_time_is_up(shop: Shop):
    soon, _ = compared(shop, "2026-11-20T15:30:00Z")
    code, item = compared(shop, MUCH_LATER)

    assert (Exit.CHECK, Exit.CHECK, "no-go") == (soon, code, item["verdict"])
    assert ({"good": 0, "of": 2, "percent": "0.0"}, "missed") == (
        item["acknowledged_in_time"],
        verdicts(item)["shipped_in_time"],
    )


def test_everything_a_partner_gets_wrong_is_told_with_its_place(shop: Shop):
    shop.answers(
        "next",
        *("a", "TEST-WEB-1001-1,rejected,,,,,no stock", "TEST-WEB-1002-1,shipped,mug,1,UPS,1Z999AA10123456783,"),
        *("TEST-WEB-1002-1,short,mug,1,,,broken", "TEST-WEB-9-1,shipped,,,UPS,1Z,", "TEST-WEB-1001-1,wat,,,,,"),
    )
    shop.run(at=LATER)
    _, item = compared(shop)

    assert [{"reason": "no stock", "shipments": 1}] == item["reasons"]
    assert [{"reason": "broken", "answers": 1}] == item["short"]
    assert [{"reference": "TEST-WEB-1002-1", "sku": "MUG", "asked": 2, "shipped": 1, "short": 1}] == item["differences"]
    assert [("TEST-WEB-9-1", "in/next/a.csv line 5")] == [(one["reference"], one["where"]) for one in item["unknown"]]
    assert ["in/next/a.csv line 6"] == [one["where"] for one in item["put_aside"]]
    (number,) = item["tracking_numbers"]
    assert ("wrong", "UPS") == (number["verdict"], number["carrier"])
    missed = {target for target, verdict in verdicts(item).items() if verdict == "missed"}
    assert {"taken", "units_right", "tracking_right", "answers_understood"} == missed


def test_its_stock_is_held_against_that_of_the_location_beside(shop: Shop):
    shop.stock(next={"MUG": 8, "TEE": 5})
    shop.run(at=LATER)
    _, item = compared(shop)

    assert [("MUG", 10, 8), ("RING-1", 2, None)] == [
        (one["sku"], one["here"], one["there"]) for one in item["stock"]["apart"]
    ]
    assert (1, 3, 1, 4) == tuple(item["stock"][name] for name in ("good", "of", "missing", "units_apart"))
    assert "not asked" == verdicts(item)["stock_right"]


def test_a_target_of_stock_is_asked_when_it_is_set(tmp_path):
    shop = a_shadow_shop(tmp_path, BY_FILES + EASY + 'stock_right = "50%"\n')
    shop.stock(next={"MUG": 10, "TEE": 5})
    shop.run()

    assert "ok" == verdicts(compared(shop)[1])["stock_right"]


def test_only_copies_since_then_count(shop: Shop):
    _, item = compared(shop, MUCH_LATER, since="2026-11-22")

    assert (0, 0) == (item["copies"]["made"], item["days"])


def test_a_partner_that_never_answers_by_what_was_agreed_is_not_asked_for_answers(tmp_path):
    silent = BY_FILES.replace(BY_FILES[BY_FILES.index("confirm") : BY_FILES.index("stock_feed")], "")
    shop = a_shadow_shop(tmp_path, silent + EASY)
    shop.orders("web", an_order_row("1001"), an_order_row("1002"))
    shop.run()
    code, item = compared(shop)

    assert (Exit.OK, "not asked") == (code, verdicts(item)["answers_understood"])


@pytest.mark.parametrize("name", ["east", "nobody"])
def test_only_a_location_in_shadow_can_be_compared(shop: Shop, name: str):
    with (
        shop.context(write=False) as ctx,
        pytest.raises(UsageError, match=f"no location '{name}' in shadow; known: next"),
    ):
        locations_compare(ctx, name)
