from __future__ import annotations

import sqlite3
from dataclasses import replace

import pytest

from orderctl.core.effects import BatchShipment
from orderctl.core.orders import Customer
from orderctl.core.plans import Plan, PlannedLine
from orderctl.store import batches, skus
from orderctl.store.batches import Due
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import NOW_STAMP, a_store, decide, from_location, put_stock, save, ship_from

ALL = frozenset(("order", "goods"))


@pytest.fixture
def db(tmp_path):
    return a_store(tmp_path)


def gathered(db: sqlite3.Connection, location: str = "east", needs: frozenset[str] = ALL) -> tuple[BatchShipment, ...]:
    return batches.gather(db, batches.due(db, location, Due(NOW_STAMP.at)), needs)


def amounts(shipments: tuple[BatchShipment, ...]) -> list[tuple[str, int, int, int]]:
    return [
        (line.sku, line.goods.amount_minor, line.goods.discount_minor, line.goods.tax_minor)
        for shipment in shipments
        for line in shipment.lines
    ]


def test_the_parts_of_an_order_that_was_split_add_up_to_it(db):
    put_stock(db, mug=1)
    put_stock(db, "west", mug=9)
    line = a_line("MUG", 3, amount_minor=1000, discount_minor=100, tax_minor=50)
    (order_id,) = save(db, an_order(line, discount_minor=10, total_minor=940))
    ship_from(db, order_id, from_location("east", mug=1), from_location("west", mug=2))

    east, west = amounts(gathered(db, "east")), amounts(gathered(db, "west"))

    assert [("MUG", 334, 37, 17)] == east
    assert [("MUG", 666, 73, 33)] == west


def test_nothing_more_is_read_than_was_asked_for(db):
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 2), customer=Customer(name="Pat", email="ana@example.com")))
    ship_from(db, order_id, from_location(mug=2))

    (plain,), (order,), (goods,) = (gathered(db, needs=frozenset(needs)) for needs in ((), ("order",), ("goods",)))

    assert [("", 0), ("Pat", 2000), ("", 0)] == [
        (one.bought.customer, one.lines[0].goods.amount_minor) for one in (plain, order, goods)
    ]


def test_what_is_known_of_a_sku_stands_with_its_line(db):
    put_stock(db, mug=9)
    with transaction(db, "skus"):
        data = {"hs_code": "691200", "origin": "PT", "weight_g": 300, "cost_minor": 700, "currency": "EUR"}
        skus.keep(db, [("MUG", data)])
    (order_id,) = save(db, an_order(a_line("MUG", 2, weight_g=350)))
    ship_from(db, order_id, from_location(mug=2))

    goods = gathered(db)[0].lines[0].goods

    assert ("691200", "PT", 350, 700, "EUR") == (
        *(goods.hs_code, goods.origin, goods.weight_g),
        *(goods.cost_minor, goods.cost_currency),
    )


def test_a_kit_that_is_picked_in_parts_shares_its_price_among_them(db):
    put_stock(db, cup=9, saucer=9, set=9)
    with transaction(db, "skus"):
        skus.keep(db, [("CUP", {"cost_minor": 300}), ("SAUCER", {"cost_minor": 100}), ("SET", {"hs_code": "691200"})])
    (order_id,) = save(db, an_order(a_line("SET", 1, amount_minor=2000)))
    taken = (PlannedLine("set", "CUP", 2), PlannedLine("set", "SAUCER", 2))
    plan = Plan(shipments=(replace(from_location(set=1), components=taken),))
    decide(db, order_id, plan, parts={"SET": {"CUP": 2, "SAUCER": 2}})

    (shipment,) = gathered(db)

    assert [("CUP", 1500, 0, 0), ("SAUCER", 500, 0, 0)] == amounts((shipment,))
    assert ["691200", "691200"] == [line.goods.hs_code for line in shipment.lines]
