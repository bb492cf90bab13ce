from __future__ import annotations

import pytest

from orderctl.core.order_json import order_from_json
from orderctl.core.plans import Backorder, Plan, Problem
from orderctl.store import effects, exceptions, order_views
from orderctl.store.exceptions import Trouble
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import (
    NOW_STAMP,
    answer,
    decide,
    from_location,
    hand_over,
    put_stock,
    rows,
    save,
    ship_from,
    shipped,
)


@pytest.fixture
def order(db):
    """Two mugs on their way in two parcels, a tee that waits, and someone who has to look at it."""
    put_stock(db, mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 2), a_line("TEE")))
    problem = Problem("short_stock", "no tee anywhere")
    wait = Backorder("tee", "TEE", 1, "location/all", expected_at="2026-12-01T00:00:00Z")
    decide(
        db, order_id, Plan(shipments=(from_location(mug=2),), backorders=(wait,), problems=(problem,), tags=("vip",))
    )
    hand_over(db)
    answer(db, shipped(quantity=1, line_id="mug"))
    return order_id


def test_an_order_is_shown_with_everything_that_belongs_to_it(db, order):
    shown = order_views.one(db, order)

    assert ("WEB-1042", "partly_shipped", ["vip"]) == (shown["order"], shown["state"], shown["tags"])
    assert [{"ordered": 2, "dispatched": 1, "shipped": 1}, {"ordered": 1, "backordered": 1}] == [
        {name: units for name, units in line["counters"].items() if units} for line in shown["lines"]
    ]
    (shipment,) = shown["shipments"]
    assert ("WEB-1042-1", "east", "dispatched", "east-1.csv") == (
        *(shipment["reference"], shipment["location"], shipment["state"], shipment["batch"]),
    )
    assert [{"id": "mug", "sku": "MUG", "quantity": 2, "packed": 1, "short": 0, "parts": {}}] == shipment["lines"]
    assert [("1Z1", [{"id": "mug", "sku": "MUG", "quantity": 1}])] == [
        (package["tracking_number"], package["lines"]) for package in shipment["packages"]
    ]
    assert [("TEE", 1, "2026-12-01T00:00:00Z")] == [
        (one["sku"], one["quantity"], one["expected_at"]) for one in shown["backorders"]
    ]
    assert ["short_stock"] == [one["code"] for one in shown["exceptions"]]
    assert "imported" == shown["history"][0]["kind"]


def test_what_is_shown_can_be_read_again_as_an_order(db, order):
    shown = order_views.one(db, order)

    assert an_order(a_line("MUG", 2), a_line("TEE"), tags=("vip",)) == order_from_json(shown)


def test_a_parcel_counts_as_told_when_all_of_it_was(db, order):
    answer(db, shipped(quantity=1, line_id="mug", tracking_number="1Z2"))
    assert [False, False] == [one["told_channel"] for one in order_views.one(db, order)["shipments"][0]["packages"]]

    db.execute("UPDATE effects SET state = 'sending' WHERE effect_id = 2")
    db.execute("UPDATE effects SET state = 'accepted' WHERE effect_id = 2")

    assert [True, False] == [one["told_channel"] for one in order_views.one(db, order)["shipments"][0]["packages"]]


def test_a_parcel_that_was_told_in_two_goes_is_shown_once(db):
    put_stock(db, mug=9, tee=9)
    (order,) = save(db, an_order(a_line("MUG"), a_line("TEE")))
    ship_from(db, order, from_location(mug=1, tee=1))
    hand_over(db)
    answer(db, shipped(line_id="mug"))
    answer(db, shipped(line_id="tee"))

    assert 2 == len(effects.pending_tracking(db, "web", NOW_STAMP.at, 9))
    assert 1 == len(order_views.one(db, order)["shipments"][0]["packages"])


@pytest.mark.parametrize(
    ("found", "name"),
    [
        (["web/1042"], "WEB-1042-1"),
        (["web/1042"], "web-1042"),
        (["web/1042"], "web/1042"),
        (["web/1042"], "web/id-1042"),
        (["web/1042"], "id-1042"),
        (["web/1042", "market/1042"], "1042"),
        (["market/1042"], "market/1042"),
        ([], "104"),
        ([], "other/1042"),
        ([], "10%"),
        ([], ""),
    ],
)
def test_an_order_is_found_by_every_name_it_has(db, found, name):
    put_stock(db, mug=9)
    one = an_order(channel_order_id="id-1042")
    (order,) = save(db, one)
    save(db, an_order(channel="market", channel_order_id="m-1"), short="MKT")
    ship_from(db, order, from_location(mug=1))

    assert found == [label for _, label in order_views.find(db, name)]


def test_how_an_order_stands_in_short(db, order):
    with transaction(db, "raise"):
        exceptions.raise_all(db, NOW_STAMP, [Trouble("a", "b", "c", order)])

    summary = order_views.summary(db, order)

    assert ("WEB-1042", "partly_shipped", []) == (summary["order"], summary["state"], summary["holds"])
    assert [{"reference": "WEB-1042-1", "location": "east", "state": "dispatched"}] == summary["shipments"]
    assert 1 == len(summary["backorders"])
    assert rows(db, "SELECT count(*) FROM orders") == [(1,)]
