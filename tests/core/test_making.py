from __future__ import annotations

import copy
import dataclasses
import pickle

import pytest

from orderctl.core.making import new_address, new_customer, new_line, new_order
from orderctl.core.orders import Address, Customer, Line, Order
from tests.builders import a_line, an_order

KINDS = [(new_order, an_order()), (new_line, a_line()), (new_customer, Customer(id="c")), (new_address, Address("Ana"))]


@pytest.mark.parametrize(("new", "value"), KINDS, ids=["order", "line", "customer", "address"])
def test_a_value_made_quickly_is_one_made_the_usual_way(new, value):
    made = new(*[getattr(value, field.name) for field in dataclasses.fields(value)])

    assert type(value) is type(made)
    assert value == made
    assert repr(value) == repr(made)
    assert made == copy.copy(made) == dataclasses.replace(made) == pickle.loads(pickle.dumps(made))  # noqa: S301


@pytest.mark.parametrize("kind", [Order, Line, Customer, Address])
def test_it_can_be_changed_no_more(kind):
    new = {Order: new_order, Line: new_line, Customer: new_customer, Address: new_address}[kind]
    names = [field.name for field in dataclasses.fields(kind)]
    made = new(*names)

    with pytest.raises(dataclasses.FrozenInstanceError):
        setattr(made, names[0], "")


def test_every_field_has_to_be_there():
    with pytest.raises(TypeError):
        new_address("Ana")
