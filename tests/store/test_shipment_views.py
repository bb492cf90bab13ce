from __future__ import annotations

import pytest

from orderctl.store import shipment_views
from tests.builders import a_line, an_order
from tests.store.shelf import answer, from_location, hand_over, put_stock, save, ship_from, shipped


@pytest.fixture
def shop(db):
    """A batch at east that was accepted, one at west that nobody knows of."""
    put_stock(db, mug=9)
    put_stock(db, "west", mug=9)
    (order_id,) = save(db, an_order(a_line("MUG", 3)))
    ship_from(db, order_id, from_location(mug=2), from_location("west", mug=1))
    hand_over(db)
    hand_over(db, "west", "uncertain")
    answer(db, shipped(quantity=1))
    return db


def test_shipments_are_listed_newest_first_and_picked_by_state_and_location(shop):
    assert [("WEB-1042-2", "uncertain", 1, 0, "west-1.csv"), ("WEB-1042-1", "dispatched", 2, 1, "east-1.csv")] == [
        (row["reference"], row["state"], row["units"], row["packages"], row["batch"])
        for row in shipment_views.shipments(shop)
    ]
    assert ["WEB-1042-1"] == [row["reference"] for row in shipment_views.shipments(shop, location="east")]
    assert ["WEB-1042-2"] == [row["reference"] for row in shipment_views.shipments(shop, state="uncertain")]
    assert 1 == len(shipment_views.shipments(shop, limit=1))


def test_a_batch_has_the_state_of_its_hand_over_and_the_references_in_it(shop):
    assert [("west", 1, "uncertain"), ("east", 1, "accepted")] == [
        (row["location"], row["number"], row["state"]) for row in shipment_views.batches(shop)
    ]
    found = shipment_views.batch(shop, "east", 1)
    assert found is not None
    assert (["WEB-1042-1"], "east-1.csv", 1) == (found["references"], found["document"], found["shipments"])
    assert shipment_views.batch(shop, "east", 2) is None


def test_a_shipment_leads_to_its_order(shop):
    assert shipment_views.order_of(shop, "web-1042-2") == shipment_views.order_of(shop, "WEB-1042-1")
    assert shipment_views.order_of(shop, "WEB-1042-3") is None


@pytest.mark.parametrize("name", ["west batch 1", "WEB-1042-2", "web-1042-2"])
def test_an_uncertain_batch_is_found_by_its_exception_and_by_its_shipments(shop, name):
    assert ("west", 1, "west-1.csv", ["WEB-1042-2"]) == shipment_views.uncertain_batch(shop, name)


@pytest.mark.parametrize("name", ["east batch 1", "WEB-1042-1", "west", ""])
def test_what_is_certain_is_not(shop, name):
    assert shipment_views.uncertain_batch(shop, name) is None
