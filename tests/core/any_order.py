"""Any order there can be, for properties."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

from hypothesis import strategies as st

from orderctl.core import orders
from orderctl.core.orders import Address, Customer, Line
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
