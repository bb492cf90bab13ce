from __future__ import annotations

import contextlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps.shipment_reconcile import reconcile_shipments
from tests.destinations.api_fake import Warehouse
from tests.destinations.api_shop import an_api_shop, states
from tests.partner import Reply, partner
from tests.shop import Shop, a_shop, an_order_row


@contextlib.contextmanager
def shipped(folder: Path, warehouse: Warehouse, **changes: Any) -> Iterator[Shop]:
    """Shipments of three orders are at the warehouse `east`."""
    with partner(answer=warehouse.answer) as server:
        shop = an_api_shop(folder, server.url, "B", patience="1 s", **changes)
        shop.orders("web", *(an_order_row(number) for number in ("1001", "1002", "1003")))
        shop.run()
        yield shop


def reconciled(shop: Shop, location: str = "") -> Any:
    with shop.context(write=False) as ctx:
        return reconcile_shipments(ctx, location)


def test_a_location_that_has_what_was_handed_to_it_agrees(tmp_path):
    with shipped(tmp_path, Warehouse()) as shop:
        report = reconciled(shop)

    assert (Exit.OK, {"shipments": 3, "asked": 3}) == (report.exit, report.counts)
    (item,) = report.items
    assert ("east", 3, 3, 0, []) == tuple(
        item[name] for name in ("location", "in_hand", "asked", "differ", "differences")
    )


def test_that_it_has_not_acknowledged_or_has_acknowledged_is_no_difference(tmp_path):
    warehouse = Warehouse()
    with shipped(tmp_path, warehouse) as shop:
        warehouse.orders[0]["status"] = "RECEIVED"

        assert Exit.OK == reconciled(shop).exit


def test_what_it_does_not_know_has_cancelled_or_rejected_is_told_with_its_words(tmp_path):
    warehouse = Warehouse()
    with shipped(tmp_path, warehouse) as shop:
        first, second, _ = warehouse.orders
        first["status"], second["status"] = "CANCELLED", "REJECTED"
        warehouse.orders.pop()
        before = states(shop)
        report = reconciled(shop)
        after = states(shop)

    (item,) = report.items
    assert [
        ("WEB-1001-1", "dispatched", "cancelled: CANCELLED"),
        ("WEB-1002-1", "dispatched", "rejected: REJECTED"),
        ("WEB-1003-1", "dispatched", "absent"),
    ] == [(one["reference"], one["here"], one["there"]) for one in item["differences"]]
    (problem,) = report.problems
    assert (Exit.CHECK, "shipments_differ") == (report.exit, problem.code)
    assert "3 shipments differ, the first WEB-1001-1" in problem.message
    assert "orderctl shipments show WEB-1001-1" == problem.next
    assert before == after


def test_a_location_that_cannot_be_asked_now_does_not_stop_the_others(tmp_path):
    warehouse = Warehouse()
    with shipped(tmp_path, warehouse) as shop:
        shop.orders("market", an_order_row("77", "LAMP"))
        shop.run(at="2026-11-20T15:10:00Z")
    report = reconciled(shop)

    assert (Exit.REMOTE, ["east"]) == (report.exit, [problem.subject for problem in report.problems])
    assert "orderctl locations test east" == report.problems[0].next
    assert [("west", 1, 0)] == [(item["location"], item["in_hand"], item["asked"]) for item in report.items]


def test_a_location_that_nobody_can_ask_is_listed_as_not_asked(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1001"))
    shop.run()
    report = reconciled(shop)

    assert (Exit.OK, {"shipments": 1}) == (report.exit, report.counts)
    assert [("east", 1, 0)] == [(item["location"], item["in_hand"], item["asked"]) for item in report.items]


def test_one_location_can_be_asked_alone_and_has_to_exist(tmp_path):
    shop = a_shop(tmp_path)
    shop.orders("web", an_order_row("1001"), an_order_row("1002", "LAMP"))
    shop.run()

    assert ["west"] == [item["location"] for item in reconciled(shop, "west").items]
    with pytest.raises(UsageError, match="did you mean 'west'"):
        reconciled(shop, "wets")


def test_where_nothing_is_in_hand_nobody_is_asked(tmp_path):
    with partner(answer=lambda _: Reply(500)) as server:
        shop = an_api_shop(tmp_path, server.url, "B")
        shop.run()
        report = reconciled(shop)
        asked = [one.path for one in server.asked if one.path.startswith("/orders")]

    assert (Exit.OK, [], []) == (report.exit, report.items, asked)
