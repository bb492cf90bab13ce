"""An order as the store keeps it: nothing is lost, and the shape is that of JSON channels."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import partial

from hypothesis import given, settings
from hypothesis import strategies as st

from orderctl.core import orders
from orderctl.core.order_document import document_of, order_of, order_to_full_json, order_to_json
from orderctl.core.order_json import order_from_json
from orderctl.core.orders import Address, Customer, Line, Order
from tests.builders import a_line, an_order

TEXT = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=12)
MINOR = st.integers(0, 10**9)
TAGS = st.lists(TEXT, max_size=3).map(tuple)
ATTRIBUTES = st.dictionaries(TEXT, TEXT, max_size=3)
MOMENTS = st.sampled_from(["", "2026-11-20T10:00:00Z"])
ADDRESSES = st.none() | st.builds(Address, **dict.fromkeys(Address.__slots__, TEXT))
CUSTOMERS = st.builds(
    Customer,
    **dict.fromkeys(("id", "name", "email", "phone", "type"), TEXT),
    orders=st.none() | st.integers(0, 99),
    spent_minor=st.none() | MINOR,
    tags=TAGS,
)


def lines(count: int) -> st.SearchStrategy[tuple[Line, ...]]:
    some = st.builds(
        a_line,
        sku=TEXT,
        quantity=st.integers(0, 99),
        title=TEXT,
        amount_minor=MINOR,
        discount_minor=MINOR,
        tax_minor=MINOR,
        weight_g=st.none() | st.integers(0, 9999),
        requires_shipping=st.booleans(),
        fulfilled_by=st.sampled_from(orders.FULFILLERS),
        tags=TAGS,
        attributes=ATTRIBUTES,
    )
    return st.tuples(*[some.map(partial(numbered, at)) for at in range(count)])


def numbered(at: int, line: Line) -> Line:
    return replace(line, id=str(at))


ORDERS = st.integers(1, 3).flatmap(
    lambda count: st.builds(
        lambda lines, **changes: an_order(*lines, **changes),
        lines=lines(count),
        currency=st.sampled_from(["USD", "JPY", "KWD"]),
        ship_to=ADDRESSES,
        bill_to=ADDRESSES,
        customer=CUSTOMERS,
        total_minor=MINOR,
        shipping_minor=MINOR,
        discount_minor=MINOR,
        tax_minor=MINOR,
        prices_include_tax=st.booleans(),
        payment=st.sampled_from(("", *orders.PAYMENTS)),
        source=st.sampled_from(orders.SOURCES),
        priority=st.sampled_from(orders.PRIORITIES),
        cancel_requested=st.booleans(),
        ship_by=MOMENTS,
        cancelled_at=MOMENTS,
        note=TEXT,
        tags=TAGS,
        attributes=ATTRIBUTES,
    )
)


@given(ORDERS)
@settings(max_examples=60)
def test_what_was_written_is_read_back_the_same(order: Order):
    assert order == order_of(document_of(order))


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

    assert 0 == order_of(document_of(order)).tax_minor
    assert "0.00" == order_to_json(order)["tax"]
