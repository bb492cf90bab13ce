from __future__ import annotations

import json

from hypothesis import given, settings

from orderctl.core.order_fields import NO_ATTRIBUTES
from orderctl.core.order_kept import order_from_kept
from orderctl.core.orders import Address, Order
from orderctl.store.order_documents import read, read_shown, written
from tests.builders import a_line, an_order
from tests.core.any_order import ORDERS

HOME = Address(name="Ana Diaz", line1="1 Main Street", country="US")


@given(ORDERS)
@settings(max_examples=60)
def test_what_was_written_is_read_back_the_same(order: Order):
    assert order == read(written(order))


@given(ORDERS)
@settings(max_examples=60)
def test_the_standard_library_reads_the_same_order(order: Order):
    assert order == order_from_kept(json.loads(written(order)))


@given(ORDERS)
@settings(max_examples=30)
def test_a_hand_over_shows_what_the_order_says(order: Order):
    shown = read_shown(written(order))

    assert [(line.id, line.title) for line in order.lines] == [(line.id, line.title) for line in shown.lines]
    assert (order.customer.email, order.note, order.ship_by) == (shown.customer.email, shown.note, shown.ship_by)
    assert order.ship_to == (None if shown.ship_to is None else Address(**shown.ship_to))


def test_defaults_are_left_out_and_amounts_are_minor_units():
    kept = json.loads(written(an_order(a_line("MUG"))))

    assert {"id": "mug", "sku": "MUG", "quantity": 1, "amount_minor": 1000} == kept["lines"][0]
    assert not {"source", "type", "dispute", "tags", "note", "tax_minor", "attributes"} & kept.keys()


def test_a_billing_address_that_is_the_delivery_address_is_kept_once():
    same, none = an_order(ship_to=HOME, bill_to=Address(**json.loads(written(an_order(ship_to=HOME)))["ship_to"])), None

    assert "bill_to" not in json.loads(written(same))
    assert read(written(same)).bill_to == HOME
    assert read(written(an_order(ship_to=HOME, bill_to=none))).bill_to is None
    assert read(written(an_order(ship_to=None, bill_to=HOME))).bill_to == HOME


def test_a_view_of_a_table_is_written_like_a_table():
    assert {} == read(written(an_order(attributes=NO_ATTRIBUTES))).attributes
