from __future__ import annotations

from orderctl.store import counts
from orderctl.store.transactions import transaction
from tests.builders import a_line, an_order
from tests.store.shelf import a_store, from_location, hand_over, put_stock, save, ship_from, stamp


def test_the_orders_that_compete_last_lose_their_promise(tmp_path):
    db = a_store(tmp_path)
    put_stock(db, mug=6)
    orders = {"1": {"priority": "urgent"}, "2": {}, "3": {"ship_by": "2026-11-25T00:00:00Z"}}
    for name, changes in orders.items():
        (order_id,) = save(db, an_order(a_line("MUG", 2), channel_order_id=name, number=name, **changes))
        ship_from(db, order_id, from_location(mug=2))
    put_stock(db, at=stamp(1), mug=-3)

    assert [("WEB-2-1", 2), ("WEB-3-1", 2)] == [
        (one.reference, one.units) for one in counts.unkept(db, "east", ["MUG"])
    ]
    put_stock(db, at=stamp(2), mug=1)
    assert ["WEB-2-1"] == [one.reference for one in counts.unkept(db, "east", ["MUG"])]


def test_a_shipment_that_is_taken_back_gives_all_it_was_promised(tmp_path):
    db = a_store(tmp_path)
    put_stock(db, mug=1, tee=1)
    for name in ("1", "2"):
        (order_id,) = save(db, an_order(a_line("MUG"), a_line("TEE"), channel_order_id=name, number=name))
        ship_from(db, order_id, from_location(mug=1, tee=1))

    assert [("WEB-2-1", "TEE"), ("WEB-2-1", "MUG")] == [
        (one.reference, one.sku) for one in counts.unkept(db, "east", ["MUG", "TEE"])
    ]


def test_what_a_location_has_in_hand_is_chosen_by_the_same_order(tmp_path):
    db = a_store(tmp_path)
    put_stock(db, mug=2)
    for name in ("1", "2"):
        (order_id,) = save(db, an_order(a_line("MUG"), channel_order_id=name, number=name))
        ship_from(db, order_id, from_location(mug=1))
    hand_over(db)
    put_stock(db, at=stamp(1), mug=-1)

    assert [("WEB-2-1", "dispatched")] == [(one.reference, one.state) for one in counts.unkept(db, "east", ["MUG"])]


def test_where_enough_lies_every_promise_is_kept(tmp_path):
    db = a_store(tmp_path)
    put_stock(db, mug=2)
    (order_id,) = save(db, an_order(a_line("MUG", 2)))
    ship_from(db, order_id, from_location(mug=2))

    assert [] == counts.unkept(db, "east", ["MUG"])
    assert [] == counts.unkept(db, "west", ["MUG"])


def test_a_count_counts_until_it_is_older_than_the_feed(tmp_path):
    db = a_store(tmp_path)
    with transaction(db, "count"):
        counts.note(db, stamp(10), "east", ["MUG"])
        counts.note(db, stamp(5), "east", ["MUG", "TEE"])

    assert {"MUG", "TEE"} == counts.since(db, "east", stamp(4).at)
    assert {"MUG"} == counts.since(db, "east", stamp(5).at)
    assert set() == counts.since(db, "east", stamp(10).at)
    assert set() == counts.since(db, "west", stamp(0).at)
