"""Orders as the store keeps them: JSON of their fields by their own names, written and read without questions.

1. what has its default is left out, and a billing address that is the delivery address: most of a store is documents
2. msgspec turns the text into twins of the values of `core.orders` that it can write without defaults, and these into
   the values themselves: a pass reads each order several times
3. what a hand-over shows is read without the rest
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import msgspec

from orderctl.core.making import new_address, new_customer, new_line, new_order
from orderctl.core.orders import Address, Customer, Line, Order
from orderctl.store.twins import twin


class ShownLine(msgspec.Struct, gc=False):
    """What a hand-over shows of a line."""

    id: str
    title: str = ""


class ShownCustomer(msgspec.Struct, frozen=True, gc=False):
    """What a hand-over shows of a customer."""

    email: str = ""


class Shown(msgspec.Struct):
    """What a hand-over shows of an order; of an address what is stated."""

    channel: str
    number: str
    placed_at: str
    currency: str
    lines: list[ShownLine]
    ship_to: dict[str, str] | None = None
    customer: ShownCustomer = ShownCustomer()
    ship_by: str = ""
    gift_message: str = ""
    note: str = ""


_Address, _Customer, _Line = twin(Address), twin(Customer), twin(Line)
_Place = _Address | None | msgspec.UnsetType
_Order = twin(
    Order,
    lines=tuple[_Line, ...],  # type: ignore[valid-type]
    ship_to=_Place,
    bill_to=_Place,
    customer=_Customer | msgspec.UnsetType,
)
_encode = msgspec.json.Encoder().encode
_decode: Callable[[str], Any] = msgspec.json.Decoder(_Order).decode
_decode_shown = msgspec.json.Decoder(Shown).decode
_values = cast("Callable[[Any], tuple[Any, ...]]", msgspec.structs.astuple)


def written(order: Order) -> str:
    """`order` as text; the same order gives the same text for ever."""
    kept = msgspec.convert(order, _Order, from_attributes=True)
    if order.bill_to is order.ship_to or order.bill_to == order.ship_to:
        kept.bill_to = msgspec.UNSET
    return _encode(kept).decode()


def read(document: str) -> Order:
    """The order that `written` wrote."""
    kept = _decode(document)
    kept.lines = tuple([new_line(*_values(line)) for line in kept.lines])
    if kept.ship_to is not None:
        kept.ship_to = new_address(*_values(kept.ship_to))
    if kept.bill_to is msgspec.UNSET:
        kept.bill_to = kept.ship_to
    elif kept.bill_to is not None:
        kept.bill_to = new_address(*_values(kept.bill_to))
    kept.customer = new_customer(*_values(kept.customer))
    return new_order(*_values(kept))


def read_shown(document: str) -> Shown:
    """What a hand-over shows of the order that `written` wrote."""
    return _decode_shown(document)
