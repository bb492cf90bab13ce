"""An order as it is shown: nothing is lost, and the shape is that of JSON channels."""

from __future__ import annotations

import json

from hypothesis import given, settings

from orderctl.core.order_document import document_of, order_to_full_json, order_to_json
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Order
from tests.builders import a_line, an_order
from tests.core.any_order import ORDERS


@given(ORDERS)
@settings(max_examples=60)
def test_a_strict_reader_reads_the_same_order(order: Order):
    assert order == order_from_json(json.loads(document_of(order)))


@given(ORDERS)
@settings(max_examples=20)
def test_a_strict_reader_reads_the_same_order_from_its_full_form(order: Order):
    assert order == order_from_json(order_to_full_json(order))


def test_defaults_are_left_out():
    written = order_to_json(an_order(a_line("MUG")))

    assert {"id": "mug", "sku": "MUG", "quantity": 1, "amount": "10.00"} == written["lines"][0]
    assert {"email": "ana@example.com", "name": "Ana Diaz"} == written["customer"]
    assert not {"source", "type", "dispute", "tags", "note", "tax", "discount"} & written.keys()


def test_taxes_that_only_lines_state_are_not_added_up_anew():
    order = an_order(a_line("MUG", tax_minor=80), tax_minor=0, prices_include_tax=True)

    assert 0 == order_from_json(json.loads(document_of(order))).tax_minor
    assert "0.00" == order_to_json(order)["tax"]
