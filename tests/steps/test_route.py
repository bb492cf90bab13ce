"""Deciding in batches: one bad order never stops the others."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import Any

import pytest

from orderctl.core.errors import Exit, UsageError
from orderctl.steps import by_hand, run, views
from orderctl.steps import route as routing
from tests.shop import CHANNELS, RULES, Shop, a_shop, an_order_row


@pytest.fixture
def shop(tmp_path):
    return a_shop(tmp_path / "shop")


def states(shop: Shop) -> dict[str, str]:
    return {order["order"]: order["state"] for order in shop.ask(views.orders_list)}


def steps(shop: Shop, *names: str) -> list[Any]:
    with shop.context() as ctx:
        return run.run(ctx, only=names)


def in_store(shop: Shop, query: str) -> None:
    """Something nobody should do."""
    with closing(sqlite3.connect(shop.store, isolation_level=None)) as db:
        db.execute(query)


def codes(shop: Shop) -> list[tuple[str, str]]:
    return [(one["code"], one["subject"]) for one in shop.ask(views.exceptions_list)]


def spoil(shop: Shop, number: str) -> None:
    """Another order's shipment has the very reference that the next shipment of this one will have."""
    in_store(shop, f"UPDATE shipments SET reference = 'WEB-{number}-1' WHERE reference = 'WEB-1-1'")  # noqa: S608


def mend(shop: Shop, number: str) -> None:
    in_store(shop, f"UPDATE shipments SET reference = 'WEB-1-1' WHERE reference = 'WEB-{number}-1'")  # noqa: S608


@pytest.mark.parametrize("others", [["3", "4"], []])
def test_an_order_that_the_store_refuses_is_put_aside_and_the_others_go_on(shop, others):
    shop.orders("web", an_order_row("1"))
    steps(shop, "pull", "collect", "route")
    spoil(shop, "2")
    shop.orders("web2", *(an_order_row(number) for number in ("2", *others)))

    steps(shop, "pull")
    (report,) = steps(shop, "route")

    assert {"WEB-1": "routed", "WEB-2": "new"} | {f"WEB-{number}": "routed" for number in others} == states(shop)
    assert [("refused_by_store", "WEB-2")] == codes(shop)
    assert Exit.ATTENTION == report.exit
    assert [] == steps(shop, "route")[0].problems

    mend(shop, "2")
    with shop.context() as ctx:
        by_hand.reroute(ctx, "2")
    assert ("routed", []) == (states(shop)["WEB-2"], codes(shop))


def test_orders_of_one_batch_compete_for_the_last_unit_in_their_turn(shop):
    shop.stock(east={"TEE": 1}, west={})
    rows = [an_order_row(str(number), "TEE", placed_at=f"2026-11-20T1{number}:00:00Z") for number in (3, 1, 2)]
    shop.orders("web", *rows)

    shop.run()

    assert {"WEB-1": "dispatched", "WEB-2": "backordered", "WEB-3": "backordered"} == states(shop)


@pytest.mark.parametrize("size", [1, 2, 1000])
def test_the_size_of_a_batch_decides_nothing(shop, monkeypatch, size):
    monkeypatch.setattr(routing, "BATCH", size)
    rows = [
        an_order_row(str(number), f"MUG*{number}", placed_at=f"2026-11-20T1{number}:00:00Z") for number in range(1, 6)
    ]
    shop.orders("web", *rows)

    shop.run()

    assert ["dispatched"] * 4 + ["backordered"] == [states(shop)[f"WEB-{number}"] for number in range(1, 6)]


@pytest.mark.parametrize("size", [1, 1000])
def test_what_a_refused_order_would_have_taken_is_there_for_the_next_batch(shop, monkeypatch, size):
    shop.stock(east={"TEE": 2}, west={})
    shop.orders("web", an_order_row("1", "TEE"))
    steps(shop, "pull", "collect", "route")
    spoil(shop, "2")
    monkeypatch.setattr(routing, "BATCH", size)
    shop.orders("web2", *(an_order_row(n, "TEE", placed_at=f"2026-11-20T1{n}:00:00Z") for n in ("2", "3")))

    steps(shop, "pull", "route")
    steps(shop, "route")

    assert {"WEB-1": "routed", "WEB-2": "new", "WEB-3": "routed" if size == 1 else "backordered"} == states(shop)


def test_an_order_from_before_the_channel_went_live_is_never_rerouted_into_the_warehouse(shop):
    shop.orders("web", an_order_row("1", placed_at="2026-10-31T00:00:00Z"))
    shop.run()

    with shop.context() as ctx, pytest.raises(UsageError, match="before web went live"):
        by_hand.reroute(ctx, "1")

    assert ({"WEB-1": "track_only"}, {}) == (states(shop), shop.files())


def test_an_order_that_found_no_room_ships_on_the_next_day(tmp_path):
    channels = CHANNELS.replace("[location.east]", "[location.east]\ncapacity = 1")
    shop = a_shop(tmp_path / "shop", channels, RULES.replace('["east", "west"]', '["east"]'))
    shop.orders("web", an_order_row("1"), an_order_row("2"))

    shop.run()
    assert {"WEB-1": "dispatched", "WEB-2": "backordered"} == states(shop)
    shop.run(at="2026-11-20T18:00:00Z")
    assert {"WEB-1": "dispatched", "WEB-2": "backordered"} == states(shop)
    shop.run(at="2026-11-21T06:00:00Z")
    assert {"WEB-1": "dispatched", "WEB-2": "dispatched"} == states(shop)
