from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from orderctl.core import copies
from orderctl.core.papers import Bought
from orderctl.core.partners import COPIES_BEGIN
from tests.destinations.contract import a_batch, a_shipment

REFERENCES = st.text("ABCXYZ019-", min_size=1, max_size=30)


def test_the_reference_of_a_copy_begins_with_test():
    assert "TEST-WEB-1042-1" == copies.reference_of("WEB-1042-1")


@given(REFERENCES)
def test_the_reference_of_a_copy_is_never_longer_than_a_reference_may_be(reference: str):
    copy = copies.reference_of(reference)

    assert copy.startswith(COPIES_BEGIN)
    assert 30 >= len(copy)
    assert set(copy) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-")


def test_two_long_references_have_copies_that_can_be_told_apart():
    one, other = (copies.reference_of(f"MARKET-{'9' * 20}-{part}") for part in (1, 2))

    assert one != other


def test_a_copy_says_in_every_field_that_is_read_out_that_nothing_is_to_be_shipped():
    shipment = a_shipment(note="ring twice", gift_message="Happy birthday", options={"pack_note": "fragile"})
    copy = copies.copied(shipment, personal=True)

    assert "DO NOT SHIP Ana Diaz" == copy.ship_to["name"]
    assert "TEST: DO NOT SHIP. ring twice" == copy.note
    assert "TEST: DO NOT SHIP. Happy birthday" == copy.gift_message
    assert "TEST: DO NOT SHIP. fragile" == copy.options["pack_note"]


def test_without_the_customers_data_a_copy_has_stand_ins_where_there_was_something_and_keeps_the_place():
    address = {"name": "Ana Diaz", "company": "Diaz Ltd", "phone": "555", "line1": "1 Main St", "country": "US"}
    bought = Bought("Ana Diaz", address, "PO-7")
    shipment = a_shipment(
        ship_to=address, bought=bought, note="Ana", gift_message="Ana", options={"note": "Ana", "pack_note": "Ana"}
    )
    copy = copies.copied(shipment, personal=False)

    assert "Ana" not in repr(copy)
    assert "Diaz" not in repr(copy)
    assert {"line1": "1 Main St", "country": "US", "phone": "0000000000"}.items() <= copy.ship_to.items()
    assert "do-not-ship@example.com" == copy.email
    assert "" == copies.copied(a_shipment(email=""), personal=False).email


def test_what_is_to_be_sent_is_the_same_in_a_copy():
    work = a_batch(3)
    copy = copies.batch_of(work, personal=False)

    assert (True, "TEST", 3) == (copy.test, copy.name, copy.number)
    (before,), (after,) = work.shipments, copy.shipments
    for name in ("order_number", "lines", "carrier", "service", "ship_by", "currency", "channel"):
        assert getattr(before, name) == getattr(after, name)
