"""Frozen values made quickly, for what a pass reads by the million.

A frozen dataclass sets each of its fields through `object.__setattr__`, which costs ten times a plain assignment. So a
value is made open, by a twin of its class with the same slots, and becomes one of its own class when it is complete.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, make_dataclass
from typing import Any, TypeVar, cast

from orderctl.core.orders import Address, Customer, Line, Order

_Value = TypeVar("_Value")


def maker(kind: type[_Value]) -> Callable[..., _Value]:
    """What makes a `kind`, a frozen dataclass with slots, of all its fields in their order."""

    def complete(made: object) -> None:
        made.__class__ = kind

    names = [(one.name, object) for one in fields(cast("Any", kind))]
    twin = make_dataclass(f"Open{kind.__name__}", names, namespace={"__post_init__": complete}, slots=True, eq=False)
    return cast("Callable[..., _Value]", twin)


new_order: Callable[..., Order] = maker(Order)
new_line: Callable[..., Line] = maker(Line)
new_customer: Callable[..., Customer] = maker(Customer)
new_address: Callable[..., Address] = maker(Address)
#: Whom an order names that names nobody.
NOBODY = Customer()
